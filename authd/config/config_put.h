/*
 * One value on its way from a file to its place, and the functions that put values of RADIUS's
 * types there. Each returns false when the value is not accepted, and then changes nothing.
 */
#ifndef WF_AUTHD_CONFIG_CONFIG_PUT_H
#define WF_AUTHD_CONFIG_CONFIG_PUT_H

#include "authd/config/config_load.h"

struct config_put {
	struct config_load *load;
	const struct config_row *row;
	const char *title;
	const char *value;
	size_t index; /* in a list */
	struct origin origin;
};

/*
 * The place of the row's value: in the configuration, or in the record of the section with the
 * title, which config_title() has made.
 */
void *config_place(const struct config_put *put);

/* By the function of the row's type. */
bool config_put_value(const struct config_put *put);

bool config_put_word(const struct config_put *put);
bool config_put_listen(const struct config_put *put);
bool config_put_flag(const struct config_put *put);
bool config_put_dictionary(const struct config_put *put);
bool config_put_network(const struct config_put *put);
bool config_put_certificate(const struct config_put *put);
bool config_put_group(const struct config_put *put);
bool config_put_reply(const struct config_put *put);
bool config_put_attribute(const struct config_put *put);
bool config_put_group_attribute(const struct config_put *put);
bool config_put_profile(const struct config_put *put);
bool config_put_seconds(const struct config_put *put);
bool config_put_kinds(const struct config_put *put);
bool config_put_day(const struct config_put *put);
/* Of passwords. */
bool config_put_guessed(const struct config_put *put);
/* Of relays. */
bool config_put_server(const struct config_put *put);
bool config_put_relays_listen(const struct config_put *put);
bool config_put_host(const struct config_put *put);
/* Of documents. */
bool config_put_comply(const struct config_put *put);
bool config_put_is(const struct config_put *put);
/* Of detection: the rule that the title names, and its values. */
void *config_record_of_detect(const struct config_put *put);
bool config_put_detect(const struct config_put *put);
/* Of upstreams. */
bool config_put_upstream_server(const struct config_put *put);
/* Of streams. */
bool config_put_receiver(const struct config_put *put);
/* Of mail and alerts. */
bool config_put_mail_server(const struct config_put *put);
bool config_put_address(const struct config_put *put);
bool config_put_person(const struct config_put *put);

#endif
