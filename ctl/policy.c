/* policy show: one view of the daemon, with or without where each value comes from. */
#include "config.h"

#include "ctl/ask.h"
#include "ctl/handlers.h"

int
ctl_policy_show(struct ctl *ctl, const struct parsed *parsed)
{
	struct command command = *parsed->command;
	struct answer answer;
	struct ask ask;
	int code;

	if (args_option(parsed, "origin") != NULL)
		command.columns = "parameter for guard criterion force origin value";
	ask_init(&ask, command.act);
	ask_daemon(ctl, &ask, &answer);
	code = answer_show(ctl, &command, &answer);
	answer_clear(&answer);
	return code;
}
