/* Which files of a PAM folder name pam_warifu.so. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "ctl/pamscan.h"
#include "ctl/stanza.h"
#include "ctl/text.h"

#define COMMON "common-"

/* What an editor, dpkg or we ourselves left beside a service is none. */
static bool
is_leftover(const char *name)
{
	static const char *const marks[] = {".warifu-", ".dpkg-", ".ucf-", "~"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strstr(name, marks[i]) != NULL)
			return true;
	return name[0] == '.';
}

static bool
uses_warifu(const char *dir, const char *name)
{
	char path[PATH_MAX];
	char *text;
	mode_t mode;
	bool uses;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path) ||
		pam_file_read(path, &text, &mode) != WF_OK)
		return false;
	uses = stanza_has(text, NULL);
	free(text);
	return uses;
}

int
pam_scan(struct ctl *ctl, const struct parsed *parsed,
	void (*visit)(void *context, const char *name, bool common), void *context)
{
	const char *given = args_option(parsed, "pam-dir");
	const char *dir = given != NULL ? given : PAM_DIR;
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort);

	if (n < 0) {
		ctl_error(ctl, "%s: %s", dir, strerror(errno));
		return CTL_NO;
	}
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (!is_leftover(name) && uses_warifu(dir, name))
			visit(context, name, strncmp(name, COMMON, strlen(COMMON)) == 0);
		free(names[i]);
	}
	free(names);
	return CTL_OK;
}
