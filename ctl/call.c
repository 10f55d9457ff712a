/* A command that is one act of the daemon and nothing more. */
#include "config.h"

#include "ctl/ask.h"
#include "ctl/handlers.h"
#include "ctl/prove.h"

int
ctl_run_act(struct ctl *ctl, const struct parsed *parsed)
{
	struct ask ask;
	struct answer answer;
	int code;

	ask_init(&ask, parsed->command->act);
	code = ask_parsed(ctl, &ask, parsed);
	if (code != CTL_OK)
		return code;
	if ((parsed->command->flags & COMMAND_OWN) != 0)
		ask_as_owner(ctl, &ask, args_operand(parsed, 0), &answer);
	else
		ask_daemon(ctl, &ask, &answer);
	code = answer_show(ctl, parsed->command, &answer);
	answer_clear(&answer);
	return code;
}
