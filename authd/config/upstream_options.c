/*
 * The options of the sections egress and upstream: rows, how their values get to their places, what
 * they accept, what must hold of them together, and looking sections up.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>

#include "authd/config/config_put.h"
#include "authd/config/config_say.h"
#include "common/i18n.h"

#define EGRESS(field)                                                                              \
	.section = "egress", .offset = offsetof(struct config, upstreams.field),                   \
	.size = sizeof(((struct config *)NULL)->upstreams.field)
#define UPSTREAM(field)                                                                            \
	.section = "upstream", .offset = offsetof(struct config_upstream, field),                  \
	.size = sizeof(((struct config_upstream *)NULL)->field)

static const struct config_word factors[] = {
	{"possession", UPSTREAM_POSSESSION}, {"knowledge", UPSTREAM_KNOWLEDGE}, {NULL, 0}};
static const struct config_word authenticators[] = {{"required", CLIENT_AUTHENTICATOR_REQUIRED},
	{"optional", CLIENT_AUTHENTICATOR_OPTIONAL}, {NULL, 0}};

static const struct config_row rows[] = {
	{EGRESS(user), .name = "user", .type = CONFIG_NAME_OR_NONE},
	{UPSTREAM(servers), .name = "servers", .type = CONFIG_SERVERS},
	{UPSTREAM(secret_file), .name = "secret_file", .type = CONFIG_PATH},
	{UPSTREAM(factor), .name = "factor", .type = CONFIG_WORD, .words = factors},
	{UPSTREAM(groups), .name = "groups", .type = CONFIG_GROUPS},
	{UPSTREAM(timeout_ms), .name = "timeout", .type = CONFIG_SECONDS, .min = 1, .max = 30},
	{UPSTREAM(tries), .name = "tries", .type = CONFIG_UNSIGNED, .min = 1, .max = 5},
	{UPSTREAM(parallel), .name = "parallel", .type = CONFIG_UNSIGNED, .min = 1, .max = 32},
	{UPSTREAM(message_authenticator), .name = "message_authenticator", .type = CONFIG_WORD,
		.words = authenticators},
	{UPSTREAM(nas), .name = "nas_identifier", .type = CONFIG_TEXT},
};
_Static_assert(
	sizeof(rows) / sizeof(rows[0]) <= UPSTREAM_ROWS_MAX, "room in the table of all rows");
_Static_assert(
	sizeof(enum upstream_factor) == sizeof(unsigned), "words are put as unsigned numbers");

const struct config_row *
config_upstream_rows(size_t *n_r)
{
	*n_r = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

void
config_upstream_defaults(struct config_upstream *upstream)
{
	upstream->timeout_ms = 3000;
	upstream->tries = 2;
	upstream->parallel = 8;
}

bool
config_put_upstream_server(const struct config_put *put)
{
	struct config_upstream *upstream =
		config_record(put->load, config_records_find("upstream"), put->title);

	if (put->index >= CONFIG_UPSTREAM_SERVERS_MAX ||
		!config_listener(put->value, LISTEN_AUTHENTICATION, &upstream->servers[put->index]))
		return false;
	upstream->nservers = put->index + 1;
	return true;
}

void
config_accepted_servers(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text,
		_("a list of 1 to %d addresses with ports such as 192.0.2.1:1812 or "
		  "[2001:db8::1]:1812"),
		CONFIG_UPSTREAM_SERVERS_MAX);
}

/* --- all together --- */

/* The load's file becomes the one with the section. */
static int
line_of(struct config_load *load, const struct config_upstream *upstream)
{
	load->file = upstream->origin.file;
	return upstream->origin.line;
}

static void
check_complete(struct config_load *load, const struct config_upstream *upstream)
{
	const struct {
		bool missing;
		const char *option;
	} options[] = {
		{upstream->nservers == 0, "servers"},
		{upstream->secret_file[0] == '\0', "secret_file"},
		{upstream->factor == UPSTREAM_NONE && upstream->groups.n > 0, "factor"},
		{upstream->factor != UPSTREAM_NONE && upstream->groups.n == 0, "groups"},
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].missing)
			config_fail(load, line_of(load, upstream), _("upstream '%s' lacks '%s'"),
				upstream->name, options[i].option);
}

/* An account has each of its factors in one place. */
static void
check_groups(struct config_load *load, const struct config_upstream *upstream,
	const struct config_upstream *earlier)
{
	for (size_t i = 0; upstream->factor == earlier->factor && i < upstream->groups.n; i++) {
		struct group_set group = {.n = 1};

		memcpy(group.names[0], upstream->groups.names[i], sizeof(group.names[0]));
		if (config_groups_match(&group, earlier->groups.names, earlier->groups.n))
			config_fail(load, line_of(load, upstream),
				_("group '%s' of upstream '%s' has the same factor at upstream "
				  "'%s' (%s:%d); leave it in one of "
				  "them"),
				group.names[0], upstream->name, earlier->name, earlier->origin.file,
				earlier->origin.line);
	}
}

void
config_upstream_check(struct config_load *load)
{
	const struct config_upstreams *upstreams = &load->config->upstreams;

	for (size_t i = 0; i < upstreams->n; i++) {
		check_complete(load, &upstreams->list[i]);
		for (size_t j = 0; j < i; j++)
			check_groups(load, &upstreams->list[i], &upstreams->list[j]);
	}
}

/* --- looking up --- */

const struct config_upstream *
config_upstream_find(const struct config_upstreams *upstreams, const char *name)
{
	for (size_t i = 0; i < upstreams->n; i++)
		if (strcmp(upstreams->list[i].name, name) == 0)
			return &upstreams->list[i];
	return NULL;
}

const struct config_upstream *
config_upstream_of(const struct config_upstreams *upstreams, enum upstream_factor factor,
	const char groups[][CONFIG_GROUP_SIZE], size_t n)
{
	for (size_t i = 0; factor != UPSTREAM_NONE && i < upstreams->n; i++)
		if (upstreams->list[i].factor == factor &&
			config_groups_match(&upstreams->list[i].groups, groups, n))
			return &upstreams->list[i];
	return NULL;
}

unsigned
config_upstream_longest(const struct config_upstream *upstream)
{
	return (unsigned)upstream->nservers * upstream->tries * upstream->timeout_ms;
}

/* --- secrets --- */

enum config_secret_fault
config_upstream_secret_check(const struct config_upstreams *upstreams,
	const struct config_upstream *upstream, int64_t wall_us)
{
	return config_secret_check_file(upstream->secret_file, -1, upstreams->uid, wall_us);
}

void
config_upstream_secret_say(const struct config_upstream *upstream, enum config_secret_fault fault,
	char *text_r, size_t size)
{
	static const char *const sentences[] = {
		[SECRET_FINE] = N_("is fine"),
		[SECRET_MISSING] = N_("is not there; write the secret that the servers have for "
				      "this host into it"),
		[SECRET_IRREGULAR] = N_("is no regular file; write the secret that the servers "
					"have for this host into one"),
		[SECRET_OWNER] =
			N_("must belong to the user of warifu-egress or to root; change its owner"),
		[SECRET_OPEN] = N_("is open to others; close it: chmod go="),
		[SECRET_EMPTY] = N_(
			"is empty; write the secret that the servers have for this host into it"),
		[SECRET_LONG] = N_(
			"is longer than a secret may be; agree with the servers on a shorter one"),
		[SECRET_UNSEEN] = N_("lies in a folder that cannot be looked into; look as root"),
		[SECRET_SHORT] = N_("is short enough to be guessed from one packet; agree with the "
				    "servers on a longer one"),
		[SECRET_OLD] =
			N_("has not been changed for a year; agree with the servers on a new one"),
	};

	(void)snprintf(text_r, size, _("upstream '%s': secret %s %s"), upstream->name,
		upstream->secret_file, _(sentences[fault]));
}
