/*
 * What the module's tests share: a folder with a PAM service and a mock daemon, an application with
 * a scripted conversation, and what would have gone to syslog. Nothing of the machine's own PAM
 * configuration is used.
 */
#ifndef WF_TESTS_PAM_HARNESS_H
#define WF_TESTS_PAM_HARNESS_H

#include <security/pam_appl.h>
#include <stdbool.h>
#include <stddef.h>

#define SERVICE "warifu-test"

enum talk_failure { TALK_OK, TALK_FAILS, TALK_NULL, TALK_NULL_RESPONSE };

/* The application's side; set up by app_init(), asked by PAM. */
struct app {
	const char *password;
	const char *code;
	const char *pin;	 /* if set, answers exactly "Password: " */
	const char *emergency;	 /* break-glass: the code */
	const char *news[6];	 /* answers to the prompts for a new password, in their order */
	enum talk_failure failure;
	unsigned fail_at;	 /* which prompt (from 1) fails */
	unsigned prompts, errors, infos, news_asked;
	char texts[4096];	 /* everything shown, one line each */
	pam_handle_t *pamh;
	struct pam_conv conv;
};

/* Fixtures: a folder, a mock at its socket; the end of both. */
void harness_start(void);
void harness_start_without_daemon(void);
void harness_stop(void);
/* Paths in that folder; valid until the next call. */
const char *harness_path(const char *name);
/* The absolute path of something in the build tree. */
const char *harness_built(const char *name);

/*
 * Writes the service. Each line is "GROUP CONTROL MODULE ARGUMENTS"; a module written as "warifu"
 * becomes the built one with the mock's socket and owner, and the rest of the line behind.
 */
void harness_stack(const char *const *lines, size_t count);
/*
 * The service is the shipped stanza contrib/pam/NAME with the built module (or, with `missing`, one
 * that is not there), and common-* files of Debian's form whose one module is `old_way`.
 */
void harness_stanza(const char *name, const char *old_way, bool missing);
/* All four groups "required warifu ARGUMENTS". */
void harness_stack_simple(const char *arguments);

void app_init(struct app *app);
/* Opens a PAM handle for `user` (NULL: none). */
void app_start(struct app *app, const char *user);
void app_end(struct app *app, int code);

/* One whole authenticate with a fresh handle: its code. Fails the test when descriptors leak. */
int app_authenticate(struct app *app, const char *user);

/*
 * Lines that would be in syslog, and lines that the mock has received: whether one has this text.
 */
bool harness_logged(const char *text);
bool harness_received(const char *text);
/* Waits for it, two seconds at most. */
bool harness_receives(const char *text);
unsigned harness_received_count(const char *text);
void harness_log_forget(void);

unsigned harness_open_descriptors(void);

#endif
