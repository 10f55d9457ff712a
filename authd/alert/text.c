/* The words of alerts. */
#include "config.h"

#include "authd/alert/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "authd/audit/audit.h"
#include "authd/audit/line.h"
#include "authd/detect/rules.h"
#include "common/i18n.h"
#include "common/language.h"

#define LINE_SIZE 1200
#define MOMENT_SIZE 40
#define NAME_SIZE (WF_NAME_MAX + 1)
#define US_PER_S 1000000

static const struct language {
	unsigned bit;
	const char *name;
} languages[] = {{ALERT_JA, "ja"}, {ALERT_EN, "en"}};

/* --- pieces --- */

static const char *
moment(int64_t us, char text_r[MOMENT_SIZE])
{
	const time_t seconds = (time_t)(us / US_PER_S);
	struct tm local;

	if (localtime_r(&seconds, &local) == NULL ||
		strftime(text_r, MOMENT_SIZE, "%Y-%m-%d %H:%M:%S %z", &local) == 0)
		text_r[0] = '\0';
	return text_r;
}

/* Whatever the store says, it stays one text. */
static const char *
shown(const char *name, char text_r[NAME_SIZE])
{
	audit_text(text_r, NAME_SIZE, name[0] != '\0' ? name : "-");
	return text_r;
}

/* The rule in words; its id for one that this program does not have any more. */
static const char *
words_of(const char *id, char text_r[NAME_SIZE])
{
	int rule = detect_rule_find(id);

	return rule < 0 ? shown(id, text_r) : _(detect_rules()[rule].words);
}

static void say(struct wf_buf *out, wf_status *status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The first failure sticks, and nothing is written after it. */
static void
say(struct wf_buf *out, wf_status *status, const char *format, ...)
{
	char text[LINE_SIZE];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (*status == WF_OK)
		*status = wf_buf_put(out, text, strlen(text));
}

/* --- letters --- */

static void
subject_of(const struct alert_note *note, char *text_r, size_t size)
{
	char name[NAME_SIZE];

	if (note->n == 0)
		(void)snprintf(text_r, size, "%s", _("a test of the alerts"));
	else if (note->total == 1 && note->bare)
		(void)snprintf(text_r, size, _("finding %lld, level %u"),
			(long long)note->list[0].id, note->worst);
	else if (note->total == 1)
		(void)snprintf(text_r, size, _("finding %lld, level %u: %s"),
			(long long)note->list[0].id, note->worst,
			words_of(note->list[0].rule, name));
	else
		(void)snprintf(text_r, size, _("%llu findings, the highest of level %u"),
			(unsigned long long)note->total, note->worst);
}

static void
say_test(const struct alert_note *note, struct wf_buf *out, wf_status *status)
{
	char now[MOMENT_SIZE];

	say(out, status,
		_("Warifu on %s was asked on %s to try the alerts. Nothing has happened: this is "
		  "how you are told when something has."),
		note->node, moment(note->now_us, now));
	say(out, status, "\n");
}

/* Of a thing, and of no account and no place: which one. */
static bool
is_of_thing(const struct incident *one)
{
	return one->user[0] == '\0' && one->source[0] == '\0';
}

static void
say_whom(const struct incident *one, struct wf_buf *out, wf_status *status)
{
	char name[NAME_SIZE];

	if (is_of_thing(one)) {
		say(out, status, _("Which: %s\n"), shown(one->key, name));
		return;
	}
	say(out, status, _("Account: %s\n"), shown(one->user, name));
	say(out, status, _("Source: %s\n"), shown(one->source, name));
}

static void
say_facts(const struct alert_note *note, struct wf_buf *out, wf_status *status)
{
	const struct incident *one = &note->list[0];
	char first[MOMENT_SIZE], last[MOMENT_SIZE], name[NAME_SIZE];

	say(out, status, _("What: %s\n"), words_of(one->rule, name));
	say_whom(one, out, status);
	say(out, status, _("From %s to %s\n"), moment(one->first_us, first),
		moment(one->last_us, last));
	say(out, status, _("Rows of the log: %llu, from %llu to %llu (%s)\n"),
		(unsigned long long)one->rows, (unsigned long long)one->first_seq,
		(unsigned long long)one->last_seq, shown(note->rows, name));
}

static void
say_bare(struct wf_buf *out, wf_status *status)
{
	say(out, status, "%s\n",
		_("There are no names here, since a mail server refused the mail that had them."));
}

static void
say_one(const struct alert_note *note, struct wf_buf *out, wf_status *status)
{
	const struct incident *one = &note->list[0];

	say(out, status, _("Warifu on %s has found something in its log of logins."), note->node);
	say(out, status, "\n\n");
	say(out, status, _("Finding: %lld\n"), (long long)one->id);
	say(out, status, _("Level: %u (from 0, a note, to 3, the worst)\n"), one->level);
	if (note->bare)
		say_bare(out, status);
	else
		say_facts(note, out, status);
	say(out, status, "\n");
	say(out, status, _("What to do: look at the rows, and record what it was:"));
	say(out, status, "\n\n    warifu finding show %" PRId64, one->id);
	say(out, status, "\n    warifu finding close %" PRId64 " --level LEVEL --reason \"...\"\n",
		one->id);
}

static void
say_each(const struct incident *one, struct wf_buf *out, wf_status *status)
{
	char rule[NAME_SIZE], user[NAME_SIZE], source[NAME_SIZE];

	if (is_of_thing(one))
		say(out, status, _("%lld, level %u: %s; which: %s\n"), (long long)one->id,
			one->level, words_of(one->rule, rule), shown(one->key, user));
	else
		say(out, status, _("%lld, level %u: %s; account %s, source %s\n"),
			(long long)one->id, one->level, words_of(one->rule, rule),
			shown(one->user, user), shown(one->source, source));
}

static void
say_many(const struct alert_note *note, struct wf_buf *out, wf_status *status)
{
	say(out, status,
		_("Warifu on %s has found so much in its log of logins that this one mail tells "
		  "of all of it: %llu findings."),
		note->node, (unsigned long long)note->total);
	say(out, status, "\n\n");
	if (note->bare)
		say_bare(out, status);
	for (size_t i = 0; i < note->n && !note->bare; i++)
		say_each(&note->list[i], out, status);
	if (note->total > note->n && !note->bare)
		say(out, status, _("... and %llu more\n"),
			(unsigned long long)(note->total - note->n));
	say(out, status, "\n");
	say(out, status, _("What to do: look at them, and record what each was:"));
	say(out, status, "\n\n    warifu finding list\n");
}

static void
say_body(const struct alert_note *note, struct wf_buf *out, wf_status *status)
{
	if (note->n == 0)
		say_test(note, out, status);
	else if (note->total == 1)
		say_one(note, out, status);
	else
		say_many(note, out, status);
}

static void
add_subject(struct letter *letter, const struct alert_note *note, const char *between)
{
	size_t len = strlen(letter->subject);
	char text[200];

	subject_of(note, text, sizeof(text));
	(void)snprintf(
		letter->subject + len, sizeof(letter->subject) - len, "%s%s", between, text);
}

/* One language behind the other. */
static wf_status
write_in(const struct alert_note *note, unsigned wanted, struct letter *letter, struct wf_buf *body)
{
	const char *between = "";
	wf_status status = WF_OK;

	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
		void *before;

		if ((wanted & languages[i].bit) == 0)
			continue;
		before = wf_language_begin(languages[i].name);
		add_subject(letter, note, between);
		if (between[0] != '\0')
			say(body, &status, "\n----\n\n");
		say_body(note, body, &status);
		wf_language_end(before);
		between = " / ";
	}
	return status;
}

/* FNV-1a. */
static uint64_t
hash_add(uint64_t hash, const void *bytes, size_t len)
{
	const uint8_t *byte = bytes;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/*
 * The same incidents to the same classes: the same letter.  Numbers begin anew on another host, and
 * after a restore on this one; so the host's name, and when it was found, are in it.
 */
static void
put_id(const struct alert_note *note, struct letter *letter)
{
	const uint64_t hash =
		hash_add(UINT64_C(0xcbf29ce484222325), note->node, strlen(note->node));

	if (note->n == 0)
		(void)snprintf(letter->id, sizeof(letter->id), "test.%" PRId64 ".%016" PRIx64,
			note->now_us, hash);
	else
		(void)snprintf(letter->id, sizeof(letter->id),
			"finding.%" PRId64 ".%" PRIu64 ".%x.%016" PRIx64 "%s", note->list[0].id,
			note->total, note->bits,
			hash_add(hash, &note->list[0].opened_us, sizeof(int64_t)),
			note->bare ? ".short" : "");
}

static wf_status
add_people(const struct alert_note *note, const struct config_alert *alert, struct letter *letter)
{
	wf_status status = WF_OK;

	for (unsigned class = 0; class < INCIDENT_CLASSES; class++) {
		const struct config_people *people = &alert->people[class];

		if (!alert_concerns(note->bits, (enum alert_class) class))
			continue;
		for (size_t i = 0; status == WF_OK && i < people->n; i++)
			status = letter_add(letter, people->to[i]);
	}
	return status == WF_OK && letter->n == 0 ? WF_INVALID : status;
}

/* As many incidents as there is room for. */
static wf_status
write_body(const struct alert_note *note, unsigned languages_wanted, struct letter *letter,
	struct wf_buf *body)
{
	struct alert_note fewer = *note;
	const size_t subject = strlen(letter->subject);
	wf_status status;

	for (;; fewer.n--) {
		letter->subject[subject] = '\0';
		wf_buf_cut(body, 0);
		status = write_in(&fewer, languages_wanted, letter, body);
		if (status != WF_TOO_LONG || fewer.n <= 1)
			return status;
	}
}

wf_status
alert_letter(const struct alert_note *note, const struct config_alert *alert, struct wf_buf *body,
	struct letter *letter_r)
{
	struct letter letter = {.n = 0};
	wf_status status = add_people(note, alert, &letter);

	if (status != WF_OK)
		return status;
	put_id(note, &letter);
	(void)snprintf(letter.subject, sizeof(letter.subject), "[Warifu %.64s] ", note->node);
	status = write_body(note, alert->languages, &letter, body);
	if (status != WF_OK && status != WF_TOO_LONG)
		return status;
	AUDIT_TEXT(letter.subject, letter.subject); /* no half of a character at its end */
	letter.body = (const char *)body->data;
	letter.len = body->len;
	*letter_r = letter;
	return WF_OK;
}

/* --- programs --- */

static void
put_name(struct audit_line *line, const char *name)
{
	char text[48];

	(void)snprintf(text, sizeof(text), ",\"%s\":", name);
	audit_line_put(line, text);
}

static void
put_text(struct audit_line *line, const char *name, const char *value)
{
	put_name(line, name);
	audit_line_string(line, value, true);
}

static void
put_number(struct audit_line *line, const char *name, uint64_t value)
{
	char text[24];

	put_name(line, name);
	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	audit_line_put(line, text);
}

static void
put_moment(struct audit_line *line, const char *name, int64_t us)
{
	char text[40];

	audit_time_text(us, 0, text);
	put_text(line, name, text);
}

static void
put_classes(struct audit_line *line, uint32_t bits)
{
	const char *between = "[";

	put_name(line, "classes");
	for (unsigned class = 0; class < INCIDENT_CLASSES; class++) {
		if (!alert_concerns(bits, (enum alert_class) class))
			continue;
		audit_line_put(line, between);
		audit_line_string(line, alert_class_name((enum alert_class) class), true);
		between = ",";
	}
	audit_line_put(line, between[0] == '[' ? "[]" : "]");
}

static void
put_one(struct audit_line *line, const struct alert_note *note)
{
	const struct incident *one = &note->list[0];
	char name[NAME_SIZE];

	put_number(line, "finding", (uint64_t)one->id);
	put_text(line, "rule", one->rule);
	put_text(line, "text", words_of(one->rule, name));
	put_text(line, "key", one->key);
	put_text(line, "user", one->user);
	put_text(line, "source", one->source);
	put_moment(line, "first", one->first_us);
	put_moment(line, "last", one->last_us);
	put_number(line, "rows", one->rows);
}

static void
put_many(struct audit_line *line, const struct alert_note *note)
{
	put_name(line, "findings");
	for (size_t i = 0; i < note->n; i++) {
		char text[24];

		(void)snprintf(text, sizeof(text), "%s%" PRId64, i == 0 ? "[" : ",",
			note->list[i].id);
		audit_line_put(line, text);
	}
	audit_line_put(line, "]");
}

static const char *
event_of(const struct alert_note *note)
{
	if (note->n == 0)
		return "test";
	return note->total == 1 ? "finding" : "findings";
}

wf_status
alert_json(const struct alert_note *note, struct wf_buf *out)
{
	struct audit_line line = {.out = out, .status = WF_OK};
	void *before = wf_language_begin("en");

	audit_line_put(&line, "{\"event\":");
	audit_line_string(&line, event_of(note), true);
	put_text(&line, "node", note->node);
	put_moment(&line, "time", note->now_us);
	put_classes(&line, note->bits);
	if (note->n > 0)
		put_number(&line, "count", note->total);
	if (note->n > 0)
		put_number(&line, "level", note->worst);
	if (note->n > 0)
		(note->total == 1 ? put_one : put_many)(&line, note);
	audit_line_put(&line, "}\n");
	wf_language_end(before);
	return line.status;
}

/* --- the log of the machine --- */

void
alert_line(const struct alert_note *note, char text_r[ALERT_LINE_SIZE])
{
	char subject[200], name[NAME_SIZE] = "", source[NAME_SIZE] = "";
	void *before = wf_language_begin("en");
	const struct incident *one = note->total == 1 ? &note->list[0] : NULL;

	subject_of(note, subject, sizeof(subject));
	wf_language_end(before);
	if (one == NULL)
		(void)snprintf(text_r, ALERT_LINE_SIZE, "alert: %s", subject);
	else if (is_of_thing(one))
		(void)snprintf(text_r, ALERT_LINE_SIZE, "alert: %s; which: %s", subject,
			shown(one->key, name));
	else
		(void)snprintf(text_r, ALERT_LINE_SIZE, "alert: %s; account %s, source %s", subject,
			shown(one->user, name), shown(one->source, source));
}
