/* Line by line, into the files that a line includes; see the header. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/pamstack.h"
#include "ctl/stanza.h"

#define BLANKS " \t"
#define DEPTH_MAX 8 /* of files that include files; libpam goes on to 16 */

static bool look_at_file(
	const char *dir, const char *name, const char *group, int depth, struct pam_stack *stack);

/* Debian's common-session has pam_systemd.so: of one that cannot be read it is believed. */
static void
look_at_include(
	const char *dir, const char *name, const char *group, int depth, struct pam_stack *stack)
{
	if (!look_at_file(dir, name, group, depth + 1, stack) &&
		strcmp(name, "common-session") == 0)
		stack->systemd = true;
}

static void
note(struct pam_stack *stack, const char *group, bool ours, bool systemd)
{
	bool session = strcmp(group, "session") == 0;

	stack->uses = stack->uses || ours;
	stack->accounts = stack->accounts || (ours && strcmp(group, "account") == 0);
	stack->sessions = stack->sessions || (ours && session);
	stack->systemd = stack->systemd || (systemd && session);
}

/* Of `group` alone, unless it is NULL. */
static void
look_at_line(const char *dir, char *line, const char *group, int depth, struct pam_stack *stack)
{
	char *rest = line, *first, *control, *what;
	bool ours, systemd;

	line[strcspn(line, "#")] = '\0';
	ours = strstr(line, "pam_warifu.so") != NULL;
	systemd = strstr(line, "pam_systemd.so") != NULL;
	first = strtok_r(line, BLANKS, &rest);
	control = strtok_r(NULL, BLANKS, &rest);
	what = strtok_r(NULL, BLANKS, &rest);
	if (first == NULL || control == NULL)
		return;
	if (strcmp(first, "@include") == 0) {
		look_at_include(dir, control, group, depth, stack);
		return;
	}
	first += first[0] == '-';
	if (group != NULL && strcmp(group, first) != 0)
		return;
	if (what != NULL && (strcmp(control, "include") == 0 || strcmp(control, "substack") == 0))
		look_at_include(dir, what, first, depth, stack);
	else
		note(stack, first, ours, systemd);
}

static bool
look_at_file(
	const char *dir, const char *name, const char *group, int depth, struct pam_stack *stack)
{
	char path[PATH_MAX], *text = NULL, *rest, *line;
	mode_t mode;

	if (depth > DEPTH_MAX ||
		snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path) ||
		pam_file_read(path, &text, &mode) != WF_OK)
		return false;
	if (depth == 0)
		stack->session_late = stanza_session_late(text);
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL)
		look_at_line(dir, line, group, depth, stack);
	free(text);
	return true;
}

void
pam_stack_read(const struct pam_place *place, struct pam_stack *stack_r)
{
	*stack_r = (struct pam_stack){.exists = false};
	stack_r->exists = look_at_file(place->dir, place->service, NULL, 0, stack_r);
}
