/* A cursor without a follower. */
#include "config.h"

#include "authd/record/place.h"

#include <stdio.h>
#include <string.h>

wf_status
place_read(struct place *place)
{
	struct store_view *view = &place->job.u.view;
	struct store_cursor cursor = {.seq = 0};
	wf_status status;

	if (place->known)
		return WF_OK;
	store_job_init(&place->job, STORE_VIEW);
	view->kind = VIEW_CURSORS;
	view->limit = 1;
	view->cursors = &cursor;
	memcpy(view->user, place->name, sizeof(place->name));
	status = store_run(place->store, &place->job);
	if (status != WF_OK)
		return status;
	place->at = cursor.seq;
	memcpy(place->why, cursor.why, sizeof(place->why));
	place->known = true;
	return WF_OK;
}

void
place_effect(const struct place *place, uint64_t to, const char *why, struct effect *effect_r)
{
	*effect_r = (struct effect){.kind = EFFECT_CURSOR,
		.value = (int64_t)place->at,
		.value2 = (int64_t)to};
	(void)snprintf(effect_r->text, sizeof(effect_r->text), "%s", place->name);
	(void)snprintf(effect_r->text2, sizeof(effect_r->text2), "%s", why);
}

void
place_moved(struct place *place, wf_status status, const struct effect *effect)
{
	place->known = status == WF_OK;
	if (status != WF_OK)
		return;
	place->at = (uint64_t)effect->value2;
	memcpy(place->why, effect->text2, sizeof(place->why));
}

wf_status
place_write(struct place *place, uint64_t to, const char *why)
{
	struct effect effect;
	wf_status status;

	place_effect(place, to, why, &effect);
	store_job_init(&place->job, STORE_ADMIN);
	place->job.u.admin.effects = &effect;
	place->job.u.admin.neffects = 1;
	status = store_run(place->store, &place->job);
	place_moved(place, status, &effect);
	return status;
}
