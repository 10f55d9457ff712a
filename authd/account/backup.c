/*
 * backup.make: a copy of the store at once, by somebody's hand, in the folder where the daemon's
 * own lie; restore.drill: one of them tried out.  How both are done stands in authd/vault.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "authd/account/duties.h"
#include "authd/vault/drill.h"
#include "authd/vault/shelf.h"

#define NAME_SIZE 129
#define PATH_SIZE (CONFIG_BACKUP_FOLDER_SIZE + NAME_SIZE)

/* --- what both begin with --- */

static wf_status
check_name(struct act_call *call, const char *name)
{
	if (strchr(name, '/') == NULL && name[0] != '.' && name[0] != '-')
		return WF_OK;
	return act_say(call, WF_INVALID,
		_("'%s' must be the name of a file, without '/' and not beginning with '.' "
		  "or '-'."),
		"name");
}

static struct copy_job
job_of(const struct act_call *call, char folder_r[CONFIG_BACKUP_FOLDER_SIZE])
{
	const struct act_daemon *daemon = call->daemon;

	return (struct copy_job){.store = daemon->store,
		.keys = daemon->keys,
		.clock = daemon->clock,
		.folder = config_backup_folder(daemon->config, folder_r)};
}

/* What failed is what the next auditor wants to know most: a row, then the sentence. */
static wf_status
record_failure(struct act_call *call, const char *name, wf_status failed, const char *why)
{
	struct act_change change;
	wf_status status;

	act_change_init(call, &change, "", "%s: %s", name, why);
	change.row.result = AUDIT_FAILURE;
	status = act_commit(call, &change);
	return status == WF_OK ? act_say(call, failed, "%s", why) : status;
}

/* --- a backup --- */

static wf_status
choose_name(struct act_call *call, char name_r[NAME_SIZE])
{
	const char *name = act_arg(call, "name");
	time_t seconds = (time_t)(wf_clock_now(&call->daemon->clock).wall_us / US_PER_S);
	struct tm local;

	if (name == NULL) {
		if (localtime_r(&seconds, &local) == NULL ||
			strftime(name_r, NAME_SIZE, "warifu-%Y%m%d-%H%M%S.backup", &local) == 0)
			return act_say(call, WF_INVALID, _("'%s' is missing."), "name");
		return WF_OK;
	}
	(void)snprintf(name_r, NAME_SIZE, "%s", name);
	return check_name(call, name);
}

/* A backup that is not in the log is not there. */
static wf_status
record(struct act_call *call, const struct copy_job *job, const struct copy_facts *copy)
{
	struct act_change change;
	char note[COPY_NOTE_SIZE];
	wf_status status;

	copy_note(copy, note);
	act_change_init(call, &change, "", "%s", note);
	status = act_commit(call, &change);
	if (status != WF_OK)
		copy_unmake(job, copy->name);
	return status;
}

static wf_status
answer(struct act_call *call, const struct copy_job *job, const struct copy_facts *copy)
{
	static const char *const columns[] = {"path", "bytes:number", "sha256", "rows:number",
		"key-id:number", "key-fingerprint"};
	char path[PATH_SIZE], bytes[ACT_NUMBER_SIZE], rows[ACT_NUMBER_SIZE], id[ACT_NUMBER_SIZE];
	const char *cells[] = {path, act_number_text(copy->bytes, bytes), copy->sha256,
		act_number_text((int64_t)copy->proof.rows, rows), act_number_text(copy->key, id),
		copy->fingerprint};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	(void)snprintf(path, sizeof(path), "%s/%s", job->folder, copy->name);
	if (status == WF_OK)
		status = act_row_out(call, cells, COUNT_OF(cells));
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK,
		_("%s was written. It opens with key %u (%s) alone: keep a copy of the key file "
		  "elsewhere, never beside it."),
		path, copy->key, copy->fingerprint);
}

wf_status
act_backup_make(struct act_call *call)
{
	char name[NAME_SIZE], folder[CONFIG_BACKUP_FOLDER_SIZE], why[512] = "";
	const struct copy_job job = job_of(call, folder);
	struct copy_facts copy;
	wf_status status = choose_name(call, name);

	if (status != WF_OK)
		return status;
	status = copy_make(&job, name, &copy, why, sizeof(why));
	if (status == WF_CONFLICT || status == WF_EXISTS)
		return act_say(call, status, "%s", why);
	if (status != WF_OK)
		return record_failure(call, name, status, why);
	status = record(call, &job, &copy);
	return status == WF_OK ? answer(call, &job, &copy) : status;
}

/* --- a restore that is tried out --- */

static wf_status
choose_copy(struct act_call *call, const char *folder, char path_r[PATH_SIZE])
{
	const char *name = act_arg(call, "name");
	struct shelf shelf = {.n = 0};
	char newest[PLAN_NAME_SIZE];
	int64_t newest_us;

	if (name == NULL && shelf_read(folder, store_node(call->daemon->store), &shelf) != WF_OK)
		shelf = (struct shelf){.n = 0};
	newest_us = shelf_newest(&shelf, wf_clock_now(&call->daemon->clock).wall_us);
	if (name == NULL && newest_us == 0)
		return act_say(call, WF_NOT_FOUND,
			_("There is no backup of this host in %s: make one with 'warifu "
			  "backup', and name it."),
			folder);
	if (name == NULL)
		plan_name(store_node(call->daemon->store), newest_us, newest);
	(void)snprintf(path_r, PATH_SIZE, "%s/%s", folder, name != NULL ? name : newest);
	shelf_clear(&shelf);
	return name != NULL ? check_name(call, name) : WF_OK;
}

/* What documents want of a restore, and how it came out. */
struct target {
	enum rule_id rule;
	int64_t is_s;
	char text[64]; /* "12 s (recovery.time 7200 s: met)" */
	bool missed;
};

static void
compare(const struct act_call *call, struct target *target)
{
	const struct policy_held *held =
		policy_held_strictest(&call->daemon->config->policy, target->rule);

	target->missed = held->set && target->is_s > held->value;
	if (held->set)
		(void)snprintf(target->text, sizeof(target->text), "%lld s (%s %lld s: %s)",
			(long long)target->is_s, rule_spec(target->rule)->name,
			(long long)held->value, target->missed ? "missed" : "met");
	else
		(void)snprintf(
			target->text, sizeof(target->text), "%lld s", (long long)target->is_s);
}

static wf_status
drill_failed(struct act_call *call, const char *name, wf_status failed, const char *why)
{
	wf_status status = record_failure(call, name, failed, why);

	return status == failed ? act_say(call, status, _("The restore failed: %s"), why) : status;
}

static wf_status
record_drill(struct act_call *call, const struct drill_facts *facts, const struct target *time,
	const struct target *point)
{
	struct act_change change;

	act_change_init(call, &change, "",
		"%s, version %s, ready after %s, as of %s ago, rows %llu, last row %llu, accounts "
		"%llu, sha256 %s",
		facts->copy.name, PACKAGE_VERSION, time->text, point->text,
		(unsigned long long)facts->copy.proof.rows,
		(unsigned long long)facts->copy.proof.last_seq,
		(unsigned long long)facts->copy.proof.accounts, facts->copy.sha256);
	duty_done(call, &change, DUTY_RESTORE_TEST);
	return act_commit(call, &change);
}

static wf_status
answer_drill(struct act_call *call, const struct drill_facts *facts, const struct target *time,
	const struct target *point)
{
	static const char *const columns[] = {"name", "taken:time", "ready-after-ms:number",
		"age-seconds:number", "rows:number", "last-seq:number", "accounts:number",
		"recovery-time-met:bool", "recovery-point-met:bool", "sha256", "key-file",
		"key-fingerprint"};
	const struct store_proof *proof = &facts->copy.proof;
	char texts[6][ACT_NUMBER_SIZE];
	const char *cells[] = {facts->copy.name, act_moment_text(facts->copy.time_us, texts[0]),
		act_number_text(facts->took_us / 1000, texts[1]),
		act_number_text(facts->age_us / US_PER_S, texts[2]),
		act_number_text((int64_t)proof->rows, texts[3]),
		act_number_text((int64_t)proof->last_seq, texts[4]),
		act_number_text((int64_t)proof->accounts, texts[5]), act_bool_text(!time->missed),
		act_bool_text(!point->missed), facts->copy.sha256,
		call->daemon->config->key_file, facts->copy.fingerprint};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	return status == WF_OK ? act_row_out(call, cells, COUNT_OF(cells)) : status;
}

static wf_status
say_drill(struct act_call *call, const struct drill_facts *facts, bool missed)
{
	act_say_text(call,
		_("%s can be restored; nothing was changed. On a new machine it takes this "
		  "package, the configuration, and a copy of the key file %s (%s): without the key "
		  "nobody can open it."),
		facts->copy.name, call->daemon->config->key_file, facts->copy.fingerprint);
	if (missed)
		act_say_more(call, "%s",
			_("What is complied with wants it quicker, or younger: see 'warifu policy "
			  "show', recovery.time and recovery.point."));
	return WF_OK;
}

wf_status
act_restore_drill(struct act_call *call)
{
	char folder[CONFIG_BACKUP_FOLDER_SIZE], path[PATH_SIZE], why[512] = "";
	const struct copy_job job = job_of(call, folder);
	struct drill_facts facts;
	struct target time = {.rule = R_RECOVERY_TIME}, point = {.rule = R_RECOVERY_POINT};
	wf_status status = choose_copy(call, folder, path);

	if (status != WF_OK)
		return status;
	status = drill_run(&job, call->daemon->config->state_dir, path, &facts, why, sizeof(why));
	if (status == WF_CONFLICT)
		return act_say(call, status, "%s", why);
	if (status != WF_OK)
		return drill_failed(call, strrchr(path, '/') + 1, status, why);
	time.is_s = (facts.took_us + US_PER_S - 1) / US_PER_S;
	point.is_s = facts.age_us / US_PER_S;
	compare(call, &time);
	compare(call, &point);
	status = record_drill(call, &facts, &time, &point);
	if (status == WF_OK)
		status = answer_drill(call, &facts, &time, &point);
	return status == WF_OK ? say_drill(call, &facts, time.missed || point.missed) : status;
}
