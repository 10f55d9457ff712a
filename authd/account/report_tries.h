/*
 * What a row says of a try to get in, as detection takes it: a file of its own, since the headers
 * of detection and of the store do not go together.  Pure.
 */
#ifndef WF_AUTHD_ACCOUNT_REPORT_TRIES_H
#define WF_AUTHD_ACCOUNT_REPORT_TRIES_H

#include "authd/audit/audit.h"

enum report_try {
	TRY_NONE = 0,	  /* something else */
	TRY_WRONG,	  /* a wrong answer of an account */
	TRY_REFUSED,	  /* not looked at: locked, or too early */
	TRY_STRANGER,	  /* of a name that may not log in */
	TRY_NOT_IN_FORCE, /* of an account that is disabled, or out of its time */
	TRY_BREAK_GLASS,
	REPORT_TRIES
};
enum report_try report_try_of(const struct audit_row *row);

#endif
