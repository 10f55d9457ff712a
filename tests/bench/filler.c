/* See filler.h. */
#include "config.h"

#include "tests/bench/filler.h"

#include <stdio.h>
#include <stdlib.h>

void
filler_check(wf_status status, const char *what)
{
	if (status == WF_OK)
		return;
	fprintf(stderr, "filling a store: %s: %s\n", what, wf_status_text(status));
	exit(1);
}

struct store *
filler_open(const char *path, const char *node, struct wf_clock clock)
{
	const struct store_options options = {.path = path, .node = node, .clock = clock};
	struct store *store = NULL;
	char why[512] = "";

	filler_check(store_open(&options, &store, why, sizeof(why)), why);
	return store;
}

void
filler_run(struct store *store, struct effect *effects, size_t neffects, struct audit_row *rows,
	size_t nrows)
{
	struct store_job job = {
		.kind = STORE_ADMIN,
		.u.admin = {.effects = effects, .neffects = neffects, .rows = rows, .nrows = nrows},
	};
	wf_status status = store_run(store, &job);

	if (status != WF_OK)
		filler_check(status, job.cause[0] != '\0' ? job.cause : "store");
}
