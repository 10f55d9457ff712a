/*
 * The event base.  Changes of what is watched are handed to the kernel together, once a turn: most
 * take each other back.  So event_add() cannot say that the kernel refused one (no memory, no more
 * watches), and libevent's log alone does; a listener would be deaf for ever.  That line is taken
 * as a sign here, and the tick has it tried again.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "authd/base.h"
#include "common/fault.h"
#include "common/say.h"

static bool refused; /* the loop's thread; libevent's log has no context */

static void
on_log(int severity, const char *text)
{
	static const char watching[] = "Epoll ";

	wf_say_f(severity == EVENT_LOG_ERR ? LOG_ERR : LOG_WARNING, "libevent: %s", text);
	if (strncmp(text, watching, sizeof(watching) - 1) == 0)
		refused = true;
}

/*
 * Timers are precise: rounded to milliseconds from the moment when the loop falls asleep, they
 * would tell what it did before.
 */
struct event_base *
base_new(void)
{
	struct event_config *config = wf_fault(WF_FAULT_ALLOC) ? NULL : event_config_new();
	struct event_base *base = NULL;

	event_set_log_callback(on_log);
	if (config != NULL &&
		event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST) == 0 &&
		event_config_set_flag(
			config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_PRECISE_TIMER) == 0)
		base = event_base_new_with_config(config);
	if (config != NULL)
		event_config_free(config);
	return base;
}

/* Events may not be changed while they are walked. */
struct watched {
	struct event **list;
	size_t n, max;
};

static int
collect(const struct event_base *base, const struct event *event, void *context)
{
	struct watched *watched = context;

	(void)base;
	/* What has a time ends by it, and is no more than one caller's connection. */
	if ((event_get_events(event) & (EV_READ | EV_WRITE)) == 0 ||
		event_pending(event, EV_TIMEOUT, NULL))
		return 0;
	if (watched->n < watched->max)
		watched->list[watched->n] = (struct event *)(uintptr_t)event; /* ours */
	watched->n++;
	return 0;
}

/* Taken back and asked for in one turn, a watch is set anew where it was lost. */
static bool
watch_all(struct watched *watched)
{
	bool fine = true;

	for (size_t i = 0; i < watched->max; i++)
		fine = event_del(watched->list[i]) == 0 &&
		       event_add(watched->list[i], NULL) == 0 && fine;
	return fine;
}

void
base_watch_again(struct event_base *base)
{
	struct watched watched = {.n = 0};

	if (!refused)
		return;
	(void)event_base_foreach_event(base, collect, &watched);
	watched.list =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(watched.n + 1, sizeof(struct event *));
	if (watched.list == NULL)
		return; /* at the next tick */
	watched.max = watched.n;
	watched.n = 0;
	(void)event_base_foreach_event(base, collect, &watched);
	refused = !watch_all(&watched);
	free(watched.list);
}

bool
base_step(wf_status status, const char *what)
{
	if (status != WF_OK)
		wf_say_f(LOG_ERR, "%s cannot be started: %s", what, wf_status_text(status));
	return status == WF_OK;
}
