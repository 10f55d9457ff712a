/* Tables that go back to the CLI. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "authd/account/internal.h"

static wf_status
said(struct act_call *call, wf_status status)
{
	if (status == WF_TOO_LONG || status == WF_FULL)
		return act_say(call, WF_TOO_LONG,
			_("The answer is too long for one reply: ask for less at once."));
	if (status != WF_OK)
		return act_say(call, status, _("The answer could not be sent: %s"),
			_(wf_status_text(status)));
	return WF_OK;
}

wf_status
act_head(struct act_call *call, const char *const *columns, size_t n)
{
	return said(call, call->out->head(call->out, columns, n));
}

wf_status
act_row_out(struct act_call *call, const char *const *cells, size_t n)
{
	return said(call, call->out->row(call->out, cells, n));
}

const char *
act_number_text(int64_t value, char text_r[ACT_NUMBER_SIZE])
{
	(void)snprintf(text_r, ACT_NUMBER_SIZE, "%" PRId64, value);
	return text_r;
}

const char *
act_moment_text(int64_t wall_us, char text_r[ACT_NUMBER_SIZE])
{
	text_r[0] = '\0';
	return wall_us == 0 ? text_r : act_number_text(wall_us, text_r);
}

const char *
act_origin_text(const struct origin *origin, char text_r[ACT_ORIGIN_SIZE])
{
	if (origin->line == 0)
		(void)snprintf(text_r, ACT_ORIGIN_SIZE, "%s", _("built in"));
	else
		(void)snprintf(text_r, ACT_ORIGIN_SIZE, "%s:%d", origin->file, origin->line);
	return text_r;
}
