#include "config.h"

#include "tests/unit/store/fixture.h"

#include <check.h>
#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture fx;

static _Atomic int64_t wall_us;
static _Atomic int64_t boot_us;

static struct wf_now
clock_read(void *ctx)
{
	(void)ctx;
	return (struct wf_now){.wall_us = wall_us, .boot_us = boot_us};
}

struct wf_clock
fx_clock(void)
{
	return (struct wf_clock){.read = clock_read};
}

struct wf_now
fx_now(void)
{
	return clock_read(NULL);
}

void
fx_advance(int64_t us)
{
	wall_us += us;
	boot_us += us;
}

void
fx_step_wall(int64_t us)
{
	wall_us += us;
}

void
fx_folder(void)
{
	memset(&fx, 0, sizeof(fx));
	wall_us = FX_START;
	boot_us = 1000 * FX_SECOND;
	(void)snprintf(fx.dir, sizeof(fx.dir), "/tmp/warifu-store-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(fx.dir));
	(void)snprintf(fx.path, sizeof(fx.path), "%s/warifu.db", fx.dir);
}

char *
fx_file(const char *suffix)
{
	static char name[200];

	(void)snprintf(name, sizeof(name), "%s%s", fx.path, suffix);
	return name;
}

wf_status
fx_try_open(bool create)
{
	struct store_options options = {
		.path = fx.path,
		.node = "node-a",
		.clock = fx_clock(),
		.create = create,
		.unknown_max = fx.unknown_max,
	};

	fx.why[0] = '\0';
	return store_open(&options, &fx.store, fx.why, sizeof(fx.why));
}

void
fx_open(void)
{
	wf_status status = fx_try_open(true);

	ck_assert_msg(status == WF_OK, "%s: %s", wf_status_name(status), fx.why);
}

void
fx_close(void)
{
	store_close(&fx.store);
	ck_assert_ptr_null(fx.store);
}

void
fx_reopen(void)
{
	fx_close();
	fx_open();
}

static char *
fx_copy(void)
{
	static char name[sizeof(fx.path)];

	(void)snprintf(name, sizeof(name), "%s/copy.db", fx.dir);
	return name;
}

void
fx_back_up(void)
{
	wf_status status = store_backup(fx.store, fx_copy(), fx.why, sizeof(fx.why));

	ck_assert_msg(status == WF_OK, "%s", fx.why);
}

void
fx_restore(bool keep)
{
	bool kept = !keep;
	wf_status status;

	fx_close();
	status = store_restore_prepare(fx_copy(), keep ? fx.path : NULL, "node-a", fx_now(), &kept,
		fx.why, sizeof(fx.why));
	ck_assert_msg(status == WF_OK, "%s", fx.why);
	ck_assert_int_eq(kept, keep);
	memcpy(fx.path, fx_copy(), sizeof(fx.path));
	fx_open();
}

void
fx_setup(void)
{
	fx_folder();
	fx_open();
}

void
fx_teardown(void)
{
	DIR *dir;
	struct dirent *entry;
	char name[400];

	store_close(&fx.store);
	(void)chmod(fx.dir, 0700);
	dir = opendir(fx.dir);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		(void)snprintf(name, sizeof(name), "%s/%s", fx.dir, entry->d_name);
		(void)unlink(name);
	}
	if (dir != NULL)
		closedir(dir);
	(void)rmdir(fx.dir);
}

struct audit_row
fx_row(const char *event, const char *user)
{
	struct audit_row row;

	audit_row_init(&row, AUDIT_ADMIN, event);
	row.time_us = wall_us;
	row.first_us = wall_us;
	row.last_us = wall_us;
	row.result = AUDIT_SUCCESS;
	AUDIT_TEXT(row.user, user);
	AUDIT_TEXT(row.source, "192.0.2.7");
	AUDIT_TEXT(row.node, "node-a");
	return row;
}

struct account
fx_account(const char *name)
{
	struct account account = {.uid = 1000, .kind = ACCOUNT_GENERAL, .created_us = wall_us};

	(void)snprintf(account.name, sizeof(account.name), "%s", name);
	(void)snprintf(account.display, sizeof(account.display), "Display of %.100s", name);
	return account;
}

struct credential
fx_credential(enum factor_id factor, int64_t account_id)
{
	struct credential credential = {
		.account_id = account_id,
		.factor = factor,
		.state = CREDENTIAL_ACTIVE,
		.label = "label",
		.algorithm = OTP_SHA1,
		.digits = 6,
		.step_s = 30,
		.counter = factor == FACTOR_TOTP ? -1 : 0,
		.key_id = factor == FACTOR_PASSWORD ? 0 : 1,
		.secret = "secret",
		.secret_len = 6,
		.created_us = wall_us,
	};

	return credential;
}

wf_status
fx_admin(struct effect *effects, size_t n, struct store_admin *admin_r)
{
	struct store_job *job = calloc(1, sizeof(*job));
	struct audit_row row = fx_row("act", "alice");
	wf_status status;

	ck_assert_ptr_nonnull(job);
	job->kind = STORE_ADMIN;
	job->u.admin =
		(struct store_admin){.effects = effects, .neffects = n, .rows = &row, .nrows = 1};
	status = store_run(fx.store, job);
	if (admin_r != NULL)
		*admin_r = job->u.admin;
	free(job);
	return status;
}

wf_status
fx_act(const char *detail, char cause_r[STORE_CAUSE_MAX])
{
	static struct store_job job; /* the heap may be what fails */
	struct audit_row row = fx_row("act", "alice");
	wf_status status;

	(void)snprintf(row.detail, sizeof(row.detail), "%s", detail);
	job = (struct store_job){.kind = STORE_ADMIN, .u.admin = {.rows = &row, .nrows = 1}};
	status = store_run(fx.store, &job);
	memcpy(cause_r, job.cause, STORE_CAUSE_MAX);
	return status;
}

wf_status
fx_effect(struct effect effect)
{
	return fx_admin(&effect, 1, NULL);
}

int64_t
fx_add_account(const char *name)
{
	struct account account = fx_account(name);
	struct effect effect = {.kind = EFFECT_ACCOUNT_ADD, .account = &account};
	struct store_admin admin;

	ck_assert_int_eq(fx_admin(&effect, 1, &admin), WF_OK);
	ck_assert_int_gt(admin.account_id, 0);
	return admin.account_id;
}

int64_t
fx_add_credential(const struct credential *credential, const uint8_t (*codes)[32], size_t ncodes)
{
	struct effect effect = {.kind = EFFECT_CREDENTIAL_ADD,
		.credential = credential,
		.codes = codes,
		.ncodes = ncodes};
	struct store_admin admin;

	ck_assert_int_eq(fx_admin(&effect, 1, &admin), WF_OK);
	ck_assert_int_gt(admin.credential_id, 0);
	return admin.credential_id;
}

void
fx_key(const char *name, enum throttle_lane lane, uint8_t key_r[32])
{
	memset(key_r, 0, 32);
	key_r[0] = (uint8_t)lane;
	for (size_t i = 0; name[i] != '\0'; i++)
		key_r[1 + i % 31] = (uint8_t)(key_r[1 + i % 31] * 31 + (uint8_t)name[i]);
}

struct store_lanes
fx_lanes_limit(const char *name, uint32_t threshold)
{
	struct store_lanes lanes = {.n = 2};

	for (size_t i = 0; i < lanes.n; i++) {
		lanes.states[i].lane = (enum throttle_lane)i;
		fx_key(name, (enum throttle_lane)i, lanes.states[i].key);
		lanes.limits[i] = (struct throttle_limit){
			.lane = (enum throttle_lane)i, .threshold = threshold, .lock_ms = 3600000};
	}
	lanes.limits[LANE_POSSESSION].threshold = 2 * threshold;
	lanes.limits[LANE_POSSESSION].window_ms = 86400000;
	return lanes;
}

struct store_lanes
fx_lanes(const char *name)
{
	return fx_lanes_limit(name, 10);
}

static void
fx_txn(unsigned txn, uint8_t txn_r[WF_TXN_LEN])
{
	memset(txn_r, 0, WF_TXN_LEN);
	for (size_t i = 0; i < 4; i++)
		txn_r[i] = (uint8_t)(txn >> (8 * i));
}

static struct audit_row
interrupted(const char *name)
{
	struct audit_row row = fx_row("login", name);

	row.class = AUDIT_AUTH;
	row.result = AUDIT_FAILURE;
	AUDIT_TEXT(row.reason, "interrupted");
	return row;
}

/* Runs it; no failure is expected. The caller frees it. */
static struct store_job *
carried_out(struct store_job *job)
{
	wf_status status = store_run(fx.store, job);

	ck_assert_msg(status == WF_OK, "%s: %s", wf_status_name(status), job->cause);
	return job;
}

struct store_job *
fx_reserve_job(unsigned txn, const char *name)
{
	struct store_job *job = calloc(1, sizeof(*job));
	struct store_reserve *reserve;

	ck_assert_ptr_nonnull(job);
	reserve = &job->u.reserve;
	job->kind = STORE_RESERVE;
	fx_txn(txn, reserve->txn);
	reserve->admission.name = name;
	reserve->admission.lanes = fx_lanes(name);
	reserve->lease_ms = FX_LEASE_MS;
	reserve->interrupted = interrupted(name);
	return job;
}

static void
fill_settle(struct store_settle *settle, unsigned txn, const char *name, enum store_outcome outcome,
	int64_t account)
{
	fx_txn(txn, settle->txn);
	settle->outcome = outcome;
	settle->lanes = fx_lanes(name);
	settle->count[LANE_ACCOUNT] = true;
	settle->account = account;
	settle->kinds = KIND_KNOWLEDGE | KIND_POSSESSION;
	(void)snprintf(settle->service, sizeof(settle->service), "sshd");
	settle->purpose = WF_PURPOSE_LOGIN;
	settle->applied = fx_row("login", name);
	settle->applied.class = AUDIT_AUTH;
	AUDIT_TEXT(settle->applied.reason, outcome == SETTLE_FAILURE ? "wrong" : "ok");
	settle->applied.result = outcome == SETTLE_FAILURE ? AUDIT_FAILURE : AUDIT_SUCCESS;
	settle->conflict = settle->applied;
	settle->conflict.result = AUDIT_FAILURE;
	AUDIT_TEXT(settle->conflict.reason, "replayed");
	settle->locked = fx_row("lock", name);
	settle->locked.class = AUDIT_FINDING;
	settle->verdict = outcome == SETTLE_SUCCESS ? WF_VERDICT_ACCEPT : WF_VERDICT_REJECT;
}

static struct store_job *
new_job(enum store_job_kind kind)
{
	struct store_job *job = calloc(1, sizeof(*job));

	ck_assert_ptr_nonnull(job);
	job->kind = kind;
	return job;
}

struct store_job *
fx_settle_job(unsigned txn, const char *name, enum store_outcome outcome, int64_t account)
{
	struct store_job *job = new_job(STORE_SETTLE);

	fill_settle(&job->u.settle, txn, name, outcome, account);
	return job;
}

struct store_job *
fx_attempt_job(unsigned txn, const char *name, enum store_outcome outcome)
{
	struct store_job *job = new_job(STORE_ATTEMPT);
	struct store_attempt *attempt = &job->u.attempt;

	attempt->admission.name = name;
	attempt->admission.lanes = fx_lanes(name);
	store_see(fx_read(name), &attempt->seen);
	fill_settle(&attempt->settle, txn, name, outcome, attempt->seen.account);
	return job;
}

enum throttle_answer
fx_reserve(unsigned txn, const char *name)
{
	struct store_job *job = carried_out(fx_reserve_job(txn, name));
	enum throttle_answer answer = job->u.reserve.admission.answer;

	free(job);
	return answer;
}

static wf_status
fx_settle_run(struct store_job *job, bool *applied_r)
{
	wf_status status = store_run(fx.store, job);

	if (applied_r != NULL)
		*applied_r = job->u.settle.was_applied;
	free(job);
	return status;
}

wf_status
fx_settle(unsigned txn, const char *name, enum store_outcome outcome, int64_t account,
	bool *applied_r)
{
	return fx_settle_run(fx_settle_job(txn, name, outcome, account), applied_r);
}

wf_status
fx_settle_effect(unsigned txn, const char *name, enum store_outcome outcome, int64_t account,
	struct effect effect, bool *applied_r)
{
	struct store_job *job = fx_settle_job(txn, name, outcome, account);

	job->u.settle.effects[0] = effect;
	job->u.settle.neffects = 1;
	return fx_settle_run(job, applied_r);
}

struct store_job *
fx_challenge_job(unsigned txn, const char *name, int64_t account)
{
	struct store_job *job = fx_settle_job(txn, name, SETTLE_CHALLENGE, account);
	struct store_settle *settle = &job->u.settle;

	settle->challenge_ms = FX_TTL_MS;
	settle->count[LANE_ACCOUNT] = false; /* what was answered was right */
	settle->kinds = KIND_KNOWLEDGE;
	(void)snprintf(settle->factors, sizeof(settle->factors), "password");
	(void)snprintf(settle->service, sizeof(settle->service), "vpn");
	AUDIT_TEXT(settle->applied.reason, "abandoned");
	settle->applied.result = AUDIT_FAILURE;
	return job;
}

void
fx_challenge(unsigned txn, const char *name, int64_t account)
{
	bool applied;

	ck_assert_int_eq(fx_reserve(txn, name), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle_run(fx_challenge_job(txn, name, account), &applied), WF_OK);
	ck_assert(applied);
}

struct store_job *
fx_resume_job(unsigned txn, const char *name)
{
	struct store_job *job = calloc(1, sizeof(*job));
	struct store_resume *resume;

	ck_assert_ptr_nonnull(job);
	resume = &job->u.resume;
	job->kind = STORE_RESUME;
	fx_txn(txn, resume->txn);
	resume->name = name;
	resume->service = "vpn";
	resume->lease_ms = FX_LEASE_MS;
	resume->interrupted = interrupted(name);
	return job;
}

enum store_resumed
fx_resume(unsigned txn, const char *name)
{
	struct store_job *job = carried_out(fx_resume_job(txn, name));
	enum store_resumed answer = job->u.resume.answer;

	free(job);
	return answer;
}

struct store_job *
fx_record_job(enum accounting_event event, const char *number)
{
	static unsigned records;
	struct store_job *job = calloc(1, sizeof(*job));
	struct store_record *record;

	ck_assert_ptr_nonnull(job);
	record = &job->u.record;
	job->kind = STORE_RECORD;
	record->event = event;
	records++;
	memcpy(record->key, &records, sizeof(records));
	(void)snprintf(record->user, sizeof(record->user), "alice");
	(void)snprintf(record->service, sizeof(record->service), "vpn");
	(void)snprintf(record->nas, sizeof(record->nas), "nas-1");
	(void)snprintf(record->acct_session, sizeof(record->acct_session), "%s", number);
	(void)snprintf(record->source.text, sizeof(record->source.text), "192.0.2.7");
	record->row = fx_row("accounting", "alice");
	record->row.class = AUDIT_SESSION;
	return job;
}

size_t
fx_record(enum accounting_event event, const char *number)
{
	struct store_job *job = fx_record_job(event, number);
	wf_status status = store_run(fx.store, job);
	size_t closed = job->u.record.closed;

	ck_assert_msg(status == WF_OK, "%s: %s", wf_status_name(status), job->cause);
	ck_assert(!job->u.record.known);
	free(job);
	return closed;
}

const struct store_session_entry *
fx_sessions(size_t *n_r)
{
	static struct store_session_entry sessions[VIEW_PAGE];
	struct store_job *job = calloc(1, sizeof(*job));

	ck_assert_ptr_nonnull(job);
	job->kind = STORE_VIEW;
	job->u.view.kind = VIEW_SESSIONS;
	job->u.view.limit = VIEW_PAGE;
	job->u.view.sessions = sessions;
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	*n_r = job->u.view.n;
	free(job);
	return sessions;
}

struct throttle_state
fx_state(const char *name, enum throttle_lane lane)
{
	struct store_job *job = calloc(1, sizeof(*job));
	struct throttle_state state;

	ck_assert_ptr_nonnull(job);
	job->kind = STORE_READ;
	job->u.read.uid = -1;
	job->u.read.lanes = fx_lanes(name);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	state = job->u.read.lanes.states[lane];
	free(job);
	return state;
}

const struct store_read *
fx_read(const char *name)
{
	static struct store_job job;

	memset(&job, 0, sizeof(job));
	job.kind = STORE_READ;
	job.u.read.name = name;
	job.u.read.lanes = fx_lanes(name);
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	return &job.u.read;
}

struct store_counts
fx_counts(void)
{
	struct store_job *job = calloc(1, sizeof(*job));
	struct store_counts counts;

	ck_assert_ptr_nonnull(job);
	job->kind = STORE_VIEW;
	job->u.view.kind = VIEW_COUNTS;
	job->u.view.result = -1;
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	counts = job->u.view.counts;
	free(job);
	return counts;
}

/* Up to VIEW_PAGE rows behind `after`. */
static size_t
fx_page(uint64_t after, bool newest_first, struct store_audit_entry *entries)
{
	struct store_job *job = calloc(1, sizeof(*job));
	size_t n;

	ck_assert_ptr_nonnull(job);
	job->kind = STORE_VIEW;
	job->u.view.kind = VIEW_AUDIT;
	job->u.view.after = after;
	job->u.view.newest_first = newest_first;
	job->u.view.result = -1;
	job->u.view.limit = VIEW_PAGE;
	job->u.view.audit = entries;
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	n = job->u.view.n;
	free(job);
	return n;
}

static struct audit_row
fx_decode(const struct store_audit_entry *entry)
{
	struct audit_row row;

	ck_assert_int_eq(audit_row_decode(entry->encoded, entry->encoded_len, &row), WF_OK);
	return row;
}

struct audit_row
fx_audit(uint64_t seq)
{
	static struct store_audit_entry entries[VIEW_PAGE];

	ck_assert_uint_gt(fx_page(seq - 1, false, entries), 0);
	ck_assert_uint_eq(entries[0].seq, seq);
	return fx_decode(&entries[0]);
}

uint64_t
fx_last_seq(void)
{
	static struct store_audit_entry entries[VIEW_PAGE];

	return fx_page(0, true, entries) == 0 ? 0 : entries[0].seq;
}

struct audit_row
fx_last(void)
{
	return fx_audit(fx_last_seq());
}

uint64_t
fx_verify_chain(void)
{
	static struct store_audit_entry entries[VIEW_PAGE];
	struct store_job kept = {.kind = STORE_VIEW};
	struct audit_verifier verifier = {.rows = 0};
	char why[256] = "";
	size_t n;

	kept.u.view.kind = VIEW_KEPT;
	ck_assert_int_eq(store_run(fx.store, &kept), WF_OK);
	verifier.head = kept.u.view.kept.before;
	while ((n = fx_page(verifier.head.seq, false, entries)) > 0) {
		for (size_t i = 0; i < n; i++) {
			wf_status status =
				audit_verify_row(&verifier, entries[i].seq, entries[i].encoded,
					entries[i].encoded_len, entries[i].chain, why, sizeof(why));

			ck_assert_msg(status == WF_OK, "row %llu: %s",
				(unsigned long long)entries[i].seq, why);
		}
	}
	return verifier.head.seq;
}

size_t
fx_count_rows(const char *event, const char *reason)
{
	static struct store_audit_entry entries[VIEW_PAGE];
	size_t count = 0;
	uint64_t after = 0;
	size_t n;

	while ((n = fx_page(after, false, entries)) > 0) {
		for (size_t i = 0; i < n; i++) {
			struct audit_row row = fx_decode(&entries[i]);

			if (strcmp(row.event, event) == 0 && strcmp(row.reason, reason) == 0)
				count++;
		}
		after = entries[n - 1].seq;
	}
	return count;
}

void
fx_sql(const char *text)
{
	sqlite3 *db = NULL;
	char *error = NULL;

	ck_assert_int_eq(sqlite3_open_v2(fx.path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	(void)sqlite3_busy_timeout(db, 5000);
	(void)sqlite3_exec(db, text, NULL, NULL, &error);
	ck_assert_msg(error == NULL, "%s: %s", text, error);
	(void)sqlite3_close(db);
}

int64_t
fx_sql_int(const char *text)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	int64_t value;

	ck_assert_int_eq(sqlite3_open_v2(fx.path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	(void)sqlite3_busy_timeout(db, 5000);
	ck_assert_int_eq(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	value = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	return value;
}

void
fx_setup_alice(int64_t *account_r, int64_t *token_r)
{
	struct credential credential;

	fx_setup();
	*account_r = fx_add_account("alice");
	credential = fx_credential(FACTOR_TOTP, *account_r);
	*token_r = fx_add_credential(&credential, NULL, 0);
}
