/* Throttle keys of an attempt, and the source's weight. */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "authd/account/lane_key.h"
#include "authd/account/lane_limit.h"
#include "authd/engine/internal.h"

/* Sources that many honest people share are not slowed; nor is what has no remote address. */
static bool
source_counts(const struct policy *policy, const struct wf_source *source)
{
	if (!source->remote)
		return false;
	for (size_t i = 0; i < policy->nshared; i++)
		if (wf_network_contains(&policy->shared[i], source))
			return false;
	return true;
}

/*
 * The text that is counted.  A shadow's begins with a character that no name has, so what is tried
 * in vain on an account from where it can never log in does not lock it where it can.
 */
static void
lane_text(
	const struct asker *asker, enum throttle_lane lane, bool shadow, char *text_r, size_t size)
{
	const char *text = lane == LANE_SOURCE ? asker->source.text : asker->user;

	snprintf(text_r, size, "%s%s", shadow && lane != LANE_SOURCE ? "\n" : "", text);
}

/* The keys belong to name, source and shadow: what else is asked for is computed anew. */
static wf_status
lane_keys_fill(struct engine *engine, struct asker *asker, bool shadow)
{
	struct lane_keys fresh = {.filled = true, .shadow = shadow};
	struct lane_keys *known = &asker->lane_keys;

	if (known->filled && known->shadow == shadow &&
		strcmp(known->source, asker->source.text) == 0)
		return WF_OK;
	memcpy(fresh.source, asker->source.text, sizeof(fresh.source));
	for (size_t i = 0; i < LANE_COUNT; i++) {
		char text[WF_NAME_MAX + 2];
		wf_status status;

		lane_text(asker, (enum throttle_lane)i, shadow, text, sizeof(text));
		status = account_lane_key(engine->keys, (enum throttle_lane)i, text, fresh.keys[i]);
		if (status != WF_OK)
			return status;
	}
	*known = fresh;
	return WF_OK;
}

wf_status
lanes_fill(struct engine *engine, struct asker *asker, bool shadow, struct store_lanes *lanes_r)
{
	const struct policy *policy = &engine->config->policy;
	struct store_lanes lanes = {
		.n = source_counts(policy, &asker->source) ? LANE_COUNT : LANE_SOURCE};
	wf_status status = lane_keys_fill(engine, asker, shadow);

	if (status != WF_OK)
		return status;
	for (size_t i = 0; i < lanes.n; i++) {
		memcpy(lanes.states[i].key, asker->lane_keys.keys[i], THROTTLE_KEY_LEN);
		lanes.states[i].lane = (enum throttle_lane)i;
		account_lane_limit(policy, (enum throttle_lane)i, asker->kind, &lanes.limits[i]);
	}
	*lanes_r = lanes;
	return WF_OK;
}

/* What a machine has of its own is another place on each; none where its name is too long. */
static void
place_within(const struct asker *asker, const char *text, char place_r[WF_SOURCE_MAX])
{
	int len = snprintf(place_r, WF_SOURCE_MAX, "%s%s%s", text,
		asker->host[0] != '\0' ? "@" : "", asker->host);

	if (len >= WF_SOURCE_MAX)
		place_r[0] = '\0';
}

/*
 * A place that can be known again: the console, an address (of IPv6 the network: one subscriber has
 * all of a /64), a user of this machine.  What a gateway or a terminal cannot tell is none, since
 * everybody would come from there.
 */
static void
place_of(const struct asker *asker, char place_r[WF_SOURCE_MAX])
{
	const char *text = asker->source.text;
	struct in6_addr v6;

	place_r[0] = '\0';
	if (asker->zone == ZONE_CONSOLE) {
		place_within(asker, "console", place_r);
	} else if (asker->source.remote && inet_pton(AF_INET6, text, &v6) == 1) {
		memset(v6.s6_addr + 8, 0, 8);
		(void)inet_ntop(AF_INET6, &v6, place_r, WF_SOURCE_MAX);
	} else if (asker->source.remote && strncmp(text, "name:", 5) != 0) {
		(void)snprintf(place_r, WF_SOURCE_MAX, "%s", text);
	} else if (strncmp(text, "local:uid", 9) == 0) {
		place_within(asker, text, place_r);
	}
}

void
lanes_divide(const struct engine *engine, const struct asker *asker, bool shadow,
	struct store_admission *admission)
{
	for (int kind = 0; kind < ACCOUNT_KINDS; kind++)
		account_lane_limit(&engine->config->policy, LANE_ACCOUNT, (enum account_kind)kind,
				   &admission->by_kind[kind]);
	if (shadow)
		return;
	/* who is root behind a relay says of anybody that he sits there */
	admission->console = asker->zone == ZONE_CONSOLE && asker->host[0] == '\0';
	place_of(asker, admission->place);
}

static size_t
recent_slot(const uint8_t *source)
{
	return ((size_t)source[8] << 8 | source[9]) % RECENT_FAILURES;
}

uint32_t
source_weight(const struct engine *engine, const struct store_lanes *lanes)
{
	const struct recent_failure *recent;
	const uint8_t *source;

	if (lanes->n <= LANE_SOURCE)
		return 0;
	source = lanes->states[LANE_SOURCE].key;
	recent = &engine->recent[recent_slot(source)];
	return wf_mem_equal(recent->source, source, sizeof(recent->source)) &&
			       !wf_mem_equal(recent->name, lanes->states[LANE_ACCOUNT].key,
				       sizeof(recent->name))
		       ? 3
		       : 1;
}

void
source_failed(struct engine *engine, const struct store_lanes *lanes)
{
	struct recent_failure *recent;
	const uint8_t *source;

	if (lanes->n <= LANE_SOURCE)
		return;
	source = lanes->states[LANE_SOURCE].key;
	recent = &engine->recent[recent_slot(source)];
	memcpy(recent->source, source, sizeof(recent->source));
	memcpy(recent->name, lanes->states[LANE_ACCOUNT].key, sizeof(recent->name));
}
