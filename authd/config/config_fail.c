/* The first error of a load, with the place where it was found. */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdarg.h>
#include <stdio.h>

#include "authd/config/config.h"
#include "authd/config/config_load.h"

static void
put_sentence(const struct config_load *load, int line, struct config_error *error,
	const char *format, va_list ap)
{
	const size_t size = sizeof(error->text);
	int n = line > 0 ? snprintf(error->text, size, "%.300s:%d: ", load->file, line)
			 : snprintf(error->text, size, "%.300s: ", load->file);

	if (n > 0 && (size_t)n < sizeof(error->text))
		(void)vsnprintf(error->text + n, sizeof(error->text) - (size_t)n, format, ap);
}

void
config_fail(struct config_load *load, int line, const char *format, ...)
{
	struct config_preview *preview = load->preview;
	struct config_error told;
	va_list ap;

	if (load->status != WF_OK)
		return;
	va_start(ap, format);
	if (preview != NULL && preview->telling) {
		put_sentence(load, line, &told, format, ap);
		preview->tell(preview->ctx, told.text);
	} else {
		load->status = WF_INVALID;
		put_sentence(load, line, load->error, format, ap);
	}
	va_end(ap);
}

int
config_line_of(struct config_load *load, const char *section, const char *option)
{
	const struct config_row *row = config_row_find(load->rows, load->nrows, section, option);
	const struct config_seen *seen = &load->seen[row - load->rows];

	if (seen->nfile == 0)
		return 0;
	load->file = load->files[seen->nfile - 1];
	return seen->line;
}
