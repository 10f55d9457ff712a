/*
 * RADIUS, through libradcli behind the guard. One question goes to one server after the other
 * until one answers; those that were silent lately come last. The answer to a challenge goes to
 * the server that gave it, whose mark stands before its State.
 *
 * What the servers say comes from the bytes that the guard has verified, never from the library's
 * lists, which know no binary strings and forget attributes without a name.
 */
#include "config.h"

#include <radcli/radcli.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/egress/guard.h"
#include "authd/egress/reply_text.h"
#include "authd/egress/trade.h"

#define MARK_LEN 4
#define USER_MAX 253  /* octets of an attribute */
#define PROMPT_ECHO 1 /* RFC 2869, section 5.10 */
_Static_assert(MARK_LEN + ATTRIBUTE_VALUE_MAX <= WF_PEER_STATE_MAX, "a State fits behind a mark");

/* What the library must know to send it. */
static const char dictionary[] = "ATTRIBUTE User-Name 1 string\n"
				 "ATTRIBUTE User-Password 2 string\n"
				 "ATTRIBUTE NAS-IP-Address 4 ipaddr\n"
				 "ATTRIBUTE Service-Type 6 integer\n"
				 "ATTRIBUTE State 24 string\n"
				 "ATTRIBUTE Calling-Station-Id 31 string\n"
				 "ATTRIBUTE NAS-Identifier 32 string\n"
				 "ATTRIBUTE NAS-IPv6-Address 95 ipv6addr\n";

static wf_status
scratch_new(void **scratch_r)
{
	struct digest *digest;
	wf_status status = digest_new(&digest);

	if (status == WF_OK)
		*scratch_r = digest;
	return status;
}

static void
scratch_free(void **scratch)
{
	struct digest *digest = *scratch;

	digest_free(&digest);
	*scratch = NULL;
}

/* --- one server --- */

/* One exchange with one server. */
struct call {
	struct order *order;
	struct digest *digest;
	const struct config_listener *server;
	const uint8_t *state; /* without the mark */
	size_t state_len;
};

/* Of a State that this server has given. */
static wf_status
mark_of(struct digest *digest, const struct config_listener *server, uint8_t mark_r[MARK_LEN])
{
	const struct digest_part part = {server->text, strlen(server->text)};
	uint8_t hash[DIGEST_SHA256_LEN];
	wf_status status = digest_sha256(digest, &part, 1, hash);

	if (status == WF_OK)
		memcpy(mark_r, hash, MARK_LEN);
	return status;
}

/* Of this try; 0: no time is left, or nobody waits. */
static unsigned
seconds_left(const struct order *order)
{
	int64_t left_us = order->deadline_boot_us - wf_clock_now(&order->clock).boot_us;
	int64_t try_us = (int64_t)order->target->config->timeout_ms * 1000;

	if (left_us > try_us)
		left_us = try_us;
	return left_us <= 0 || *order->dropped ? 0 : (unsigned)((left_us + 999999) / 1000000);
}

static bool
add_option(rc_handle *handle, const char *name, const char *value)
{
	return rc_add_config(handle, name, value, NULL, 0) == 0;
}

/* NULL: no memory. */
static rc_handle *
handle_new(const struct call *call)
{
	rc_handle *handle = rc_new();
	char server[sizeof(call->server->text) + sizeof(GUARD_SECRET) + 1];
	char seconds[16], tries[16];

	if (handle == NULL)
		return NULL;
	handle = rc_config_init(handle); /* frees it when it fails */
	if (handle == NULL)
		return NULL;
	(void)snprintf(server, sizeof(server), "%s:" GUARD_SECRET, call->server->text);
	(void)snprintf(seconds, sizeof(seconds), "%u", seconds_left(call->order));
	(void)snprintf(tries, sizeof(tries), "%u", call->order->target->config->tries);
	if (rc_read_dictionary_from_buffer(handle, dictionary, sizeof(dictionary) - 1) == 0 &&
		add_option(handle, "authserver", server) &&
		add_option(handle, "radius_timeout", seconds) &&
		add_option(handle, "radius_retries", tries) && rc_apply_config(handle) == 0)
		return handle;
	rc_destroy(handle);
	return NULL;
}

static const char *
nas_of(const struct order *order)
{
	if (order->nas[0] != '\0')
		return order->nas;
	return order->target->config->nas[0] != '\0' ? order->target->config->nas
						     : order->target->node;
}

/* What does not fit into an attribute is cut: it says where somebody is, not who. */
static bool
add_text(rc_handle *handle, VALUE_PAIR **pairs, int attribute, const char *text)
{
	size_t len = strnlen(text, ATTRIBUTE_VALUE_MAX);

	return len == 0 || rc_avpair_add(handle, pairs, attribute, text, (int)len, 0) != NULL;
}

static bool
fill_in(rc_handle *handle, VALUE_PAIR **pairs, const struct call *call)
{
	const struct order *order = call->order;
	const uint32_t service = PW_AUTHENTICATE_ONLY;

	return add_text(handle, pairs, PW_USER_NAME, order->user) &&
	       add_text(handle, pairs, PW_USER_PASSWORD, GUARD_PASSWORD) &&
	       add_text(handle, pairs, PW_NAS_IDENTIFIER, nas_of(order)) &&
	       add_text(handle, pairs, PW_CALLING_STATION_ID, order->source) &&
	       rc_avpair_add(handle, pairs, PW_SERVICE_TYPE, &service, 0, 0) != NULL &&
	       (call->state_len == 0 || rc_avpair_add(handle, pairs, PW_STATE, call->state,
						(int)call->state_len, 0) != NULL);
}

static void
exchange(rc_handle *handle, const struct call *call, struct guard *guard)
{
	VALUE_PAIR *pairs = NULL, *received = NULL;

	if (fill_in(handle, &pairs, call)) {
		guard_enter(guard);
		/* Whatever it says: only what passed the guard counts. */
		(void)rc_aaa(handle, 0, pairs, &received, NULL, 0, PW_ACCESS_REQUEST);
		guard_leave(guard);
	}
	if (pairs != NULL)
		rc_avpair_free(pairs);
	if (received != NULL)
		rc_avpair_free(received);
}

/* --- what it says --- */

static wf_status
take_state(const struct call *call, const struct packet *answer, struct egress_reply *reply)
{
	const struct attribute *state = packet_next(answer, ATTR_STATE, NULL);
	wf_status status = mark_of(call->digest, call->server, reply->state);

	if (status != WF_OK)
		return status;
	reply->state_len = MARK_LEN;
	if (state == NULL)
		return WF_OK;
	memcpy(reply->state + MARK_LEN, state->value, state->len);
	reply->state_len += state->len;
	return WF_OK;
}

static void
take_text(const struct packet *answer, struct egress_reply *reply)
{
	const struct attribute *message = NULL;

	while ((message = packet_next(answer, ATTR_REPLY_MESSAGE, message)) != NULL)
		reply_text_add(reply->text, sizeof(reply->text), message->value, message->len);
}

static enum wf_outcome
outcome_of(uint8_t code)
{
	static const struct {
		uint8_t code;
		enum wf_outcome outcome;
	} outcomes[] = {
		{CODE_ACCESS_ACCEPT, WF_OUTCOME_ACCEPT},
		{CODE_ACCESS_REJECT, WF_OUTCOME_REJECT},
		{CODE_ACCESS_CHALLENGE, WF_OUTCOME_CHALLENGE},
	};

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (outcomes[i].code == code)
			return outcomes[i].outcome;
	return WF_OUTCOME_UNREACHABLE;
}

/* False: the mark could not be computed. */
static bool
take_answer(const struct call *call, const struct packet *answer)
{
	struct egress_reply reply = {.outcome = outcome_of(answer->code)};
	uint32_t prompt;

	(void)snprintf(reply.server, sizeof(reply.server), "%s", call->server->text);
	take_text(answer, &reply);
	if (reply.outcome == WF_OUTCOME_CHALLENGE) {
		reply.echo = packet_number(answer, ATTR_PROMPT, &prompt) && prompt == PROMPT_ECHO;
		if (take_state(call, answer, &reply) != WF_OK)
			return false;
	}
	call->order->reply = reply;
	return true;
}

static void
take_silence(const struct call *call, const struct guard *guard)
{
	static const char *const faults[] = {
		[ACCESS_FINE] = "",
		[ACCESS_FORM] = "what came was no answer",
		[ACCESS_ID] = "what came was the answer to something else",
		[ACCESS_AUTHENTICATOR] =
			"its answer was not made with the secret: is secret_file right?",
		[ACCESS_UNSIGNED] =
			"its answer had no Message-Authenticator (CVE-2024-3596)",
		[ACCESS_SIGNATURE] = "its answer's Message-Authenticator was wrong",
	};
	const char *what = "no answer";
	char cause[EGRESS_CAUSE_MAX];

	if (guard->unmade) {
		order_fail(call->order, WF_WHY_INTERNAL,
			"the question could not be made: no memory?");
		return;
	}
	if (guard->refused > 0)
		what = faults[guard->fault];
	else if (guard->error != 0)
		what = strerror(guard->error);
	(void)snprintf(cause, sizeof(cause), "%s: %s", call->server->text, what);
	order_fail(call->order, guard->refused > 0 ? WF_WHY_FORGED : WF_WHY_TIMEOUT, cause);
}

/* True with a verified answer; else the order says why there is none. */
static bool
ask_server(const struct call *call)
{
	const struct config_upstream *config = call->order->target->config;
	static const struct wf_secret empty = {.bytes = (uint8_t *)(uintptr_t) "", .len = 1};
	const struct wf_secret *answer = &call->order->answer;
	struct guard guard = {
		.binding = {.digest = call->digest, .secret = &call->order->target->secret},
		/* RFC 2865, section 5.2, has no shorter one: NULs, which are padding */
		.password = answer->len > 0 ? answer : &empty,
		.signed_only = config->message_authenticator == CLIENT_AUTHENTICATOR_REQUIRED,
		.tries = config->tries,
		.try_us = (int64_t)config->timeout_ms * 1000,
		.deadline_boot_us = call->order->deadline_boot_us,
		.dropped = call->order->dropped,
		.clock = call->order->clock,
	};
	rc_handle *handle = handle_new(call);

	if (handle == NULL) {
		order_fail(call->order, WF_WHY_INTERNAL, "libradcli cannot be set up: no memory?");
		return false;
	}
	exchange(handle, call, &guard);
	rc_destroy(handle);
	if (guard.answered && take_answer(call, &guard.answer))
		return true;
	take_silence(call, &guard);
	return false;
}

/* --- one after the other --- */

static void
ask_one(struct call *call, size_t i)
{
	call->server = &call->order->target->config->servers[i];
	if (ask_server(call))
		order_note_silence(call->order, i, false);
	else if (call->order->reply.why != WF_WHY_INTERNAL)
		order_note_silence(call->order, i, true);
}

static void
ask_all(struct call *call)
{
	struct order *order = call->order;
	size_t servers[CONFIG_UPSTREAM_SERVERS_MAX];
	const size_t n = order->target->config->nservers;

	order_line_up(order, n, servers);
	for (size_t i = 0; order->reply.outcome == WF_OUTCOME_UNREACHABLE && i < n; i++)
		if (seconds_left(order) > 0)
			ask_one(call, servers[i]);
}

/* The server that gave the State; others know nothing of it. */
static void
ask_marked(struct call *call)
{
	struct order *order = call->order;
	const struct config_upstream *config = order->target->config;
	uint8_t mark[MARK_LEN];

	call->state = order->state + MARK_LEN;
	call->state_len = order->state_len - MARK_LEN;
	for (size_t i = 0; i < config->nservers; i++) {
		if (mark_of(call->digest, &config->servers[i], mark) != WF_OK ||
			!wf_mem_equal(mark, order->state, sizeof(mark)))
			continue;
		ask_one(call, i);
		return;
	}
	order_fail(order, WF_WHY_UNKNOWN,
		"the server that gave the challenge is not in the section any more");
}

static void
ask(struct order *order, void *scratch)
{
	struct call call = {.order = order, .digest = scratch};

	order_fail(order, WF_WHY_DEADLINE, "there was no time left to ask");
	if (strlen(order->user) > USER_MAX || order->answer.len > HIDDEN_MAX)
		order_fail(order, WF_WHY_UNSENDABLE,
			"the name or the answer is longer than RADIUS can carry");
	else if (order->state_len == 0)
		ask_all(&call);
	else if (order->state_len < MARK_LEN)
		order_fail(order, WF_WHY_INTERNAL, "a state that was not given here");
	else if (seconds_left(order) > 0)
		ask_marked(&call);
}

const struct trade trade_radius = {
	.id = WF_TRADE_RADIUS,
	.section = "upstream",
	.scratch_new = scratch_new,
	.scratch_free = scratch_free,
	.ask = ask,
};
