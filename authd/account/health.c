/* What status, metrics and doctor look at, and the worst that there is to say about it. */
#include "config.h"

#include <stdio.h>
#include <sys/statvfs.h>

#include "authd/account/duties.h"
#include "authd/account/settings.h"

#define MIB INT64_C(1048576)
#define FINDING_SERIOUS 2 /* level */
#define DISK_CRITICAL (32 * MIB)
#define DISK_LOW (512 * MIB)

static int64_t
disk_free(const char *folder)
{
	struct statvfs fs;

	if (statvfs(folder, &fs) != 0)
		return -1;
	return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
}

wf_status
act_health(struct act_call *call, struct health *health_r)
{
	const struct act_daemon *daemon = call->daemon;
	struct health health = {.disk_free = disk_free(daemon->config->state_dir)};
	struct duties duties;
	wf_status status = act_counts(call, &health.counts);

	if (status == WF_OK)
		status = act_ruler_exists(call, 0, &health.ruler);
	if (status == WF_OK)
		status = act_retention(call, &health.retention);
	if (status == WF_OK)
		status = act_streams(call, &health.streams);
	if (status == WF_OK)
		status = act_alerts(call, &health.alerts);
	if (status == WF_OK)
		status = duties_read(call, &duties);
	if (status == WF_OK)
		status = settings_read(call, &health.configuration);
	if (status != WF_OK)
		return status;
	health.duties_overdue = duties.overdue;
	health.drilled_us = duties.drilled_us;
	daemon->figures(daemon->figures_ctx, &health.figures);
	health.clock_suspect = store_clock_suspect(daemon->store);
	health.clock_synchronised = wf_clock_synchronised();
	if (keyring_fingerprint(daemon->keys, keyring_current(daemon->keys), health.fingerprint) !=
		WF_OK)
		health.fingerprint[0] = '\0';
	*health_r = health;
	return WF_OK;
}

static bool
disk_full(const struct config *config, const struct health *health)
{
	(void)config;
	return health->disk_free >= 0 && health->disk_free < DISK_CRITICAL;
}

static bool
clock_suspect(const struct config *config, const struct health *health)
{
	(void)config;
	return health->clock_suspect;
}

static bool
disk_low(const struct config *config, const struct health *health)
{
	(void)config;
	return health->disk_free >= 0 && health->disk_free < DISK_LOW;
}

static bool
queue_long(const struct config *config, const struct health *health)
{
	return config->queue > 0 && health->figures.workers_queued * 2 >= config->queue;
}

static bool
copies_fail(const struct config *config, const struct health *health)
{
	(void)config;
	return health->figures.copies.failing_us != 0;
}

static bool
second_away(const struct config *config, const struct health *health)
{
	return config->backup.second[0] != '\0' && health->figures.copies.second_failing_us != 0;
}

static bool
no_ruler(const struct config *config, const struct health *health)
{
	(void)config;
	return !health->ruler;
}

static bool
duties_overdue(const struct config *config, const struct health *health)
{
	(void)config;
	return health->duties_overdue > 0;
}

static bool
drifted(const struct config *config, const struct health *health)
{
	(void)config;
	return health->configuration.differ > 0;
}

static bool
streams_late(const struct config *config, const struct health *health)
{
	(void)config;
	return health->streams.late > 0;
}

static bool
alerts_late(const struct config *config, const struct health *health)
{
	(void)config;
	return health->alerts.late > 0;
}

static bool
findings_open(const struct config *config, const struct health *health)
{
	(void)config;
	return health->counts.incidents > 0 && health->counts.incident_level >= FINDING_SERIOUS;
}

static bool
observing(const struct config *config, const struct health *health)
{
	(void)health;
	return config->mode == MODE_OBSERVE;
}

static bool
clock_free_running(const struct config *config, const struct health *health)
{
	(void)config;
	return !health->clock_synchronised;
}

/* The worst first. */
static const struct {
	bool (*applies)(const struct config *config, const struct health *health);
	const char *level;
	const char *text;
} findings[] = {
	{disk_full, "critical",
		N_("The disk of the store is full: make room, or logins will be refused soon.")},
	{clock_suspect, "critical",
		N_("The clock jumped by more than a day: codes by time are not accepted until it "
		   "is synchronised, or set "
		   "right and accepted with 'warifu clock accept'.")},
	{disk_low, "warning", N_("The disk of the store is nearly full: make room.")},
	{queue_long, "warning", N_("Many logins wait for a free processor: see 'warifu tune'.")},
	{copies_fail, "warning",
		N_("No backup of the store can be made: 'warifu doctor' says why.")},
	{second_away, "warning",
		N_("The second folder for backups is away: 'warifu doctor' says since when.")},
	{no_ruler, "warning",
		N_("There is no enabled privileged account with password and token yet: run "
		   "'warifu init'.")},
	{duties_overdue, "warning",
		N_("Something that documents want done at intervals is overdue: see 'warifu "
		   "duties'.")},
	{streams_late, "warning",
		N_("Rows of the log have waited for more than ten minutes for a receiver: see "
		   "'warifu log streams'.")},
	{alerts_late, "warning",
		N_("Somebody could not be told of a finding for more than 15 minutes: see 'warifu "
		   "alert list'.")},
	{findings_open, "warning",
		N_("Something was found in the log that nobody has decided on yet: see 'warifu "
		   "finding list'.")},
	{drifted, "warning",
		N_("The configuration is not as it was approved: see 'warifu config drift'.")},
	{observing, "warning", N_("Logins are recorded only, not enforced (mode = observe).")},
	{clock_free_running, "warning",
		N_("The clock is not synchronised: start a time service such as chrony.")},
};

void
act_health_judge(struct act_call *call, const struct health *health, const char **level_r,
	char *text_r, size_t size)
{
	for (size_t i = 0; i < COUNT_OF(findings); i++) {
		if (!findings[i].applies(call->daemon->config, health))
			continue;
		*level_r = findings[i].level;
		(void)snprintf(text_r, size, "%s", _(findings[i].text));
		return;
	}
	*level_r = "ok";
	(void)snprintf(text_r, size, "%s", _("Everything is in order."));
}
