/*
 * A message as it leaves by one of the ways: what is delivered, to which section of warifu-egress,
 * and how long that may take.
 */
#ifndef WF_AUTHD_ALERT_MESSAGE_H
#define WF_AUTHD_ALERT_MESSAGE_H

#include "authd/alert/text.h"
#include "common/wire.h"

struct alert_message {
	bool leaves;	     /* by warifu-egress; else `load` is a line of the log, with its NUL */
	int priority;	     /* of that line, as for syslog */
	enum wf_trade trade;
	const char *section; /* static text */
	int64_t patience_us;
	struct wf_buf load;
	struct wf_buf body; /* of a letter, its own */
};

void alert_message_init(struct alert_message *message);
void alert_message_clear(struct alert_message *message);
/* WF_INVALID: nobody is told by that way; WF_NO_MEMORY. */
WF_MUST_USE wf_status alert_message_make(struct alert_message *message, enum alert_way way,
	const struct alert_note *note, const struct config_alert *alert,
	const struct config_mail *mail);

#endif
