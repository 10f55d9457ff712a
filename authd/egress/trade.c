/* The table of trades. */
#include "config.h"

#include "authd/egress/trade.h"

#include <stdio.h>

static const struct trade *const trades[] = {&trade_radius, &trade_syslog};

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
