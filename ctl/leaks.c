/*
 * warifu leaks check FILE: reads a list of leaked passwords from its first byte to its last, before
 * warifu.conf names it.  Needs no daemon.
 */
#include "config.h"

#include "common/i18n.h"
#include "common/leak_list.h"
#include "ctl/handlers.h"

int
ctl_leaks_check(struct ctl *ctl, const struct parsed *parsed)
{
	const char *path = args_operand(parsed, 0);
	struct wf_leak_finding finding;
	wf_status status = wf_leak_list_check(path, &finding);
	char text[512];

	if (status == WF_OK) {
		ctl_say(ctl, _("%s: in order; lines: %llu."), path,
			(unsigned long long)finding.lines);
		return CTL_OK;
	}
	if (status != WF_INVALID)
		ctl_error(ctl, "%s: %s", path, _(wf_status_text(status)));
	else {
		wf_leak_list_say(path, &finding, text, sizeof(text));
		ctl_error(ctl, "%s", text);
	}
	return CTL_NO;
}
