/* A store in a folder of its own under a scripted clock, and short ways to give it jobs. */
#ifndef WF_TESTS_UNIT_STORE_FIXTURE_H
#define WF_TESTS_UNIT_STORE_FIXTURE_H

#include <stdatomic.h>
#include <stdint.h>

#include "authd/store/store.h"

#define FX_SECOND 1000000LL
#define FX_DAY (86400 * FX_SECOND)
#define FX_START (1767225600 * FX_SECOND) /* 2026-01-01T00:00:00Z */
#define FX_LEASE_MS 60000

struct fixture {
	char dir[64];
	char path[160];
	char why[512];
	struct store *store;
	uint32_t unknown_max;
};

extern struct fixture fx;

/* Checked fixture: a fresh store, removed again. */
void fx_setup(void);
void fx_teardown(void);
/* With an account alice, who has a TOTP token. */
void fx_setup_alice(int64_t *account_r, int64_t *token_r);
/* A folder, no store in it. */
void fx_folder(void);
wf_status fx_try_open(bool create);
void fx_open(void);
void fx_close(void);
void fx_reopen(void);
/* Copies the open store to DIR/copy.db. */
void fx_back_up(void);
/*
 * Closes the store, makes DIR/copy.db fit to be used in its place, its counters kept or not, and
 * opens that.
 */
void fx_restore(bool keep);
char *fx_file(const char *suffix); /* path of the store with a suffix; static memory */

void fx_advance(int64_t us);      /* both clocks */
void fx_step_wall(int64_t us);    /* the wall clock alone */
struct wf_now fx_now(void);
struct wf_clock fx_clock(void);

struct audit_row fx_row(const char *event, const char *user);
struct account fx_account(const char *name);
struct credential fx_credential(enum factor_id factor, int64_t account_id);

/* Effects with one row `act`; the job's outputs in `admin_r` if not NULL. */
wf_status fx_admin(struct effect *effects, size_t n, struct store_admin *admin_r);
wf_status fx_effect(struct effect effect);
/* An act that changes nothing: one row with `detail`; why it failed in cause_r. */
wf_status fx_act(const char *detail, char cause_r[STORE_CAUSE_MAX]);
int64_t fx_add_account(const char *name);
int64_t fx_add_credential(
	const struct credential *credential, const uint8_t (*codes)[32], size_t ncodes);

/* Lanes of a name with threshold 10, no back-off, no source. */
struct store_lanes fx_lanes(const char *name);
struct store_lanes fx_lanes_limit(const char *name, uint32_t threshold);
void fx_key(const char *name, enum throttle_lane lane, uint8_t key_r[32]);

/* Jobs on the heap; the caller frees them. */
struct store_job *fx_reserve_job(unsigned txn, const char *name);
struct store_job *fx_settle_job(
	unsigned txn, const char *name, enum store_outcome outcome, int64_t account);
/* Evaluated with the account as it is now; `name` is borrowed. */
struct store_job *fx_attempt_job(unsigned txn, const char *name, enum store_outcome outcome);
/* Runs and frees; statuses other than WF_OK fail the test. */
enum throttle_answer fx_reserve(unsigned txn, const char *name);
/* Runs and frees; returns the status, applied in *applied_r (may be NULL). */
wf_status fx_settle(unsigned txn, const char *name, enum store_outcome outcome, int64_t account,
	bool *applied_r);
wf_status fx_settle_effect(unsigned txn, const char *name, enum store_outcome outcome,
	int64_t account, struct effect effect, bool *applied_r);

/* Reserves `txn` and opens its challenge for FX_TTL_MS: password right, asked by "vpn". */
#define FX_TTL_MS 90000
void fx_challenge(unsigned txn, const char *name, int64_t account);
/* The settling of a reserved `txn` that opens its challenge; the caller frees it. */
struct store_job *fx_challenge_job(unsigned txn, const char *name, int64_t account);
/* Takes it up; the caller frees it. */
struct store_job *fx_resume_job(unsigned txn, const char *name);
/* Runs and frees; statuses other than WF_OK fail the test. */
enum store_resumed fx_resume(unsigned txn, const char *name);

/*
 * A record of accounting of session `number` of alice at the NAS "nas-1" of "vpn", with a key of
 * its own.
 */
struct store_job *fx_record_job(enum accounting_event event, const char *number);
/* Runs and frees; statuses other than WF_OK fail the test.  How many sessions it closed. */
size_t fx_record(enum accounting_event event, const char *number);
/* The open sessions; static memory, *n_r entries. */
const struct store_session_entry *fx_sessions(size_t *n_r);

/* A lane as stored. */
struct throttle_state fx_state(const char *name, enum throttle_lane lane);
/* The account and its credentials; the job is static. */
const struct store_read *fx_read(const char *name);
struct store_counts fx_counts(void);
/* Row `seq`, decoded. */
struct audit_row fx_audit(uint64_t seq);
/* The last row. */
struct audit_row fx_last(void);
uint64_t fx_last_seq(void);
/* Verifies the whole chain; returns how many rows it has. */
uint64_t fx_verify_chain(void);
/* How many rows have this event and reason. */
size_t fx_count_rows(const char *event, const char *reason);

/* Straight into the file, with the store open or not; fails the test on an error. */
void fx_sql(const char *text);
int64_t fx_sql_int(const char *text);

#endif
