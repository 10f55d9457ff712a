/* See review_ask.h. */
#include "config.h"

#include "ctl/review_ask.h"

#include <string.h>

#include "ctl/text.h"

int
review_fetch(struct ctl *ctl, const char *month, const struct review_listing *listing,
	const char *after, struct answer *answer_r)
{
	struct ask ask;

	ask_init(&ask, listing->act);
	ask_text(&ask, "month", month);
	ask_text(&ask, "list", listing->list);
	ask_text(&ask, "after", after);
	ask_daemon(ctl, &ask, answer_r);
	return answer_complain(ctl, answer_r);
}

/* What is kept of a part; then the next one begins behind its last row. */
static bool
put_part(const struct review_listing *listing, struct table *rows, uint64_t *shown, char after[24])
{
	char last[24];

	while (listing->most > 0 && *shown + rows->nrows > listing->most)
		table_drop_last(rows);
	if (rows->nrows == 0)
		return false;
	*shown += rows->nrows;
	listing->put(listing->ctx, rows);
	text_copy(last, sizeof(last), table_cell(rows, rows->nrows - 1, listing->key));
	if (strcmp(last, after) == 0)
		return false; /* it does not go on */
	text_copy(after, 24, last);
	return true;
}

int
review_walk(struct ctl *ctl, const char *month, const struct review_listing *listing)
{
	char after[24] = "";
	uint64_t shown = 0;
	bool more;
	int code;

	do {
		struct answer answer;

		code = review_fetch(ctl, month, listing, after[0] != '\0' ? after : NULL, &answer);
		more = code == CTL_OK && put_part(listing, &answer.table, &shown, after);
		answer_clear(&answer);
	} while (more);
	return code;
}
