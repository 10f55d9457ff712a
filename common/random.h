/*
 * The one file that draws random bytes (getrandom).  Failure is WF_UNAVAILABLE, never weak bytes.
 */
#ifndef WF_COMMON_RANDOM_H
#define WF_COMMON_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

WF_MUST_USE wf_status wf_random_bytes(void *bytes_r, size_t len);
/* Uniform in 0 .. below-1 (rejection sampling); below >= 1. */
WF_MUST_USE wf_status wf_random_below(uint32_t below, uint32_t *value_r);

#endif
