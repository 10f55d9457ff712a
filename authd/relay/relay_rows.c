/*
 * Rows of this host: written into the spool, durable, before anybody acts on them, and sent on in
 * order, one at a time, so that what the centre has stored is what the spool may forget.  Where
 * the way to the centre carries no rows they are written into a log of the host's own.  Answers
 * that were unavailable are gathered as refusals are: a flood of them fills no disk.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "authd/relay/relay_internal.h"
#include "common/addr.h"

void
rows_fill(
	const struct relay *relay, struct audit_row *row, enum audit_class class, const char *event)
{
	audit_own_row(row, class, event, relay->config->node,
		wf_clock_now(&relay->options.clock).wall_us);
}

static void
complain(struct relay *relay, wf_status status)
{
	relay_say(relay, LOG_ERR, "a row of the log could not be kept: %s; look at the disk of %s",
		status == WF_FULL ? "the spool is full" : wf_status_text(status),
		relay->config->state_dir);
}

wf_status
rows_open(struct relay *relay, bool sends, char *why_r, size_t size)
{
	char path[sizeof(relay->config->state_dir) + 32];

	(void)snprintf(path, sizeof(path), "%s/%s", relay->config->state_dir,
		sends ? "relay.spool" : "relay.log");
	return sends ? spool_open(path, &relay->spool, why_r, size)
		     : diary_open(path, &relay->diary, why_r, size);
}

size_t
rows_waiting(const struct relay *relay)
{
	return relay->spool == NULL ? 0 : spool_count(relay->spool);
}

static wf_status
put(struct relay *relay, const struct audit_row *row, bool matters)
{
	struct wf_buf encoded;
	wf_status status;

	if (relay->diary != NULL)
		return diary_put(relay->diary, row);
	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	status = audit_row_encode(row, &encoded);
	if (status == WF_OK)
		status = spool_put(relay->spool, encoded.data, encoded.len, matters);
	wf_buf_clear(&encoded);
	return status;
}

static void
keep(struct relay *relay, const struct audit_row *row, bool matters)
{
	wf_status status = put(relay, row, matters);

	if (status != WF_OK)
		complain(relay, status);
}

void
rows_write(struct relay *relay, const struct audit_row *row)
{
	keep(relay, row, true);
	rows_send(relay);
}

void
rows_system(struct relay *relay, const char *event, const char *detail)
{
	struct audit_row row;

	rows_fill(relay, &row, AUDIT_SYSTEM, event);
	AUDIT_TEXT(row.detail, detail);
	rows_write(relay, &row);
}

void
rows_unavailable(struct relay *relay, const struct local *local)
{
	bool trusted = local->peer->cred.uid == 0;
	struct wf_source source;
	struct audit_row row;

	rows_fill(relay, &row, AUDIT_AUTH, "login");
	row.result = AUDIT_UNAVAILABLE;
	wf_source_from_pam(trusted ? local->rhost : NULL, local->tty, &source);
	AUDIT_TEXT(row.source, source.text);
	AUDIT_TEXT(row.user, local->user);
	AUDIT_TEXT(row.service, local->service);
	AUDIT_TEXT(row.machine, local->tty);
	AUDIT_TEXT(row.operator_name, local->ruser);
	AUDIT_TEXT(row.action, "authenticate");
	AUDIT_TEXT(row.reason, "centre-away");
	AUDIT_TEXT(row.detail, trusted ? "" : "claims of the peer unverified");
	if (refusals_note(relay->refusals, &row, trusted ? REFUSAL_ACCOUNT : REFUSAL_CLAIMED))
		keep(relay, &row, false);
}

static void
tell_lost(struct relay *relay)
{
	uint64_t lost = 0;
	char detail[64];

	if (relay->spool != NULL && spool_count(relay->spool) == 0)
		lost = spool_lost(relay->spool);
	if (lost == 0)
		return;
	(void)snprintf(detail, sizeof(detail), "rows lost for want of room: %llu",
		(unsigned long long)lost);
	rows_system(relay, "relay.lost", detail);
}

void
rows_flush(struct relay *relay, bool all)
{
	struct audit_row row;

	while (refusals_take(
		relay->refusals, wf_clock_now(&relay->options.clock).wall_us, all, &row))
		keep(relay, &row, false);
	tell_lost(relay);
}

static wf_status
send_row(struct relay *relay, uint64_t number, const struct wf_buf *row)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_REPORT, WF_WIRE_VERSION);
	status = wf_msg_add_bytes(&msg, WF_F_SPOOL, spool_id(relay->spool), SPOOL_ID_LEN);
	if (status == WF_OK)
		status = wf_msg_add_uint(&msg, WF_F_NUMBER, number);
	if (status == WF_OK)
		status = wf_msg_add_bytes(&msg, WF_F_RECORD, row->data, row->len);
	if (status == WF_OK)
		status = stream_send(relay->stream, &msg);
	wf_msg_clear(&msg);
	return status;
}

void
rows_send(struct relay *relay)
{
	struct wf_buf row;
	uint64_t number = 0;
	wf_status status;

	if (relay->state != RELAY_UP || relay->reporting || relay->stream == NULL)
		return;
	wf_buf_init(&row, SPOOL_ROW_MAX);
	status = spool_first(relay->spool, &number, &row);
	if (status == WF_OK) {
		relay->reporting = send_row(relay, number, &row) == WF_OK;
	} else if (status == WF_CORRUPT) {
		complain(relay, status);
		spool_drop_first(relay->spool, number);
	}
	wf_buf_clear(&row);
}

void
rows_sent(struct relay *relay, const struct wf_msg *msg)
{
	const uint8_t *spool;
	uint64_t number;
	size_t len;

	if (!relay->reporting || wf_msg_get_uint(msg, WF_F_NUMBER, &number) != WF_OK ||
		wf_msg_get_bytes(msg, WF_F_SPOOL, 0, &spool, &len) != WF_OK ||
		!wf_mem_equal(spool, spool_id(relay->spool), SPOOL_ID_LEN))
		return;
	relay->reporting = false;
	spool_drop_first(relay->spool, number);
	rows_send(relay);
}
