/* CEF: a table of keys, and where their values come from. */
#include "config.h"

#include "authd/audit/format_cef.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "authd/audit/format_syslog.h"

#define IN_HEADER "\\|"
#define IN_VALUE "\\="

/* Keys of the dictionary for columns; a key of a site's own choice has a label beside it. */
static const struct cef_key {
	const char *key, *column, *label;
} keys[] = {
	{"externalId", "seq", NULL},
	{"cat", "class", NULL},
	{"duser", "user", NULL},
	{"dhost", "host", NULL},
	{"dvchost", "node", NULL},
	{"app", "service", NULL},
	{"act", "action", NULL},
	{"outcome", "result", NULL},
	{"reason", "reason", NULL},
	{"cnt", "count", NULL},
	{"suser", "operator", NULL},
	{"msg", "detail", NULL},
	{"cs1", "machine", "machine"},
	{"cs2", "factors", "factors"},
	{"cs3", "kinds", "kinds"},
	{"cs4", "rule", "rule"},
	{"cs5", "txn", "transaction"},
	{"cs6", "hash", "chain hash"},
	{"flexString1", "ticket", "ticket"},
	{"flexString2", "approver", "approver"},
};

static void
put_pair(struct audit_line *line, const char *key, const char *suffix, const char *value)
{
	audit_line_put(line, " ");
	audit_line_put(line, key);
	audit_line_put(line, suffix);
	audit_line_put(line, "=");
	audit_line_value(line, value, IN_VALUE);
}

/* Milliseconds since 1970, which every reader takes. */
static void
put_time(struct audit_line *line, const char *key, int64_t time_us)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, time_us / 1000);
	put_pair(line, key, "", text);
}

/* Two keys for addresses, by their kind; another one for what is none. */
static void
put_source(struct audit_line *line, const char *source)
{
	struct in6_addr address;

	if (inet_pton(AF_INET, source, &address) == 1) {
		put_pair(line, "src", "", source);
	} else if (inet_pton(AF_INET6, source, &address) == 1) {
		put_pair(line, "c6a2", "Label", "Source IPv6 Address");
		put_pair(line, "c6a2", "", source);
	} else if (source[0] != '\0') {
		put_pair(line, "shost", "", source);
	}
}

static void
put_header(struct audit_line *line, const struct audit_row *row)
{
	/* by the severity of syslog */
	static const char *const severities[] = {"10", "10", "9", "8", "6", "4", "2", "1"};

	audit_line_put(line, "CEF:0|Warifu|Warifu|" PACKAGE_VERSION "|");
	audit_line_value(line, row->event, IN_HEADER);
	audit_line_put(line, "|");
	audit_line_value(line, row->event, IN_HEADER);
	audit_line_put(line, " ");
	audit_line_put(line, audit_result_name(row->result));
	audit_line_put(line, "|");
	audit_line_put(line, severities[audit_severity(row)]);
	audit_line_put(line, "|");
}

void
audit_line_cef(
	struct audit_line *line, const struct audit_row *row, const struct audit_cells *cells)
{
	char first[24];

	put_header(line, row);
	(void)snprintf(first, sizeof(first), "rt=%" PRId64, row->time_us / 1000);
	audit_line_put(line, first);
	put_source(line, row->source);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *cell = audit_cell(cells, keys[i].column);

		if (cell[0] == '\0')
			continue;
		if (keys[i].label != NULL)
			put_pair(line, keys[i].key, "Label", keys[i].label);
		put_pair(line, keys[i].key, "", cell);
	}
	if (row->count > 1) {
		put_time(line, "start", row->first_us);
		put_time(line, "end", row->last_us);
	}
}
