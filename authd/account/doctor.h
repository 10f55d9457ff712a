/*
 * What the parts of the daemon's half of `warifu doctor` share: doctor.c has the table of checks,
 * doctor_accounts.c those that look at accounts and credentials.  Nobody else includes this.
 */
#ifndef WF_AUTHD_ACCOUNT_DOCTOR_H
#define WF_AUTHD_ACCOUNT_DOCTOR_H

#include "authd/account/internal.h"

enum level { OK, WARN, BAD };

/* Accounts of which the same is to be said: how many, and as many names as there is room for. */
struct doctor_found {
	size_t n;
	char names[128];
	bool more; /* than stand in `names` */
	char rule[POLICY_RULE_SIZE]; /* of the last one, where a rule is broken */
};

/* What one pass over accounts and credentials finds. */
struct doctor_tally {
	int64_t now_us;
	uint32_t key_id;
	size_t ended, exempt, stale, few_codes;
	struct doctor_found unable;    /* enabled people who lack what a login demands */
	struct doctor_found unchecked; /* passwords not looked up among leaked ones for too long */
	struct doctor_found forbidden; /* enabled accounts with names that documents refuse */
	struct doctor_found brought;   /* those that products bring along, refused as such */
	struct doctor_found nobodys;   /* privileged accounts that do not say whose they are */
	struct doctor_found alone;     /* those of a person who has no other account here */
};

struct report {
	struct act_call *call;
	struct health health;
	struct doctor_tally tally;
	char text[512];
	char time[ACT_TIME_SIZE];
};

#define TELL(report, level, ...)                                                        \
	((void)snprintf((report)->text, sizeof((report)->text), __VA_ARGS__), (level))

/* The pass over accounts and credentials, before the checks below. */
WF_MUST_USE wf_status doctor_tally(struct report *report);
/* Each check puts one sentence into report->text, in the language of the call. */
enum level doctor_accounts(struct report *report);
enum level doctor_names(struct report *report);
enum level doctor_persons(struct report *report);
enum level doctor_factors(struct report *report);
enum level doctor_dictionary(struct report *report);
enum level doctor_leaks(struct report *report);
enum level doctor_keys(struct report *report);
enum level doctor_codes(struct report *report);
enum level doctor_log(struct report *report);
enum level doctor_alerts(struct report *report);
enum level doctor_streams(struct report *report);
enum level doctor_checkpoints(struct report *report);
enum level doctor_detection(struct report *report);
enum level doctor_baseline(struct report *report);
/* backup_view.c */
enum level doctor_backup(struct report *report);
enum level doctor_second(struct report *report);
enum level doctor_drill(struct report *report);

#endif
