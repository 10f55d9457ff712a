/* Making the emergency sheet; the file itself is common/breakglass.c's. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/breakglass.h"
#include "common/i18n.h"
#include "ctl/prompt.h"
#include "ctl/sheet.h"

#define CODES_DEFAULT 10
#define PIN_TRIES 3

size_t
sheet_codes(struct ctl *ctl, const struct parsed *parsed)
{
	const char *text = args_option(parsed, "codes");
	unsigned long n = text != NULL ? strtoul(text, NULL, 10) : CODES_DEFAULT;

	if (n >= 1 && n <= WF_BREAKGLASS_CODES_MAX)
		return (size_t)n;
	ctl_error(ctl, _("--codes must be from 1 to %d"), WF_BREAKGLASS_CODES_MAX);
	return 0;
}

const char *
sheet_path(const struct parsed *parsed, const struct answer *status)
{
	const char *given = args_option(parsed, "breakglass-file");
	const char *told = table_cell(&status->table, 0, "breakglass-file");

	if (given != NULL)
		return given;
	return told[0] != '\0' ? told : WF_BREAKGLASS_PATH;
}

/* What is no emergency file is not replaced by one because a daemon calls it so. */
bool
sheet_may_make(struct ctl *ctl, const struct parsed *parsed, const char *path)
{
	struct wf_breakglass_state state;

	if (args_option(parsed, "breakglass-file") != NULL ||
		strcmp(path, WF_BREAKGLASS_PATH) == 0 ||
		wf_breakglass_inspect(path, &state) == WF_OK)
		return true;
	ctl_error(ctl,
		_("the daemon says that the emergency file is %s, but there is none; if that is "
		  "its place, say so: --breakglass-file %s"),
		path, path);
	return false;
}

static void
print_sheet(FILE *out, const char *user, const struct wf_secret *codes, size_t n)
{
	fprintf(out, "\n    ");
	fprintf(out, _("EMERGENCY SHEET for the user %s, at the console only"), user);
	fprintf(out, "\n\n");
	for (size_t i = 0; i < n; i++)
		fprintf(out, "    %2zu.  %.*s\n", i + 1, (int)codes[i].len,
			(const char *)codes[i].bytes);
	fprintf(out, "\n%s\n",
		_("Print this and lock it away. Each code opens once, together with the PIN, when "
		  "the daemon "
		  "does not answer. It is not shown again."));
}

static void
complain(struct ctl *ctl, const char *path, wf_status status)
{
	if (status == WF_CONFLICT)
		ctl_error(ctl,
			_("%s has used codes that are not in the log yet; start the daemon "
			  "(systemctl start warifud), "
			  "then try again"),
			path);
	else
		ctl_error(ctl, "%s: %s", path, _(wf_status_text(status)));
}

static int
make_and_print(struct ctl *ctl, const char *path, const char *user, const struct wf_secret *pin,
	size_t n, bool replace)
{
	struct wf_secret codes[WF_BREAKGLASS_CODES_MAX] = {{NULL, 0}};
	wf_status status = replace ? wf_breakglass_replace(path, user, pin, n, codes)
				   : wf_breakglass_create(path, user, pin, n, codes);

	if (status == WF_OK)
		print_sheet(ctl->out, user, codes, n);
	else
		complain(ctl, path, status);
	for (size_t i = 0; i < WF_BREAKGLASS_CODES_MAX; i++)
		wf_secret_clear(&codes[i]);
	return status == WF_OK ? CTL_OK : CTL_NO;
}

static wf_status
try_pin(struct ctl *ctl, struct wf_secret *pin)
{
	wf_status status = prompt_new_secret(ctl, _("Emergency PIN:"), _("The same again:"), pin);

	if (status != WF_OK ||
		(pin->len >= WF_BREAKGLASS_PIN_MIN && pin->len <= WF_BREAKGLASS_PIN_MAX))
		return status;
	ctl_error(ctl, _("the PIN must have at least 8 characters"));
	return WF_NO;
}

/* At a terminal one that is too short, or typed twice differently, is asked for again. */
static wf_status
ask_pin(struct ctl *ctl, struct wf_secret *pin)
{
	int tries = ctl->use_stdin ? 1 : PIN_TRIES;
	wf_status status = WF_NO;

	for (int i = 0; i < tries && status == WF_NO; i++)
		status = try_pin(ctl, pin);
	return status;
}

int
sheet_make(struct ctl *ctl, const char *path, const char *user, size_t n, bool replace)
{
	struct wf_secret pin = WF_SECRET_EMPTY;
	int code = CTL_NO;

	fprintf(ctl->out,
		_("For the day when the daemon cannot work: a PIN of at least 8 characters and a "
		  "code of the "
		  "sheet let %s in at the console."),
		user);
	fputc('\n', ctl->out);
	if (ask_pin(ctl, &pin) == WF_OK)
		code = make_and_print(ctl, path, user, &pin, n, replace);
	wf_secret_clear(&pin);
	return code;
}
