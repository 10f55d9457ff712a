/* A thread, a place in the log, and patience. */
#include "config.h"

#include "authd/record/follower.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "authd/record/late.h"
#include "authd/record/pulse.h"
#include "common/fault.h"

#define IDLE_MS 1000
#define PAUSE_MAX_MS 30000
#define FINISH_US 3000000 /* for what is left when it is stopped */

typedef wf_status (*follower_hook)(void *ctx, struct follower_turn *turn);

struct follower {
	struct follower_options options;
	char name[sizeof(((struct store_cursor *)NULL)->name)];
	struct pulse pulse;
	/* of its thread */
	bool placed;       /* the cursor is known */
	uint64_t at;       /* where it stands: rows up to it are taken */
	uint64_t sure;     /* up to it for good; <= at */
	unsigned pause_ms; /* before the next try; 0: the last one went well */
	char why[256];     /* as in the store */
	struct late late;
	struct store_job job;
	struct store_audit_entry entries[FOLLOWER_PAGE];
};

bool
follower_stopping(const struct follower *follower)
{
	return pulse_stopping(&follower->pulse);
}

void
follower_cursor(const struct follower_turn *turn, struct effect *effect_r)
{
	*effect_r = (struct effect){
		.kind = EFFECT_CURSOR, .value = (int64_t)turn->from, .value2 = (int64_t)turn->to};
	(void)snprintf(effect_r->text, sizeof(effect_r->text), "%s", turn->name);
}

static wf_status
cursor_write(struct follower *f, uint64_t sure, uint64_t at, const char *why)
{
	const struct follower_turn turn = {.name = f->name, .from = f->sure, .to = sure};
	struct effect effect;
	wf_status status;

	follower_cursor(&turn, &effect);
	effect.value3 = (int64_t)at;
	(void)snprintf(effect.text2, sizeof(effect.text2), "%s", why);
	store_job_init(&f->job, STORE_ADMIN);
	f->job.u.admin.effects = &effect;
	f->job.u.admin.neffects = 1;
	status = store_run(f->options.store, &f->job);
	if (status != WF_OK)
		return status;
	f->sure = sure;
	f->at = at;
	memcpy(f->why, effect.text2, sizeof(f->why));
	return WF_OK;
}

/* A page of the log: what comes behind the cursor, or the log's last row. */
static wf_status
read_rows(struct follower *f, bool last, size_t *n_r)
{
	struct store_view *view = &f->job.u.view;
	wf_status status;

	store_job_init(&f->job, STORE_VIEW);
	view->kind = VIEW_AUDIT;
	view->result = -1;
	view->newest_first = last;
	view->after = last ? 0 : f->at;
	view->limit = last ? 1 : FOLLOWER_PAGE;
	view->audit = f->entries;
	status = store_run(f->options.store, &f->job);
	if (status == WF_OK)
		*n_r = view->n;
	return status;
}

static wf_status
cursor_begin(struct follower *f)
{
	size_t n = 0;
	wf_status status;

	f->at = f->sure = 0;
	if (!f->options.from_end)
		return WF_OK;
	status = read_rows(f, true, &n);
	return status == WF_OK && n > 0
		       ? cursor_write(f, f->entries[0].seq, f->entries[0].seq, "")
		       : status;
}

static wf_status
cursor_read(struct follower *f)
{
	struct store_view *view = &f->job.u.view;
	struct store_cursor cursor;
	wf_status status;

	store_job_init(&f->job, STORE_VIEW);
	view->kind = VIEW_CURSORS;
	view->limit = 1;
	view->cursors = &cursor;
	memcpy(view->user, f->name, sizeof(f->name));
	status = store_run(f->options.store, &f->job);
	if (status != WF_OK)
		return status;
	if (view->n == 0)
		return cursor_begin(f);
	f->at = f->sure = cursor.seq;
	memcpy(f->why, cursor.why, sizeof(f->why));
	return WF_OK;
}

static void
tell(const struct follower *f, int priority, const char *what, const char *why)
{
	char text[512];

	if (f->options.say == NULL)
		return;
	(void)snprintf(text, sizeof(text), "log reader %s: %s row %llu%s%s", f->name, what,
		(unsigned long long)f->at, why[0] != '\0' ? ": " : "", why);
	f->options.say(priority, text);
}

/* It is told once; the store may be what fails, so nothing hangs on what stands there. */
static void
note_failure(struct follower *f, wf_status status, const char *said)
{
	const char *why = said[0] != '\0' ? said : wf_status_text(status);
	bool first = f->pause_ms == 0;

	f->pause_ms = first ? f->options.idle_ms : 2 * f->pause_ms;
	if (f->pause_ms > PAUSE_MAX_MS)
		f->pause_ms = PAUSE_MAX_MS;
	if (first)
		tell(f, LOG_WARNING, "waits behind", why);
	f->at = f->sure;
	if (f->placed && strcmp(f->why, why) != 0 && cursor_write(f, f->at, f->at, why) != WF_OK)
		tell(f, LOG_WARNING, "cannot even note this; behind", why);
}

static wf_status
note_success(struct follower *f, const struct follower_turn *turn)
{
	uint64_t sure = turn->sure < turn->to ? turn->sure : turn->to;
	wf_status status = WF_OK;

	if (turn->moved) {
		f->at = f->sure = turn->to;
		f->why[0] = '\0';
	} else if (turn->to != f->at || sure != f->sure || f->why[0] != '\0') {
		status = cursor_write(f, sure, turn->to, "");
	}
	if (status != WF_OK) {
		f->placed = status != WF_CONFLICT; /* somebody else has moved it: look again */
		return status;
	}
	if (f->pause_ms != 0)
		tell(f, LOG_NOTICE, "goes on behind", "");
	f->pause_ms = 0;
	return WF_OK;
}

static wf_status
call_hook(struct follower *f, follower_hook hook, size_t n)
{
	struct follower_turn turn = {
		.name = f->name,
		.from = f->at,
		.entries = f->entries,
		.n = n,
		.now = wf_clock_now(&f->options.clock),
		.to = n > 0 ? f->entries[n - 1].seq : f->at,
		.sure = n > 0 ? UINT64_MAX : f->sure,
	};
	wf_status status = hook == NULL ? WF_OK : hook(f->options.ctx, &turn);

	if (status == WF_OK)
		status = note_success(f, &turn);
	if (status == WF_CONFLICT)
		f->placed = false;
	if (status != WF_OK)
		note_failure(f, status, turn.why);
	return status;
}

/* The rows behind the cursor; end_r: there are no more. */
static wf_status
take_page(struct follower *f, bool *end_r)
{
	size_t n = 0;
	wf_status status = f->placed ? WF_OK : cursor_read(f);

	f->placed = f->placed || status == WF_OK;
	if (status == WF_OK)
		status = read_rows(f, false, &n);
	if (status != WF_OK) {
		note_failure(f, status, f->job.cause);
		return status;
	}
	if (n > 0)
		status = call_hook(f, f->options.take, n);
	*end_r = n < FOLLOWER_PAGE;
	return status;
}

/* How long to pause, in milliseconds. */
static unsigned
follower_step(void *ctx)
{
	struct follower *f = ctx;
	bool end = false;
	char words[320];
	wf_status status = take_page(f, &end);

	if (status == WF_OK && end)
		status = call_hook(f, f->options.idle, 0);
	(void)snprintf(words, sizeof(words), "behind row %llu%s%s", (unsigned long long)f->at,
		f->why[0] != '\0' ? ": " : "", f->why);
	late_watch(&f->late, status == WF_OK && end, words);
	if (status != WF_OK)
		return f->pause_ms;
	return end ? f->options.idle_ms : 0;
}

static void
follower_finish(void *ctx)
{
	struct follower *f = ctx;
	int64_t until_us = wf_clock_now(&f->options.clock).boot_us + FINISH_US;
	bool end = false;

	if (f->options.finish == NULL)
		return;
	while (!end && wf_clock_now(&f->options.clock).boot_us < until_us) {
		if (take_page(f, &end) != WF_OK)
			return;
	}
	if (end)
		(void)call_hook(f, f->options.finish, 0);
}

static void
follower_interrupt(void *ctx)
{
	const struct follower *f = ctx;

	if (f->options.interrupt != NULL)
		f->options.interrupt(f->options.ctx);
}

wf_status
follower_start(const struct follower_options *options, struct follower **follower_r)
{
	struct follower *f;
	wf_status status;

	if (options->name[0] == '\0' || strlen(options->name) >= sizeof(f->name) ||
		options->take == NULL)
		return WF_INVALID;
	f = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*f));
	if (f == NULL)
		return WF_NO_MEMORY;
	f->options = *options;
	if (f->options.idle_ms == 0)
		f->options.idle_ms = IDLE_MS;
	(void)snprintf(f->name, sizeof(f->name), "%s", options->name);
	late_init(&f->late, options->late_event, options->late_about, options->store,
		&options->clock);
	f->pulse = (struct pulse){.step = follower_step,
		.finish = follower_finish,
		.interrupt = follower_interrupt,
		.ctx = f};
	status = pulse_start(&f->pulse, "log reader");
	if (status != WF_OK) {
		free(f);
		return status;
	}
	*follower_r = f;
	return WF_OK;
}

void
follower_stop(struct follower **follower)
{
	struct follower *f = follower == NULL ? NULL : *follower;

	if (f == NULL)
		return;
	pulse_stop(&f->pulse);
	free(f);
	*follower = NULL;
}
