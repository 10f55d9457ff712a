/*
 * Sending on schedule and listening, in one thread.  A login's time runs from when it was due, not
 * from when it was sent: a generator that is held up must not hide what its server is guilty of.
 */
#include "config.h"

#include "tests/bench/radius_load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/clock.h"
#include "common/random.h"
#include "tests/bench/people.h"
#include "tests/bench/tool.h"

#define AT_ONCE 32
#define EVENTS_MAX 128
#define REPLY_MAX 1024
#define FIRST 1u /* marks of delays: which request they belong to */
#define SECOND 2u

struct batch {
	struct mmsghdr messages[AT_ONCE];
	struct iovec parts[AT_ONCE];
	unsigned n;
	int fd;
};

static void
batch_flush(struct load *load, struct batch *batch)
{
	unsigned sent = 0;

	while (sent < batch->n) {
		int n = sendmmsg(batch->fd, batch->messages + sent, batch->n - sent, MSG_DONTWAIT);

		/* What cannot be sent is lost, as on any network. */
		if (n < 1)
			load->counts.refused++;
		sent += n < 1 ? 1 : (unsigned)n;
	}
	batch->n = 0;
}

static void
batch_add(struct load *load, struct batch *batch, const struct login *login)
{
	int fd = load->sockets[login->slot / IDS];

	if (batch->n == AT_ONCE || (batch->n > 0 && batch->fd != fd))
		batch_flush(load, batch);
	batch->fd = fd;
	batch->parts[batch->n] = (struct iovec){.iov_base = login->packet, .iov_len = login->len};
	batch->messages[batch->n] =
		(struct mmsghdr){.msg_hdr = {.msg_iov = &batch->parts[batch->n], .msg_iovlen = 1}};
	batch->n++;
}

static bool
pending(const struct login *login, uint32_t mark)
{
	return login->stage == (mark == FIRST ? LOGIN_FIRST : LOGIN_SECOND);
}

static void
wait_add(struct delays *delays, int64_t due_us, uint32_t login, uint32_t mark)
{
	if (!delays_add(delays, (struct delayed){.due_us = due_us, .what = login, .mark = mark}))
		give_up("no memory");
}

static void
login_ended(struct load *load, struct login *login, enum login_end end)
{
	login->stage = LOGIN_DONE;
	login->end = end;
	load->counts.ends[end]++;
	load->under_way--;
}

uint32_t
slot_number(const struct ring *ring, uint64_t n)
{
	uint64_t at = n % ((uint64_t)ring->sockets * IDS);
	uint64_t block = at / BLOCK;
	uint64_t id = block / ring->sockets * BLOCK + at % BLOCK;

	return (uint32_t)((ring->first + block % ring->sockets) * IDS + id);
}

uint32_t
slot_take(struct load *load, struct ring *ring, uint32_t login)
{
	uint32_t slot = slot_number(ring, ring->next++);
	struct login *before =
		load->owners[slot] == 0 ? NULL : &load->logins[load->owners[slot] - 1];

	if (before != NULL && before->slot == slot && before->stage != LOGIN_DONE &&
		before->stage != LOGIN_THINKS) {
		load->counts.crowded++;
		login_ended(load, before,
			before->stage == LOGIN_FIRST ? END_UNANSWERED : END_UNANSWERED_SECOND);
	}
	load->owners[slot] = login + 1;
	return slot;
}

static void
request_begun(struct load *load, struct batch *batch, uint32_t index, uint32_t mark, int64_t now_us)
{
	struct login *login = &load->logins[index];

	login->stage = mark == FIRST ? LOGIN_FIRST : LOGIN_SECOND;
	login->tries = 1;
	batch_add(load, batch, login);
	wait_add(&load->retry, now_us + (int64_t)load->options.patience_ms * 1000, index, mark);
}

static void
login_begin(struct load *load, struct batch *batch, int64_t due_us, int64_t now_us)
{
	const struct load_options *options = &load->options;
	uint32_t index = load->next++;
	struct login *login = &load->logins[index];

	login->slot = slot_take(load, &load->rings[0], index);
	login->due_us = due_us;
	load->under_way++;
	load->counts.begun++;
	histogram_add(&load->behind, now_us - due_us);
	request_begun(load, batch, index, FIRST, now_us);
	if ((double)((index * UINT32_C(2654435761)) >> 8) < options->resend * (double)(1u << 24))
		wait_add(&load->resend, now_us + (int64_t)options->resend_after_ms * 1000, index,
			FIRST);
}

/* The code that answers a challenge: made now, because its State was not known before. */
static void
login_second(struct load *load, struct batch *batch, uint32_t index, int64_t now_us)
{
	struct login *login = &load->logins[index];
	uint8_t authenticator[PACKET_AUTHENTICATOR];

	if (wf_random_bytes(authenticator, sizeof(authenticator)) != WF_OK)
		give_up("no random bytes");
	login->counter = load->options.fixed ? 0 : load->used[login->person]++;
	login->packet = malloc(REQUEST_MAX);
	if (login->packet == NULL)
		give_up("no memory");
	login->slot = slot_take(load, &load->rings[1], index);
	login->due_us = now_us;
	login_write(load, login, login->slot, authenticator);
	request_begun(load, batch, index, SECOND, now_us);
}

static void
login_again(struct load *load, struct batch *batch, const struct delayed *item, int64_t now_us)
{
	struct login *login = &load->logins[item->what];

	if (!pending(login, item->mark))
		return;
	if (login->tries >= load->options.tries) {
		login_ended(
			load, login, item->mark == FIRST ? END_UNANSWERED : END_UNANSWERED_SECOND);
		return;
	}
	login->tries++;
	load->counts.resent++;
	batch_add(load, batch, login);
	wait_add(&load->retry, now_us + (int64_t)load->options.patience_ms * 1000, item->what,
		item->mark);
}

/* The same packet, unless its identifier has gone to another. */
static void
login_repeat(struct load *load, struct batch *batch, const struct delayed *item)
{
	struct login *login = &load->logins[item->what];

	if (load->owners[login->slot] != item->what + 1)
		return;
	load->counts.resent++;
	batch_add(load, batch, login);
}

static void
waited(struct load *load, struct batch *batch, int64_t now_us)
{
	struct delayed item;

	while (delays_take(&load->think, now_us, &item))
		login_second(load, batch, item.what, now_us);
	while (delays_take(&load->retry, now_us, &item))
		login_again(load, batch, &item, now_us);
	while (delays_take(&load->resend, now_us, &item))
		login_repeat(load, batch, &item);
}

/* On schedule all are begun, however late the generator is; with a window until the time is up. */
static bool
more(const struct load *load, int64_t now_us)
{
	return load->next < load->nlogins && (load->options.window == 0 || now_us < load->end_us);
}

/* Begins what is due; gives when the next one is. */
static int64_t
pace(struct load *load, struct batch *batch, int64_t now_us)
{
	const struct load_options *options = &load->options;

	while (more(load, now_us)) {
		int64_t due_us = now_us;

		if (options->window > 0 && load->under_way >= options->window)
			return load->end_us;
		if (options->window == 0)
			due_us = schedule_due_us(load->start_us, options->rate, load->next);
		if (due_us > now_us)
			return due_us;
		login_begin(load, batch, due_us, now_us);
	}
	return now_us + 100000;
}

/* A sample's Message-Authenticators; Response Authenticators are verified of all. */
static void
verify_message(struct load *load, const struct login *login, const struct packet *reply)
{
	bool first;

	load->counts.verified++;
	if (!asker_verify_message(&load->asker, login->packet, reply, &first))
		load->counts.bad_messages++;
	else if (!first)
		load->counts.unsigned_replies++;
}

static void
challenged(struct load *load, uint32_t index, const struct packet *reply, int64_t now_us)
{
	struct login *login = &load->logins[index];
	const struct attribute *state = packet_next(reply, ATTR_STATE, NULL);

	if (load->options.kind != KIND_CHALLENGE || state == NULL ||
		state->len > sizeof(login->state.bytes)) {
		login_ended(load, login, END_ODD);
		return;
	}
	login->state.len = state->len;
	memcpy(login->state.bytes, state->value, state->len);
	login->stage = LOGIN_THINKS;
	load->counts.challenged++;
	wait_add(&load->think, now_us + (int64_t)load->options.think_ms * 1000, index, SECOND);
}

/* A wrong code is meant to be refused, and a password is no code. */
static enum login_end
refused(const struct load *load, const struct login *login)
{
	bool first = login->stage == LOGIN_FIRST;

	if (!load->options.wrong && !load->options.fixed &&
		first == (load->options.kind == KIND_CODE) &&
		people_code_again(login->person, login->counter))
		return END_SEEN;
	return first ? END_REJECTED : END_REJECTED_SECOND;
}

static void
answered(struct load *load, uint32_t index, const struct packet *reply, int64_t now_us)
{
	struct login *login = &load->logins[index];
	bool first = login->stage == LOGIN_FIRST;

	histogram_add(first ? &load->first : &load->second, now_us - login->due_us);
	memcpy(login->answer, reply->authenticator, sizeof(login->answer));
	if (reply->code == CODE_ACCESS_CHALLENGE && first) {
		challenged(load, index, reply, now_us);
	} else if (reply->code == CODE_ACCESS_ACCEPT &&
		   first == (load->options.kind != KIND_CHALLENGE)) {
		load->counts.in_time += now_us <= load->end_us;
		login_ended(load, login, END_ACCEPTED);
	} else if (reply->code == CODE_ACCESS_REJECT) {
		login_ended(load, login, refused(load, login));
	} else {
		login_ended(load, login, END_ODD);
	}
}

/* A reply to a request that had its own already, or was given up. */
static void
repeated(struct load *load, const struct login *login, const struct packet *reply)
{
	if (login->end == END_UNANSWERED || login->end == END_UNANSWERED_SECOND)
		load->counts.late++;
	else if (memcmp(login->answer, reply->authenticator, sizeof(login->answer)) == 0)
		load->counts.repeats_same++;
	else
		load->counts.repeats_other++;
}

static void
received(struct load *load, uint32_t socket, const uint8_t *bytes, size_t len, int64_t now_us)
{
	uint32_t slot = len < PACKET_HEADER ? 0 : socket * IDS + bytes[1];
	uint32_t owner = len < PACKET_HEADER ? 0 : load->owners[slot];
	struct login *login = owner == 0 ? NULL : &load->logins[owner - 1];
	struct packet reply;

	if (login == NULL || login->slot != slot ||
		packet_read(bytes, len, &reply) != PACKET_FINE) {
		load->counts.strange++;
		return;
	}
	if (!asker_verify(&load->asker, login->packet, &reply)) {
		load->counts.bad++;
		return;
	}
	if (load->options.verify_every > 0 && (owner - 1) % load->options.verify_every == 0)
		verify_message(load, login, &reply);
	if (login->stage == LOGIN_FIRST || login->stage == LOGIN_SECOND)
		answered(load, owner - 1, &reply, now_us);
	else
		repeated(load, login, &reply);
}

static void
drain(struct load *load, uint32_t socket, int64_t now_us)
{
	static uint8_t bytes[AT_ONCE][REPLY_MAX];
	struct mmsghdr messages[AT_ONCE];
	struct iovec parts[AT_ONCE];
	int n = AT_ONCE;

	for (size_t i = 0; i < AT_ONCE; i++)
		parts[i] = (struct iovec){.iov_base = bytes[i], .iov_len = REPLY_MAX};
	while (n == AT_ONCE) {
		for (size_t i = 0; i < AT_ONCE; i++)
			messages[i] = (struct mmsghdr){
				.msg_hdr = {.msg_iov = &parts[i], .msg_iovlen = 1}};
		n = recvmmsg(load->sockets[socket], messages, AT_ONCE, MSG_DONTWAIT, NULL);
		if (n < 0 && errno == ECONNREFUSED)
			load->counts.refused++;
		for (int i = 0; i < n; i++)
			received(load, socket, bytes[i], messages[i].msg_len, now_us);
	}
}

static bool
busy(const struct load *load, int64_t now_us)
{
	return more(load, now_us) || load->under_way > 0 || load->resend.n > 0;
}

static int64_t
next_us(const struct load *load, int64_t next)
{
	next = delays_next_us(&load->retry, next);
	next = delays_next_us(&load->resend, next);
	return delays_next_us(&load->think, next);
}

void
load_run(struct load *load)
{
	static struct batch batch;
	struct epoll_event events[EVENTS_MAX];
	int64_t now_us = wf_clock_monotonic_us();

	load->start_us = now_us;
	load->end_us = now_us + (int64_t)(load->options.seconds * 1e6);
	while (busy(load, now_us)) {
		int64_t next;
		struct timespec wait = {0};
		int n;

		waited(load, &batch, now_us);
		next = next_us(load, pace(load, &batch, now_us));
		batch_flush(load, &batch);
		if (next > now_us)
			wait = (struct timespec){.tv_sec = (next - now_us) / 1000000,
				.tv_nsec = (next - now_us) % 1000000 * 1000};
		n = epoll_pwait2(load->epoll, events, EVENTS_MAX, &wait, NULL);
		now_us = wf_clock_monotonic_us();
		for (int i = 0; i < n; i++)
			drain(load, events[i].data.u32, now_us);
	}
}
