/*
 * The arguments behind pam_warifu.so in a stanza, described by one table. An argument that is not
 * in it, or whose value is not of its type, is an error and never passed over: a misspelt option
 * must not quietly weaken a login.
 */
#ifndef WF_PAM_OPTIONS_H
#define WF_PAM_OPTIONS_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <sys/types.h>

enum first_pass {
	FIRST_PASS_NO,	/* always ask */
	FIRST_PASS_TRY, /* take an earlier module's password, ask if there is none */
	FIRST_PASS_USE	/* take it, refuse if there is none */
};

/* Texts are borrowed from the argument vector. */
struct options {
	const char *socket;
	const char *service;	/* NULL: PAM_SERVICE */
	const char *language;	/* "en" or "ja" */
	const char *breakglass; /* NULL: no emergency path */
	const char *helper;	/* absolute path of warifu-breakglass */
	unsigned timeout_s;	/* a person's time for all prompts together */
	enum first_pass first_pass;
	uid_t owner; /* may serve the socket, besides root */
	bool quiet;  /* show no texts, only prompts */
};

/* False, with the option's name and the accepted ones in syslog, when any argument is wrong. */
bool options_parse(pam_handle_t *pamh, int argc, const char **argv, struct options *options_r);

#endif
