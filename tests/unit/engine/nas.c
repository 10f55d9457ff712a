/* See nas.h. */
#include "config.h"

#include "tests/unit/engine/nas.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

struct rig nas_rig;
struct nas nas;
struct config_client *nas_vpn;
static uint64_t tags;

static void
read_reply(struct reply *reply, const struct wf_msg *msg)
{
	const uint8_t *txn;
	size_t len;

	reply->type = msg->type;
	if (wf_msg_get_uint(msg, WF_F_VERDICT, &reply->verdict) != WF_OK)
		reply->verdict = WF_VERDICT_COUNT;
	if (wf_msg_get_uint(msg, WF_F_TEXT_ID, &reply->text) != WF_OK)
		reply->text = WF_TEXT_NONE;
	ck_assert_int_eq(
		wf_msg_get_text(msg, WF_F_STATE, 0, reply->state, sizeof(reply->state)), WF_OK);
	if (wf_msg_get_bytes(msg, WF_F_TXN, 0, &txn, &len) == WF_OK)
		memcpy(reply->txn, txn, WF_TXN_LEN);
	if (msg->type == WF_MSG_CHALLENGE)
		ck_assert_int_eq(wf_msg_get_prompt(msg, 0, &reply->prompt), WF_OK);
	ck_assert_int_eq(
		wf_msg_get_text(msg, WF_F_TEXT, 0, reply->words, sizeof(reply->words)), WF_OK);
	reply->ngroups = wf_msg_count(msg, WF_F_GROUP);
	for (size_t i = 0; i < reply->ngroups; i++)
		ck_assert_int_eq(wf_msg_get_text(msg, WF_F_GROUP, i, reply->groups[i], 65), WF_OK);
	ck_assert_int_eq(
		wf_msg_get_text(msg, WF_F_ORDER, 0, reply->order, sizeof(reply->order)), WF_OK);
	reply->nargs = wf_msg_count(msg, WF_F_ARG);
	for (size_t i = 0; i < reply->nargs; i++)
		ck_assert_int_eq(wf_msg_get_text(msg, WF_F_ARG, i, reply->args[i], 300), WF_OK);
}

static bool
hear(struct engine_peer *peer, const struct wf_msg *sent)
{
	struct nas *it = (struct nas *)peer;
	struct wf_buf frame;
	struct wf_msg msg;
	uint64_t tag;

	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_encode(sent, &frame), WF_OK);
	ck_assert_int_eq(wf_msg_decode(frame.data, frame.len, &msg), WF_OK);
	ck_assert_int_eq(wf_msg_get_uint(&msg, WF_F_TAG, &tag), WF_OK);
	if (msg.type == WF_MSG_ORDER) {
		ck_assert_uint_lt(it->norders, 8);
		it->order_tags[it->norders] = tag;
		read_reply(&it->orders[it->norders++], &msg);
	} else {
		ck_assert_uint_lt(tag, NAS_REPLIES_MAX);
		ck_assert_int_eq(it->replies[tag].type, 0); /* one answer each */
		read_reply(&it->replies[tag], &msg);
	}
	it->heard++;
	wf_msg_clear(&msg);
	wf_buf_clear(&frame);
	return true;
}

void
nas_open(void)
{
	memset(&nas, 0, sizeof(nas));
	nas.peer.role = FRONT_RADIUS;
	nas.peer.cred.uid = 990;
	nas.peer.send = hear;
}

void
nas_set_up(void)
{
	rig_open(&nas_rig);
	nas_vpn = rig_client(&nas_rig, "vpn");
	nas_open();
}

void
nas_restart(void)
{
	engine_peer_gone(nas_rig.engine, &nas.peer);
	rig_restart(&nas_rig);
	nas_open();
}

void
nas_tear_down(void)
{
	engine_peer_gone(nas_rig.engine, &nas.peer);
	rig_settle(&nas_rig);
	rig_close(&nas_rig);
}

void
nas_make(const struct ask *ask, uint64_t tag, struct wf_msg *msg)
{
	uint8_t key[32] = {0};
	uint64_t number = ask->key != 0 ? ask->key : 1000000 + tag;

	memcpy(key, &number, sizeof(number));
	wf_msg_init(msg, WF_MSG_ATTEMPT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(msg, WF_F_TAG, tag), WF_OK);
	ck_assert_int_eq(
		wf_msg_add_text(msg, WF_F_USER, ask->user != NULL ? ask->user : "alice"), WF_OK);
	ck_assert_int_eq(
		wf_msg_add_text(msg, WF_F_SERVICE, ask->service != NULL ? ask->service : "vpn"),
		WF_OK);
	ck_assert_int_eq(wf_msg_add_text(msg, WF_F_NAS, "gw1"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(msg, WF_F_RHOST, ask->rhost), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(msg, WF_F_STATE, ask->state), WF_OK);
	ck_assert_int_eq(
		wf_msg_add_tagged(msg, WF_F_ANSWER, 0, ask->answer, strlen(ask->answer)), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(msg, WF_F_IDEMPOTENCY, key, sizeof(key)), WF_OK);
	if (ask->patience_ms > 0)
		ck_assert_int_eq(
			wf_msg_add_uint(msg, WF_F_PATIENCE, (uint64_t)ask->patience_ms), WF_OK);
}

uint64_t
nas_tag(void)
{
	return ++tags;
}

void
nas_loop(unsigned ms)
{
	for (unsigned i = 0; i < ms; i++) {
		rig_turn(&nas_rig);
		usleep(1000);
	}
}

uint64_t
nas_send(const struct ask *ask)
{
	struct wf_msg msg;
	uint64_t tag = nas_tag();

	nas_make(ask, tag, &msg);
	ck_assert_int_eq(engine_handle(nas_rig.engine, &nas.peer, &msg), WF_OK);
	wf_msg_clear(&msg);
	return tag;
}

const struct reply *
nas_wait(uint64_t tag)
{
	for (int i = 0; i < 10000 && nas.replies[tag].type == 0; i++) {
		rig_turn(&nas_rig);
		usleep(1000);
	}
	ck_assert_msg(nas.replies[tag].type != 0, "no reply within 10 s");
	return &nas.replies[tag];
}

const struct reply *
nas_ask(const struct ask *ask)
{
	const struct reply *reply = nas_wait(nas_send(ask));

	rig_settle(&nas_rig);
	return reply;
}

const struct reply *
nas_first(const char *user, const char *password)
{
	const struct ask ask = {.user = user, .answer = password};

	return nas_ask(&ask);
}

const struct reply *
nas_second(const char *state, const char *code)
{
	const struct ask ask = {.answer = code, .state = state};

	return nas_ask(&ask);
}

const char *
nas_code(void)
{
	static char code[9];

	rig_code(&nas_rig, 0, code);
	return code;
}

void
nas_challenged(const struct reply *reply)
{
	ck_assert_int_eq(reply->type, WF_MSG_CHALLENGE);
	ck_assert_uint_eq(strlen(reply->state), WF_STATE_LEN);
	ck_assert_int_eq(reply->prompt.text, WF_TEXT_CODE);
	ck_assert_uint_eq(reply->prompt.ttl_s, 110);
	ck_assert_uint_eq(reply->ngroups, 0);
}

void
nas_verdict(const struct reply *reply, enum wf_verdict verdict)
{
	ck_assert_int_eq(reply->type, WF_MSG_RESULT);
	ck_assert_uint_eq(reply->verdict, verdict);
}

uint32_t
nas_counted(void)
{
	return rig_failures(&nas_rig, LANE_ACCOUNT, "alice");
}

