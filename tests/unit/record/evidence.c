/* A log with checkpoints, what lies elsewhere, and the look at both. */
#include "config.h"

#include "tests/unit/record/evidence.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authd/audit/export.h"
#include "authd/record/checkpoints.h"

char kept[KEPT_MAX];         /* see evidence.h */
char exported[EXPORTED_MAX];
struct signing_public trusted;

static struct config *config;
static struct keyring *keys;
static void *part; /* the one that makes checkpoints */
static char key_path[128];

static void
load_keys(void)
{
	char why[256];

	keyring_free(&keys);
	ck_assert_int_eq(keyring_load(key_path, &keys, why, sizeof(why)), WF_OK);
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

static void
stop(void)
{
	if (part != NULL)
		checkpoints_stop(&part);
}

/* What the daemon's part does until it has come to the end, and then at its stop. */
void
make_checkpoints(void)
{
	const struct record_base base = {.store = fx.store, .clock = fx_clock(), .idle_ms = 2};

	ck_assert_int_eq(checkpoints_start(&base, config, keys, &part), WF_OK);
	for (int tries = 0; tries < 2000; tries++) {
		if (fx_sql_int("SELECT coalesce((SELECT seq FROM cursor WHERE name ="
			       " 'checkpoints'), 0) = (SELECT max(seq) FROM audit)") == 1)
			break;
		usleep(1000);
	}
	stop();
}

void
acts(int n)
{
	for (int i = 0; i < n; i++) {
		struct audit_row row = fx_row(i % 2 == 0 ? "login" : "act", "alice");
		struct store_job job;

		row.time_us = fx_now().wall_us;
		row.first_us = row.last_us = row.time_us;
		(void)snprintf(row.user, sizeof(row.user), "user%02d", i);
		(void)snprintf(row.source, sizeof(row.source), "192.0.2.%d", i + 1);
		store_job_init(&job, STORE_ADMIN);
		job.u.admin.rows = &row;
		job.u.admin.nrows = 1;
		ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
		fx_advance(120 * FX_SECOND);
	}
}

sqlite3 *
database(const char *path)
{
	sqlite3 *db = NULL;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	return db;
}

/* Adds the store's checkpoints to what lies elsewhere, as a line of syslog each. */
void
keep_checkpoints(void)
{
	sqlite3 *db = database(fx.path);
	sqlite3_stmt *stmt = NULL;
	size_t len = strlen(kept);

	ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT line FROM checkpoint ORDER BY number", -1,
				 &stmt, NULL),
		SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		len += (size_t)snprintf(kept + len, sizeof(kept) - len,
			"Jan  1 00:00:00 host warifud[7]: %s\n",
			(const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

void
keep_days(int64_t days)
{
	for (size_t i = 0; i < RULE_CELLS; i++)
		config->policy.values.held[R_LOG_RETENTION_DAYS][i].value = days;
}

void
evidence_setup(void)
{
	fx_setup();
	kept[0] = '\0';
	(void)snprintf(key_path, sizeof(key_path), "%s/key", fx.dir);
	ck_assert_int_eq(keyring_create(key_path), WF_OK);
	keys = NULL;
	load_keys();
	trusted = public_of(keyring_current(keys));
	config = calloc(1, sizeof(*config));
	ck_assert_ptr_nonnull(config);
	config->checkpoint_rows = 10;
	keep_days(365);
	acts(47);
	make_checkpoints();
	keep_checkpoints();
}

void
evidence_teardown(void)
{
	keyring_free(&keys);
	free(config);
	fx_teardown();
}

static void
note(void *ctx, const struct audit_fault *fault)
{
	struct look *look = ctx;
	size_t len = strlen(look->text);

	if (look->kinds == 0)
		look->first = *fault;
	look->kinds |= 1U << fault->kind;
	(void)snprintf(look->text + len, sizeof(look->text) - len, "[%s] %s\n",
		audit_fault_name(fault->kind), fault->text);
}

static void
add_own(struct audit_check *check, struct store_log *log)
{
	static struct store_checkpoint stored[VIEW_PAGE];
	struct audit_checkpoint c;
	size_t n, used;

	ck_assert_int_eq(store_log_checkpoints(log, 0, stored, &n), WF_OK);
	for (size_t i = 0; i < n; i++) {
		if (audit_checkpoint_find(stored[i].line, strlen(stored[i].line), &c, &used) ==
			WF_OK)
			ck_assert_int_eq(audit_check_add(check, &c, true), WF_OK);
		else
			ck_assert_int_eq(audit_check_add_text(check, stored[i].line,
						 strlen(stored[i].line)),
				WF_OK);
	}
}

static void
check_all(struct audit_check *check, struct store_log *log)
{
	static struct store_audit_entry entries[VIEW_PAGE];
	uint64_t after = 0;
	size_t n;

	do {
		ck_assert_int_eq(store_log_rows(log, after, entries, &n), WF_OK);
		for (size_t i = 0; i < n; i++) {
			after = entries[i].seq;
			ck_assert_int_eq(audit_check_row(check, entries[i].seq,
						 entries[i].encoded, entries[i].encoded_len,
						 entries[i].chain),
				WF_OK);
			if (entries[i].differs != NULL)
				audit_check_column(check, entries[i].differs);
		}
	} while (n > 0);
}

/* made_us: it is a backup of that time; 0: the store itself. */
static struct look
look_into(const char *path, bool elsewhere, int64_t made_us)
{
	struct look look = {.kinds = 0};
	const struct audit_restore *restores;
	struct store_log *log = NULL;
	struct store_log_identity identity;
	struct audit_check *check = NULL;
	char store[17], why[256];
	struct audit_check_options options = {.node = identity.node,
		.store = store,
		.whole = made_us == 0,
		.made_us = made_us,
		.elsewhere = elsewhere,
		.ctx = &look,
		.fault = note};

	ck_assert_int_eq(store_log_open(path, &log, &identity, why, sizeof(why)), WF_OK);
	ck_assert_int_eq(audit_store_name(identity.id, store), WF_OK);
	options.generation = identity.generation;
	ck_assert_int_eq(audit_check_new(&options, &check), WF_OK);
	ck_assert_int_eq(audit_check_trust(check, &trusted), WF_OK);
	add_own(check, log);
	if (elsewhere)
		ck_assert_int_eq(audit_check_add_text(check, kept, strlen(kept)), WF_OK);
	ck_assert_int_eq(audit_check_begin(check), WF_OK);
	check_all(check, log);
	audit_check_end(check, &identity.head);
	look.sums = *audit_check_sums(check);
	if (audit_check_restores(check, &restores) > 0)
		look.restore = restores[0];
	audit_check_free(&check);
	store_log_close(&log);
	return look;
}

struct look
look_at(const char *path, bool elsewhere)
{
	return look_into(path, elsewhere, 0);
}

struct look
look_at_backup(const char *path, bool elsewhere)
{
	return look_into(path, elsewhere, fx_now().wall_us);
}

static void
claim_all(struct audit_check *check, struct store_log *log)
{
	static struct store_audit_entry entries[VIEW_PAGE];
	uint64_t after = 0;
	size_t n;

	do {
		ck_assert_int_eq(store_log_rows(log, after, entries, &n), WF_OK);
		for (size_t i = 0; i < n; i++) {
			after = entries[i].seq;
			ck_assert_int_eq(audit_check_claim(check, after, entries[i].encoded,
						 entries[i].encoded_len),
				WF_OK);
		}
	} while (n > 0);
}

static void
meet_all(struct audit_check *check, struct store_log *log)
{
	static struct store_audit_entry entries[VIEW_PAGE];
	struct audit_head row;
	uint64_t wanted;
	size_t n = 1;

	while (n > 0 && audit_check_wanted(check, &wanted, 1) > 0) {
		ck_assert_int_eq(store_log_rows(log, wanted - 1, entries, &n), WF_OK);
		row.seq = entries[0].seq;
		memcpy(row.chain, entries[0].chain, sizeof(row.chain));
		if (n > 0)
			audit_check_meet(check, &row);
	}
}

struct look
look_at_page(const char *word)
{
	struct look look = {.kinds = 0};
	struct store_log *log = NULL;
	struct store_log_identity identity;
	struct audit_check *check = NULL;
	const char *page = strstr(kept, word);
	char store[17], why[256];
	struct audit_check_options options = {.node = identity.node,
		.store = store,
		.whole = true,
		.ctx = &look,
		.fault = note};

	ck_assert_ptr_nonnull(page);
	while (page > kept && page[-1] != '\n')
		page--;
	ck_assert_int_eq(store_log_open(fx.path, &log, &identity, why, sizeof(why)), WF_OK);
	ck_assert_int_eq(audit_store_name(identity.id, store), WF_OK);
	ck_assert_int_eq(audit_check_new(&options, &check), WF_OK);
	ck_assert_int_eq(audit_check_trust(check, &trusted), WF_OK);
	ck_assert_int_eq(audit_check_add_text(check, page, strlen(page)), WF_OK);
	ck_assert_int_eq(audit_check_begin(check), WF_OK);
	claim_all(check, log);
	meet_all(check, log);
	audit_check_end(check, NULL);
	look.sums = *audit_check_sums(check);
	audit_check_free(&check);
	store_log_close(&log);
	return look;
}

void
export_all(void)
{
	sqlite3 *db = database(fx.path);
	sqlite3_stmt *stmt = NULL;
	struct wf_buf line;
	size_t len = 0;

	ck_assert_int_eq(sqlite3_prepare_v2(db,
				 "SELECT seq, chain, encoded FROM audit ORDER BY seq", -1, &stmt,
				 NULL),
		SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		struct audit_row row;

		wf_buf_init(&line, AUDIT_EXPORT_MAX);
		ck_assert_int_eq(audit_row_decode(sqlite3_column_blob(stmt, 2),
					 (size_t)sqlite3_column_bytes(stmt, 2), &row),
			WF_OK);
		ck_assert_int_eq(audit_export_row(&row, (uint64_t)sqlite3_column_int64(stmt, 0),
					 sqlite3_column_blob(stmt, 1), &line),
			WF_OK);
		len += (size_t)snprintf(exported + len, sizeof(exported) - len, "%.*s\n",
			(int)line.len, (const char *)line.data);
		wf_buf_clear(&line);
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

static void
check_line(struct audit_check *check, const char *line, size_t len)
{
	static struct audit_exported one;
	struct wf_buf encoded;

	if (audit_export_parse(line, len, &one) != WF_OK) {
		audit_check_broken(check, "A line");
		return;
	}
	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	ck_assert_int_eq(audit_row_encode(&one.row, &encoded), WF_OK);
	ck_assert_int_eq(
		audit_check_row(check, one.seq, encoded.data, encoded.len, one.chain), WF_OK);
	wf_buf_clear(&encoded);
}

/* With the public key alone. */
struct look
look_at_export(bool whole)
{
	struct look look = {.kinds = 0};
	struct audit_check *check = NULL;
	const struct audit_check_options options = {
		.node = "",
		.store = "",
		.whole = whole,
		.elsewhere = true,
		.ctx = &look,
		.fault = note};

	ck_assert_int_eq(audit_check_new(&options, &check), WF_OK);
	ck_assert_int_eq(audit_check_trust(check, &trusted), WF_OK);
	ck_assert_int_eq(audit_check_add_text(check, kept, strlen(kept)), WF_OK);
	ck_assert_int_eq(audit_check_begin(check), WF_OK);
	for (char *at = exported, *end; (end = strchr(at, '\n')) != NULL; at = end + 1)
		check_line(check, at, (size_t)(end - at));
	audit_check_end(check, NULL);
	look.sums = *audit_check_sums(check);
	audit_check_free(&check);
	return look;
}

void
new_key(void)
{
	uint32_t id;

	ck_assert_int_eq(keyring_add(key_path, &id), WF_OK);
	load_keys();
}

void
prune_keys(void)
{
	ck_assert_int_eq(keyring_prune(key_path, 0), WF_OK);
	load_keys();
	trusted = public_of(keyring_current(keys));
}

void
take_key(struct signing_key *key_r)
{
	ck_assert_int_eq(
		signing_key_derive(keys, keyring_current(keys), "checkpoint", key_r), WF_OK);
}

void
steal_key(struct signing_key *key_r)
{
	char path[160], why[256];
	struct keyring *thief = NULL;

	(void)snprintf(path, sizeof(path), "%s/thief", fx.dir);
	ck_assert_int_eq(keyring_create(path), WF_OK);
	ck_assert_int_eq(keyring_load(path, &thief, why, sizeof(why)), WF_OK);
	ck_assert_int_eq(
		signing_key_derive(thief, keyring_current(thief), "checkpoint", key_r), WF_OK);
	keyring_free(&thief);
}
