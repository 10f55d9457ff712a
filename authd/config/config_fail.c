/* The first error of a load, with the place where it was found. */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdarg.h>
#include <stdio.h>

#include "authd/config/config.h"
#include "authd/config/config_load.h"

void
config_fail(struct config_load *load, int line, const char *format, ...)
{
	va_list ap;
	int n;

	if (load->status != WF_OK)
		return;
	load->status = WF_INVALID;
	n = line > 0 ? snprintf(load->error->text, sizeof(load->error->text),
			       "%.300s:%d: ", load->file, line)
		     : snprintf(load->error->text, sizeof(load->error->text),
			       "%.300s: ", load->file);
	va_start(ap, format);
	if (n > 0 && (size_t)n < sizeof(load->error->text))
		(void)vsnprintf(
			load->error->text + n, sizeof(load->error->text) - (size_t)n, format, ap);
	va_end(ap);
}
