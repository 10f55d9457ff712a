/*
 * Pairs of account and source that completed a login not long ago, in a bounded table in memory.
 * What is in it decides whose turn it is under a flood, nothing else; it is empty after a start.
 * Loop thread only.
 */
#ifndef WF_AUTHD_ENGINE_FAMILIAR_H
#define WF_AUTHD_ENGINE_FAMILIAR_H

#include <stdbool.h>
#include <stdint.h>

#include "authd/engine/admission.h"

#define FAMILIAR_PAIRS 4096
/* a pair is kept so long after its last login */
#define FAMILIAR_US (INT64_C(30) * 86400 * 1000000)

struct familiar;

/* WF_NO_MEMORY, WF_UNAVAILABLE (no random octets). */
WF_MUST_USE wf_status familiar_new(struct familiar **familiar_r);
void familiar_free(struct familiar **familiar);
/* In place of the oldest of a few where there is no room. */
void familiar_add(struct familiar *familiar, const uint8_t account[ADMISSION_KEY_LEN],
		  const uint8_t source[ADMISSION_KEY_LEN], int64_t now_us);
bool familiar_has(const struct familiar *familiar, const uint8_t account[ADMISSION_KEY_LEN],
		  const uint8_t source[ADMISSION_KEY_LEN], int64_t now_us);

#endif
