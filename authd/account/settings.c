/* The configuration in effect, its baseline and its drift: see settings.h; and the three acts. */
#include "config.h"

#include "authd/account/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "authd/account/doctor.h"

#define PAGE 8 /* settings that differ, of one look at the store */

wf_status
settings_of(const struct config *config, struct settings *settings_r)
{
	struct settings settings;
	wf_status status = config_effective(config, &settings.effective);

	if (status != WF_OK)
		return status;
	status = digest_bytes(settings.effective.text, settings.effective.len, settings.sha256);
	if (status == WF_OK)
		*settings_r = settings;
	else
		config_effective_clear(&settings.effective);
	return status;
}

void
settings_clear(struct settings *settings)
{
	config_effective_clear(&settings->effective);
}

/* --- what the store knows --- */

static wf_status
read_configuration(struct store *store, struct store_configuration *configuration_r,
	char cause_r[STORE_CAUSE_MAX])
{
	struct store_job job = {.kind = STORE_VIEW};
	wf_status status;

	job.u.view = (struct store_view){
		.kind = VIEW_CONFIGURATION, .result = -1, .configuration = configuration_r};
	status = store_run(store, &job);
	if (status != WF_OK)
		memcpy(cause_r, job.cause, STORE_CAUSE_MAX);
	return status;
}

wf_status
settings_read(struct act_call *call, struct store_configuration *configuration_r)
{
	char cause[STORE_CAUSE_MAX];
	wf_status status = read_configuration(call->daemon->store, configuration_r, cause);

	return status == WF_OK ? WF_OK : act_say_store(call, status, cause);
}

/* Settings that differ, the next ones behind `after`. */
static wf_status
read_drift(struct store *store, const char *after, struct store_setting page_r[PAGE], size_t *n_r)
{
	struct store_job job = {.kind = STORE_VIEW};
	wf_status status;

	job.u.view = (struct store_view){.kind = VIEW_DRIFT,
		.result = -1,
		.subject = after,
		.limit = PAGE,
		.settings = page_r};
	status = store_run(store, &job);
	if (status == WF_OK)
		*n_r = job.u.view.n;
	return status;
}

/* --- rows of a load --- */

/* What the rows of one load are made from. */
struct noting {
	struct store *store;
	const struct config *config;
	const struct wf_clock *clock;
	const struct settings_load *load;
};

static wf_status
write_row(const struct noting *noting, struct effect *effect, enum audit_class class,
	const char *event, const char *detail)
{
	struct store_job job = {.kind = STORE_ADMIN};
	struct audit_row row;

	audit_own_row(&row, class, event, noting->config->node,
		wf_clock_now(noting->clock).wall_us);
	row.result = class == AUDIT_FINDING ? AUDIT_FAILURE : AUDIT_SUCCESS;
	AUDIT_TEXT(row.operator_name, noting->load->by);
	AUDIT_TEXT(row.detail, detail);
	job.u.admin = (struct store_admin){
		.effects = effect, .neffects = 1, .rows = &row, .nrows = 1};
	return store_run(noting->store, &job);
}

static wf_status
record(const struct noting *noting, const struct settings *settings)
{
	const struct settings_load *load = noting->load;
	const struct store_loaded loaded = {.list = settings->effective.list,
		.n = settings->effective.n,
		.sha256 = settings->sha256};
	struct effect effect = {.kind = EFFECT_CONFIGURATION, .loaded = &loaded};
	char detail[sizeof(((struct audit_row *)0)->detail)];

	(void)snprintf(detail, sizeof(detail), "%s, sha256 %s, settings %zu", load->cause,
		settings->sha256, settings->effective.n);
	(void)snprintf(effect.text2, sizeof(effect.text2), "%.*s", (int)sizeof(effect.text2) - 1,
		load->by);
	return write_row(noting, &effect, AUDIT_SYSTEM, "config.load", detail);
}

static const char *
shown(const char *value)
{
	return value[0] == '\0' ? "(not there)" : value;
}

/* As many of them as fit; the row says how many there are, `config drift` has all. */
static void
put_drift(const struct store_configuration *now, const struct store_setting *page, size_t n,
	char *text_r, size_t size)
{
	size_t len = (size_t)snprintf(text_r, size,
		"sha256 %s, not %s as approved in row %" PRIu64 "; %" PRIu64 " differ", now->sha256,
		now->baseline, now->baseline_seq, now->differ);

	for (size_t i = 0; i < n && len < size; i++)
		len += (size_t)snprintf(text_r + len, size - len, "%s %s: %s -> %s",
			i == 0 ? ":" : ";", page[i].name, shown(page[i].baseline),
			shown(page[i].value));
}

static bool
is_untold(const struct store_configuration *now)
{
	return now->baseline[0] != '\0' && !now->told && strcmp(now->baseline, now->sha256) != 0;
}

static wf_status
tell_drift(const struct noting *noting)
{
	struct effect effect = {.kind = EFFECT_DRIFT_TOLD};
	char cause[STORE_CAUSE_MAX], detail[sizeof(((struct audit_row *)0)->detail)];
	struct store_configuration now;
	struct store_setting page[PAGE];
	size_t n = 0;
	wf_status status = read_configuration(noting->store, &now, cause);

	if (status == WF_OK && is_untold(&now))
		status = read_drift(noting->store, "", page, &n);
	if (status != WF_OK || !is_untold(&now))
		return status;
	put_drift(&now, page, n, detail, sizeof(detail));
	(void)snprintf(effect.text2, sizeof(effect.text2), "%s", now.sha256);
	status = write_row(noting, &effect, AUDIT_FINDING, "config.drift", detail);
	/* approved, or told, by somebody else meanwhile */
	return status == WF_CONFLICT ? WF_OK : status;
}

wf_status
settings_note(struct store *store, const struct config *config, const struct wf_clock *clock,
	struct settings_load *load)
{
	const struct noting noting = {
		.store = store, .config = config, .clock = clock, .load = load};
	struct settings settings;
	wf_status status = load->recorded ? WF_OK : settings_of(config, &settings);

	if (status == WF_OK && !load->recorded) {
		status = record(&noting, &settings);
		load->recorded = status == WF_OK;
		settings_clear(&settings);
	}
	return status == WF_OK ? tell_drift(&noting) : status;
}

/* --- the acts --- */

static wf_status
no_settings(struct act_call *call, wf_status status)
{
	return act_say(call, status, "%s", _(wf_status_text(status)));
}

wf_status
act_config_export(struct act_call *call)
{
	static const char *const columns[] = {"setting", "value"};
	struct settings settings;
	wf_status status = settings_of(call->daemon->config, &settings);

	if (status != WF_OK)
		return no_settings(call, status);
	status = act_head(call, columns, COUNT_OF(columns));
	for (size_t i = 0; status == WF_OK && i < settings.effective.n; i++) {
		const char *cells[] = {
			settings.effective.list[i].name, settings.effective.list[i].value};

		status = act_row_out(call, cells, COUNT_OF(cells));
	}
	if (status == WF_OK)
		act_say_text(call, _("%zu settings, SHA-256 %s"), settings.effective.n,
			settings.sha256);
	settings_clear(&settings);
	return status;
}

static wf_status
approve(struct act_call *call, const struct settings *settings)
{
	const char *note = act_arg(call, "note") == NULL ? "" : act_arg(call, "note");
	struct act_change change;
	struct effect *effect;
	wf_status status;

	act_change_init(call, &change, "", "sha256 %s, settings %zu%s%s", settings->sha256,
		settings->effective.n, note[0] == '\0' ? "" : "; note: ", note);
	effect = act_change_add(&change, EFFECT_BASELINE, 0);
	(void)snprintf(effect->text2, sizeof(effect->text2), "%s", settings->sha256);
	effect->blob_len = strlen(call->operator_name);
	memcpy(effect->blob, call->operator_name, effect->blob_len);
	effect->line = note;
	status = act_commit(call, &change);
	if (status == WF_CONFLICT)
		return act_say(call, status, "%s",
			_("This configuration has only just been loaded and is not in the log yet: "
			  "try again in a moment."));
	return status != WF_OK ? status
			       : act_say(call, WF_OK,
					 _("Approved: %zu settings, SHA-256 %s. From now on "
					   "'warifu config drift' says what differs from it."),
					 settings->effective.n, settings->sha256);
}

wf_status
act_config_baseline(struct act_call *call)
{
	struct settings settings;
	wf_status status = settings_of(call->daemon->config, &settings);

	if (status != WF_OK)
		return no_settings(call, status);
	status = approve(call, &settings);
	settings_clear(&settings);
	return status;
}

static wf_status
send_setting(struct act_call *call, const struct store_setting *setting)
{
	char since[ACT_NUMBER_SIZE], row[ACT_NUMBER_SIZE];
	const char *cells[] = {setting->name, setting->baseline, setting->value,
		act_moment_text(setting->since_us, since),
		act_number_text((int64_t)setting->since_seq, row)};

	return act_row_out(call, cells, COUNT_OF(cells));
}

static wf_status
send_drift(struct act_call *call)
{
	struct store_setting page[PAGE];
	char after[SETTING_NAME_SIZE] = "";
	size_t n = PAGE;
	wf_status status = WF_OK;

	while (status == WF_OK && n == PAGE) {
		status = read_drift(call->daemon->store, after, page, &n);
		if (status != WF_OK)
			return act_say_store(call, status, NULL);
		for (size_t i = 0; status == WF_OK && i < n; i++)
			status = send_setting(call, &page[i]);
		if (n > 0)
			(void)snprintf(after, sizeof(after), "%s", page[n - 1].name);
	}
	return status;
}

/* --- whether what the store says of it is what was written --- */

/* A row of the log, and the hash that it has to begin with. */
struct approval {
	uint64_t seq;
	char begin[SETTINGS_HASH_SIZE + 8];
	bool differs;
};

static wf_status
visit_approval(void *ctx, const struct store_audit_entry *entry)
{
	struct approval *approval = ctx;
	struct audit_row row;

	if (entry->seq == approval->seq &&
		audit_row_decode(entry->encoded, entry->encoded_len, &row) == WF_OK)
		approval->differs =
			strncmp(row.detail, approval->begin, strlen(approval->begin)) != 0;
	return WF_NO;
}

/* The row of the approval cannot be changed unseen; it may have expired. */
static wf_status
look_at_approval(struct act_call *call, const struct store_configuration *now, bool *differs_r)
{
	const struct store_view view = {.result = -1, .after = now->baseline_seq - 1};
	struct approval approval = {.seq = now->baseline_seq};
	wf_status status;

	(void)snprintf(approval.begin, sizeof(approval.begin), "sha256 %s", now->baseline);
	status = act_each_row(call, &view, visit_approval, &approval);
	if (status == WF_OK)
		*differs_r = approval.differs;
	return status;
}

static wf_status
look_at_hashes(struct act_call *call, const struct store_configuration *now)
{
	struct settings settings;
	bool differs = false, runs;
	wf_status status = settings_of(call->daemon->config, &settings);

	if (status != WF_OK)
		return no_settings(call, status);
	runs = strcmp(settings.sha256, now->sha256) == 0;
	settings_clear(&settings);
	if (!runs)
		return act_say(call, WF_CONFLICT, "%s",
			_("The daemon runs with another configuration than the store says: it has "
			  "only just been loaded, or the store was changed."));
	status = look_at_approval(call, now, &differs);
	if (status != WF_OK)
		return status;
	if (!differs && strcmp(now->baseline, now->sha256) == 0)
		return WF_OK;
	return act_say(call, WF_NO, _("No setting differs in the store, but the configuration is "
				      "not the one that row %llu approves: the store was changed."),
		(unsigned long long)now->baseline_seq);
}

/* That all is as approved is WF_OK, anything else a sentence and another status. */
wf_status
act_config_drift(struct act_call *call)
{
	static const char *const columns[] = {
		"setting", "baseline", "value", "since:time", "row:number"};
	struct store_configuration now;
	char time[ACT_TIME_SIZE];
	wf_status status = settings_read(call, &now);

	if (status != WF_OK)
		return status;
	if (now.baseline[0] == '\0')
		return act_say(call, WF_NOT_FOUND, "%s",
			_("No configuration has been approved yet: look at 'warifu config export', "
			  "then run 'warifu config baseline'."));
	status = act_head(call, columns, COUNT_OF(columns));
	if (status == WF_OK && now.differ > 0)
		status = send_drift(call);
	if (status != WF_OK)
		return status;
	(void)act_time(now.baseline_us, time);
	if (now.differ == 0)
		status = look_at_hashes(call, &now);
	if (status != WF_OK)
		return status;
	if (now.differ == 0)
		return act_say(call, WF_OK, _("The configuration is as %s approved it on %s."),
			now.baseline_by, time);
	return act_say(call, WF_NO,
		_("Settings that are not as %s approved them on %s: %llu. Set them back, or "
		  "approve them with 'warifu config baseline'."),
		now.baseline_by, time, (unsigned long long)now.differ);
}

/* --- the doctor --- */

enum level
doctor_baseline(struct report *report)
{
	const struct store_configuration *now = &report->health.configuration;

	if (now->baseline[0] == '\0')
		return TELL(report, OK, "%s",
			_("No configuration has been approved, so nobody can tell what has "
			  "changed: run 'warifu config baseline'."));
	if (now->differ == 0 && strcmp(now->baseline, now->sha256) != 0)
		return TELL(report, BAD, "%s",
			_("No setting differs in the store, but the configuration is not the "
			  "approved one. See 'warifu config drift'."));
	if (now->differ > 0)
		return TELL(report, WARN,
			_("Settings that are not as approved on %s: %llu. See 'warifu config "
			  "drift'."),
			act_time(now->baseline_us, report->time),
			(unsigned long long)now->differ);
	return TELL(report, OK, _("The configuration is as approved on %s."),
		act_time(now->baseline_us, report->time));
}
