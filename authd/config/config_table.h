/*
 * The options of warifu.conf as rows: section, name, type, where the value goes.  The numeric
 * parameters of the policy are rows by themselves (policy_params()); the rest stand in
 * config_table.c.
 */
#ifndef WF_AUTHD_CONFIG_TABLE_H
#define WF_AUTHD_CONFIG_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "authd/config/config.h"

enum config_type {
	CONFIG_PARAM,    /* a number of the policy: `param` */
	CONFIG_UNSIGNED, /* unsigned or uint32_t at `offset`, from `min` to `max` */
	CONFIG_TEXT,     /* char array of `size` at `offset`, at least `min` bytes */
	CONFIG_LABEL,    /* the same without a colon (otpauth URIs) */
	CONFIG_NAME,
	CONFIG_NAME_OR_NONE,
	CONFIG_PATH,
	CONFIG_MODE,
	CONFIG_BACKOFF,  /* list of seconds */
	CONFIG_INTERNAL, /* list of networks */
	CONFIG_SHARED,   /* list of networks */
	CONFIG_WORDS,    /* list of words that are easy to guess here */
	CONFIG_TRUSTED,  /* list of networks */
	CONFIG_SWITCH,  /* bool at `offset` */
	CONFIG_SERVICE_KINDS,
	CONFIG_SERVICE_ASK, /* list of what the service asks for itself */
	/* of RADIUS: radius_apply.c */
	CONFIG_WORD,         /* unsigned or enum at `offset`: one of `words` */
	CONFIG_FLAGS,        /* list of `words`, whose bits are in an unsigned at `offset` */
	CONFIG_LISTEN,       /* list of addresses with ports; `min` is the transport */
	CONFIG_DICTIONARIES, /* list of paths */
	CONFIG_NETWORKS,     /* list of networks of a client */
	CONFIG_CERTIFICATES, /* list of names */
	CONFIG_GROUPS,       /* list of groups at `offset` */
	CONFIG_REPLIES,      /* list of names of replies */
	CONFIG_ATTRIBUTES,   /* list of "NAME = VALUE" */
	CONFIG_GROUP_ATTRIBUTE, /* "NAME = VALUE" with %group in the value */
	CONFIG_PROFILE,      /* name of a ready profile */
	CONFIG_SECONDS,      /* unsigned at `offset`, kept in ms */
	CONFIG_KINDS,        /* int64_t at `offset`, from `min` to `max` */
	CONFIG_DAY,          /* int64_t at `offset`: 2026-01-31, as days since 1970-01-01 */
	/* of relays: relay_options.c */
	CONFIG_SERVER,        /* host and port of the centre */
	CONFIG_RELAYS_LISTEN, /* list of addresses with ports */
	CONFIG_HOSTS,         /* list of names of hosts */
	/* of upstreams: upstream_options.c */
	CONFIG_SERVERS,       /* list of addresses with ports */
	/* of streams: stream_options.c */
	CONFIG_RECEIVER,      /* who has the log */
	/* of mail and alerts: alert_options.c */
	CONFIG_MAIL_SERVERS,   /* list of servers */
	CONFIG_ADDRESS,        /* a mail address at `offset` */
	CONFIG_PEOPLE,         /* list of them: a struct config_people at `offset` */
	/* of detection: detect_options.c */
	CONFIG_DETECT,         /* a number of a rule, from `min` to `max` */
	CONFIG_DETECT_SECONDS, /* the same as a duration */
	/* of documents: comply_options.c */
	CONFIG_COMPLY,        /* list of profiles */
	CONFIG_IS,            /* list of words, or of one number */
	CONFIG_TYPES
};

/* A word that stands for a number; lists of them end with NULL. */
struct config_word {
	const char *word;
	unsigned value;
};

struct config_row {
	const char *section; /* "" = none */
	const char *name;
	enum config_type type;
	/*
	 * in struct config, or in the record of a section with a title: service, client, reply,
	 * upstream, stream
	 */
	size_t offset, size;
	int64_t min, max;
	enum policy_param param;
	const struct config_word *words;
};

/*
 * The rows of the register, in the sections of services, hosts and clients alike: `entry` is the
 * struct policy_entry in a record.
 */
#define CONFIG_REGISTER_ROW(in, record, entry, field)                            \
	.section = (in), .name = #field, .offset = offsetof(record, entry.field), \
	.size = sizeof(((record *)NULL)->entry.field)
#define CONFIG_REGISTER_ROWS(in, record, entry)                                            \
	{CONFIG_REGISTER_ROW(in, record, entry, class), .type = CONFIG_WORD,               \
		.words = config_class_words},                                              \
		{CONFIG_REGISTER_ROW(in, record, entry, data), .type = CONFIG_WORD,        \
			.words = config_data_words},                                       \
		{CONFIG_REGISTER_ROW(in, record, entry, grants), .type = CONFIG_WORD,      \
			.words = config_grants_words},                                     \
		{CONFIG_REGISTER_ROW(in, record, entry, scope), .type = CONFIG_GROUPS},    \
		{CONFIG_REGISTER_ROW(in, record, entry, administrator), .type = CONFIG_TEXT}, \
	{                                                                                  \
		CONFIG_REGISTER_ROW(in, record, entry, responsible), .type = CONFIG_TEXT   \
	}

extern const struct config_word config_class_words[], config_data_words[], config_grants_words[];
/* The first word that stands for `value`; "" if there is none. */
const char *config_word_of(const struct config_word *words, unsigned value);

#define CONFIG_ROWS_MAX 240
#define COMPLY_ROWS_MAX 16
#define UPSTREAM_ROWS_MAX 12
#define STREAM_ROWS_MAX 8
#define ALERT_ROWS_MAX 16
#define DETECT_ROWS (DETECT_PARAMS + 3)
#define BACKUP_ROWS_MAX 6
#define RELAY_ROWS_MAX 12 /* of them; those of RADIUS: CONFIG_RADIUS_ROWS_MAX */

/* Sections whose name is followed by a title. */
bool config_section_titled(const char *section);
bool config_type_is_list(enum config_type type);
/* The rows of the sections radius, client and reply. */
const struct config_row *config_radius_rows(size_t *n_r);
/* Those of the sections relay and relays. */
const struct config_row *config_relay_rows(size_t *n_r);
/* Those about documents. */
const struct config_row *config_comply_rows(size_t *n_r);
/* Those of the sections findings and detect; how many. */
size_t config_detect_rows(struct config_row rows_r[DETECT_ROWS]);
/* Those of the section backup. */
const struct config_row *config_backup_rows(size_t *n_r);
/* Those of the sections egress and upstream. */
const struct config_row *config_upstream_rows(size_t *n_r);
/* Those of the sections stream. */
const struct config_row *config_stream_rows(size_t *n_r);
/* Those of the sections mail and alert. */
const struct config_row *config_alert_rows(size_t *n_r);
/*
 * The client's value of a row of section client as it would be written, lists with ", " between; ""
 * for none.
 */
void config_client_show(const struct config_row *row, const struct config_client *client,
	char *text_r, size_t size);
/* All rows, those of the policy's parameters first, at most CONFIG_ROWS_MAX.  Any thread. */
size_t config_rows(struct config_row rows_r[CONFIG_ROWS_MAX]);
/* NULL if there is none. */
const struct config_row *config_row_find(
	const struct config_row *rows, size_t n, const char *section, const char *name);
/* The names of sections, in the order of their first row; "" is not among them. */
size_t config_sections(const struct config_row *rows, size_t n, const char **names_r, size_t max);
/*
 * "unknown option 'foo' in section 'lock'; accepted: threshold, ..., backoff_cap (did you mean
 * 'x'?)", in the language of the locale.
 */
void config_unknown(const struct config_row *rows, size_t n, const char *section, const char *name,
	char *text_r, size_t size);
/* What a row accepts, in the language of the locale: "a number from 1 to 1000". */
void config_accepted(const struct config_row *row, char *text_r, size_t size);

#endif
