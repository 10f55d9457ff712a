/* What the acts' files share; nobody else includes this, tests of the acts aside. */
#ifndef WF_AUTHD_ACCOUNT_INTERNAL_H
#define WF_AUTHD_ACCOUNT_INTERNAL_H

#include "authd/account/act.h"
#include "authd/account/guard_of.h"
#include "authd/account/lane_key.h"
#include "authd/account/lane_limit.h"
#include "authd/account/log_keep.h"
#include "authd/account/new_password.h"
#include "authd/factor/factor.h"
#include "common/i18n.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define US_PER_S INT64_C(1000000)

/* --- say.c: sentences --- */
/* Puts the closing sentence; format is already translated. */
void act_say_text(struct act_call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * The same, and is `status`: in sight of the compiler, whose analysis then knows a failure as one.
 */
#define act_say(call, status, ...) (act_say_text((call), __VA_ARGS__), (wf_status)(status))
/* The sentence for a store that did not do it; gives `status` back. */
wf_status act_say_store(struct act_call *call, wf_status status, const char *cause);
/* Adds that nothing is enforced, where mode = observe; whether it did. */
bool act_say_observed(struct act_call *call);
/* Adds one more sentence behind a blank. */
void act_say_more(struct act_call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The time as people read it: 2026-03-01 09:00:00 in the daemon's zone. */
#define ACT_TIME_SIZE 32
const char *act_time(int64_t wall_us, char text_r[ACT_TIME_SIZE]);
/* A day, as warifu.conf has it: days since 1970-01-01 as 2026-03-01. */
const char *act_day(int64_t day, char text_r[ACT_TIME_SIZE]);
/* The day that it is now, where the daemon is. */
int64_t act_today(const struct act_call *call);
/* "5 minutes", "2 hours": rounded up, in call's language. */
#define ACT_SPAN_SIZE 64
const char *act_span(int64_t seconds, char text_r[ACT_SPAN_SIZE]);

/* --- args.c --- */
WF_MUST_USE wf_status act_args_check(struct act_call *call);
const char *act_arg(const struct act_call *call, const char *name); /* NULL */
bool act_flag(const struct act_call *call, const char *name, bool preset);
int64_t act_number(const struct act_call *call, const char *name, int64_t preset);
struct wf_secret *act_secret(struct act_call *call, const char *name); /* NULL */
/* Index within choices, -1 when it is not given. */
int act_choice(const struct act_call *call, const char *name);
bool act_name_fits(const char *name);

/* --- subject.c: the account that an act is about --- */
struct act_subject {
	struct account account;
	struct credential credentials[CREDENTIALS_MAX]; /* void ones left out */
	size_t n;
	struct throttle_state account_lane, possession_lane;
	uint64_t reserve_uses; /* how often he had only the lock's reserve left */
	int64_t lock_ms; /* lock clock at the read */
	int64_t wall_us; /* wall clock at the read */
};
/* WF_NOT_FOUND says nothing in call->text; trouble of the store does. */
WF_MUST_USE wf_status act_subject_read(
	struct act_call *call, const char *user, struct act_subject *subject_r);
/* The account of argument `user`, with a sentence when there is none. */
WF_MUST_USE wf_status act_subject(struct act_call *call, struct act_subject *subject_r);
/*
 * The same for acts that change it: a privileged account is changed by administrators (or its
 * owner, with a proof) alone.
 */
WF_MUST_USE wf_status act_subject_to_change(struct act_call *call, struct act_subject *subject_r);
/* The owner's proof: argument `txn`, for acts that he may do himself. */
WF_MUST_USE wf_status act_prove(struct act_call *call, bool *self_r);
/* Its id, of an argument that was checked. */
void act_proof_id(const struct act_call *call, uint8_t txn_r[WF_TXN_LEN]);
bool act_lane_locked(const struct throttle_state *lane, int64_t lock_ms);
/* For those alone who come from where the account has never logged in. */
bool act_lane_locked_to_strangers(const struct throttle_state *lane, int64_t lock_ms);
/*
 * "password+totp": factors whose credentials are active, each once; and those of other servers,
 * "upstream:NAME".
 */
void act_factors(
	const struct act_call *call, const struct act_subject *subject, char *text_r, size_t size);
const char *act_factor_name(enum factor_id factor);
/* An enabled privileged account with password and active token. */
bool act_subject_rules(const struct act_subject *subject);
/* True when there is such an account besides `except` (an id, 0 = none). */
WF_MUST_USE wf_status act_ruler_exists(struct act_call *call, int64_t except, bool *yes_r);
/* WF_OK, or WF_CONFLICT with a sentence: without this account nobody could administer. */
WF_MUST_USE wf_status act_not_last_ruler(struct act_call *call, const struct act_subject *subject);

/* --- change.c: effects and rows, all or nothing --- */
#define ACT_EFFECTS_MAX 6
struct act_change {
	struct effect effects[ACT_EFFECTS_MAX];
	size_t neffects;
	struct audit_row row;
	int64_t account_id, credential_id, grant_id; /* out */
	size_t norders;                    /* out */
};
/*
 * An admin row of this act on `user`, success, with operator, source, ticket, reason, host, node
 * and time; the reason's whole text goes into the detail.  `format` says what changed, never a
 * secret.
 */
void act_change_init(struct act_call *call, struct act_change *change_r, const char *user,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
struct effect *act_change_add(struct act_change *change, enum effect_kind kind, int64_t account_id);
/* Uses up the owner's proof, where he acts by one. */
void act_change_proof(const struct act_call *call, struct act_change *change);
/* Commits; on trouble a sentence. */
WF_MUST_USE wf_status act_commit(struct act_call *call, struct act_change *change);
/* The row alone. */
void act_row(struct act_call *call, struct audit_row *row_r, const char *user, const char *detail);

/* --- output.c --- */
WF_MUST_USE wf_status act_head(struct act_call *call, const char *const *columns, size_t n);
WF_MUST_USE wf_status act_row_out(struct act_call *call, const char *const *cells, size_t n);
#define ACT_NUMBER_SIZE 24
const char *act_number_text(int64_t value, char text_r[ACT_NUMBER_SIZE]);
/* Empty for 0. */
const char *act_moment_text(int64_t wall_us, char text_r[ACT_NUMBER_SIZE]);
/* "scs3.profile:12", "/etc/warifu/warifu.conf:3", "built in" */
#define ACT_ORIGIN_SIZE 160
const char *act_origin_text(const struct origin *origin, char text_r[ACT_ORIGIN_SIZE]);
static inline const char *
act_bool_text(bool value)
{
	return value ? "1" : "0";
}

/* --- password.c --- */
/*
 * What protects a password that is set now: for its owner what he has.  What somebody else sets
 * must be changed at first use, and is judged again then; so it may count on the second kind that
 * this login has to prove, where every login has to.
 */
enum rule_guard act_password_guard(const struct act_call *call, const struct act_subject *subject);
/*
 * By the policy, and where its owner acts by what it may not be; the sentence is theirs.  fresh_r
 * borrows account and password.
 */
WF_MUST_USE wf_status act_password_check(struct act_call *call, const struct account *account,
	enum rule_guard guard, const struct wf_secret *password, struct new_password *fresh_r);
/* Hashes into a credential that is ready for EFFECT_CREDENTIAL_ADD. */
WF_MUST_USE wf_status act_password_make(struct act_call *call, const struct new_password *fresh,
	struct credential *credential_r);

/* --- user_common.c --- */
/*
 * Argument `uid`, else that of the Unix user of this name, else -1; WF_EXISTS when another account
 * has it.
 */
WF_MUST_USE wf_status act_uid(struct act_call *call, const char *name, int64_t *uid_r);
WF_MUST_USE wf_status act_uid_free(struct act_call *call, int64_t uid, const char *name);
/* WF_DENIED with a sentence for a name that documents forbid. */
WF_MUST_USE wf_status act_name_permitted(
	struct act_call *call, const char *name, enum account_kind kind);
/* Whether such an account may be shared, if it is (C-13). */
WF_MUST_USE wf_status act_shared_fits(struct act_call *call, const struct account *account);
/* The rules between kind and sources. */
WF_MUST_USE wf_status act_kind_fits(struct act_call *call, const struct account *account);
/*
 * What a new account has to meet, and one that becomes of another kind: its name, its kind, who
 * shares it, and whose it is.
 */
WF_MUST_USE wf_status act_account_fits(struct act_call *call, const struct account *account);
/*
 * A privileged account has to say whose it is where documents want it to have a password of its
 * own (C-20); not the first administrator, whom root sets up before anybody can be asked.
 */
WF_MUST_USE wf_status act_person_told(struct act_call *call, const struct account *account);
/* --- groups.c --- */
#define ACT_GROUPS_SIZE (ACCOUNT_GROUPS_MAX * (ACCOUNT_GROUP_LEN + 1))
#define ACT_GROUP_SHOWN 65
/*
 * Names with blanks or commas between become the account's groups.  WF_INVALID: bad_r is no name of
 * a group; WF_TOO_LONG: they are too many.  Then `account` has some of them.
 */
WF_MUST_USE wf_status act_groups_read(
	const char *text, struct account *account, char bad_r[ACT_GROUP_SHOWN]);
/* "admins,vpn" */
const char *act_groups_text(const struct account *account, char text_r[ACT_GROUPS_SIZE]);

void act_account_init(
	struct act_call *call, struct account *account_r, const char *name, int64_t uid);
const char *act_kind_name(enum account_kind kind);
const char *act_standing_name(enum account_standing standing);

/* --- otp_secret.c --- */
WF_MUST_USE wf_status act_otp_seal(
	const struct keyring *keys, const struct wf_secret *secret, struct credential *credential);
WF_MUST_USE wf_status act_otp_open(const struct keyring *keys, const struct credential *credential,
	struct wf_secret *secret_r);
void act_otp_spec(const struct credential *credential, struct otp_spec *spec_r);

/* --- walk.c: all of something, page by page --- */
/*
 * Stops early when `visit` gives anything but WF_OK; WF_NO then counts as WF_OK.  `after`: an id, 0
 * = from the start.
 */
WF_MUST_USE wf_status act_each_account(struct act_call *call, int64_t after,
	wf_status (*visit)(void *ctx, const struct account *account), void *ctx);
/* The accounts that say that they are of this person; not "". */
WF_MUST_USE wf_status act_each_of_person(struct act_call *call, const char *person,
	wf_status (*visit)(void *ctx, const struct account *account), void *ctx);
WF_MUST_USE wf_status act_each_credential(struct act_call *call, int64_t account_id,
	wf_status (*visit)(void *ctx, const struct credential *credential), void *ctx);
/* The open ones of a user, or all (NULL). */
WF_MUST_USE wf_status act_each_session(struct act_call *call, const char *user,
	wf_status (*visit)(void *ctx, const struct store_session_entry *session), void *ctx);
/* Those of an account itself, or all (NULL); ended ones only with `ended`. */
WF_MUST_USE wf_status act_each_grant(struct act_call *call, const char *user, bool ended,
	wf_status (*visit)(void *ctx, const struct grant *grant), void *ctx);
/*
 * `view` says which rows (user, after, since_us, until_us, result, class, newest_first), and with
 * `limit` how many are read at a time (0: as many as can be): for who wants one alone.
 */
WF_MUST_USE wf_status act_each_row(struct act_call *call, const struct store_view *view,
	wf_status (*visit)(void *ctx, const struct store_audit_entry *entry), void *ctx);
/* A visit for the time of one row (ctx: int64_t), which stays as it is if the row is damaged. */
wf_status act_take_time(void *ctx, const struct store_audit_entry *entry);
/* All kept rows as VIEW_PROOF, to the end (WF_NO ends early); `end` gets the last page. */
WF_MUST_USE wf_status act_each_proof(struct act_call *call,
	wf_status (*visit)(void *ctx, const struct store_audit_entry *entry),
	void (*end)(void *ctx, const struct store_view *last), void *ctx);
/* Checkpoints behind the number `after`. */
WF_MUST_USE wf_status act_each_checkpoint(struct act_call *call, uint64_t after,
	wf_status (*visit)(void *ctx, const struct store_checkpoint *checkpoint), void *ctx);
/* The months of the log, the oldest first. */
WF_MUST_USE wf_status act_each_month(struct act_call *call,
	wf_status (*visit)(void *ctx, const struct store_month *month), void *ctx);
WF_MUST_USE wf_status act_counts(struct act_call *call, struct store_counts *counts_r);
/* `view` says which incidents (kind, after and after_level, since_us). */
WF_MUST_USE wf_status act_each_incident(struct act_call *call, const struct store_view *view,
	wf_status (*visit)(void *ctx, const struct incident *incident), void *ctx);
/* How far a reader of the log has come; zeros, and WF_OK, where there is none of that name. */
WF_MUST_USE wf_status act_cursor(
	struct act_call *call, const char *name, struct store_cursor *cursor_r);
/* From where on the log is kept, and who holds it. */
WF_MUST_USE wf_status act_kept(
	struct act_call *call, struct store_kept *kept_r, struct store_hold *hold_r);

/* --- log_retention.c --- */
struct act_retention {
	struct log_keep keep;
	int64_t date_us, lock_ms;
	bool suspect; /* the clock */
	int64_t since_us;        /* time of the first row that is kept; 0 = there is none */
	int64_t next_us;         /* when the oldest month goes; INT64_MAX: none is over */
	int next_month;          /* that month */
	struct store_hold hold;
};
WF_MUST_USE wf_status act_retention(struct act_call *call, struct act_retention *retention_r);

/* --- findings.c: one as a row, with one more column behind, unless that is NULL --- */
WF_MUST_USE wf_status finding_head(struct act_call *call, const char *more);
WF_MUST_USE wf_status finding_row(
	struct act_call *call, const struct incident *incident, const char *more);

/* --- log_streams.c --- */
struct act_streams {
	int64_t now_us;
	size_t late;	 /* for so many of them rows have waited for long */
	int64_t oldest_us; /* time of the first row that waits for any of them; 0: none does */
	char names[256]; /* theirs, as many as fit */
	char why[256];	 /* of the first of them; "" = not known */
};
WF_MUST_USE wf_status act_streams(struct act_call *call, struct act_streams *streams_r);

/* --- alerts.c --- */
struct act_alerts {
	int64_t now_us;
	uint64_t waiting; /* findings times ways */
	size_t failing;	  /* ways */
	size_t late;	  /* of them those by which something has waited for long */
	char names[96];	  /* of those that fail */
	char why[256];	  /* of the first of them */
};
WF_MUST_USE wf_status act_alerts(struct act_call *call, struct act_alerts *alerts_r);

/* --- grants.c --- */
enum grant_state { GRANT_HOLDS = 0, GRANT_EXPIRED, GRANT_ENDED };
/* What is entered by a grant alone and nobody has one for; "" if there is no such. */
WF_MUST_USE wf_status act_register_shut(struct act_call *call, char *names_r, size_t size);
enum grant_state act_grant_state(const struct grant *grant, int64_t date_us);

/* --- log_checkpoints.c --- */
/*
 * Id of the key that has signed the newest checkpoint; 0: there is no checkpoint, or its key is not
 * among these.
 */
WF_MUST_USE wf_status act_last_signer(
	struct act_call *call, const struct keyring *keys, uint32_t *key_id_r);

/* --- health.c: what status, metrics and doctor look at --- */
struct health {
	struct act_figures figures;
	struct store_counts counts;
	bool clock_suspect, clock_synchronised;
	bool ruler; /* somebody can administer */
	size_t duties_overdue;
	int64_t drilled_us; /* as struct duties */
	int64_t disk_free; /* bytes, -1 = could not tell */
	struct act_retention retention; /* of the log */
	struct act_streams streams;	/* of the log */
	struct store_configuration configuration; /* what is recorded of it */
	struct act_alerts alerts;
	char fingerprint[17];
};
WF_MUST_USE wf_status act_health(struct act_call *call, struct health *health_r);
/* The worst that there is to say: "ok", "warning", "critical" and a sentence. */
void act_health_judge(struct act_call *call, const struct health *health, const char **level_r,
	char *text_r, size_t size);

/* --- log_access.c: from where the log may be read --- */
/* WF_OK; WF_DENIED with a sentence, and the rule in call->rule. */
WF_MUST_USE wf_status act_log_access(struct act_call *call);

/* --- the handlers --- */
wf_status act_user_add(struct act_call *call);
wf_status act_user_import(struct act_call *call);
wf_status act_user_list(struct act_call *call);
wf_status act_user_show(struct act_call *call);
wf_status act_user_set(struct act_call *call);
wf_status act_user_enable(struct act_call *call);
wf_status act_user_disable(struct act_call *call);
wf_status act_user_remove(struct act_call *call);
wf_status act_user_passwd(struct act_call *call);
wf_status act_user_exempt(struct act_call *call);
wf_status act_user_refuse(struct act_call *call);
wf_status act_user_manage(struct act_call *call);
wf_status act_token_add(struct act_call *call);
wf_status act_token_confirm(struct act_call *call);
wf_status act_token_list(struct act_call *call);
wf_status act_token_resync(struct act_call *call);
wf_status act_token_remove(struct act_call *call);
wf_status act_grant_add(struct act_call *call);
wf_status act_grant_list(struct act_call *call);
wf_status act_grant_end(struct act_call *call);
wf_status act_duty_list(struct act_call *call);
wf_status act_duty_show(struct act_call *call);
wf_status act_duty_done(struct act_call *call);
wf_status act_service_list(struct act_call *call);
wf_status act_service_show(struct act_call *call);
wf_status act_session_list(struct act_call *call);
wf_status act_session_kill(struct act_call *call);
wf_status act_unlock(struct act_call *call);
wf_status act_log(struct act_call *call);
wf_status act_log_show(struct act_call *call);
wf_status act_alert_list(struct act_call *call);
wf_status act_alert_test(struct act_call *call);
wf_status act_finding_list(struct act_call *call);
wf_status act_finding_show(struct act_call *call);
wf_status act_finding_close(struct act_call *call);
wf_status act_review_show(struct act_call *call);
wf_status act_review_figures(struct act_call *call);
wf_status act_review_findings(struct act_call *call);
wf_status act_review_rows(struct act_call *call);
wf_status act_review_accounts(struct act_call *call);
wf_status act_review_sign(struct act_call *call);
wf_status act_review_list(struct act_call *call);
wf_status act_log_export(struct act_call *call);
wf_status act_log_verify(struct act_call *call);
wf_status act_log_claims(struct act_call *call);
wf_status act_log_match(struct act_call *call);
wf_status act_log_key(struct act_call *call);
wf_status act_log_checkpoints(struct act_call *call);
wf_status act_log_retention(struct act_call *call);
wf_status act_log_streams(struct act_call *call);
wf_status act_log_held(struct act_call *call);
wf_status act_log_hold(struct act_call *call);
wf_status act_log_release(struct act_call *call);
wf_status act_status(struct act_call *call);
wf_status act_why(struct act_call *call);
/* What a login would be asked for: `user`, `service` (sshd), `from` (the console). */
wf_status act_why_login(struct act_call *call);
/* The reason of a row in words; "" for one that is not known. */
const char *act_why_reason(const char *name);
wf_status act_clock_accept(struct act_call *call);
wf_status act_emergency_note(struct act_call *call);
wf_status act_emergency_used(struct act_call *call);
wf_status act_backup_make(struct act_call *call);
wf_status act_backup_list(struct act_call *call);
wf_status act_restore_drill(struct act_call *call);
wf_status act_key_rotate(struct act_call *call);
wf_status act_radius_client_list(struct act_call *call);
wf_status act_radius_client_show(struct act_call *call);
wf_status act_radius_listeners(struct act_call *call);
wf_status act_radius_stats(struct act_call *call);
wf_status act_policy_profiles(struct act_call *call);
wf_status act_policy_show(struct act_call *call);
wf_status act_policy_why(struct act_call *call);
wf_status act_policy_diff(struct act_call *call);
wf_status act_policy_check(struct act_call *call);
wf_status act_policy_impact(struct act_call *call);
wf_status act_report(struct act_call *call);
wf_status act_radius_test(struct act_call *call);
wf_status act_doctor(struct act_call *call);
wf_status act_tune(struct act_call *call);
wf_status act_metrics(struct act_call *call);
wf_status act_config_export(struct act_call *call);
wf_status act_config_baseline(struct act_call *call);
wf_status act_config_drift(struct act_call *call);
wf_status act_reload(struct act_call *call);

#endif
