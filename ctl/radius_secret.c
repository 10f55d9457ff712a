/*
 * radius secret: 32 letters and digits, 190 bits. Letters that are mistaken for digits are left out,
 * because somebody may have to type them.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/i18n.h"
#include "common/random.h"
#include "ctl/ask.h"
#include "ctl/handlers.h"
#include "ctl/pamfiles.h"
#include "ctl/radius_secret.h"
#include "ctl/text.h"

#define OWNER "warifu-radius"
#define FOLDER_MODE 0755

static const char alphabet[] = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

bool
radius_name_fits(struct ctl *ctl, const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t len = strlen(name);

	if (len > 0 && len <= RADIUS_NAME_MAX && name[0] != '-' && name[0] != '.' && strspn(name, allowed) == len)
		return true;
	ctl_error(ctl, _("'%s' is no name of a client: 1 to %d letters, digits, '.', '_' and '-', not beginning with '.' or '-'"), name,
		RADIUS_NAME_MAX);
	return false;
}

bool
radius_text_fits(struct ctl *ctl, const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		if ((unsigned char)*at >= ' ' && *at != 0x7f && strchr("\"'\\${}", *at) == NULL)
			continue;
		ctl_error(ctl, _("'%s' has a character that cannot stand in the configuration here"), text);
		return false;
	}
	return true;
}

void
radius_folder(const struct parsed *parsed, char *folder_r, size_t size)
{
	const char *file = args_option(parsed, "config");
	char *slash;

	text_copy(folder_r, size, file != NULL ? file : WF_SYSCONFDIR "/warifu.conf");
	slash = strrchr(folder_r, '/');
	if (slash == NULL)
		text_copy(folder_r, size, ".");
	else
		*slash = '\0';
}

/* --- making --- */

static wf_status
draw(char secret_r[RADIUS_SECRET_LEN + 1])
{
	for (size_t i = 0; i < RADIUS_SECRET_LEN; i++) {
		uint32_t letter;
		wf_status status = wf_random_below(sizeof(alphabet) - 1, &letter);

		if (status != WF_OK)
			return status;
		secret_r[i] = alphabet[letter];
	}
	secret_r[RADIUS_SECRET_LEN] = '\0';
	return WF_OK;
}

/* Root keeps what would belong to a user that is not there yet, and says so. */
static uid_t
owner_of(struct ctl *ctl, const struct parsed *parsed)
{
	const char *name = args_option(parsed, "owner");
	const struct passwd *entry;

	if (name == NULL)
		name = OWNER;
	wf_fault_shelter(true); /* whatever name services the machine has */
	entry = getpwnam(name);
	wf_fault_shelter(false);
	if (entry != NULL)
		return entry->pw_uid;
	ctl_error(ctl, _("there is no user %s yet, so the file is root's; give it to the user of warifu-radiusd"), name);
	return geteuid();
}

/* The folder that the file will lie in. */
static wf_status
make_folder(const char *path)
{
	char folder[PATH_MAX];
	char *slash;

	text_copy(folder, sizeof(folder), path);
	slash = strrchr(folder, '/');
	if (slash == NULL || slash == folder)
		return WF_OK;
	*slash = '\0';
	if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST)
		return WF_IO;
	return WF_OK;
}

static wf_status
put(const char *path, const char *secret, uid_t owner)
{
	char line[RADIUS_SECRET_LEN + 2];
	char fresh[PATH_MAX];
	wf_status status = make_folder(path);
	int error;

	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh))
		return WF_TOO_LONG;
	(void)snprintf(line, sizeof(line), "%s\n", secret);
	if (status == WF_OK)
		status = pam_file_write(fresh, line, S_IRUSR);
	explicit_bzero(line, sizeof(line));
	if (status == WF_OK && chown(fresh, owner, (gid_t)-1) == 0 && pam_file_rename(fresh, path) == WF_OK)
		return WF_OK;
	error = errno;
	if (status == WF_OK)
		(void)unlink(fresh);
	errno = error;
	return WF_IO;
}

int
radius_secret_make(struct ctl *ctl, const struct parsed *parsed, const char *path, char secret_r[RADIUS_SECRET_LEN + 1])
{
	wf_status status = draw(secret_r);

	if (status != WF_OK) {
		ctl_error(ctl, _("the kernel gives no random bytes: %s"), _(wf_status_text(status)));
		return CTL_NO;
	}
	status = put(path, secret_r, owner_of(ctl, parsed));
	if (status == WF_OK)
		return CTL_OK;
	explicit_bzero(secret_r, RADIUS_SECRET_LEN + 1);
	ctl_error(ctl, _("%s cannot be written: %s"), path,
		status == WF_IO ? strerror(errno) : _(wf_status_text(status)));
	return errno == EACCES || errno == EPERM ? CTL_DENIED : CTL_NO;
}

/* --- showing --- */

static void
show_json(struct ctl *ctl, const char *client, const char *file, const char *path, const char *secret)
{
	static const char *const columns[] = {"client", "path", "secret-file", "secret"};
	const char *const cells[] = {client, file, path, secret};
	struct table table;
	bool fine = true;

	table_init(&table);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		fine = fine && table_add_column(&table, columns[i]) == WF_OK;
	if (!fine || table_add_row(&table, cells, sizeof(cells) / sizeof(cells[0])) != WF_OK ||
		table_print_json(&table, true, ctl->out) != WF_OK)
		ctl_unwritten(ctl);
	table_clear(&table);
}

void
radius_secret_show(struct ctl *ctl, const char *client, const char *file, const char *path, const char *secret)
{
	if (ctl->json) {
		show_json(ctl, client, file, path, secret);
		return;
	}
	if (file != NULL)
		fprintf(ctl->out, _("%s says who the client %s is.\n"), file, client);
	if (secret != NULL) {
		fprintf(ctl->out, _("The shared secret of %s is in %s.\nEnter it on the gateway now; it is shown this once:\n\n    %s\n\n"),
			client, path, secret);
	}
	fprintf(ctl->out, "%s\n", _("It counts as soon as both have read it: warifu reload; systemctl reload warifu-radiusd"));
}

/* --- the command --- */

/* Where the daemon's configuration wants the secret of this client; "" if it does not say. */
static void
ask_path(struct ctl *ctl, const char *client, char *path_r, size_t size)
{
	struct answer answer;
	struct ask ask;

	path_r[0] = '\0';
	ask_init(&ask, "radius.client.list");
	ask_daemon(ctl, &ask, &answer);
	for (size_t row = 0; answer.status == WF_OK && row < answer.table.nrows; row++)
		if (strcmp(table_cell(&answer.table, row, "client"), client) == 0)
			text_copy(path_r, size, table_cell(&answer.table, row, "secret-file"));
	answer_clear(&answer);
}

static void
choose_path(struct ctl *ctl, const struct parsed *parsed, char *path_r, size_t size)
{
	const char *client = args_operand(parsed, 0);
	const char *given = args_option(parsed, "file");
	char folder[PATH_MAX - 128];

	if (given != NULL)
		text_copy(path_r, size, given);
	else if (args_option(parsed, "config") == NULL)
		ask_path(ctl, client, path_r, size);
	else
		path_r[0] = '\0';
	if (path_r[0] != '\0')
		return;
	radius_folder(parsed, folder, sizeof(folder));
	(void)snprintf(path_r, size, "%s/radius/%s.secret", folder, client);
}

int
ctl_radius_secret(struct ctl *ctl, const struct parsed *parsed)
{
	const char *client = args_operand(parsed, 0);
	char secret[RADIUS_SECRET_LEN + 1];
	char path[PATH_MAX];
	int code;

	if (!radius_name_fits(ctl, client))
		return CTL_USAGE;
	choose_path(ctl, parsed, path, sizeof(path));
	if (access(path, F_OK) == 0 && args_option(parsed, "replace") == NULL) {
		ctl_error(ctl, _("%s is there already; with --replace the gateway must be given the new one at once"), path);
		return CTL_NO;
	}
	code = radius_secret_make(ctl, parsed, path, secret);
	if (code != CTL_OK)
		return code;
	radius_secret_show(ctl, client, NULL, path, secret);
	explicit_bzero(secret, sizeof(secret));
	return CTL_OK;
}
