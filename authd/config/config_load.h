/*
 * What the files of config/ share while a configuration is being loaded.
 */
#ifndef WF_AUTHD_CONFIG_CONFIG_LOAD_H
#define WF_AUTHD_CONFIG_CONFIG_LOAD_H

#include <stddef.h>

#include "authd/config/config_table.h"

/* One load. */
struct config_load {
	struct config *config; /* being filled */
	struct config_error *error;
	wf_status status; /* of the first error; WF_OK while there is none */
	const char *file; /* being read */
	int nfile;        /* its number, from 1 */
	struct config_row rows[CONFIG_ROWS_MAX];
	size_t nrows;
	/* Where each row was last written: number of the file, line; 0 = not yet. */
	struct { int nfile, line; } seen[CONFIG_ROWS_MAX];
};

/* The built-in configuration. */
void config_defaults(struct config *config);
/* Groups of the roles and the user of radiusd.  WF_NO_MEMORY. */
WF_MUST_USE wf_status config_names(struct config *config);
/* Keeps the first error as "file:line: sentence"; line 0 leaves the line out. */
void config_fail(struct config_load *load, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
/*
 * Puts one value in its place.  `title` of the section or NULL; `index` of the element in a list, from 0.
 * Sets load's error when the value is not accepted.
 */
void config_apply(struct config_load *load, const struct config_row *row, const char *title, const char *value, size_t index,
		  int line);
/* Title of a section: a service gets its row, a zone must be known. */
void config_title(struct config_load *load, const char *section, const char *title, int line);
/* Reads one file's text through libconfuse into the configuration. */
void config_parse(struct config_load *load, const char *text, size_t len);
/* Values that are each accepted, but not together. */
void config_check(struct config_load *load);

#endif
