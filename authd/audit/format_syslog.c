/* Headers and structured data; see the header. */
#include "config.h"

#include "authd/audit/format_syslog.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "authd/audit/format_cef.h"

/* RFC 5424, section 6: how long the names of a header may be. */
#define HOST_MAX 255
#define MSGID_MAX 32
#define TIME_LEN 32 /* 2026-03-01T09:00:00.123456+09:00 */
#define SEQUENCE_MAX UINT64_C(2147483647)
#define IN_VALUE "\"\\]" /* section 6.3.3 */

unsigned
audit_severity(const struct audit_row *row)
{
	enum { ERROR = 3, WARNING = 4, NOTICE = 5, INFORMATION = 6 };
	static const uint8_t table[][4] = {
		[AUDIT_AUTH] = {[AUDIT_FAILURE] = WARNING,
			[AUDIT_SUCCESS] = INFORMATION,
			[AUDIT_NEUTRAL] = INFORMATION,
			[AUDIT_UNAVAILABLE] = ERROR},
		[AUDIT_ADMIN] = {WARNING, NOTICE, NOTICE, ERROR},
		[AUDIT_SESSION] = {INFORMATION, INFORMATION, INFORMATION, ERROR},
		[AUDIT_FINDING] = {WARNING, WARNING, WARNING, ERROR},
		[AUDIT_SYSTEM] = {ERROR, NOTICE, NOTICE, ERROR},
		[AUDIT_TOMBSTONE] = {NOTICE, NOTICE, NOTICE, ERROR},
	};

	if ((unsigned)row->class >= sizeof(table) / sizeof(table[0]) || row->class < AUDIT_AUTH ||
		(unsigned)row->result > AUDIT_UNAVAILABLE)
		return WARNING;
	return table[row->class][row->result];
}

void
audit_line_sentence(struct audit_line *line, const struct audit_row *row)
{
	audit_line_word(line, row->event, sizeof(row->event));
	audit_line_put(line, " ");
	audit_line_put(line, audit_result_name(row->result));
	if (row->reason[0] == '\0')
		return;
	audit_line_put(line, ": ");
	audit_line_word(line, row->reason, sizeof(row->reason));
}

static void
put_priority(struct audit_line *line, const struct audit_row *row)
{
	char text[8];

	(void)snprintf(text, sizeof(text), "<%u>", AUDIT_FACILITY * 8 + audit_severity(row));
	audit_line_put(line, text);
}

/* A time that has no four digits for its year is none. */
static void
put_header(struct audit_line *line, const struct audit_row *row, const struct audit_cells *cells)
{
	put_priority(line, row);
	audit_line_put(line, "1 ");
	audit_line_put(line, strlen(cells->time) == TIME_LEN ? cells->time : "-");
	audit_line_put(line, " ");
	audit_line_word(line, row->node, HOST_MAX);
	audit_line_put(line, " warifu - ");
	audit_line_word(line, row->event, MSGID_MAX);
	audit_line_put(line, " ");
}

/* --- structured data --- */

static void
put_parameter(struct audit_line *line, const char *name, size_t len, const char *value)
{
	char key[33];

	(void)snprintf(key, sizeof(key), " %.*s=\"", (int)len, name);
	audit_line_put(line, key);
	audit_line_value(line, value, IN_VALUE);
	audit_line_put(line, "\"");
}

static void
put_standard(struct audit_line *line, uint64_t seq)
{
	char element[64];

	if (seq > 0) {
		(void)snprintf(element, sizeof(element), "[meta sequenceId=\"%" PRIu64 "\"]",
			(seq - 1) % SEQUENCE_MAX + 1);
		audit_line_put(line, element);
	}
	audit_line_put(
		line, "[origin software=\"warifu\" swVersion=\"" PACKAGE_VERSION "\"]");
}

static void
put_own(struct audit_line *line, uint32_t enterprise, const struct audit_cells *cells)
{
	char element[32];

	(void)snprintf(element, sizeof(element), "[warifu@%" PRIu32, enterprise);
	audit_line_put(line, element);
	for (size_t i = 0; i < AUDIT_COLUMNS; i++)
		if (cells->cells[i][0] != '\0')
			put_parameter(line, audit_columns[i], strcspn(audit_columns[i], ":"),
				cells->cells[i]);
	audit_line_put(line, "]");
}

/* --- messages --- */

static wf_status
finish(const struct audit_line *line, size_t before)
{
	if (line->status != WF_OK)
		wf_buf_cut(line->out, before);
	return line->status;
}

wf_status
audit_syslog(const struct audit_syslog *how, const struct audit_entry *entry, struct wf_buf *out)
{
	struct audit_line line = {.out = out, .status = WF_OK};
	size_t before = out->len;
	struct audit_cells cells;

	audit_row_cells(entry->row, entry->seq, entry->chain, &cells);
	put_header(&line, entry->row, &cells);
	put_standard(&line, entry->seq);
	if (how->form == AUDIT_FORM_RFC5424 && how->enterprise != 0)
		put_own(&line, how->enterprise, &cells);
	audit_line_put(&line, " ");
	if (how->form == AUDIT_FORM_CEF)
		audit_line_cef(&line, entry->row, &cells);
	else if (how->enterprise != 0)
		audit_line_sentence(&line, entry->row);
	else
		audit_line_json(&line, &cells, true);
	return finish(&line, before);
}

/* RFC 3164, section 4.1.2: local time without a year, English whatever the locale is. */
static void
put_short_time(struct audit_line *line, const struct audit_row *row)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t local = (time_t)(row->time_us / 1000000 + (int64_t)row->offset_min * 60);
	struct tm tm = {.tm_mday = 1};
	char text[32];

	(void)gmtime_r(&local, &tm);
	(void)snprintf(text, sizeof(text), "%.3s %2d %02d:%02d:%02d ", months + 3 * tm.tm_mon,
		tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	audit_line_put(line, text);
}

wf_status
audit_syslog_local(const struct audit_entry *entry, struct wf_buf *out)
{
	struct audit_line line = {.out = out, .status = WF_OK};
	size_t before = out->len;
	struct audit_cells cells;

	audit_row_cells(entry->row, entry->seq, entry->chain, &cells);
	put_priority(&line, entry->row);
	put_short_time(&line, entry->row);
	audit_line_put(&line, "warifu: ");
	audit_line_json(&line, &cells, true);
	return finish(&line, before);
}
