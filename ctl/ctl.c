/* The program without its process: everything main() does that a test can do as well. */
#include "config.h"

#include <locale.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/i18n.h"
#include "ctl/args.h"
#include "ctl/ctl.h"
#include "ctl/handlers.h"
#include "ctl/help.h"
#include "ctl/wrap.h"

#define DEFAULT_SOCKET WF_RUNDIR "/control.sock"
#define MESSAGE_MAX 4096
#define DAEMON_USER "warifu"

static size_t
terminal_width(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void
ctl_init(struct ctl *ctl)
{
	memset(ctl, 0, sizeof(*ctl));
	ctl->out = stdout;
	ctl->err = stderr;
	ctl->in = STDIN_FILENO;
	ctl->tty = -1;
	ctl->socket = DEFAULT_SOCKET;
	ctl->program = "/proc/self/exe";
	ctl->pam_try = WF_LIBEXECDIR "/warifu-pam-try";
	ctl->clock = wf_clock_system;
	ctl->uid = geteuid();
	ctl->out_is_tty = isatty(STDOUT_FILENO) == 1;
	ctl->width = ctl->out_is_tty ? terminal_width() : 0;
	ctl->colour = ctl->out_is_tty && getenv("NO_COLOR") == NULL;
	ctl->header = ctl->colour ? HEADER_BOLD : HEADER_PLAIN;
	ctl->language = "en";
}

void
ctl_clear(struct ctl *ctl)
{
	if (ctl->tty >= 0)
		close(ctl->tty);
	ctl->tty = -1;
}

void
ctl_error(struct ctl *ctl, const char *format, ...)
{
	static const char name[] = "warifu: ";
	char text[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fflush(ctl->out);
	fputs(name, ctl->err);
	wrap_print(text, strlen(name), ctl->width, ctl->err);
}

/* Who reads no further, as `head` does, has what he wanted. */
static bool
reader_is_gone(FILE *out)
{
	struct pollfd reader = {.fd = fileno(out)};

	return reader.fd >= 0 && poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR) != 0;
}

void
ctl_unwritten(struct ctl *ctl)
{
	if (!ctl->unwritten && !reader_is_gone(ctl->out))
		ctl_error(ctl, _("the answer could not be written"));
	ctl->unwritten = true;
}

void
ctl_say(struct ctl *ctl, const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!ctl->json)
		wrap_print(text, 0, ctl->width, ctl->out);
	else if (table_print_json_message(text, ctl->out) != WF_OK)
		ctl_unwritten(ctl);
}

/*
 * The language of the messages, for the daemon's: the first one that is known in LANGUAGE's order.
 */
static void
choose_language(struct ctl *ctl, const char *wanted)
{
	const char *locale = setlocale(LC_MESSAGES, NULL);
	const char *list = getenv("LANGUAGE");
	bool plain = locale == NULL || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0;

	if (wanted != NULL) {
		/*
		 * gettext heeds LANGUAGE in any locale but "C", and looks again after setlocale().
		 */
		setenv("LANGUAGE", wanted, 1);
		locale = setlocale(LC_MESSAGES, plain ? "C.UTF-8" : locale);
		list = wanted;
	} else if (plain) {
		list = NULL;
	}
	if (list == NULL || list[0] == '\0')
		list = locale != NULL ? locale : "";
	ctl->language = strncmp(list, "ja", 2) == 0 ? "ja" : "en";
}

/* Before all else is parsed, so that an error is told in the language that is asked for. */
static const char *
wanted_language(int argc, char *const *argv)
{
	static const char option[] = "--lang";
	size_t len = sizeof(option) - 1;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], option) == 0 && i + 1 < argc)
			return argv[i + 1];
		if (strncmp(argv[i], option, len) == 0 && argv[i][len] == '=')
			return argv[i] + len + 1;
	}
	return NULL;
}

/* Who the daemon must be. A socket that was named by hand is trusted as it is. */
static void
choose_socket(struct ctl *ctl, const char *path)
{
	const struct passwd *daemon;

	if (path != NULL) {
		ctl->socket = path;
		ctl->owner = (uid_t)-1;
		return;
	}
	wf_fault_shelter(true); /* glibc 2.36 asserts that it could read nsswitch.conf */
	daemon = getpwnam(DAEMON_USER);
	wf_fault_shelter(false);
	ctl->owner = daemon != NULL ? daemon->pw_uid : 0;
}

static int
run(struct ctl *ctl, const struct parsed *parsed)
{
	const struct command *command = parsed->command;
	int code;

	if ((command->flags & COMMAND_ROOT) != 0 && ctl->uid != 0) {
		ctl_error(ctl, _("'%s%s%s' works for root only; use sudo or su"), command->name,
			command->sub != NULL ? " " : "", command->sub != NULL ? command->sub : "");
		return CTL_DENIED;
	}
	code = command->run != NULL ? command->run(ctl, parsed) : ctl_run_act(ctl, parsed);
	/* Half an answer with exit code 0 would pass for a whole one. */
	if (fflush(ctl->out) != 0 || ferror(ctl->out))
		ctl_unwritten(ctl);
	return ctl->unwritten && code == CTL_OK ? CTL_NO : code;
}

int
ctl_main(struct ctl *ctl, int argc, char *const *argv)
{
	struct parsed parsed;
	char error[ARGS_ERROR_MAX];

	choose_language(ctl, wanted_language(argc, argv));
	if (!args_parse(argc, argv, &parsed, error)) {
		ctl_error(ctl, "%s", error);
		return CTL_USAGE;
	}
	if (parsed.version) {
		fprintf(ctl->out, "warifu %s\n", PACKAGE_VERSION);
		return CTL_OK;
	}
	if (parsed.help) {
		help_print(ctl->out, &parsed);
		return CTL_OK;
	}
	choose_socket(ctl, args_option(&parsed, "socket"));
	ctl->json = ctl->json || args_option(&parsed, "json") != NULL;
	ctl->use_stdin = args_option(&parsed, "stdin") != NULL;
	return run(ctl, &parsed);
}
