/*
 * warifu, the command of the operator: finds the row of the command table that was asked for and
 * runs it. Holds nothing, decides nothing: the daemon checks all again.
 */
#include "config.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "ctl/args.h"
#include "ctl/ctl.h"

/*
 * A locale without kanji but with UTF-8 is better than "C", in which every character beyond ASCII is
 * unprintable.
 */
static void
start_locale(void)
{
	setlocale(LC_ALL, "");
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
	signal(SIGPIPE, SIG_IGN);
	ctl_init(&ctl);
	code = ctl_main(&ctl, argc, argv);
	if (fflush(stdout) != 0 && code == CTL_OK)
		code = CTL_NO;
	ctl_clear(&ctl);
	return code;
}
