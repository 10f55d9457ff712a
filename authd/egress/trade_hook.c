/* The command of section alert, through the process that may start it (runner.h). */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/egress/reply_text.h"
#include "authd/egress/runner.h"
#include "authd/egress/trade.h"

/* It keeps nothing from one order to the next. */
static wf_status
scratch_new(void **scratch_r)
{
	*scratch_r = NULL;
	return WF_OK;
}

static void
scratch_free(void **scratch)
{
	*scratch = NULL;
}

/* What the command says is a stranger's text, too. */
static void
take_result(struct order *order, const struct runner_result *result)
{
	char line[EGRESS_TEXT_MAX] = "", cause[EGRESS_CAUSE_MAX];

	reply_text_add(line, sizeof(line), (const uint8_t *)result->line, strlen(result->line));
	if (!result->fine) {
		(void)snprintf(cause, sizeof(cause), "%s%s%.150s", result->why,
			line[0] != '\0' ? ": " : "", line);
		order_fail(order, WF_WHY_TIMEOUT, cause);
		return;
	}
	order->reply = (struct egress_reply){.outcome = WF_OUTCOME_DELIVERED};
	(void)snprintf(order->reply.text, sizeof(order->reply.text), "%s", line);
}

/* One line: its end is where it ends. */
static bool
is_line(const struct wf_buf *load)
{
	const uint8_t *end = memchr(load->data, '\n', load->len);

	return end != NULL && end == load->data + load->len - 1;
}

static void
ask(struct order *order, void *scratch)
{
	struct runner *runner = order->target->runner;
	struct runner_result result;
	wf_status status = WF_UNAVAILABLE;

	(void)scratch;
	if (!is_line(&order->load)) {
		order_fail(order, WF_WHY_UNSENDABLE, "what the command is to read is no line");
		return;
	}
	if (runner != NULL)
		status = runner_run(runner, order->load.data, order->load.len, &order->clock,
			order->deadline_boot_us, &result);
	if (status == WF_OK)
		take_result(order, &result);
	else if (status == WF_TIMEOUT)
		order_fail(order, WF_WHY_TIMEOUT, "it did not end in time");
	else
		order_fail(order, WF_WHY_INTERNAL,
			"the process that runs it is gone; restart warifu-egress");
}

const struct trade trade_hook = {
	.id = WF_TRADE_HOOK,
	.section = "command of section",
	.delivers = true,
	.scratch_new = scratch_new,
	.scratch_free = scratch_free,
	.ask = ask,
};
