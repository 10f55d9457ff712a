/*
 * What acts borrow from the daemon: store, keys and configuration of the moment, and three hooks that
 * run in the loop thread while the act's thread waits.
 */
#include "config.h"

#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "authd/daemon.h"
#include "authd/record/courier.h"
#include "common/say.h"

struct loop_call {
	struct mailbox_post post;
	void (*run)(struct daemon *daemon, void *arg);
	struct daemon *daemon;
	void *arg;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	bool finished;
};

static void
call_run(struct mailbox_post *post)
{
	struct loop_call *call = post->ctx;

	call->run(call->daemon, call->arg);
	pthread_mutex_lock(&call->mutex);
	call->finished = true;
	pthread_cond_signal(&call->cond);
	pthread_mutex_unlock(&call->mutex);
}

/* Runs `run` in the loop thread and waits for it; called from act threads only. */
static void
loop_call(struct daemon *daemon, void (*run)(struct daemon *daemon, void *arg), void *arg)
{
	struct loop_call call = {
		.run = run,
		.daemon = daemon,
		.arg = arg,
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.cond = PTHREAD_COND_INITIALIZER,
	};

	call.post = (struct mailbox_post){.run = call_run, .ctx = &call};
	mailbox_post(daemon->mailbox, &call.post);
	pthread_mutex_lock(&call.mutex);
	while (!call.finished)
		pthread_cond_wait(&call.cond, &call.mutex);
	pthread_mutex_unlock(&call.mutex);
}

static void
read_figures(struct daemon *daemon, void *arg)
{
	struct act_figures *figures = arg;
	struct engine_figures engine;

	engine_figures(daemon->engine, &engine);
	*figures = (struct act_figures){
		.accepted = engine.accepted,
		.rejected = engine.rejected,
		.unavailable = engine.unavailable,
		.refused_early = engine.refused_early,
		.transactions_open = engine.transactions_open,
		.workers_queued = engine.waiting + worker_queued(daemon->workers),
		.connections = front_connections(daemon->front),
		.started_us = daemon->started_us,
		.started_boot_us = daemon->started_boot_us,
		.slowest_hash_ms = engine.slowest_hash_ms,
	};
	keeper_facts(daemon->keeper, &figures->copies);
	figures->egress = daemon->egress != NULL && egress_is_up(daemon->egress);
	if (daemon->egress != NULL)
		figures->silent = egress_silent(
			daemon->egress, figures->silent_names, sizeof(figures->silent_names));
	if (daemon->hub == NULL)
		return;
	figures->relays = hub_hosts(
		daemon->hub, figures->relays_away, sizeof(figures->relays_away));
	hub_term(daemon->hub, &figures->relays_term);
}

static void
figures(void *ctx, struct act_figures *figures_r)
{
	loop_call(ctx, read_figures, figures_r);
}

struct reload_arg {
	bool keys_only;
	const char *by;
	locale_t language; /* of the operator who asked: what is wrong is said in it */
	wf_status status;
	char why[CONFIG_ERROR_SIZE];
};

static void
run_reload(struct daemon *daemon, void *arg)
{
	struct reload_arg *reload = arg;
	const locale_t before = uselocale(reload->language);

	reload->status = live_reload(
		daemon, reload->keys_only, reload->by, reload->why, sizeof(reload->why));
	(void)uselocale(before);
}

static wf_status
rekey(void *ctx)
{
	struct reload_arg reload = {
		.keys_only = true, .by = "", .language = uselocale((locale_t)0)};

	loop_call(ctx, run_reload, &reload);
	return reload.status;
}

static wf_status
reload(void *ctx, const char *by, char *why_r, size_t size)
{
	struct reload_arg arg = {
		.keys_only = false, .by = by, .language = uselocale((locale_t)0)};
	size_t len;

	loop_call(ctx, run_reload, &arg);
	len = strnlen(arg.why, size - 1);
	memcpy(why_r, arg.why, len);
	why_r[len] = '\0';
	return arg.status;
}

/* An act that waits for the front end's answer. */
struct front_call {
	struct mailbox_post post;
	struct daemon *daemon;
	const char *order, *arg;
	wf_status status;
	struct wf_msg done;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	bool finished;
};

static wf_status
copy_texts(const struct wf_msg *from, struct wf_msg *to_r)
{
	const uint8_t *bytes;
	uint64_t result;
	size_t len;
	wf_status status = wf_msg_get_uint(from, WF_F_STATUS, &result);

	wf_msg_init(to_r, from->type, from->version);
	if (status == WF_OK)
		status = wf_msg_add_uint(to_r, WF_F_STATUS, result);
	for (size_t i = 0;
		status == WF_OK && wf_msg_get_bytes(from, WF_F_CELL, i, &bytes, &len) == WF_OK; i++)
		status = wf_msg_add_bytes(to_r, WF_F_CELL, bytes, len);
	if (status != WF_OK)
		wf_msg_clear(to_r);
	return status;
}

static void
front_answered(void *ctx, wf_status status, const struct wf_msg *done)
{
	struct front_call *call = ctx;

	if (status == WF_OK)
		status = copy_texts(done, &call->done);
	pthread_mutex_lock(&call->mutex);
	call->status = status;
	call->finished = true;
	pthread_cond_signal(&call->cond);
	pthread_mutex_unlock(&call->mutex);
}

static void
front_ask(struct mailbox_post *post)
{
	struct front_call *call = post->ctx;
	struct engine *engine = call->daemon->engine;
	wf_status status = engine_ask_front(engine, call->order, call->arg, front_answered, call);

	if (status != WF_OK)
		front_answered(call, status, NULL);
}

static wf_status
ask_front(void *ctx, const char *order, const char *arg, struct wf_msg *done_r)
{
	struct daemon *daemon = ctx;
	struct front_call call = {
		.daemon = daemon,
		.order = order,
		.arg = arg,
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.cond = PTHREAD_COND_INITIALIZER,
	};

	call.post = (struct mailbox_post){.run = front_ask, .ctx = &call};
	mailbox_post(daemon->mailbox, &call.post);
	pthread_mutex_lock(&call.mutex);
	while (!call.finished)
		pthread_cond_wait(&call.cond, &call.mutex);
	pthread_mutex_unlock(&call.mutex);
	if (call.status == WF_OK)
		*done_r = call.done;
	return call.status;
}

/* --- telling --- */

struct tell_call {
	struct courier *courier;
	struct tell_call *next;
};

static bool
tell_begin(struct tells *tells, struct tell_call *call)
{
	bool over;

	pthread_mutex_lock(&tells->lock);
	over = tells->over;
	call->next = tells->first;
	if (!over)
		tells->first = call;
	pthread_mutex_unlock(&tells->lock);
	return !over;
}

static void
tell_end(struct tells *tells, const struct tell_call *call)
{
	struct tell_call **at = &tells->first;

	pthread_mutex_lock(&tells->lock);
	while (*at != NULL && *at != call)
		at = &(*at)->next;
	if (*at != NULL)
		*at = call->next;
	pthread_mutex_unlock(&tells->lock);
}

void
hooks_interrupt(struct daemon *daemon)
{
	struct tells *tells = &daemon->tells;

	pthread_mutex_lock(&tells->lock);
	tells->over = true;
	for (struct tell_call *call = tells->first; call != NULL; call = call->next)
		courier_interrupt(call->courier);
	pthread_mutex_unlock(&tells->lock);
}

/* What was interrupted still has its ticket, which is the loop's. */
static void
free_courier(struct daemon *daemon, void *arg)
{
	(void)daemon;
	courier_free(arg);
}

static wf_status
tell_by_egress(struct daemon *daemon, const struct egress_delivery *delivery, char *why_r,
	size_t size)
{
	const struct record_base base = {
		.clock = daemon->clock, .mailbox = daemon->mailbox, .egress = &daemon->egress};
	struct tell_call call = {.courier = NULL};
	wf_status status = courier_new(&base, &call.courier);

	if (status != WF_OK)
		return status;
	status = WF_EXPIRED;
	if (tell_begin(&daemon->tells, &call)) {
		status = courier_deliver(call.courier, delivery, why_r, size);
		tell_end(&daemon->tells, &call);
	}
	loop_call(daemon, free_courier, &call.courier);
	if (status == WF_EXPIRED)
		(void)snprintf(why_r, size, "the daemon is being stopped");
	return status;
}

/* A courier of each call's own: it ends by the message's deadline, or when the daemon stops. */
static wf_status
tell(void *ctx, const struct alert_message *message, char *why_r, size_t size)
{
	struct daemon *daemon = ctx;
	const struct egress_delivery delivery = {.trade = message->trade,
		.section = message->section,
		.load = message->load.data,
		.len = message->load.len,
		.deadline_boot_us = wf_clock_now(&daemon->clock).boot_us + message->patience_us};

	if (!message->leaves) {
		wf_say(message->priority, (const char *)message->load.data);
		return WF_OK;
	}
	return tell_by_egress(daemon, &delivery, why_r, size);
}

static void
countries(void *ctx, char *why_r, size_t size)
{
	const struct daemon *daemon = ctx;

	record_countries(daemon->record, why_r, size);
}

void
hooks_lend(void *ctx, struct act_daemon *daemon_r)
{
	struct daemon *daemon = ctx;

	daemon->live->lent++;
	*daemon_r = (struct act_daemon){
		.store = daemon->store,
		.keys = daemon->live->keys,
		.config = daemon->live->config,
		.clock = daemon->clock,
		.figures = figures,
		.figures_ctx = daemon,
		.rekey = rekey,
		.reload = reload,
		.ask_front = ask_front,
		.tell = tell,
		.countries = countries,
		.hooks_ctx = daemon,
	};
}

void
hooks_give_back(void *ctx, const struct act_daemon *lent)
{
	struct daemon *daemon = ctx;

	for (struct live *live = daemon->live; live != NULL; live = live->next)
		if (live->config == lent->config)
			live->lent--;
}
