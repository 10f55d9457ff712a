/*
 * The message table: what is on the wire, said once. Codec, printer, the tables
 * of doc/PROTOCOL.md and the fuzz seeds are made from it; nothing else in the
 * tree knows which message has which field. A change here is a change of the
 * protocol: new fields and messages get the next version in `since`.
 */
#include "config.h"

#include "common/wire.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

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
	{WF_F_EVENT, "EVENT", WF_T_U8, 1, 1, 1, "1 = session opened, 2 = session closed"},
	{WF_F_SECRET, "SECRET", WF_T_SECRET, 1, WF_SECRET_MAX, 1, "the new password"},
	{WF_F_ACT, "ACT", WF_T_TEXT, 1, 64, 1, "id of the act, such as `user.add`"},
	{WF_F_ARG, "ARG", WF_T_TEXT, 2, 2048, 1, "key=value"},
	{WF_F_SECRET_ARG, "SECRET_ARG", WF_T_SECRET, 2, 64 + WF_SECRET_MAX, 1, "key=value"},
	{WF_F_COLUMN, "COLUMN", WF_T_TEXT, 1, 64, 1,
		"name, or name and type: `:number`, `:bool`, `:time` (microseconds since 1970)"},
	{WF_F_CELL, "CELL", WF_T_TEXT, 0, 4096, 1, "in the order of the columns; empty = none"},
	{WF_F_STATUS, "STATUS", WF_T_U8, 1, 1, 1, "status code of the act; 0 = done"},
	{WF_F_PHASE, "PHASE", WF_T_U8, 1, 1, 1, "1 = check only, 2 = change (as if absent)"},
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
static const struct wf_msg_field prompts_fields[] = {
	REQUIRED(WF_F_TXN), SOME(WF_F_PROMPT), FIELDS_END,
};
static const struct wf_msg_field result_fields[] = {
	OPTIONAL(WF_F_TXN), REQUIRED(WF_F_VERDICT), OPTIONAL(WF_F_TEXT_ID), OPTIONAL(WF_F_TEXT),
	FIELDS_END,
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
	{WF_MSG_ACT, "ACT", false, 1, act_fields, "one administrative act or view"},
	{WF_MSG_PROMPTS, "PROMPTS", true, 1, prompts_fields, "ask these, all in one round"},
	{WF_MSG_RESULT, "RESULT", true, 1, result_fields, "the verdict"},
	{WF_MSG_HEAD, "HEAD", true, 1, head_fields, "a table follows: its columns"},
	{WF_MSG_ROW, "ROW", true, 1, row_fields, "one row of it"},
	{WF_MSG_END, "END", true, 1, end_fields, "end of the act: status and text"},
};

const struct wf_field_spec *
wf_wire_field(enum wf_field_id id)
{
	for (size_t i = 0; i < ROWS(wire_fields); i++)
		if (wire_fields[i].id == id)
			return &wire_fields[i];
	return NULL;
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
