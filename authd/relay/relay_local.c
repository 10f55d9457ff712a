/*
 * The callers of this host.  Their messages are decoded here only to see that they are messages
 * of the PAM module and who is named in them; what they mean is the centre's business.
 *
 * A login whose first message cannot reach the centre is answered as if nobody listened
 * (WF_TEXT_AWAY), so that the module may offer the emergency code; whatever is answered later is
 * plainly unavailable.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/relay/relay_internal.h"
#include "common/fault.h"

struct local *
local_of(struct relay *relay, struct engine_peer *peer)
{
	struct local *local = peer->taken;

	if (local != NULL)
		return local;
	local = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*local));
	if (local == NULL)
		return NULL;
	local->relay = relay;
	local->peer = peer;
	local->next = relay->locals;
	if (local->next != NULL)
		local->next->link = &local->next;
	local->link = &relay->locals;
	relay->locals = local;
	peer->taken = local;
	return local;
}

static void
send_close(struct relay *relay, uint32_t number)
{
	struct wf_msg msg;

	if (relay->stream == NULL)
		return;
	wf_msg_init(&msg, WF_MSG_CLOSE, WF_WIRE_VERSION);
	if (wf_msg_add_uint(&msg, WF_F_CHANNEL, number) != WF_OK ||
		stream_send(relay->stream, &msg) != WF_OK)
		stream_end(relay->stream, "it cannot be told that a caller is gone");
	wf_msg_clear(&msg);
}

void
local_forget(struct local *local)
{
	local->peer->taken = NULL;
	*local->link = local->next;
	if (local->next != NULL)
		local->next->link = local->link;
	free(local);
}

void
local_gone(struct engine_peer *peer)
{
	struct local *local = peer->taken;

	if (local == NULL)
		return;
	if (local->number != 0) {
		channels_remove(&local->relay->channels, local->number);
		send_close(local->relay, local->number);
	}
	local_forget(local);
}

bool
local_idle(const struct engine_peer *peer)
{
	const struct local *local = peer->taken;

	return local == NULL || local->pending == 0;
}

/* --- answers of our own --- */

static wf_status
say_unavailable(struct local *local, enum wf_text_id text_id)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_RESULT, local->peer->version);
	status = wf_msg_add_uint(&msg, WF_F_VERDICT, WF_VERDICT_UNAVAILABLE);
	if (status == WF_OK)
		status = wf_msg_add_uint(&msg, WF_F_TEXT_ID, text_id);
	if (status == WF_OK && !local->peer->send(local->peer, &msg))
		status = WF_IO;
	wf_msg_clear(&msg);
	return status;
}

static void
settled(struct local *local)
{
	local->pending = 0;
	local->begun = local->asked = local->typing = false;
}

/*
 * What waits has its answer now.  Whoever has not been asked yet meets nobody; older modules know
 * no word for that.
 */
wf_status
local_answer_away(struct local *local)
{
	bool as_nobody = local->begun && !local->asked && local->peer->version >= 3;

	settled(local);
	local->relay->unavailable++;
	rows_unavailable(local->relay, local);
	return say_unavailable(local, as_nobody ? WF_TEXT_AWAY : WF_TEXT_UNAVAILABLE);
}

void
locals_away(struct relay *relay)
{
	for (struct local *local = relay->locals; local != NULL; local = local->next) {
		if (local->number != 0)
			channels_remove(&relay->channels, local->number);
		local->number = 0;
		if (local->pending > 0 && local_answer_away(local) != WF_OK &&
			local->peer->drop != NULL)
			local->peer->drop(local->peer);
	}
}

/* --- to the centre --- */

static const struct request {
	enum wf_msg_type type;
	bool starts; /* something that ends with a RESULT */
	bool ends;   /* it, without one */
} requests[] = {
	{WF_MSG_BEGIN, true, false},
	{WF_MSG_ANSWER, false, false},
	{WF_MSG_ABORT, false, true},
	{WF_MSG_ACCOUNT, true, false},
	{WF_MSG_SESSION, true, false},
	{WF_MSG_CHANGE, true, false},
};

static const struct request *
request_of(enum wf_msg_type type)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (requests[i].type == type)
			return &requests[i];
	return NULL;
}

/* Fields that the message lacks stay empty. */
wf_status
local_remember(struct local *local, const struct wf_msg *msg)
{
	const struct {
		enum wf_field_id id;
		char *text;
		size_t size;
	} texts[] = {
		{WF_F_USER, local->user, sizeof(local->user)},
		{WF_F_SERVICE, local->service, sizeof(local->service)},
		{WF_F_RHOST, local->rhost, sizeof(local->rhost)},
		{WF_F_TTY, local->tty, sizeof(local->tty)},
		{WF_F_RUSER, local->ruser, sizeof(local->ruser)},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		wf_status status =
			wf_msg_get_text(msg, texts[i].id, 0, texts[i].text, texts[i].size);

		if (status != WF_OK)
			return status;
	}
	return WF_OK;
}

static wf_status
add_process(struct wf_msg *outer, const struct wf_lineage *lineage, size_t i)
{
	struct wf_buf bytes;
	wf_status status;

	wf_buf_init(&bytes, 12);
	status = wf_buf_put_u32(&bytes, (uint32_t)lineage->pids[i]);
	if (status == WF_OK)
		status = wf_buf_put_u64(&bytes, lineage->starts[i]);
	if (status == WF_OK)
		status = wf_msg_add_bytes(outer, WF_F_PROCESS, bytes.data, bytes.len);
	wf_buf_clear(&bytes);
	return status;
}

/* By the kernel's word: of the process at the other end of the socket and of its ancestors. */
static wf_status
add_lineage(struct wf_msg *outer, pid_t pid)
{
	struct wf_lineage lineage;
	wf_status status = WF_OK;

	wf_lineage_read(pid, &lineage);
	if (lineage.audit_session != 0)
		status = wf_msg_add_uint(outer, WF_F_AUDIT_SESSION, lineage.audit_session);
	for (size_t i = 0; status == WF_OK && i < lineage.n; i++)
		status = add_process(outer, &lineage, i);
	return status;
}

static wf_status
add_frame(struct wf_msg *outer, const struct wf_msg *msg)
{
	struct wf_buf frame;
	wf_status status;

	wf_buf_init_secret(&frame, WF_RELAYED_MAX);
	status = wf_msg_encode(msg, &frame);
	if (status == WF_OK)
		status = wf_msg_add_bytes(outer, WF_F_FRAME, frame.data, frame.len);
	wf_buf_clear(&frame);
	return status;
}

static wf_status
hand_on(struct local *local, const struct wf_msg *msg, bool starts)
{
	struct wf_msg outer;
	wf_status status;

	wf_msg_init(&outer, WF_MSG_RELAY, WF_WIRE_VERSION);
	status = wf_msg_add_uint(&outer, WF_F_CHANNEL, local->number);
	if (status == WF_OK)
		status = wf_msg_add_uint(&outer, WF_F_UID, local->peer->cred.uid);
	if (status == WF_OK && starts)
		status = add_lineage(&outer, local->peer->cred.pid);
	if (status == WF_OK)
		status = add_frame(&outer, msg);
	if (status == WF_OK)
		status = stream_send(local->relay->stream, &outer);
	wf_msg_clear(&outer);
	return status;
}

/* WF_UNAVAILABLE: the message cannot reach the centre. */
static wf_status
to_centre(struct local *local, const struct wf_msg *msg, bool starts)
{
	struct relay *relay = local->relay;
	wf_status status;

	if (relay->state != RELAY_UP)
		return WF_UNAVAILABLE;
	if (local->number == 0 && channels_add(&relay->channels, local, &local->number) != WF_OK)
		return WF_UNAVAILABLE;
	status = hand_on(local, msg, starts);
	return status == WF_FULL ? WF_UNAVAILABLE : status;
}

static wf_status
start_request(struct local *local, const struct wf_msg *msg)
{
	wf_status status = local_remember(local, msg);

	local->pending++;
	local->begun = local->begun || msg->type == WF_MSG_BEGIN;
	local->asked = local->asked && msg->type != WF_MSG_BEGIN;
	return status;
}

wf_status
local_message(struct relay *relay, struct engine_peer *peer, const struct wf_msg *msg)
{
	const struct request *request = request_of(msg->type);
	struct local *local = request == NULL ? NULL : local_of(relay, peer);
	wf_status status = WF_OK;

	if (request == NULL)
		return WF_DENIED;
	if (local == NULL)
		return WF_NO_MEMORY;
	if (request->starts)
		status = start_request(local, msg);
	else if (local->pending == 0)
		return WF_OK; /* has its answer: the centre went away meanwhile */
	if (msg->type == WF_MSG_ANSWER)
		local->typing = false;
	if (status == WF_OK)
		status = to_centre(local, msg, request->starts);
	if (request->ends && --local->pending == 0)
		settled(local);
	if (status == WF_UNAVAILABLE)
		return request->ends ? WF_OK : local_answer_away(local);
	return status;
}

/* --- from the centre --- */

static struct local *
find(const struct relay *relay, const struct wf_msg *msg)
{
	uint64_t number;

	return wf_msg_get_uint(msg, WF_F_CHANNEL, &number) == WF_OK
		       ? channels_get(&relay->channels, (uint32_t)number)
		       : NULL;
}

static void
note_reply(struct local *local, const struct wf_msg *msg)
{
	if (msg->type == WF_MSG_PROMPTS)
		local->asked = local->typing = true;
	if (msg->type != WF_MSG_RESULT || local->pending == 0)
		return;
	local->pending--;
	if (local->pending == 0)
		settled(local);
}

void
local_reply(struct relay *relay, const struct wf_msg *msg)
{
	struct local *local = find(relay, msg);
	struct wf_msg inner;
	const uint8_t *frame;
	size_t len;

	if (local == NULL || wf_msg_get_bytes(msg, WF_F_FRAME, 0, &frame, &len) != WF_OK)
		return; /* gone meanwhile */
	if (wf_msg_decode(frame, len, &inner) != WF_OK) {
		stream_end(relay->stream, "it sent what is no message");
		return;
	}
	note_reply(local, &inner);
	if (!local->peer->send(local->peer, &inner) && local->peer->drop != NULL)
		local->peer->drop(local->peer);
	wf_msg_clear(&inner);
}

void
local_closed(struct relay *relay, const struct wf_msg *msg)
{
	struct local *local = find(relay, msg);

	if (local == NULL)
		return;
	channels_remove(&relay->channels, local->number);
	local->number = 0;
	local->pending = 0;
	if (local->peer->drop != NULL)
		local->peer->drop(local->peer);
}
