/*
 * One turn of a way: see whom it has to tell of what, make one message of one incident or of many,
 * deliver it, note it. What is not noted comes again at the next turn; so nothing is remembered
 * here that must not be lost, only how many messages have left in this hour and when a failing way
 * is tried next, and which incidents a receiver refused, so that the others pass them.
 *
 * The way "log" tells of each incident by itself (detection opens a bounded number an hour), and
 * sees to it that what nobody has to be told any more is looked at no more.
 */
#include "config.h"

#include "authd/record/alerts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "authd/alert/message.h"
#include "authd/record/courier.h"
#include "authd/record/late.h"
#include "authd/record/place.h"
#include "authd/record/pulse.h"
#include "common/fault.h"

#define S_US INT64_C(1000000)
#define IDLE_MS 1000
#define PAUSE_LEAST_US (5 * S_US)
#define PAUSE_MOST_US (300 * S_US)
#define REFUSED_US (3600 * S_US)  /* what was refused for good may be wanted after a change */
#define TOGETHER_MAX 65536	  /* incidents of one message */
#define TOGETHER_LEAST 64	  /* for so many there is room from the first on */
#define ASIDE_MAX 64
#define NOTE_MAX 64		  /* noted in one commit */

/* What the configuration says to a way. */
struct orders {
	struct config_alert alert;
	struct config_mail mail;
	char node[sizeof(((struct config *)NULL)->node)];
};

struct way {
	const struct record_base *base;
	enum alert_way id;
	struct pulse pulse;
	struct courier *courier;
	struct place place; /* how many messages it has delivered; what keeps it */
	pthread_mutex_t lock; /* of the next two */
	struct orders newest;
	bool renewed;
	/* its thread's */
	struct orders orders;
	struct alert_budget budget;
	int64_t pause_us, next_us; /* after a failure; boot clock */
	bool failing;		   /* the last message did not go */
	struct late late;	   /* if it fails for long: a row, and so a finding */
	char why[EGRESS_CAUSE_MAX];
	struct alert_message message;
	struct incident list[ALERT_SHOWN], page[ALERT_SHOWN];
	struct due {
		int64_t id;
		uint32_t bits;
	} *due; /* what a message tells of: its owner */
	size_t due_room;
	int64_t aside[ASIDE_MAX]; /* incidents that were refused, without their names, too */
	size_t naside;
	int64_t aside_until_us; /* boot clock: when those are tried again */
	struct effect effects[NOTE_MAX + 1];
};

struct alerts {
	struct record_base base;
	struct way *ways[ALERT_WAYS]; /* NULL: the configuration does not have it */
};

static int64_t
boot_us(const struct way *way)
{
	return wf_clock_now(&way->base->clock).boot_us;
}

/* --- what is to be told --- */

static struct store_view *
untold_view(struct way *way, enum store_view_kind kind, const uint32_t bits[INCIDENT_CLASSES])
{
	struct store_view *view = &way->place.job.u.view;

	store_job_init(&way->place.job, STORE_VIEW);
	view->kind = kind;
	view->limit = kind == VIEW_UNTOLD ? 1 : ALERT_SHOWN;
	view->incidents = way->page;
	for (size_t i = 0; i < INCIDENT_CLASSES; i++) {
		view->untold.least[i] = way->orders.alert.least[i];
		view->untold.bits[i] = bits[i];
	}
	return view;
}

static bool
is_aside(const struct way *way, int64_t id)
{
	for (size_t i = 0; i < way->naside; i++)
		if (way->aside[i] == id)
			return true;
	return false;
}

static wf_status
make_room(struct way *way, size_t n)
{
	struct due *more = NULL;

	if (n < way->due_room)
		return WF_OK;
	if (!wf_fault(WF_FAULT_ALLOC))
		more = reallocarray(way->due, 2 * way->due_room, sizeof(*more));
	if (more == NULL)
		return WF_NO_MEMORY;
	way->due = more;
	way->due_room *= 2;
	return WF_OK;
}

static wf_status
add_due(struct way *way, const uint32_t bits[INCIDENT_CLASSES], const struct incident *incident,
	struct alert_note *note)
{
	uint32_t due = alert_due(&way->orders.alert, bits, incident);
	wf_status status = make_room(way, (size_t)note->total);

	if (status != WF_OK || is_aside(way, incident->id))
		return status;
	way->due[note->total++] = (struct due){incident->id, due};
	note->bits |= due;
	if (incident->level > note->worst)
		note->worst = incident->level;
	if (note->n < ALERT_SHOWN)
		way->list[note->n++] = *incident;
	return WF_OK;
}

/* So many of what one message may tell of, the worst first; or all that there is. */
static wf_status
collect(struct way *way, size_t most, struct alert_note *note)
{
	uint32_t bits[INCIDENT_CLASSES];
	struct incident last = {.id = 0};
	size_t n;

	alert_bits(&way->orders.alert, way->id, bits);
	do {
		struct store_view *view = untold_view(way, VIEW_INCIDENTS_UNTOLD, bits);
		wf_status status;

		view->after = (uint64_t)last.id;
		view->after_level = last.level;
		status = store_run(way->base->store, &way->place.job);
		n = view->n;
		for (size_t i = 0; status == WF_OK && i < n && note->total < most; i++)
			status = add_due(way, bits, &way->page[i], note);
		if (status != WF_OK)
			return status;
		if (n > 0)
			last = way->page[n - 1];
	} while (n == ALERT_SHOWN && note->total < most);
	return WF_OK;
}

/* Those that are described, and how many there are. */
static wf_status
look(struct way *way, struct alert_note *note)
{
	uint32_t bits[INCIDENT_CLASSES];
	struct store_view *view;
	wf_status status = collect(way, ALERT_SHOWN, note);

	if (status != WF_OK || note->total < ALERT_SHOWN)
		return status;
	alert_bits(&way->orders.alert, way->id, bits);
	view = untold_view(way, VIEW_UNTOLD, bits);
	status = store_run(way->base->store, &way->place.job);
	if (status == WF_OK && view->untold.count > note->total + way->naside)
		note->total = view->untold.count - way->naside;
	return status;
}

/* Of many the first alone, which is of the worst. */
static void
narrow(const struct way *way, struct alert_note *note)
{
	note->n = 1;
	note->total = 1;
	note->bits = way->due[0].bits;
	note->worst = way->list[0].level;
}

static wf_status
gather(struct way *way, struct alert_note *note)
{
	*note = (struct alert_note){.n = 0};
	return collect(way, TOGETHER_MAX, note);
}

/* "level 2; key ...; rows 12 from 3 to 40: 3 5 40": what stands behind the last colon. */
static void
find_rows(struct way *way, uint64_t seq, char *text_r, size_t size)
{
	struct store_view *view = &way->place.job.u.view;
	struct store_audit_entry *entry =
		wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(sizeof(*entry));
	struct audit_row row;
	const char *at = NULL;

	store_job_init(&way->place.job, STORE_VIEW);
	view->kind = VIEW_AUDIT;
	view->result = -1;
	view->after = seq - 1;
	view->limit = 1;
	view->audit = entry;
	if (entry != NULL && store_run(way->base->store, &way->place.job) == WF_OK &&
		view->n == 1 && entry->seq == seq &&
		audit_row_decode(entry->encoded, entry->encoded_len, &row) == WF_OK)
		at = strrchr(row.detail, ':');
	(void)snprintf(text_r, size, "%s", at != NULL ? at + 1 + strspn(at + 1, " ") : "");
	free(entry);
}

/* --- telling --- */

static void
say(const struct way *way, int priority, const char *what, const char *why)
{
	char text[EGRESS_CAUSE_MAX + 128];

	(void)snprintf(text, sizeof(text), "alerts by %s %s%s%s", alert_way_name(way->id), what,
		why[0] != '\0' ? ": " : "", why);
	way->base->say(priority, text);
}

/*
 * Counts where the receiver has, or may have, the letter: one that takes each and says nothing of
 * it is sent no more than an hour's, while one that is away costs nothing.
 */
static wf_status
send_away(struct way *way, unsigned worst)
{
	const struct alert_message *message = &way->message;
	const struct egress_delivery delivery = {.trade = message->trade,
		.section = message->section,
		.load = message->load.data,
		.len = message->load.len,
		.deadline_boot_us = boot_us(way) + message->patience_us};

	wf_status status =
		courier_deliver(way->courier, &delivery, way->why, sizeof(way->why));

	if (status == WF_OK || courier_begun(way->courier))
		alert_spend(&way->budget, worst);
	return status;
}

static wf_status
deliver_as(struct way *way, struct alert_note *note)
{
	const struct orders *orders = &way->orders;
	char rows[256] = "";
	wf_status status;

	way->why[0] = '\0';
	if (note->total == 1 && way->id != ALERT_LOG)
		find_rows(way, (uint64_t)way->list[0].id, rows, sizeof(rows));
	note->rows = rows;
	note->list = way->list;
	note->node = orders->node;
	note->now_us = wf_clock_now(&way->base->clock).wall_us;
	status = alert_message_make(
		&way->message, way->id, note, &orders->alert, &orders->mail);
	if (status == WF_OK && way->message.leaves)
		status = send_away(way, note->worst);
	else if (status == WF_OK)
		way->base->say(way->message.priority, (const char *)way->message.load.data);
	note->rows = "";
	return status;
}

/* A server that refuses a mail may do so for a name in it: then without names, at once. */
static wf_status
deliver(struct way *way, struct alert_note *note)
{
	wf_status status = deliver_as(way, note);

	if (status != WF_DENIED || way->message.trade != WF_TRADE_MAIL)
		return status;
	say(way, LOG_WARNING, "were refused; sent without names", way->why);
	note->bare = true;
	return deliver_as(way, note);
}

/* --- noting it --- */

static wf_status
commit(struct way *way, size_t neffects)
{
	store_job_init(&way->place.job, STORE_ADMIN);
	way->place.job.u.admin.effects = way->effects;
	way->place.job.u.admin.neffects = neffects;
	return store_run(way->base->store, &way->place.job);
}

/* The last commit moves the way's place, too: a message more. */
static wf_status
note_told(struct way *way, const struct alert_note *note, const char *why)
{
	wf_status status = WF_OK;

	for (size_t at = 0; status == WF_OK && at < note->total;) {
		size_t n = 0;

		for (; n < NOTE_MAX && at < note->total; n++, at++)
			way->effects[n] = (struct effect){.kind = EFFECT_INCIDENT_TOLD,
				.value = way->due[at].id,
				.value2 = way->due[at].bits};
		if (at == note->total && way->id != ALERT_LOG)
			place_effect(&way->place, way->place.at + 1, why, &way->effects[n++]);
		status = commit(way, n);
	}
	if (way->id != ALERT_LOG)
		place_moved(&way->place, status, &way->effects[(note->total - 1) % NOTE_MAX + 1]);
	return status;
}

/* What no way has to tell of any more. */
static wf_status
settle(struct way *way)
{
	uint32_t bits[INCIDENT_CLASSES] = {0};
	struct store_view *view;
	wf_status status;
	size_t n;

	for (unsigned id = 0; id < ALERT_WAYS; id++) {
		uint32_t more[INCIDENT_CLASSES];

		alert_bits(&way->orders.alert, (enum alert_way)id, more);
		for (size_t i = 0; i < INCIDENT_CLASSES; i++)
			bits[i] |= more[i];
	}
	view = untold_view(way, VIEW_INCIDENTS_UNTOLD, bits);
	view->untold.settled = true;
	status = store_run(way->base->store, &way->place.job);
	n = status == WF_OK ? view->n : 0;
	for (size_t i = 0; i < n; i++)
		way->effects[i] = (struct effect){.kind = EFFECT_INCIDENT_SETTLED,
			.value = way->page[i].id,
			.value2 = way->page[i].level};
	return n > 0 ? commit(way, n) : status;
}

/* --- going well, and failing --- */

static void
go_well(struct way *way)
{
	if (way->failing && way->naside == 0)
		say(way, LOG_NOTICE, "go well again", "");
	way->failing = way->naside > 0;
	way->pause_us = 0;
}

/* Refused as it is, however it is said: the others go on without it.  False: that helps nobody. */
static bool
put_aside(struct way *way, const struct alert_note *note)
{
	if (note->total != 1 || note->list == NULL || way->naside == ASIDE_MAX)
		return false;
	if (way->naside == 0)
		way->aside_until_us = boot_us(way) + REFUSED_US;
	way->aside[way->naside++] = note->list[0].id;
	return true;
}

static void
fail(struct way *way, wf_status status, bool passed)
{
	const int64_t now = boot_us(way);

	if (way->why[0] == '\0')
		(void)snprintf(way->why, sizeof(way->why), "%s", wf_status_text(status));
	way->failing = true;
	way->pause_us = way->pause_us == 0 ? PAUSE_LEAST_US : 2 * way->pause_us;
	if (way->pause_us > PAUSE_MOST_US)
		way->pause_us = PAUSE_MOST_US;
	way->next_us = now + (status == WF_DENIED && !passed ? REFUSED_US : way->pause_us);
	if (strcmp(way->why, way->place.why) == 0)
		return;
	say(way, LOG_WARNING,
		status == WF_DENIED ? "are refused; tried again in an hour, or after a reload"
				    : "fail; tried again",
		way->why);
	if (place_write(&way->place, way->place.at, way->why) != WF_OK)
		say(way, LOG_ERR, "fail, and this cannot even be noted", way->why);
}

/* --- turns --- */

static void
renew(struct way *way)
{
	(void)pthread_mutex_lock(&way->lock);
	if (way->renewed) {
		way->orders = way->newest;
		way->next_us = 0;
		way->pause_us = 0;
		way->naside = 0;
	}
	way->renewed = false;
	(void)pthread_mutex_unlock(&way->lock);
}

/* What is shown of the way: who of several did not get it, or what was refused before. */
static const char *
words_to_keep(const struct way *way)
{
	if (way->why[0] != '\0' && way->id != ALERT_HOOK)
		return way->why;
	return way->naside > 0 ? way->place.why : "";
}

struct turn {
	bool more;   /* another message may follow at once */
	bool passed; /* what was refused holds nothing up */
};

/* One message, or none. */
static wf_status
tell(struct way *way, struct alert_note *note, struct turn *turn_r)
{
	const struct config_alert *alert = &way->orders.alert;
	enum alert_plan plan = ALERT_EACH;
	wf_status status;

	if (way->id != ALERT_LOG)
		plan = alert_plan(
			&way->budget, alert->hourly, note->total, note->worst, boot_us(way));
	if (note->total == 0)
		way->failing = way->naside > 0; /* there is nothing else that could fail */
	if (note->total == 0 || plan == ALERT_WAIT)
		return WF_OK;
	turn_r->more = plan == ALERT_EACH && note->total > 1;
	if (plan == ALERT_EACH)
		narrow(way, note);
	status = plan == ALERT_EACH ? WF_OK : gather(way, note);
	if (status == WF_OK && note->total > 0)
		status = deliver(way, note);
	turn_r->passed = status == WF_DENIED && put_aside(way, note);
	if (status != WF_OK || note->total == 0)
		return status;
	if (way->why[0] != '\0')
		say(way, LOG_NOTICE, "went, and it was said", way->why);
	status = note_told(way, note, words_to_keep(way));
	if (status == WF_OK)
		go_well(way);
	else
		way->why[0] = '\0'; /* it was not the way that failed, but the store */
	return status;
}

static wf_status
turn(struct way *way, struct turn *turn_r)
{
	struct alert_note note = {.n = 0};
	wf_status status = place_read(&way->place);

	way->why[0] = '\0';
	if (status == WF_OK && way->id == ALERT_LOG)
		status = settle(way);
	if (status == WF_OK)
		status = look(way, &note);
	return status == WF_OK ? tell(way, &note, turn_r) : status;
}

static unsigned
step(void *ctx)
{
	struct way *way = ctx;
	const unsigned idle_ms = way->base->idle_ms != 0 ? way->base->idle_ms : IDLE_MS;
	struct turn now = {.more = false};
	wf_status status;

	renew(way);
	if (way->naside > 0 && boot_us(way) >= way->aside_until_us)
		way->naside = 0;
	late_watch(&way->late, !way->failing, way->failing ? way->place.why : "it goes well again");
	if (boot_us(way) < way->next_us)
		return idle_ms;
	status = turn(way, &now);
	if (status != WF_OK && !pulse_stopping(&way->pulse))
		fail(way, status, now.passed);
	return now.more && status == WF_OK ? 0 : idle_ms;
}

static void
interrupt(void *ctx)
{
	courier_interrupt(((struct way *)ctx)->courier);
}

/* --- beginning and end --- */

static void
take_orders(const struct config *config, struct orders *orders_r)
{
	*orders_r = (struct orders){.alert = config->alert, .mail = config->mail};
	(void)snprintf(orders_r->node, sizeof(orders_r->node), "%s", config->node);
}

static void
way_clear(struct way *way)
{
	courier_free(&way->courier);
	alert_message_clear(&way->message);
	(void)pthread_mutex_destroy(&way->lock);
	free(way->due);
	free(way);
}

static wf_status
way_new(const struct record_base *base, enum alert_way id, const struct config *config,
	struct way **way_r)
{
	struct way *way = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*way));
	wf_status status;

	if (way == NULL)
		return WF_NO_MEMORY;
	way->due_room = TOGETHER_LEAST;
	way->due = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(way->due_room, sizeof(*way->due));
	if (way->due == NULL) {
		free(way);
		return WF_NO_MEMORY;
	}
	way->base = base;
	way->id = id;
	way->place.store = base->store;
	(void)snprintf(way->place.name, sizeof(way->place.name), ALERT_CURSOR "%s",
		alert_way_name(id));
	late_init(&way->late, "alert.failed", alert_way_name(id), base->store, &base->clock);
	(void)pthread_mutex_init(&way->lock, NULL);
	take_orders(config, &way->orders);
	alert_message_init(&way->message);
	way->pulse = (struct pulse){.step = step, .interrupt = interrupt, .ctx = way};
	status = courier_new(base, &way->courier);
	if (status == WF_OK)
		status = pulse_start(&way->pulse, "alerts");
	if (status == WF_OK)
		*way_r = way;
	else
		way_clear(way);
	return status;
}

static void
way_stop(struct way **way)
{
	if (*way == NULL)
		return;
	pulse_stop(&(*way)->pulse);
	way_clear(*way);
	*way = NULL;
}

static void
way_renew(struct way *way, const struct config *config)
{
	(void)pthread_mutex_lock(&way->lock);
	take_orders(config, &way->newest);
	way->renewed = true;
	(void)pthread_mutex_unlock(&way->lock);
}

/* Those that the configuration has, and no others. */
static wf_status
arrange(struct alerts *alerts, const struct config *config)
{
	wf_status status = WF_OK;

	for (unsigned id = 0; status == WF_OK && id < ALERT_WAYS; id++) {
		struct way **way = &alerts->ways[id];

		if (!alert_way_used(&config->alert, (enum alert_way)id))
			way_stop(way);
		else if (*way == NULL)
			status = way_new(&alerts->base, (enum alert_way)id, config, way);
		else
			way_renew(*way, config);
	}
	return status;
}

void
alerts_configure(void *part, const struct config *config, const struct keyring *keys)
{
	struct alerts *alerts = part;

	(void)keys;
	if (arrange(alerts, config) != WF_OK)
		alerts->base.say(LOG_ERR, "a way of the alerts cannot begin for lack of memory or "
					  "threads; reload again");
}

wf_status
alerts_start(const struct record_base *base, const struct config *config,
	const struct keyring *keys, void **part_r)
{
	struct alerts *alerts = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*alerts));
	void *part = alerts;
	wf_status status;

	(void)keys;
	if (alerts == NULL)
		return WF_NO_MEMORY;
	alerts->base = *base;
	status = arrange(alerts, config);
	if (status == WF_OK)
		*part_r = part;
	else
		alerts_stop(&part);
	return status;
}

void
alerts_stop(void **part)
{
	struct alerts *alerts = *part;

	*part = NULL;
	if (alerts == NULL)
		return;
	for (unsigned id = 0; id < ALERT_WAYS; id++)
		way_stop(&alerts->ways[id]);
	free(alerts);
}
