/* Many peers of an engine at once, who all give the same answers. */
#ifndef WF_TESTS_UNIT_ENGINE_CROWD_H
#define WF_TESTS_UNIT_ENGINE_CROWD_H

#include "tests/unit/engine/rig.h"

struct crowd {
	struct rig_peer *peers;
	size_t n;
	unsigned patience_ms; /* while nobody gets a reply */
};

/* The i-th of them begins. */
void crowd_begin(
	struct rig *rig, struct crowd *crowd, size_t i, const char *user, const char *source);
/*
 * Each that has begun answers its prompts and gets its verdict, but for those whose source is
 * slowed for longer than that: they wait in real time.  Then all of them leave.
 */
void crowd_answer(struct rig *rig, struct crowd *crowd, const char *password, const char *code);

#endif
