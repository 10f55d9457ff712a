/*
 * How an exchange begins: the checks between bytes and question, in the order that the RFCs ask
 * for. What fails one of the first is dropped without a trace in the cache (D3): only a packet
 * whose sender is known gets there.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/text.h"
#include "radius/accounting.h"
#include "radius/exchange_internal.h"

static struct duplicate_key
key_of(const struct arrival *arrival)
{
	return (struct duplicate_key){
		.address = arrival->route->address,
		.port = arrival->route->port,
		.listener = arrival->route->listener,
		.id = arrival->packet->id,
		.code = arrival->packet->code,
	};
}

static void
send_again(const struct arrival *arrival)
{
	size_t len;
	const uint8_t *reply = duplicate_reply(arrival->entry, &len);

	if (!arrival->route->ops->send(arrival->route, reply, len))
		exchange_count(arrival->exchanges, arrival->client, STATS_SEND);
}

/*
 * D1, D2: false for one that came before.  Within RADIUS/1.1 none does: TLS loses nothing, and the
 * identifier, by which resent ones would be known, is not there (G2).
 */
static bool
is_new(struct arrival *arrival)
{
	static const size_t counters[] = {
		[DUPLICATE_BUSY] = STATS_DUPLICATES_BUSY,
		[DUPLICATE_KNOWN] = STATS_DUPLICATES_KNOWN,
		[DUPLICATE_FULL] = STATS_CACHE_FULL,
	};
	const struct duplicate_key key = key_of(arrival);
	enum duplicate_answer answer = DUPLICATE_NEW;

	if (!arrival->packet->v11)
		answer = duplicates_look(arrival->exchanges->duplicates, &key,
			arrival->client->number, arrival->packet->authenticator, arrival->now_us,
			&arrival->entry, &arrival->serial);
	if (answer == DUPLICATE_NEW)
		return true;
	exchange_count(arrival->exchanges, arrival->client, counters[answer]);
	if (answer == DUPLICATE_KNOWN)
		send_again(arrival);
	return false;
}

/* Of new requests only: what was answered once costs nothing to answer again. */
static bool
within_rate(const struct arrival *arrival)
{
	if (rate_take(&arrival->client->book->rate, arrival->client->config->rate, arrival->now_us))
		return true;
	exchange_count(arrival->exchanges, arrival->client, STATS_RATE);
	exchange_complain(arrival, CAUSE_RATE, "rate",
		"more requests than its rate permits; the rest is dropped");
	return false;
}

static bool
new_within_rate(struct arrival *arrival)
{
	if (!is_new(arrival))
		return false;
	if (within_rate(arrival))
		return true;
	exchange_forget(arrival);
	return false;
}

/* F2: over TLS such a packet ends its connection; a datagram is merely dropped. */
static void
hang_up(const struct arrival *arrival, const char *why)
{
	if (arrival->route->ops->hang_up != NULL)
		arrival->route->ops->hang_up(arrival->route, why);
}

static void
learn(const struct arrival *arrival)
{
	const char *name = arrival->client->config->name;
	char text[160];

	if (learned_add(arrival->exchanges->options.learned, name, &arrival->route->address) ==
		WF_OK) {
		snprintf(text, sizeof(text),
			"client \"%s\" sends Message-Authenticators: from now on it must", name);
		arrival->exchanges->options.say(LOG_NOTICE, text);
	} else {
		exchange_complain(arrival, CAUSE_LEARNED, "learned",
			"that it sends Message-Authenticators could not be written down");
	}
}

static struct binding
binding_of(const struct arrival *arrival)
{
	return exchange_binding(arrival->exchanges, arrival->client, arrival->route);
}

/* C1, I2, I3 */
static bool
is_protected(const struct arrival *arrival)
{
	const struct config_client *config = arrival->client->config;
	const struct binding binding = binding_of(arrival);
	const struct protection_facts facts = {
		.rule = config->message_authenticator,
		.proxies = config->proxies,
		.single = arrival->single,
		.learned = config->message_authenticator == CLIENT_AUTHENTICATOR_AUTO &&
			   learned_has(arrival->exchanges->options.learned, config->name,
				   &arrival->route->address),
		.proxy_state = packet_has(arrival->packet, ATTR_PROXY_STATE),
		.eap = packet_has(arrival->packet, ATTR_EAP_MESSAGE),
		.sealed = arrival->route->client != NULL,
		.verified = authenticator_verify_message(&binding, arrival->packet),
	};
	bool remember;
	enum protection_answer answer = protection_judge(&facts, &remember);

	if (remember)
		learn(arrival);
	if (answer != PROTECTION_FINE) {
		exchange_count(
			arrival->exchanges, arrival->client, STATS_PROTECTION + (size_t)answer);
		exchange_complain(arrival, CAUSE_PROTECTION + answer, protection_name(answer),
			protection_about(answer));
	}
	if (answer == PROTECTION_WRONG)
		hang_up(arrival, protection_name(answer));
	return protection_passes(answer);
}

static unsigned
cause_of(const struct request_fault *fault)
{
	unsigned i = 0;

	while (request_faults(i) != NULL && request_faults(i) != fault)
		i++;
	return CAUSE_REQUEST + i;
}

void
exchange_reject(const struct arrival *arrival, const struct request_fault *fault, unsigned cause)
{
	const struct answer answer = {
		.code = CODE_ACCESS_REJECT, .text = wf_text(WF_TEXT_REFUSED, NULL)};

	exchange_complain(arrival, cause, fault->name, fault->about);
	exchange_count(arrival->exchanges, arrival->client, STATS_REJECTS);
	exchange_reply_now(arrival, &answer);
}

/* D7: a State that this front end has sent. */
static bool
continues(const struct arrival *arrival)
{
	const struct attribute *state = packet_next(arrival->packet, ATTR_STATE, NULL);

	return state != NULL &&
	       issued_seen(arrival->exchanges->issued, state->value, state->len, arrival->now_us);
}

static void
access_request(struct arrival *arrival)
{
	const struct request_fault *fault;

	exchange_count(arrival->exchanges, arrival->client, STATS_REQUESTS);
	if (!is_protected(arrival))
		return;
	fault = request_check(arrival->packet);
	if (fault->answer == REQUEST_DISCARD) {
		exchange_count(arrival->exchanges, arrival->client, STATS_RULE);
		exchange_complain(arrival, cause_of(fault), fault->name, fault->about);
		return;
	}
	if (!new_within_rate(arrival))
		return;
	if (fault->answer == REQUEST_REJECT)
		exchange_reject(arrival, fault, cause_of(fault));
	else
		exchange_begin(arrival, false, continues(arrival));
}

/* B1 */
static bool
authentic_record(const struct arrival *arrival)
{
	const struct binding binding = binding_of(arrival);

	if (authenticator_verify_request(&binding, arrival->packet) == WF_OK)
		return true;
	exchange_count(arrival->exchanges, arrival->client, STATS_AUTHENTICATOR);
	exchange_complain(arrival, CAUSE_SECRET, "authenticator",
		"an Accounting-Request is not signed with its secret: the secret here and on the "
		"device probably differ");
	hang_up(arrival, "an Accounting-Request is not signed with the secret \"radsec\"");
	return false;
}

static void
accounting_request(struct arrival *arrival)
{
	const struct accounting_fault *fault;
	unsigned cause = 0;

	exchange_count(arrival->exchanges, arrival->client, STATS_RECORDS);
	if (!authentic_record(arrival))
		return;
	fault = accounting_check(arrival->packet);
	while (fault != NULL && accounting_faults(cause) != fault)
		cause++;
	if (fault != NULL) {
		exchange_count(arrival->exchanges, arrival->client, STATS_ACCOUNTING_RULE);
		exchange_complain(arrival, CAUSE_ACCOUNTING + cause, fault->name, fault->about);
	} else if (new_within_rate(arrival)) {
		exchange_begin(arrival, true, false);
	}
}

/*
 * E1 to E4. While the daemon is away there is no reply: a device that asks whether it may send
 * logins here is better served by another server then.
 */
static void
status_server(struct arrival *arrival)
{
	const struct answer answer = {
		.code = arrival->route->authentication ? CODE_ACCESS_ACCEPT
						       : CODE_ACCOUNTING_RESPONSE,
	};
	const struct binding binding = binding_of(arrival);

	exchange_count(arrival->exchanges, arrival->client, STATS_STATUS);
	if (authenticator_verify_message(&binding, arrival->packet) != WF_OK) {
		exchange_count(arrival->exchanges, arrival->client,
			STATS_PROTECTION + (size_t)PROTECTION_WRONG);
		exchange_complain(arrival, CAUSE_PROTECTION + PROTECTION_WRONG, "status-server",
			"a Status-Server without a right Message-Authenticator was discarded");
		hang_up(arrival, "a Status-Server has no right Message-Authenticator");
	} else if (!arrival->exchanges->options.up(arrival->exchanges->options.ctx)) {
		exchange_count(arrival->exchanges, arrival->client, STATS_UNAVAILABLE);
	} else if (within_rate(arrival)) {
		exchange_count(arrival->exchanges, arrival->client, STATS_STATUS_REPLIES);
		exchange_reply_now(arrival, &answer);
	}
}

static const struct {
	enum packet_code code;
	bool authentication, accounting; /* where it is served */
	void (*handle)(struct arrival *arrival);
} codes[] = {
	{CODE_ACCESS_REQUEST, true, false, access_request},
	{CODE_ACCOUNTING_REQUEST, false, true, accounting_request},
	{CODE_STATUS_SERVER, true, true, status_server},
};

/*
 * F7: over TLS, where the sender is known, he is told that his request is of no use here. A reply
 * to a reply would go on for ever.
 */
static void
refuse_code(const struct arrival *arrival)
{
	static const uint8_t replies[] = {CODE_ACCESS_ACCEPT, CODE_ACCESS_REJECT,
		CODE_ACCOUNTING_RESPONSE, CODE_ACCESS_CHALLENGE, CODE_DISCONNECT_ACK,
		CODE_DISCONNECT_NAK, CODE_COA_ACK, CODE_COA_NAK, CODE_PROTOCOL_ERROR};
	const struct answer answer = {
		.code = CODE_PROTOCOL_ERROR, .error_cause = ERROR_UNSUPPORTED_EXTENSION};

	exchange_count(arrival->exchanges, arrival->client, STATS_CODE); /* A2 */
	if (arrival->route->client != NULL &&
		memchr(replies, arrival->packet->code, sizeof(replies)) == NULL &&
		within_rate(arrival))
		exchange_reply_now(arrival, &answer);
}

static void
dispatch(struct arrival *arrival)
{
	const struct route *route = arrival->route;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		bool served = (codes[i].authentication && route->authentication) ||
			      (codes[i].accounting && route->accounting);

		if ((uint8_t)codes[i].code != arrival->packet->code || !served)
			continue;
		codes[i].handle(arrival);
		return;
	}
	refuse_code(arrival);
}

/* C-26: in the clear only out of the own networks, where documents want it so. */
static bool
may_send(const struct arrival *arrival)
{
	const struct exchanges *exchanges = arrival->exchanges;

	if (arrival->route->client != NULL ||
		config_client_may_send(exchanges->site->config, arrival->client->config,
			arrival->route->address.s6_addr))
		return true;
	exchange_count(arrival->exchanges, arrival->client, STATS_CLEAR);
	exchange_complain(arrival, CAUSE_CLEAR, "clear",
		"it is in no network of 'zone.internal', so what it sends in the clear is "
		"discarded: let it come over TLS");
	return false;
}

void
exchanges_receive(struct exchanges *exchanges, const struct route *route, const uint8_t *bytes,
	size_t len, int64_t now_us)
{
	struct packet packet;
	struct arrival arrival = {
		.exchanges = exchanges, .route = route, .packet = &packet, .now_us = now_us};
	enum packet_fault fault;

	arrival.client = route->client;
	if (arrival.client == NULL)
		arrival.client = site_client(exchanges->site, &route->address, &arrival.single);
	if (arrival.client == NULL) { /* A1 */
		exchange_count(exchanges, NULL, STATS_UNKNOWN_CLIENT);
		exchange_complain(&arrival, 0, "unknown-client",
			"no client section has this address: its packets are discarded");
		return;
	}
	if (!may_send(&arrival))
		return;
	fault = exchange_read(route, bytes, len, &packet);
	if (fault == PACKET_FINE) {
		dispatch(&arrival);
		return;
	}
	exchange_count(exchanges, arrival.client, STATS_FORM + (size_t)fault);
	exchange_complain(&arrival, CAUSE_FORM, packet_fault_name(fault),
		"what came is no RADIUS packet and was discarded");
	if (fault != PACKET_TOO_MANY) /* that one is right, but more than is looked at here */
		hang_up(&arrival, packet_fault_name(fault));
}
