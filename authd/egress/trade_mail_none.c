/* In the place of trade_mail.c where the build has no libcurl. */
#include "config.h"

#include "authd/egress/trade.h"

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

static void
ask(struct order *order, void *scratch)
{
	(void)scratch;
	order_fail(order, WF_WHY_INTERNAL,
		"warifu-egress was built without libcurl, so it sends no mail");
}

const struct trade trade_mail = {
	.id = WF_TRADE_MAIL,
	.section = CONFIG_MAIL,
	.delivers = true,
	.scratch_new = scratch_new,
	.scratch_free = scratch_free,
	.ask = ask,
};
