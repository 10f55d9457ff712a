/*
 * A log of some hours with its checkpoints, their copies on another host, and the look that an
 * auditor takes at them with one public key.
 */
#ifndef WF_TESTS_UNIT_RECORD_EVIDENCE_H
#define WF_TESTS_UNIT_RECORD_EVIDENCE_H

#include <sqlite3.h>

#include "authd/audit/check.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define KEPT_MAX 65536
#define EXPORTED_MAX (256 * 1024)

extern char kept[KEPT_MAX];           /* checkpoints, as they lie on another host */
extern char exported[EXPORTED_MAX];   /* export_all() */
extern struct signing_public trusted; /* the key that the auditor has */

/* Checked fixture: the store of the fixture, some rows, checkpoints of all of them, kept. */
void evidence_setup(void);
void evidence_teardown(void);

void acts(int n); /* so many rows, two minutes apart */
/* What the daemon's part does until it has come to the end, and then at its stop. */
void make_checkpoints(void);
/* Adds the store's checkpoints to what lies elsewhere, as a line of syslog each. */
void keep_checkpoints(void);
/* For how long rows are kept, by what is configured; 365 days at first. */
void keep_days(int64_t days);
/* A further master key, which signs from now on. */
void new_key(void);
/* Only the first and the current one stay; the auditor has the current one now. */
void prune_keys(void);
/* One that signs for nobody; the caller clears it. */
void steal_key(struct signing_key *key_r);
/* The one that signs now; the caller clears it. */
void take_key(struct signing_key *key_r);

sqlite3 *database(const char *path);
/* All rows as an export. */
void export_all(void);

struct look {
	unsigned kinds; /* bit for each kind of fault found */
	char text[2048];
	struct audit_fault first;
	struct audit_check_sums sums;
	struct audit_restore restore; /* the first one; zeros = there was none */
};

#define BIT(kind) (1U << FAULT_##kind)

/* The store's file: by itself, and against what was kept where `elsewhere` says so. */
struct look look_at(const char *path, bool elsewhere);
/* As a backup that is made now. */
struct look look_at_backup(const char *path, bool elsewhere);
/* What was kept from the line with `word` on, against the rows that it speaks of alone. */
struct look look_at_page(const char *word);
/* The export, against what was kept. */
struct look look_at_export(bool whole);

#endif
