/*
 * The key file: what it may look like, who may own it, and that it is never changed by halves.
 */
#include "config.h"

#include "authd/crypto/keyring.h"

#include <sys/file.h>
#include <sys/wait.h>

#include "tests/unit/crypto/keys.h"
#include "tests/unit/unit.h"

#define FORM "this is not a line of the form ID:KEY, the key being 44 characters of base64."
#define ORDER "the number of this key is not greater than the one before it."
#define BASE64 "the key is not proper base64 of 32 bytes: was the file damaged?"
#define CUT "the last line has no end: the file was cut off."

static const struct {
	const char *text;
	int line;
	const char *sentence; /* NULL: it is good */
} parse_cases[] = {
	{"1:" KEY_1 "\n", 0, NULL},
	{"1:" KEY_1 "\n2:" KEY_2 "\n", 0, NULL},
	{"7:" KEY_1 "\n4294967295:" KEY_2 "\n", 0, NULL},
	{"", 1, "there is no key in this file."},
	{"1:" KEY_1, 1, CUT},
	{"1:" KEY_1 "\n2:" KEY_2, 2, CUT},
	{"1:" KEY_1 "\n2", 2, CUT},
	{"\n", 1, FORM},
	{"1:" KEY_1 "\n\n", 2, FORM},
	{"# a comment\n", 1, FORM},
	{KEY_1 "\n", 1, FORM},
	{":" KEY_1 "\n", 1, FORM},
	{"0:" KEY_1 "\n", 1, FORM},
	{"01:" KEY_1 "\n", 1, FORM},
	{"+1:" KEY_1 "\n", 1, FORM},
	{"-1:" KEY_1 "\n", 1, FORM},
	{" 1:" KEY_1 "\n", 1, FORM},
	{"a:" KEY_1 "\n", 1, FORM},
	{"1a:" KEY_1 "\n", 1, FORM},
	{"4294967296:" KEY_1 "\n", 1, FORM},
	{"11111111111:" KEY_1 "\n", 1, FORM},
	{"1 :" KEY_1 "\n", 1, FORM},
	{"1: " KEY_1 "\n", 1, FORM},
	{"1:" KEY_1 " \n", 1, FORM},
	{"1:" KEY_1 "\r\n", 1, FORM},
	{"1:" KEY_1 ":\n", 1, FORM},
	{"1:\n", 1, FORM},
	{"1:" KEY_1 "\n1:" KEY_2 "\n", 2, ORDER},
	{"2:" KEY_1 "\n1:" KEY_2 "\n", 2, ORDER},
	{"1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n", 1, FORM},
	{"1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8A\n", 1, BASE64}, /* 33 bytes */
	{"1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n", 1, BASE64}, /* unused bits */
	{"1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==\n", 1, BASE64},
	{"1:AAECAwQFBgcICQoLDA0ODx-REhMUFRYXGBkaGxwdHh8=\n", 1, BASE64},
	{"1:AAECAwQFBgcICQoLDA0ODx REhMUFRYXGBkaGxwdHh8=\n", 1, BASE64},
	{"1:AAEC\xe3\x81\x82QFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd=\n", 1, FORM},
};

START_TEST(parses_strictly)
{
	struct keyring *keys = NULL;
	char expected[256];
	wf_status status;

	keys_write(parse_cases[_i].text, strlen(parse_cases[_i].text), 0600);
	status = keyring_load(keys_path, &keys, keys_why, sizeof(keys_why));
	if (parse_cases[_i].sentence == NULL) {
		ck_assert_int_eq(status, WF_OK);
		ck_assert_str_eq(keys_why, "");
	} else {
		(void)snprintf(expected, sizeof(expected), "%s:%d: %s", keys_path,
			parse_cases[_i].line, parse_cases[_i].sentence);
		ck_assert_str_eq(keys_why, expected);
		ck_assert_int_eq(status, WF_CORRUPT);
		ck_assert_ptr_null(keys);
	}
	keyring_free(&keys);
}
END_TEST

START_TEST(zero_bytes_are_no_text)
{
	struct keyring *keys = NULL;
	char text[] = "1:" KEY_1 "\n";

	text[10] = '\0';
	keys_write(text, sizeof(text) - 1, 0600);
	ck_assert_int_eq(keyring_load(keys_path, &keys, keys_why, sizeof(keys_why)), WF_CORRUPT);
}
END_TEST

static void
many_keys(unsigned count)
{
	char text[2048];
	size_t len = 0;

	for (unsigned i = 1; i <= count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%u:%s\n", i, KEY_1);
	keys_write(text, len, 0600);
}

START_TEST(there_is_a_greatest_number_of_keys)
{
	struct keyring *keys = NULL;
	char expected[256];
	uint32_t id = 77;

	many_keys(15);
	ck_assert_int_eq(keyring_add(keys_path, &id), WF_OK);
	ck_assert_uint_eq(id, 16);
	keys = keys_load();
	keyring_free(&keys);
	ck_assert_int_eq(keyring_add(keys_path, &id), WF_FULL);
	ck_assert_uint_eq(id, 16);
	many_keys(17);
	ck_assert_int_eq(keyring_load(keys_path, &keys, keys_why, sizeof(keys_why)), WF_CORRUPT);
	(void)snprintf(
		expected, sizeof(expected), "%s:17: there are more than 16 keys.", keys_path);
	ck_assert_str_eq(keys_why, expected);
	many_keys(30);
	ck_assert_int_eq(keyring_load(keys_path, &keys, keys_why, sizeof(keys_why)), WF_CORRUPT);
	(void)snprintf(
		expected, sizeof(expected), "%s: this is too long for a key file.", keys_path);
	ck_assert_str_eq(keys_why, expected);
}
END_TEST

START_TEST(the_last_number_is_not_passed)
{
	uint32_t id;

	keys_write("4294967295:" KEY_1 "\n", 56, 0600);
	ck_assert_int_eq(keyring_add(keys_path, &id), WF_FULL);
}
END_TEST

START_TEST(modes)
{
	struct keyring *keys = NULL;

	for (mode_t mode = 0; mode <= 0777; mode++) {
		bool closed = (mode & 0177) == 0;
		wf_status status;

		keys_write("1:" KEY_1 "\n", 47, 0600);
		ck_assert_int_eq(chmod(keys_path, mode), 0);
		status = keyring_load(keys_path, &keys, keys_why, sizeof(keys_why));
		if (geteuid() != 0 && (mode & 0400) == 0)
			ck_assert_int_eq(status, WF_DENIED);
		else
			ck_assert_int_eq(status, closed ? WF_OK : WF_DENIED);
		if (!closed && (mode & 0400) != 0)
			ck_assert_ptr_nonnull(strstr(keys_why, "run chmod 0600 on it."));
		keyring_free(&keys);
		ck_assert_int_eq(chmod(keys_path, 0600), 0);
	}
}
END_TEST

START_TEST(only_regular_files)
{
	struct keyring *keys = NULL;
	char other[128];

	ck_assert_int_eq(keyring_load(keys_path, &keys, keys_why, sizeof(keys_why)), WF_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(keys_why, "there is no key file"));
	(void)snprintf(other, sizeof(other), "%s/other", keys_folder);
	keys_write("1:" KEY_1 "\n", 47, 0600);
	ck_assert_int_eq(rename(keys_path, other), 0);
	ck_assert_int_eq(symlink("other", keys_path), 0);
	ck_assert_int_eq(keyring_load(keys_path, &keys, keys_why, sizeof(keys_why)), WF_DENIED);
	ck_assert_ptr_nonnull(strstr(keys_why, "symbolic link"));
	ck_assert_int_eq(unlink(keys_path), 0);
	ck_assert_int_eq(mkfifo(keys_path, 0600), 0);
	ck_assert_int_eq(keyring_load(keys_path, &keys, keys_why, sizeof(keys_why)), WF_DENIED);
	ck_assert_ptr_nonnull(strstr(keys_why, "must be a regular file"));
	ck_assert_ptr_null(keys);
}
END_TEST

/* As another user: 0 if the file is refused for its owner. */
static int
load_as(uid_t uid)
{
	struct keyring *keys = NULL;
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (setresuid(uid, uid, uid) != 0)
			_exit(2);
		_exit(keyring_load(keys_path, &keys, keys_why, sizeof(keys_why)) == WF_DENIED &&
					strstr(keys_why, "belongs to somebody else") != NULL
				? 0
				: 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(the_owner_matters)
{
	struct keyring *keys = NULL;
	struct stat file;
	uint32_t id;

	if (geteuid() != 0)
		return;
	/* In a folder that everybody may enter. */
	keys_tear_down();
	(void)snprintf(keys_folder, sizeof(keys_folder), "/tmp/warifu-keys-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(keys_folder));
	ck_assert_int_eq(chmod(keys_folder, 0755), 0);
	(void)snprintf(keys_path, sizeof(keys_path), "%s/key", keys_folder);
	keys_write("1:" KEY_1 "\n", 47, 0600);
	ck_assert_int_eq(chown(keys_path, 4711, 4712), 0);
	/* Root may; the owner may; he keeps his file when root adds a key. */
	keys = keys_load();
	keyring_free(&keys);
	ck_assert_int_eq(load_as(4711), 1);
	ck_assert_int_eq(keyring_add(keys_path, &id), WF_OK);
	ck_assert_int_eq(stat(keys_path, &file), 0);
	ck_assert_uint_eq(file.st_uid, 4711);
	ck_assert_uint_eq(file.st_gid, 4712);
	ck_assert_uint_eq(file.st_mode & 07777, 0600);
}
END_TEST

/* A file that another user can read, but that is not his, is refused for its owner. */
START_TEST(a_foreign_owner_is_refused)
{
	if (geteuid() != 0)
		return;
	keys_tear_down();
	(void)snprintf(keys_folder, sizeof(keys_folder), "/tmp/warifu-keys-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(keys_folder));
	ck_assert_int_eq(chmod(keys_folder, 0755), 0);
	(void)snprintf(keys_path, sizeof(keys_path), "%s/key", keys_folder);
	keys_write("1:" KEY_1 "\n", 47, 0644);
	ck_assert_int_eq(chown(keys_path, 4711, 4712), 0);
	ck_assert_int_eq(load_as(4713), 0);
}
END_TEST

START_TEST(a_credential_may_be_open_to_its_group)
{
	static const mode_t allowed[] = {0400, 0440, 0600, 0640};
	static const mode_t refused[] = {0444, 0404, 0460, 0420, 0500, 0450, 0410};
	struct keyring *keys = NULL;
	uint32_t id;

	keys_write("1:" KEY_1 "\n", 47, 0600);
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", keys_folder, 1), 0);
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		ck_assert_int_eq(chmod(keys_path, allowed[i]), 0);
		keys = keys_load();
		keyring_free(&keys);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		ck_assert_int_eq(chmod(keys_path, refused[i]), 0);
		ck_assert_int_eq(
			keyring_load(keys_path, &keys, keys_why, sizeof(keys_why)), WF_DENIED);
	}
	/* It is not ours to change. */
	ck_assert_int_eq(chmod(keys_path, 0600), 0);
	ck_assert_int_eq(keyring_add(keys_path, &id), WF_UNSUPPORTED);
	ck_assert_int_eq(keyring_prune(keys_path, 0), WF_UNSUPPORTED);
	ck_assert_str_eq(keys_read_text(), "1:" KEY_1 "\n");
	/* A folder whose name begins alike is another folder. */
	keys_folder[strlen(keys_folder) - 1] = '\0';
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", keys_folder, 1), 0);
	ck_assert_int_eq(chmod(keys_path, 0440), 0);
	ck_assert_int_eq(keyring_load(keys_path, &keys, keys_why, sizeof(keys_why)), WF_DENIED);
	ck_assert_int_eq(chmod(keys_path, 0600), 0);
	(void)snprintf(
		keys_folder, sizeof(keys_folder), "%.*s", (int)strlen(keys_path) - 4, keys_path);
}
END_TEST

START_TEST(creates_once)
{
	struct keyring *keys = NULL;
	struct stat file;
	char before[2048];

	ck_assert_int_eq(keyring_create(keys_path), WF_OK);
	ck_assert_int_eq(stat(keys_path, &file), 0);
	ck_assert_uint_eq(file.st_mode & 07777, 0600);
	keys = keys_load();
	ck_assert_uint_eq(keyring_current(keys), 1);
	ck_assert_uint_eq(keyring_lookup(keys), 1);
	keyring_free(&keys);
	(void)snprintf(before, sizeof(before), "%s", keys_read_text());
	ck_assert_uint_eq(strlen(before), 47);
	ck_assert_int_eq(keyring_create(keys_path), WF_EXISTS);
	ck_assert_str_eq(keys_read_text(), before);
	ck_assert_uint_eq(keys_files(false), 1);
	/* Never the same key. */
	ck_assert_int_eq(unlink(keys_path), 0);
	ck_assert_int_eq(keyring_create(keys_path), WF_OK);
	ck_assert_str_ne(keys_read_text(), before);
}
END_TEST

START_TEST(the_mask_of_the_caller_does_not_matter)
{
	struct stat file;

	(void)umask(0777);
	ck_assert_int_eq(keyring_create(keys_path), WF_OK);
	ck_assert_int_eq(stat(keys_path, &file), 0);
	ck_assert_uint_eq(file.st_mode & 07777, 0600);
}
END_TEST

START_TEST(nowhere_to_create)
{
	char path[160];
	uint32_t id;

	(void)snprintf(path, sizeof(path), "%s/no/key", keys_folder);
	ck_assert_int_eq(keyring_create(path), WF_NOT_FOUND);
	ck_assert_int_eq(keyring_add(path, &id), WF_NOT_FOUND);
	ck_assert_int_eq(keyring_prune(path, 0), WF_NOT_FOUND);
}
END_TEST

START_TEST(adding_keeps_what_is_there)
{
	const char *text = "1:" KEY_1 "\n5:" KEY_2 "\n";
	uint32_t id = 0;

	keys_write(text, strlen(text), 0600);
	ck_assert_int_eq(keyring_add(keys_path, &id), WF_OK);
	ck_assert_uint_eq(id, 6);
	ck_assert_int_eq(strncmp(keys_read_text(), text, strlen(text)), 0);
	ck_assert_int_eq(strncmp(keys_read_text() + strlen(text), "6:", 2), 0);
	ck_assert_uint_eq(strlen(keys_read_text()), strlen(text) + 47);
	ck_assert_uint_eq(keys_files(false), 1);
}
END_TEST

START_TEST(prunes)
{
#define FIVE "1:" KEY_1 "\n2:" KEY_2 "\n3:" KEY_3 "\n4:" KEY_2 "\n9:" KEY_3 "\n"
	static const struct {
		const char *before;
		uint32_t keep;
		const char *after;
	} cases[] = {
		{"1:" KEY_1 "\n", 0, "1:" KEY_1 "\n"},
		{"1:" KEY_1 "\n2:" KEY_2 "\n", 0, "1:" KEY_1 "\n2:" KEY_2 "\n"},
		{"1:" KEY_1 "\n2:" KEY_2 "\n4:" KEY_3 "\n", 0, "1:" KEY_1 "\n4:" KEY_3 "\n"},
		{FIVE, 0, "1:" KEY_1 "\n9:" KEY_3 "\n"},
		{FIVE, 3, "1:" KEY_1 "\n3:" KEY_3 "\n9:" KEY_3 "\n"},
		{FIVE, 4, "1:" KEY_1 "\n4:" KEY_2 "\n9:" KEY_3 "\n"},
		{FIVE, 1, "1:" KEY_1 "\n9:" KEY_3 "\n"},
		{FIVE, 9, "1:" KEY_1 "\n9:" KEY_3 "\n"},
		{FIVE, 7, "1:" KEY_1 "\n9:" KEY_3 "\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		keys_write(cases[i].before, strlen(cases[i].before), 0600);
		ck_assert_int_eq(keyring_prune(keys_path, cases[i].keep), WF_OK);
		ck_assert_str_eq(keys_read_text(), cases[i].after);
	}
}
END_TEST

START_TEST(a_bad_file_is_not_changed)
{
	uint32_t id;

	keys_write("1:" KEY_1, 46, 0600);
	ck_assert_int_eq(keyring_add(keys_path, &id), WF_CORRUPT);
	ck_assert_int_eq(keyring_prune(keys_path, 0), WF_CORRUPT);
	ck_assert_str_eq(keys_read_text(), "1:" KEY_1);
	keys_write("1:" KEY_1 "\n", 47, 0644);
	ck_assert_int_eq(keyring_add(keys_path, &id), WF_DENIED);
	ck_assert_uint_eq(keys_files(false), 1);
}
END_TEST

START_TEST(one_change_at_a_time)
{
	uint32_t id;
	int fd;

	keys_write("1:" KEY_1 "\n", 47, 0600);
	fd = open(keys_path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	ck_assert_int_eq(keyring_add(keys_path, &id), WF_CONFLICT);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(keyring_add(keys_path, &id), WF_OK);
}
END_TEST

/*
 * What a crash left of a new file is written over or tidied away; one that is being written is
 * neither.
 */
START_TEST(half_a_file_is_no_obstacle)
{
	char half[sizeof(keys_path) + 8];
	uint32_t id;
	int fd;

	(void)snprintf(half, sizeof(half), "%s.new", keys_path);
	keys_write("1:" KEY_1 "\n", 47, 0600);
	fd = open(half, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(ftruncate(fd, 4000), 0);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	ck_assert_int_eq(keyring_add(keys_path, &id), WF_CONFLICT);
	keyring_tidy(keys_path);
	ck_assert_int_eq(access(half, F_OK), 0);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(keyring_add(keys_path, &id), WF_OK);
	ck_assert_int_eq(id, 2);
	ck_assert_int_ne(access(half, F_OK), 0);
	fd = open(half, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(close(fd), 0);
	keyring_tidy(keys_path);
	ck_assert_int_ne(access(half, F_OK), 0);
}
END_TEST

#define CHANGERS 14

/* Adds a key, however often it has to try; the exit code of a child. */
static int
add_at_last(void)
{
	wf_status status = WF_CONFLICT;
	uint32_t id;

	while (status == WF_CONFLICT)
		status = keyring_add(keys_path, &id);
	return status == WF_OK ? 0 : 1;
}

/* Many processes, released at once, add a key each: none is lost, and no file is left over. */
START_TEST(no_key_is_lost_in_a_race)
{
	struct keyring *keys = NULL;
	int gate[2], status;
	char byte;

	keys_write("1:" KEY_1 "\n", 47, 0600);
	ck_assert_int_eq(pipe2(gate, O_CLOEXEC), 0);
	for (int i = 0; i < CHANGERS; i++) {
		pid_t child = fork();

		ck_assert_int_ge(child, 0);
		if (child == 0) {
			(void)close(gate[1]);
			_exit(read(gate[0], &byte, 1) == 0 ? add_at_last() : 2);
		}
	}
	ck_assert_int_eq(close(gate[1]), 0);
	for (int i = 0; i < CHANGERS; i++) {
		ck_assert_int_gt(wait(&status), 0);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	keys = keys_load();
	ck_assert_uint_eq(keyring_current(keys), 1 + CHANGERS);
	ck_assert_uint_eq(keys_files(false), 1);
	keyring_free(&keys);
}
END_TEST

static Suite *
key_file_suite(void)
{
	Suite *suite = suite_create("crypto key file");
	TCase *tc = tcase_create("key file");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, keys_set_up, keys_tear_down);
	tcase_add_loop_test(tc, parses_strictly, 0, sizeof(parse_cases) / sizeof(parse_cases[0]));
	tcase_add_test(tc, zero_bytes_are_no_text);
	tcase_add_test(tc, there_is_a_greatest_number_of_keys);
	tcase_add_test(tc, the_last_number_is_not_passed);
	tcase_add_test(tc, modes);
	tcase_add_test(tc, only_regular_files);
	tcase_add_test(tc, the_owner_matters);
	tcase_add_test(tc, a_foreign_owner_is_refused);
	tcase_add_test(tc, a_credential_may_be_open_to_its_group);
	tcase_add_test(tc, creates_once);
	tcase_add_test(tc, the_mask_of_the_caller_does_not_matter);
	tcase_add_test(tc, nowhere_to_create);
	tcase_add_test(tc, adding_keeps_what_is_there);
	tcase_add_test(tc, prunes);
	tcase_add_test(tc, a_bad_file_is_not_changed);
	tcase_add_test(tc, one_change_at_a_time);
	tcase_add_test(tc, half_a_file_is_no_obstacle);
	tcase_add_test(tc, no_key_is_lost_in_a_race);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(key_file_suite)
