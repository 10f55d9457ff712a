/*
 * A daemon's inside for acts, in a folder of its own: a real store with a few people in it, keys,
 * and a clock that stands. Every input finds the same one: after an act that may have changed it,
 * it is made anew from a copy.
 */
#ifndef WF_TESTS_FUZZ_ACTS_PLACE_H
#define WF_TESTS_FUZZ_ACTS_PLACE_H

#include "authd/account/act.h"

/* Opens it, the first time with its people; ends the program if that fails. */
const struct act_daemon *place_open(void);
/* Memory for factors, as each thread of acts has. */
void *place_scratch(void);
/* Rows of the log. */
uint64_t place_rows(void);
/* What is there goes; the next place_open makes it anew. */
void place_spoil(void);

#endif
