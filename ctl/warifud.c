/* Runs the daemon's program: see warifud.h. */
#include "config.h"

#include "ctl/warifud.h"

#include "common/i18n.h"
#include "ctl/spawn.h"

#define PROGRAM WF_SBINDIR "/warifud"

bool
warifud_run(struct ctl *ctl, const struct parsed *parsed, const char *const *task, bool quiet)
{
	const char *given = args_option(parsed, "daemon");
	const char *config = args_option(parsed, "config");
	const char *path = given != NULL ? given : PROGRAM;
	const char *words[WARIFUD_TASK_MAX + 4] = {"warifud"};
	const union {
		const char *const *constant;
		char *const *plain;
	} argv = {.constant = words};
	size_t n = 1;
	int code = -1;
	wf_status status;

	for (; n <= WARIFUD_TASK_MAX && task[n - 1] != NULL; n++)
		words[n] = task[n - 1];
	if (config != NULL) {
		words[n++] = "--config";
		words[n] = config;
	}
	status = quiet ? spawn_wait_quiet(path, argv.plain, &code)
		       : spawn_wait(path, argv.plain, &code);
	if (status != WF_OK)
		ctl_error(ctl, _("%s cannot be run: %s"), path, _(wf_status_text(status)));
	return status == WF_OK && code == 0;
}
