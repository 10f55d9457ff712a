/*
 * The files of secrets: looked at from outside by everybody who warns, read by warifu-radiusd and
 * warifu-egress alone.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/config/radius.h"
#include "common/fault.h"
#include "common/i18n.h"

#define US_PER_DAY INT64_C(86400000000)
#define LINE_END_MAX 2 /* bytes behind the secret */

static bool
belongs(const struct stat *st, uid_t user)
{
	return st->st_uid == 0 || st->st_uid == geteuid() ||
	       (user != (uid_t)-1 && st->st_uid == user);
}

/* What the file's attributes alone say. */
static enum config_secret_fault
check_stat(const struct stat *st, uid_t user)
{
	if (!S_ISREG(st->st_mode))
		return SECRET_IRREGULAR;
	if (!belongs(st, user))
		return SECRET_OWNER;
	if ((st->st_mode & 077) != 0)
		return SECRET_OPEN;
	if (st->st_size == 0)
		return SECRET_EMPTY;
	if (st->st_size > CONFIG_SECRET_MAX + LINE_END_MAX)
		return SECRET_LONG;
	return SECRET_FINE;
}

static bool
is_old(int64_t changed_day, const struct stat *st, int64_t wall_us)
{
	int64_t changed = changed_day >= 0 ? changed_day : st->st_mtime / 86400;

	return wall_us / US_PER_DAY - changed > CONFIG_SECRET_DAYS;
}

enum config_secret_fault
config_secret_check_file(const char *file, int64_t changed_day, uid_t user, int64_t wall_us)
{
	struct stat st;
	enum config_secret_fault fault;

	if (stat(file, &st) != 0)
		return errno == EACCES ? SECRET_UNSEEN : SECRET_MISSING;
	fault = check_stat(&st, user);
	if (fault != SECRET_FINE)
		return fault;
	if (st.st_size <= CONFIG_SECRET_LEAST)
		return SECRET_SHORT;
	return is_old(changed_day, &st, wall_us) ? SECRET_OLD : SECRET_FINE;
}

bool
config_secret_is_warning(enum config_secret_fault fault)
{
	return fault >= SECRET_UNSEEN;
}

bool
config_secret_is_worse(enum config_secret_fault fault, enum config_secret_fault than)
{
	return fault != SECRET_FINE && (than == SECRET_FINE || fault < than);
}

struct config_secret_finding
config_secret_check(const struct config_client *client, uid_t user, int64_t wall_us)
{
	const struct {
		const char *path;
		int64_t changed_day;
		bool psk;
	} files[] = {
		{client->secret_file, client->secret_changed_day, false},
		{client->psk_file, -1, true},
	};
	struct config_secret_finding worst = {.fault = SECRET_FINE};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		enum config_secret_fault fault = SECRET_FINE;

		if (files[i].path[0] != '\0')
			fault = config_secret_check_file(
				files[i].path, files[i].changed_day, user, wall_us);
		if (config_secret_is_worse(fault, worst.fault))
			worst = (struct config_secret_finding){fault, files[i].psk};
	}
	return worst;
}

/* Of a secret; of a key for TLS, where that is to be said otherwise. */
static const struct {
	const char *secret, *key;
} sentences[] = {
	[SECRET_FINE] = {N_("is fine"), NULL},
	[SECRET_MISSING] = {
		N_("there is no such file; 'warifu radius secret' makes one"),
		N_("is not there; 'warifu radius secret --psk' makes a key"),
	},
	[SECRET_IRREGULAR] = {
		N_("is no regular file; 'warifu radius secret' makes one"),
		N_("is no regular file; 'warifu radius secret --psk' makes a key"),
	},
	[SECRET_OWNER] = {
		N_("must belong to the user of warifu-radiusd or to root; change its owner"),
		NULL,
	},
	[SECRET_OPEN] = {N_("is open to others; close it: chmod go="), NULL},
	[SECRET_EMPTY] = {
		N_("is empty; 'warifu radius secret' makes a new one"),
		N_("is empty; 'warifu radius secret --psk' makes a key"),
	},
	[SECRET_LONG] = {
		N_("is longer than a secret may be; 'warifu radius secret' makes a new one"),
		N_("is longer than a key may be; 'warifu radius secret --psk' makes one"),
	},
	[SECRET_UNSEEN] = {
		N_("lies in a folder that cannot be looked into; look as root"),
		NULL,
	},
	[SECRET_SHORT] = {
		N_("is short enough to be guessed; 'warifu radius secret' makes a new one"),
		N_("is short enough to be guessed; 'warifu radius secret --psk' makes a longer "
		   "key"),
	},
	[SECRET_OLD] = {
		N_("has not been changed for a year; 'warifu radius secret' makes a new one"),
		N_("has not been changed for a year; 'warifu radius secret --psk' makes a new key"),
	},
};

void
config_secret_say(const struct config_client *client, const struct config_secret_finding *finding,
	char *text_r, size_t size)
{
	const char *sentence = sentences[finding->fault].secret;

	if (finding->psk && sentences[finding->fault].key != NULL)
		sentence = sentences[finding->fault].key;
	(void)snprintf(text_r, size,
		finding->psk ? _("client '%s': key %s %s") : _("client '%s': secret %s %s"),
		client->name, finding->psk ? client->psk_file : client->secret_file, _(sentence));
}

/* --- its bytes --- */

static wf_status
status_of(enum config_secret_fault fault)
{
	static const wf_status statuses[] = {
		[SECRET_FINE] = WF_OK,
		[SECRET_IRREGULAR] = WF_INVALID,
		[SECRET_OWNER] = WF_DENIED,
		[SECRET_OPEN] = WF_DENIED,
		[SECRET_EMPTY] = WF_INVALID,
		[SECRET_LONG] = WF_TOO_LONG,
	};

	return statuses[fault];
}

/* The first line; nothing but a line end may stand behind it. */
static wf_status
take_line(const char *bytes, size_t len, struct wf_secret *secret_r)
{
	size_t line = strcspn(bytes, "\r\n");

	if (line == 0 || len - line > LINE_END_MAX || strspn(bytes + line, "\r\n") != len - line)
		return WF_INVALID;
	if (line > CONFIG_SECRET_MAX)
		return WF_TOO_LONG;
	return wf_secret_set(secret_r, bytes, line);
}

static wf_status
read_open(int fd, uid_t user, struct wf_secret *secret_r)
{
	char bytes[CONFIG_SECRET_MAX + LINE_END_MAX + 1];
	struct stat st;
	wf_status status;
	ssize_t len;

	if (fstat(fd, &st) != 0)
		return WF_IO; /* coverage: of an open file */
	status = status_of(check_stat(&st, user));
	if (status != WF_OK)
		return status;
	len = wf_fault(WF_FAULT_FILE) ? -1 : read(fd, bytes, sizeof(bytes) - 1);
	if (len < 0)
		return WF_IO;
	bytes[len] = '\0';
	status = take_line(bytes, (size_t)len, secret_r);
	explicit_bzero(bytes, sizeof(bytes));
	return status;
}

wf_status
config_secret_read(const char *file, uid_t user, struct wf_secret *secret_r)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	wf_status status;

	if (fd < 0)
		return errno == ENOENT ? WF_NOT_FOUND : errno == EACCES ? WF_DENIED : WF_IO;
	status = read_open(fd, user, secret_r);
	(void)close(fd);
	return status;
}

/* -1: no hexadecimal digit.  Without a table: what is looked up must not show in the cache. */
static int
digit_of(uint8_t character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	character |= 0x20;
	return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

/* In place: the octets that the digits stand for. */
static wf_status
from_digits(struct wf_secret *key)
{
	size_t n = key->len / 2;

	if (key->len % 2 != 0 || n < CONFIG_PSK_LEAST)
		return WF_INVALID;
	for (size_t i = 0; i < n; i++) {
		int high = digit_of(key->bytes[2 * i]), low = digit_of(key->bytes[2 * i + 1]);

		if (high < 0 || low < 0)
			return WF_INVALID;
		key->bytes[i] = (uint8_t)(high << 4 | low);
	}
	explicit_bzero(key->bytes + n, key->len - n);
	key->len = n;
	return WF_OK;
}

wf_status
config_psk_read(const struct config_client *client, uid_t user, struct wf_secret *key_r)
{
	wf_status status = config_secret_read(client->psk_file, user, key_r);

	if (status == WF_OK)
		status = from_digits(key_r);
	if (status != WF_OK)
		wf_secret_clear(key_r);
	return status;
}
