/*
 * From a QUERY or a DELIVERY to an order in a thread, and back to a REPLY. An order holds the site
 * that it is asked by, and the connection that waits for it, which is freed after its last order.
 */
#include "config.h"

#include "authd/egress/desk.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "authd/worker/mailbox.h"
#include "common/fault.h"
#include "common/link/link.h"
#include "common/peer.h"

#define VISITS_MAX 8
#define SAY_AGAIN_US INT64_C(60000000)

/* One connection of the daemon. */
struct visit {
	struct desk *desk;
	struct wf_link *link;
	atomic_bool lost; /* nobody waits any more: nothing is sent out for it */
	size_t orders;    /* under way */
	struct visit *next;
};

/* What goes back with an answer: it is in the version of its question. */
struct asked {
	uint64_t tag;
	uint16_t version;
};

struct errand {
	struct queue_place place; /* first: what the queue gives back is the errand */
	struct order order;
	struct worker_job job;
	struct mailbox_post post;
	struct visit *visit;
	struct site *site;
	struct booth *booth; /* of the site */
	struct asked asked;
};

struct desk {
	struct desk_options options;
	struct site *site;
	int fd;
	struct event *accepts, *mail;
	struct mailbox *mailbox;
	struct visit *visits;
	size_t nvisits, orders;
	int64_t refused_us; /* of the last line about somebody who was hung up on */
};

/* --- replies --- */

static wf_status
add_state(struct wf_msg *msg, const struct egress_reply *reply)
{
	return reply->state_len == 0
		       ? WF_OK
		       : wf_msg_add_bytes(msg, WF_F_PEER_STATE, reply->state, reply->state_len);
}

static wf_status
fill_in(struct wf_msg *msg, uint64_t tag, const struct egress_reply *reply)
{
	bool silent = reply->outcome == WF_OUTCOME_UNREACHABLE;
	const struct {
		enum wf_field_id id;
		uint64_t value;
	} numbers[] = {
		{WF_F_TAG, tag},
		{WF_F_OUTCOME, reply->outcome},
		{WF_F_ECHO, reply->echo},
		{WF_F_WHY, reply->why},
	};
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		status = wf_msg_add_uint(msg, numbers[i].id, numbers[i].value);
	if (status == WF_OK)
		status = wf_msg_add_text(msg, WF_F_SERVER, reply->server);
	if (status == WF_OK)
		status = wf_msg_add_text(msg, WF_F_TEXT, silent ? reply->cause : reply->text);
	return status == WF_OK ? add_state(msg, reply) : status;
}

static void
send_reply(struct visit *visit, const struct asked *asked, const struct egress_reply *reply)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_REPLY, asked->version);
	status = fill_in(&msg, asked->tag, reply);
	if (status == WF_OK)
		status = wf_link_send(visit->link, &msg);
	wf_msg_clear(&msg);
	if (status == WF_OK)
		wf_link_flush(visit->link);
	else if (!visit->lost)
		visit->desk->options.say(LOG_WARNING, "an answer could not be given to the daemon");
}

/* --- orders --- */

static void
errand_free(struct errand *errand)
{
	struct visit *visit = errand->visit;

	visit->orders--;
	visit->desk->orders--;
	site_return(&errand->site);
	wf_secret_clear(&errand->order.answer);
	wf_buf_clear(&errand->order.load);
	free(errand);
}

/*
 * Once when servers fall silent, then at most once a minute, and when they answer again.  What was
 * not asked says nothing of them.
 */
static void
say_standing(const struct errand *errand)
{
	const struct desk *desk = errand->visit->desk;
	const struct egress_reply *reply = &errand->order.reply;
	struct booth *booth = errand->booth;
	int64_t now = wf_clock_now(&desk->options.clock).boot_us;
	bool silent = egress_is_silence(reply);
	bool news = silent != booth->silent;
	char text[128 + EGRESS_CAUSE_MAX];

	if ((!silent && reply->outcome == WF_OUTCOME_UNREACHABLE) ||
		(silent ? !news && now - booth->said_us < SAY_AGAIN_US : !news))
		return;
	if (silent)
		snprintf(text, sizeof(text), "%s '%s': %s", booth->trade->section,
			booth->target.name, reply->cause);
	else
		snprintf(text, sizeof(text), "%s '%s' answers again (%s)", booth->trade->section,
			booth->target.name, reply->server);
	booth->silent = silent;
	booth->said_us = now;
	desk->options.say(silent ? LOG_WARNING : LOG_NOTICE, text);
}

/* It has its answer, or nobody waits for it any more. */
static void
conclude(struct errand *errand)
{
	if (!errand->visit->lost) {
		say_standing(errand);
		send_reply(errand->visit, &errand->asked, &errand->order.reply);
	}
	errand_free(errand);
}

/* Into a thread, if there is any use of it; false: it is concluded. */
static bool
send_out(struct errand *errand)
{
	bool late = errand->order.deadline_boot_us <= wf_clock_now(&errand->order.clock).boot_us;

	if (!late && !errand->visit->lost &&
		worker_submit(errand->booth->pool, &errand->job) == WF_OK)
		return true;
	queue_leave(errand->booth->queue, &errand->place);
	order_fail(&errand->order, WF_WHY_DEADLINE, "no thread was free before the deadline");
	conclude(errand);
	return false;
}

/* As many as there are threads. */
static void
pump(struct site *site, struct booth *booth)
{
	struct queue_place *next;

	site_use(site); /* the last errand may give back the last use */
	while (booth->running < booth->target.parallel &&
		(next = queue_pop(booth->queue)) != NULL)
		booth->running += send_out((struct errand *)next);
	site_return(&site);
}

static void
came_back(struct mailbox_post *post)
{
	struct errand *errand = post->ctx;
	struct booth *booth = errand->booth;
	struct site *site = site_use(errand->site);

	booth->running--;
	queue_leave(booth->queue, &errand->place);
	conclude(errand);
	pump(site, booth);
	site_return(&site);
}

static void
run(struct worker_job *job, void *scratch)
{
	struct errand *errand = job->ctx;

	errand->booth->trade->ask(&errand->order, scratch);
	wf_secret_clear(&errand->order.answer);
}

static void
done(struct worker_job *job, wf_status status)
{
	struct errand *errand = job->ctx;

	if (status != WF_OK)
		order_fail(
			&errand->order, WF_WHY_DEADLINE, "no thread was free before the deadline");
	mailbox_post(errand->visit->desk->mailbox, &errand->post);
}

/* --- questions and deliveries --- */

static wf_status
read_state(const struct wf_msg *msg, struct order *order)
{
	const uint8_t *state;
	wf_status status = wf_msg_get_bytes(msg, WF_F_PEER_STATE, 0, &state, &order->state_len);

	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	memcpy(order->state, state, order->state_len); /* not longer: the table of messages */
	return WF_OK;
}

static wf_status
read_answer(const struct wf_msg *msg, struct order *order)
{
	wf_status status = wf_msg_get_secret(msg, WF_F_SECRET, 0, 0, &order->answer);

	return status == WF_NOT_FOUND ? WF_OK : status;
}

static wf_status
read_load(const struct wf_msg *msg, struct order *order)
{
	const uint8_t *load;
	size_t len;
	uint64_t goes_on = 0;
	wf_status status = wf_msg_get_bytes(msg, WF_F_LOAD, 0, &load, &len);

	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	if (wf_msg_get_uint(msg, WF_F_GOES_ON, &goes_on) == WF_OK)
		order->goes_on = goes_on == 1;
	return wf_buf_put(&order->load, load, len);
}

/* What the message does not have stays empty. */
static wf_status
read_order(const struct wf_msg *msg, struct order *order)
{
	const struct {
		enum wf_field_id id;
		char *text;
		size_t size;
	} texts[] = {
		{WF_F_USER, order->user, sizeof(order->user)},
		{WF_F_RHOST, order->source, sizeof(order->source)},
		{WF_F_NAS, order->nas, sizeof(order->nas)},
	};
	uint64_t patience_ms;
	wf_status status = wf_msg_get_uint(msg, WF_F_PATIENCE, &patience_ms);

	for (size_t i = 0; status == WF_OK && i < sizeof(texts) / sizeof(texts[0]); i++)
		status = wf_msg_get_text(msg, texts[i].id, 0, texts[i].text, texts[i].size);
	if (status == WF_OK)
		status = read_state(msg, order);
	if (status == WF_OK)
		status = read_answer(msg, order);
	if (status == WF_OK)
		status = read_load(msg, order);
	if (status == WF_OK)
		order->deadline_boot_us =
			wf_clock_now(&order->clock).boot_us + (int64_t)patience_ms * 1000;
	return status;
}

/* The section that is asked; NULL: there is none for this. */
static struct booth *
booth_of(const struct desk *desk, const struct wf_msg *msg)
{
	char name[65];
	uint64_t trade;
	struct booth *booth = NULL;

	if (wf_msg_get_uint(msg, WF_F_TRADE, &trade) == WF_OK &&
		wf_msg_get_text(msg, WF_F_SERVER, 0, name, sizeof(name)) == WF_OK)
		booth = site_find(desk->site, (enum wf_trade)trade, name);
	return booth != NULL && booth->trade->delivers == (msg->type == WF_MSG_DELIVERY) ? booth
											 : NULL;
}

static struct errand *
errand_new(struct visit *visit, const struct asked *asked)
{
	struct errand *errand = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*errand));

	if (errand == NULL)
		return NULL;
	errand->visit = visit;
	errand->site = site_use(visit->desk->site);
	errand->asked = *asked;
	errand->order.clock = visit->desk->options.clock;
	errand->order.dropped = &visit->lost;
	wf_buf_init(&errand->order.load, WF_LOAD_MAX);
	errand->job = (struct worker_job){.run = run, .done = done, .ctx = errand};
	errand->post = (struct mailbox_post){.run = came_back, .ctx = errand};
	visit->orders++;
	visit->desk->orders++;
	return errand;
}

/* What can be said at once. */
static void
refuse(struct visit *visit, const struct asked *asked, enum wf_unreachable why, const char *cause)
{
	struct egress_reply reply = {.outcome = WF_OUTCOME_UNREACHABLE, .why = why};

	(void)snprintf(reply.cause, sizeof(reply.cause), "%s", cause);
	send_reply(visit, asked, &reply);
}

static void
line_up(struct errand *errand)
{
	const struct order *order = &errand->order;
	struct booth *booth = errand->booth;
	struct site *site = site_use(errand->site);
	struct queue_place *gone =
		queue_push(booth->queue, &errand->place, order->source, order->user);

	if (gone != NULL) {
		errand = (struct errand *)gone;
		order_fail(&errand->order, WF_WHY_BUSY,
			"too many questions wait for these servers");
		conclude(errand);
	}
	pump(site, booth);
	site_return(&site);
}

static void
start(struct errand *errand, const struct wf_msg *msg, struct booth *booth)
{
	struct visit *visit = errand->visit;
	struct asked asked = errand->asked;

	errand->booth = booth;
	errand->order.target = &booth->target;
	if (read_order(msg, &errand->order) != WF_OK) {
		errand_free(errand);
		refuse(visit, &asked, WF_WHY_INTERNAL,
			"the question makes no sense, or there is no memory");
		return;
	}
	errand->job.deadline_boot_us = errand->order.deadline_boot_us;
	line_up(errand);
}

static void
take(void *ctx, const struct wf_msg *msg)
{
	struct visit *visit = ctx;
	struct asked asked = {.version = msg->version};
	struct booth *booth;
	struct errand *errand;

	if ((msg->type != WF_MSG_QUERY && msg->type != WF_MSG_DELIVERY) ||
		wf_msg_get_uint(msg, WF_F_TAG, &asked.tag) != WF_OK)
		return;
	booth = booth_of(visit->desk, msg);
	if (booth == NULL) {
		refuse(visit, &asked, WF_WHY_UNKNOWN,
			"warifu-egress knows no such servers: has it loaded the configuration?");
		return;
	}
	errand = errand_new(visit, &asked);
	if (errand == NULL)
		refuse(visit, &asked, WF_WHY_INTERNAL, "there is no memory");
	else
		start(errand, msg, booth);
}

/* --- connections --- */

static void
lost(void *ctx)
{
	struct visit *visit = ctx;

	visit->lost = true; /* freed by the tick that finds it without orders */
}

static wf_status
visit_new(struct desk *desk, int fd)
{
	struct visit *visit = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*visit));
	const struct wf_link_options options = {
		.base = desk->options.base,
		.clock = desk->options.clock,
		.owner = (uid_t)-1,
		.peer = "the daemon",
		.away = "what it has asked is forgotten",
		.say = desk->options.say,
		.message = take,
		.lost = lost,
		.ctx = visit,
	};
	wf_status status;

	if (visit == NULL)
		return WF_NO_MEMORY;
	status = wf_link_new_on(&options, fd, &visit->link);
	if (status != WF_OK) {
		free(visit);
		return status;
	}
	visit->desk = desk;
	visit->next = desk->visits;
	desk->visits = visit;
	desk->nvisits++;
	return WF_OK;
}

/* Why it is hung up on; NULL: it is the daemon, by the kernel's word, and there is room. */
static const char *
why_not(const struct desk *desk, int fd)
{
	struct wf_peer peer;

	if (wf_peer_get(fd, &peer) != WF_OK || peer.uid != desk->options.daemon)
		return "somebody else than the daemon wanted to ask: hung up";
	return desk->nvisits < VISITS_MAX ? NULL
					  : "the daemon has too many connections: one was hung up";
}

/* At most once a minute: whoever comes again and again shall not fill the log. */
static void
say_refused(struct desk *desk, const char *why)
{
	int64_t now = wf_clock_now(&desk->options.clock).boot_us;

	if (desk->refused_us != 0 && now - desk->refused_us < SAY_AGAIN_US)
		return;
	desk->refused_us = now;
	desk->options.say(LOG_WARNING, why);
}

static void
accept_ready(evutil_socket_t fd, short what, void *arg)
{
	struct desk *desk = arg;
	int client = accept4((int)fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	const char *why;

	(void)what;
	if (client < 0)
		return;
	why = why_not(desk, client);
	if (why != NULL)
		say_refused(desk, why);
	else if (visit_new(desk, client) == WF_OK)
		return;
	close(client);
}

static void
free_visits(struct desk *desk, bool all)
{
	for (struct visit **at = &desk->visits; *at != NULL;) {
		struct visit *visit = *at;

		if (!all && (!visit->lost || visit->orders > 0)) {
			at = &visit->next;
			continue;
		}
		*at = visit->next;
		wf_link_free(&visit->link);
		free(visit);
		desk->nvisits--;
	}
}

void
desk_tick(struct desk *desk)
{
	for (struct visit *visit = desk->visits; visit != NULL; visit = visit->next)
		wf_link_tick(visit->link);
	free_visits(desk, false);
}

size_t
desk_orders(const struct desk *desk)
{
	return desk->orders;
}

/* --- beginning and end --- */

static void
mail_arrived(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	mailbox_run(((struct desk *)arg)->mailbox);
}

void
desk_use(struct desk *desk, struct site *site)
{
	site_return(&desk->site);
	desk->site = site_use(site);
}

static wf_status
set_up(struct desk *desk, int fd)
{
	struct event_base *base = desk->options.base;
	wf_status status = mailbox_new(&desk->mailbox);

	if (status != WF_OK)
		return status;
	desk->accepts = event_new(base, fd, EV_READ | EV_PERSIST, accept_ready, desk);
	desk->mail = event_new(
		base, mailbox_fd(desk->mailbox), EV_READ | EV_PERSIST, mail_arrived, desk);
	if (desk->accepts == NULL || desk->mail == NULL || event_add(desk->accepts, NULL) != 0 ||
		event_add(desk->mail, NULL) != 0)
		return WF_NO_MEMORY;
	desk->fd = fd;
	return WF_OK;
}

wf_status
desk_new(const struct desk_options *options, struct site *site, int fd, struct desk **desk_r)
{
	struct desk *desk = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*desk));
	wf_status status;

	if (desk == NULL)
		return WF_NO_MEMORY;
	desk->options = *options;
	desk->fd = -1;
	desk->site = site_use(site);
	status = set_up(desk, fd);
	if (status == WF_OK)
		*desk_r = desk;
	else
		desk_free(&desk);
	return status;
}

/* Orders come back into the mailbox, each to the visit that it belongs to. */
static void
finish_orders(struct desk *desk)
{
	for (struct visit *visit = desk->visits; visit != NULL; visit = visit->next)
		visit->lost = true;
	while (desk->orders > 0) {
		struct pollfd mail = {.fd = mailbox_fd(desk->mailbox), .events = POLLIN};

		(void)poll(&mail, 1, -1);
		mailbox_run(desk->mailbox);
	}
}

void
desk_free(struct desk **desk)
{
	struct desk *it = *desk;

	*desk = NULL;
	if (it == NULL)
		return;
	if (it->accepts != NULL)
		event_free(it->accepts);
	if (it->mail != NULL)
		event_free(it->mail);
	if (it->fd >= 0)
		close(it->fd);
	finish_orders(it);
	free_visits(it, true);
	site_return(&it->site);
	mailbox_free(&it->mailbox);
	free(it);
}
