/*
 * What a row of the command table may name as its handler: work that is more than one act of the
 * daemon. Each gives the exit code and has told the user what there is to tell.
 */
#ifndef WF_CTL_HANDLERS_H
#define WF_CTL_HANDLERS_H

#include "ctl/args.h"
#include "ctl/ctl.h"

/* call.c: one act, its arguments from the command line, its answer as a table. */
int ctl_run_act(struct ctl *ctl, const struct parsed *parsed);

int ctl_backup(struct ctl *ctl, const struct parsed *parsed);
int ctl_policy_show(struct ctl *ctl, const struct parsed *parsed);
int ctl_config_export(struct ctl *ctl, const struct parsed *parsed);
int ctl_radius_client(struct ctl *ctl, const struct parsed *parsed);
int ctl_radius_secret(struct ctl *ctl, const struct parsed *parsed);
int ctl_radius_test(struct ctl *ctl, const struct parsed *parsed);
int ctl_report(struct ctl *ctl, const struct parsed *parsed);
int ctl_restore(struct ctl *ctl, const struct parsed *parsed);
int ctl_completion(struct ctl *ctl, const struct parsed *parsed);
int ctl_doctor(struct ctl *ctl, const struct parsed *parsed);
int ctl_emergency_show(struct ctl *ctl, const struct parsed *parsed);
int ctl_emergency_new(struct ctl *ctl, const struct parsed *parsed);
int ctl_emergency_report(struct ctl *ctl, const struct parsed *parsed);
int ctl_emergency_unlock(struct ctl *ctl, const struct parsed *parsed);
int ctl_init_dialogue(struct ctl *ctl, const struct parsed *parsed);
int ctl_leaks_check(struct ctl *ctl, const struct parsed *parsed);
int ctl_log(struct ctl *ctl, const struct parsed *parsed);
int ctl_log_hold(struct ctl *ctl, const struct parsed *parsed);
int ctl_log_export(struct ctl *ctl, const struct parsed *parsed);
int ctl_log_key(struct ctl *ctl, const struct parsed *parsed);
int ctl_log_verify(struct ctl *ctl, const struct parsed *parsed);
int ctl_pam_install(struct ctl *ctl, const struct parsed *parsed);
int ctl_pam_remove(struct ctl *ctl, const struct parsed *parsed);
int ctl_pam_confirm(struct ctl *ctl, const struct parsed *parsed);
int ctl_pam_list(struct ctl *ctl, const struct parsed *parsed);
int ctl_pam_rollback(struct ctl *ctl, const struct parsed *parsed);
int ctl_review(struct ctl *ctl, const struct parsed *parsed);
int ctl_status(struct ctl *ctl, const struct parsed *parsed);
int ctl_token_add(struct ctl *ctl, const struct parsed *parsed);
int ctl_token_confirm(struct ctl *ctl, const struct parsed *parsed);
int ctl_token_resync(struct ctl *ctl, const struct parsed *parsed);
int ctl_user_add(struct ctl *ctl, const struct parsed *parsed);
int ctl_user_exempt(struct ctl *ctl, const struct parsed *parsed);
int ctl_user_import(struct ctl *ctl, const struct parsed *parsed);
int ctl_user_list(struct ctl *ctl, const struct parsed *parsed);
int ctl_user_passwd(struct ctl *ctl, const struct parsed *parsed);

#endif
