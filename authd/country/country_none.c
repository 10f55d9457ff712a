/* Built without libmaxminddb: nobody can tell countries. */
#include "config.h"

#include <stdio.h>

#include "authd/country/country.h"
#include "common/i18n.h"

wf_status
country_open(const char *path, const char *folder, struct country **country_r, char *why_r,
	size_t size)
{
	(void)folder;
	(void)country_r;
	(void)snprintf(why_r, size, _("%s: this program was built without libmaxminddb"), path);
	return WF_UNAVAILABLE;
}

void
country_tidy(const char *folder)
{
	(void)folder;
}

void
country_close(struct country **country)
{
	(void)country;
}

void
country_find(const struct country *country, const char *source, char name_r[3])
{
	(void)country;
	(void)source;
	name_r[0] = '\0';
}
