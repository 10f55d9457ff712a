/*
 * Every fallible call of the keyring fails in its turn: nothing is reported as done that was not,
 * the key file is the old or the new one and nothing lies beside it, outputs are untouched, and
 * nothing unproved stays in a restored file.
 */
#include "config.h"

#include "authd/crypto/backup_file.h"

#include "tests/unit/crypto/keys.h"
#include "tests/unit/faults.h"
#include "tests/unit/unit.h"

#define TWO_KEYS "1:" KEY_1 "\n2:" KEY_2 "\n"
#define FOUR_KEYS TWO_KEYS "3:" KEY_2 "\n4:" KEY_3 "\n"

static struct keyring *keys, *loaded;
static struct wf_secret plain, opened;
static const struct keyring_aad place = {"credential", 7, "phone"};
static uint8_t sealed[64], mac[32];
static size_t sealed_len;
static uint32_t key_id;
static int from_fd, to_fd;
static struct backup_info info;

static void
set_up(void)
{
	keys_set_up();
	keys = keys_from(TWO_KEYS);
	ck_assert_int_eq(wf_secret_set(&plain, "12345678901234567890", 20), WF_OK);
}

static void
tear_down(void)
{
	wf_secret_clear(&plain);
	keyring_free(&keys);
	keys_tear_down();
}

static wf_status
load_run(void)
{
	return keyring_load(keys_path, &loaded, keys_why, sizeof(keys_why));
}

static void
load_end(wf_status status)
{
	ck_assert_int_eq(loaded == NULL, status != WF_OK);
	ck_assert_int_eq(keys_why[0] == '\0', status == WF_OK);
	keyring_free(&loaded);
}

START_TEST(loading)
{
	fault_loop(&(struct fault_scenario){NULL, load_run, load_end});
}
END_TEST

static void
create_begin(void)
{
	(void)keys_files(true);
}

static wf_status
create_run(void)
{
	return keyring_create(keys_path);
}

static void
create_end(wf_status status)
{
	ck_assert_uint_eq(keys_files(false), status == WF_OK ? 1 : 0);
	if (status == WF_OK)
		ck_assert_uint_eq(strlen(keys_read_text()), 47);
}

START_TEST(creating)
{
	fault_loop(&(struct fault_scenario){create_begin, create_run, create_end});
}
END_TEST

static void
change_begin(void)
{
	keys_write(FOUR_KEYS, sizeof(FOUR_KEYS) - 1, 0600);
	key_id = 77;
}

static wf_status
add_run(void)
{
	return keyring_add(keys_path, &key_id);
}

/* After a failure at the very end the new file is in place already: whole, in any case. */
static void
add_end(wf_status status)
{
	size_t len = strlen(keys_read_text());

	ck_assert_uint_eq(keys_files(false), 1);
	ck_assert_uint_eq(key_id, status == WF_OK ? 5 : 77);
	ck_assert_int_eq(strncmp(keys_read_text(), FOUR_KEYS, sizeof(FOUR_KEYS) - 1), 0);
	ck_assert(len == sizeof(FOUR_KEYS) - 1 + 47 ||
		  (status != WF_OK && len == sizeof(FOUR_KEYS) - 1));
}

START_TEST(adding)
{
	fault_loop(&(struct fault_scenario){change_begin, add_run, add_end});
}
END_TEST

static wf_status
prune_run(void)
{
	return keyring_prune(keys_path, 0);
}

static void
prune_end(wf_status status)
{
	const char *text = keys_read_text();

	ck_assert_uint_eq(keys_files(false), 1);
	ck_assert(strcmp(text, "1:" KEY_1 "\n4:" KEY_3 "\n") == 0 ||
		  (status != WF_OK && strcmp(text, FOUR_KEYS) == 0));
}

START_TEST(pruning)
{
	fault_loop(&(struct fault_scenario){change_begin, prune_run, prune_end});
}
END_TEST

static void
seal_begin(void)
{
	memset(sealed, 'x', sizeof(sealed));
	sealed_len = 77;
	key_id = 77;
}

static wf_status
seal_run(void)
{
	return keyring_seal(keys, &place, &plain, sealed, sizeof(sealed), &sealed_len, &key_id);
}

static void
seal_end(wf_status status)
{
	ck_assert_uint_eq(sealed_len, status == WF_OK ? 48 : 77);
	ck_assert_uint_eq(key_id, status == WF_OK ? 2 : 77);
	if (status != WF_OK)
		for (size_t i = 0; i < sizeof(sealed); i++)
			ck_assert_int_eq(sealed[i], 'x');
}

START_TEST(sealing)
{
	fault_loop(&(struct fault_scenario){seal_begin, seal_run, seal_end});
}
END_TEST

static wf_status
open_run(void)
{
	return keyring_open(keys, 2, &place, sealed, sealed_len, &opened);
}

/* A fault is never taken for a seal that does not fit. */
static void
open_end(wf_status status)
{
	ck_assert_int_ne(status, WF_CORRUPT);
	ck_assert_int_eq(opened.bytes != NULL, status == WF_OK);
	wf_secret_clear(&opened);
}

START_TEST(opening)
{
	ck_assert_int_eq(seal_run(), WF_OK);
	fault_loop(&(struct fault_scenario){NULL, open_run, open_end});
}
END_TEST

static void
mac_begin(void)
{
	memset(mac, 'x', sizeof(mac));
}

static wf_status
mac_run(void)
{
	return keyring_mac(keys, "name", "", "alice", 5, mac);
}

static void
mac_end(wf_status status)
{
	for (size_t i = 0; status != WF_OK && i < sizeof(mac); i++)
		ck_assert_int_eq(mac[i], 'x');
}

START_TEST(hashing)
{
	fault_loop(&(struct fault_scenario){mac_begin, mac_run, mac_end});
}
END_TEST

static char fingerprint[17];

static wf_status
fingerprint_run(void)
{
	return keyring_fingerprint(keys, 1, fingerprint);
}

static void
fingerprint_end(wf_status status)
{
	ck_assert_str_eq(fingerprint, status == WF_OK ? FINGERPRINT_1 : "");
	fingerprint[0] = '\0';
}

START_TEST(fingerprints)
{
	fault_loop(&(struct fault_scenario){NULL, fingerprint_run, fingerprint_end});
}
END_TEST

#define CONTENT 70000 /* two records */

static void
backup_begin(void)
{
	static uint8_t content[CONTENT];

	from_fd = memory_file(content, sizeof(content));
	to_fd = memory_file("", 0);
}

static wf_status
backup_run(void)
{
	struct backup_info made = {.schema = 1, .node = "node1"};

	return backup_file_write(keys, &made, from_fd, to_fd);
}

static void
backup_end(wf_status status)
{
	(void)status;
	ck_assert_int_eq(close(from_fd), 0);
	ck_assert_int_eq(close(to_fd), 0);
}

START_TEST(backing_up)
{
	fault_loop(&(struct fault_scenario){backup_begin, backup_run, backup_end});
}
END_TEST

static uint8_t *backup;
static size_t backup_len;

static void
restore_begin(void)
{
	from_fd = memory_file(backup, backup_len);
	to_fd = memory_file("", 0);
	memset(&info, 'x', sizeof(info));
}

static wf_status
restore_run(void)
{
	return backup_file_read(keys, 1, from_fd, to_fd, &info, keys_why, sizeof(keys_why));
}

static void
restore_end(wf_status status)
{
	/* A fault is never taken for a damaged file, which somebody might throw away for it. */
	ck_assert_int_ne(status, WF_CORRUPT);
	ck_assert_int_eq(lseek(to_fd, 0, SEEK_END), status == WF_OK ? CONTENT : 0);
	ck_assert_int_eq(info.node[0], status == WF_OK ? 'n' : 'x');
	backup_end(status);
}

START_TEST(restoring)
{
	backup_begin();
	ck_assert_int_eq(backup_run(), WF_OK);
	backup = memory_content(to_fd, &backup_len);
	backup_end(WF_OK);
	fault_loop(&(struct fault_scenario){restore_begin, restore_run, restore_end});
	free(backup);
}
END_TEST

static Suite *
faults_suite(void)
{
	Suite *suite = suite_create("crypto faults");
	TCase *tc = tcase_create("faults");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, loading);
	tcase_add_test(tc, creating);
	tcase_add_test(tc, adding);
	tcase_add_test(tc, pruning);
	tcase_add_test(tc, sealing);
	tcase_add_test(tc, opening);
	tcase_add_test(tc, hashing);
	tcase_add_test(tc, fingerprints);
	tcase_add_test(tc, backing_up);
	tcase_add_test(tc, restoring);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(faults_suite)
