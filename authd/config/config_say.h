/*
 * Text that is added to until it is full.
 */
#ifndef WF_AUTHD_CONFIG_CONFIG_SAY_H
#define WF_AUTHD_CONFIG_CONFIG_SAY_H

#include <stddef.h>

#include "authd/config/config_table.h"

struct config_text {
	char *bytes;
	size_t size, len; /* len is below size, which is not 0 */
};

/* What does not fit is left out; a NUL always stands behind it. */
void config_say(struct config_text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What rows of relays accept, added to the text: relay_options.c. */
void config_accepted_server(const struct config_row *row, struct config_text *text);
void config_accepted_relays_listen(const struct config_row *row, struct config_text *text);
void config_accepted_hosts(const struct config_row *row, struct config_text *text);
/* Of documents: comply.c */
void config_accepted_comply(const struct config_row *row, struct config_text *text);
void config_accepted_is(const struct config_row *row, struct config_text *text);
/* Of upstreams: upstream_options.c. */
void config_accepted_servers(const struct config_row *row, struct config_text *text);
/* Of streams: stream_options.c. */
void config_accepted_receiver(const struct config_row *row, struct config_text *text);
/* Of mail and alerts: alert_options.c. */
void config_accepted_mail_servers(const struct config_row *row, struct config_text *text);
void config_accepted_address(const struct config_row *row, struct config_text *text);
void config_accepted_people(const struct config_row *row, struct config_text *text);

#endif
