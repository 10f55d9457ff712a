/* What the programs that fill stores share; a failure ends the program, with a sentence. */
#ifndef WF_TESTS_BENCH_FILLER_H
#define WF_TESTS_BENCH_FILLER_H

#include "authd/store/store.h"

void filler_check(wf_status status, const char *what);
/* Of a store that no daemon serves. */
struct store *filler_open(const char *path, const char *node, struct wf_clock clock);
/* One commit. */
void filler_run(struct store *store, struct effect *effects, size_t neffects,
	struct audit_row *rows, size_t nrows);

#endif
