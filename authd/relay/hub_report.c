/*
 * Rows that a relay wrote by itself.  Each becomes a row of the log together with its number, in
 * one commit, so that one that is sent again is known and not written again.  What host it is
 * about is not the relay's to say, and few kinds of rows are its to write.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "authd/relay/hub_internal.h"
#include "common/fault.h"

/* Kinds of rows, and whether their result is the relay's to say. */
static const struct kind {
	enum audit_class class;
	const char *event;
	enum audit_result result;
} kinds[] = {
	{AUDIT_SYSTEM, "relay.start", AUDIT_NEUTRAL},
	{AUDIT_SYSTEM, "relay.stop", AUDIT_NEUTRAL},
	{AUDIT_SYSTEM, "relay.away", AUDIT_NEUTRAL},
	{AUDIT_SYSTEM, "relay.back", AUDIT_NEUTRAL},
	{AUDIT_SYSTEM, "relay.lost", AUDIT_NEUTRAL},
	{AUDIT_AUTH, "login", AUDIT_UNAVAILABLE},
	{AUDIT_AUTH, "login.breakglass", AUDIT_SUCCESS},
	{AUDIT_ADMIN, "emergency.new", AUDIT_SUCCESS},
	{AUDIT_ADMIN, "emergency.unlock", AUDIT_SUCCESS},
};

static bool
is_a_relays(const struct audit_row *row)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].class == row->class && kinds[i].result == row->result &&
			strcmp(kinds[i].event, row->event) == 0)
			return true;
	return false;
}

void
report_free(struct report *report)
{
	if (report->guest != NULL)
		report->guest->report = NULL;
	*report->link = report->next;
	if (report->next != NULL)
		report->next->link = report->link;
	free(report);
}

static void
acknowledge(const struct report *report)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_REPORTED, WF_WIRE_VERSION);
	status = wf_msg_add_bytes(&msg, WF_F_SPOOL, report->spool, sizeof(report->spool));
	if (status == WF_OK)
		status = wf_msg_add_uint(&msg, WF_F_NUMBER, report->number);
	if (status == WF_OK)
		status = stream_send(report->guest->stream, &msg);
	wf_msg_clear(&msg);
	if (status != WF_OK)
		stream_end(report->guest->stream, "it cannot be told that its row is stored");
}

/* WF_CONFLICT: the store has this number already. */
static void
stored(struct mailbox_post *post)
{
	struct report *report = post->ctx;
	wf_status status = report->job.status;

	if (report->guest != NULL && (status == WF_OK || status == WF_CONFLICT))
		acknowledge(report);
	else if (report->guest != NULL) /* it will come again */
		stream_end(report->guest->stream, "its row could not be stored");
	report_free(report);
}

static void
store_done(struct store_job *job)
{
	struct report *report = job->ctx;

	report->post = (struct mailbox_post){.run = stored, .ctx = report};
	mailbox_post(report->hub->options.mailbox, &report->post);
}

static wf_status
read_report(struct report *report, const struct wf_msg *msg)
{
	const uint8_t *bytes;
	size_t len;

	if (wf_msg_get_bytes(msg, WF_F_SPOOL, 0, &bytes, &len) != WF_OK ||
		len != sizeof(report->spool) ||
		wf_msg_get_uint(msg, WF_F_NUMBER, &report->number) != WF_OK ||
		report->number > INT64_MAX)
		return WF_INVALID;
	memcpy(report->spool, bytes, len);
	if (wf_msg_get_bytes(msg, WF_F_RECORD, 0, &bytes, &len) != WF_OK ||
		audit_row_decode(bytes, len, &report->row) != WF_OK || !is_a_relays(&report->row))
		return WF_DENIED;
	return WF_OK;
}

static wf_status
submit(struct report *report)
{
	const struct guest *guest = report->guest;
	struct store_job *job = &report->job;

	AUDIT_TEXT(report->row.host, guest->name);
	AUDIT_TEXT(report->row.node, guest->hub->config->node);
	report->effect = (struct effect){.kind = EFFECT_SPOOL_ADVANCE,
		.value = (int64_t)report->number,
		.blob_len = sizeof(report->spool)};
	memcpy(report->effect.blob, report->spool, sizeof(report->spool));
	(void)snprintf(report->effect.text2, sizeof(report->effect.text2), "%s", guest->name);
	job->kind = STORE_ADMIN;
	job->done = store_done;
	job->ctx = report;
	job->u.admin.effects = &report->effect;
	job->u.admin.neffects = 1;
	job->u.admin.rows = &report->row;
	job->u.admin.nrows = 1;
	return store_submit(guest->hub->options.store, job);
}

static void
link_in(struct report *report)
{
	struct hub *hub = report->hub;

	report->next = hub->reports;
	if (report->next != NULL)
		report->next->link = &report->next;
	report->link = &hub->reports;
	hub->reports = report;
	report->guest->report = report;
}

wf_status
report_take(struct guest *guest, const struct wf_msg *msg)
{
	struct report *report;
	wf_status status;

	if (guest->report != NULL)
		return WF_DENIED;
	report = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*report));
	if (report == NULL)
		return WF_NO_MEMORY;
	report->hub = guest->hub;
	report->guest = guest;
	link_in(report);
	status = read_report(report, msg);
	if (status == WF_OK)
		status = submit(report);
	else
		hub_say(guest->hub, LOG_WARNING, "relay %s at %s sent a row that no relay writes",
			guest->name, guest->from);
	if (status != WF_OK)
		report_free(report);
	return status;
}
