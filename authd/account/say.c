/* The sentences that close an act.  They tell what happened and what to do, never a secret. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "authd/account/internal.h"
#include "common/language.h"
#include "common/utf8.h"

bool
act_is_japanese(const struct act_call *call)
{
	return wf_language_is_japanese(call->language);
}

/*
 * Takes away what a full buffer, or a precision as in %.64s, has left of a character: else the wire
 * refuses it.
 */
static void
drop_cut_characters(char *text)
{
	const size_t len = strlen(text);
	size_t kept = 0, n;
	uint32_t rune;

	for (size_t at = 0; at < len; at += n > 0 ? n : 1) {
		n = wf_utf8_decode((const uint8_t *)text + at, len - at, &rune);
		memmove(text + kept, text + at, n);
		kept += n;
	}
	text[kept] = '\0';
}

void
act_say_text(struct act_call *call, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	(void)vsnprintf(call->text, sizeof(call->text), format, list);
	va_end(list);
	drop_cut_characters(call->text);
}

void
act_say_more(struct act_call *call, const char *format, ...)
{
	size_t len = strlen(call->text);
	va_list list;

	if (len > 0 && len + 1 < sizeof(call->text))
		call->text[len++] = ' ';
	va_start(list, format);
	(void)vsnprintf(call->text + len, sizeof(call->text) - len, format, list);
	va_end(list);
	drop_cut_characters(call->text);
}

bool
act_say_observed(struct act_call *call)
{
	if (call->daemon->config->mode != MODE_OBSERVE)
		return false;
	act_say_more(call, "%s", _("Logins are recorded only, not enforced (mode = observe)."));
	return true;
}

static const struct {
	wf_status status;
	const char *text;
} store_texts[] = {
	{WF_UNAVAILABLE, N_("The store does not answer now, and nothing was changed. Try again; if "
			    "it goes on, "
			    "look into 'journalctl -u warifud'.")},
	{WF_TIMEOUT, N_("The store did not answer in time. Look whether the change was made before "
			"you repeat it.")},
	{WF_FULL, N_("The store has no room (disk or queue full), and nothing was changed. Make "
		     "room and try again.")},
	{WF_IO, N_("The store cannot be read or written, and nothing was changed. Check the disk, "
		   "then try again.")},
	{WF_CONFLICT, N_("Somebody else changed it at the same time, and nothing was changed now. "
			 "Look at it and "
			 "try again.")},
	{WF_NOT_FOUND, N_("It is not there any more, and nothing was changed.")},
	{WF_EXISTS, N_("There is one of this name already, and nothing was changed.")},
	{WF_NO_MEMORY,
		N_("The daemon is out of memory, and nothing was changed. Try again later.")},
	{WF_CORRUPT, N_("The store contradicts itself, and nothing was changed. Run 'warifu "
			"doctor'; keep a copy of "
			"the files before you restore a backup.")},
};

wf_status
act_say_store(struct act_call *call, wf_status status, const char *cause)
{
	const char *text = NULL;

	for (size_t i = 0; i < COUNT_OF(store_texts); i++)
		if (store_texts[i].status == status)
			text = _(store_texts[i].text);
	if (text == NULL)
		text = _(wf_status_text(status));
	if (cause != NULL && cause[0] != '\0')
		return act_say(call, status, "%s (%s)", text, cause);
	return act_say(call, status, "%s", text);
}

const char *
act_time(int64_t wall_us, char text_r[ACT_TIME_SIZE])
{
	time_t seconds = (time_t)(wall_us / US_PER_S);
	struct tm local;

	if (localtime_r(&seconds, &local) == NULL ||
		strftime(text_r, ACT_TIME_SIZE, "%Y-%m-%d %H:%M:%S %z", &local) == 0)
		text_r[0] = '\0';
	return text_r;
}

const char *
act_day(int64_t day, char text_r[ACT_TIME_SIZE])
{
	time_t seconds = (time_t)(day * 86400);
	struct tm utc;

	if (gmtime_r(&seconds, &utc) == NULL || strftime(text_r, ACT_TIME_SIZE, "%F", &utc) == 0)
		text_r[0] = '\0';
	return text_r;
}

int64_t
act_today(const struct act_call *call)
{
	time_t seconds = (time_t)(wf_clock_now(&call->daemon->clock).wall_us / US_PER_S);
	struct tm local;
	int64_t offset = localtime_r(&seconds, &local) == NULL ? 0 : local.tm_gmtoff;

	return (seconds + offset) / 86400;
}

const char *
act_span(int64_t seconds, char text_r[ACT_SPAN_SIZE])
{
	long long minutes = (seconds + 59) / 60;
	long long hours = (seconds + 3599) / 3600;

	if (seconds < 120)
		(void)snprintf(text_r, ACT_SPAN_SIZE,
			WF_NGETTEXT("%lld second", "%lld seconds", (unsigned long)seconds),
			(long long)seconds);
	else if (minutes < 120)
		(void)snprintf(text_r, ACT_SPAN_SIZE, _("%lld minutes"), minutes);
	else
		(void)snprintf(text_r, ACT_SPAN_SIZE, _("%lld hours"), hours);
	return text_r;
}
