/*
 * The daemon's side. A question under way has one of a fixed number of places; its TAG is the
 * place's number and how often the place has been used, so that an answer to a question of before
 * fits none. Whatever ends a question frees its place before anybody is told, because whoever is
 * told may ask the next one.
 */
#include "config.h"

#include "authd/egress/egress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "common/fault.h"
#include "common/link/link.h"

#define TICK_US 50000
#define STANDINGS_MAX 64 /* sections that were asked since the start */
#define PLACE_BITS 10
_Static_assert(EGRESS_PENDING_MAX == 1 << PLACE_BITS, "a TAG names a place");

struct egress_ticket {
	struct egress *egress;
	egress_done done; /* NULL: the place is free */
	void *ctx;
	int64_t deadline_boot_us;
	uint64_t uses;
	bool delivery;
	size_t standing; /* of the section that is asked; STANDINGS_MAX: of none */
};

/* What became of the last question to a section. */
struct standing {
	char name[65];
	bool silent;
};

struct egress {
	struct egress_options options;
	struct wf_link *link;
	struct event *tick, *flush;
	size_t pending, deliveries; /* under way; of them */
	size_t next; /* where to look for a free place */
	struct egress_ticket places[EGRESS_PENDING_MAX];
	struct standing standings[STANDINGS_MAX];
	size_t nstandings;
};

static int64_t
now_us(const struct egress *egress)
{
	return wf_clock_now(&egress->options.clock).boot_us;
}

const char *
egress_why_name(enum wf_unreachable why)
{
	static const char *const names[] = {
		[WF_WHY_NONE] = "none",
		[WF_WHY_AWAY] = "away",
		[WF_WHY_TIMEOUT] = "timeout",
		[WF_WHY_DEADLINE] = "deadline",
		[WF_WHY_BUSY] = "busy",
		[WF_WHY_UNKNOWN] = "unknown-server",
		[WF_WHY_FORGED] = "forged",
		[WF_WHY_UNSENDABLE] = "unsendable",
		[WF_WHY_INTERNAL] = "internal",
		[WF_WHY_CUT] = "cut",
	};

	_Static_assert(sizeof(names) / sizeof(names[0]) == WF_WHY_COUNT, "one name each");
	return (unsigned)why < WF_WHY_COUNT ? names[why] : names[WF_WHY_INTERNAL];
}

/* --- places --- */

static uint64_t
tag_of(const struct egress_ticket *ticket)
{
	return ticket->uses << PLACE_BITS | (uint64_t)(ticket - ticket->egress->places);
}

/* NULL: nobody waits for that. */
static struct egress_ticket *
ticket_of(struct egress *egress, uint64_t tag)
{
	struct egress_ticket *ticket = &egress->places[tag & (EGRESS_PENDING_MAX - 1)];

	return ticket->done != NULL && tag_of(ticket) == tag ? ticket : NULL;
}

/* NULL: all are taken. */
static struct egress_ticket *
free_place(struct egress *egress)
{
	if (egress->pending == EGRESS_PENDING_MAX)
		return NULL;
	while (egress->places[egress->next].done != NULL)
		egress->next = (egress->next + 1) % EGRESS_PENDING_MAX;
	return &egress->places[egress->next];
}

static void
release(struct egress_ticket *ticket)
{
	ticket->done = NULL;
	ticket->uses++;
	ticket->egress->pending--;
	ticket->egress->deliveries -= ticket->delivery;
}

void
egress_drop(struct egress_ticket **ticket)
{
	if (*ticket != NULL)
		release(*ticket);
	*ticket = NULL;
}

/* --- sections --- */

static size_t
standing_of(struct egress *egress, const char *name)
{
	size_t i = 0;

	while (i < egress->nstandings && strcmp(egress->standings[i].name, name) != 0)
		i++;
	if (i == egress->nstandings && i < STANDINGS_MAX) {
		(void)snprintf(
			egress->standings[i].name, sizeof(egress->standings[i].name), "%s", name);
		egress->nstandings++;
	}
	return i;
}

static void
note_standing(const struct egress_ticket *ticket, const struct egress_reply *reply)
{
	bool silent = egress_is_silence(reply);

	if (ticket->standing < STANDINGS_MAX &&
		(silent || reply->outcome != WF_OUTCOME_UNREACHABLE))
		ticket->egress->standings[ticket->standing].silent = silent;
}

size_t
egress_silent(const struct egress *egress, char *names_r, size_t size)
{
	size_t n = 0, len = 0;

	names_r[0] = '\0';
	for (size_t i = 0; i < egress->nstandings; i++) {
		const struct standing *standing = &egress->standings[i];

		if (!standing->silent)
			continue;
		if (len + strlen(standing->name) + 3 <= size)
			len += (size_t)snprintf(names_r + len, size - len, "%s%s",
				n == 0 ? "" : ", ", standing->name);
		n++;
	}
	return n;
}

/* --- answers --- */

static void
finish(struct egress_ticket *ticket, const struct egress_reply *reply)
{
	egress_done done = ticket->done;
	void *ctx = ticket->ctx;

	note_standing(ticket, reply);
	release(ticket);
	done(ctx, reply);
}

static void
finish_unreachable(struct egress_ticket *ticket, enum wf_unreachable why, const char *cause)
{
	struct egress_reply reply = {.outcome = WF_OUTCOME_UNREACHABLE, .why = why};

	(void)snprintf(reply.cause, sizeof(reply.cause), "%s", cause);
	finish(ticket, &reply);
}

static void
finish_all(struct egress *egress, const char *cause)
{
	uint64_t tags[EGRESS_PENDING_MAX];
	size_t n = 0;

	for (size_t i = 0; i < EGRESS_PENDING_MAX; i++)
		if (egress->places[i].done != NULL)
			tags[n++] = tag_of(&egress->places[i]);
	for (size_t i = 0; i < n; i++) {
		struct egress_ticket *ticket = ticket_of(egress, tags[i]);

		if (ticket != NULL) /* not dropped by one who was told before */
			finish_unreachable(ticket, WF_WHY_AWAY, cause);
	}
}

static wf_status
read_number(const struct wf_msg *msg, enum wf_field_id id, unsigned below, unsigned *number_r)
{
	uint64_t number = 0;
	wf_status status = wf_msg_get_uint(msg, id, &number);

	if (status == WF_NOT_FOUND)
		status = WF_OK;
	if (status == WF_OK && number >= below)
		status = WF_INVALID;
	if (status == WF_OK)
		*number_r = (unsigned)number;
	return status;
}

static wf_status
read_state(const struct wf_msg *msg, struct egress_reply *reply)
{
	const uint8_t *state;
	size_t len;
	wf_status status = wf_msg_get_bytes(msg, WF_F_PEER_STATE, 0, &state, &len);

	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	memcpy(reply->state, state, len); /* not longer: the table of messages */
	reply->state_len = len;
	return WF_OK;
}

static void
keep_on_one_line(char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\n' || *text == '\t')
			*text = ' ';
}

/* The text belongs to the person, or is the cause of the silence. */
static wf_status
read_text(const struct wf_msg *msg, struct egress_reply *reply)
{
	bool cause = reply->outcome == WF_OUTCOME_UNREACHABLE;
	char *text = cause ? reply->cause : reply->text;
	wf_status status = wf_msg_get_text(msg, WF_F_TEXT, 0, text, EGRESS_TEXT_MAX);

	_Static_assert(EGRESS_TEXT_MAX == EGRESS_CAUSE_MAX, "either is read");
	if (status == WF_OK)
		keep_on_one_line(text);
	return status;
}

static wf_status
read_reply(const struct wf_msg *msg, struct egress_reply *reply)
{
	unsigned outcome = 0, why = 0, echo = 0;
	wf_status status = read_number(msg, WF_F_OUTCOME, WF_OUTCOME_COUNT, &outcome);

	if (status == WF_OK)
		status = read_number(msg, WF_F_WHY, WF_WHY_COUNT, &why);
	if (status == WF_OK)
		status = read_number(msg, WF_F_ECHO, 2, &echo);
	if (status != WF_OK)
		return status;
	reply->outcome = (enum wf_outcome)outcome;
	reply->why = (enum wf_unreachable)why;
	reply->echo = echo == 1;
	status = read_state(msg, reply);
	if (status == WF_OK)
		status = wf_msg_get_text(msg, WF_F_SERVER, 0, reply->server, sizeof(reply->server));
	return status == WF_OK ? read_text(msg, reply) : status;
}

/* No question is answered by what a receiver says, and no delivery by a verdict. */
static bool
is_answer(const struct egress_ticket *ticket, const struct egress_reply *reply)
{
	static const bool delivers[WF_OUTCOME_COUNT] = {[WF_OUTCOME_DELIVERED] = true};
	static const bool answers[WF_OUTCOME_COUNT] = {
		[WF_OUTCOME_ACCEPT] = true, [WF_OUTCOME_CHALLENGE] = true};

	return ticket->delivery ? !answers[reply->outcome] : !delivers[reply->outcome];
}

static void
on_message(void *ctx, const struct wf_msg *msg)
{
	struct egress *egress = ctx;
	struct egress_reply reply = {.outcome = WF_OUTCOME_UNREACHABLE};
	struct egress_ticket *ticket;
	uint64_t tag;

	if (msg->type != WF_MSG_REPLY || wf_msg_get_uint(msg, WF_F_TAG, &tag) != WF_OK)
		return;
	ticket = ticket_of(egress, tag);
	if (ticket == NULL)
		return; /* dropped, or told that the time is over */
	if (read_reply(msg, &reply) == WF_OK && is_answer(ticket, &reply))
		finish(ticket, &reply);
	else
		finish_unreachable(
			ticket, WF_WHY_INTERNAL, "warifu-egress gave an answer that is none");
}

static void
on_lost(void *ctx)
{
	finish_all(ctx, "warifu-egress went away");
}

/* --- time --- */

static void
end_late(struct egress *egress)
{
	int64_t now = now_us(egress);

	for (size_t i = 0; egress->pending > 0 && i < EGRESS_PENDING_MAX; i++)
		if (egress->places[i].done != NULL && egress->places[i].deadline_boot_us <= now)
			finish_unreachable(&egress->places[i], WF_WHY_DEADLINE,
				"there was no answer before the deadline");
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct egress *egress = arg;

	(void)fd;
	(void)what;
	wf_link_tick(egress->link);
	end_late(egress);
}

/* --- questions and deliveries --- */

/* Nothing for an empty one. */
static wf_status
add_bytes(struct wf_msg *msg, enum wf_field_id id, const void *bytes, size_t len)
{
	return len == 0 ? WF_OK : wf_msg_add_bytes(msg, id, bytes, len);
}

struct number {
	enum wf_field_id id;
	uint64_t value;
};
struct field {
	enum wf_field_id id;
	const void *bytes;
	size_t len;
};

static wf_status
add_fields(struct wf_msg *msg, const struct field *fields, size_t n)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < n; i++)
		status = add_bytes(msg, fields[i].id, fields[i].bytes, fields[i].len);
	return status;
}

/* What questions and deliveries have in common. */
static wf_status
begin(struct wf_msg *msg, uint64_t tag, enum wf_trade trade, int64_t left_us)
{
	const struct number numbers[] = {
		{WF_F_TAG, tag},
		{WF_F_TRADE, trade},
		{WF_F_PATIENCE,
			(uint64_t)(left_us / 1000 < UINT32_MAX ? left_us / 1000 : UINT32_MAX)},
	};
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		status = wf_msg_add_uint(msg, numbers[i].id, numbers[i].value);
	return status;
}

static wf_status
fill_in_question(struct wf_msg *msg, const struct egress_question *question)
{
	const struct field fields[] = {
		{WF_F_SERVER, question->server, strlen(question->server)},
		{WF_F_USER, question->user, strlen(question->user)},
		{WF_F_SECRET, question->answer->bytes, question->answer->len},
		{WF_F_PEER_STATE, question->state, question->state_len},
		{WF_F_RHOST, question->source, strlen(question->source)},
		{WF_F_NAS, question->nas, strlen(question->nas)},
	};

	return add_fields(msg, fields, sizeof(fields) / sizeof(fields[0]));
}

static wf_status
fill_in_delivery(struct wf_msg *msg, const struct egress_delivery *delivery)
{
	const struct field fields[] = {
		{WF_F_SERVER, delivery->section, strlen(delivery->section)},
		{WF_F_LOAD, delivery->load, delivery->len},
	};

	wf_status status = add_fields(msg, fields, sizeof(fields) / sizeof(fields[0]));

	if (status != WF_OK || !delivery->goes_on)
		return status;
	return wf_msg_add_uint(msg, WF_F_GOES_ON, 1);
}

/* A question or a delivery: one of both. */
struct letter {
	const struct egress_question *question;
	const struct egress_delivery *delivery;
	enum wf_trade trade;
	int64_t deadline_boot_us;
};

static wf_status
send_letter(struct egress *egress, const struct letter *letter, uint64_t tag)
{
	int64_t left_us = letter->deadline_boot_us - now_us(egress);
	struct wf_msg msg;
	wf_status status;

	if (left_us < 1000)
		return WF_TIMEOUT;
	wf_msg_init(&msg, letter->question != NULL ? WF_MSG_QUERY : WF_MSG_DELIVERY,
		WF_WIRE_VERSION);
	status = begin(&msg, tag, letter->trade, left_us);
	if (status == WF_OK)
		status = letter->question != NULL ? fill_in_question(&msg, letter->question)
						  : fill_in_delivery(&msg, letter->delivery);
	if (status == WF_OK)
		status = wf_link_send(egress->link, &msg);
	wf_msg_clear(&msg);
	return status;
}

static wf_status
post(struct egress *egress, const struct letter *letter, egress_done done, void *ctx,
	struct egress_ticket **ticket_r)
{
	struct egress_ticket *ticket = free_place(egress);
	wf_status status;

	if (ticket == NULL)
		return WF_FULL;
	ticket->egress = egress;
	status = send_letter(egress, letter, tag_of(ticket));
	if (status != WF_OK)
		return status;
	ticket->done = done;
	ticket->ctx = ctx;
	ticket->deadline_boot_us = letter->deadline_boot_us;
	ticket->delivery = letter->delivery != NULL;
	ticket->standing = ticket->delivery ? STANDINGS_MAX
					    : standing_of(egress, letter->question->server);
	egress->pending++;
	egress->deliveries += ticket->delivery;
	*ticket_r = ticket;
	event_active(egress->flush, EV_TIMEOUT, 0);
	return WF_OK;
}

wf_status
egress_ask(struct egress *egress, const struct egress_question *question, egress_done done,
	void *ctx, struct egress_ticket **ticket_r)
{
	const struct letter letter = {.question = question,
		.trade = question->trade,
		.deadline_boot_us = question->deadline_boot_us};

	return post(egress, &letter, done, ctx, ticket_r);
}

wf_status
egress_deliver(struct egress *egress, const struct egress_delivery *delivery, egress_done done,
	void *ctx, struct egress_ticket **ticket_r)
{
	const struct letter letter = {.delivery = delivery,
		.trade = delivery->trade,
		.deadline_boot_us = delivery->deadline_boot_us};

	if (egress->deliveries == EGRESS_DELIVERIES_MAX)
		return WF_FULL;
	return post(egress, &letter, done, ctx, ticket_r);
}

bool
egress_is_up(const struct egress *egress)
{
	return wf_link_is_up(egress->link);
}

/* --- beginning and end --- */

/* What was asked in one turn of the loop leaves together, and fails, if it must, from here. */
static void
on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct egress *egress = arg;

	(void)fd;
	(void)what;
	wf_link_flush(egress->link);
}

static wf_status
set_up(struct egress *egress, struct event_base *base)
{
	static const struct timeval every = {.tv_usec = TICK_US};
	const struct wf_link_options options = {
		.base = base,
		.clock = egress->options.clock,
		.path = egress->options.path,
		.owner = egress->options.owner,
		.peer = "warifu-egress",
		.away = "other servers cannot be asked until it is back",
		.say = egress->options.say,
		.message = on_message,
		.lost = on_lost,
		.ctx = egress,
	};
	wf_status status = wf_link_new(&options, &egress->link);

	if (status != WF_OK)
		return status;
	egress->tick = event_new(base, -1, EV_PERSIST, on_tick, egress);
	egress->flush = event_new(base, -1, 0, on_flush, egress);
	return egress->tick != NULL && egress->flush != NULL && event_add(egress->tick, &every) == 0
		       ? WF_OK
		       : WF_NO_MEMORY;
}

wf_status
egress_new(struct event_base *base, const struct egress_options *options, struct egress **egress_r)
{
	struct egress *egress = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*egress));
	wf_status status;

	if (egress == NULL)
		return WF_NO_MEMORY;
	egress->options = *options;
	status = set_up(egress, base);
	if (status == WF_OK)
		*egress_r = egress;
	else
		egress_free(&egress);
	return status;
}

void
egress_free(struct egress **egress)
{
	struct egress *it = *egress;

	*egress = NULL;
	if (it == NULL)
		return;
	if (it->tick != NULL)
		event_free(it->tick);
	if (it->flush != NULL)
		event_free(it->flush);
	wf_link_free(&it->link);
	free(it);
}
