/*
 * The configuration in effect, as text: each option with the value that it has, whoever has set it
 * (warifu.conf, a profile of clients, what is built in), and each value that documents compose to.
 * One line a setting, "NAME = VALUE", in the order of their bytes, so that equal configurations
 * have equal texts, whatever files and lines they were written in.
 *
 * No secret is in it: secrets are named as files, and attributes that carry one to a device are
 * not shown.  A change of one of those is seen by nobody here.
 */
#ifndef WF_AUTHD_CONFIG_EFFECTIVE_H
#define WF_AUTHD_CONFIG_EFFECTIVE_H

#include "authd/config/config.h"

struct config_effective {
	struct setting *list; /* by the bytes of their names; all here is owned */
	size_t n;
	char *text; /* all lines, each with its line feed */
	size_t len;
	char *bytes; /* what the list points into */
};

/* WF_NO_MEMORY.  The caller clears effective_r.  Any thread. */
WF_MUST_USE wf_status config_effective(
	const struct config *config, struct config_effective *effective_r);
void config_effective_clear(struct config_effective *effective);

#endif
