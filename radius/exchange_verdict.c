/*
 * How an exchange ends: the daemon's answer becomes a reply, or none. There is one place that
 * makes an Access-Accept, and it needs a RESULT with the verdict ACCEPT to a login that was asked
 * for.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "radius/exchange_internal.h"

#define TEXT_MAX 1025

/* Makes the bytes in exchanges->frame. */
static wf_status
encode(struct exchanges *exchanges, const struct client *client, const struct route *route,
	const struct packet *packet, const struct answer *answer)
{
	const struct binding binding = exchange_binding(exchanges, client, route);

	wf_buf_cut(&exchanges->frame, 0);
	return answer_encode(answer, &binding, packet, &exchanges->frame);
}

static void
send_frame(struct exchanges *exchanges, const struct client *client, const struct route *route)
{
	if (!route->ops->send(route, exchanges->frame.data, exchanges->frame.len))
		exchange_count(exchanges, client, STATS_SEND);
}

void
exchange_reply_now(const struct arrival *arrival, const struct answer *answer)
{
	struct exchanges *exchanges = arrival->exchanges;
	wf_status status = encode(
		exchanges, arrival->client, arrival->route, arrival->packet, answer);

	if (status == WF_OK && arrival->entry != NULL)
		status = duplicates_reply(exchanges->duplicates, arrival->entry, arrival->serial,
			exchanges->frame.data, exchanges->frame.len, arrival->now_us);
	if (status == WF_OK) {
		send_frame(exchanges, arrival->client, arrival->route);
		return;
	}
	exchange_count(exchanges, arrival->client, STATS_INTERNAL);
	if (status != WF_NO_MEMORY)
		exchange_forget(arrival);
}

void
exchange_reply(struct exchanges *exchanges, struct exchange *exchange, const struct answer *answer,
	size_t counter, int64_t now_us)
{
	struct packet packet;
	wf_status status = WF_INVALID;

	if (exchange_read(&exchange->route, exchange->bytes, exchange->len, &packet) == PACKET_FINE)
		status = encode(exchanges, exchange->client, &exchange->route, &packet, answer);
	if (status != WF_OK) {
		exchange_count(exchanges, exchange->client, STATS_INTERNAL);
		exchange_end(exchanges, &exchange, true);
		return;
	}
	/* Remembered first: what was sent and not remembered could be asked a second time. */
	if (exchange->entry != NULL)
		status = duplicates_reply(exchanges->duplicates, exchange->entry, exchange->serial,
			exchanges->frame.data, exchanges->frame.len, now_us);
	if (status == WF_NOT_FOUND) {
		exchange_count(exchanges, exchange->client, STATS_REPLACED);
	} else {
		exchange_count(exchanges, exchange->client, counter);
		send_frame(exchanges, exchange->client, &exchange->route);
	}
	exchange_end(exchanges, &exchange, false);
}

/* No reply (I4): the device asks again, or another server. */
static void
no_reply(struct exchanges *exchanges, struct exchange *exchange)
{
	exchange_count(exchanges, exchange->client, STATS_UNAVAILABLE);
	exchange_end(exchanges, &exchange, true);
}

/* Our own text for what the daemon names; "" for none. */
static void
text_of(const struct wf_msg *msg, char text_r[TEXT_MAX])
{
	uint64_t id = WF_TEXT_NONE;

	if (wf_msg_get_text(msg, WF_F_TEXT, 0, text_r, TEXT_MAX) != WF_OK)
		text_r[0] = '\0';
	if (text_r[0] == '\0' && wf_msg_get_uint(msg, WF_F_TEXT_ID, &id) == WF_OK &&
		id < WF_TEXT_COUNT)
		snprintf(text_r, TEXT_MAX, "%s", wf_text((enum wf_text_id)id, NULL));
}

static size_t
groups_of(const struct wf_msg *msg, char groups_r[CONFIG_GROUPS_MAX][CONFIG_GROUP_SIZE])
{
	size_t n = 0;

	for (size_t i = 0; i < wf_msg_count(msg, WF_F_GROUP) && n < CONFIG_GROUPS_MAX; i++)
		if (wf_msg_get_text(msg, WF_F_GROUP, i, groups_r[n], CONFIG_GROUP_SIZE) == WF_OK)
			n++;
	return n;
}

static void
accept_login(struct exchanges *exchanges, struct exchange *exchange, const struct wf_msg *msg,
	int64_t now_us)
{
	char groups[CONFIG_GROUPS_MAX][CONFIG_GROUP_SIZE], text[TEXT_MAX];
	struct answer answer = {
		.code = CODE_ACCESS_ACCEPT, .text = text, .attributes = exchanges->attributes};
	size_t ngroups = groups_of(msg, groups);

	text_of(msg, text);
	answer.nattributes = site_attributes(exchange->site, exchange->client,
		(const char(*)[CONFIG_GROUP_SIZE])groups, ngroups, exchanges->attributes,
		EXCHANGE_ATTRIBUTES_MAX);
	exchange_reply(exchanges, exchange, &answer, STATS_ACCEPTS, now_us);
}

static void
reject_login(struct exchanges *exchanges, struct exchange *exchange, const struct wf_msg *msg,
	int64_t now_us)
{
	char text[TEXT_MAX];
	const struct answer answer = {.code = CODE_ACCESS_REJECT, .text = text};

	text_of(msg, text);
	exchange_reply(exchanges, exchange, &answer, STATS_REJECTS, now_us);
}

/* What a login's verdict becomes; one that is not here gets no reply. */
static void (*const verdicts[WF_VERDICT_COUNT])(struct exchanges *exchanges,
	struct exchange *exchange, const struct wf_msg *msg, int64_t now_us) = {
	[WF_VERDICT_REJECT] = reject_login,
	[WF_VERDICT_ACCEPT] = accept_login,
	[WF_VERDICT_CHANGE] = reject_login,
	[WF_VERDICT_EXPIRED] = reject_login,
};

/* B2: only what is stored is acknowledged. */
static void
record_result(
	struct exchanges *exchanges, struct exchange *exchange, uint64_t verdict, int64_t now_us)
{
	const struct answer answer = {.code = CODE_ACCOUNTING_RESPONSE};

	if (verdict == WF_VERDICT_ACCEPT)
		exchange_reply(exchanges, exchange, &answer, STATS_RECORDED, now_us);
	else
		no_reply(exchanges, exchange);
}

static void
take_result(struct exchanges *exchanges, struct exchange *exchange, const struct wf_msg *msg,
	int64_t now_us)
{
	uint64_t verdict;

	if (wf_msg_get_uint(msg, WF_F_VERDICT, &verdict) != WF_OK || verdict >= WF_VERDICT_COUNT ||
		(!exchange->record && verdicts[verdict] == NULL))
		no_reply(exchanges, exchange);
	else if (exchange->record)
		record_result(exchanges, exchange, verdict, now_us);
	else
		verdicts[verdict](exchanges, exchange, msg, now_us);
}

/* A12; some products (ocserv, pam_radius) go on only with both a State and a text. */
static void
take_challenge(struct exchanges *exchanges, struct exchange *exchange, const struct wf_msg *msg,
	int64_t now_us)
{
	char state[WF_STATE_LEN + 1], text[TEXT_MAX];
	struct wf_prompt prompt;
	struct answer answer = {.code = CODE_ACCESS_CHALLENGE, .text = text, .state = state};

	if (exchange->record ||
		wf_msg_get_text(msg, WF_F_STATE, 0, state, sizeof(state)) != WF_OK ||
		wf_msg_get_prompt(msg, 0, &prompt) != WF_OK) {
		no_reply(exchanges, exchange);
		return;
	}
	text_of(msg, text);
	if (text[0] == '\0')
		snprintf(text, sizeof(text), "%s", wf_text(prompt.text, NULL));
	answer.echo = prompt.echo;
	answer.ttl_s = prompt.ttl_s;
	issued_add(exchanges->issued, (const uint8_t *)state, strlen(state), now_us);
	exchange_reply(exchanges, exchange, &answer, STATS_CHALLENGES, now_us);
}

void
exchanges_answer(struct exchanges *exchanges, const struct wf_msg *msg, int64_t now_us)
{
	struct exchange *exchange;
	uint64_t tag;

	if (wf_msg_get_uint(msg, WF_F_TAG, &tag) != WF_OK || tag == 0)
		return;
	exchange = exchanges->slots[tag % SLOTS];
	if (exchange == NULL || exchange->tag != tag)
		return; /* its client waits no more */
	if (exchange->until_us <= now_us) {
		exchange_count(exchanges, exchange->client, STATS_LATE);
		exchange_end(exchanges, &exchange, true);
	} else if (msg->type == WF_MSG_RESULT) {
		take_result(exchanges, exchange, msg, now_us);
	} else if (msg->type == WF_MSG_CHALLENGE) {
		take_challenge(exchanges, exchange, msg, now_us);
	}
}
