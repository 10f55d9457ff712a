/* From a note to what is delivered, by a table of ways. */
#include "config.h"

#include "authd/alert/message.h"

#include <string.h>
#include <syslog.h>

#define SLACK_US INT64_C(10000000) /* for warifu-egress itself */

struct making {
	struct alert_message *message;
	const struct alert_note *note;
	const struct config_alert *alert;
	const struct config_mail *mail;
};

static wf_status
make_line(const struct making *making)
{
	static const int priorities[] = {LOG_NOTICE, LOG_WARNING, LOG_ERR, LOG_CRIT};
	const unsigned level = making->note->worst;
	char text[ALERT_LINE_SIZE];

	alert_line(making->note, text);
	making->message->priority = priorities[level <= 3 ? level : 3];
	return wf_buf_put(&making->message->load, text, strlen(text) + 1);
}

static wf_status
make_mail(const struct making *making)
{
	struct alert_message *message = making->message;
	struct letter letter;
	wf_status status = alert_letter(making->note, making->alert, &message->body, &letter);

	message->trade = WF_TRADE_MAIL;
	message->section = CONFIG_MAIL;
	message->patience_us = (int64_t)making->mail->nservers * making->mail->timeout_ms * 1000;
	return status == WF_OK ? letter_write(&letter, &message->load) : status;
}

static wf_status
make_hook(const struct making *making)
{
	struct alert_message *message = making->message;

	message->trade = WF_TRADE_HOOK;
	message->section = CONFIG_ALERT;
	message->patience_us = (int64_t)making->alert->hook_timeout_ms * 1000;
	return alert_json(making->note, &message->load);
}

static wf_status (*const makes[ALERT_WAYS])(const struct making *making) = {
	[ALERT_LOG] = make_line,
	[ALERT_MAIL_OPERATORS] = make_mail,
	[ALERT_MAIL_OFFICERS] = make_mail,
	[ALERT_HOOK] = make_hook,
};

void
alert_message_init(struct alert_message *message)
{
	*message = (struct alert_message){.leaves = false};
	wf_buf_init(&message->load, WF_LOAD_MAX);
	wf_buf_init(&message->body, ALERT_BODY_MAX);
}

void
alert_message_clear(struct alert_message *message)
{
	wf_buf_clear(&message->load);
	wf_buf_clear(&message->body);
}

wf_status
alert_message_make(struct alert_message *message, enum alert_way way, const struct alert_note *note,
	const struct config_alert *alert, const struct config_mail *mail)
{
	const struct making making = {message, note, alert, mail};
	wf_status status;

	wf_buf_cut(&message->load, 0);
	message->leaves = way != ALERT_LOG;
	status = makes[way](&making);
	message->patience_us += SLACK_US;
	return status;
}
