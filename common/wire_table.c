/*
 * The message table: what is on the wire, said once. Codec, printer, the tables
 * of doc/PROTOCOL.md and the fuzz seeds are made from it; nothing else in the
 * tree knows which message has which field. A change here is a change of the
 * protocol: new fields and messages get the next version in `since`.
 */
#include "config.h"

#include "common/wire.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* In the order of their ids, which begin with 1: wf_wire_field() finds a row by that. */
static const struct wf_field_spec wire_fields[] = {
	{WF_F_TXN, "TXN", WF_T_BYTES, WF_TXN_LEN, WF_TXN_LEN, 1,
		"transaction id; not secret, authorises nothing by itself"},
	{WF_F_PURPOSE, "PURPOSE", WF_T_U8, 1, 1, 1,
		"1 = login, 2 = change of one's own password"},
	{WF_F_USER, "USER", WF_T_NAME, 1, WF_NAME_MAX, 1, "user name, byte for byte"},
	{WF_F_SERVICE, "SERVICE", WF_T_TEXT, 1, 64, 1, "PAM service or RADIUS client name"},
	{WF_F_RHOST, "RHOST", WF_T_TEXT, 0, 255, 1, "remote host as the front end has it"},
	{WF_F_TTY, "TTY", WF_T_TEXT, 0, 64, 1, "terminal as the front end has it"},
	{WF_F_RUSER, "RUSER", WF_T_TEXT, 0, 256, 1, "who asks: PAM_RUSER, or who runs sudo"},
	{WF_F_LANGUAGE, "LANGUAGE", WF_T_TEXT, 0, 16, 2, "language of texts: `en`, `ja`"},
	{WF_F_IDEMPOTENCY, "IDEMPOTENCY", WF_T_BYTES, 32, 32, 1,
		"hash of client and request; the same key gets the same decision again"},
	{WF_F_EVIDENCE, "EVIDENCE", WF_T_BYTES, 1, 8192, 1,
		"u8 type (1 = SSH_AUTH_INFO_0), then the evidence"},
	{WF_F_ANSWER, "ANSWER", WF_T_SECRET, 1, 1 + WF_SECRET_MAX, 1,
		"u8 prompt id, then the answer"},
	{WF_F_PROMPT, "PROMPT", WF_T_BYTES, 8, 8, 1,
		"u8 id, u8 echo (0 or 1), u16 text id, u32 seconds that it is open"},
	{WF_F_VERDICT, "VERDICT", WF_T_U8, 1, 1, 1,
		"0 = reject, 1 = accept, 2 = unavailable, 3 = ignore, 4 = change the password, "
		"5 = expired"},
	{WF_F_TEXT_ID, "TEXT_ID", WF_T_U16, 2, 2, 1, "text that the front end shows by itself"},
	{WF_F_TEXT, "TEXT", WF_T_TEXT, 0, 1024, 1, "text to show, already in the asked language"},
	{WF_F_EVENT, "EVENT", WF_T_U8, 1, 1, 1,
		"SESSION: 1 = opened, 2 = closed; RECORD: 1 = start, 2 = stop, 3 = interim, 4 = gateway "
		"on, 5 = gateway off"},
	{WF_F_SECRET, "SECRET", WF_T_SECRET, 1, WF_SECRET_MAX, 1,
		"CHANGE: the new password; QUERY: what the person typed"},
	{WF_F_ACT, "ACT", WF_T_TEXT, 1, 64, 1, "id of the act, such as `user.add`"},
	{WF_F_ARG, "ARG", WF_T_TEXT, 2, 2048, 1, "key=value"},
	{WF_F_SECRET_ARG, "SECRET_ARG", WF_T_SECRET, 2, 64 + WF_SECRET_MAX, 1, "key=value"},
	{WF_F_COLUMN, "COLUMN", WF_T_TEXT, 1, 64, 1,
		"name, or name and type: `:number`, `:bool`, `:time` (microseconds since 1970)"},
	{WF_F_CELL, "CELL", WF_T_TEXT, 0, 8192, 1, "in the order of the columns; empty = none"},
	{WF_F_STATUS, "STATUS", WF_T_U8, 1, 1, 1, "status code of the act; 0 = done"},
	{WF_F_PHASE, "PHASE", WF_T_U8, 1, 1, 1, "1 = check only, 2 = change (as if absent)"},
	{WF_F_TAG, "TAG", WF_T_U64, 8, 8, 3,
		"number that the asker chose (of an ORDER: the daemon); comes back with the answer"},
	{WF_F_STATE, "STATE", WF_T_TEXT, WF_STATE_LEN, WF_STATE_LEN, 3,
		"names the challenge that is answered; works once, for the same client and user"},
	{WF_F_NAS, "NAS", WF_T_TEXT, 0, 255, 3, "identifier or address of the gateway"},
	{WF_F_PATIENCE, "PATIENCE", WF_T_U32, 4, 4, 3,
		"milliseconds that the asker still waits; what would come later is not computed"},
	{WF_F_GROUP, "GROUP", WF_T_TEXT, 1, 64, 3, "a group of the account that was let in"},
	{WF_F_ACCT_SESSION, "ACCT_SESSION", WF_T_TEXT, 1, 255, 3,
		"the gateway's name of a session"},
	{WF_F_FRAMED, "FRAMED", WF_T_TEXT, 0, 64, 3, "address that the gateway gave to the session"},
	{WF_F_OCTETS_IN, "OCTETS_IN", WF_T_U64, 8, 8, 3, "octets that came from the user"},
	{WF_F_OCTETS_OUT, "OCTETS_OUT", WF_T_U64, 8, 8, 3, "octets that went to the user"},
	{WF_F_SECONDS, "SECONDS", WF_T_U32, 4, 4, 3,
		"age of the session; in a RESULT: how long the opened one may last"},
	{WF_F_CAUSE, "CAUSE", WF_T_U32, 4, 4, 3,
		"why it ended: Acct-Terminate-Cause (RFC 2866, section 5.10)"},
	{WF_F_ORDER, "ORDER", WF_T_TEXT, 1, 64, 3, "what is to be done, such as `disconnect`"},
	{WF_F_CHANNEL, "CHANNEL", WF_T_U32, 4, 4, 3, "the relay's number for one of its callers"},
	{WF_F_UID, "UID", WF_T_U32, 4, 4, 3, "user id of the caller, as the host's kernel has it"},
	{WF_F_AUDIT_SESSION, "AUDIT_SESSION", WF_T_U32, 4, 4, 3,
		"audit session of the caller's process"},
	{WF_F_PROCESS, "PROCESS", WF_T_BYTES, 12, 12, 3,
		"u32 process id, u64 start time: the caller's process and its ancestors, itself first"},
	{WF_F_FRAME, "FRAME", WF_T_SECRET, WF_WIRE_HEADER, WF_RELAYED_MAX, 3,
		"a whole frame with its length"},
	{WF_F_SPOOL, "SPOOL", WF_T_BYTES, 16, 16, 3, "names the spool that a row comes from"},
	{WF_F_NUMBER, "NUMBER", WF_T_U64, 8, 8, 3, "number of a row in its spool; they rise"},
	{WF_F_BOOT, "BOOT", WF_T_BYTES, 16, 16, 3, "the host's boot id, to which its processes belong"},
	{WF_F_RECORD, "RECORD", WF_T_BYTES, 1, 8192, 3, "an audit row in its canonical encoding"},
	{WF_F_TRADE, "TRADE", WF_T_U8, 1, 1, 3,
		"how the other server is spoken to: 1 = RADIUS, 2 = syslog"},
	{WF_F_SERVER, "SERVER", WF_T_TEXT, 1, 64, 3,
		"QUERY, DELIVERY: name of the server's section of warifu.conf; REPLY: address of "
		"who spoke"},
	{WF_F_PEER_STATE, "PEER_STATE", WF_T_BYTES, 1, WF_PEER_STATE_MAX, 3,
		"names the other server's challenge; of use to warifu-egress alone"},
	{WF_F_OUTCOME, "OUTCOME", WF_T_U8, 1, 1, 3,
		"0 = nobody could be reached, 1 = reject, 2 = accept, 3 = challenge; of a DELIVERY "
		"0, 1, or 4 = delivered"},
	{WF_F_ECHO, "ECHO", WF_T_U8, 1, 1, 3, "1 = what is typed may be seen (as if absent: 0)"},
	{WF_F_WHY, "WHY", WF_T_U8, 1, 1, 3,
		"1 = warifu-egress is away, 2 = no answer, 3 = no time left, 4 = too many wait, "
		"5 = no such server, 6 = not signed as it must be, 7 = cannot be said, "
		"8 = internal"},
	{WF_F_LOAD, "LOAD", WF_T_BYTES, 1, WF_LOAD_MAX, 4,
		"what is delivered; of syslog: messages, each behind its length and a blank "
		"(RFC 6587, section 3.4.1)"},
	{WF_F_IDLE, "IDLE", WF_T_U32, 4, 4, 4,
		"seconds that a shell of the opened session may wait for input"},
	{WF_F_GOES_ON, "GOES_ON", WF_T_U8, 1, 1, 4,
		"1 = deliver it only over the connection that the load before it went over (as if "
		"absent: 0)"},
};

#define REQUIRED(id) {(id), true, false}
#define OPTIONAL(id) {(id), false, false}
#define SOME(id) {(id), true, true}
#define ANY(id) {(id), false, true}
#define FIELDS_END {(enum wf_field_id)0, false, false}

static const struct wf_msg_field begin_fields[] = {
	REQUIRED(WF_F_PURPOSE), REQUIRED(WF_F_USER), REQUIRED(WF_F_SERVICE), OPTIONAL(WF_F_RHOST),
	OPTIONAL(WF_F_TTY), OPTIONAL(WF_F_RUSER), OPTIONAL(WF_F_LANGUAGE),
	OPTIONAL(WF_F_IDEMPOTENCY), ANY(WF_F_EVIDENCE), FIELDS_END,
};
static const struct wf_msg_field answer_fields[] = {
	REQUIRED(WF_F_TXN), SOME(WF_F_ANSWER), OPTIONAL(WF_F_IDEMPOTENCY), FIELDS_END,
};
static const struct wf_msg_field abort_fields[] = {
	REQUIRED(WF_F_TXN), FIELDS_END,
};
static const struct wf_msg_field account_fields[] = {
	OPTIONAL(WF_F_TXN), REQUIRED(WF_F_USER), REQUIRED(WF_F_SERVICE), OPTIONAL(WF_F_RHOST),
	OPTIONAL(WF_F_TTY), OPTIONAL(WF_F_RUSER), OPTIONAL(WF_F_LANGUAGE), ANY(WF_F_EVIDENCE),
	FIELDS_END,
};
static const struct wf_msg_field session_fields[] = {
	OPTIONAL(WF_F_TXN), REQUIRED(WF_F_EVENT), REQUIRED(WF_F_USER), REQUIRED(WF_F_SERVICE),
	OPTIONAL(WF_F_RHOST), OPTIONAL(WF_F_TTY), OPTIONAL(WF_F_RUSER), FIELDS_END,
};
static const struct wf_msg_field change_fields[] = {
	OPTIONAL(WF_F_TXN), REQUIRED(WF_F_USER), REQUIRED(WF_F_SERVICE), REQUIRED(WF_F_SECRET),
	OPTIONAL(WF_F_LANGUAGE), OPTIONAL(WF_F_PHASE), FIELDS_END,
};
static const struct wf_msg_field act_fields[] = {
	REQUIRED(WF_F_ACT), ANY(WF_F_ARG), ANY(WF_F_SECRET_ARG), OPTIONAL(WF_F_LANGUAGE),
	FIELDS_END,
};
static const struct wf_msg_field attempt_fields[] = {
	REQUIRED(WF_F_TAG), REQUIRED(WF_F_USER), REQUIRED(WF_F_SERVICE), OPTIONAL(WF_F_NAS),
	OPTIONAL(WF_F_RHOST), OPTIONAL(WF_F_STATE), REQUIRED(WF_F_ANSWER),
	REQUIRED(WF_F_IDEMPOTENCY), OPTIONAL(WF_F_PATIENCE), OPTIONAL(WF_F_LANGUAGE), FIELDS_END,
};
static const struct wf_msg_field record_fields[] = {
	REQUIRED(WF_F_TAG), REQUIRED(WF_F_EVENT), OPTIONAL(WF_F_USER), REQUIRED(WF_F_SERVICE),
	OPTIONAL(WF_F_NAS), OPTIONAL(WF_F_RHOST), OPTIONAL(WF_F_TXN), OPTIONAL(WF_F_ACCT_SESSION),
	OPTIONAL(WF_F_FRAMED), OPTIONAL(WF_F_OCTETS_IN), OPTIONAL(WF_F_OCTETS_OUT),
	OPTIONAL(WF_F_SECONDS), OPTIONAL(WF_F_CAUSE), REQUIRED(WF_F_IDEMPOTENCY), FIELDS_END,
};
static const struct wf_msg_field done_fields[] = {
	REQUIRED(WF_F_TAG), REQUIRED(WF_F_STATUS), OPTIONAL(WF_F_TEXT), ANY(WF_F_CELL), FIELDS_END,
};
static const struct wf_msg_field hello_fields[] = {
	REQUIRED(WF_F_BOOT), FIELDS_END,
};
static const struct wf_msg_field relay_fields[] = {
	REQUIRED(WF_F_CHANNEL), REQUIRED(WF_F_UID), OPTIONAL(WF_F_AUDIT_SESSION), ANY(WF_F_PROCESS),
	REQUIRED(WF_F_FRAME), FIELDS_END,
};
static const struct wf_msg_field channel_fields[] = {
	REQUIRED(WF_F_CHANNEL), FIELDS_END,
};
static const struct wf_msg_field report_fields[] = {
	REQUIRED(WF_F_SPOOL), REQUIRED(WF_F_NUMBER), REQUIRED(WF_F_RECORD), FIELDS_END,
};
static const struct wf_msg_field empty_fields[] = {
	FIELDS_END,
};
static const struct wf_msg_field relayed_fields[] = {
	REQUIRED(WF_F_CHANNEL), REQUIRED(WF_F_FRAME), FIELDS_END,
};
static const struct wf_msg_field reported_fields[] = {
	REQUIRED(WF_F_SPOOL), REQUIRED(WF_F_NUMBER), FIELDS_END,
};
static const struct wf_msg_field prompts_fields[] = {
	REQUIRED(WF_F_TXN), SOME(WF_F_PROMPT), OPTIONAL(WF_F_TEXT), FIELDS_END,
};
static const struct wf_msg_field result_fields[] = {
	OPTIONAL(WF_F_TXN), REQUIRED(WF_F_VERDICT), OPTIONAL(WF_F_TEXT_ID), OPTIONAL(WF_F_TEXT),
	OPTIONAL(WF_F_TAG), ANY(WF_F_GROUP), OPTIONAL(WF_F_SECONDS), OPTIONAL(WF_F_IDLE), FIELDS_END,
};
static const struct wf_msg_field challenge_fields[] = {
	REQUIRED(WF_F_TAG), REQUIRED(WF_F_TXN), REQUIRED(WF_F_STATE), REQUIRED(WF_F_PROMPT),
	OPTIONAL(WF_F_TEXT), FIELDS_END,
};
static const struct wf_msg_field order_fields[] = {
	REQUIRED(WF_F_TAG), REQUIRED(WF_F_ORDER), ANY(WF_F_ARG), FIELDS_END,
};
static const struct wf_msg_field query_fields[] = {
	REQUIRED(WF_F_TAG), REQUIRED(WF_F_TRADE), REQUIRED(WF_F_SERVER), REQUIRED(WF_F_USER),
	OPTIONAL(WF_F_SECRET), OPTIONAL(WF_F_PEER_STATE), OPTIONAL(WF_F_RHOST), OPTIONAL(WF_F_NAS),
	REQUIRED(WF_F_PATIENCE), FIELDS_END,
};
static const struct wf_msg_field delivery_fields[] = {
	REQUIRED(WF_F_TAG), REQUIRED(WF_F_TRADE), REQUIRED(WF_F_SERVER), REQUIRED(WF_F_LOAD),
	OPTIONAL(WF_F_GOES_ON), REQUIRED(WF_F_PATIENCE), FIELDS_END,
};
static const struct wf_msg_field reply_fields[] = {
	REQUIRED(WF_F_TAG), REQUIRED(WF_F_OUTCOME), OPTIONAL(WF_F_SERVER), OPTIONAL(WF_F_TEXT),
	OPTIONAL(WF_F_ECHO), OPTIONAL(WF_F_PEER_STATE), OPTIONAL(WF_F_WHY), FIELDS_END,
};
static const struct wf_msg_field head_fields[] = {
	SOME(WF_F_COLUMN), FIELDS_END,
};
static const struct wf_msg_field row_fields[] = {
	SOME(WF_F_CELL), FIELDS_END,
};
static const struct wf_msg_field end_fields[] = {
	REQUIRED(WF_F_STATUS), OPTIONAL(WF_F_TEXT), FIELDS_END,
};

static const struct wf_msg_spec wire_msgs[] = {
	{WF_MSG_BEGIN, "BEGIN", false, 1, begin_fields, "a transaction starts"},
	{WF_MSG_ANSWER, "ANSWER", false, 1, answer_fields, "answers to all prompts of the round"},
	{WF_MSG_ABORT, "ABORT", false, 1, abort_fields, "the peer gives up"},
	{WF_MSG_ACCOUNT, "ACCOUNT", false, 1, account_fields,
		"may this account use this service now?"},
	{WF_MSG_SESSION, "SESSION", false, 1, session_fields, "a session was opened or closed"},
	{WF_MSG_CHANGE, "CHANGE", false, 1, change_fields,
		"the new password of a verified change transaction; without TXN, root sets it"},
	{WF_MSG_ATTEMPT, "ATTEMPT", false, 3, attempt_fields,
		"RADIUS: one round of a login, with what the password attribute held"},
	{WF_MSG_RECORD, "RECORD", false, 3, record_fields, "RADIUS: one record of accounting"},
	{WF_MSG_WORK, "WORK", false, 3, empty_fields,
		"RADIUS: orders may come over this connection from now on"},
	{WF_MSG_DONE, "DONE", false, 3, done_fields, "RADIUS: what became of an order"},
	{WF_MSG_HELLO, "HELLO", false, 3, hello_fields,
		"relay: the first message of a connection; answered by PONG"},
	{WF_MSG_RELAY, "RELAY", false, 3, relay_fields,
		"relay: a message of one of the host's callers, and who that is"},
	{WF_MSG_CLOSE, "CLOSE", false, 3, channel_fields, "relay: the caller is gone"},
	{WF_MSG_REPORT, "REPORT", false, 3, report_fields,
		"relay: a row that the host wrote by itself"},
	{WF_MSG_PING, "PING", false, 3, empty_fields, "relay: are you there?"},
	{WF_MSG_ACT, "ACT", false, 1, act_fields, "one administrative act or view"},
	{WF_MSG_QUERY, "QUERY", false, 3, query_fields,
		"daemon to warifu-egress: a question to another server"},
	{WF_MSG_DELIVERY, "DELIVERY", false, 4, delivery_fields,
		"daemon to warifu-egress: bytes for a receiver"},
	{WF_MSG_PROMPTS, "PROMPTS", true, 1, prompts_fields, "ask these, all in one round"},
	{WF_MSG_RESULT, "RESULT", true, 1, result_fields, "the verdict"},
	{WF_MSG_CHALLENGE, "CHALLENGE", true, 3, challenge_fields,
		"ask this; the answer comes in an ATTEMPT with this STATE"},
	{WF_MSG_ORDER, "ORDER", true, 3, order_fields,
		"something to be done; sent again over the next connection until it is DONE"},
	{WF_MSG_RELAYED, "RELAYED", true, 3, relayed_fields, "a message to the caller"},
	{WF_MSG_CLOSED, "CLOSED", true, 3, channel_fields, "hang up on the caller"},
	{WF_MSG_REPORTED, "REPORTED", true, 3, reported_fields,
		"the rows of this spool up to this number are stored"},
	{WF_MSG_PONG, "PONG", true, 3, empty_fields, "the answer to PING"},
	{WF_MSG_REPLY, "REPLY", true, 3, reply_fields,
		"what the other server said, or that none could be reached"},
	{WF_MSG_HEAD, "HEAD", true, 1, head_fields, "a table follows: its columns"},
	{WF_MSG_ROW, "ROW", true, 1, row_fields, "one row of it"},
	{WF_MSG_END, "END", true, 1, end_fields, "end of the act: status and text"},
};

/* The table has a row for each number from 1, in their order; its test walks it. */
const struct wf_field_spec *
wf_wire_field(enum wf_field_id id)
{
	size_t index = (size_t)id - 1;

	return index < ROWS(wire_fields) ? &wire_fields[index] : NULL;
}

const struct wf_msg_spec *
wf_wire_msg(enum wf_msg_type type)
{
	for (size_t i = 0; i < ROWS(wire_msgs); i++)
		if (wire_msgs[i].type == type)
			return &wire_msgs[i];
	return NULL;
}

const struct wf_msg_spec *
wf_wire_msgs(size_t *count_r)
{
	*count_r = ROWS(wire_msgs);
	return wire_msgs;
}

const struct wf_field_spec *
wf_wire_fields(size_t *count_r)
{
	*count_r = ROWS(wire_fields);
	return wire_fields;
}
