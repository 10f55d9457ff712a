/*
 * warifu, the command of the operator: finds the row of the command table that was asked for and
 * runs it. Holds nothing, decides nothing: the daemon checks all again.
 */
#include "config.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "common/sandbox.h"
#include "ctl/args.h"
#include "ctl/ctl.h"

/* Whether the environment asks for Japanese in UTF-8. */
static bool
wants_japanese(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	const char *value = NULL;

	for (size_t i = 0; i < 3 && (value == NULL || value[0] == '\0'); i++)
		value = getenv(names[i]);
	return value != NULL && strncmp(value, "ja", 2) == 0 &&
	       (strcasestr(value, ".utf-8") != NULL || strcasestr(value, ".utf8") != NULL);
}

/*
 * A locale without kanji but with UTF-8 is better than "C", in which every character beyond ASCII
 * is unprintable. Small servers have no Japanese locale, while the terminals of those who log in
 * ask for it: LANGUAGE brings the texts all the same.
 */
static void
start_locale(void)
{
	if (setlocale(LC_ALL, "") == NULL && wants_japanese()) {
		setenv("LANGUAGE", "ja", 0);
		setenv("LC_ALL", "C.UTF-8", 1); /* for warifud, which restores */
		setlocale(LC_ALL, "");
	}
	if (strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") == 0)
		setlocale(LC_CTYPE, "C.UTF-8");
	bindtextdomain(WF_TEXTDOMAIN, LOCALEDIR);
}

int
main(int argc, char **argv)
{
	struct ctl ctl;
	int code;

	start_locale();
	/* What is typed here shall be in no core and within nobody's reach. */
	if (wf_sandbox_limits() != WF_OK) {
		fputs("warifu: the limits of the process could not be set\n", stderr);
		return CTL_NO;
	}
	signal(SIGPIPE, SIG_IGN);
	ctl_init(&ctl);
	code = ctl_main(&ctl, argc, argv);
	if (fflush(stdout) != 0 && code == CTL_OK)
		code = CTL_NO;
	ctl_clear(&ctl);
	return code;
}
