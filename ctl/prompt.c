/*
 * Reading from a terminal without echo. A signal that ends or stops the program must not leave the
 * terminal silent: while the echo is off, such signals are only noted; the echo comes back, and
 * then the signal is raised again.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "common/i18n.h"
#include "ctl/prompt.h"
#include "ctl/text.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define ASK_AGAIN_MAX 5

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
static volatile sig_atomic_t pending;

static void
note_signal(int number)
{
	pending = number;
}

static void
catch_signals(struct sigaction before_r[ENTRIES(caught)])
{
	struct sigaction note;

	memset(&note, 0, sizeof(note));
	note.sa_handler = note_signal;
	sigemptyset(&note.sa_mask);
	pending = 0;
	for (size_t i = 0; i < ENTRIES(caught); i++)
		sigaction(caught[i], &note, &before_r[i]);
}

static void
release_signals(const struct sigaction before[ENTRIES(caught)])
{
	for (size_t i = 0; i < ENTRIES(caught); i++)
		sigaction(caught[i], &before[i], NULL);
	if (pending != 0)
		raise(pending);
}

/* One line, byte by byte, so that nothing of the next one is taken. */
static wf_status
read_line(int fd, char *bytes, size_t size, size_t *len_r)
{
	size_t len = 0;
	bool too_long = false;
	char c;

	for (;;) {
		ssize_t n = read(fd, &c, 1);

		if (n < 0 && errno == EINTR && pending == 0)
			continue;
		if (n < 0 || (n == 0 && len == 0))
			return WF_UNAVAILABLE;
		if (n == 0 || c == '\n')
			break;
		if (len < size)
			bytes[len++] = c;
		else
			too_long = true;
	}
	c = '\0';
	*len_r = len;
	return too_long ? WF_TOO_LONG : WF_OK;
}

static int
terminal(struct ctl *ctl)
{
	if (ctl->tty < 0)
		ctl->tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	return ctl->tty;
}

static void
put_text(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
}

/* Asks at the terminal; without echo for secrets. */
static wf_status
ask_terminal(int fd, const char *label, bool echo, char *bytes, size_t size, size_t *len_r)
{
	struct sigaction before[ENTRIES(caught)];
	struct termios normal;
	struct termios silent;
	wf_status status;

	put_text(fd, label);
	put_text(fd, " ");
	if (echo)
		return read_line(fd, bytes, size, len_r);
	if (tcgetattr(fd, &normal) != 0)
		return WF_UNAVAILABLE;
	silent = normal;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	catch_signals(before);
	if (tcsetattr(fd, TCSAFLUSH, &silent) != 0)
		status = WF_UNAVAILABLE;
	else
		status = read_line(fd, bytes, size, len_r);
	tcsetattr(fd, TCSAFLUSH, &normal);
	put_text(fd, "\n");
	release_signals(before);
	return status;
}

static wf_status
get_line(struct ctl *ctl, const char *label, bool echo, char *bytes, size_t size, size_t *len_r)
{
	wf_status status;

	if (ctl->use_stdin) {
		status = read_line(ctl->in, bytes, size, len_r);
		if (status == WF_UNAVAILABLE)
			ctl_error(ctl, _("standard input ended where a line was expected for: %s"),
				label);
	} else if (terminal(ctl) < 0) {
		ctl_error(ctl,
			_("there is no terminal to ask for: %s (--stdin reads it from standard "
			  "input)"),
			label);
		status = WF_UNAVAILABLE;
	} else {
		fflush(ctl->out);
		status = ask_terminal(ctl->tty, label, echo, bytes, size, len_r);
		if (status == WF_UNAVAILABLE)
			ctl_error(ctl, _("nothing was entered for: %s"), label);
	}
	if (status == WF_TOO_LONG)
		ctl_error(ctl, _("what was entered is too long for: %s"), label);
	return status;
}

wf_status
prompt_secret(struct ctl *ctl, const char *label, struct wf_secret *secret_r)
{
	char bytes[WF_SECRET_MAX];
	size_t len = 0;
	wf_status status = get_line(ctl, label, false, bytes, sizeof(bytes), &len);

	if (status == WF_OK && len == 0) {
		ctl_error(ctl, _("nothing was entered for: %s"), label);
		status = WF_INVALID;
	}
	if (status == WF_OK) {
		status = memchr(bytes, '\0', len) != NULL ? WF_INVALID
							  : wf_secret_set(secret_r, bytes, len);
		if (status != WF_OK)
			ctl_error(ctl, "%s %s", label, _(wf_status_text(status)));
	}
	wf_wipe(bytes, sizeof(bytes));
	return status;
}

wf_status
prompt_text(struct ctl *ctl, const char *text, struct wf_secret *secret_r)
{
	char label[256];
	size_t len;

	table_clean(text, label, sizeof(label));
	len = strlen(label);
	if (len > 0 && label[len - 1] == ' ')
		label[len - 1] = '\0';
	return prompt_secret(ctl, label, secret_r);
}

wf_status
prompt_new_secret(struct ctl *ctl, const char *label, const char *again, struct wf_secret *secret_r)
{
	struct wf_secret first = WF_SECRET_EMPTY;
	struct wf_secret second = WF_SECRET_EMPTY;
	wf_status status = prompt_secret(ctl, label, &first);

	if (status == WF_OK && !ctl->use_stdin) {
		status = prompt_secret(ctl, again, &second);
		if (status == WF_OK && !wf_secret_equal(&first, &second)) {
			ctl_error(ctl, _("the two entries differ; nothing was changed"));
			status = WF_NO;
		}
	}
	if (status == WF_OK)
		wf_secret_move(secret_r, &first);
	wf_secret_clear(&first);
	wf_secret_clear(&second);
	return status;
}

wf_status
prompt_line(struct ctl *ctl, const char *label, const char *preset, char *text_r, size_t size)
{
	char line[512];
	size_t len = 0;
	wf_status status = get_line(ctl, label, true, line, sizeof(line) - 1, &len);

	if (status != WF_OK)
		return status;
	line[len] = '\0';
	if (len == 0 && preset != NULL)
		text_copy(line, sizeof(line), preset);
	if (line[0] == '\0' || strlen(line) >= size || strlen(line) < len) {
		ctl_error(ctl, _("this is no answer to: %s"), label);
		return WF_INVALID;
	}
	text_copy(text_r, size, line);
	return WF_OK;
}

wf_status
prompt_yes(struct ctl *ctl, const char *label, bool *yes_r)
{
	for (int i = 0; i < ASK_AGAIN_MAX; i++) {
		char line[64];
		wf_status status = prompt_line(ctl, label, "?", line, sizeof(line));

		if (status == WF_UNAVAILABLE)
			return status;
		if (status != WF_OK)
			continue;
		if (strcmp(line, "yes") == 0 || strcmp(line, _("yes")) == 0) {
			*yes_r = true;
			return WF_OK;
		}
		if (strcmp(line, "no") == 0 || strcmp(line, _("no")) == 0) {
			*yes_r = false;
			return WF_OK;
		}
		ctl_error(ctl, _("please answer 'yes' or 'no'"));
	}
	return WF_INVALID;
}
