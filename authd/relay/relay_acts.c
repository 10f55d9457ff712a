/*
 * What the command warifu gets from a host without accounts: how it stands, and rows about the
 * emergency file.  All other acts belong to the centre.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authd/relay/relay_internal.h"
#include "common/i18n.h"
#include "common/language.h"

#define CELL WF_TERM_TEXT_MAX
#define ROWS 3

struct act_answer {
	struct relay *relay;
	struct engine_peer *peer;
	const struct wf_msg *msg;
	const char *id;	 /* of the act */
	char text[CELL]; /* the closing sentence */
};

/* --- sending --- */

static wf_status
send_list(const struct act_answer *answer, enum wf_msg_type type, enum wf_field_id field,
	const char *const *texts, size_t n)
{
	struct wf_msg msg;
	wf_status status = WF_OK;

	wf_msg_init(&msg, type, answer->peer->version);
	for (size_t i = 0; status == WF_OK && i < n; i++)
		status = wf_msg_add_bytes(&msg, field, texts[i], strlen(texts[i]));
	if (status == WF_OK && !answer->peer->send(answer->peer, &msg))
		status = WF_IO;
	wf_msg_clear(&msg);
	return status;
}

static wf_status
send_end(const struct act_answer *answer, wf_status result)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_END, answer->peer->version);
	status = wf_msg_add_uint(&msg, WF_F_STATUS, result);
	if (status == WF_OK)
		status = wf_msg_add_text(&msg, WF_F_TEXT,
			answer->text[0] != '\0' ? answer->text : _(wf_status_text(result)));
	if (status == WF_OK && !answer->peer->send(answer->peer, &msg))
		status = WF_IO;
	wf_msg_clear(&msg);
	return status;
}

/* --- how it stands --- */

static bool
is_up(const struct relay *relay)
{
	return relay->state == RELAY_UP;
}

static void
say_centre(const struct relay *relay, char *text_r, size_t size)
{
	const char *server = relay->config->relay.server;

	if (is_up(relay))
		(void)snprintf(text_r, size, _("the centre %s is there"), server);
	else
		(void)snprintf(text_r, size, _("the centre %s is away: %s"), server,
			relay->why[0] != '\0' ? relay->why : _("not connected yet"));
}

static wf_status
status_rows(struct act_answer *answer)
{
	static const char *const columns[] = {"ok:bool", "level", "message", "version", "node",
		"mode", "pid:number", "started:time", "centre", "connected:bool", "spooled:number",
		"unavailable:number", "config-file", "state-dir", "breakglass-file"};
	const struct relay *relay = answer->relay;
	char pid[24], started[24], spooled[24], unavailable[24];
	const char *up = is_up(relay) ? "1" : "0";
	const char *const cells[] = {up, is_up(relay) ? "ok" : "critical", answer->text,
		PACKAGE_VERSION, relay->config->node, "relay", pid, started,
		relay->config->relay.server, up, spooled, unavailable, relay->config->file,
		relay->config->state_dir, relay->config->breakglass_file};
	wf_status status;

	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	(void)snprintf(started, sizeof(started), "%lld", (long long)relay->started_us);
	(void)snprintf(spooled, sizeof(spooled), "%zu", rows_waiting(relay));
	(void)snprintf(
		unavailable, sizeof(unavailable), "%llu", (unsigned long long)relay->unavailable);
	say_centre(relay, answer->text, sizeof(answer->text));
	status = send_list(
		answer, WF_MSG_HEAD, WF_F_COLUMN, columns, sizeof(columns) / sizeof(columns[0]));
	if (status == WF_OK)
		status = send_list(
			answer, WF_MSG_ROW, WF_F_CELL, cells, sizeof(cells) / sizeof(cells[0]));
	return status;
}

struct finding {
	const char *name, *level;
	char text[CELL];
};

static void
find_centre(const struct relay *relay, struct finding *finding)
{
	finding->name = "centre";
	finding->level = is_up(relay) ? "ok" : "bad";
	say_centre(relay, finding->text, sizeof(finding->text));
}

static void
find_certificate(const struct relay *relay, struct finding *finding)
{
	wf_status status;

	if (relay->context == NULL)
		return; /* none is needed over RADIUS */
	finding->name = "certificate";
	status = trust_check(relay->context, &relay->config->relay.trust, finding->text);
	finding->level = status == WF_OK ? "ok" : status == WF_NO ? "warn" : "bad";
}

static void
find_rows(const struct relay *relay, struct finding *finding)
{
	size_t n = rows_waiting(relay);

	finding->name = relay->diary != NULL ? "log" : "spool";
	finding->level = n > 0 && !is_up(relay) ? "warn" : "ok";
	if (relay->diary != NULL)
		(void)snprintf(finding->text, sizeof(finding->text),
			_("the log of this host is %s; RADIUS carries none to the centre"),
			diary_path(relay->diary));
	else
		(void)snprintf(finding->text, sizeof(finding->text),
			_("rows that wait for the centre: %zu"), n);
}

static wf_status
doctor_rows(struct act_answer *answer)
{
	static const char *const columns[] = {"name", "level", "text"};
	struct finding findings[ROWS] = {{NULL}};
	wf_status status = send_list(answer, WF_MSG_HEAD, WF_F_COLUMN, columns, 3);

	find_centre(answer->relay, &findings[0]);
	find_certificate(answer->relay, &findings[1]);
	find_rows(answer->relay, &findings[2]);
	for (size_t i = 0; status == WF_OK && i < ROWS; i++) {
		const char *const cells[] = {findings[i].name, findings[i].level, findings[i].text};

		if (findings[i].name == NULL)
			continue;
		status = send_list(answer, WF_MSG_ROW, WF_F_CELL, cells, 3);
	}
	return status;
}

/* --- the emergency file --- */

/* The value of "key=value"; "" if it is not there, or too long. */
static void
arg(const struct wf_msg *msg, const char *key, char *value_r, size_t size)
{
	const uint8_t *bytes;
	size_t len, skip = strlen(key) + 1;

	value_r[0] = '\0';
	for (size_t i = 0; wf_msg_get_bytes(msg, WF_F_ARG, i, &bytes, &len) == WF_OK; i++) {
		if (len < skip || len - skip >= size ||
			strncmp((const char *)bytes, key, skip - 1) != 0 || bytes[skip - 1] != '=')
			continue;
		memcpy(value_r, bytes + skip, len - skip);
		value_r[len - skip] = '\0';
	}
}

static void
fill_note(const struct act_answer *answer, const char *event, struct audit_row *row)
{
	char value[CELL];

	rows_fill(answer->relay, row, AUDIT_ADMIN, event);
	row->result = AUDIT_SUCCESS;
	AUDIT_TEXT(row->action, event);
	AUDIT_TEXT(row->operator_name, "root");
	arg(answer->msg, "user", value, sizeof(value));
	AUDIT_TEXT(row->user, value);
	arg(answer->msg, "detail", value, sizeof(value));
	AUDIT_TEXT(row->detail, value);
	arg(answer->msg, "ticket", value, sizeof(value));
	AUDIT_TEXT(row->ticket, value);
}

/* A login that nobody but the emergency file had a part in: of the time when it was. */
static void
fill_use(const struct act_answer *answer, struct audit_row *row)
{
	char value[CELL], source[CELL];

	fill_note(answer, "login.breakglass", row);
	row->class = AUDIT_AUTH;
	AUDIT_TEXT(row->operator_name, "");
	AUDIT_TEXT(row->service, "");
	AUDIT_TEXT(row->factors, "breakglass");
	AUDIT_TEXT(row->detail, "emergency code used while the daemon was away");
	arg(answer->msg, "tty", value, sizeof(value));
	(void)snprintf(source, sizeof(source), "local:%.48s", value);
	AUDIT_TEXT(row->source, source);
	AUDIT_TEXT(row->machine, value);
	arg(answer->msg, "time", value, sizeof(value));
	if (value[0] != '\0')
		row->first_us = row->last_us = strtoll(value, NULL, 10);
}

/* What was done to the emergency file here: a row under the act's own name. */
static wf_status
emergency_done(struct act_answer *answer)
{
	struct audit_row row;

	fill_note(answer, answer->id, &row);
	rows_write(answer->relay, &row);
	return WF_OK;
}

static wf_status
emergency_used(struct act_answer *answer)
{
	struct audit_row row;

	fill_use(answer, &row);
	rows_write(answer->relay, &row);
	return WF_OK;
}

/* --- which --- */

static const struct {
	const char *id;
	enum role role;
	bool root_alone;
	wf_status (*run)(struct act_answer *answer);
} acts[] = {
	{"status", ROLE_VIEWER, false, status_rows},
	{"doctor", ROLE_AUDITOR, false, doctor_rows},
	{"emergency.new", ROLE_ADMINISTRATOR, true, emergency_done},
	{"emergency.unlock", ROLE_ADMINISTRATOR, true, emergency_done},
	{"emergency.used", ROLE_ADMINISTRATOR, true, emergency_used},
};

static wf_status
run(struct act_answer *answer)
{
	const struct relay *relay = answer->relay;

	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (strcmp(acts[i].id, answer->id) != 0)
			continue;
		if (act_role(relay->config, &answer->peer->cred) < acts[i].role ||
			(acts[i].root_alone && answer->peer->cred.uid != 0))
			return WF_DENIED;
		return acts[i].run(answer);
	}
	(void)snprintf(answer->text, sizeof(answer->text),
		_("This host has no accounts of its own: use the command on the centre %s."),
		relay->config->relay.server);
	return WF_UNSUPPORTED;
}

wf_status
acts_message(struct relay *relay, struct engine_peer *peer, const struct wf_msg *msg)
{
	char id[65], language[17];
	struct act_answer answer = {.relay = relay, .peer = peer, .msg = msg, .id = id};
	void *before;
	wf_status status;

	if (msg->type != WF_MSG_ACT)
		return WF_DENIED;
	status = wf_msg_get_text(msg, WF_F_ACT, 0, id, sizeof(id));
	if (status == WF_OK)
		status = wf_msg_get_text(msg, WF_F_LANGUAGE, 0, language, sizeof(language));
	if (status != WF_OK)
		return status;
	before = wf_language_begin(language);
	status = run(&answer);
	status = send_end(&answer, status);
	wf_language_end(before);
	return status;
}
