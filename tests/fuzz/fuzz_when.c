/*
 * Times and spans as people type them. What is shown of a time is read as the same time again; a
 * span is in its bounds; what is refused leaves everything as it was.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/when.h"
#include "tests/fuzz/fuzz.h"

#define US_PER_S INT64_C(1000000)
#define NOW (INT64_C(1773100800) * US_PER_S + 123456) /* 2026-03-10 00:00:00 UTC, and a bit */
#define UNTOUCHED INT64_C(-4711)
#define DAY_US (INT64_C(86400) * US_PER_S)

static void
moment(const char *text, unsigned flags)
{
	int64_t us = UNTOUCHED, again = UNTOUCHED;
	char shown[32];

	if (when_parse(text, NOW, flags, &us) != WF_OK) {
		FUZZ_CHECK(us == UNTOUCHED);
		return;
	}
	when_format(us, shown);
	FUZZ_CHECK(fuzz_shows(shown, sizeof(shown), false));
	if (us < 0 || strlen(shown) != 19) /* before 1970, or a year of five digits */
		return;
	FUZZ_CHECK(when_parse(shown, NOW, flags, &again) == WF_OK);
	FUZZ_CHECK(again / US_PER_S == us / US_PER_S);
}

static void
span(const char *text)
{
	int64_t us = UNTOUCHED;

	if (when_duration(text, &us) != WF_OK)
		FUZZ_CHECK(us == UNTOUCHED);
	else
		FUZZ_CHECK(us >= US_PER_S && us <= 3660 * DAY_US && us % US_PER_S == 0);
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	static bool zone_is_set;
	char *text = fuzz_text(data, size);

	if (!zone_is_set) {
		FUZZ_CHECK(setenv("TZ", "UTC0", 1) == 0); /* no hour comes twice in it */
		tzset();
		zone_is_set = true;
	}
	for (unsigned flags = 0; flags <= (WHEN_AHEAD | WHEN_DAY_END); flags++)
		moment(text, flags);
	span(text);
	free(text);
}
