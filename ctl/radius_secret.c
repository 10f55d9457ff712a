/*
 * radius secret: 32 letters and digits, 190 bits. Letters that are mistaken for digits are left out,
 * because somebody may have to type them. A key for TLS is 256 bits in hexadecimal digits, as
 * gateways take it.
 */
#include "config.h"

#include <errno.h>
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

#define LETTERS "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
#define DIGITS "0123456789abcdef"

static const struct {
	const char *alphabet;
	size_t letters; /* of the alphabet */
	size_t len;
	const char *suffix; /* of the usual file */
	const char *column; /* of the daemon's list: the file */
} kinds[RADIUS_SECRET_KINDS] = {
	[RADIUS_SECRET] = {LETTERS, sizeof(LETTERS) - 1, 32, "secret", "secret-file"},
	[RADIUS_KEY] = {DIGITS, sizeof(DIGITS) - 1, 64, "psk", "psk-file"},
};

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
draw(struct radius_secret *secret)
{
	size_t len = kinds[secret->kind].len;

	for (size_t i = 0; i < len; i++) {
		uint32_t letter;
		wf_status status = wf_random_below((uint32_t)kinds[secret->kind].letters, &letter);

		if (status != WF_OK)
			return status;
		secret->text[i] = kinds[secret->kind].alphabet[letter];
	}
	secret->text[len] = '\0';
	return WF_OK;
}

static const char *
user_name(const struct parsed *parsed)
{
	const char *name = args_option(parsed, "owner");

	return name != NULL ? name : OWNER;
}

uid_t
radius_user(const struct parsed *parsed)
{
	const struct passwd *entry;

	wf_fault_shelter(true); /* whatever name services the machine has */
	entry = getpwnam(user_name(parsed));
	wf_fault_shelter(false);
	return entry != NULL ? entry->pw_uid : (uid_t)-1;
}

/* Root keeps what would belong to a user that is not there yet, and says so. */
static uid_t
owner_of(struct ctl *ctl, const struct parsed *parsed)
{
	uid_t owner = radius_user(parsed);

	if (owner != (uid_t)-1)
		return owner;
	ctl_error(ctl, _("there is no user %s yet, so the file is root's; give it to the user of warifu-radiusd"),
		user_name(parsed));
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
	char line[RADIUS_SECRET_SIZE + 1];
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

static void
secrets_folder(const struct parsed *parsed, char *folder_r, size_t size)
{
	char beside[PATH_MAX - 256];

	radius_folder(parsed, beside, sizeof(beside));
	(void)snprintf(folder_r, size, "%s/radius", beside);
}

void
radius_secret_place(const struct parsed *parsed, const char *client, struct radius_secret *secret)
{
	char folder[PATH_MAX - 128];

	secrets_folder(parsed, folder, sizeof(folder));
	(void)snprintf(secret->path, sizeof(secret->path), "%s/%s.%s", folder, client,
		kinds[secret->kind].suffix);
}

int
radius_secret_make(struct ctl *ctl, const struct parsed *parsed, struct radius_secret *secret)
{
	wf_status status = draw(secret);

	if (status != WF_OK) {
		ctl_error(ctl, _("the kernel gives no random bytes: %s"), _(wf_status_text(status)));
		return CTL_NO;
	}
	status = put(secret->path, secret->text, owner_of(ctl, parsed));
	if (status == WF_OK)
		return CTL_OK;
	explicit_bzero(secret->text, sizeof(secret->text));
	ctl_error(ctl, _("%s cannot be written: %s"), secret->path,
		status == WF_IO ? strerror(errno) : _(wf_status_text(status)));
	return errno == EACCES || errno == EPERM ? CTL_DENIED : CTL_NO;
}

/* --- showing --- */

static void
show_json(struct ctl *ctl, const char *client, const char *file, const struct radius_secret *secret)
{
	const char *columns[] = {"client", "path", kinds[secret->kind].column, "secret"};
	const char *text = secret->text[0] != '\0' ? secret->text : NULL;
	const char *path = secret->path[0] != '\0' ? secret->path : NULL;
	const char *const cells[] = {client, file, path, text};
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
radius_secret_show(struct ctl *ctl, const char *client, const char *file, const struct radius_secret *secret)
{
	if (ctl->json) {
		show_json(ctl, client, file, secret);
		return;
	}
	if (file != NULL)
		fprintf(ctl->out, _("%s says who the client %s is.\n"), file, client);
	if (secret->text[0] != '\0')
		fprintf(ctl->out,
			secret->kind == RADIUS_KEY
				? _("The key of %s for TLS is in %s.\nEnter it on the gateway now, "
				    "with its psk_identity; it is shown this once:\n\n    %s\n\n")
				: _("The shared secret of %s is in %s.\nEnter it on the gateway now; it is shown this once:\n\n    %s\n\n"),
			client, secret->path, secret->text);
	fprintf(ctl->out, "%s\n", _("It counts as soon as both have read it: warifu reload; systemctl reload warifu-radiusd"));
}

/* --- the command --- */

/*
 * Where the daemon's configuration wants the secret of this client; path "" if it does not say.
 * Of one that has a key for TLS and no secret it is the key.  False: the daemon could not be asked.
 */
static bool
ask_place(struct ctl *ctl, const char *client, struct radius_secret *secret)
{
	struct answer answer;
	struct ask ask;
	bool asked;

	ask_init(&ask, "radius.client.list");
	ask_daemon(ctl, &ask, &answer);
	asked = answer.status == WF_OK;
	for (size_t row = 0; asked && row < answer.table.nrows; row++) {
		const struct table *table = &answer.table;

		if (strcmp(table_cell(table, row, "client"), client) != 0)
			continue;
		if (table_cell(table, row, kinds[RADIUS_SECRET].column)[0] == '\0' &&
			table_cell(table, row, kinds[RADIUS_KEY].column)[0] != '\0')
			secret->kind = RADIUS_KEY;
		text_copy(secret->path, sizeof(secret->path),
			table_cell(table, row, kinds[secret->kind].column));
	}
	answer_clear(&answer);
	return asked;
}

/*
 * Root writes where somebody else says only in the folder of secrets, and over nothing but such a
 * secret: else a daemon that was taken over would choose any file of the machine.
 */
static bool
place_fits(struct ctl *ctl, const struct parsed *parsed, const char *path)
{
	char folder[PATH_MAX];
	struct stat info;
	size_t len;
	bool inside, ours;

	secrets_folder(parsed, folder, sizeof(folder));
	len = strlen(folder);
	inside = strncmp(path, folder, len) == 0 && path[len] == '/' &&
		 strchr(path + len + 1, '/') == NULL;
	ours = lstat(path, &info) == 0 ? S_ISREG(info.st_mode) && info.st_uid == radius_user(parsed)
				       : errno == ENOENT;
	if (inside && ours)
		return true;
	ctl_error(ctl,
		_("the daemon says that the file is %s, which is not in %s or is not a file of %s; "
		  "if it is right, name it with --file"),
		path, folder, user_name(parsed));
	return false;
}

static bool
choose_place(struct ctl *ctl, const struct parsed *parsed, struct radius_secret *secret)
{
	const char *client = args_operand(parsed, 0);
	const char *given = args_option(parsed, "file");
	bool asked = true;

	secret->kind = args_option(parsed, "psk") != NULL ? RADIUS_KEY : RADIUS_SECRET;
	if (args_option(parsed, "config") == NULL)
		asked = ask_place(ctl, client, secret);
	if (given != NULL) { /* the daemon has said of what kind it is, if it could */
		text_copy(secret->path, sizeof(secret->path), given);
		return true;
	}
	if (secret->path[0] != '\0')
		return place_fits(ctl, parsed, secret->path);
	if (secret->path[0] == '\0')
		radius_secret_place(parsed, client, secret);
	if (!asked)
		ctl_error(ctl,
			_("the daemon cannot be asked where the file of %s is: it is taken to be %s"),
			client, secret->path);
	return true;
}

int
ctl_radius_secret(struct ctl *ctl, const struct parsed *parsed)
{
	const char *client = args_operand(parsed, 0);
	struct radius_secret secret = {.path = ""};
	int code;

	if (!radius_name_fits(ctl, client))
		return CTL_USAGE;
	if (!choose_place(ctl, parsed, &secret))
		return CTL_NO;
	if (access(secret.path, F_OK) == 0 && args_option(parsed, "replace") == NULL) {
		ctl_error(ctl, _("%s is there already; with --replace the gateway must be given the new one at once"),
			secret.path);
		return CTL_NO;
	}
	code = radius_secret_make(ctl, parsed, &secret);
	if (code != CTL_OK)
		return code;
	radius_secret_show(ctl, client, NULL, &secret);
	explicit_bzero(secret.text, sizeof(secret.text));
	return CTL_OK;
}
