/*
 * Values of a loaded configuration as they would be written: what the readers of config/ share, of
 * which there are two, a client's section for people and the configuration in effect.
 */
#ifndef WF_AUTHD_CONFIG_CONFIG_SHOW_H
#define WF_AUTHD_CONFIG_CONFIG_SHOW_H

#include "authd/config/config_table.h"

#define CONFIG_ELEMENT_SIZE 512 /* of the longest element with its NUL */
#define CONFIG_SECRET_SHOWN "(not shown)"

/* One value: who reads it, and what is done with its elements. */
struct config_show {
	const struct config *config; /* may be NULL for the rows of a client */
	const struct config_row *row;
	const void *record; /* what the row's offset is in; the configuration where it is in none */
	void (*element)(void *ctx, const char *text);
	void *ctx;
};

/* The elements in their order: none where nothing is written and nothing holds instead. */
void config_show(const struct config_show *show);
/* False of a type that was forgotten in the table: its values are shown as none. */
bool config_show_knows(enum config_type type);
/* Whether values of this type are numbers, or words of our own. */
bool config_show_is_bare(enum config_type type);

#endif
