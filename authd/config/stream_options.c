/*
 * The options of the sections stream: rows, how a receiver is written, and what must hold of them
 * together.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>

#include "authd/config/config_put.h"
#include "authd/config/config_say.h"
#include "authd/config/config_value.h"
#include "common/i18n.h"

#define STREAM(field)                                                                              \
	.section = "stream", .offset = offsetof(struct config_stream, field),                      \
	.size = sizeof(((struct config_stream *)NULL)->field)

static const struct config_word formats[] = {
	{"rfc5424", STREAM_RFC5424}, {"cef", STREAM_CEF}, {NULL, 0}};
static const struct config_word beginnings[] = {
	{"now", STREAM_NOW}, {"all", STREAM_ALL}, {NULL, 0}};
static const struct config_word classes[] = {{"all", STREAM_ROWS_ALL}, {"auth", 1U << 1},
	{"admin", 1U << 2}, {"session", 1U << 3}, {"finding", 1U << 4}, {"system", 1U << 5},
	{"tombstone", 1U << 6}, {NULL, 0}};

static const struct config_row rows[] = {
	{STREAM(to), .name = "to", .type = CONFIG_RECEIVER},
	{STREAM(ca_file), .name = "ca_file", .type = CONFIG_PATH},
	{STREAM(certificate), .name = "certificate", .type = CONFIG_PATH},
	{STREAM(key), .name = "key", .type = CONFIG_PATH},
	{STREAM(format), .name = "format", .type = CONFIG_WORD, .words = formats},
	{STREAM(enterprise), .name = "enterprise", .type = CONFIG_UNSIGNED, .min = 1,
		.max = UINT32_MAX},
	{STREAM(rows), .name = "rows", .type = CONFIG_FLAGS, .words = classes},
	{STREAM(since), .name = "since", .type = CONFIG_WORD, .words = beginnings},
};
_Static_assert(sizeof(rows) / sizeof(rows[0]) <= STREAM_ROWS_MAX, "room in the table of all rows");
_Static_assert(sizeof(enum stream_format) == sizeof(unsigned) &&
		       sizeof(enum stream_since) == sizeof(unsigned),
	"words are put as unsigned numbers");

const struct config_row *
config_stream_rows(size_t *n_r)
{
	*n_r = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

void
config_stream_defaults(struct config_stream *stream)
{
	stream->rows = STREAM_ROWS_ALL;
}

/* --- receivers --- */

static const struct way {
	const char *word;
	enum stream_way way;
	const char *path; /* of those on this machine: where they listen as a rule; else NULL */
} ways[] = {
	{"tls://", STREAM_TLS, NULL},
	{"tcp://", STREAM_TCP, NULL},
	{"udp://", STREAM_UDP, NULL},
	{"journald", STREAM_JOURNALD, "/run/systemd/journal/socket"},
	{"syslog", STREAM_SYSLOG, "/dev/log"},
};

/* "journald", or "journald:/its/socket". */
static bool
put_local(struct config_stream *stream, const struct way *way, const char *rest)
{
	const char *path = rest[0] == ':' ? rest + 1 : way->path;

	if ((rest[0] != '\0' && rest[0] != ':') ||
		!config_is_path(path, sizeof(stream->path) - 1))
		return false;
	(void)snprintf(stream->path, sizeof(stream->path), "%s", path);
	return true;
}

static bool
put_way(struct config_stream *stream, const struct way *way, const char *rest)
{
	return way->path == NULL ? config_server(rest, stream->host, stream->port)
				 : put_local(stream, way, rest);
}

bool
config_put_receiver(const struct config_put *put)
{
	struct config_stream *stream =
		config_record(put->load, config_records_find("stream"), put->title);

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		size_t len = strlen(ways[i].word);

		if (strncmp(put->value, ways[i].word, len) != 0)
			continue;
		if (strlen(put->value) >= sizeof(stream->to) ||
			!put_way(stream, &ways[i], put->value + len))
			return false;
		stream->way = ways[i].way;
		(void)snprintf(stream->to, sizeof(stream->to), "%s", put->value);
		return true;
	}
	return false;
}

void
config_accepted_receiver(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, "%s",
		_("tls://HOST:PORT, tcp://HOST:PORT, udp://HOST:PORT, journald or syslog, the last "
		  "two also with the path of a socket behind a colon"));
}

/* --- all together --- */

bool
config_stream_leaves(const struct config_stream *stream)
{
	return stream->host[0] != '\0';
}

bool
config_streams_leave(const struct config_streams *streams)
{
	for (size_t i = 0; i < streams->n; i++)
		if (config_stream_leaves(&streams->list[i]))
			return true;
	return false;
}

/* What is written without use, or lacks. */
static void
check_stream(struct config_load *load, const struct config_stream *stream)
{
	bool tls = stream->way == STREAM_TLS;
	const struct {
		bool wrong;
		const char *sentence;
	} faults[] = {
		{stream->way == STREAM_NOWHERE, N_("'to' is missing")},
		{tls && stream->ca_file[0] == '\0', N_("'ca_file' is missing")},
		{!tls && (stream->ca_file[0] != '\0' || stream->certificate[0] != '\0' ||
				 stream->key[0] != '\0'),
			N_("certificates are written, but it does not go over TLS; write tls:// "
			   "or take them out")},
		{(stream->certificate[0] != '\0') != (stream->key[0] != '\0'),
			N_("one of 'certificate' and 'key' is written; write both or none")},
		{stream->enterprise != 0 &&
				(stream->format != STREAM_RFC5424 || !config_stream_leaves(stream)),
			N_("only rfc5424 over a network can say an 'enterprise'; take it out")},
		{stream->format != STREAM_RFC5424 && !config_stream_leaves(stream),
			N_("what stays on this machine has a form of its own; take 'format' "
			   "out")},
		{strlen(stream->name) > CONFIG_STREAM_NAME_MAX,
			N_("the name is too long; at most 48 characters are accepted")},
	};

	load->file = stream->origin.file;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].wrong)
			config_fail(load, stream->origin.line, _("stream '%s': %s"),
				stream->name, _(faults[i].sentence));
}

void
config_stream_check(struct config_load *load)
{
	for (size_t i = 0; i < load->config->streams.n; i++)
		check_stream(load, &load->config->streams.list[i]);
}
