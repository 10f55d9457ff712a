/*
 * Frames from the message table: each message with what it must have, and with everything it may
 * have, so that a new message or field has its seeds from the day it is added.
 */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/wire.h"
#include "tests/fuzz/seeds.h"

#define VALUE_MAX 40 /* bytes of a value in a seed */

static void
add_value(struct wf_msg *msg, const struct wf_msg_field *row)
{
	static const uint8_t prompt[8] = {1, 0, 0, WF_TEXT_PASSWORD, 0, 0, 0, 110};
	const struct wf_field_spec *spec = wf_wire_field(row->id);
	uint8_t bytes[VALUE_MAX];
	size_t len = spec->max < VALUE_MAX ? spec->max : spec->min + 8U;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)('a' + i % 26);
	if (spec->type <= WF_T_U64)
		seed_need(wf_msg_add_uint(msg, row->id, 1));
	else if (row->id == WF_F_PROMPT)
		seed_need(wf_msg_add_bytes(msg, row->id, prompt, sizeof(prompt)));
	else
		seed_need(wf_msg_add_bytes(msg, row->id, bytes, len < VALUE_MAX ? len : VALUE_MAX));
}

/* `all`: optional fields as well, and repeated ones twice. */
static void
make(const struct wf_msg_spec *spec, uint16_t version, bool all, struct wf_buf *frame)
{
	struct wf_msg msg;

	wf_msg_init(&msg, spec->type, version);
	for (const struct wf_msg_field *row = spec->fields; row->id != 0; row++) {
		if (row->required || all)
			add_value(&msg, row);
		if (row->repeated && all)
			add_value(&msg, row);
	}
	seed_need(wf_msg_encode(&msg, frame));
	wf_msg_clear(&msg);
}

static void
seed_message(const struct wf_msg_spec *spec, uint16_t version, bool all)
{
	char name[64];
	struct wf_buf frame;

	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	make(spec, version, all, &frame);
	(void)snprintf(name, sizeof(name), "%s-v%u-%s", spec->name, version, all ? "all" : "least");
	seed_put("wire", name, frame.data, frame.len);
	wf_buf_clear(&frame);
}

/* A daemon's answers: `rounds` of PROMPTS, then RESULT with this verdict. */
static void
put_answers(struct wf_buf *script, unsigned rounds, enum wf_verdict verdict)
{
	struct wf_msg msg;

	for (unsigned i = 0; i < rounds; i++)
		make(wf_wire_msg(WF_MSG_PROMPTS), WF_WIRE_VERSION, true, script);
	wf_msg_init(&msg, WF_MSG_RESULT, WF_WIRE_VERSION);
	seed_need(wf_msg_add_uint(&msg, WF_F_VERDICT, verdict));
	seed_need(wf_msg_add_uint(&msg, WF_F_TEXT_ID, WF_TEXT_REFUSED));
	if (rounds > 0)
		seed_need(wf_msg_add_bytes(&msg, WF_F_TXN, "abcdefghijklmnop", WF_TXN_LEN));
	seed_need(wf_msg_encode(&msg, script));
	wf_msg_clear(&msg);
}

#define DIALOG_HEAD 5
#define DIALOG_ANSWERS "0123456\nplum trees\n\n\1\n"

/* See fuzz_dialog.c for the octets at the beginning. With a fault seeded there are answers, too. */
static void
seed_dialog(uint8_t head, uint8_t fault, unsigned rounds, enum wf_verdict verdict)
{
	uint8_t answers_len = fault != 0 ? sizeof(DIALOG_ANSWERS) - 1 : 0;
	char name[64];
	struct wf_buf script;
	size_t first;

	wf_buf_init(&script, UINT16_MAX);
	seed_need(wf_buf_put(&script, "\0\0\0\0\0", DIALOG_HEAD));
	seed_need(wf_buf_put(&script, DIALOG_ANSWERS, answers_len));
	put_answers(&script, rounds, verdict);
	first = script.len - DIALOG_HEAD - answers_len;
	if ((head & 3) == 3)
		put_answers(&script, 0, verdict);
	script.data[0] = head;
	script.data[1] = fault;
	script.data[2] = answers_len;
	script.data[3] = (uint8_t)(first >> 8);
	script.data[4] = (uint8_t)first;
	(void)snprintf(name, sizeof(name), "%02x-%02x-%u-%u", head, fault, rounds, verdict);
	seed_put("dialog", name, script.data, script.len);
	wf_buf_clear(&script);
}

/* The id of each field and the type of each message, as they stand in a frame. */
static void
dictionary(const char *name)
{
	size_t nmsgs, nfields;
	const struct wf_msg_spec *msgs = wf_wire_msgs(&nmsgs);
	const struct wf_field_spec *fields = wf_wire_fields(&nfields);
	char text[8192];
	size_t len = 0;

	for (size_t i = 0; i < nmsgs; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%s=\"\\x00\\x%02x\\x00\\x%02x\"\n", msgs[i].name, WF_WIRE_VERSION,
			msgs[i].type);
	for (size_t i = 0; i < nfields; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"F_%s=\"\\x00\\x%02x\\x%02x\\x%02x\"\n", fields[i].name, fields[i].id,
			fields[i].min >> 8, fields[i].min & 0xff);
	seed_put(".", name, text, len);
}

void
seeds_frames(void)
{
	size_t count;
	const struct wf_msg_spec *msgs = wf_wire_msgs(&count);

	for (size_t i = 0; i < count; i++) {
		seed_message(&msgs[i], msgs[i].since, false);
		for (uint16_t version = msgs[i].since; version <= WF_WIRE_VERSION; version++)
			seed_message(&msgs[i], version, true);
	}
	for (unsigned op = 0; op < 4; op++) {
		seed_dialog((uint8_t)op, 0, op == 0 || op == 3 ? 1 : 0, WF_VERDICT_ACCEPT);
		seed_dialog((uint8_t)(op | 0x84), 0, op == 0 || op == 3 ? 1 : 0, WF_VERDICT_ACCEPT);
		seed_dialog((uint8_t)(op | 0x68), 0, 0, WF_VERDICT_REJECT);
		seed_dialog((uint8_t)op, 0, 0, WF_VERDICT_IGNORE);
		seed_dialog((uint8_t)op, 0x09, op == 0 || op == 3 ? 1 : 0, WF_VERDICT_ACCEPT);
		seed_dialog(
			(uint8_t)(op | 0x80), 0x94, op == 0 || op == 3 ? 1 : 0, WF_VERDICT_ACCEPT);
	}
	seed_dialog(0, 0, 3, WF_VERDICT_ACCEPT);
	seed_dialog(0, 0, 8, WF_VERDICT_ACCEPT);
	seed_dialog(1, 0, 0, WF_VERDICT_CHANGE);
	dictionary("wire.dict");
	dictionary("dialog.dict");
}
