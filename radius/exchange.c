/*
 * Requests under way: those that were asked for have a slot, found again by the tag; the others
 * wait for their turn. Each knows until when its client waits, and is let go of then: a device
 * that asks again asks anew, and the daemon knows the request by its idempotency key.
 */
#include "config.h"

#include "radius/exchange.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "common/fault.h"
#include "common/text.h"
#include "radius/exchange_internal.h"

/* Room that only those have who are in the middle of a login (D7). */
#define URGENT_SHARE 8
#define RADSEC_SECRET "radsec" /* RFC 6614 section 2.3 */

static wf_status
parts_new(struct exchanges *exchanges)
{
	const struct exchanges_options *options = &exchanges->options;
	const struct duplicates_options cache = {
		.entries_max = options->cache_max,
		.client_max = options->cache_max, /* the rate holds each of them */
		.keep_us = EXCHANGES_KEEP_US,
	};
	wf_status status = digest_new(&exchanges->digest);

	if (status == WF_OK)
		status = duplicates_new(&cache, &exchanges->duplicates);
	if (status == WF_OK)
		status = wf_secret_set(&exchanges->radsec, RADSEC_SECRET, strlen(RADSEC_SECRET));
	if (status == WF_OK)
		status = issued_new(&exchanges->issued);
	if (status == WF_OK)
		status = turns_new(CONFIG_CLIENTS_MAX, options->waiting_max, &exchanges->turns);
	return status;
}

wf_status
exchanges_new(
	const struct exchanges_options *options, struct site *site, struct exchanges **exchanges_r)
{
	struct exchanges *exchanges;
	wf_status status;

	if (options->under_way_max < URGENT_SHARE || options->under_way_max > SLOTS)
		return WF_INVALID;
	exchanges = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*exchanges));
	if (exchanges == NULL)
		return WF_NO_MEMORY;
	exchanges->options = *options;
	exchanges->site = site_borrow(site);
	wf_buf_init(&exchanges->frame, PACKET_MAX);
	status = parts_new(exchanges);
	if (status != WF_OK) {
		exchanges_free(&exchanges);
		return status;
	}
	*exchanges_r = exchanges;
	return WF_OK;
}

void
exchanges_free(struct exchanges **exchanges)
{
	struct exchanges *gone = *exchanges;

	if (gone == NULL)
		return;
	for (struct exchange *exchange = gone->all, *next; exchange != NULL; exchange = next) {
		next = exchange->next;
		exchange_end(gone, &exchange, true);
	}
	turns_free(&gone->turns);
	issued_free(&gone->issued);
	duplicates_free(&gone->duplicates);
	digest_free(&gone->digest);
	wf_secret_clear(&gone->radsec);
	wf_buf_clear(&gone->frame);
	site_return(&gone->site);
	free(gone);
	*exchanges = NULL;
}

void
exchanges_use(struct exchanges *exchanges, struct site *site)
{
	site_return(&exchanges->site);
	exchanges->site = site_borrow(site);
}

void
exchange_count(struct exchanges *exchanges, const struct client *client, size_t counter)
{
	exchanges->stats.counters[counter]++;
	if (client != NULL)
		client->book->stats.counters[counter]++;
}

void
exchanges_count_for(struct exchanges *exchanges, const struct client *client, size_t counter)
{
	exchange_count(exchanges, client, counter);
}

static void
print_address(const struct in6_addr *address, char text_r[INET6_ADDRSTRLEN])
{
	if (IN6_IS_ADDR_V4MAPPED(address))
		(void)inet_ntop(AF_INET, &address->s6_addr[12], text_r, INET6_ADDRSTRLEN);
	else
		(void)inet_ntop(AF_INET6, address, text_r, INET6_ADDRSTRLEN);
}

void
exchange_complain(
	const struct arrival *arrival, unsigned cause, const char *name, const char *about)
{
	struct complaint *complaint = &arrival->exchanges->strangers;
	char address[INET6_ADDRSTRLEN], times[64] = "", text[768];
	uint64_t n;

	if (arrival->client != NULL)
		complaint = &arrival->client->book->complaints[cause % BOOK_CAUSES];
	if (!complaint_due(complaint, arrival->now_us, &n))
		return;
	print_address(&arrival->route->address, address);
	if (n > 1)
		snprintf(times, sizeof(times), " (%" PRIu64 " times since the last such line)", n);
	snprintf(text, sizeof(text), "client \"%s\" at %s: %s: %s%s",
		arrival->client != NULL ? arrival->client->config->name : "?", address, name, about,
		times);
	arrival->exchanges->options.say(LOG_WARNING, text);
}

enum packet_fault
exchange_read(
	const struct route *route, const uint8_t *bytes, size_t len, struct packet *packet_r)
{
	return route->nonce != NULL ? packet_read_v11(bytes, len, packet_r)
				    : packet_read(bytes, len, packet_r);
}

struct binding
exchange_binding(const struct exchanges *exchanges, const struct client *client,
	const struct route *route)
{
	return (struct binding){
		.digest = exchanges->digest,
		.secret = route->client != NULL ? &exchanges->radsec : &client->secret,
	};
}

/*
 * A slot and the tag that leads to it; the number in front of it is new each time, so that late
 * answers find nothing.
 */
static bool
take_slot(struct exchanges *exchanges, struct exchange *exchange)
{
	for (size_t i = 0; i < SLOTS; i++) {
		size_t slot = (exchanges->slot + i) % SLOTS;

		if (exchanges->slots[slot] != NULL)
			continue;
		exchanges->slots[slot] = exchange;
		exchanges->slot = slot + 1;
		exchange->tag = ++exchanges->serial * SLOTS + slot;
		exchanges->under_way++;
		return true;
	}
	return false;
}

static void
give_slot(struct exchanges *exchanges, struct exchange *exchange)
{
	if (exchange->tag == 0)
		return;
	exchanges->slots[exchange->tag % SLOTS] = NULL;
	exchanges->under_way--;
	exchange->tag = 0;
}

void
exchange_end(struct exchanges *exchanges, struct exchange **exchange, bool forget)
{
	struct exchange *gone = *exchange;

	*exchange = NULL;
	turns_remove(exchanges->turns, &gone->turn);
	give_slot(exchanges, gone);
	if (forget && gone->entry != NULL)
		duplicates_forget(exchanges->duplicates, gone->entry, gone->serial);
	*gone->link = gone->next;
	if (gone->next != NULL)
		gone->next->link = gone->link;
	exchanges->count--;
	site_return(&gone->site);
	wf_wipe(gone->bytes, gone->len);
	free(gone);
}

static struct exchange *
exchange_new(const struct arrival *arrival, bool record, bool urgent)
{
	struct exchanges *exchanges = arrival->exchanges;
	const struct packet *packet = arrival->packet;
	struct exchange *exchange =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*exchange) + packet->len);

	if (exchange == NULL)
		return NULL;
	exchange->site = site_borrow(exchanges->site);
	exchange->client = arrival->client;
	exchange->route = *arrival->route;
	exchange->entry = arrival->entry;
	exchange->serial = arrival->serial;
	exchange->until_us = arrival->now_us + INT64_C(1000) * arrival->client->config->timeout_ms;
	exchange->record = record;
	exchange->urgent = urgent;
	exchange->len = packet->len;
	memcpy(exchange->bytes, packet->bytes, packet->len);
	exchange->next = exchanges->all;
	exchange->link = &exchanges->all;
	if (exchange->next != NULL)
		exchange->next->link = &exchange->next;
	exchanges->all = exchange;
	exchanges->count++;
	return exchange;
}

void
exchange_forget(const struct arrival *arrival)
{
	if (arrival->entry != NULL)
		duplicates_forget(arrival->exchanges->duplicates, arrival->entry, arrival->serial);
}

static void
drop(struct exchanges *exchanges, struct exchange *exchange, size_t counter)
{
	exchange_count(exchanges, exchange->client, counter);
	exchange_end(exchanges, &exchange, true);
}

/*
 * Makes the question and asks it. WF_INVALID: it is to be rejected for what fault_r says, or
 * NULL: dropped.
 */
static wf_status
ask(struct exchanges *exchanges, struct exchange *exchange, const struct packet *packet,
	int64_t now_us, const struct request_fault **fault_r)
{
	const struct binding binding =
		exchange_binding(exchanges, exchange->client, &exchange->route);
	const struct question question = {
		.client = exchange->client->config,
		.binding = &binding,
		.nonce = exchange->route.nonce,
		.tag = exchange->tag,
		.patience_ms = (uint32_t)((exchange->until_us - now_us) / 1000),
	};
	struct wf_msg msg;
	wf_status status;

	*fault_r = NULL;
	if (exchange->record)
		status = question_record(&question, packet, &msg);
	else
		status = question_attempt(&question, packet, &msg, fault_r);
	if (status == WF_OK)
		status = exchanges->options.ask(exchanges->options.ctx, &msg);
	wf_msg_clear(&msg);
	return status;
}

static void
reject_asked(struct exchanges *exchanges, struct exchange *exchange, const struct packet *packet,
	const struct request_fault *fault, int64_t now_us)
{
	const struct arrival arrival = {
		.exchanges = exchanges,
		.client = exchange->client,
		.route = &exchange->route,
		.packet = packet,
		.now_us = now_us,
	};
	const struct answer answer = {
		.code = CODE_ACCESS_REJECT, .text = wf_text(WF_TEXT_REFUSED, NULL)};

	exchange_complain(&arrival, CAUSE_QUESTION, fault->name, fault->about);
	exchange_reply(exchanges, exchange, &answer, STATS_REJECTS, now_us);
}

/* Asks for one whose turn it is; it may be gone after. */
static void
start(struct exchanges *exchanges, struct exchange *exchange, int64_t now_us)
{
	const struct request_fault *fault = NULL;
	struct packet packet;
	wf_status status;

	if (exchange->until_us <= now_us ||
		exchange_read(&exchange->route, exchange->bytes, exchange->len, &packet) !=
			PACKET_FINE ||
		!take_slot(exchanges, exchange)) {
		drop(exchanges, exchange, STATS_LATE);
		return;
	}
	status = ask(exchanges, exchange, &packet, now_us, &fault);
	if (status == WF_OK)
		return;
	if (status == WF_INVALID && fault != NULL)
		reject_asked(exchanges, exchange, &packet, fault, now_us);
	else
		drop(exchanges, exchange,
			status == WF_UNAVAILABLE || status == WF_FULL ? STATS_LOST
								      : STATS_INTERNAL);
}

static bool
has_room(const struct exchanges *exchanges, bool urgent)
{
	size_t max = exchanges->options.under_way_max;

	return exchanges->under_way < (urgent ? max : max - max / URGENT_SHARE);
}

void
exchanges_pump(struct exchanges *exchanges, int64_t now_us)
{
	while (exchanges->options.up(exchanges->options.ctx) && has_room(exchanges, true)) {
		struct turn *turn = turns_pop(exchanges->turns, !has_room(exchanges, false));

		if (turn == NULL)
			return;
		start(exchanges, (struct exchange *)turn, now_us);
	}
}

void
exchange_begin(const struct arrival *arrival, bool record, bool urgent)
{
	struct exchanges *exchanges = arrival->exchanges;
	struct exchange *exchange = exchange_new(arrival, record, urgent);
	struct turn *gone;

	if (exchange == NULL) {
		exchange_count(exchanges, arrival->client, STATS_INTERNAL);
		exchange_forget(arrival);
		return;
	}
	if (turns_count(exchanges->turns) == 0 && has_room(exchanges, urgent) &&
		exchanges->options.up(exchanges->options.ctx)) {
		start(exchanges, exchange, arrival->now_us); /* nobody is before it */
		return;
	}
	gone = turns_push(exchanges->turns, &exchange->turn, exchange->client->number, urgent);
	if (gone != NULL)
		drop(exchanges, (struct exchange *)gone, STATS_QUEUE_FULL);
	exchanges_pump(exchanges, arrival->now_us);
}

void
exchanges_lost(struct exchanges *exchanges)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (exchanges->slots[i] != NULL)
			drop(exchanges, exchanges->slots[i], STATS_LOST);
}

void
exchanges_hung_up(struct exchanges *exchanges, const void *place)
{
	struct exchange *next;

	for (struct exchange *exchange = exchanges->all; exchange != NULL; exchange = next) {
		next = exchange->next;
		if (exchange->route.place == place)
			drop(exchanges, exchange, STATS_HUNG_UP);
	}
}

void
exchanges_tick(struct exchanges *exchanges, int64_t now_us)
{
	struct exchange *next;

	for (struct exchange *exchange = exchanges->all; exchange != NULL; exchange = next) {
		next = exchange->next;
		if (exchange->until_us <= now_us)
			drop(exchanges, exchange, STATS_LATE);
	}
	exchanges_pump(exchanges, now_us);
}

size_t
exchanges_count(const struct exchanges *exchanges)
{
	return exchanges->count;
}

const struct stats *
exchanges_stats(const struct exchanges *exchanges)
{
	return &exchanges->stats;
}

struct site *
exchanges_site(struct exchanges *exchanges)
{
	return exchanges->site;
}
