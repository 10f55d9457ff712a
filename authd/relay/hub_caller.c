/* One caller of a relay: to the engine a peer with the role of the PAM module, on another host. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "authd/relay/hub_internal.h"
#include "common/fault.h"

/* A whole frame as one field of a message that is sent. */
static wf_status
send_wrapped(struct caller *caller, const struct wf_buf *frame)
{
	struct wf_msg outer;
	wf_status status;

	wf_msg_init(&outer, WF_MSG_RELAYED, WF_WIRE_VERSION);
	status = wf_msg_add_uint(&outer, WF_F_CHANNEL, caller->number);
	if (status == WF_OK)
		status = wf_msg_add_bytes(&outer, WF_F_FRAME, frame->data, frame->len);
	if (status == WF_OK)
		status = stream_send(caller->guest->stream, &outer);
	wf_msg_clear(&outer);
	return status;
}

static bool
send_reply(struct engine_peer *peer, const struct wf_msg *msg)
{
	struct caller *caller = (struct caller *)peer;
	struct wf_buf frame;
	wf_status status;

	wf_buf_init_secret(&frame, WF_RELAYED_MAX);
	status = wf_msg_encode(msg, &frame);
	if (status == WF_OK)
		status = send_wrapped(caller, &frame);
	wf_buf_clear(&frame);
	return status == WF_OK;
}

/* The engine is in the middle of something: it is hung up on at the next turn of the loop. */
static void
drop(struct engine_peer *peer)
{
	struct caller *caller = (struct caller *)peer;

	caller->dropped = true;
	event_active(caller->guest->sweep, EV_TIMEOUT, 0);
}

static void
read_lineage(const struct wf_msg *msg, struct wf_lineage *lineage)
{
	struct wf_reader reader;
	const uint8_t *bytes;
	uint64_t session, start;
	uint32_t pid;
	size_t len;

	*lineage = (struct wf_lineage){.n = 0};
	if (wf_msg_get_uint(msg, WF_F_AUDIT_SESSION, &session) == WF_OK)
		lineage->audit_session = (uint32_t)session;
	while (lineage->n < WF_LINEAGE_MAX &&
		wf_msg_get_bytes(msg, WF_F_PROCESS, lineage->n, &bytes, &len) == WF_OK) {
		wf_reader_init(&reader, bytes, len);
		if (wf_reader_get_u32(&reader, &pid) != WF_OK ||
			wf_reader_get_u64(&reader, &start) != WF_OK)
			return;
		lineage->pids[lineage->n] = (pid_t)pid;
		lineage->starts[lineage->n] = start;
		lineage->n++;
	}
}

static wf_status
make(struct guest *guest, uint32_t number, uint64_t uid, struct caller **caller_r)
{
	struct caller *caller = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*caller));
	wf_status status;

	if (caller == NULL)
		return WF_NO_MEMORY;
	status = channels_put(&guest->channels, number, caller);
	if (status != WF_OK) {
		free(caller);
		return status;
	}
	caller->guest = guest;
	caller->number = number;
	memcpy(caller->host.name, guest->name, sizeof(caller->host.name));
	memcpy(caller->host.boot, guest->boot, sizeof(caller->host.boot));
	caller->peer = (struct engine_peer){
		.role = FRONT_PAM,
		.cred = {.uid = (uid_t)uid, .gid = (gid_t)-1},
		.host = &caller->host,
		.version = WF_WIRE_VERSION,
		.send = send_reply,
		.drop = drop,
	};
	*caller_r = caller;
	return WF_OK;
}

/* The caller of the message, made if it is new. A number keeps its uid. */
static wf_status
find(struct guest *guest, const struct wf_msg *msg, struct caller **caller_r)
{
	struct caller *caller;
	uint64_t number, uid;

	if (wf_msg_get_uint(msg, WF_F_CHANNEL, &number) != WF_OK ||
		wf_msg_get_uint(msg, WF_F_UID, &uid) != WF_OK)
		return WF_INVALID;
	caller = channels_get(&guest->channels, (uint32_t)number);
	if (caller == NULL)
		return make(guest, (uint32_t)number, uid, caller_r);
	if ((uint64_t)caller->peer.cred.uid != uid)
		return WF_INVALID;
	*caller_r = caller;
	return WF_OK;
}

/* What the PAM module may say; a relay that wraps anything else is none of ours. */
static bool
is_of_module(enum wf_msg_type type)
{
	static const enum wf_msg_type types[] = {WF_MSG_BEGIN, WF_MSG_ANSWER, WF_MSG_ABORT,
		WF_MSG_ACCOUNT, WF_MSG_SESSION, WF_MSG_CHANGE};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i] == type)
			return true;
	return false;
}

static wf_status
hand_on(struct guest *guest, struct caller *caller, const uint8_t *frame, size_t len)
{
	const struct wf_msg_spec *spec;
	struct wf_msg inner;
	wf_status status = wf_msg_decode(frame, len, &inner);

	if (status != WF_OK)
		return status;
	if (!is_of_module(inner.type)) {
		spec = wf_wire_msg(inner.type);
		hub_say(guest->hub, LOG_WARNING,
			"relay %s at %s handed on %s, which the PAM module does not send",
			guest->name, guest->from, spec != NULL ? spec->name : "an unknown message");
		wf_msg_clear(&inner);
		return WF_DENIED;
	}
	status = engine_handle(guest->hub->options.engine, &caller->peer, &inner);
	wf_msg_clear(&inner);
	if (status != WF_OK) /* of the caller's doing: the others behind the relay go on */
		guest_forget(guest, caller, true);
	return WF_OK;
}

wf_status
caller_message(struct guest *guest, const struct wf_msg *msg)
{
	struct caller *caller;
	const uint8_t *frame;
	size_t len;
	wf_status status = find(guest, msg, &caller);

	if (status != WF_OK)
		return status;
	if (caller->dropped || wf_msg_get_bytes(msg, WF_F_FRAME, 0, &frame, &len) != WF_OK)
		return WF_OK;
	read_lineage(msg, &caller->host.lineage);
	return hand_on(guest, caller, frame, len);
}

void
caller_free(struct caller *caller)
{
	engine_peer_gone(caller->guest->hub->options.engine, &caller->peer);
	free(caller);
}
