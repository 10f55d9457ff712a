/*
 * The time limit of `pam install`. What decides is the file: the process only looks at it when the
 * time has come, so that killing it, or a restart, leaves the limit standing. `warifu pam rollback
 * --overdue` (at boot, by a timer unit) does the same work.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "common/i18n.h"
#include "common/random.h"
#include "ctl/handlers.h"
#include "ctl/pamtimer.h"
#include "ctl/text.h"

#define SECOND_US INT64_C(1000000)
#define NAP_MAX_US (5 * SECOND_US)
#define PENDING_SUFFIX ".pending"
#define NO_BOOT_ID "-"

static void
current_boot(char id_r[37])
{
	wf_clock_boot_id(id_r);
	if (id_r[0] == '\0')
		text_copy(id_r, 37, NO_BOOT_ID);
}

wf_status
pam_pending_make(
	const struct ctl *ctl, int64_t span_us, mode_t mode, struct pam_pending *pending_r)
{
	struct wf_now now = wf_clock_now(&ctl->clock);
	struct pam_pending pending;
	unsigned char bytes[16];
	wf_status status = wf_random_bytes(bytes, sizeof(bytes));

	if (status != WF_OK)
		return status;
	memset(&pending, 0, sizeof(pending));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(pending.token + 2 * i, 3, "%02x", bytes[i]);
	current_boot(pending.boot_id);
	pending.deadline_us = now.boot_us + span_us;
	pending.wall_us = now.wall_us + span_us;
	pending.mode = mode;
	pam_login_name(pending.login);
	*pending_r = pending;
	return WF_OK;
}

bool
pam_pending_overdue(const struct ctl *ctl, const struct pam_pending *pending)
{
	char boot[37];

	current_boot(boot);
	return strcmp(boot, pending->boot_id) != 0 ||
	       wf_clock_now(&ctl->clock).boot_us >= pending->deadline_us;
}

/* In the grandchild: becomes the waiting program; an error goes up the pipe, success closes it. */
static void
become_timer(const struct ctl *ctl, const struct pam_place *place, const char *token, int report)
{
	const char *const argv[] = {"warifu", "pam", "rollback", place->service, "--pam-dir",
		place->dir, "--save-dir", place->save_dir, "--wait", token, NULL};
	int nothing = open("/dev/null", O_RDWR);
	int error;

	if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(nothing, STDOUT_FILENO) >= 0 &&
		dup2(nothing, STDERR_FILENO) >= 0) {
		union {
			const char *const *constant;
			char *const *plain;
		} words = {.constant = argv};

		execv(ctl->program, words.plain);
	}
	error = errno;
	if (write(report, &error, sizeof(error)) < 0)
		_exit(2);
	_exit(1);
}

static void
detach(const struct ctl *ctl, const struct pam_place *place, const char *token, int report)
{
	pid_t pid;

	setsid();
	signal(SIGHUP, SIG_IGN);
	pid = fork();
	if (pid == 0)
		become_timer(ctl, place, token, report);
	_exit(pid < 0 ? 1 : 0);
}

wf_status
pam_timer_start(
	const struct ctl *ctl, const struct pam_place *place, const struct pam_pending *pending)
{
	int report[2];
	int error = 0;
	int state = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) != 0)
		return WF_IO;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		detach(ctl, place, pending->token, report[1]);
	close(report[1]);
	do {
		n = read(report[0], &error, sizeof(error));
	} while (n < 0 && errno == EINTR);
	close(report[0]);
	if (pid < 0 || waitpid(pid, &state, 0) < 0 || state != 0 || n != 0) {
		errno = error != 0 ? error : errno;
		return WF_IO;
	}
	return WF_OK;
}

/* Sleeps until the time is over or the install is no longer waiting. */
static bool
wait_for_deadline(const struct ctl *ctl, const struct pam_place *place, const char *token)
{
	for (;;) {
		struct pam_pending pending;
		int64_t left;
		struct timespec nap;

		if (pam_pending_read(place, &pending) != WF_OK || strcmp(pending.token, token) != 0)
			return false;
		if (pam_pending_overdue(ctl, &pending))
			return true;
		left = pending.deadline_us - wf_clock_now(&ctl->clock).boot_us;
		left = left > NAP_MAX_US ? NAP_MAX_US : left < 1000 ? 1000 : left;
		nap.tv_sec = (time_t)(left / SECOND_US);
		nap.tv_nsec = (long)(left % SECOND_US) * 1000;
		nanosleep(&nap, NULL);
	}
}

static void
report(struct ctl *ctl, const struct pam_place *place, wf_status status)
{
	openlog("warifu", LOG_PID, LOG_AUTHPRIV);
	if (status == WF_OK) {
		syslog(LOG_WARNING, "pam: %s was put back as it was before Warifu: not confirmed",
			place->file);
		ctl_say(ctl, _("%s is as it was before the install."), place->file);
		return;
	}
	syslog(LOG_CRIT, "pam: %s could not be put back: copy %s over it by hand", place->file,
		place->before);
	ctl_error(ctl, _("%s could not be put back: copy %s over it by hand"), place->file,
		place->before);
}

/* With the lock: looks once more, since a confirmation may have come meanwhile. */
static int
roll_back_now(struct ctl *ctl, const struct pam_place *place, const char *token, bool overdue_only)
{
	struct pam_pending pending;
	int lock = -1;
	int code = CTL_OK;
	wf_status status = pam_place_lock(ctl, place, &lock);

	if (status != WF_OK)
		return CTL_NO;
	status = pam_pending_read(place, &pending);
	if (status != WF_OK) {
		if (token == NULL && !overdue_only) {
			ctl_error(ctl,
				_("no install of %s waits for a confirmation; see 'warifu pam "
				  "remove'"),
				place->service);
			code = CTL_NO;
		}
	} else if ((token == NULL || strcmp(token, pending.token) == 0) &&
		   (!overdue_only || pam_pending_overdue(ctl, &pending))) {
		status = pam_roll_back(place, &pending);
		report(ctl, place, status);
		code = status == WF_OK ? CTL_OK : CTL_NO;
	}
	pam_place_unlock(&lock);
	return code;
}

/* Every service with a pending file. */
static int
roll_back_overdue(struct ctl *ctl, const struct parsed *parsed)
{
	const char *save_dir = args_option(parsed, "save-dir");
	DIR *dir = opendir(save_dir != NULL ? save_dir : WF_PAMSAVEDIR);
	const struct dirent *entry;
	int code = CTL_OK;

	if (dir == NULL)
		return CTL_OK; /* never installed anything */
	while ((entry = readdir(dir)) != NULL) {
		size_t len = strlen(entry->d_name);
		size_t suffix = strlen(PENDING_SUFFIX);
		struct pam_place place;
		char service[NAME_MAX + 1];

		if (len <= suffix || strcmp(entry->d_name + len - suffix, PENDING_SUFFIX) != 0)
			continue;
		snprintf(service, sizeof(service), "%.*s", (int)(len - suffix), entry->d_name);
		if (pam_place_init(ctl, parsed, service, &place) != CTL_OK ||
			roll_back_now(ctl, &place, NULL, true) != CTL_OK)
			code = CTL_NO;
	}
	closedir(dir);
	return code;
}

int
ctl_pam_rollback(struct ctl *ctl, const struct parsed *parsed)
{
	const char *service = args_operand(parsed, 0);
	const char *token = args_option(parsed, "wait");
	struct pam_place place;
	int code;

	if (args_option(parsed, "overdue") != NULL)
		return roll_back_overdue(ctl, parsed);
	if (service == NULL) {
		ctl_error(ctl, _("say which: warifu pam rollback SERVICE, or --overdue"));
		return CTL_USAGE;
	}
	code = pam_place_init(ctl, parsed, service, &place);
	if (code != CTL_OK)
		return code;
	if (token != NULL && !wait_for_deadline(ctl, &place, token))
		return CTL_OK;
	return roll_back_now(ctl, &place, token, token != NULL);
}

/* A login that was open before proves nothing: it has to be another one. */
static bool
same_login(const struct pam_pending *pending)
{
	char login[64];

	pam_login_name(login);
	return strcmp(login, pending->login) == 0;
}

static int
confirm_locked(struct ctl *ctl, const struct pam_place *place)
{
	struct pam_pending pending;

	if (pam_pending_read(place, &pending) != WF_OK) {
		ctl_error(ctl,
			_("no install of %s waits for a confirmation; if its time was over, "
			  "install "
			  "again"),
			place->service);
		return CTL_NO;
	}
	if (same_login(&pending)) {
		ctl_error(ctl,
			_("confirm from a second login: log in anew through %s, so that you know "
			  "that it works, and say 'warifu pam confirm %s' there"),
			place->service, place->service);
		return CTL_NO;
	}
	if (pam_pending_overdue(ctl, &pending)) {
		ctl_error(ctl, _("the time is over; %s is being put back: install again"),
			place->service);
		return CTL_NO;
	}
	pam_file_remove(place->pending);
	pam_file_remove(place->before);
	ctl_say(ctl, _("Confirmed: %s stays with Warifu. 'warifu pam remove %s' takes it out."),
		place->service, place->service);
	return CTL_OK;
}

int
ctl_pam_confirm(struct ctl *ctl, const struct parsed *parsed)
{
	struct pam_place place;
	int lock = -1;
	int code = pam_place_init(ctl, parsed, args_operand(parsed, 0), &place);

	if (code != CTL_OK)
		return code;
	if (pam_place_lock(ctl, &place, &lock) != WF_OK)
		return CTL_NO;
	code = confirm_locked(ctl, &place);
	pam_place_unlock(&lock);
	return code;
}
