/* The table of trades. */
#include "config.h"

#include "authd/egress/trade.h"

#include <stdio.h>

#define SILENT_US INT64_C(30000000) /* it is asked after the others for so long */

static const struct trade *const trades[] = {
	&trade_radius, &trade_syslog, &trade_mail, &trade_hook};

const struct trade *
trade_find(enum wf_trade id)
{
	for (size_t i = 0; i < sizeof(trades) / sizeof(trades[0]); i++)
		if (trades[i]->id == id)
			return trades[i];
	return NULL;
}

void
order_fail(struct order *order, enum wf_unreachable why, const char *cause)
{
	order->reply = (struct egress_reply){.outcome = WF_OUTCOME_UNREACHABLE, .why = why};
	(void)snprintf(order->reply.cause, sizeof(order->reply.cause), "%s", cause);
}

void
order_line_up(const struct order *order, size_t n, size_t servers_r[CONFIG_UPSTREAM_SERVERS_MAX])
{
	const int64_t now = wf_clock_now(&order->clock).boot_us;
	size_t at = 0;

	for (int silent = 0; silent <= 1; silent++)
		for (size_t i = 0; i < n; i++)
			if ((order->target->silent_until_us[i] > now) == (silent == 1))
				servers_r[at++] = i;
}

void
order_note_silence(const struct order *order, size_t server, bool silent)
{
	order->target->silent_until_us[server] =
		silent ? wf_clock_now(&order->clock).boot_us + SILENT_US : 0;
}
