/*
 * How the daemon is doing: one row for people and monitoring, and the same figures for OpenMetrics.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authd/account/internal.h"

#define CELL_SIZE 32
#define RULES_OFF_SIZE 512

/* Everything a cell is made from. */
struct sight {
	struct act_call *call;
	const struct config *config;
	struct health health;
	const char *level;
	char message[512];
	char *rules_off; /* RULES_OFF_SIZE bytes for a cell */
};

static const char *
number(uint64_t value, char *text_r)
{
	(void)snprintf(text_r, CELL_SIZE, "%" PRIu64, value);
	return text_r;
}

#define CELL(name) static const char *name(const struct sight *sight, char *text_r)
#define TEXT_CELL(name, value)                                          \
	CELL(name)                                                      \
	{                                                               \
		(void)text_r;                                           \
		return (value);                                         \
	}
#define NUMBER_CELL(name, value)                                        \
	CELL(name)                                                      \
	{                                                               \
		return number((uint64_t)(value), text_r);               \
	}

TEXT_CELL(cell_ok, act_bool_text(strcmp(sight->level, "ok") == 0))
TEXT_CELL(cell_level, sight->level)
TEXT_CELL(cell_message, sight->message)
TEXT_CELL(cell_version, sight->config != NULL ? PACKAGE_VERSION : "")
TEXT_CELL(cell_node, sight->config->node)
TEXT_CELL(cell_mode, sight->config->mode == MODE_OBSERVE ? "observe" : "enforce")
TEXT_CELL(cell_initialised, act_bool_text(sight->health.ruler))
TEXT_CELL(cell_clock, sight->health.clock_suspect ? "suspect" : "ok")
TEXT_CELL(cell_synchronised, act_bool_text(sight->health.clock_synchronised))
TEXT_CELL(cell_config_file, sight->config->file)
TEXT_CELL(cell_config_hash, sight->health.configuration.sha256)
NUMBER_CELL(cell_config_differ, sight->health.configuration.differ)
TEXT_CELL(cell_key_file, sight->config->key_file)
TEXT_CELL(cell_fingerprint, sight->health.fingerprint)
TEXT_CELL(cell_state_dir, sight->config->state_dir)
TEXT_CELL(cell_breakglass, sight->config->breakglass_file)
NUMBER_CELL(cell_accounts, sight->health.counts.accounts)
NUMBER_CELL(cell_locked, sight->health.counts.locked)
NUMBER_CELL(cell_locked_strangers, sight->health.counts.locked_to_strangers)
NUMBER_CELL(cell_reserve_used, sight->health.counts.reserve_uses)
NUMBER_CELL(cell_duties, sight->health.duties_overdue)
NUMBER_CELL(cell_findings, sight->health.counts.incidents)
NUMBER_CELL(cell_findings_level, sight->health.counts.incident_level)
NUMBER_CELL(cell_rows, sight->health.counts.audit_rows)
NUMBER_CELL(cell_alerts_waiting, sight->health.alerts.waiting)
NUMBER_CELL(cell_streams_late, sight->health.streams.late)
TEXT_CELL(cell_log_hold, sight->health.retention.hold.reason)
NUMBER_CELL(cell_accepted, sight->health.figures.accepted)
NUMBER_CELL(cell_rejected, sight->health.figures.rejected)
NUMBER_CELL(cell_unavailable, sight->health.figures.unavailable)
NUMBER_CELL(cell_refused_early, sight->health.figures.refused_early)
NUMBER_CELL(cell_open, sight->health.figures.transactions_open)
NUMBER_CELL(cell_queue, sight->health.figures.workers_queued)
NUMBER_CELL(cell_connections, sight->health.figures.connections)
NUMBER_CELL(cell_backup_every, sight->health.figures.copies.every_s)
NUMBER_CELL(cell_key_id, keyring_current(sight->call->daemon->keys))

/* Rules of detection that are switched off, each with its reason, as many as fit. */
CELL(cell_rules_off)
{
	const struct detect_settings *settings = &sight->config->detect;
	char *text = sight->rules_off;
	size_t len = 0;

	(void)text_r;
	for (size_t i = 0; i < DETECT_RULES && len < RULES_OFF_SIZE; i++)
		if (settings->rules[i].off[0] != '\0')
			len += (size_t)snprintf(text + len, RULES_OFF_SIZE - len, "%s%s: %s",
				len == 0 ? "" : "; ", detect_rules()[i].id, settings->rules[i].off);
	return text;
}

CELL(cell_session_timeout)
{
	return number(policy_session_s(&sight->config->policy), text_r);
}

CELL(cell_idle_lock)
{
	const struct policy *policy = &sight->config->policy;

	return number((uint64_t)policy_number_of(policy, R_IDLE_LOCK, ACCOUNT_GENERAL, GUARD_MFA),
		text_r);
}

CELL(cell_backup)
{
	return act_moment_text(sight->health.figures.copies.newest_us, text_r);
}

CELL(cell_second)
{
	return act_moment_text(sight->health.figures.copies.second_us, text_r);
}

CELL(cell_config_approved)
{
	return act_moment_text(sight->health.configuration.baseline_us, text_r);
}

CELL(cell_pid)
{
	(void)sight;
	return number((uint64_t)getpid(), text_r);
}

CELL(cell_started)
{
	return act_moment_text(sight->health.figures.started_us, text_r);
}

CELL(cell_log_since)
{
	return act_moment_text(sight->health.retention.since_us, text_r);
}

CELL(cell_disk_free)
{
	text_r[0] = '\0';
	return sight->health.disk_free < 0 ? text_r
					   : number((uint64_t)sight->health.disk_free, text_r);
}

static const struct {
	const char *column;
	const char *(*cell)(const struct sight *sight, char *text_r);
} cells[] = {
	{"ok:bool", cell_ok},
	{"level", cell_level},
	{"message", cell_message},
	{"version", cell_version},
	{"node", cell_node},
	{"mode", cell_mode},
	{"pid:number", cell_pid},
	{"started:time", cell_started},
	{"initialised:bool", cell_initialised},
	{"accounts:number", cell_accounts},
	{"locked:number", cell_locked},
	{"locked-strangers:number", cell_locked_strangers},
	{"reserve-used:number", cell_reserve_used},
	{"findings:number", cell_findings},
	{"findings-level:number", cell_findings_level},
	{"alerts-waiting:number", cell_alerts_waiting},
	{"rules-off", cell_rules_off},
	{"duties-overdue:number", cell_duties},
	{"audit-rows:number", cell_rows},
	{"log-since:time", cell_log_since},
	{"log-hold", cell_log_hold},
	{"streams-late:number", cell_streams_late},
	{"accepted:number", cell_accepted},
	{"rejected:number", cell_rejected},
	{"unavailable:number", cell_unavailable},
	{"refused-early:number", cell_refused_early},
	{"open:number", cell_open},
	{"queue:number", cell_queue},
	{"connections:number", cell_connections},
	{"clock", cell_clock},
	{"clock-synchronised:bool", cell_synchronised},
	{"config-file", cell_config_file},
	{"config-sha256", cell_config_hash},
	{"config-approved:time", cell_config_approved},
	{"config-differ:number", cell_config_differ},
	{"key-file", cell_key_file},
	{"key-id:number", cell_key_id},
	{"key-fingerprint", cell_fingerprint},
	{"state-dir", cell_state_dir},
	{"breakglass-file", cell_breakglass},
	{"disk-free:number", cell_disk_free},
	{"session-timeout:number", cell_session_timeout},
	{"idle-lock:number", cell_idle_lock},
	{"backup:time", cell_backup},
	{"second-backup:time", cell_second},
	{"backup-every:number", cell_backup_every},
};

static wf_status
look(struct act_call *call, struct sight *sight_r)
{
	wf_status status = act_health(call, &sight_r->health);

	if (status != WF_OK)
		return status;
	sight_r->call = call;
	sight_r->config = call->daemon->config;
	act_health_judge(call, &sight_r->health, &sight_r->level, sight_r->message,
		sizeof(sight_r->message));
	return WF_OK;
}

wf_status
act_status(struct act_call *call)
{
	const char *columns[COUNT_OF(cells)], *row[COUNT_OF(cells)];
	char texts[COUNT_OF(cells)][CELL_SIZE];
	char rules_off[RULES_OFF_SIZE] = "";
	struct sight sight;
	wf_status status = look(call, &sight);

	if (status != WF_OK)
		return status;
	sight.rules_off = rules_off;
	for (size_t i = 0; i < COUNT_OF(cells); i++) {
		columns[i] = cells[i].column;
		row[i] = cells[i].cell(&sight, texts[i]);
	}
	status = act_head(call, columns, COUNT_OF(cells));
	if (status == WF_OK)
		status = act_row_out(call, row, COUNT_OF(cells));
	return status == WF_OK ? act_say(call, WF_OK, "%s", sight.message) : status;
}

/* --- OpenMetrics --- */

static double
up_seconds(const struct sight *sight)
{
	int64_t up = wf_clock_now(&sight->call->daemon->clock).boot_us -
		     sight->health.figures.started_boot_us;

	return up > 0 ? (double)up / (double)US_PER_S : 0;
}

/* How long something is ago; below 0, so that it is left out: it never was. */
static double
age_seconds(const struct sight *sight, int64_t then_us)
{
	const int64_t age_us = wf_clock_now(&sight->call->daemon->clock).wall_us - then_us;

	if (then_us == 0)
		return -1;
	return age_us > 0 ? (double)age_us / (double)US_PER_S : 0;
}

#define METRIC(name, value)                                             \
	static double name(const struct sight *sight)                   \
	{                                                               \
		return (double)(value);                                 \
	}
METRIC(metric_accepted, sight->health.figures.accepted)
METRIC(metric_rejected, sight->health.figures.rejected)
METRIC(metric_unavailable, sight->health.figures.unavailable)
METRIC(metric_refused_early, sight->health.figures.refused_early)
METRIC(metric_open, sight->health.figures.transactions_open)
METRIC(metric_queue, sight->health.figures.workers_queued)
METRIC(metric_connections, sight->health.figures.connections)
METRIC(metric_accounts, sight->health.counts.accounts)
METRIC(metric_locked, sight->health.counts.locked)
METRIC(metric_duties, sight->health.duties_overdue)
METRIC(metric_rows, sight->health.counts.audit_rows)
METRIC(metric_alerts, sight->health.alerts.waiting)
METRIC(metric_streams, sight->health.streams.late)
METRIC(metric_backlog, sight->health.streams.oldest_us == 0
			       ? 0
			       : age_seconds(sight, sight->health.streams.oldest_us))
METRIC(metric_backup, age_seconds(sight, sight->health.figures.copies.newest_us))
METRIC(metric_drill, age_seconds(sight, sight->health.drilled_us))
METRIC(metric_findings, sight->health.counts.incidents)
METRIC(metric_drift, sight->health.configuration.differ)
METRIC(metric_commits, sight->health.counts.commits)
METRIC(metric_store_bytes, sight->health.counts.bytes)
METRIC(metric_disk_free, sight->health.disk_free < 0 ? 0 : sight->health.disk_free)
METRIC(metric_suspect, sight->health.clock_suspect)
METRIC(metric_synchronised, sight->health.clock_synchronised)
METRIC(metric_slowest_hash, sight->health.figures.slowest_hash_ms / 1000.0)

static const struct metric {
	const char *name;
	const char *type; /* counter: its sample has the suffix _total */
	const char *help;
	double (*value)(const struct sight *sight); /* below 0: there is nothing to tell */
} metrics[] = {
	{"warifu_logins_accepted", "counter", "Logins accepted since the start.", metric_accepted},
	{"warifu_logins_rejected", "counter", "Logins rejected since the start.", metric_rejected},
	{"warifu_logins_unavailable", "counter",
		"Logins that could not be decided since the start.", metric_unavailable},
	{"warifu_logins_refused_early", "counter", "Attempts refused unevaluated since the start.",
		metric_refused_early},
	{"warifu_transactions_open", "gauge", "Logins under way.", metric_open},
	{"warifu_queue_jobs", "gauge", "Jobs that wait for a worker.", metric_queue},
	{"warifu_connections", "gauge", "Connections to the daemon.", metric_connections},
	{"warifu_accounts", "gauge", "Accounts.", metric_accounts},
	{"warifu_accounts_locked", "gauge", "Accounts that are locked now.", metric_locked},
	{"warifu_duties_overdue", "gauge", "Duties that are overdue.", metric_duties},
	{"warifu_audit_rows", "gauge", "Rows of the log.", metric_rows},
	{"warifu_alerts_waiting", "gauge",
		"Findings that somebody is still to be told of, times the ways.", metric_alerts},
	{"warifu_streams_late", "gauge",
		"Streams of the log for which rows have waited for more than ten minutes.",
		metric_streams},
	{"warifu_streams_backlog_seconds", "gauge",
		"Age of the oldest row that waits for a stream of the log.", metric_backlog},
	{"warifu_findings_open", "gauge", "Findings that nobody has decided on.", metric_findings},
	{"warifu_config_differ", "gauge", "Settings that are not as they were approved.",
		metric_drift},
	{"warifu_backup_age_seconds", "gauge",
		"Age of the last good backup that the daemon made; left out where there is none.",
		metric_backup},
	{"warifu_restore_drill_age_seconds", "gauge",
		"Time since a restore was last tried out; left out where none was.", metric_drill},
	{"warifu_store_commits", "counter", "Commits of the store since the start.",
		metric_commits},
	{"warifu_store_bytes", "gauge", "Size of the store.", metric_store_bytes},
	{"warifu_disk_free_bytes", "gauge", "Room on the disk of the store.", metric_disk_free},
	{"warifu_clock_suspect", "gauge",
		"1 when codes by time are not accepted because the clock jumped.", metric_suspect},
	{"warifu_clock_synchronised", "gauge",
		"1 when the kernel says that the clock is synchronised.", metric_synchronised},
	{"warifu_slowest_hash_seconds", "gauge", "Slowest password check seen lately.",
		metric_slowest_hash},
	{"warifu_uptime_seconds", "gauge", "Time since the start.", up_seconds},
};

static wf_status
line(struct act_call *call, const char *text)
{
	return act_row_out(call, &text, 1);
}

static wf_status
send_metric(const struct sight *sight, const struct metric *metric)
{
	const bool counter = strcmp(metric->type, "counter") == 0;
	const double value = metric->value(sight);
	char text[256];
	wf_status status;

	if (value < 0)
		return WF_OK;
	(void)snprintf(text, sizeof(text), "# TYPE %s %s", metric->name, metric->type);
	status = line(sight->call, text);
	(void)snprintf(text, sizeof(text), "# HELP %s %s", metric->name, metric->help);
	if (status == WF_OK)
		status = line(sight->call, text);
	(void)snprintf(text, sizeof(text), "%s%s %.15g", metric->name, counter ? "_total" : "",
		value);
	return status == WF_OK ? line(sight->call, text) : status;
}

wf_status
act_metrics(struct act_call *call)
{
	static const char *const columns[] = {"line"};
	struct sight sight;
	wf_status status = look(call, &sight);

	if (status == WF_OK)
		status = act_head(call, columns, COUNT_OF(columns));
	for (size_t i = 0; status == WF_OK && i < COUNT_OF(metrics); i++)
		status = send_metric(&sight, &metrics[i]);
	return status;
}
