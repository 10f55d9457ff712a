/*
 * What the files of config/ share while a configuration is being loaded.
 */
#ifndef WF_AUTHD_CONFIG_CONFIG_LOAD_H
#define WF_AUTHD_CONFIG_CONFIG_LOAD_H

#include <stddef.h>

#include "authd/config/config_table.h"

/* Where an option was last written: number of the file, line; 0 = not yet. */
struct config_seen {
	int nfile, line;
};

/* One load. */
struct config_load {
	struct config *config; /* being filled */
	struct config_error *error;
	wf_status status; /* of the first error; WF_OK while there is none */
	struct config_preview *preview; /* NULL: what is loaded is meant to hold */
	const char *file; /* being read */
	int nfile;        /* its number, from 1 */
	struct config_row rows[CONFIG_ROWS_MAX];
	size_t nrows;
	char *const *files; /* paths by number, from 0 */
	struct config_seen seen[CONFIG_ROWS_MAX];
	struct config_seen clients_seen[CONFIG_CLIENTS_MAX][CONFIG_ROWS_MAX];
	struct config_seen replies_seen[CONFIG_REPLIES_MAX][CONFIG_ROWS_MAX];
	struct config_seen upstreams_seen[CONFIG_UPSTREAMS_MAX][CONFIG_ROWS_MAX];
	struct config_seen streams_seen[CONFIG_STREAMS_MAX][CONFIG_ROWS_MAX];
	struct config_seen resolves_seen[CONFIG_ANSWERS_MAX][CONFIG_ROWS_MAX];
	struct config_seen deviates_seen[CONFIG_ANSWERS_MAX][CONFIG_ROWS_MAX];
	struct config_seen drafts_seen[CONFIG_ANSWERS_MAX][CONFIG_ROWS_MAX];
	char open[65]; /* title of the section being read; "" = none */
};

/* The built-in configuration. */
void config_defaults(struct config *config);
/* Groups of the roles and the user of radiusd.  WF_NO_MEMORY. */
WF_MUST_USE wf_status config_names(struct config *config);
/*
 * Keeps the first error as "file:line: sentence"; line 0 leaves the line out.  A preview is told it
 * instead, once documents are being composed.
 */
void config_fail(struct config_load *load, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * The line where an option of a section without a title is written, 0 if it is not; the load's file
 * becomes the one it is in.
 */
int config_line_of(struct config_load *load, const char *section, const char *option);
/*
 * Puts one value in its place.  `title` of the section or NULL; `index` of the element in a list,
 * from 0. Sets load's error when the value is not accepted.
 */
void config_apply(struct config_load *load, const struct config_row *row, const char *title,
	const char *value, size_t index, int line);
/*
 * Title of a section: a service, client, reply or upstream gets its record, a zone must be known.
 * Again for each value.
 */
void config_title(struct config_load *load, const char *section, const char *title, int line);
/* The end of the section. */
void config_title_end(struct config_load *load, const char *section, const char *title, int line);
/* The list that each section of this name is a record of; NULL if there is no such list. */
const struct config_records *config_records_find(const char *section);
/* By name; the number of records if there is none of that name. */
size_t config_record_index(
	const struct config_load *load, const struct config_records *records, const char *name);
size_t config_reply_index(const struct config_load *load, const char *name);
/* The record of this number, which begins with its name; NULL behind the last one. */
const void *config_record_at(
	const struct config *config, const struct config_records *records, size_t i);
/* Only for a name that there is; the second, where each of its rows is written. */
void *config_record(
	const struct config_load *load, const struct config_records *records, const char *name);
struct config_seen *config_record_seen(
	struct config_load *load, const struct config_records *records, const char *name);
/* Only for a name that there is. */
struct config_client *config_client_record(const struct config_load *load, const char *name);
struct config_reply *config_reply_record(const struct config_load *load, const char *name);
/* The rules of detection, with ", " between. */
struct config_text;
void config_detect_rules_say(struct config_text *text);
/* The built-in values of a client and of what is about RADIUS as a whole. */
void config_client_defaults(struct config_client *client);
void config_radius_defaults(struct config_radius *radius);
/*
 * What a service that proves `kinds` kinds is worth beside the criterion of mfa.kinds, and who says
 * so.
 */
void config_demand(struct policy_service *service, int64_t kinds, const struct origin *written);
/*
 * Reads one file's text through libconfuse into the configuration; comments are gone from it after
 * that.
 */
void config_parse(struct config_load *load, char *text, size_t len);
/* The same of an upstream. */
void config_upstream_defaults(struct config_upstream *upstream);
/* The same of a stream. */
void config_stream_defaults(struct config_stream *stream);
/* Values that are each accepted, but not together. */
void config_check(struct config_load *load);
/*
 * The same of clients and replies, after their profiles have filled them in; each client gets its
 * service.
 */
void config_radius_check(struct config_load *load);
/* Whether clients can carry what they are asked for: once the number of kinds is final. */
void config_radius_check_modes(struct config_load *load);
/* Whether they may send in the clear from where they are: once documents are composed. */
void config_radius_check_transport(struct config_load *load);
/* The same of the sections upstream. */
void config_upstream_check(struct config_load *load);
/* The same of the sections stream. */
void config_stream_check(struct config_load *load);
/* The same of documents and what they compose to, after clients have their services. */
void config_comply_check(struct config_load *load);
/* libconfuse's lexer is one for the process: whoever parses holds it. */
void config_lexer_take(void);
void config_lexer_give(void);
/* The same of the sections mail and alert; and their built-in values. */
void config_alert_check(struct config_load *load);
void config_alert_defaults(struct config *config);
/* The same of the section backup; and its built-in values. */
void config_backup_check(struct config_load *load);
/* Before documents are composed: what the file says holds already. */
void config_backup_hold(struct config_load *load);
void config_backup_defaults(struct config_backup *backup);
/* The same of the sections relay and relays. */
void config_relay_check(struct config_load *load);

#endif
