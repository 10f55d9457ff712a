/*
 * The checkpoints that are made of a log: when, signed with which key, and where they go.
 */
#include "config.h"

#include "authd/record/checkpoints.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/policy/policy.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define LINES_MAX 64

static struct config *config;
static struct keyring *keys;
static void *part; /* the one that makes checkpoints */
static char key_path[128], file_path[200];
static atomic_uint looks;

static struct audit_checkpoint made[LINES_MAX];
static size_t nmade;

static void
load_keys(void)
{
	char why[256];

	keyring_free(&keys);
	ck_assert_int_eq(keyring_load(key_path, &keys, why, sizeof(why)), WF_OK);
}

/* Each turn of the follower looks at the clock. */
static struct wf_now
counted(void *ctx)
{
	(void)ctx;
	atomic_fetch_add(&looks, 1);
	return fx_now();
}

static void
start(void)
{
	const struct record_base base = {
		.store = fx.store, .clock = {.read = counted}, .idle_ms = 2};

	ck_assert_int_eq(checkpoints_start(&base, config, keys, &part), WF_OK);
}

static void
stop(void)
{
	if (part != NULL)
		checkpoints_stop(&part);
}

static void
setup(void)
{
	fx_setup();
	(void)snprintf(key_path, sizeof(key_path), "%s/key", fx.dir);
	(void)snprintf(file_path, sizeof(file_path), "%s/checkpoints", fx.dir);
	ck_assert_int_eq(keyring_create(key_path), WF_OK);
	keys = NULL;
	load_keys();
	config = calloc(1, sizeof(*config));
	ck_assert_ptr_nonnull(config);
	config->checkpoint_rows = 10;
}

static void
teardown(void)
{
	stop();
	keyring_free(&keys);
	free(config);
	fx_teardown();
}

static void
acts(int n)
{
	char cause[STORE_CAUSE_MAX];

	for (int i = 0; i < n; i++)
		ck_assert_int_eq(fx_act("something", cause), WF_OK);
}

/* Reads those of the store; how many. */
static size_t
read_made(void)
{
	static struct store_checkpoint page[VIEW_PAGE];
	struct store_job job;
	size_t used;

	store_job_init(&job, STORE_VIEW);
	job.u.view.kind = VIEW_CHECKPOINTS;
	job.u.view.limit = VIEW_PAGE;
	job.u.view.checkpoints = page;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	nmade = job.u.view.n;
	for (size_t i = 0; i < nmade; i++)
		ck_assert_int_eq(audit_checkpoint_find(page[i].line, strlen(page[i].line),
					 &made[i], &used),
			WF_OK);
	return nmade;
}

static int64_t
cursor_at(const char *name)
{
	char text[128];

	(void)snprintf(text, sizeof(text),
		"SELECT coalesce((SELECT seq FROM cursor WHERE name LIKE '%s'), 0)", name);
	return fx_sql_int(text);
}

#define WAIT_FOR(condition)                                                             \
	do {                                                                            \
		int tries = 0;                                                          \
		while (!(condition) && tries++ < 5000)                                  \
			usleep(2000);                                                   \
		ck_assert_msg(tries < 5000, "waited in vain for: %s", #condition);      \
	} while (0)

/* It has looked at all that is there, more than once. */
static void
turns(void)
{
	const unsigned before = atomic_load(&looks);

	WAIT_FOR(atomic_load(&looks) - before >= 6);
}

static struct signing_public
public_of(uint32_t key_id)
{
	struct signing_key key = {.seed = WF_SECRET_EMPTY};
	struct signing_public public;

	ck_assert_int_eq(signing_key_derive(keys, key_id, "checkpoint", &key), WF_OK);
	public = key.public;
	signing_key_clear(&key);
	return public;
}

/* Numbered, signed by this key, and each of the row that it says. */
static void
all_genuine(const struct signing_public *public)
{
	for (size_t i = 0; i < nmade; i++) {
		char text[128];

		ck_assert_uint_eq(made[i].number, i + 1);
		ck_assert_uint_eq(made[i].generation, 1);
		ck_assert_int_eq(audit_checkpoint_verify(&made[i], public), WF_OK);
		(void)snprintf(text, sizeof(text),
			"SELECT count(*) FROM audit WHERE seq = %d"
			" AND hex(chain) LIKE '%02x%02x%%'",
			(int)made[i].seq, made[i].chain[0], made[i].chain[1]);
		ck_assert_int_eq(fx_sql_int(text), 1);
	}
}

START_TEST(one_every_so_many_rows)
{
	const struct signing_public public = public_of(keyring_current(keys));

	acts(3);
	start();
	WAIT_FOR(read_made() == 1); /* the first one at once, with the row that names the key */
	ck_assert_int_eq(made[0].reason, CHECKPOINT_HOUR);
	ck_assert_uint_eq(fx_count_rows("log.key", ""), 1);
	acts(30);
	WAIT_FOR(read_made() == 4);
	ck_assert_int_eq(made[1].reason, CHECKPOINT_ROWS);
	ck_assert_uint_eq(made[1].seq, made[0].seq + 10);
	ck_assert_uint_eq(made[3].seq, made[0].seq + 30);
	all_genuine(&public);
}
END_TEST

START_TEST(one_an_hour_if_rows_came)
{
	acts(3);
	start();
	WAIT_FOR(read_made() == 1);
	acts(2);
	fx_advance(3599 * FX_SECOND);
	WAIT_FOR(cursor_at("checkpoints") == (int64_t)fx_last_seq());
	turns();
	ck_assert_uint_eq(read_made(), 1);
	fx_advance(FX_SECOND);
	WAIT_FOR(read_made() == 2);
	ck_assert_int_eq(made[1].reason, CHECKPOINT_HOUR);
	fx_advance(3 * 3600 * FX_SECOND);
	turns();
	ck_assert_uint_eq(read_made(), 2);
}
END_TEST

/* It says how long rows are kept; when that is configured anew, another one says so at once. */
START_TEST(one_when_rows_are_kept_for_another_time)
{
	struct policy_held *held = config->policy.values.held[R_LOG_RETENTION_DAYS];

	held->value = 365;
	acts(3);
	start();
	WAIT_FOR(read_made() == 1);
	ck_assert_uint_eq(made[0].keep, 365);
	held->value = 180;
	checkpoints_configure(part, config, keys);
	WAIT_FOR(read_made() == 2);
	ck_assert_int_eq(made[1].reason, CHECKPOINT_KEEP);
	ck_assert_uint_eq(made[1].keep, 180);
	held->value = 1096;
	stop();
	start();
	WAIT_FOR(read_made() == 3);
	ck_assert_uint_eq(made[2].keep, 1096);
}
END_TEST

/* 2026-01-31T23:30Z and the next day: the fixture's rows say no offset. */
START_TEST(one_behind_the_last_row_of_a_month)
{
	start();
	acts(3);
	WAIT_FOR(read_made() == 1);
	fx_advance(31 * FX_DAY - 1800 * FX_SECOND);
	acts(2);
	WAIT_FOR(read_made() == 2); /* an hour has long passed */
	acts(2);
	WAIT_FOR(cursor_at("checkpoints") == (int64_t)fx_last_seq());
	fx_advance(1800 * FX_SECOND);
	acts(1);
	WAIT_FOR(read_made() == 3);
	ck_assert_int_eq(made[2].reason, CHECKPOINT_MONTH);
	ck_assert_uint_lt(made[2].seq, fx_last_seq());
}
END_TEST

START_TEST(one_at_an_orderly_stop)
{
	acts(3);
	start();
	WAIT_FOR(cursor_at("checkpoints") == (int64_t)fx_last_seq() && read_made() == 1);
	acts(4);
	stop();
	ck_assert_uint_eq(read_made(), 2);
	ck_assert_int_eq(made[1].reason, CHECKPOINT_STOP);
	ck_assert_uint_eq(made[1].seq, fx_last_seq());
	/* Nothing came since: none. */
	start();
	WAIT_FOR(cursor_at("checkpoint.syslog") == 2);
	stop();
	ck_assert_uint_eq(read_made(), 2);
}
END_TEST

static char *
file_text(void)
{
	static char text[65536];
	FILE *file = fopen(file_path, "r");
	size_t n = file == NULL ? 0 : fread(text, 1, sizeof(text) - 1, file);

	text[n] = '\0';
	if (file != NULL)
		(void)fclose(file);
	return text;
}

static size_t
lines_in_file(void)
{
	struct audit_checkpoint checkpoint;
	const char *at = file_text();
	size_t n = 0, used;

	while (audit_checkpoint_find(at, strlen(at), &checkpoint, &used) == WF_OK) {
		ck_assert_uint_eq(checkpoint.number, ++n);
		at += used;
	}
	return n;
}

/* Nothing is lost while the file cannot be written, and status can say why. */
START_TEST(they_are_appended_to_the_file)
{
	memcpy(config->checkpoint_file, file_path, sizeof(file_path));
	ck_assert_int_eq(mkdir(file_path, 0700), 0);
	acts(25);
	start();
	WAIT_FOR(fx_sql_int("SELECT count(*) FROM cursor WHERE why <> ''") == 1);
	acts(10);
	WAIT_FOR(read_made() >= 3);
	ck_assert_int_eq(rmdir(file_path), 0);
	WAIT_FOR(lines_in_file() >= 3);
	WAIT_FOR(fx_sql_int("SELECT count(*) FROM cursor WHERE why <> ''") == 0);
}
END_TEST

START_TEST(a_line_cut_short_gets_an_end)
{
	FILE *file = fopen(file_path, "w");

	ck_assert_ptr_nonnull(file);
	(void)fputs("warifu-checkpoint 1 node=x", file);
	(void)fclose(file);
	memcpy(config->checkpoint_file, file_path, sizeof(file_path));
	acts(3);
	start();
	WAIT_FOR(strstr(file_text(), "node=x\nwarifu-checkpoint 1 node=") != NULL);
}
END_TEST

START_TEST(a_new_key_is_announced_by_the_former_one)
{
	const struct signing_public former = public_of(keyring_current(keys));
	struct signing_public current;
	uint32_t id;

	acts(3);
	start();
	WAIT_FOR(read_made() == 1);
	ck_assert_int_eq(keyring_add(key_path, &id), WF_OK);
	load_keys();
	current = public_of(id);
	checkpoints_configure(part, config, keys);
	WAIT_FOR(read_made() == 3);
	ck_assert_int_eq(made[1].reason, CHECKPOINT_KEY);
	ck_assert_int_eq(audit_checkpoint_verify(&made[1], &former), WF_OK);
	ck_assert_mem_eq(made[1].peer, current.bytes, sizeof(current.bytes));
	ck_assert_int_eq(made[2].reason, CHECKPOINT_NEW_KEY);
	ck_assert_int_eq(audit_checkpoint_verify(&made[2], &current), WF_OK);
	ck_assert_int_eq(audit_checkpoint_verify(&made[2], &former), WF_CORRUPT);
	ck_assert_mem_eq(made[2].peer, former.bytes, sizeof(former.bytes));
	ck_assert_uint_eq(fx_count_rows("log.key", ""), 2);
}
END_TEST

static int64_t
damages(void)
{
	return fx_sql_int("SELECT count(*) FROM audit WHERE event = 'log.damaged'");
}

/* It ends nothing, and is noted in the log, once; no month ends with it. */
START_TEST(a_damaged_row_is_noted)
{
	uint64_t last;

	acts(5);
	start();
	WAIT_FOR(read_made() == 1);
	stop();
	last = fx_last_seq();
	acts(5);
	fx_sql("UPDATE audit SET encoded = x'00' WHERE seq = (SELECT max(seq) - 2 FROM audit)");
	start();
	WAIT_FOR(damages() == 1);
	acts(20);
	WAIT_FOR(cursor_at("checkpoints") == (int64_t)fx_last_seq());
	stop();
	start();
	WAIT_FOR(cursor_at("checkpoints") == (int64_t)fx_last_seq());
	ck_assert_int_eq(damages(), 1);
	ck_assert_uint_ge(read_made(), 3);
	ck_assert_uint_gt(made[nmade - 1].seq, last + 20);
	for (size_t i = 0; i < nmade; i++)
		ck_assert_int_ne(made[i].reason, CHECKPOINT_MONTH);
}
END_TEST

static Suite *
checkpoints_suite(void)
{
	Suite *suite = suite_create("checkpoints");
	TCase *tc = tcase_create("checkpoints");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, one_every_so_many_rows);
	tcase_add_test(tc, one_an_hour_if_rows_came);
	tcase_add_test(tc, one_when_rows_are_kept_for_another_time);
	tcase_add_test(tc, one_behind_the_last_row_of_a_month);
	tcase_add_test(tc, one_at_an_orderly_stop);
	tcase_add_test(tc, they_are_appended_to_the_file);
	tcase_add_test(tc, a_line_cut_short_gets_an_end);
	tcase_add_test(tc, a_damaged_row_is_noted);
	tcase_add_test(tc, a_new_key_is_announced_by_the_former_one);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(checkpoints_suite)
