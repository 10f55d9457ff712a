/* What the daemon is asked. */
#include "config.h"

#include <string.h>

#include "radius/question.h"
#include "radius/route.h"
#include "tests/unit/radius/craft.h"
#include "tests/unit/unit.h"

static struct binding binding;
static struct config_client client;
static struct question question;
static struct craft craft;
static struct packet packet;
static struct wf_msg msg;
static const struct request_fault *fault;

static void
setup(void)
{
	craft_binding(&binding, "secret");
	client = (struct config_client){.name = "vpn"};
	question = (struct question){
		.client = &client, .binding = &binding, .tag = 77, .patience_ms = 4000};
	wf_msg_init(&msg, WF_MSG_ATTEMPT, WF_WIRE_VERSION);
}

static void
teardown(void)
{
	wf_msg_clear(&msg);
	craft_unbind(&binding);
}

/* User-Password of up to 16 octets (RFC 2865 section 5.2). */
static void
add_password(const char *text, size_t len)
{
	const struct digest_part parts[] = {
		{binding.secret->bytes, binding.secret->len}, {craft.bytes + 4, 16}};
	uint8_t hidden[DIGEST_LEN];

	ck_assert_int_eq(digest_md5(binding.digest, parts, 2, hidden), WF_OK);
	for (size_t i = 0; i < len; i++)
		hidden[i] ^= (uint8_t)text[i];
	craft_add(&craft, ATTR_USER_PASSWORD, hidden, sizeof(hidden));
}

static void
login(const char *user, const char *password, size_t len)
{
	craft_begin(&craft, CODE_ACCESS_REQUEST);
	craft_text(&craft, ATTR_USER_NAME, user);
	craft_text(&craft, ATTR_NAS_IDENTIFIER, "nas");
	add_password(password, len);
}

static wf_status
attempt(void)
{
	wf_msg_clear(&msg);
	fault = NULL;
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	return question_attempt(&question, &packet, &msg, &fault);
}

static void
text_is(enum wf_field_id field, const char *wanted)
{
	char text[300];

	ck_assert_int_eq(wf_msg_get_text(&msg, field, 0, text, sizeof(text)), WF_OK);
	ck_assert_str_eq(text, wanted);
}

static void
number_is(enum wf_field_id field, uint64_t wanted)
{
	uint64_t number;

	ck_assert_int_eq(wf_msg_get_uint(&msg, field, &number), WF_OK);
	ck_assert_uint_eq(number, wanted);
}

START_TEST(attempt_has_all)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	struct wf_buf frame;

	login("alice", "open it", 7);
	craft_text(&craft, ATTR_CALLING_STATION_ID, "198.51.100.7");
	ck_assert_int_eq(attempt(), WF_OK);
	text_is(WF_F_USER, "alice");
	text_is(WF_F_SERVICE, "vpn");
	text_is(WF_F_NAS, "nas");
	text_is(WF_F_RHOST, "");
	text_is(WF_F_STATE, "");
	number_is(WF_F_TAG, 77);
	number_is(WF_F_PATIENCE, 4000);
	ck_assert_int_eq(wf_msg_get_secret(&msg, WF_F_ANSWER, 0, 1, &secret), WF_OK);
	ck_assert_uint_eq(secret.len, 7);
	ck_assert_mem_eq(secret.bytes, "open it", 7);
	wf_secret_clear(&secret);
	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	/* nothing that it must have is missing */
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_OK);
	wf_buf_clear(&frame);
	client.trust_calling_station = true;
	ck_assert_int_eq(attempt(), WF_OK);
	text_is(WF_F_RHOST, "198.51.100.7");
}
END_TEST

START_TEST(a8_nul_in_password)
{
	login("alice", "open\0it", 7);
	ck_assert_int_eq(attempt(), WF_INVALID);
	ck_assert_str_eq(fault->name, "password-nul");
	login("alice", "open it\0\0", 9);
	ck_assert_int_eq(attempt(), WF_OK);
	login("alice", "", 0);
	ck_assert_int_eq(attempt(), WF_OK);
}
END_TEST

START_TEST(states)
{
	static const char *const bad[] = {"", "short", "0123456789012345678901234567890123456789x",
		"012345678901234567890123456789012345678\n",
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		"012345678901234567890123456789"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		login("alice", "x", 1);
		craft_text(&craft, ATTR_STATE, bad[i]);
		ck_assert_int_eq(attempt(), WF_INVALID);
		ck_assert_str_eq(fault->name, "state-unknown");
	}
	login("alice", "x", 1);
	craft_text(&craft, ATTR_STATE, "0123456789012345678901234567890123456789");
	ck_assert_int_eq(attempt(), WF_OK);
	text_is(WF_F_STATE, "0123456789012345678901234567890123456789");
}
END_TEST

START_TEST(names)
{
	static const struct {
		const char *name;
		bool fold, strip;
		const char *wanted; /* NULL: none is left */
	} rows[] = {
		{"Bob@Example", false, false, "Bob@Example"},
		{"Bob@Example", true, false, "bob@example"},
		{"Bob@Example", false, true, "Bob"},
		{"CORP\\Bob", false, true, "Bob"},
		{"CORP\\Bob@a@b", true, true, "bob@a"},
		{"\xc3\x84\xc3\xa4Z", true, false, "\xc3\x84\xc3\xa4z"},
		{"@example", false, true, NULL},
		{"CORP\\", false, true, NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		client.fold_case = rows[i].fold;
		client.strip_realm = rows[i].strip;
		login(rows[i].name, "x", 1);
		ck_assert_int_eq(attempt(), rows[i].wanted == NULL ? WF_INVALID : WF_OK);
		if (rows[i].wanted != NULL)
			text_is(WF_F_USER, rows[i].wanted);
		else
			ck_assert_str_eq(fault->name, "user-name-empty");
	}
}
END_TEST

START_TEST(nas_names)
{
	char nas[256];

	craft_begin(&craft, CODE_ACCESS_REQUEST);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	question_nas(&packet, nas);
	ck_assert_str_eq(nas, "");
	craft_add(&craft, ATTR_NAS_IPV6_ADDRESS, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	question_nas(&packet, nas);
	ck_assert_str_eq(nas, "2001:db8::1");
	craft_add(&craft, ATTR_NAS_IP_ADDRESS, "\xc0\0\2\1", 4);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	question_nas(&packet, nas);
	ck_assert_str_eq(nas, "192.0.2.1");
	craft_text(&craft, ATTR_NAS_IDENTIFIER, "gw\n1");
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	question_nas(&packet, nas);
	ck_assert_str_eq(nas, "gw\\x0a1");
}
END_TEST

static void
key(uint8_t key_r[32])
{
	const uint8_t *bytes;
	size_t len;

	ck_assert_int_eq(wf_msg_get_bytes(&msg, WF_F_IDEMPOTENCY, 0, &bytes, &len), WF_OK);
	ck_assert_uint_eq(len, 32);
	memcpy(key_r, bytes, 32);
}

/* The same packet has the same key; another client, identifier or authenticator another. */
START_TEST(keys_of_attempts)
{
	uint8_t one[32], two[32];

	login("alice", "x", 1);
	ck_assert_int_eq(attempt(), WF_OK);
	key(one);
	question.tag = 78;
	ck_assert_int_eq(attempt(), WF_OK);
	key(two);
	ck_assert_mem_eq(one, two, 32);
	craft.bytes[1]++;
	ck_assert_int_eq(attempt(), WF_OK);
	key(two);
	ck_assert_mem_ne(one, two, 32);
	craft.bytes[1]--;
	client.name[0] = 'V';
	ck_assert_int_eq(attempt(), WF_OK);
	key(two);
	ck_assert_mem_ne(one, two, 32);
}
END_TEST

static void
record(uint8_t delay, const char *session)
{
	craft_begin(&craft, CODE_ACCOUNTING_REQUEST);
	craft_add(&craft, ATTR_ACCT_STATUS_TYPE, "\0\0\0\2", 4);
	craft_text(&craft, ATTR_ACCT_SESSION_ID, session);
	craft_text(&craft, ATTR_USER_NAME, "alice");
	craft_text(&craft, ATTR_NAS_IDENTIFIER, "nas");
	craft_add(&craft, ATTR_ACCT_SESSION_TIME, "\0\0\0\7", 4);
	craft_add(&craft, ATTR_ACCT_DELAY_TIME, (const uint8_t[]){0, 0, 0, delay}, 4);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	wf_msg_clear(&msg);
	ck_assert_int_eq(question_record(&question, &packet, &msg), WF_OK);
}

static wf_status
attempt_v11(const char *password, size_t len, const uint8_t *nonce)
{
	wf_msg_clear(&msg);
	fault = NULL;
	question.nonce = nonce;
	craft_begin(&craft, CODE_ACCESS_REQUEST);
	craft_text(&craft, ATTR_USER_NAME, "alice");
	craft_text(&craft, ATTR_NAS_IDENTIFIER, "nas");
	craft_add(&craft, ATTR_USER_PASSWORD, password, len);
	craft_end(&craft);
	ck_assert_int_eq(packet_read_v11(craft.bytes, craft.len, &packet), PACKET_FINE);
	return question_attempt(&question, &packet, &msg, &fault);
}

/* RADIUS/1.1: as it is, to its last octet; a NUL is none that was put behind it. */
START_TEST(g3_the_password_is_plain)
{
	static const uint8_t nonce[ROUTE_NONCE] = {1};
	struct wf_secret secret = WF_SECRET_EMPTY;

	ck_assert_int_eq(attempt_v11("seventeen octets!", 17, nonce), WF_OK);
	ck_assert_int_eq(wf_msg_get_secret(&msg, WF_F_ANSWER, 0, 1, &secret), WF_OK);
	ck_assert_uint_eq(secret.len, 17);
	ck_assert_mem_eq(secret.bytes, "seventeen octets!", 17);
	wf_secret_clear(&secret);
	ck_assert_int_eq(attempt_v11("open\0", 5, nonce), WF_INVALID);
	ck_assert_str_eq(fault->name, "password-nul");
}
END_TEST

/* The same packet is the same request on its connection, and another one on another. */
START_TEST(g2_the_connection_is_part_of_the_key)
{
	static const uint8_t nonces[2][ROUTE_NONCE] = {{1}, {2}};
	uint8_t one[32], two[32];

	ck_assert_int_eq(attempt_v11("open", 4, nonces[0]), WF_OK);
	key(one);
	ck_assert_int_eq(attempt_v11("open", 4, nonces[0]), WF_OK);
	key(two);
	ck_assert_mem_eq(one, two, sizeof(one));
	ck_assert_int_eq(attempt_v11("open", 4, nonces[1]), WF_OK);
	key(two);
	ck_assert_mem_ne(one, two, sizeof(one));
	ck_assert_int_eq(attempt_v11("open", 4, NULL), WF_OK);
	key(two);
	ck_assert_mem_ne(one, two, sizeof(one));
}
END_TEST

START_TEST(b4_keys_of_records)
{
	uint8_t one[32], two[32];

	record(0, "s1");
	key(one);
	number_is(WF_F_EVENT, WF_RECORD_STOP);
	number_is(WF_F_SECONDS, 7);
	text_is(WF_F_ACCT_SESSION, "s1");
	record(9, "s1");
	key(two);
	ck_assert_mem_eq(one, two, 32);
	record(0, "s2");
	key(two);
	ck_assert_mem_ne(one, two, 32);
}
END_TEST

static Suite *
question_suite(void)
{
	Suite *suite = suite_create("question");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, attempt_has_all);
	tcase_add_test(tc, a8_nul_in_password);
	tcase_add_test(tc, states);
	tcase_add_test(tc, names);
	tcase_add_test(tc, nas_names);
	tcase_add_test(tc, keys_of_attempts);
	tcase_add_test(tc, b4_keys_of_records);
	tcase_add_test(tc, g2_the_connection_is_part_of_the_key);
	tcase_add_test(tc, g3_the_password_is_plain);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(question_suite)
