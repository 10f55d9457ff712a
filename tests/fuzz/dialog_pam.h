/*
 * libpam as the dialogue's fuzz target sees it: items, environment and data in memory, a
 * conversation that answers each prompt with the next of the given texts, nothing in syslog. What
 * allocates in libpam is a fallible call. The module's objects are linked with these functions
 * instead of libpam's.
 */
#ifndef WF_TESTS_FUZZ_DIALOG_PAM_H
#define WF_TESTS_FUZZ_DIALOG_PAM_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIALOG_ANSWER "plum trees" /* when all given ones are used up */
#define DIALOG_ANSWER_NONE '\1'	  /* the first octet of an answer that is never given */

/* What is known of the one handle; set and looked at by the target. */
struct dialog_pam {
	bool fails;		/* the conversation gives no answer */
	const uint8_t *answers; /* borrowed; each ends with a line feed */
	size_t answers_len;
	unsigned prompts, told; /* questions asked, texts shown */
	char *authtok, *oldauthtok; /* owned; NULL: none */
	char *transaction;	/* the one variable of the environment; owned */
	void *data;
	void (*cleanup)(pam_handle_t *pamh, void *data, int status);
};

extern struct dialog_pam dialog_pam;

/* A handle without content; `authtok` NULL or left by an earlier module. */
void dialog_pam_start(const char *authtok, bool fails, const uint8_t *answers, size_t answers_len);
void dialog_pam_end(void);
/* Never looked into. */
pam_handle_t *dialog_pam_handle(void);

#endif
