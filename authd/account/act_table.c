/* The acts: who may do what, and with which arguments.  Nothing else knows their names. */
#include "config.h"

#include <string.h>

#include "authd/account/internal.h"
#include "authd/account/review_tally.h"

#define REASON_MAX 256
#define UID_MAX INT64_C(4294967294) /* (uid_t)-1 is none */

#define TEXT(arg, most) {.name = (arg), .type = ARG_TEXT, .max = (most)}
#define NUMBER(arg, least, most) {.name = (arg), .type = ARG_NUMBER, .min = (least), .max = (most)}
#define FLAG(arg) {.name = (arg), .type = ARG_FLAG}
#define CHOICE(arg, list) {.name = (arg), .type = ARG_CHOICE, .choices = (list)}
#define WHEN(arg) {.name = (arg), .type = ARG_TIME}
#define SECRET(arg, most, needed)                                                  \
	{                                                                          \
		.name = (arg), .required = (needed), .secret = true, .max = (most) \
	}
#define END {.name = NULL}

#define USER {.name = "user", .type = ARG_USER, .required = true}
#define UID NUMBER("uid", 0, UID_MAX)
#define TICKET TEXT("ticket", 64)
#define REASON TEXT("reason", REASON_MAX)
#define REASON_NEEDED {.name = "reason", .type = ARG_TEXT, .required = true, .max = REASON_MAX}
#define PROOF {.name = "txn", .type = ARG_HEX, .max = WF_TXN_LEN}
#define ID_NEEDED {.name = "id", .type = ARG_NUMBER, .required = true, .min = 1, .max = INT64_MAX}

#define KINDS "general|privileged|service" /* in the order of enum account_kind */
#define PASSWORD_MAX 512
#define CODE_MAX 64

static const struct act_arg_spec no_args[] = {END};
static const struct act_arg_spec user_args[] = {USER, END};

static const struct act_arg_spec why_args[] = {USER,
	{.name = "service", .type = ARG_TEXT, .min = 1, .max = 64},
	{.name = "from", .type = ARG_TEXT, .min = 1, .max = 64}, FLAG("last"), END};

static const struct act_arg_spec user_add_args[] = {USER, UID, CHOICE("kind", KINDS),
	TEXT("display", 128), WHEN("valid-until"), FLAG("must-change"), TICKET,
	{.name = "sources", .type = ARG_NETWORKS, .max = 1024},
	{.name = "groups", .type = ARG_GROUPS, .max = 1024}, TEXT("person", 64),
	SECRET("password", PASSWORD_MAX, false), END};
static const struct act_arg_spec user_import_args[] = {USER,
	{.name = "uid", .type = ARG_NUMBER, .required = true, .max = UID_MAX}, TEXT("display", 128),
	FLAG("dry-run"), TICKET, SECRET("hash", CREDENTIAL_SECRET_MAX - 1, false), END};
static const struct act_arg_spec user_list_args[] = {
	FLAG("unix"), {.name = "after", .type = ARG_USER}, NUMBER("limit", 1, 10000), END
};
static const struct act_arg_spec user_set_args[] = {
	USER, UID, CHOICE("kind", KINDS), FLAG("must-change"), FLAG("shared"), REASON, TICKET,
	{.name = "display", .type = ARG_TEXT, .clears = true, .max = 128},
	{.name = "person", .type = ARG_TEXT, .clears = true, .max = 64},
	{.name = "sources", .type = ARG_NETWORKS, .clears = true, .max = 1024},
	{.name = "groups", .type = ARG_GROUPS, .clears = true, .max = 1024},
	{.name = "valid-from", .type = ARG_TIME, .clears = true},
	{.name = "valid-until", .type = ARG_TIME, .clears = true}, END
};
static const struct act_arg_spec reason_args[] = {USER, REASON, TICKET, END};
static const struct act_arg_spec reason_needed_args[] = {USER, REASON_NEEDED, TICKET, END};
static const struct act_arg_spec user_passwd_args[] = {
	USER, FLAG("must-change"), TICKET, PROOF, SECRET("password", PASSWORD_MAX, true), END
};
static const struct act_arg_spec user_exempt_args[] = {
	USER, UID, REASON_NEEDED, TICKET, {.name = "until", .type = ARG_TIME, .required = true}, END
};
static const struct act_arg_spec user_refuse_args[] = {USER, UID, REASON_NEEDED, TICKET, END};

static const struct act_arg_spec token_add_args[] = {USER,
	{.name = "type", .type = ARG_CHOICE, .required = true, .choices = "totp|hotp|recovery"},
	TEXT("label", 64), CHOICE("algorithm", "sha1|sha256|sha512"), CHOICE("digits", "6|8"),
	NUMBER("step", 10, 300), NUMBER("count", 1, RECOVERY_CODES_MAX), TICKET, PROOF, END};
static const struct act_arg_spec token_confirm_args[] = {
	USER, NUMBER("id", 1, INT64_MAX), TICKET, PROOF, SECRET("code", CODE_MAX, true), END
};
static const struct act_arg_spec token_list_args[] = {USER, PROOF, END};
static const struct act_arg_spec token_resync_args[] = {USER, ID_NEEDED, TICKET, PROOF,
	SECRET("code1", CODE_MAX, true), SECRET("code2", CODE_MAX, true), END};
static const struct act_arg_spec token_remove_args[] = {
	USER, ID_NEEDED, REASON_NEEDED, TICKET, PROOF, END};

#define PLACE(needed)                                                                   \
	{                                                                                \
		.name = "place", .type = ARG_TEXT, .required = (needed), .min = 1, .max = 130 \
	}

static const struct act_arg_spec grant_add_args[] = {PLACE(true),
	{.name = "user", .type = ARG_USER}, TEXT("group", ACCOUNT_GROUP_LEN),
	{.name = "until", .type = ARG_TIME, .required = true}, REASON, TICKET, END};
static const struct act_arg_spec grant_list_args[] = {
	PLACE(false), {.name = "user", .type = ARG_USER}, FLAG("all"), END
};
static const struct act_arg_spec grant_end_args[] = {ID_NEEDED, REASON_NEEDED, TICKET, END};
#define DUTY {.name = "duty", .type = ARG_TEXT, .required = true, .min = 1, .max = 32}
static const struct act_arg_spec duty_args[] = {DUTY, END};
static const struct act_arg_spec duty_done_args[] = {DUTY, WHEN("on"), REASON_NEEDED, TICKET, END};
#define AFTER NUMBER("after", 0, INT64_MAX)
static const struct act_arg_spec finding_list_args[] = {
	FLAG("all"), NUMBER("level", 0, 3), WHEN("since"), NUMBER("limit", 1, 5000), AFTER, END};
static const struct act_arg_spec finding_show_args[] = {ID_NEEDED, END};
static const struct act_arg_spec finding_close_args[] = {ID_NEEDED,
	{.name = "level", .type = ARG_NUMBER, .required = true, .min = 0, .max = 3},
	NUMBER("found", 0, 3), REASON_NEEDED, TICKET, END};
#define MONTH {.name = "month", .type = ARG_TEXT, .min = 7, .max = 7}
static const struct act_arg_spec review_args[] = {MONTH, END};
static const struct act_arg_spec review_page_args[] = {MONTH, AFTER, END};
static const struct act_arg_spec review_rows_args[] = {MONTH, AFTER,
	{.name = "list", .type = ARG_CHOICE, .required = true, .choices = REVIEW_LIST_NAMES}, END};
static const struct act_arg_spec review_sign_args[] = {MONTH, REASON_NEEDED, TICKET,
	{.name = "hash", .type = ARG_TEXT, .required = true, .min = 64, .max = 64}, END};
static const struct act_arg_spec service_show_args[] = {
	{.name = "name", .type = ARG_TEXT, .required = true, .min = 1, .max = 64}, END
};
static const struct act_arg_spec session_list_args[] = {{.name = "user", .type = ARG_USER}, END};
static const struct act_arg_spec session_kill_args[] = {ID_NEEDED, REASON_NEEDED, TICKET, END};

/*
 * `reason`, `ticket` and `txn` are an act's own, of all acts; those of rows have other names.
 * Results in the order of enum audit_result, classes of enum audit_class, from 1.
 */
#define LOG_FILTERS                                                                           \
	TEXT("user", WF_NAME_MAX), TEXT("from", 63), WHEN("since"), WHEN("until"),            \
		CHOICE("result", "failure|success|neutral|unavailable"),                      \
		CHOICE("class", "auth|admin|session|finding|system|tombstone"),               \
		TEXT("service", 64), TEXT("host", 64), TEXT("event", 31), TEXT("rule", 64),   \
		TEXT("row-reason", 47), TEXT("row-txn", 32), TEXT("row-ticket", 64),          \
		TEXT("operator", WF_NAME_MAX), NUMBER("after", 0, INT64_MAX)

static const struct act_arg_spec log_args[] = {LOG_FILTERS, NUMBER("limit", 1, 1000),
	CHOICE("order", "oldest|newest"), END};
static const struct act_arg_spec log_show_args[] = {
	{.name = "seq", .type = ARG_NUMBER, .required = true, .min = 1, .max = INT64_MAX}, END};
static const struct act_arg_spec log_export_args[] = {LOG_FILTERS, NUMBER("limit", 1, 10000),
	CHOICE("format", "jsonl|csv"), END};
static const struct act_arg_spec match_args[] = {
	{.name = "rows", .type = ARG_TEXT, .required = true, .min = 1, .max = 1024}, END
};
static const struct act_arg_spec checkpoints_args[] = {
	NUMBER("after", 0, INT64_MAX), NUMBER("limit", 1, 1000), END};
static const struct act_arg_spec hold_args[] = {
	{.name = "reason", .type = ARG_TEXT, .required = true, .max = 255}, TEXT("ticket", 63), END
};
static const struct act_arg_spec clock_args[] = {REASON_NEEDED, TICKET, END};
static const struct act_arg_spec emergency_args[] = {
	USER, TEXT("detail", 128), REASON, TICKET, END};
static const struct act_arg_spec emergency_used_args[] = {
	USER, {.name = "tty", .type = ARG_TEXT, .required = true, .max = 64},
	{.name = "time", .type = ARG_TIME, .required = true}, END
};
static const struct act_arg_spec backup_args[] = {TEXT("name", 128), TICKET, END};
static const struct act_arg_spec backup_list_args[] = {FLAG("all"), END};
static const struct act_arg_spec baseline_args[] = {TEXT("note", 256), TICKET, END};
static const struct act_arg_spec rotate_args[] = {REASON, TICKET, END};
static const struct act_arg_spec client_args[] = {
	{.name = "client", .type = ARG_TEXT, .required = true, .min = 1, .max = 64}, END};
static const struct act_arg_spec stats_args[] = {
	{.name = "client", .type = ARG_TEXT, .min = 1, .max = 64}, END};
static const struct act_arg_spec policy_why_args[] = {
	{.name = "parameter", .type = ARG_TEXT, .required = true, .min = 1, .max = 64}, END
};
static const struct act_arg_spec policy_diff_args[] = {
	{.name = "first", .type = ARG_TEXT, .required = true, .min = 1, .max = 16},
	{.name = "second", .type = ARG_TEXT, .required = true, .min = 1, .max = 16}, END
};
static const struct act_arg_spec policy_check_args[] = {
	{.name = "against", .type = ARG_TEXT, .min = 1, .max = 16}, END};
static const struct act_arg_spec policy_impact_args[] = {
	{.name = "comply", .type = ARG_TEXT, .required = true, .min = 1, .max = 512}, END};
static const struct act_arg_spec report_args[] = {
	{.name = "profile", .type = ARG_TEXT, .min = 1, .max = 16}, WHEN("since"), WHEN("until"),
	TICKET, END};
static const struct act_arg_spec tune_args[] = {NUMBER("target", 10, 10000), END};

#define VIEW(id, role, args, handle) {id, role, false, false, false, false, args, handle}
#define OWN_VIEW(id, role, args, handle) {id, role, true, false, false, false, args, handle}
#define LOG_VIEW(id, role, args, handle) {id, role, false, false, false, true, args, handle}
#define LOG_EXPORT(id, role, args, handle) {id, role, false, true, false, true, args, handle}
#define CHANGE(id, role, args, handle) {id, role, false, true, true, false, args, handle}
#define OWN_CHANGE(id, role, args, handle) {id, role, true, true, true, false, args, handle}
#define LOG_CHANGE(id, role, args, handle) {id, role, false, true, true, true, args, handle}
#define LONG_CHANGE(id, role, args, handle) {id, role, false, true, false, false, args, handle}

static const struct act acts[] = {
	CHANGE("user.add", ROLE_ADMINISTRATOR, user_add_args, act_user_add),
	CHANGE("user.import", ROLE_ADMINISTRATOR, user_import_args, act_user_import),
	VIEW("user.list", ROLE_VIEWER, user_list_args, act_user_list),
	VIEW("user.show", ROLE_VIEWER, user_args, act_user_show),
	CHANGE("user.set", ROLE_ADMINISTRATOR, user_set_args, act_user_set),
	CHANGE("user.enable", ROLE_OFFICER, reason_args, act_user_enable),
	CHANGE("user.disable", ROLE_HELPDESK, reason_needed_args, act_user_disable),
	CHANGE("user.remove", ROLE_ADMINISTRATOR, reason_needed_args, act_user_remove),
	OWN_CHANGE("user.passwd", ROLE_HELPDESK, user_passwd_args, act_user_passwd),
	CHANGE("user.exempt", ROLE_ADMINISTRATOR, user_exempt_args, act_user_exempt),
	CHANGE("user.refuse", ROLE_ADMINISTRATOR, user_refuse_args, act_user_refuse),
	CHANGE("user.manage", ROLE_ADMINISTRATOR, reason_args, act_user_manage),
	OWN_CHANGE("token.add", ROLE_HELPDESK, token_add_args, act_token_add),
	OWN_CHANGE("token.confirm", ROLE_HELPDESK, token_confirm_args, act_token_confirm),
	OWN_VIEW("token.list", ROLE_VIEWER, token_list_args, act_token_list),
	OWN_CHANGE("token.resync", ROLE_HELPDESK, token_resync_args, act_token_resync),
	OWN_CHANGE("token.remove", ROLE_HELPDESK, token_remove_args, act_token_remove),
	CHANGE("unlock", ROLE_HELPDESK, reason_needed_args, act_unlock),
	CHANGE("grant.add", ROLE_ADMINISTRATOR, grant_add_args, act_grant_add),
	VIEW("grant.list", ROLE_VIEWER, grant_list_args, act_grant_list),
	CHANGE("grant.end", ROLE_HELPDESK, grant_end_args, act_grant_end),
	VIEW("duty.list", ROLE_VIEWER, no_args, act_duty_list),
	VIEW("duty.show", ROLE_VIEWER, duty_args, act_duty_show),
	CHANGE("duty.done", ROLE_OFFICER, duty_done_args, act_duty_done),
	VIEW("alert.list", ROLE_AUDITOR, no_args, act_alert_list),
	LONG_CHANGE("alert.test", ROLE_OFFICER, no_args, act_alert_test),
	LOG_VIEW("finding.list", ROLE_AUDITOR, finding_list_args, act_finding_list),
	LOG_VIEW("finding.show", ROLE_AUDITOR, finding_show_args, act_finding_show),
	CHANGE("finding.close", ROLE_OFFICER, finding_close_args, act_finding_close),
	LOG_EXPORT("review.show", ROLE_AUDITOR, review_args, act_review_show),
	LOG_VIEW("review.figures", ROLE_AUDITOR, review_args, act_review_figures),
	LOG_VIEW("review.findings", ROLE_AUDITOR, review_page_args, act_review_findings),
	LOG_VIEW("review.rows", ROLE_AUDITOR, review_rows_args, act_review_rows),
	LOG_VIEW("review.accounts", ROLE_AUDITOR, review_page_args, act_review_accounts),
	LOG_CHANGE("review.sign", ROLE_AUDITOR, review_sign_args, act_review_sign),
	LOG_VIEW("review.list", ROLE_AUDITOR, no_args, act_review_list),
	VIEW("service.list", ROLE_VIEWER, no_args, act_service_list),
	VIEW("service.show", ROLE_VIEWER, service_show_args, act_service_show),
	VIEW("session.list", ROLE_VIEWER, session_list_args, act_session_list),
	CHANGE("session.kill", ROLE_HELPDESK, session_kill_args, act_session_kill),
	LOG_VIEW("log", ROLE_AUDITOR, log_args, act_log),
	LOG_VIEW("log.show", ROLE_AUDITOR, log_show_args, act_log_show),
	LOG_EXPORT("log.export", ROLE_AUDITOR, log_export_args, act_log_export),
	VIEW("log.verify", ROLE_AUDITOR, no_args, act_log_verify),
	VIEW("log.claims", ROLE_AUDITOR, no_args, act_log_claims),
	VIEW("log.match", ROLE_AUDITOR, match_args, act_log_match),
	VIEW("log.key", ROLE_AUDITOR, no_args, act_log_key),
	VIEW("log.checkpoints", ROLE_AUDITOR, checkpoints_args, act_log_checkpoints),
	VIEW("log.retention", ROLE_AUDITOR, no_args, act_log_retention),
	VIEW("log.streams", ROLE_AUDITOR, no_args, act_log_streams),
	VIEW("log.held", ROLE_AUDITOR, no_args, act_log_held),
	CHANGE("log.hold", ROLE_OFFICER, hold_args, act_log_hold),
	CHANGE("log.release", ROLE_OFFICER, clock_args, act_log_release),
	VIEW("status", ROLE_VIEWER, no_args, act_status),
	LOG_VIEW("why", ROLE_AUDITOR, why_args, act_why),
	CHANGE("clock.accept", ROLE_ADMINISTRATOR, clock_args, act_clock_accept),
	CHANGE("emergency.new", ROLE_ADMINISTRATOR, emergency_args, act_emergency_note),
	CHANGE("emergency.unlock", ROLE_ADMINISTRATOR, emergency_args, act_emergency_note),
	CHANGE("emergency.used", ROLE_ADMINISTRATOR, emergency_used_args, act_emergency_used),
	LONG_CHANGE("backup.make", ROLE_ADMINISTRATOR, backup_args, act_backup_make),
	VIEW("backup.list", ROLE_VIEWER, backup_list_args, act_backup_list),
	LONG_CHANGE("restore.drill", ROLE_ADMINISTRATOR, backup_args, act_restore_drill),
	CHANGE("key.rotate", ROLE_ADMINISTRATOR, rotate_args, act_key_rotate),
	VIEW("config.export", ROLE_AUDITOR, no_args, act_config_export),
	CHANGE("config.baseline", ROLE_OFFICER, baseline_args, act_config_baseline),
	VIEW("config.drift", ROLE_AUDITOR, no_args, act_config_drift),
	VIEW("radius.client.list", ROLE_VIEWER, no_args, act_radius_client_list),
	VIEW("radius.client.show", ROLE_VIEWER, client_args, act_radius_client_show),
	VIEW("radius.listeners", ROLE_VIEWER, no_args, act_radius_listeners),
	VIEW("radius.stats", ROLE_VIEWER, stats_args, act_radius_stats),
	VIEW("radius.test", ROLE_VIEWER, stats_args, act_radius_test),
	VIEW("policy.profiles", ROLE_VIEWER, no_args, act_policy_profiles),
	VIEW("policy.show", ROLE_VIEWER, no_args, act_policy_show),
	VIEW("policy.why", ROLE_VIEWER, policy_why_args, act_policy_why),
	VIEW("policy.diff", ROLE_VIEWER, policy_diff_args, act_policy_diff),
	VIEW("policy.check", ROLE_VIEWER, policy_check_args, act_policy_check),
	VIEW("policy.impact", ROLE_VIEWER, policy_impact_args, act_policy_impact),
	LOG_EXPORT("report", ROLE_AUDITOR, report_args, act_report),
	VIEW("doctor", ROLE_AUDITOR, no_args, act_doctor),
	VIEW("tune", ROLE_ADMINISTRATOR, tune_args, act_tune),
	VIEW("metrics", ROLE_VIEWER, no_args, act_metrics),
	LONG_CHANGE("reload", ROLE_ADMINISTRATOR, no_args, act_reload),
};

const struct act *
act_table(size_t *count_r)
{
	*count_r = COUNT_OF(acts);
	return acts;
}

const struct act *
act_find(const char *id)
{
	for (size_t i = 0; i < COUNT_OF(acts); i++)
		if (strcmp(acts[i].id, id) == 0)
			return &acts[i];
	return NULL;
}
