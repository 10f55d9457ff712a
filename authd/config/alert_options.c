/*
 * The options of the sections mail and alert: rows, how servers and addresses are written, and what
 * must hold of them together.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "authd/config/config_put.h"
#include "authd/config/config_say.h"
#include "authd/config/config_value.h"
#include "common/i18n.h"

#define MAIL(field)                                                                                \
	.section = CONFIG_MAIL, .offset = offsetof(struct config, mail.field),                     \
	.size = sizeof(((struct config *)NULL)->mail.field)
#define ALERT(field)                                                                               \
	.section = CONFIG_ALERT, .offset = offsetof(struct config, alert.field),                   \
	.size = sizeof(((struct config *)NULL)->alert.field)

static const struct config_word languages[] = {{"ja", ALERT_JA}, {"en", ALERT_EN}, {NULL, 0}};

static const struct config_row rows[] = {
	{MAIL(servers), .name = "servers", .type = CONFIG_MAIL_SERVERS},
	{MAIL(from), .name = "from", .type = CONFIG_ADDRESS},
	{MAIL(user), .name = "user", .type = CONFIG_TEXT, .min = 1},
	{MAIL(password_file), .name = "password_file", .type = CONFIG_PATH},
	{MAIL(ca_file), .name = "ca_file", .type = CONFIG_PATH},
	{MAIL(timeout_ms), .name = "timeout", .type = CONFIG_SECONDS, .min = 1, .max = 60},
	{ALERT(people[ALERT_OPERATORS]), .name = "operators", .type = CONFIG_PEOPLE},
	{ALERT(least[ALERT_OPERATORS]), .name = "operators_level", .type = CONFIG_UNSIGNED,
		.min = 0, .max = 3},
	{ALERT(people[ALERT_OFFICERS]), .name = "officers", .type = CONFIG_PEOPLE},
	{ALERT(least[ALERT_OFFICERS]), .name = "officers_level", .type = CONFIG_UNSIGNED, .min = 0,
		.max = 3},
	{ALERT(languages), .name = "languages", .type = CONFIG_FLAGS, .words = languages},
	{ALERT(hook), .name = "hook", .type = CONFIG_PATH},
	{ALERT(hook_timeout_ms), .name = "hook_timeout", .type = CONFIG_SECONDS, .min = 1,
		.max = 60},
	{ALERT(hourly), .name = "hourly", .type = CONFIG_UNSIGNED, .min = 1, .max = 1000},
};
_Static_assert(sizeof(rows) / sizeof(rows[0]) <= ALERT_ROWS_MAX, "room in the table of all rows");

const struct config_row *
config_alert_rows(size_t *n_r)
{
	*n_r = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

void
config_alert_defaults(struct config *config)
{
	config->mail.timeout_ms = 20000;
	config->alert.least[ALERT_OPERATORS] = 1;
	config->alert.least[ALERT_OFFICERS] = 2;
	config->alert.languages = ALERT_JA | ALERT_EN;
	config->alert.hook_timeout_ms = 10000;
	config->alert.hourly = 20;
}

bool
config_alert_mails(const struct config_alert *alert)
{
	return alert->people[ALERT_OPERATORS].n > 0 || alert->people[ALERT_OFFICERS].n > 0;
}

bool
config_alert_leaves(const struct config *config)
{
	return config->mail.nservers > 0 || config->alert.hook[0] != '\0';
}

bool
config_mail_password_say(const struct config *config, char *text_r, size_t size)
{
	static const char *const sentences[] = {
		[SECRET_MISSING] = N_("is not there; write the password into it"),
		[SECRET_IRREGULAR] = N_("is no regular file; write the password into one"),
		[SECRET_OWNER] =
			N_("must belong to the user of warifu-egress or to root; change its owner"),
		[SECRET_OPEN] = N_("is open to others; close it: chmod go="),
		[SECRET_EMPTY] = N_("is empty; write the password into it"),
		[SECRET_LONG] = N_("is longer than a password may be here"),
	};
	const char *file = config->mail.password_file;
	enum config_secret_fault fault =
		config_secret_check_file(file, -1, config->upstreams.uid, 0);

	if (file[0] == '\0' || (size_t)fault >= sizeof(sentences) / sizeof(sentences[0]) ||
		sentences[fault] == NULL)
		return false;
	(void)snprintf(text_r, size, _("section mail: the password %s %s"), file,
		_(sentences[fault]));
	return true;
}

/* --- values --- */

static const struct way {
	const char *word;
	enum mail_way way;
} ways[] = {{"smtp://", MAIL_STARTTLS}, {"smtps://", MAIL_TLS}, {"plain://", MAIL_PLAIN}};

/* What is not encrypted stays on this machine. */
static bool
is_local(const char *host)
{
	struct in_addr address;

	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	       (inet_pton(AF_INET, host, &address) == 1 &&
		       ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET);
}

static bool
put_server(struct config_mail_server *server, const char *value)
{
	struct config_mail_server read = {.way = MAIL_STARTTLS};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		size_t len = strlen(ways[i].word);

		if (strncmp(value, ways[i].word, len) != 0)
			continue;
		read.way = ways[i].way;
		if (strlen(value) >= sizeof(read.to) ||
			!config_server(value + len, read.host, read.port) ||
			(read.way == MAIL_PLAIN && !is_local(read.host)))
			return false;
		(void)snprintf(read.to, sizeof(read.to), "%s", value);
		*server = read;
		return true;
	}
	return false;
}

bool
config_put_mail_server(const struct config_put *put)
{
	struct config_mail *mail = &put->load->config->mail;

	if (put->index >= CONFIG_MAIL_SERVERS_MAX ||
		!put_server(&mail->servers[put->index], put->value))
		return false;
	mail->nservers = put->index + 1;
	return true;
}

bool
config_put_address(const struct config_put *put)
{
	if (!config_is_address(put->value))
		return false;
	(void)snprintf(config_place(put), CONFIG_ADDRESS_SIZE, "%s", put->value);
	return true;
}

bool
config_put_person(const struct config_put *put)
{
	struct config_people *people = config_place(put);

	if (put->index >= CONFIG_PEOPLE_MAX || !config_is_address(put->value))
		return false;
	(void)snprintf(people->to[put->index], CONFIG_ADDRESS_SIZE, "%s", put->value);
	people->n = put->index + 1;
	return true;
}

void
config_accepted_mail_servers(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text,
		_("a list of 1 to %d servers: smtp://HOST:PORT (STARTTLS), smtps://HOST:PORT, or "
		  "plain://localhost:PORT on this machine"),
		CONFIG_MAIL_SERVERS_MAX);
}

void
config_accepted_address(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, "%s", _("a mail address such as warifu@example.jp"));
}

void
config_accepted_people(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, _("a list of 1 to %d mail addresses"), CONFIG_PEOPLE_MAX);
}

/* --- all together --- */

static bool
sends_plain(const struct config_mail *mail)
{
	for (size_t i = 0; i < mail->nservers; i++)
		if (mail->servers[i].way == MAIL_PLAIN)
			return true;
	return false;
}

void
config_alert_check(struct config_load *load)
{
	const struct config_mail *mail = &load->config->mail;
	const struct config_alert *alert = &load->config->alert;
	const bool mails = mail->nservers > 0;
	const struct {
		bool wrong;
		const char *section, *option; /* whose line is named */
		const char *sentence;
	} faults[] = {
		{mails && mail->from[0] == '\0', "mail", "servers",
			N_("section 'mail' lacks 'from', the address that mail comes from")},
		{!mails && mail->from[0] != '\0', "mail", "from",
			N_("section 'mail' lacks 'servers'")},
		{!mails && config_alert_mails(alert), "alert",
			alert->people[ALERT_OPERATORS].n > 0 ? "operators" : "officers",
			N_("section 'alert' names people, but no server takes mail for them; write "
			   "a section 'mail'")},
		{(mail->user[0] != '\0') != (mail->password_file[0] != '\0'), "mail",
			mail->user[0] != '\0' ? "user" : "password_file",
			N_("one of 'user' and 'password_file' of section 'mail' is written; write "
			   "both or none")},
		{mail->user[0] != '\0' && sends_plain(mail), "mail", "user",
			N_("no password goes to a server in the clear; take plain:// or 'user' "
			   "out of section 'mail'")},
		{alert->least[ALERT_OFFICERS] < alert->least[ALERT_OPERATORS], "alert",
			"officers_level",
			N_("'officers_level' is below 'operators_level'; those who look after it "
			   "must hear of all that the others hear of")},
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].wrong)
			config_fail(load, config_line_of(load, faults[i].section, faults[i].option),
				"%s", _(faults[i].sentence));
}
