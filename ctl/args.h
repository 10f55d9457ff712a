/*
 * The command line against the command table. Knows nothing of the daemon. What it gives back
 * points into argv. Any thread.
 */
#ifndef WF_CTL_ARGS_H
#define WF_CTL_ARGS_H

#include "ctl/command.h"

#define ARGS_OPTIONS_MAX 24
#define ARGS_ERROR_MAX 1024

struct parsed {
	const struct command *command; /* NULL: help for all, or for `topic` */
	const char *topic;	       /* help: first word, or NULL */
	bool help;
	bool version;
	const char *operands[COMMAND_OPERANDS_MAX];
	size_t noperands;
	struct parsed_option {
		const struct option_spec *spec;
		const char *value; /* NULL for flags */
	} options[ARGS_OPTIONS_MAX];
	size_t noptions;
};

/* False: one translated sentence that says what would be accepted is in error_r. */
bool args_parse(int argc, char *const *argv, struct parsed *parsed_r, char error_r[ARGS_ERROR_MAX]);
/* The value as typed; "" for a flag; NULL: not given. */
const char *args_option(const struct parsed *parsed, const char *name);
/* The operand at this place, or NULL. */
const char *args_operand(const struct parsed *parsed, size_t index);
/* "user add USER [--uid NUMBER] ...", for messages and help. Always ends with NUL. */
void args_usage(const struct command *command, bool all, char *text_r, size_t size);

#endif
