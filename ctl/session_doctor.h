/*
 * What the doctor says of sessions: where nobody ends one in time, or a shell that is left alone
 * (C-21).  Reads this machine; asks nobody. One thread.
 */
#ifndef WF_CTL_SESSION_DOCTOR_H
#define WF_CTL_SESSION_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl/pamstack.h"

/* Of the documents that are complied with, in seconds; 0: nothing is said. */
struct session_limits {
	int64_t session, idle;
};

/*
 * What is wrong with the stack of a service, which uses Warifu; false: nothing.
 */
bool session_stack_finding(const char *service, const struct pam_stack *stack,
	const struct session_limits *limits, char *text_r, size_t size);

/*
 * Users whose shells do not know TMOUT, of passwd_file (NULL: all of this machine). False: none, or
 * they cannot be read.
 */
bool session_shells_finding(const char *passwd_file, char *text_r, size_t size);

/*
 * What `sudo -V`, said by root, says of its time stamps: false where they last no longer than
 * `idle_s`, or where it does not say. Defaults for single users are not seen by it.
 */
bool session_sudo_finding(const char *output, int64_t idle_s, char *text_r, size_t size);

#endif
