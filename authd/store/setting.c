/*
 * The configuration in effect, as it was last recorded: each setting with its value, since which
 * row it has had it, and the value that somebody has approved (the baseline).  Neither value of a
 * setting that is not there is empty, so "" says that it is not there.  What settings mean is known
 * to authd/config alone.
 */
#include "config.h"

#include <string.h>

#include "authd/store/internal.h"

/* --- what is in effect --- */

static wf_status
put_setting(struct writer *w, const struct setting *setting, int64_t seq)
{
	struct sql q = sql_start(&w->conn, SQL_CONFIG_SETTING_PUT);

	if (setting->name[0] == '\0' || setting->value[0] == '\0')
		return WF_INVALID;
	sql_put_text(&q, setting->name);
	sql_put_text(&q, setting->value);
	sql_put_int(&q, seq);
	sql_put_int(&q, w->now.wall_us);
	return sql_run(&q, NULL);
}

/* What this load has not seen is not there any more. */
static wf_status
end_others(struct writer *w, int64_t seq)
{
	struct sql q = sql_start(&w->conn, SQL_CONFIG_SETTING_GONE);
	wf_status status;

	sql_put_int(&q, seq);
	sql_put_int(&q, w->now.wall_us);
	status = sql_run(&q, NULL);
	return status == WF_OK ? sql_simple(&w->conn, SQL_CONFIG_SETTING_FORGET) : status;
}

static wf_status
put_all(struct writer *w, const struct store_loaded *loaded, int64_t seq)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < loaded->n; i++)
		status = put_setting(w, &loaded->list[i], seq);
	return status == WF_OK ? end_others(w, seq) : status;
}

/* Whether it is the one that is recorded already, so that no setting has changed. */
static wf_status
is_recorded(struct writer *w, const char *sha256, bool *yes_r)
{
	char recorded[SETTINGS_HASH_SIZE] = "";
	struct sql q = sql_start(&w->conn, SQL_CONFIGURATION_HASH);
	wf_status status = sql_next(&q);

	if (status == WF_OK) {
		sql_get_text(&q, recorded, sizeof(recorded));
		status = sql_end(&q);
	}
	if (status != WF_OK && status != WF_NOT_FOUND)
		return status;
	*yes_r = strcmp(recorded, sha256) == 0;
	return WF_OK;
}

wf_status
effect_configuration(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	const struct store_loaded *loaded = effect->loaded;
	const int64_t seq = (int64_t)w->work.head.seq + 1 + effect->value;
	bool recorded = false;
	struct sql q;
	wf_status status;

	(void)result;
	if (loaded == NULL || effect->value < 0 || loaded->sha256[0] == '\0')
		return WF_INVALID;
	status = is_recorded(w, loaded->sha256, &recorded);
	if (status != WF_OK)
		return status;
	q = sql_start(&w->conn, SQL_CONFIGURATION_LOAD);
	sql_put_text(&q, loaded->sha256);
	sql_put_int(&q, seq);
	sql_put_int(&q, w->now.wall_us);
	sql_put_text(&q, effect->text2);
	status = sql_run(&q, NULL);
	return status != WF_OK || recorded ? status : put_all(w, loaded, seq);
}

/* --- what is approved --- */

wf_status
effect_baseline(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	char by[STORE_BY_SIZE] = "";
	struct sql q = sql_start(&w->conn, SQL_BASELINE_SET);
	int64_t changed = 0;
	wf_status status;

	(void)result;
	if (effect->blob_len >= sizeof(by) || effect->line == NULL || effect->value < 0)
		return WF_INVALID;
	memcpy(by, effect->blob, effect->blob_len);
	sql_put_text(&q, effect->text2);
	sql_put_int(&q, (int64_t)w->work.head.seq + 1 + effect->value);
	sql_put_int(&q, w->now.wall_us);
	sql_put_text(&q, by);
	sql_put_text(&q, effect->line);
	status = sql_run(&q, &changed);
	if (status != WF_OK || changed != 1)
		return status == WF_OK ? WF_CONFLICT : status;
	status = sql_simple(&w->conn, SQL_CONFIG_SETTING_APPROVE);
	return status == WF_OK ? sql_simple(&w->conn, SQL_CONFIG_SETTING_FORGET) : status;
}

/* That what is in effect is not what is approved is told once, as long as neither changes. */
wf_status
effect_drift_told(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_DRIFT_TOLD);
	int64_t changed = 0;
	wf_status status;

	(void)result;
	sql_put_text(&q, effect->text2);
	status = sql_run(&q, &changed);
	return status == WF_OK && changed != 1 ? WF_CONFLICT : status;
}

/* --- views --- */

wf_status
view_configuration(struct reader *r, struct store_view *view)
{
	struct sql q = sql_start(&r->conn, SQL_VIEW_CONFIGURATION);
	struct store_configuration *one = view->configuration;
	wf_status status = sql_next(&q);

	*one = (struct store_configuration){.differ = 0};
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	sql_get_text(&q, one->sha256, sizeof(one->sha256));
	one->seq = (uint64_t)sql_get_int(&q);
	one->loaded_us = sql_get_int(&q);
	sql_get_text(&q, one->loaded_by, sizeof(one->loaded_by));
	sql_get_text(&q, one->baseline, sizeof(one->baseline));
	one->baseline_seq = (uint64_t)sql_get_int(&q);
	one->baseline_us = sql_get_int(&q);
	sql_get_text(&q, one->baseline_by, sizeof(one->baseline_by));
	sql_get_text(&q, one->note, sizeof(one->note));
	one->told = sql_get_int(&q) != 0;
	one->differ = (uint64_t)sql_get_int(&q);
	view->n = 1;
	return sql_end(&q);
}

wf_status
view_drift(struct reader *r, struct store_view *view)
{
	struct sql q = sql_start(&r->conn, SQL_VIEW_DRIFT);
	size_t n = 0;
	wf_status status;

	sql_put_text(&q, view->subject == NULL ? "" : view->subject);
	sql_put_int(&q, (int64_t)view->limit);
	while ((status = sql_next(&q)) == WF_OK) {
		struct store_setting *one = &view->settings[n++];

		sql_get_text(&q, one->name, sizeof(one->name));
		sql_get_text(&q, one->value, sizeof(one->value));
		sql_get_text(&q, one->baseline, sizeof(one->baseline));
		one->since_seq = (uint64_t)sql_get_int(&q);
		one->since_us = sql_get_int(&q);
	}
	if (status != WF_NOT_FOUND)
		return status;
	view->n = n;
	return sql_end(&q);
}
