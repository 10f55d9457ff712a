/*
 * The break-glass file: what a code is worth, how often, and that no crash or crowd makes it worth
 * more. Runs as any user: the file need only be the caller's own.
 */
#include "config.h"

#include "common/breakglass.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/random.h"
#include "tests/unit/unit.h"

#define PIN "correct horse"
#define CODES 3
#define CROWD 20

static char folder[64];
static char path[96];
static struct wf_secret pin;
static struct wf_secret codes[CODES];

static void
setup(void)
{
	(void)snprintf(folder, sizeof(folder), "%s", "/tmp/warifu-breakglass-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/file", folder);
	ck_assert_int_eq(wf_secret_set(&pin, PIN, strlen(PIN)), WF_OK);
	ck_assert_int_eq(wf_breakglass_create(path, "root", &pin, CODES, codes), WF_OK);
}

static void
teardown(void)
{
	for (size_t i = 0; i < CODES; i++)
		wf_secret_clear(&codes[i]);
	wf_secret_clear(&pin);
	(void)unlink(path);
	(void)rmdir(folder);
}

static wf_status
consume(const char *user, const struct wf_secret *use_pin, const struct wf_secret *code)
{
	const struct wf_breakglass_try attempt = {user, "tty1", use_pin, code, 1700000000000000};
	uint32_t slot = 99;

	return wf_breakglass_consume(path, &attempt, &slot);
}

static wf_status
consume_text(const char *pin_text, const char *code_text)
{
	struct wf_secret other = WF_SECRET_EMPTY;
	struct wf_secret code = WF_SECRET_EMPTY;
	wf_status status;

	ck_assert_int_eq(wf_secret_set(&other, pin_text, strlen(pin_text)), WF_OK);
	ck_assert_int_eq(wf_secret_set(&code, code_text, strlen(code_text)), WF_OK);
	status = consume("root", &other, &code);
	wf_secret_clear(&other);
	wf_secret_clear(&code);
	return status;
}

/* A well-formed code that is none of the file's. */
static void
foreign_code(struct wf_secret *code_r)
{
	uint8_t bytes[WF_BREAKGLASS_CODE_BYTES];
	char text[WF_BREAKGLASS_CODE_TEXT];

	ck_assert_int_eq(wf_random_bytes(bytes, sizeof(bytes)), WF_OK);
	wf_breakglass_code_format(bytes, text);
	ck_assert_int_eq(wf_secret_set(code_r, text, strlen(text)), WF_OK);
}

static struct wf_breakglass_state
inspect(void)
{
	struct wf_breakglass_state state = {0};

	ck_assert_int_eq(wf_breakglass_inspect(path, &state), WF_OK);
	return state;
}

START_TEST(code_text_round_trip)
{
	uint8_t bytes[WF_BREAKGLASS_CODE_BYTES];
	uint8_t back[WF_BREAKGLASS_CODE_BYTES];
	char text[WF_BREAKGLASS_CODE_TEXT];

	ck_assert_int_eq(wf_random_bytes(bytes, sizeof(bytes)), WF_OK);
	wf_breakglass_code_format(bytes, text);
	ck_assert_uint_eq(strlen(text), WF_BREAKGLASS_CODE_TEXT - 1);
	ck_assert_int_eq(text[5], '-');
	ck_assert_int_eq(wf_breakglass_code_parse(text, strlen(text), back), WF_OK);
	ck_assert_mem_eq(bytes, back, sizeof(bytes));
}
END_TEST

/* The text is on paper somewhere: it must stay readable for ever. */
START_TEST(code_text_is_stable)
{
	const uint8_t bytes[WF_BREAKGLASS_CODE_BYTES] = {0x00, 0x44, 0x32, 0x14, 0xC7, 0x42, 0x54,
		0xB6, 0x35, 0xCF, 0x84, 0x65, 0x3A, 0x56, 0xD7, 0xC6};
	char text[WF_BREAKGLASS_CODE_TEXT];

	wf_breakglass_code_format(bytes, text);
	ck_assert_str_eq(text, "01234-56789-ABCDE-FGHJK-MNPQR-RMZE9");
}
END_TEST

static const struct typed_row {
	const char *from, *to; /* characters replaced in "00001-11110-..." */
	wf_status expected;
} typed_rows[] = {
	{"0", "O", WF_OK},
	{"0", "o", WF_OK},
	{"1", "I", WF_OK},
	{"1", "l", WF_OK},
	{"-", " ", WF_OK},
	{"0", "U", WF_INVALID},
	{"0", "*", WF_INVALID},
	{"0", "1", WF_INVALID},
};

START_TEST(code_forgives_what_people_confuse)
{
	const struct typed_row *row = &typed_rows[_i];
	uint8_t bytes[WF_BREAKGLASS_CODE_BYTES] = {0x08, 0x42, 0x10};
	uint8_t back[WF_BREAKGLASS_CODE_BYTES] = {0};
	char text[WF_BREAKGLASS_CODE_TEXT];
	char *at;

	wf_breakglass_code_format(bytes, text);
	at = strchr(text, row->from[0]);
	ck_assert_ptr_nonnull(at);
	*at = row->to[0];
	ck_assert_int_eq(wf_breakglass_code_parse(text, strlen(text), back), row->expected);
	if (row->expected == WF_OK)
		ck_assert_mem_eq(bytes, back, sizeof(bytes));
}
END_TEST

/* Every single wrong character and every swap of neighbours is noticed. */
START_TEST(code_check_finds_typing_errors)
{
	uint8_t bytes[WF_BREAKGLASS_CODE_BYTES];
	uint8_t back[WF_BREAKGLASS_CODE_BYTES];
	char text[WF_BREAKGLASS_CODE_TEXT];

	ck_assert_int_eq(wf_random_bytes(bytes, sizeof(bytes)), WF_OK);
	wf_breakglass_code_format(bytes, text);
	for (size_t i = 0; i < strlen(text); i++) {
		char kept = text[i];
		char next = text[i + 1];

		if (kept == '-')
			continue;
		text[i] = kept == 'Z' ? 'Y' : 'Z';
		ck_assert_int_eq(wf_breakglass_code_parse(text, strlen(text), back), WF_INVALID);
		text[i] = kept;
		if (next == '\0' || next == '-' || next == kept)
			continue;
		text[i] = next;
		text[i + 1] = kept;
		ck_assert_int_eq(wf_breakglass_code_parse(text, strlen(text), back), WF_INVALID);
		text[i] = kept;
		text[i + 1] = next;
	}
	ck_assert_int_eq(wf_breakglass_code_parse(text, strlen(text) - 1, back), WF_INVALID);
	ck_assert_int_eq(wf_breakglass_code_parse("", 0, back), WF_INVALID);
}
END_TEST

START_TEST(right_code_opens_once)
{
	const struct wf_breakglass_try attempt = {
		"root", "tty1", &pin, &codes[1], 1700000000000000};
	struct wf_breakglass_use uses[WF_BREAKGLASS_CODES_MAX];
	size_t count = 9;
	uint32_t slot = 99;

	ck_assert_int_eq(wf_breakglass_consume(path, &attempt, &slot), WF_OK);
	ck_assert_uint_eq(slot, 1);
	ck_assert_int_eq(wf_breakglass_consume(path, &attempt, &slot), WF_NO);
	ck_assert_uint_eq(inspect().unused, CODES - 1);
	ck_assert_uint_eq(inspect().failures, 1);
	ck_assert_int_eq(wf_breakglass_list(path, uses, &count), WF_OK);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(uses[0].slot, 1);
	ck_assert_str_eq(uses[0].tty, "tty1");
	ck_assert_str_eq(uses[0].user, "root");
	ck_assert_int_eq(uses[0].wall_us, 1700000000000000);
	ck_assert(!uses[0].reported);
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_OK);
}
END_TEST

START_TEST(reported_uses_stay_reported)
{
	struct wf_breakglass_use uses[WF_BREAKGLASS_CODES_MAX];
	size_t count = 0;

	ck_assert_int_eq(wf_breakglass_mark_reported(path, 0), WF_NOT_FOUND);
	ck_assert_int_eq(wf_breakglass_mark_reported(path, CODES), WF_NOT_FOUND);
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_OK);
	ck_assert_int_eq(wf_breakglass_mark_reported(path, 0), WF_OK);
	ck_assert_int_eq(wf_breakglass_list(path, uses, &count), WF_OK);
	ck_assert_uint_eq(count, 1);
	ck_assert(uses[0].reported);
	ck_assert_str_eq(uses[0].tty, "tty1");
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_NO);
}
END_TEST

START_TEST(each_part_must_be_right)
{
	struct wf_secret foreign = WF_SECRET_EMPTY;

	foreign_code(&foreign);
	ck_assert_int_eq(consume("root", &pin, &foreign), WF_NO);
	ck_assert_int_eq(consume("alice", &pin, &codes[0]), WF_NO);
	ck_assert_int_eq(consume_text("wrong horse", (const char *)codes[0].bytes), WF_NO);
	ck_assert_int_eq(consume_text("", (const char *)codes[0].bytes), WF_NO);
	ck_assert_uint_eq(inspect().failures, 4);
	ck_assert_uint_eq(inspect().unused, CODES);
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_OK);
	ck_assert_uint_eq(inspect().failures, 0);
	wf_secret_clear(&foreign);
}
END_TEST

START_TEST(typing_error_is_not_counted)
{
	ck_assert_int_eq(consume_text(PIN, "01234-56789"), WF_INVALID);
	ck_assert_int_eq(consume_text(PIN, ""), WF_INVALID);
	ck_assert_int_eq(consume("", &pin, &codes[0]), WF_INVALID);
	ck_assert_uint_eq(inspect().failures, 0);
}
END_TEST

START_TEST(ten_wrong_tries_lock_until_unlocked)
{
	struct wf_secret foreign = WF_SECRET_EMPTY;

	foreign_code(&foreign);
	for (int i = 0; i < WF_BREAKGLASS_TRIES; i++) {
		ck_assert(!inspect().locked);
		ck_assert_int_eq(consume("root", &pin, &foreign), WF_NO);
	}
	ck_assert(inspect().locked);
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_LOCKED);
	ck_assert_uint_eq(inspect().failures, WF_BREAKGLASS_TRIES);
	ck_assert_uint_eq(inspect().unused, CODES);
	ck_assert_int_eq(wf_breakglass_unlock(path), WF_OK);
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_OK);
	wf_secret_clear(&foreign);
}
END_TEST

/* A use that the audit chain does not have yet must not go away with the old file. */
START_TEST(replaced_when_all_uses_are_reported)
{
	struct wf_secret fresh[CODES] = {{NULL, 0}};

	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_OK);
	ck_assert_int_eq(wf_breakglass_replace(path, "root", &pin, CODES, fresh), WF_CONFLICT);
	ck_assert_uint_eq(inspect().unused, CODES - 1);
	ck_assert_ptr_null(fresh[0].bytes);
	ck_assert_int_eq(wf_breakglass_mark_reported(path, 0), WF_OK);
	ck_assert_int_eq(wf_breakglass_replace(path, "root", &pin, CODES, fresh), WF_OK);
	ck_assert_uint_eq(inspect().unused, CODES);
	ck_assert_int_eq(consume("root", &pin, &codes[1]), WF_NO);
	ck_assert_int_eq(consume("root", &pin, &fresh[1]), WF_OK);
	for (size_t i = 0; i < CODES; i++)
		wf_secret_clear(&fresh[i]);
}
END_TEST

static void
overwrite(off_t at, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, len, at), (ssize_t)len);
	ck_assert_int_eq(close(fd), 0);
}

/* An evaluation that breaks off has been counted before it began. */
START_TEST(failure_is_counted_before_evaluation)
{
	/* Behind magic, version, number, "root" with its length and the verifier's length. */
	overwrite(8 + 2 + 4 + 2 + 4 + 2, "?!", 2);
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_CRYPTO);
	ck_assert_uint_eq(inspect().failures, 1);
	ck_assert_uint_eq(inspect().unused, CODES);
}
END_TEST

START_TEST(damage_is_told)
{
	const uint8_t version[2] = {0, 9};

	ck_assert_int_eq(truncate(path, 512 * 2 + 100), 0);
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_CORRUPT);
	overwrite(8, version, sizeof(version));
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_VERSION);
	overwrite(0, "x", 1);
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_CORRUPT);
	ck_assert_int_eq(truncate(path, 0), 0);
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_CORRUPT);
}
END_TEST

START_TEST(only_a_private_plain_file)
{
	char other[128];

	ck_assert_int_eq(chmod(path, 0640), 0);
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_DENIED);
	ck_assert_int_eq(chmod(path, 0600), 0);
	(void)snprintf(other, sizeof(other), "%s.real", path);
	ck_assert_int_eq(rename(path, other), 0);
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_NOT_FOUND);
	ck_assert_int_eq(symlink(other, path), 0);
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_DENIED);
	ck_assert_int_eq(rename(other, path), 0);
	ck_assert_int_eq(consume("root", &pin, &codes[0]), WF_OK);
}
END_TEST

START_TEST(creation_is_careful)
{
	struct wf_secret more[2] = {{NULL, 0}};
	struct wf_secret weak = WF_SECRET_EMPTY;
	struct stat st;

	ck_assert_int_eq(wf_breakglass_create(path, "root", &pin, 2, more), WF_EXISTS);
	ck_assert_ptr_null(more[0].bytes);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(st.st_size, 512 * (2 + CODES));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(wf_secret_set(&weak, "1234567", 7), WF_OK);
	ck_assert_int_eq(wf_breakglass_create(path, "root", &weak, 2, more), WF_INVALID);
	ck_assert_int_eq(wf_breakglass_create(path, "", &pin, 2, more), WF_INVALID);
	ck_assert_int_eq(wf_breakglass_create(path, "root", &pin, 0, more), WF_INVALID);
	ck_assert_int_eq(wf_breakglass_create("file", "root", &pin, 2, more), WF_INVALID);
	ck_assert_int_eq(access(path, F_OK), -1);
	wf_secret_clear(&weak);
}
END_TEST

/* `CROWD` processes released together; counts how many got each status. */
static void
crowd(const struct wf_secret *code, unsigned counts_r[WF_STATUS_COUNT])
{
	int gate[2];
	int ignored;

	ck_assert_int_eq(pipe(gate), 0);
	for (int i = 0; i < CROWD; i++) {
		pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			char byte;

			(void)close(gate[1]);
			ignored = (int)read(gate[0], &byte, 1);
			(void)ignored;
			_exit((int)consume("root", &pin, code));
		}
	}
	(void)close(gate[0]);
	(void)close(gate[1]);
	for (int i = 0; i < CROWD; i++) {
		int status;

		ck_assert_int_gt(wait(&status), 0);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) < WF_STATUS_COUNT);
		counts_r[WEXITSTATUS(status)]++;
	}
}

START_TEST(one_code_in_a_crowd_opens_once)
{
	unsigned counts[WF_STATUS_COUNT] = {0};

	crowd(&codes[0], counts);
	ck_assert_uint_eq(counts[WF_OK], 1);
	ck_assert_uint_eq(counts[WF_OK] + counts[WF_NO] + counts[WF_LOCKED], CROWD);
	ck_assert_uint_eq(inspect().unused, CODES - 1);
}
END_TEST

START_TEST(wrong_codes_in_a_crowd_are_ten)
{
	struct wf_secret foreign = WF_SECRET_EMPTY;
	unsigned counts[WF_STATUS_COUNT] = {0};

	foreign_code(&foreign);
	crowd(&foreign, counts);
	ck_assert_uint_eq(counts[WF_NO], WF_BREAKGLASS_TRIES);
	ck_assert_uint_eq(counts[WF_LOCKED], CROWD - WF_BREAKGLASS_TRIES);
	wf_secret_clear(&foreign);
}
END_TEST

static Suite *
breakglass_suite(void)
{
	Suite *suite = suite_create("breakglass");
	TCase *code = tcase_create("code");
	TCase *file = tcase_create("file");

	tcase_add_loop_test(code, code_text_round_trip, 0, 50);
	tcase_add_test(code, code_text_is_stable);
	tcase_add_loop_test(code, code_forgives_what_people_confuse, 0,
		(int)(sizeof(typed_rows) / sizeof(typed_rows[0])));
	tcase_add_loop_test(code, code_check_finds_typing_errors, 0, 20);
	suite_add_tcase(suite, code);
	tcase_add_checked_fixture(file, setup, teardown);
	tcase_set_timeout(file, 60);
	tcase_add_test(file, right_code_opens_once);
	tcase_add_test(file, reported_uses_stay_reported);
	tcase_add_test(file, each_part_must_be_right);
	tcase_add_test(file, typing_error_is_not_counted);
	tcase_add_test(file, ten_wrong_tries_lock_until_unlocked);
	tcase_add_test(file, replaced_when_all_uses_are_reported);
	tcase_add_test(file, failure_is_counted_before_evaluation);
	tcase_add_test(file, damage_is_told);
	tcase_add_test(file, only_a_private_plain_file);
	tcase_add_test(file, creation_is_careful);
	tcase_add_test(file, one_code_in_a_crowd_opens_once);
	tcase_add_test(file, wrong_codes_in_a_crowd_are_ten);
	suite_add_tcase(suite, file);
	return suite;
}

UNIT_MAIN(breakglass_suite)
