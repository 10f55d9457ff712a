/* Files that a command leaves. */
#include "config.h"

#include <errno.h>
#include <langinfo.h>
#include <string.h>

#include "common/i18n.h"
#include "ctl/outfile.h"
#include "ctl/whole.h"

struct in_utf8 {
	outfile_writer writer;
	void *ctx;
};

static int
complain(struct ctl *ctl, const char *path)
{
	ctl_error(ctl, "%s: %s", path, strerror(errno));
	return CTL_NO;
}

int
outfile_write(struct ctl *ctl, const char *path, outfile_writer writer, void *ctx)
{
	struct whole whole;
	int code;

	if (whole_open(&whole, path) != WF_OK)
		return complain(ctl, path);
	code = writer(whole.file, ctx);
	if (code != CTL_OK) {
		whole_drop(&whole);
		return code;
	}
	return whole_keep(&whole) == WF_OK ? CTL_OK : complain(ctl, path);
}

int
outfile_in_utf8(FILE *out, outfile_writer writer, void *ctx)
{
	int code;

	bind_textdomain_codeset(WF_TEXTDOMAIN, "UTF-8");
	code = writer(out, ctx);
	bind_textdomain_codeset(WF_TEXTDOMAIN, nl_langinfo(CODESET));
	return code;
}

static int
write_in_utf8(FILE *out, void *ctx)
{
	const struct in_utf8 *inner = ctx;

	return outfile_in_utf8(out, inner->writer, inner->ctx);
}

int
outfile_write_utf8(struct ctl *ctl, const char *path, outfile_writer writer, void *ctx)
{
	struct in_utf8 inner = {.writer = writer, .ctx = ctx};

	return outfile_write(ctl, path, write_in_utf8, &inner);
}
