/* Sessions without an end; see the header. */
#include "config.h"

#include "ctl/session_doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "ctl/unixusers.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define NAMES_MAX 5
#define SUDO_LINE "Authentication timestamp timeout: "

/* Services whose sessions are logins of their own; those of su and sudo end with the one around. */
static bool
is_login(const char *service)
{
	return strcmp(service, "sshd") == 0 || strcmp(service, "login") == 0;
}

bool
session_stack_finding(const char *service, const struct pam_stack *stack,
	const struct session_limits *limits, char *text_r, size_t size)
{
	if (strcmp(service, "passwd") == 0 || (limits->session == 0 && limits->idle == 0))
		return false;
	if (!stack->sessions)
		(void)snprintf(text_r, size,
			_("has no session line of Warifu, so its sessions are not told how long "
			  "they may last or be left alone: 'warifu pam install %s' puts it in"),
			service);
	else if (limits->session > 0 && !stack->systemd && is_login(service))
		(void)snprintf(text_r, size, "%s",
			_("opens its sessions without pam_systemd, so nobody ends one in time "
			  "(session.timeout): install libpam-systemd"));
	else
		return false;
	return true;
}

bool
session_shells_finding(const char *passwd_file, char *text_r, size_t size)
{
	struct unix_users users = {.n = 0};
	char names[256] = "";
	size_t found = 0, len = 0;

	if (unix_users_read(passwd_file, NULL, &users) != WF_OK)
		return false;
	for (size_t i = 0; i < users.n; i++) {
		if (!users.list[i].waits)
			continue;
		if (found++ < NAMES_MAX && len < sizeof(names))
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%.40s",
				len > 0 ? ", " : "", users.list[i].name);
	}
	unix_users_clear(&users);
	if (found > 0)
		(void)snprintf(text_r, size,
			_("do not end when they are left alone (idle.lock), because they do not "
			  "know TMOUT: those of %s%s; give them bash, ksh or zsh, or a time-out of "
			  "their own"),
			names, found > NAMES_MAX ? "..." : "");
	return found > 0;
}

bool
session_sudo_finding(const char *output, int64_t idle_s, char *text_r, size_t size)
{
	const char *line = strstr(output, SUDO_LINE);
	const int64_t most = idle_s / 60;
	double minutes;

	if (line == NULL || sscanf(line + sizeof(SUDO_LINE) - 1, "%lf", &minutes) != 1)
		return false;
	if (minutes < 0)
		(void)snprintf(text_r, size, "%s",
			_("asks once and never again in a session: a negative timestamp_timeout "
			  "in sudoers"));
	else if (minutes * 60 > (double)idle_s)
		(void)snprintf(text_r, size,
			_("asks nobody again for %.0f minutes, longer than a terminal may be left "
			  "alone (idle.lock): lower timestamp_timeout in sudoers to %.0f"),
			minutes, (double)most);
	else
		return false;
	return true;
}
