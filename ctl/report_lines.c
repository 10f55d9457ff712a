/* Lines of a report: where parts begin and end, what words mean, and one line as one sentence. */
#include "config.h"

#include "ctl/report_lines.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/i18n.h"
#include "ctl/text.h"
#include "ctl/when.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))

/* --- words --- */

static const struct report_state states[] = {
	{"met", N_("Enforced or proved, and nothing in the log speaks against it."), HTML_GOOD},
	{"met with exceptions", N_("Met, but for the cases that are named."), HTML_PART},
	{"deviation", N_("Not met on purpose: somebody has written down why, and until when."),
		HTML_PART},
	{"not met", N_("A setting or the log says that it is not met."), HTML_BAD},
	{"shown", N_("Figures are given; whether they are enough is for people to say."),
		HTML_NONE},
	{"not shown", N_("There is nothing here to show it by; show it by other means."),
		HTML_NONE},
	{"outside", N_("Of no concern of an authentication system."), HTML_NONE},
};

/* Whatever else the daemon may say in the cells of words. */
static const struct word {
	const char *word;
	enum html_tone tone;
} words[] = {
	{N_("met"), HTML_GOOD},
	{N_("met with exceptions"), HTML_PART},
	{N_("deviation"), HTML_PART},
	{N_("not met"), HTML_BAD},
	{N_("shown"), HTML_NONE},
	{N_("not shown"), HTML_NONE},
	{N_("outside"), HTML_NONE},
	/* of a setting */
	{N_("partly"), HTML_PART},
	{N_("not yet"), HTML_BAD},
	{N_("not in force"), HTML_NONE},
	{N_("advice"), HTML_NONE},
	{N_("always"), HTML_NONE},
	{N_("built in"), HTML_NONE},
	/* of a proof */
	{N_("no data"), HTML_NONE},
	{N_("figures"), HTML_NONE},
	{N_("supports"), HTML_GOOD},
	{N_("exceptions"), HTML_PART},
	{N_("contradicts"), HTML_BAD},
	/* of an exception */
	{N_("deviate"), HTML_PART},
	{N_("resolve"), HTML_PART},
	/* how strongly it is asked for, and what this software does about it */
	{N_("must"), HTML_NONE},
	{N_("recommended"), HTML_NONE},
	{N_("sample"), HTML_NONE},
	{N_("enforced"), HTML_NONE},
	{N_("evidenced"), HTML_NONE},
	{N_("reported"), HTML_NONE},
	/* of the whole */
	{N_("enforce"), HTML_NONE},
	{N_("observe"), HTML_BAD},
};

const struct report_state *
report_states(size_t *n_r)
{
	*n_r = ENTRIES(states);
	return states;
}

static const struct word *
find_word(const char *word)
{
	for (size_t i = 0; i < ENTRIES(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return &words[i];
	return NULL;
}

const char *
report_word(const char *word)
{
	return find_word(word) != NULL ? _(word) : word;
}

enum html_tone
report_tone(const char *word)
{
	const struct word *found = find_word(word);

	return found != NULL ? found->tone : HTML_NONE;
}

/* --- lines --- */

static bool
is_part(const struct table *lines, size_t line, enum report_part part)
{
	static const char *const names[] = {
		"report", "criterion", "setting", "proof", "exception"};

	return strcmp(table_cell(lines, line, "part"), names[part]) == 0;
}

size_t
report_next(const struct table *lines, enum report_part part, size_t line, size_t end)
{
	while (line < end && !is_part(lines, line, part))
		line++;
	return line;
}

size_t
report_end(const struct table *lines, size_t line)
{
	do
		line++;
	while (line < lines->nrows && !is_part(lines, line, REPORT_CRITERION) &&
		!is_part(lines, line, REPORT_FACTS));
	return line;
}

size_t
report_group_end(const struct table *lines, size_t line)
{
	const char *group = table_cell(lines, line, "group");

	do
		line = report_end(lines, line);
	while (line < lines->nrows && is_part(lines, line, REPORT_CRITERION) &&
		strcmp(table_cell(lines, line, "group"), group) == 0);
	return line;
}

size_t
report_count(const struct table *lines, size_t line, size_t end, const char *state)
{
	size_t n = 0;

	for (; line < end; line++)
		n += is_part(lines, line, REPORT_CRITERION) &&
		     (state == NULL || strcmp(table_cell(lines, line, "state"), state) == 0);
	return n;
}

const char *
report_time(
	const struct table *lines, size_t line, const char *column, char text_r[REPORT_TIME_SIZE])
{
	const char *cell = table_cell(lines, line, column);

	text_r[0] = '\0';
	if (cell[0] != '\0')
		when_format(strtoll(cell, NULL, 10), text_r);
	return text_r;
}

/* --- facts --- */

/* What is told of a report, and from which facts; "between" stands between two of them. */
static const struct {
	const char *title, *between;
	const char *names[2];
	bool both; /* the value, too, where there is a text */
} facts[] = {
	{N_("Document"), ", ", {"profile"}, true},
	{N_("Edition"), ", ", {"edition"}, false},
	{N_("Document last gone over"), ", ", {"reviewed"}, false},
	{N_("Period"), " \u2013 ", {"since", "until"}, false},
	{N_("Host"), ", ", {"host"}, false},
	{N_("Version of Warifu"), ", ", {"version"}, false},
	{N_("Mode"), ", ", {"mode"}, false},
	{N_("Policy composed of"), ", ", {"composed-of"}, false},
	{N_("Rows of the log in the period"), ", ", {"rows"}, false},
	{N_("First and last of them"), " \u2013 ", {"first-row", "last-row"}, false},
	{N_("Rows have expired before"), ", ", {"expired"}, false},
	{N_("Chain hash of the last row"), ", ", {"head"}, false},
	{N_("Configuration"), ", ", {"configuration"}, false},
	{N_("State of the settings"), ", ", {"as-of"}, false},
	{N_("Made by"), ", ", {"by"}, false},
	{N_("Made on"), ", ", {"made"}, false},
	{N_("Hash of the evidence (SHA-256)"), ", ", {"hash"}, false},
};

static bool
is_fact(const struct table *lines, size_t line, const char *name)
{
	return is_part(lines, line, REPORT_FACTS) &&
	       strcmp(table_cell(lines, line, "name"), name) == 0;
}

const char *
report_fact(const struct table *lines, const char *name, const char *column)
{
	size_t line = 0;

	while (line < lines->nrows && !is_fact(lines, line, name))
		line++;
	return table_cell(lines, line, column);
}

size_t
report_facts_n(void)
{
	return ENTRIES(facts);
}

/* A number as people write it, and else a word. */
static void
add_value(const char *value, struct text *text)
{
	char count[HTML_COUNT_SIZE];
	char *end;
	const unsigned long long number = strtoull(value, &end, 10);

	text_add(text, "%s", value[0] != '\0' && *end == '\0' ? html_count(number, count)
							     : report_word(value));
}

/* What a fact has of text, value, time and row. */
static void
add_fact(const struct table *lines, size_t line, bool both, struct text *text)
{
	const char *about = table_cell(lines, line, "text");
	const char *value = table_cell(lines, line, "value");
	const char *row = table_cell(lines, line, "row");
	char time[REPORT_TIME_SIZE];

	text_add(text, "%s%s", about, report_time(lines, line, "time", time));
	if (about[0] == '\0')
		add_value(value, text);
	else if (both)
		text_add(text, " (%s)", value);
	if (row[0] != '\0')
		text_add(text, _(" (row %s)"), row);
}

/* Times are shown in the zone of whoever makes the report. */
static void
add_zone(const struct table *lines, struct text *text)
{
	const long long us = strtoll(report_fact(lines, "until", "time"), NULL, 10);
	const time_t at = (time_t)(us / 1000000);
	struct tm local;
	char zone[32];

	if (localtime_r(&at, &local) != NULL &&
		strftime(zone, sizeof(zone), "%Z %z", &local) != 0)
		text_add(text, " (%s)", zone);
}

bool
report_fact_at(const struct table *lines, size_t index, struct report_fact *fact_r)
{
	struct text text;

	fact_r->title = _(facts[index].title);
	text_init(&text, fact_r->text, sizeof(fact_r->text));
	for (size_t line = 0; line < lines->nrows; line++) {
		if (!is_fact(lines, line, facts[index].names[0]) &&
			(facts[index].names[1] == NULL ||
				!is_fact(lines, line, facts[index].names[1])))
			continue;
		text_add(&text, "%s", fact_r->text[0] != '\0' ? facts[index].between : "");
		add_fact(lines, line, facts[index].both, &text);
	}
	if (fact_r->text[0] != '\0' && strcmp(facts[index].names[0], "since") == 0)
		add_zone(lines, &text);
	return fact_r->text[0] != '\0';
}

/* --- sentences --- */

static void
add_setting(const struct table *lines, size_t line, struct text *text)
{
	const char *wanted = table_cell(lines, line, "wanted");
	const char *scope = table_cell(lines, line, "for");
	const char *origin = table_cell(lines, line, "origin");

	text_add(text, "%s", table_cell(lines, line, "name"));
	if (scope[0] != '\0')
		text_add(text, " [%s]", scope);
	text_add(text, " = %s", report_word(table_cell(lines, line, "value")));
	if (wanted[0] != '\0')
		text_add(text, _("; asked for: %s"), wanted);
	if (origin[0] != '\0')
		text_add(text, _("; from: %s"), report_word(origin));
}

static void
add_proof(const struct table *lines, size_t line, struct text *text)
{
	text_add(text, "%s", table_cell(lines, line, "text"));
}

const char *
report_why(const struct table *lines, size_t line)
{
	const char *reason = table_cell(lines, line, "reason");

	return reason[0] != '\0' ? reason : table_cell(lines, line, "text");
}

static void
add_exception(const struct table *lines, size_t line, struct text *text)
{
	const char *by = table_cell(lines, line, "by");
	char time[REPORT_TIME_SIZE];

	text_add(text, "%s = %s: %s", table_cell(lines, line, "name"),
		table_cell(lines, line, "value"), report_why(lines, line));
	if (by[0] != '\0')
		text_add(text, _("; approved by: %s"), by);
	if (report_time(lines, line, "until", time)[0] != '\0')
		text_add(text, _("; until: %s"), time);
}

void
report_sentence(const struct table *lines, size_t line, char text_r[REPORT_TEXT_SIZE])
{
	static const struct {
		enum report_part part;
		void (*add)(const struct table *lines, size_t line, struct text *text);
	} parts[] = {{REPORT_SETTING, add_setting}, {REPORT_PROOF, add_proof},
		{REPORT_EXCEPTION, add_exception}};
	struct text text;

	text_init(&text, text_r, REPORT_TEXT_SIZE);
	text_add(&text, "[%s] ", report_word(table_cell(lines, line, "state")));
	for (size_t i = 0; i < ENTRIES(parts); i++)
		if (is_part(lines, line, parts[i].part))
			parts[i].add(lines, line, &text);
}
