/*
 * From lines of figures to plots. Nothing is counted here: a plot shows what the daemon said, and
 * where it could not name all, says so.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/i18n.h"
#include "ctl/plot.h"
#include "ctl/review_plots.h"
#include "ctl/text.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define BARS_MAX 33 /* days of a month, and those dated elsewhere */
#define LABEL_SIZE 320

/* Lines of one part as bars. */
struct bars {
	struct plot_bar bars[BARS_MAX];
	char labels[BARS_MAX][LABEL_SIZE];
	size_t n;
	bool at_least; /* some are no less than what is said */
};

static uint64_t
number(const struct table *figures, size_t line, const char *column)
{
	return strtoull(table_cell(figures, line, column), NULL, 10);
}

static bool
is_set(const struct table *figures, size_t line, const char *column)
{
	return strcmp(table_cell(figures, line, column), "1") == 0;
}

static bool
is_part(const struct table *figures, size_t line, const char *part)
{
	return strcmp(table_cell(figures, line, "part"), part) == 0;
}

/* What was neither right nor wrong nor refused unevaluated: could not be told, or not by us. */
static uint64_t
undecided(const struct table *figures, size_t line)
{
	return number(figures, line, "unavailable") + number(figures, line, "other");
}

/* Failures stand at the foot, where they can be compared. */
static struct plot
plot_of(const struct bars *bars, const char *caption, const char *unit)
{
	return (struct plot){.caption = caption,
		.unit = unit,
		.series = {{_("Failure"), PLOT_FAILURE}, {_("Could not tell, other"), PLOT_OTHER},
			{_("Refused unevaluated"), PLOT_REFUSED}, {_("Success"), PLOT_SUCCESS}},
		.nseries = 4,
		.bars = bars->bars,
		.nbars = bars->n};
}

static void
add_bar(struct bars *bars, const struct table *figures, size_t line, const char *label)
{
	struct plot_bar *bar;
	bool at_least = is_set(figures, line, "at-least");

	if (bars->n == BARS_MAX)
		return;
	bar = &bars->bars[bars->n];
	(void)snprintf(bars->labels[bars->n], LABEL_SIZE, "%s%s", at_least ? "\u2265 " : "", label);
	*bar = (struct plot_bar){.label = bars->labels[bars->n],
		.values = {number(figures, line, "failure"), undecided(figures, line),
			number(figures, line, "refused"), number(figures, line, "success")},
		.rest = is_set(figures, line, "rest")};
	bars->at_least = bars->at_least || at_least;
	bars->n++;
}

/* --- days --- */

/* "2026-10-03" was a Saturday. */
static bool
is_weekend(const char *day)
{
	struct tm date = {.tm_hour = 12};
	time_t noon;

	if (sscanf(day, "%d-%d-%d", &date.tm_year, &date.tm_mon, &date.tm_mday) != 3)
		return false;
	date.tm_year -= 1900;
	date.tm_mon--;
	noon = timegm(&date);
	return gmtime_r(&noon, &date) != NULL && (date.tm_wday == 0 || date.tm_wday == 6);
}

/* "2026-10-03": "3". */
static const char *
day_number(const char *day)
{
	const char *at = strrchr(day, '-');

	if (at == NULL)
		return day;
	return at[1] == '0' ? at + 2 : at + 1;
}

void
review_plot_days(struct html *html, const struct table *figures)
{
	struct bars bars = {.n = 0};
	struct plot plot;

	for (size_t line = 0; line < figures->nrows; line++) {
		const char *day = table_cell(figures, line, "name");

		if (!is_part(figures, line, "day") || strchr(day, '-') == NULL)
			continue; /* dated elsewhere */
		add_bar(&bars, figures, line, day_number(day));
		bars.bars[bars.n - 1].shaded = is_weekend(day);
	}
	plot = plot_of(&bars, _("Logins per day"), _("Day"));
	plot_columns(html, &plot);
}

void
review_day_figures(struct html *html, const struct table *figures)
{
	struct bars bars = {.n = 0};
	struct plot plot;

	for (size_t line = 0; line < figures->nrows; line++) {
		const char *day = table_cell(figures, line, "name");

		if (is_part(figures, line, "day"))
			add_bar(&bars, figures, line,
				strchr(day, '-') != NULL ? day : _("dated elsewhere"));
	}
	plot = plot_of(&bars, _("Logins per day"), _("Day"));
	plot_figures(html, &plot);
}

/* --- hours --- */

/* The hours are those of the daemon's time zone, which it names. */
static void
hours_caption(const struct table *figures, char *text_r, size_t size)
{
	size_t line = 0;

	while (line < figures->nrows && !is_part(figures, line, "zone"))
		line++;
	(void)snprintf(text_r, size, _("Logins by weekday and hour of %s, whatever came of them"),
		line < figures->nrows ? table_cell(figures, line, "name") : "UTC");
}

void
review_plot_hours(struct html *html, const struct table *figures)
{
	char caption[256];
	struct plot_heat heat = {.caption = caption,
		.days = {_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")}};
	size_t n = 0;

	hours_caption(figures, caption, sizeof(caption));
	for (size_t line = 0; line < figures->nrows && n < PLOT_DAYS * PLOT_HOURS; line++) {
		if (!is_part(figures, line, "hour"))
			continue;
		heat.counts[n / PLOT_HOURS][n % PLOT_HOURS] =
			number(figures, line, "success") + number(figures, line, "failure") +
			number(figures, line, "refused") + undecided(figures, line);
		n++;
	}
	plot_heat(html, &heat);
}

/* --- what goes by name --- */

static const struct part {
	const char *part, *caption, *unit;
	const char *none; /* what no name means */
	bool kinds;       /* its names are kinds of factors */
} parts[] = {
	{"service", N_("Logins by service"), N_("Service"), N_("(none)"), false},
	{"source", N_("Logins by source"), N_("Source"), N_("(this machine)"), false},
	{"kinds", N_("Logins by the kinds of factors that were proved"), N_("Kinds of factors"),
		N_("(nothing proved)"), true},
	{"factors", N_("Logins by the factors that were proved"), N_("Factors"),
		N_("(nothing proved)"), false},
	{"reason", N_("Why logins did not succeed"), N_("Reason"), N_("(none)"), false},
};

/* "knowledge+possession" in the reader's language. */
static void
put_kinds(const char *kinds, struct text *text)
{
	static const char *const words[] = {
		N_("knowledge"), N_("possession"), N_("biometric")};

	while (*kinds != '\0') {
		size_t len = strcspn(kinds, "+");
		const char *word = NULL;

		for (size_t i = 0; i < ENTRIES(words); i++)
			if (strlen(words[i]) == len && strncmp(words[i], kinds, len) == 0)
				word = _(words[i]);
		if (word != NULL)
			text_add(text, "%s", word);
		else
			text_add(text, "%.*s", (int)len, kinds);
		kinds += len;
		if (*kinds == '+') {
			text_add(text, " + ");
			kinds++;
		}
	}
}

static void
put_name(const struct part *part, const struct table *figures, size_t line, struct text *text)
{
	const char *name = table_cell(figures, line, "name");

	if (is_set(figures, line, "rest"))
		text_add(text, "%s", _("all others"));
	else if (name[0] == '\0')
		text_add(text, "%s", _(part->none));
	else if (part->kinds)
		put_kinds(name, text);
	else
		text_add(text, "%s", name);
}

static void
put_part(struct html *html, const struct table *figures, const struct part *part)
{
	struct bars bars = {.n = 0};
	struct plot plot;

	for (size_t line = 0; line < figures->nrows; line++) {
		char name[LABEL_SIZE];
		struct text text;

		if (!is_part(figures, line, part->part))
			continue;
		text_init(&text, name, sizeof(name));
		put_name(part, figures, line, &text);
		add_bar(&bars, figures, line, name);
	}
	if (bars.n == 0)
		return;
	plot = plot_of(&bars, _(part->caption), _(part->unit));
	plot_bars(html, &plot);
	if (!bars.at_least)
		return;
	html_begin(html, "p");
	html_attr(html, "class", "small");
	html_textf(html, "\u2265: %s",
		_("at least so many; what may be missing stands with all others."));
	html_end(html);
}

void
review_plot_parts(struct html *html, const struct table *figures)
{
	for (size_t i = 0; i < ENTRIES(parts); i++)
		put_part(html, figures, &parts[i]);
}

uint64_t
review_list_rows(const struct table *figures, const char *list)
{
	for (size_t line = 0; line < figures->nrows; line++)
		if (is_part(figures, line, "list") &&
			strcmp(table_cell(figures, line, "name"), list) == 0)
			return number(figures, line, "other");
	return 0;
}
