/* The option table of the module. Reads arguments only; opens nothing and keeps nothing. */
#include "config.h"

#include "pam_module/options.h"

#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <pwd.h>
#include <security/pam_ext.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>
#include <syslog.h>

#include "common/fault.h"
#include "common/utf8.h"

#define DEFAULT_SOCKET WF_RUNDIR "/pam.sock"
#define DEFAULT_HELPER WF_LIBEXECDIR "/warifu-breakglass"
#define DEFAULT_OWNER "warifu"
#define DEFAULT_TIMEOUT_S 110 /* sshd's LoginGraceTime is 120 */
#define TIMEOUT_MAX_S 600
#define SERVICE_MAX 64
#define PATH_LIMIT 1024
#define PASSWD_BUFFER 16384
#define UID_LAST 4294967294UL /* (uid_t)-1 means "nobody in particular" to system calls */

static bool
path_fits(const char *value, size_t limit)
{
	return value[0] == '/' && strlen(value) < limit;
}

/* A decimal number without sign or blanks, at most `max`. */
static bool
number_parse(const char *value, unsigned long max, unsigned long *number_r)
{
	unsigned long number;
	char *end;

	if (value[0] < '0' || value[0] > '9')
		return false;
	errno = 0;
	number = strtoul(value, &end, 10);
	if (errno != 0 || *end != '\0' || number > max)
		return false;
	*number_r = number;
	return true;
}

static bool
set_socket(const char *value, struct options *options)
{
	options->socket = value;
	return path_fits(value, sizeof(((struct sockaddr_un *)NULL)->sun_path));
}

static bool
set_timeout(const char *value, struct options *options)
{
	unsigned long seconds;

	if (!number_parse(value, TIMEOUT_MAX_S, &seconds) || seconds == 0)
		return false;
	options->timeout_s = (unsigned)seconds;
	return true;
}

static bool
set_try_first_pass(const char *value, struct options *options)
{
	(void)value;
	options->first_pass = FIRST_PASS_TRY;
	return true;
}

static bool
set_use_first_pass(const char *value, struct options *options)
{
	(void)value;
	options->first_pass = FIRST_PASS_USE;
	return true;
}

/* Kanji only where the host program itself has said that its terminal can show them. */
static const char *
language_of_host(void)
{
	const char *name = nl_langinfo(NL_LOCALE_NAME(LC_MESSAGES));

	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		return "en";
	if (strncmp(name, "ja", 2) != 0 || strchr("_.@", name[2]) == NULL)
		return "en";
	return "ja";
}

static bool
set_language(const char *value, struct options *options)
{
	if (strcmp(value, "auto") == 0)
		options->language = language_of_host();
	else if (strcmp(value, "en") == 0 || strcmp(value, "ja") == 0)
		options->language = value;
	else
		return false;
	return true;
}

static bool
set_service(const char *value, struct options *options)
{
	size_t len = strlen(value);

	options->service = value;
	return len > 0 && len <= SERVICE_MAX && wf_utf8_valid(value, len, false);
}

static bool
set_breakglass(const char *value, struct options *options)
{
	options->breakglass = value;
	return path_fits(value, PATH_LIMIT);
}

static bool
set_helper(const char *value, struct options *options)
{
	options->helper = value;
	return path_fits(value, PATH_LIMIT);
}

static bool
owner_by_name(const char *name, uid_t *owner_r)
{
	struct passwd entry;
	struct passwd *found = NULL;
	char *buffer = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(PASSWD_BUFFER);

	if (buffer == NULL)
		return false;
	if (getpwnam_r(name, &entry, buffer, PASSWD_BUFFER, &found) == 0 && found != NULL)
		*owner_r = entry.pw_uid;
	free(buffer);
	return found != NULL;
}

static bool
set_owner(const char *value, struct options *options)
{
	unsigned long uid;

	if (number_parse(value, UID_LAST, &uid)) {
		options->owner = (uid_t)uid;
		return true;
	}
	return owner_by_name(value, &options->owner);
}

static bool
set_quiet(const char *value, struct options *options)
{
	(void)value;
	options->quiet = true;
	return true;
}

static const struct option_row {
	const char *name;
	const char *value; /* what it takes, as shown in messages; NULL: no value */
	bool (*set)(const char *value, struct options *options);
} option_table[] = {
	{"socket", "/PATH (107 bytes at most)", set_socket},
	{"timeout", "SECONDS (1 to 600)", set_timeout},
	{"try_first_pass", NULL, set_try_first_pass},
	{"use_first_pass", NULL, set_use_first_pass},
	{"lang", "en|ja|auto", set_language},
	{"service", "NAME (1 to 64 printable bytes)", set_service},
	{"owner", "USER (a known name or a uid)", set_owner},
	{"breakglass", "/FILE", set_breakglass},
	{"breakglass_helper", "/PROGRAM", set_helper},
	{"quiet", NULL, set_quiet},
};

#define OPTION_COUNT (sizeof(option_table) / sizeof(option_table[0]))

/* The row of an argument, and where its value begins: at its "=", or NULL without one. */
static const struct option_row *
option_find(const char *argument, const char **equals_r)
{
	size_t len = strcspn(argument, "=");

	*equals_r = argument[len] == '=' ? argument + len : NULL;
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (strlen(option_table[i].name) == len &&
			strncmp(argument, option_table[i].name, len) == 0)
			return &option_table[i];
	return NULL;
}

static void
log_unknown(pam_handle_t *pamh, const char *argument)
{
	char names[512] = "";
	size_t used = 0;

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		size_t len = strlen(option_table[i].name);

		if (sizeof(names) - used < len + 3)
			break;
		if (used > 0)
			names[used++] = ' ';
		memcpy(names + used, option_table[i].name, len);
		used += len;
		if (option_table[i].value != NULL)
			names[used++] = '=';
		names[used] = '\0';
	}
	pam_syslog(pamh, LOG_ERR,
		"unknown option \"%s\"; the options are: %s; access is refused until "
		"the stanza is right",
		argument, names);
}

static bool
option_apply(pam_handle_t *pamh, const char *argument, struct options *options)
{
	const char *equals;
	const struct option_row *row = option_find(argument, &equals);

	if (row == NULL) {
		log_unknown(pamh, argument);
		return false;
	}
	if ((row->value != NULL) == (equals != NULL) &&
		row->set(equals == NULL ? "" : equals + 1, options))
		return true;
	pam_syslog(pamh, LOG_ERR,
		"option \"%s\" is not right: write %s%s%s; access is refused until the stanza is "
		"right",
		argument, row->name, row->value == NULL ? "" : "=",
		row->value == NULL ? "" : row->value);
	return false;
}

bool
options_parse(pam_handle_t *pamh, int argc, const char **argv, struct options *options_r)
{
	struct options options = {
		.socket = DEFAULT_SOCKET,
		.language = "en",
		.helper = DEFAULT_HELPER,
		.timeout_s = DEFAULT_TIMEOUT_S,
		.owner = 0,
	};
	bool right = true;

	/* Without that user only root may serve the socket. */
	(void)owner_by_name(DEFAULT_OWNER, &options.owner);
	for (int i = 0; i < argc; i++)
		right = option_apply(pamh, argv[i], &options) && right;
	if (right)
		*options_r = options;
	return right;
}
