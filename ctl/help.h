/* Help, shell completion and the synopsis of the manual, all from the command table. */
#ifndef WF_CTL_HELP_H
#define WF_CTL_HELP_H

#include <stdio.h>

#include "ctl/args.h"

/* Help for what was parsed: all commands, those of a topic, or one with its options. */
void help_print(FILE *out, const struct parsed *parsed);
/* `shell` is "bash", "zsh" or "mdoc" (the lines of the synopsis). */
void completion_print(FILE *out, const char *shell);

#endif
