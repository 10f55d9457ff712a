/*
 * backup.list, and what the doctor says of copies and trials.  What is shown is what the log says:
 * each copy has its row, and the folders are asked only whether it is still there.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authd/account/doctor.h"

#define LIST_MAX 100 /* of those that are gone; all that are there are shown */
#define UNTOLD_DAYS 7 /* age of a backup that is worth a word where nobody has set a schedule */

struct list {
	struct act_call *call;
	const char *folder, *second;
	bool all;
	size_t gone;
};

static bool
is_there(const char *folder, const char *name)
{
	char path[2 * CONFIG_BACKUP_FOLDER_SIZE];

	if (folder[0] == '\0')
		return false;
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A row about a copy that was made; false for all others. */
static bool
is_copy(const struct audit_row *row, struct copy_facts *copy_r)
{
	return row->result == AUDIT_SUCCESS &&
	       (strcmp(row->event, "backup.copy") == 0 ||
		       strcmp(row->event, "backup.make") == 0) &&
	       copy_note_read(row->detail, copy_r);
}

static wf_status
list_copy(struct list *list, const struct audit_row *row, const struct copy_facts *copy)
{
	const bool here = is_there(list->folder, copy->name),
		   there = is_there(list->second, copy->name);
	char texts[4][ACT_NUMBER_SIZE];
	const char *cells[] = {copy->name, act_moment_text(row->time_us, texts[0]),
		act_number_text(copy->bytes, texts[1]), act_bool_text(true), act_bool_text(here),
		act_bool_text(there), act_number_text((int64_t)copy->proof.rows, texts[2]),
		act_number_text((int64_t)copy->proof.last_seq, texts[3]), copy->sha256,
		copy->fingerprint, row->operator_name};

	if (!here && !there && (!list->all || list->gone++ >= LIST_MAX))
		return WF_OK;
	return act_row_out(list->call, cells, COUNT_OF(cells));
}

static wf_status
visit_copy(void *ctx, const struct store_audit_entry *entry)
{
	struct list *list = ctx;
	struct copy_facts copy;
	struct audit_row row;

	if (audit_row_decode(entry->encoded, entry->encoded_len, &row) != WF_OK ||
		!is_copy(&row, &copy))
		return WF_OK;
	return list_copy(list, &row, &copy);
}

static wf_status
list_class(struct list *list, enum audit_class class)
{
	const struct store_view view = {.result = -1, .class = class, .newest_first = true};

	return act_each_row(list->call, &view, visit_copy, list);
}

wf_status
act_backup_list(struct act_call *call)
{
	static const char *const columns[] = {"name", "time:time", "bytes:number", "checked:bool",
		"here:bool", "second:bool", "rows:number", "last-seq:number", "sha256",
		"key-fingerprint", "by"};
	const struct config *config = call->daemon->config;
	char folder[CONFIG_BACKUP_FOLDER_SIZE];
	struct list list = {.call = call,
		.folder = config_backup_folder(config, folder),
		.second = config->backup.second,
		.all = act_flag(call, "all", false)};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	/* Those that were made by themselves, then those that somebody asked for. */
	if (status == WF_OK)
		status = list_class(&list, AUDIT_SYSTEM);
	if (status == WF_OK)
		status = list_class(&list, AUDIT_ADMIN);
	if (status != WF_OK)
		return status;
	if (config->backup.second[0] == '\0')
		return act_say(call, WF_OK,
			_("In %s; there is no second folder ('backup.second')."), folder);
	return act_say(
		call, WF_OK, _("In %s; second folder: %s."), folder, config->backup.second);
}

/* --- the doctor --- */

struct last {
	const char *event;
	int64_t time_us; /* 0 = none */
};

static wf_status
visit_last(void *ctx, const struct store_audit_entry *entry)
{
	struct last *last = ctx;
	struct audit_row row;

	if (audit_row_decode(entry->encoded, entry->encoded_len, &row) != WF_OK ||
		strcmp(row.event, last->event) != 0 || row.result != AUDIT_SUCCESS)
		return WF_OK;
	last->time_us = row.time_us;
	return WF_NO;
}

/* When such a thing last went well. */
static wf_status
last_of(struct act_call *call, enum audit_class class, const char *event, int64_t *time_r)
{
	const struct store_view view = {.result = -1, .class = class, .newest_first = true};
	struct last last = {.event = event};
	wf_status status = act_each_row(call, &view, visit_last, &last);

	if (status == WF_OK)
		*time_r = last.time_us;
	return status;
}

/* Made by hand or by itself: either is a backup. */
static wf_status
newest_backup(struct report *report, int64_t *time_r)
{
	int64_t by_hand = 0;
	wf_status status = last_of(report->call, AUDIT_ADMIN, "backup.make", &by_hand);

	if (status == WF_OK)
		*time_r = by_hand > report->health.figures.copies.newest_us
				  ? by_hand
				  : report->health.figures.copies.newest_us;
	return status;
}

/* Nothing is late before it is as late again as it may be. */
static int64_t
late_after_s(const struct keeper_facts *copies)
{
	return copies->every_s > 0 ? 2 * copies->every_s : UNTOLD_DAYS * INT64_C(86400);
}

enum level
doctor_backup(struct report *report)
{
	const struct keeper_facts *copies = &report->health.figures.copies;
	const int64_t now = wf_clock_now(&report->call->daemon->clock).wall_us;
	int64_t newest;

	if (newest_backup(report, &newest) != WF_OK)
		return TELL(report, BAD, "%.500s", report->call->text);
	if (copies->failing_us != 0)
		return TELL(report, BAD, _("No backup could be made since %s. %.200s"),
			act_time(copies->failing_us, report->time), copies->why);
	if (newest == 0)
		return TELL(report, WARN, "%s",
			_("There is no backup yet: run 'warifu backup FILE', and keep the key "
			  "apart."));
	if (now - newest > late_after_s(copies) * US_PER_S)
		return TELL(report, WARN, _("The last backup is of %s: run 'warifu backup FILE'."),
			act_time(newest, report->time));
	return TELL(report, OK, _("The last backup is of %s."), act_time(newest, report->time));
}

enum level
doctor_second(struct report *report)
{
	const struct config *config = report->call->daemon->config;
	const struct keeper_facts *copies = &report->health.figures.copies;
	const int64_t manner = policy_members_of(
		&config->policy, R_BACKUP_MANNER, ACCOUNT_GENERAL, GUARD_MFA);

	if (config->backup.second[0] == '\0')
		return TELL(report,
			(manner & (BACKUP_OFFSITE | BACKUP_ISOLATED)) != 0 ? WARN : OK, "%s",
			_("Backups lie in one place: 'second' in section 'backup' names another "
			  "one, best on another machine."));
	if (copies->second_failing_us != 0)
		return TELL(report, WARN,
			_("The second folder is away since %s, and is tried again: %.200s"),
			act_time(copies->second_failing_us, report->time), copies->second_why);
	if (copies->second_us == 0)
		return TELL(report, OK, _("No backup has been brought to %s yet."),
			config->backup.second);
	return TELL(report, OK, _("The last backup in %s is of %s."), config->backup.second,
		act_time(copies->second_us, report->time));
}

enum level
doctor_drill(struct report *report)
{
	const struct policy_held *wanted = policy_held_strictest(
		&report->call->daemon->config->policy, R_BACKUP_RESTORE_TEST);
	const int64_t now = wf_clock_now(&report->call->daemon->clock).wall_us;
	int64_t last = 0;

	if (last_of(report->call, AUDIT_ADMIN, "restore.drill", &last) != WF_OK)
		return TELL(report, BAD, "%.500s", report->call->text);
	if (last == 0)
		return TELL(report, wanted->set ? WARN : OK, "%s",
			_("No restore has been tried out yet: run 'warifu restore --drill'."));
	if (wanted->set && now - last > wanted->value * 86400 * US_PER_S)
		return TELL(report, WARN,
			_("The last trial of a restore is of %s, and one is wanted every %lld "
			  "days: run 'warifu restore --drill'."),
			act_time(last, report->time), (long long)wanted->value);
	return TELL(report, OK, _("The last trial of a restore is of %s."),
		act_time(last, report->time));
}
