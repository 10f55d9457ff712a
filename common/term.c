/* What ends first, said and carried; see the header. */
#include "config.h"

#include "common/term.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/i18n.h"

#define SECONDS_PER_DAY INT64_C(86400)
#define AGAIN_US (SECONDS_PER_DAY * 1000000)

static const struct {
	const char *word; /* between programs */
	const char *name, *advice;
} parts[] = {
	[WF_TERM_NONE] = {"none", "", ""},
	[WF_TERM_CERTIFICATE] = {"certificate", N_("certificate"),
		N_("the other ends refuse one that has expired: get a new one")},
	[WF_TERM_AUTHORITY] = {"authority", N_("certificate of the authority"),
		N_("nobody for whom it vouches is let in then: get its new one, or take it out")},
	[WF_TERM_LIST] = {"list", N_("list of revoked certificates"),
		N_("everybody is refused then: get a new one, and reload")},
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

wf_status
wf_term_status(const struct wf_term *term)
{
	if (term->part == WF_TERM_NONE)
		return WF_OK;
	if (term->seconds < 0)
		return WF_INVALID;
	return term->soon ? WF_NO : WF_OK;
}

void
wf_term_say(const struct wf_term *term, char text_r[WF_TERM_TEXT_MAX])
{
	const char *name = parts[term->part].name, *advice = parts[term->part].advice;
	int days = (int)((term->seconds + SECONDS_PER_DAY - 1) / SECONDS_PER_DAY);

	text_r[0] = '\0';
	if (term->part == WF_TERM_NONE)
		return;
	if (term->seconds < 0)
		(void)snprintf(text_r, WF_TERM_TEXT_MAX, _("%s %s: has expired; %s"), _(name),
			term->file, _(advice));
	else if (term->soon)
		(void)snprintf(text_r, WF_TERM_TEXT_MAX, _("%s %s: ends in %d days; %s"), _(name),
			term->file, days, _(advice));
	else
		(void)snprintf(text_r, WF_TERM_TEXT_MAX, _("%s %s: valid for %d more days"),
			_(name), term->file, days);
}

void
wf_term_write(const struct wf_term *term, char line_r[WF_TERM_TEXT_MAX])
{
	(void)snprintf(line_r, WF_TERM_TEXT_MAX, "%s %d %" PRId64 " %s", parts[term->part].word,
		term->soon, term->seconds, term->file);
}

bool
wf_term_read(const char *line, struct wf_term *term_r)
{
	struct wf_term term = {.part = WF_TERM_NONE};
	char word[16];
	int soon, at = 0;

	if (sscanf(line, "%15s %1d %18" SCNd64 " %n", word, &soon, &term.seconds, &at) != 3 ||
		at == 0 || strlen(line + at) >= sizeof(term.file))
		return false;
	while (term.part < PARTS && strcmp(parts[term.part].word, word) != 0)
		term.part++;
	if (term.part == PARTS)
		return false;
	term.soon = soon == 1;
	(void)snprintf(term.file, sizeof(term.file), "%s", line + at);
	*term_r = term;
	return true;
}

bool
wf_term_due(int64_t *due_us, int64_t now_us)
{
	if (now_us < *due_us)
		return false;
	*due_us = now_us + AGAIN_US;
	return true;
}
