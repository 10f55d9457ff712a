/*
 * Tokens: made, confirmed, brought back in step, removed; and no secret of theirs anywhere it must
 * not be.
 */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WRONG                                                                                  \
	"The code is not right. Check that it comes from this token, and that clock and time " \
	"zone of the "                                                                         \
	"device are right."

static char secret[128]; /* base32 of the last token */
static char argument[4][64];

static const char *
code_of(enum factor_id factor, int64_t steps, int place, const char *name)
{
	char code[9];

	rig_code(secret, factor, steps, code);
	(void)snprintf(argument[place], sizeof(argument[place]), "!%s=%s", name, code);
	return argument[place];
}

static void
add(const char *type)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "type=%s", type);
	rig_ok("token.add", "user=alice", text);
	(void)snprintf(secret, sizeof(secret), "%s", rig_cell(0, "secret"));
}

static const struct credential *
token(struct act_subject *subject, size_t at)
{
	rig_subject("alice", subject);
	for (size_t i = 0; i < subject->n; i++)
		if (subject->credentials[i].factor != FACTOR_PASSWORD && at-- == 0)
			return &subject->credentials[i];
	ck_abort_msg("no such token");
	return NULL;
}

static void
setup(void)
{
	rig_setup();
	rig_ok("user.add", "user=alice", "!password=correct horse battery");
}

START_TEST(add_totp)
{
	struct act_subject subject;
	const struct credential *credential;
	struct audit_row row;

	add("totp");
	ck_assert_str_eq(rig_cell(0, "type"), "totp");
	ck_assert_str_eq(rig_cell(0, "label"), "totp-1");
	ck_assert_str_eq(rig_cell(0, "issuer"), "Warifu");
	ck_assert_int_eq(strncmp(rig_cell(0, "uri"), "otpauth://totp/", 15), 0);
	ck_assert_ptr_nonnull(strstr(rig_cell(0, "uri"), secret));
	ck_assert_uint_eq(strlen(secret), 32); /* 160 bits */
	credential = token(&subject, 0);
	ck_assert_int_eq(credential->id, rig_number(0, "id"));
	ck_assert_int_eq(credential->state, CREDENTIAL_PENDING);
	ck_assert_int_eq(credential->algorithm, OTP_SHA1);
	ck_assert_uint_eq(credential->digits, 6);
	ck_assert_uint_eq(credential->step_s, 30);
	ck_assert_int_eq(credential->counter, -1);
	ck_assert_uint_eq(credential->key_id, keyring_current(rig.keys));
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "token.add");
	ck_assert_str_eq(row.user, "alice");
	ck_assert_str_eq(row.detail, "totp 'totp-1' added, pending until a code of it is entered");
}
END_TEST

START_TEST(add_with_everything)
{
	struct act_subject subject;
	const struct credential *credential;

	rig_ok("token.add", "user=alice", "type=totp", "label=office", "algorithm=sha512",
		"digits=8", "step=60");
	credential = token(&subject, 0);
	ck_assert_str_eq(credential->label, "office");
	ck_assert_int_eq(credential->algorithm, OTP_SHA512);
	ck_assert_uint_eq(credential->digits, 8);
	ck_assert_uint_eq(credential->step_s, 60);
	rig_ok("token.add", "user=alice", "type=hotp");
	credential = token(&subject, 1);
	ck_assert_str_eq(credential->label, "hotp-1");
	ck_assert_int_eq(credential->counter, 0);
	ck_assert_uint_eq(credential->step_s, 0);
}
END_TEST

START_TEST(bad_additions_are_refused)
{
	uint64_t rows = rig_rows();

	rig_no(WF_INVALID, "'step' does not go with the type hotp.", "token.add", "user=alice",
		"type=hotp", "step=60");
	rig_no(WF_INVALID, "'algorithm' does not go with the type hotp.", "token.add", "user=alice",
		"type=hotp", "algorithm=sha256");
	rig_no(WF_INVALID, "'digits' does not go with the type recovery.", "token.add",
		"user=alice", "type=recovery", "digits=8");
	rig_no(WF_INVALID, "'count' does not go with the type totp.", "token.add", "user=alice",
		"type=totp", "count=3");
	rig_no(WF_NOT_FOUND, "There is no account 'bob'; 'warifu user list' shows all.",
		"token.add", "user=bob", "type=totp");
	rig_no(WF_EXISTS, "'alice' has a credential 'password' already: choose another label.",
		"token.add", "user=alice", "type=totp", "label=password");
	ck_assert_uint_eq(rig_rows(), rows);
	rig_ok("user.add", "user=robot", "kind=service", "sources=192.0.2.7");
	rig_no(WF_INVALID, "A service account has no tokens: it comes with its key.", "token.add",
		"user=robot", "type=totp");
}
END_TEST

START_TEST(labels_stand_once)
{
	add("totp");
	add("totp");
	ck_assert_str_eq(rig_cell(0, "label"), "totp-2");
	rig_ok("token.remove", "user=alice", "id=2", "reason=lost");
	add("totp");
	ck_assert_str_eq(rig_cell(0, "label"), "totp-1"); /* void ones do not count */
}
END_TEST

START_TEST(there_is_a_limit)
{
	for (int i = 1; i < CREDENTIALS_MAX; i++)
		add("hotp");
	rig_no(WF_CONFLICT,
		"'alice' has 16 credentials, and more are not possible: remove one first.",
		"token.add", "user=alice", "type=totp");
	rig_no(WF_CONFLICT,
		"'alice' has 16 credentials, and more are not possible: remove one first.",
		"token.add", "user=alice", "type=recovery");
	rig_ok("token.remove", "user=alice", "id=2", "reason=lost");
	rig_ok("token.add", "user=alice", "type=recovery");
	rig_ok("token.add", "user=alice", "type=recovery"); /* takes the place of the other set */
}
END_TEST

START_TEST(a_code_confirms)
{
	struct act_subject subject;
	struct audit_row row;

	add("totp");
	rig_ok("token.confirm", "user=alice", code_of(FACTOR_TOTP, 0, 0, "code"));
	ck_assert_str_eq(rig.text, "'totp-1' counts from now on.");
	ck_assert_int_eq(token(&subject, 0)->state, CREDENTIAL_ACTIVE);
	ck_assert_int_eq(token(&subject, 0)->counter, RIG_START / US_PER_S / 30);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "token.confirm");
	ck_assert_int_eq(row.result, AUDIT_SUCCESS);
	rig_no(WF_CONFLICT, "'totp-1' counts already.", "token.confirm", "user=alice", "id=2",
		code_of(FACTOR_TOTP, 1, 0, "code"));
	rig_no(WF_NOT_FOUND, "No token of 'alice' waits for a code.", "token.confirm", "user=alice",
		code_of(FACTOR_TOTP, 1, 0, "code"));
}
END_TEST

START_TEST(a_wrong_code_confirms_nothing)
{
	struct act_subject subject;
	struct audit_row row;

	add("totp");
	rig_no(WF_NO, WRONG, "token.confirm", "user=alice", code_of(FACTOR_TOTP, 40, 0, "code"));
	ck_assert_int_eq(token(&subject, 0)->state, CREDENTIAL_PENDING);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "token.confirm");
	ck_assert_int_eq(row.result, AUDIT_FAILURE);
	ck_assert_str_eq(row.reason, "wrong-code");
	rig_no(WF_NOT_FOUND,
		"'alice' has no token of this number; 'warifu token list alice' shows all.",
		"token.confirm", "user=alice", "id=99", "!code=123456");
	rig_no(WF_NOT_FOUND,
		"'alice' has no token of this number; 'warifu token list alice' shows all.",
		"token.confirm", "user=alice", "id=1", "!code=123456"); /* the password is none */
}
END_TEST

/* The token that was added last is meant, and another account's id is none of this one's. */
START_TEST(the_right_token_is_found)
{
	char other[128];

	add("totp");
	(void)snprintf(other, sizeof(other), "%s", secret);
	add("totp");
	rig_ok("token.confirm", "user=alice", code_of(FACTOR_TOTP, 0, 0, "code"));
	ck_assert_str_eq(rig.text, "'totp-2' counts from now on.");
	(void)snprintf(secret, sizeof(secret), "%s", other);
	rig_ok("user.add", "user=bob");
	rig_no(WF_NOT_FOUND,
		"'bob' has no token of this number; 'warifu token list bob' shows all.",
		"token.confirm", "user=bob", "id=2", code_of(FACTOR_TOTP, 0, 0, "code"));
	rig_ok("token.confirm", "user=alice", "id=2", code_of(FACTOR_TOTP, 0, 0, "code"));
}
END_TEST

START_TEST(a_suspect_clock_confirms_no_totp)
{
	add("totp");
	rig.now.wall_us += 40 * 86400 * US_PER_S;
	ck_assert(store_clock_watch(rig.store));
	rig_no(WF_UNAVAILABLE,
		"The clock of this machine jumped, so codes by time cannot be checked: set it, "
		"then 'warifu clock accept'.",
		"token.confirm", "user=alice", code_of(FACTOR_TOTP, 0, 0, "code"));
	rig_no(WF_UNAVAILABLE,
		"The clock of this machine jumped, so codes by time cannot be checked: set it, "
		"then 'warifu clock accept'.",
		"token.resync", "user=alice", "id=2", code_of(FACTOR_TOTP, 0, 0, "code1"),
		code_of(FACTOR_TOTP, 1, 1, "code2"));
	rig_ok("clock.accept", "reason=checked");
	rig_ok("token.confirm", "user=alice", code_of(FACTOR_TOTP, 0, 0, "code"));
}
END_TEST

START_TEST(hotp_comes_back_in_step)
{
	struct act_subject subject;

	add("hotp");
	rig_ok("token.confirm", "user=alice", code_of(FACTOR_HOTP, 0, 0, "code"));
	rig_no(WF_NO, WRONG, "token.resync", "user=alice", "id=2",
		code_of(FACTOR_HOTP, 60, 0, "code1"), code_of(FACTOR_HOTP, 62, 1, "code2"));
	rig_ok("token.resync", "user=alice", "id=2", code_of(FACTOR_HOTP, 60, 0, "code1"),
		code_of(FACTOR_HOTP, 61, 1, "code2"));
	ck_assert_int_eq(token(&subject, 0)->counter, 62);
	/* Used ones do not bring it back. */
	rig_no(WF_NO, WRONG, "token.resync", "user=alice", "id=2",
		code_of(FACTOR_HOTP, 60, 0, "code1"), code_of(FACTOR_HOTP, 61, 1, "code2"));
	rig_no(WF_NO, WRONG, "token.resync", "user=alice", "id=2",
		code_of(FACTOR_HOTP, 400, 0, "code1"), code_of(FACTOR_HOTP, 401, 1, "code2"));
}
END_TEST

START_TEST(totp_comes_back_in_step)
{
	struct act_subject subject;
	const struct credential *credential;

	add("totp");
	rig_ok("token.confirm", "user=alice", code_of(FACTOR_TOTP, 0, 0, "code"));
	rig_advance(3600);
	rig_no(WF_NO,
		"The codes are right, but the token's clock is 270 seconds off: set it, then try "
		"again.",
		"token.resync", "user=alice", "id=2", code_of(FACTOR_TOTP, 8, 0, "code1"),
		code_of(FACTOR_TOTP, 9, 1, "code2"));
	rig_no(WF_NO, WRONG, "token.resync", "user=alice", "id=2",
		code_of(FACTOR_TOTP, 1, 0, "code1"), code_of(FACTOR_TOTP, 1, 1, "code2"));
	rig_ok("token.resync", "user=alice", "id=2", code_of(FACTOR_TOTP, 1, 0, "code1"),
		code_of(FACTOR_TOTP, 2, 1, "code2"));
	credential = token(&subject, 0);
	ck_assert_int_eq(credential->drift, 2);
	ck_assert_int_eq(credential->counter, rig.now.wall_us / US_PER_S / 30 + 2);
	/* The two codes are used up by it. */
	rig_no(WF_NO, WRONG, "token.resync", "user=alice", "id=2",
		code_of(FACTOR_TOTP, 1, 0, "code1"), code_of(FACTOR_TOTP, 2, 1, "code2"));
	rig_ok("token.add", "user=alice", "type=recovery");
	rig_no(WF_INVALID, "Recovery codes cannot get out of step.", "token.resync", "user=alice",
		"id=3", "!code1=1", "!code2=2");
}
END_TEST

START_TEST(resync_confirms_a_pending_token)
{
	struct act_subject subject;

	add("totp");
	rig_ok("token.resync", "user=alice", "id=2", code_of(FACTOR_TOTP, -1, 0, "code1"),
		code_of(FACTOR_TOTP, 0, 1, "code2"));
	ck_assert_int_eq(token(&subject, 0)->state, CREDENTIAL_ACTIVE);
}
END_TEST

START_TEST(recovery_codes_replace_the_older_set)
{
	struct act_subject subject;
	const struct credential *credential;
	char first[64];

	rig_ok("token.add", "user=alice", "type=recovery");
	ck_assert_str_eq(rig.text,
		"'alice' has 10 recovery codes, which count at once; older ones are void.");
	ck_assert_uint_eq(rig.nrows, 10);
	(void)snprintf(first, sizeof(first), "%s", rig_cell(0, "code"));
	for (size_t i = 1; i < rig.nrows; i++) {
		ck_assert_int_eq(rig_number(i, "number"), (long long)i + 1);
		ck_assert_str_ne(rig_cell(i, "code"), first);
	}
	credential = token(&subject, 0);
	ck_assert_int_eq(credential->state, CREDENTIAL_ACTIVE);
	ck_assert_uint_eq(credential->remaining, 10);
	rig_ok("token.add", "user=alice", "type=recovery", "count=40");
	ck_assert_uint_eq(rig.nrows, 40);
	ck_assert_uint_eq(token(&subject, 0)->remaining, 40);
	ck_assert_uint_eq(subject.n, 2); /* with the password */
	rig_ok("token.list", "user=alice");
	ck_assert_uint_eq(rig.nrows, 2);
	ck_assert_str_eq(rig_cell(0, "state"), "void");
	ck_assert_str_eq(rig_cell(1, "state"), "active");
	ck_assert_str_eq(rig_cell(1, "remaining"), "40");
}
END_TEST

START_TEST(list_tells_all_but_secrets)
{
	add("totp");
	rig_ok("token.list", "user=alice");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_str_eq(rig_cell(0, "state"), "pending");
	ck_assert_str_eq(rig_cell(0, "algorithm"), "sha1");
	ck_assert_str_eq(rig_cell(0, "digits"), "6");
	ck_assert_str_eq(rig_cell(0, "step"), "30");
	ck_assert_str_eq(rig_cell(0, "remaining"), "");
	ck_assert_int_eq(rig_number(0, "created"), RIG_START);
	ck_assert_str_eq(rig_cell(0, "used"), "");
}
END_TEST

START_TEST(removed_tokens_are_gone)
{
	struct act_subject subject;
	struct audit_row row;

	add("totp");
	rig_ok("token.remove", "user=alice", "id=2", "reason=telephone lost");
	rig_subject("alice", &subject);
	ck_assert_uint_eq(subject.n, 1);
	rig_last_row(&row);
	ck_assert_str_eq(row.detail, "totp 'totp-1' removed; reason: telephone lost");
	rig_no(WF_NOT_FOUND,
		"'alice' has no token of this number; 'warifu token list alice' shows all.",
		"token.remove", "user=alice", "id=2", "reason=again");
	rig_no(WF_NOT_FOUND,
		"'alice' has no token of this number; 'warifu token list alice' shows all.",
		"token.remove", "user=alice", "id=1", "reason=the password"); /* is no token */
}
END_TEST

/* --- I7 --- */

static bool
file_holds(const char *path, const void *bytes, size_t len)
{
	static char content[1 << 22];
	int fd = open(path, O_RDONLY);
	ssize_t got = fd < 0 ? 0 : read(fd, content, sizeof(content));

	if (fd >= 0)
		close(fd);
	return got > 0 && memmem(content, (size_t)got, bytes, len) != NULL;
}

static void
expect_nowhere(const void *bytes, size_t len)
{
	char wal[256];

	(void)snprintf(wal, sizeof(wal), "%s-wal", rig.db);
	ck_assert(!file_holds(rig.db, bytes, len));
	ck_assert(!file_holds(wal, bytes, len));
}

static size_t
decode(const char *base32, uint8_t *bytes_r)
{
	unsigned bits = 0, value = 0;
	size_t n = 0;

	for (; *base32 != '\0'; base32++) {
		unsigned digit = (unsigned)(*base32 >= 'A' ? *base32 - 'A' : *base32 - '2' + 26);

		value = (value << 5 | digit) & 0xffffu;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes_r[n++] = (uint8_t)(value >> bits);
		}
	}
	return n;
}

START_TEST(no_secret_is_in_the_store)
{
	uint8_t bytes[64];
	char code[9];

	add("totp");
	rig_code(secret, FACTOR_TOTP, 0, code);
	rig_ok("token.confirm", "user=alice", code_of(FACTOR_TOTP, 0, 0, "code"));
	rig_ok("user.passwd", "user=alice", "!password=quite another sentence");
	rig_ok("token.add", "user=alice", "type=recovery");
	for (size_t i = 0; i < rig.nrows; i++)
		expect_nowhere(rig_cell(i, "code"), strlen(rig_cell(i, "code")));
	expect_nowhere(secret, strlen(secret));
	expect_nowhere(bytes, decode(secret, bytes));
	expect_nowhere("correct horse battery", 21);
	expect_nowhere("quite another sentence", 22);
	/* The search itself finds what is there. */
	store_close(&rig.store);
	ck_assert(file_holds(rig.db, "alice", 5));
	ck_assert(file_holds(rig.db, "$argon2id$", 10));
	expect_nowhere(secret, strlen(secret));
	expect_nowhere("quite another sentence", 22);
}
END_TEST

START_TEST(no_secret_is_in_the_log)
{
	char all[128];

	add("totp");
	(void)snprintf(all, sizeof(all), "%s", secret);
	rig_ok("token.confirm", "user=alice", code_of(FACTOR_TOTP, 0, 0, "code"));
	rig_ok("user.passwd", "user=alice", "!password=quite another sentence");
	rig_ok("log", "limit=1000");
	ck_assert_uint_ge(rig.nrows, 4);
	for (size_t row = 0; row < rig.nrows; row++) {
		for (size_t i = 0; i < rig.ncolumns; i++) {
			ck_assert_ptr_null(strstr(rig.cells[row][i], all));
			ck_assert_ptr_null(strstr(rig.cells[row][i], "sentence"));
			ck_assert_ptr_null(strstr(rig.cells[row][i], "argon2"));
		}
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/tokens");
	TCase *tcase = tcase_create("tokens");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, rig_teardown);
	tcase_add_test(tcase, add_totp);
	tcase_add_test(tcase, add_with_everything);
	tcase_add_test(tcase, bad_additions_are_refused);
	tcase_add_test(tcase, labels_stand_once);
	tcase_add_test(tcase, there_is_a_limit);
	tcase_add_test(tcase, a_code_confirms);
	tcase_add_test(tcase, a_wrong_code_confirms_nothing);
	tcase_add_test(tcase, the_right_token_is_found);
	tcase_add_test(tcase, a_suspect_clock_confirms_no_totp);
	tcase_add_test(tcase, hotp_comes_back_in_step);
	tcase_add_test(tcase, totp_comes_back_in_step);
	tcase_add_test(tcase, resync_confirms_a_pending_token);
	tcase_add_test(tcase, recovery_codes_replace_the_older_set);
	tcase_add_test(tcase, list_tells_all_but_secrets);
	tcase_add_test(tcase, removed_tokens_are_gone);
	tcase_add_test(tcase, no_secret_is_in_the_store);
	tcase_add_test(tcase, no_secret_is_in_the_log);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
