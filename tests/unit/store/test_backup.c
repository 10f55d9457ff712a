/* Backup while the store works, and what a restored store has forgotten on purpose. */
#include "config.h"

#include <pthread.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/store/room.h"
#include "tests/unit/faults.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

static char copy[160];

static void
setup(void)
{
	fx_setup();
	(void)snprintf(copy, sizeof(copy), "%s/copy.db", fx.dir);
}

static void
backup(void)
{
	wf_status status = store_backup(fx.store, copy, fx.why, sizeof(fx.why));

	ck_assert_msg(status == WF_OK, "%s", fx.why);
}

static wf_status
prepare(const char *path, const char *replaced)
{
	bool kept;

	return store_restore_prepare(
		path, replaced, "node-a", fx_now(), &kept, fx.why, sizeof(fx.why));
}

/* From here on the store is the copy. */
static void
use_copy(const char *replaced)
{
	wf_status status;

	fx_close();
	status = prepare(copy, replaced);
	ck_assert_msg(status == WF_OK, "%s", fx.why);
	(void)snprintf(fx.path, sizeof(fx.path), "%s", copy);
	fx_open();
}

static atomic_bool stop;

static void *
write_on(void *arg)
{
	(void)arg;
	while (!stop)
		ck_assert_int_eq(fx_admin(NULL, 0, NULL), WF_OK);
	return NULL;
}

START_TEST(a_copy_under_load_is_one_state)
{
	struct stat st;
	pthread_t thread;
	char wal[200];
	char header[20];
	FILE *file;

	for (int i = 0; i < 50; i++)
		ck_assert_int_eq(fx_admin(NULL, 0, NULL), WF_OK);
	ck_assert_int_eq(pthread_create(&thread, NULL, write_on, NULL), 0);
	backup();
	stop = true;
	(void)pthread_join(thread, NULL);
	ck_assert_int_eq(stat(copy, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	/* Bytes 18 and 19 of the header: 1 is one file, 2 would be a file with a log beside it. */
	file = fopen(copy, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fread(header, 1, sizeof(header), file), sizeof(header));
	(void)fclose(file);
	ck_assert_int_eq(header[18], 1);
	ck_assert_int_eq(header[19], 1);
	(void)snprintf(wal, sizeof(wal), "%s-wal", copy);
	ck_assert_int_ne(access(wal, F_OK), 0);
	fx_close();
	(void)snprintf(fx.path, sizeof(fx.path), "%s", copy);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM pragma_integrity_check WHERE "
				    "integrity_check <> 'ok'"),
		0);
	fx_open();
	ck_assert_uint_ge(fx_verify_chain(), 50);
}
END_TEST

START_TEST(nothing_is_overwritten)
{
	FILE *file = fopen(copy, "w");

	(void)fputs("mine", file);
	(void)fclose(file);
	ck_assert_int_eq(store_backup(fx.store, copy, fx.why, sizeof(fx.why)), WF_EXISTS);
	ck_assert_ptr_nonnull(strstr(fx.why, "there already"));
	(void)snprintf(copy, sizeof(copy), "%s/none/copy.db", fx.dir);
	ck_assert_int_eq(store_backup(fx.store, copy, fx.why, sizeof(fx.why)), WF_IO);
	ck_assert_ptr_nonnull(strstr(fx.why, "No such file"));
}
END_TEST

static int64_t account;
static int64_t totp, hotp;

static void
people(void)
{
	static const uint8_t codes[2][32] = {{1}, {2}};
	struct credential credential;

	account = fx_add_account("alice");
	credential = fx_credential(FACTOR_TOTP, account);
	totp = fx_add_credential(&credential, NULL, 0);
	credential = fx_credential(FACTOR_HOTP, account);
	hotp = fx_add_credential(&credential, NULL, 0);
	credential = fx_credential(FACTOR_RECOVERY, account);
	(void)fx_add_credential(&credential, codes, 2);
	credential = fx_credential(FACTOR_PASSWORD, account);
	(void)fx_add_credential(&credential, NULL, 0);
}

static bool
advance_applies(enum effect_kind kind, int64_t id, int64_t value)
{
	static unsigned txn = 1000;
	bool applied;

	ck_assert_int_eq(fx_reserve(++txn, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle_effect(txn, "alice", SETTLE_SUCCESS, account,
				 (struct effect){.kind = kind, .credential_id = id, .value = value},
				 &applied),
		WF_OK);
	return applied;
}

START_TEST(restore_revives_no_code)
{
	int64_t generation = fx_sql_int("SELECT generation FROM meta");
	int64_t step;
	const struct store_read *read;
	uint64_t rows;

	people();
	backup();
	rows = fx_last_seq();
	fx_advance(FX_DAY);
	step = fx_now().wall_us / FX_SECOND / 30;
	ck_assert(advance_applies(EFFECT_TOTP_ADVANCE, totp, step + 3));
	use_copy(NULL);
	ck_assert(!advance_applies(EFFECT_TOTP_ADVANCE, totp, step + 3));
	ck_assert(advance_applies(EFFECT_TOTP_ADVANCE, totp, step + 4));
	read = fx_read("alice");
	ck_assert_uint_eq(read->ncredentials, 3);
	ck_assert_int_eq(read->credentials[0].factor, FACTOR_TOTP);
	ck_assert_int_eq(read->credentials[0].state, CREDENTIAL_ACTIVE);
	ck_assert_int_eq(read->credentials[1].factor, FACTOR_HOTP);
	ck_assert_int_eq(read->credentials[1].state, CREDENTIAL_RESYNC);
	ck_assert_int_eq(read->credentials[2].factor, FACTOR_PASSWORD);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM recovery_code WHERE used_us = 0"), 0);
	ck_assert_int_eq(fx_sql_int("SELECT generation FROM meta"), generation + 1);
	ck_assert_str_eq(fx_audit(rows + 1).event, "restore");
	ck_assert_int_eq(fx_audit(rows + 1).class, AUDIT_SYSTEM);
	ck_assert_ptr_nonnull(strstr(fx_audit(rows + 1).detail, "as of the backup"));
	(void)fx_verify_chain();
}
END_TEST

START_TEST(restore_forgets_what_was_proved)
{
	static struct store_job job;

	people();
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_SUCCESS, account, NULL), WF_OK);
	ck_assert_int_eq(fx_reserve(2, "alice"), THROTTLE_ADMIT);
	backup();
	use_copy(NULL);
	job.kind = STORE_READ;
	job.u.read.uid = -1;
	job.u.read.has_txn = true;
	job.u.read.txn[0] = 1;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert(!job.u.read.txn_found);
	/* What was under way when the copy was made is a failure. */
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
}
END_TEST

static void
fail_n(unsigned first, unsigned n)
{
	for (unsigned i = first; i < first + n; i++) {
		ck_assert_int_eq(fx_reserve(i, "alice"), THROTTLE_ADMIT);
		ck_assert_int_eq(fx_settle(i, "alice", SETTLE_FAILURE, account, NULL), WF_OK);
	}
}

/* Without the replaced store a lock of the backup keeps all its time. */
START_TEST(locks_never_shorten)
{
	people();
	fail_n(1, 10);
	backup();
	fx_advance(FX_DAY);
	use_copy(NULL);
	ck_assert_int_eq(fx_reserve(11, "alice"), THROTTLE_LOCKED);
	fx_advance(3599 * FX_SECOND);
	ck_assert_int_eq(fx_reserve(12, "alice"), THROTTLE_LOCKED);
	fx_advance(FX_SECOND);
	ck_assert_int_eq(fx_reserve(13, "alice"), THROTTLE_ADMIT);
}
END_TEST

/* I1 across a restore: guesses made after the backup are not given again. */
START_TEST(failures_of_the_replaced_store_stay)
{
	char replaced[160];

	people();
	fail_n(1, 2);
	backup();
	fail_n(3, 7);
	ck_assert(advance_applies(EFFECT_HOTP_ADVANCE, hotp, 40));
	fail_n(10, 9);
	(void)fx_add_account("later");
	ck_assert_int_eq(fx_reserve(30, "later"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(30, "later", SETTLE_FAILURE, 0, NULL), WF_OK);
	(void)snprintf(replaced, sizeof(replaced), "%s", fx.path);
	use_copy(replaced);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 9);
	ck_assert_uint_eq(fx_state("later", LANE_ACCOUNT).failures, 1);
	ck_assert_int_eq(fx_sql_int("SELECT known FROM throttle WHERE name = 'later'"), 0);
	ck_assert_int_eq(fx_sql_int("SELECT known FROM throttle WHERE name = 'alice'"), 1);
	ck_assert_int_eq(fx_read("alice")->credentials[1].counter, 40);
	ck_assert_ptr_nonnull(strstr(fx_last().detail, "replaced store kept"));
	fail_n(20, 1);
	ck_assert_int_eq(fx_reserve(21, "alice"), THROTTLE_LOCKED);
	(void)fx_verify_chain();
}
END_TEST

/*
 * A crash, then a restore instead of a start: what was being evaluated counts, and what waited for
 * an answer ends as it would have by its time: with its row, uncounted.
 */
START_TEST(attempts_under_way_in_the_replaced_store_count)
{
	int64_t bob = fx_add_account("bob");

	fx_back_up();
	ck_assert_int_eq(fx_reserve(71, "bob"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_reserve(72, "bob"), THROTTLE_ADMIT);
	fx_challenge(73, "bob", bob);
	fx_restore(true);
	ck_assert_uint_eq(fx_state("bob", LANE_ACCOUNT).failures, 2);
	ck_assert_uint_eq(fx_state("bob", LANE_ACCOUNT).pending, 0);
	ck_assert_uint_eq(fx_count_rows("login", "interrupted"), 2);
	ck_assert_uint_eq(fx_count_rows("login", "abandoned"), 1);
	ck_assert_int_eq(fx_resume(73, "bob"), RESUME_ENDED);
}
END_TEST

START_TEST(a_damaged_replaced_store_is_no_obstacle)
{
	char replaced[160];
	FILE *file;

	people();
	fail_n(1, 2);
	backup();
	(void)snprintf(replaced, sizeof(replaced), "%s/damaged.db", fx.dir);
	file = fopen(replaced, "w");
	(void)fputs(
		"No database at all; this is what somebody wants to be rid of by restoring.", file);
	(void)fclose(file);
	use_copy(replaced);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 2);
}
END_TEST

START_TEST(another_store_has_no_say)
{
	char other[160];
	char path[160];

	people();
	backup();
	fx_close();
	memcpy(path, fx.path, sizeof(path));
	(void)snprintf(fx.path, sizeof(fx.path), "%s/other.db", fx.dir);
	memcpy(other, fx.path, sizeof(other));
	fx_open();
	fail_n(1, 9);
	fx_close();
	memcpy(fx.path, path, sizeof(path));
	fx_open();
	use_copy(other);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 0);
}
END_TEST

/* An incident does not end because somebody restores amid it. */
START_TEST(restore_keeps_a_hold)
{
	fx_back_up();
	fx_sql("INSERT INTO hold(one, since_us, by, reason, ticket)"
	       " VALUES (1, 5, 'root', 'incident 7', 'INC-7')");
	fx_restore(true);
	ck_assert_int_eq(
		fx_sql_int("SELECT count(*) FROM hold WHERE since_us = 5 AND ticket = 'INC-7'"),
		1);
}
END_TEST

START_TEST(restore_refuses)
{
	ck_assert_int_eq(prepare(copy, NULL), WF_NOT_FOUND);
	/* The daemon runs on it. */
	ck_assert_int_eq(prepare(fx.path, NULL), WF_EXISTS);
	ck_assert_ptr_nonnull(strstr(fx.why, "in use"));
	people();
	backup();
	fx_close();
	(void)snprintf(fx.path, sizeof(fx.path), "%s", copy);
	fx_sql("UPDATE audit SET chain = zeroblob(32) WHERE seq = 3");
	ck_assert_int_eq(prepare(copy, NULL), WF_CORRUPT);
	fx_sql("PRAGMA user_version = 99");
	ck_assert_int_eq(prepare(copy, NULL), WF_VERSION);
	ck_assert_ptr_nonnull(strstr(fx.why, "version 99"));
}
END_TEST

/* A small file beside the database that says `text`. */
static void
put(const char *ending, const char *text)
{
	FILE *file = fopen(fx_file(ending), "w");

	ck_assert_ptr_nonnull(file);
	(void)fputs(text, file);
	(void)fclose(file);
}

static void
holds(const char *ending, const char *text)
{
	char read[32] = "";
	FILE *file = fopen(fx_file(ending), "r");

	ck_assert_msg(file != NULL, "%s is not there", ending);
	ck_assert_ptr_nonnull(fgets(read, sizeof(read), file));
	(void)fclose(file);
	ck_assert_str_eq(read, text);
}

/* Decided at the epoch's second 7, which names what is kept. */
static void
decide(void)
{
	const struct timespec then[2] = {{.tv_sec = 7}, {.tv_sec = 7}};

	put(".restored", "new");
	ck_assert_int_eq(utimensat(AT_FDCWD, fx_file(".restored"), then, 0), 0);
}

/*
 * Cut short after each of its renames: the next call carries out what was decided, with the same
 * names.
 */
START_TEST(a_swap_that_was_cut_short_is_finished)
{
	static const char *const done[] = {"", "-wal", "-shm"};

	fx_close();
	for (int cut = 0; cut <= 3; cut++) {
		decide();
		for (int i = 0; i < 3; i++) {
			char kept[64];

			(void)snprintf(kept, sizeof(kept), ".before-restore-7%s", done[i]);
			(void)unlink(fx_file(done[i]));
			put(i < cut ? kept : done[i], "old");
		}
		put(".restoring-journal", "of another attempt");
		ck_assert_int_eq(store_restore_finish(fx.path, fx.why, sizeof(fx.why)), WF_OK);
		holds("", "new");
		holds(".before-restore-7", "old");
		holds(".before-restore-7-wal", "old");
		ck_assert_int_ne(access(fx_file("-wal"), F_OK), 0);
		ck_assert_int_ne(access(fx_file(".restored"), F_OK), 0);
		ck_assert_int_eq(store_restore_finish(fx.path, fx.why, sizeof(fx.why)), WF_OK);
		holds("", "new");
	}
}
END_TEST

START_TEST(what_was_not_decided_is_swept)
{
	fx_close();
	put(".restoring", "half");
	put(".restoring-journal", "of it");
	fx_open();
	ck_assert_int_ne(access(fx_file(".restoring"), F_OK), 0);
	ck_assert_int_ne(access(fx_file(".restoring-journal"), F_OK), 0);
	decide();
	ck_assert_int_eq(store_restore_finish(fx.path, fx.why, sizeof(fx.why)), WF_EXISTS);
	ck_assert_ptr_nonnull(strstr(fx.why, "in use"));
}
END_TEST

#ifdef WF_FAULT
static void
decided(void)
{
	(void)unlink(fx_file(".before-restore-7"));
	put("", "old");
	decide();
	fx.why[0] = '\0';
}

static wf_status
finish(void)
{
	return store_restore_finish(fx.path, fx.why, sizeof(fx.why));
}

/* What was decided is carried out, or said to be not, and then by the next start. */
static void
carried_out(wf_status status)
{
	ck_assert(status == WF_OK || status == WF_NO_MEMORY || fx.why[0] != '\0');
	ck_assert_ptr_null(strstr(fx.why, "in use")); /* nobody else has it */
	if (status != WF_OK)
		ck_assert_int_eq(finish(), WF_OK);
	holds("", "new");
	holds(".before-restore-7", "old");
	ck_assert_int_ne(access(fx_file(".restored"), F_OK), 0);
}

START_TEST(a_swap_with_failing_calls)
{
	static const struct fault_scenario scenario = {decided, finish, carried_out};

	fx_close();
	ck_assert_uint_ge(fault_loop_libc(&scenario), 10);
}
END_TEST
#endif

#define MIB (UINT64_C(1) << 20)

/* 32 MiB are kept, or 5 % of a small disk. */
START_TEST(the_last_space_is_kept)
{
	static const struct {
		uint64_t free, whole, bytes;
		bool holds;
	} rows[] = {
		{100 * MIB, 10000 * MIB, 68 * MIB, true},
		{100 * MIB, 10000 * MIB, 68 * MIB + 1, false},
		{100 * MIB, 200 * MIB, 90 * MIB, true}, /* 10 MiB are 5 % */
		{100 * MIB, 200 * MIB, 90 * MIB + 1, false},
		{100 * MIB, 10000 * MIB, 101 * MIB, false},
		{0, 0, 1, false},
		{32 * MIB, 10000 * MIB, 0, true},
		{32 * MIB - 1, 10000 * MIB, 0, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct store_room room = {.free = rows[i].free, .whole = rows[i].whole};

		ck_assert_msg(
			store_room_holds(&room, rows[i].bytes) == rows[i].holds, "row %zu", i);
	}
}
END_TEST

START_TEST(the_size_of_a_store_is_that_of_its_files)
{
	struct store_room room;

	ck_assert_uint_ge(store_bytes(fx.store), 4096);
	ck_assert_int_eq(store_room(fx.dir, &room), WF_OK);
	ck_assert_uint_gt(room.whole, 0);
	ck_assert_int_eq(store_room("/nowhere/at/all", &room), WF_IO);
}
END_TEST

static Suite *
backup_suite(void)
{
	Suite *suite = suite_create("store-backup");
	TCase *tc = tcase_create("backup");

	tcase_add_checked_fixture(tc, setup, fx_teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, a_copy_under_load_is_one_state);
	tcase_add_test(tc, nothing_is_overwritten);
	tcase_add_test(tc, restore_revives_no_code);
	tcase_add_test(tc, restore_forgets_what_was_proved);
	tcase_add_test(tc, locks_never_shorten);
	tcase_add_test(tc, failures_of_the_replaced_store_stay);
	tcase_add_test(tc, attempts_under_way_in_the_replaced_store_count);
	tcase_add_test(tc, a_damaged_replaced_store_is_no_obstacle);
	tcase_add_test(tc, another_store_has_no_say);
	tcase_add_test(tc, restore_keeps_a_hold);
	tcase_add_test(tc, restore_refuses);
	tcase_add_test(tc, a_swap_that_was_cut_short_is_finished);
	tcase_add_test(tc, what_was_not_decided_is_swept);
	tcase_add_test(tc, the_last_space_is_kept);
	tcase_add_test(tc, the_size_of_a_store_is_that_of_its_files);
#ifdef WF_FAULT
	tcase_add_test(tc, a_swap_with_failing_calls);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(backup_suite)
