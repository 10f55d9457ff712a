/*
 * radius client: list and show are the daemon's views; add writes a file of its own into conf.d, after warifud
 * --check has read it together with all the others, and makes the client's secret or its key for TLS.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/handlers.h"
#include "ctl/pamfiles.h"
#include "ctl/radius_secret.h"
#include "ctl/warifud.h"
#include "ctl/text.h"

#define SECTION_MAX 4096
#define FILE_MODE 0644
#define FOLDER_MODE 0755

/* --- list, show --- */

static int
ask_and_show(struct ctl *ctl, const struct parsed *parsed, const char *act, const char *columns, const char *empty)
{
	struct command command = *parsed->command;
	struct answer answer;
	struct ask ask;
	int code;

	command.columns = columns;
	command.empty = empty;
	ask_init(&ask, act);
	ask_text(&ask, "client", args_operand(parsed, 1));
	ask_daemon(ctl, &ask, &answer);
	code = answer_show(ctl, &command, &answer);
	answer_clear(&answer);
	return code;
}

static int
list(struct ctl *ctl, const struct parsed *parsed)
{
	return ask_and_show(ctl, parsed, "radius.client.list",
		"client class profile client-mode transport proof sources message-authenticator secret",
		N_("There are no RADIUS clients yet: add one with 'warifu radius client add'."));
}

static int
show(struct ctl *ctl, const struct parsed *parsed)
{
	return ask_and_show(ctl, parsed, "radius.client.show", NULL, NULL);
}

/* --- add --- */

struct addition {
	struct ctl *ctl;
	const struct parsed *parsed;
	const char *name;
	char file[PATH_MAX];	/* conf.d/radius-NAME.conf */
	char fresh[PATH_MAX];	/* the same until it is checked */
	const char *secret_option; /* NULL: it needs neither secret nor key */
	struct radius_secret secret;
	char section[SECTION_MAX];
};

/* One option per line, as --NAME of the command gives it; lists are split at commas and blanks. */
static const struct written {
	const char *option, *name;
	bool is_list;
} written[] = {
	{"network", "network", true},
	{"certificate", "certificate", true},
	{"psk-identity", "psk_identity", false},
	{"profile", "profile", false},
	{"class", "class", false},
	{"mode", "mode", false},
	{"separator", "separator", false},
	{"message-authenticator", "message_authenticator", false},
	{"groups", "groups", true},
};

static void
write_list(struct text *text, const char *name, const char *value)
{
	const char *between = "";

	text_add(text, "\t%s = {", name);
	while (*value != '\0') {
		size_t len = strcspn(value, ", ");

		if (len > 0) {
			text_add(text, "%s\"%.*s\"", between, (int)len, value);
			between = ", ";
		}
		value += len;
		value += strspn(value, ", ");
	}
	text_add(text, "}\n");
}

static bool
write_section(struct addition *addition)
{
	struct text text;

	text_init(&text, addition->section, sizeof(addition->section));
	text_add(&text, "# Made by 'warifu radius client add'; see warifu.conf(5).\nclient \"%s\" {\n", addition->name);
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		const char *value = args_option(addition->parsed, written[i].option);

		if (value == NULL)
			continue;
		if (!radius_text_fits(addition->ctl, value))
			return false;
		if (written[i].is_list)
			write_list(&text, written[i].name, value);
		else
			text_add(&text, "\t%s = \"%s\"\n", written[i].name, value);
	}
	if (addition->secret_option != NULL)
		text_add(&text, "\t%s = \"%s\"\n", addition->secret_option, addition->secret.path);
	text_add(&text, "}\n");
	return true;
}

/*
 * Who proves itself over TLS gets no secret beside it: over UDP it would come in the clear, and its networks then say
 * only from where it may connect.
 */
static void
choose_secret(struct addition *addition)
{
	const struct parsed *parsed = addition->parsed;
	bool certified = args_option(parsed, "certificate") != NULL;
	bool keyed = args_option(parsed, "psk-identity") != NULL;

	addition->secret.kind = keyed ? RADIUS_KEY : RADIUS_SECRET;
	if (keyed)
		addition->secret_option = "psk_file";
	else if (!certified && args_option(parsed, "network") != NULL)
		addition->secret_option = "secret_file";
	if (addition->secret_option != NULL)
		radius_secret_place(parsed, addition->name, &addition->secret);
}

static bool
choose_paths(struct addition *addition)
{
	char folder[PATH_MAX - 256];
	char conf_d[PATH_MAX - 128];

	radius_folder(addition->parsed, folder, sizeof(folder));
	(void)snprintf(conf_d, sizeof(conf_d), "%s/conf.d", folder);
	(void)snprintf(addition->file, sizeof(addition->file), "%s/radius-%s.conf", conf_d, addition->name);
	(void)snprintf(addition->fresh, sizeof(addition->fresh), "%s/radius-%s.conf.new", conf_d, addition->name);
	choose_secret(addition);
	if (mkdir(conf_d, FOLDER_MODE) == 0 || errno == EEXIST)
		return radius_text_fits(addition->ctl, addition->secret.path);
	ctl_error(addition->ctl, _("%s cannot be made: %s"), conf_d, strerror(errno));
	return false;
}

/* What the daemon says of the whole configuration with the new file; its own words go to the user. */
static int
check(const struct addition *addition)
{
	const char *const task[] = {"--check", "--with", addition->fresh, NULL};

	if (warifud_run(addition->ctl, addition->parsed, task, true))
		return CTL_OK;
	ctl_error(addition->ctl, _("so the client %s was not added"), addition->name);
	return CTL_NO;
}

static int
make_secret(struct addition *addition)
{
	if (addition->secret_option == NULL || access(addition->secret.path, F_OK) == 0)
		return CTL_OK;
	return radius_secret_make(addition->ctl, addition->parsed, &addition->secret);
}

static int
put(const struct addition *addition)
{
	wf_status status = pam_file_write(addition->fresh, addition->section, FILE_MODE);
	int code = status == WF_OK ? check(addition) : CTL_OK;

	if (status == WF_OK && code == CTL_OK)
		status = pam_file_rename(addition->fresh, addition->file);
	if (status != WF_OK)
		ctl_error(addition->ctl, _("%s cannot be written: %s"), addition->file, strerror(errno));
	if (status == WF_OK && code == CTL_OK)
		return CTL_OK;
	pam_file_remove(addition->fresh);
	return CTL_NO;
}

static int
add_prepared(struct addition *addition)
{
	int code = make_secret(addition);

	if (code == CTL_OK)
		code = put(addition);
	if (code != CTL_OK && addition->secret.text[0] != '\0')
		pam_file_remove(addition->secret.path);
	if (code == CTL_OK)
		radius_secret_show(addition->ctl, addition->name, addition->file, &addition->secret);
	explicit_bzero(addition->secret.text, sizeof(addition->secret.text));
	return code;
}

static int
add(struct ctl *ctl, const struct parsed *parsed)
{
	struct addition addition = {.ctl = ctl, .parsed = parsed, .name = args_operand(parsed, 1)};

	if (ctl->uid != 0) {
		ctl_error(ctl, "%s", _("only root may write the configuration"));
		return CTL_DENIED;
	}
	if (!radius_name_fits(ctl, addition.name) || !choose_paths(&addition) || !write_section(&addition))
		return CTL_USAGE;
	if (access(addition.file, F_OK) == 0) {
		ctl_error(ctl, _("%s is there already; edit it"), addition.file);
		return CTL_NO;
	}
	return add_prepared(&addition);
}

/* --- the command --- */

static const struct {
	const char *action;
	bool named;
	int (*run)(struct ctl *ctl, const struct parsed *parsed);
} actions[] = {{"list", false, list}, {"add", true, add}, {"show", true, show}};

static bool
has_add_options(const struct parsed *parsed)
{
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++)
		if (args_option(parsed, written[i].option) != NULL)
			return true;
	return false;
}

int
ctl_radius_client(struct ctl *ctl, const struct parsed *parsed)
{
	const char *action = args_operand(parsed, 0);
	size_t i = 0;

	while (strcmp(actions[i].action, action) != 0) /* the parser lets no other word through */
		i++;
	if (actions[i].named != (args_operand(parsed, 1) != NULL)) {
		ctl_error(ctl, actions[i].named ? _("'radius client %s' needs the client's NAME")
						: _("'radius client %s' takes no NAME"),
			action);
		return CTL_USAGE;
	}
	if (strcmp(action, "add") != 0 && has_add_options(parsed)) {
		ctl_error(ctl, "%s", _("what a client is like can be said with 'radius client add' alone"));
		return CTL_USAGE;
	}
	return actions[i].run(ctl, parsed);
}
