/* Requests are filled by a table of fillers, each for one field; see the header. */
#include "config.h"

#include "pam_module/request.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

#include "common/utf8.h"
#include "pam_module/state.h"

#define EVIDENCE_MAX 4000
#define ITEM_MAX 256 /* no item of any message is longer */

/* Bytes that are no text are written as text; nothing is left out. */
static wf_status
add_text(struct wf_msg *msg, enum wf_field_id id, const char *value)
{
	char escaped[4 * ITEM_MAX + 1];
	size_t len = strnlen(value, ITEM_MAX + 1);

	if (len > ITEM_MAX)
		return WF_TOO_LONG;
	if (wf_utf8_valid(value, len, false))
		return wf_msg_add_text(msg, id, value);
	(void)wf_utf8_escape(value, len, NULL, escaped, sizeof(escaped));
	return wf_msg_add_text(msg, id, escaped);
}

static wf_status
fill_user(const struct call *call, struct wf_msg *msg)
{
	return wf_msg_add_bytes(msg, WF_F_USER, call->user, strlen(call->user));
}

static wf_status
fill_service(const struct call *call, struct wf_msg *msg)
{
	const char *service = call->options.service;

	if (service == NULL)
		service = call_item(call, PAM_SERVICE);
	return service[0] == '\0' ? WF_INVALID : add_text(msg, WF_F_SERVICE, service);
}

static wf_status
fill_rhost(const struct call *call, struct wf_msg *msg)
{
	return add_text(msg, WF_F_RHOST, call_item(call, PAM_RHOST));
}

static wf_status
fill_tty(const struct call *call, struct wf_msg *msg)
{
	return add_text(msg, WF_F_TTY, call_item(call, PAM_TTY));
}

static wf_status
fill_ruser(const struct call *call, struct wf_msg *msg)
{
	return add_text(msg, WF_F_RUSER, call_item(call, PAM_RUSER));
}

static wf_status
fill_language(const struct call *call, struct wf_msg *msg)
{
	return wf_msg_add_text(msg, WF_F_LANGUAGE, call->options.language);
}

/*
 * Evidence only helps its owner: one that does not fit is left out, whole, and that is said. An
 * empty one is sent: it is what sshd gives at the account phase after a single method (see the
 * daemon's asker.c).
 */
static wf_status
fill_evidence(const struct call *call, struct wf_msg *msg)
{
	const char *value = pam_getenv(call->pamh, "SSH_AUTH_INFO_0");

	if (value == NULL)
		return WF_OK;
	if (strlen(value) > EVIDENCE_MAX) {
		pam_syslog(call->pamh, LOG_WARNING,
			"SSH_AUTH_INFO_0 is longer than %d bytes and is left out: the key counts "
			"as none",
			EVIDENCE_MAX);
		return WF_OK;
	}
	return wf_msg_add_tagged(
		msg, WF_F_EVIDENCE, WF_EVIDENCE_SSH_AUTH_INFO, value, strlen(value));
}

static const struct filler {
	enum wf_field_id field;
	wf_status (*fill)(const struct call *call, struct wf_msg *msg);
} fillers[] = {
	{WF_F_USER, fill_user},
	{WF_F_SERVICE, fill_service},
	{WF_F_RHOST, fill_rhost},
	{WF_F_TTY, fill_tty},
	{WF_F_RUSER, fill_ruser},
	{WF_F_LANGUAGE, fill_language},
	{WF_F_EVIDENCE, fill_evidence},
};

static bool
message_has(const struct wf_msg *msg, enum wf_field_id field)
{
	const struct wf_msg_spec *spec = wf_wire_msg(msg->type);

	for (size_t i = 0; spec != NULL && spec->fields[i].id != 0; i++)
		if (spec->fields[i].id == field)
			return true;
	return false;
}

wf_status
request_fill(const struct call *call, struct wf_msg *msg)
{
	for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++) {
		wf_status status;

		if (!message_has(msg, fillers[i].field))
			continue;
		status = fillers[i].fill(call, msg);
		if (status == WF_NO_MEMORY)
			return status;
		if (status != WF_OK) {
			pam_syslog(call->pamh, LOG_ERR,
				"PAM's value for %s cannot be sent (%s); access refused",
				wf_wire_field(fillers[i].field)->name, wf_status_text(status));
			return WF_NO;
		}
	}
	return WF_OK;
}

wf_status
request_add_txn(const struct call *call, struct wf_msg *msg)
{
	uint8_t txn[WF_TXN_LEN];

	if (!state_txn_get(call->pamh, txn))
		return WF_OK;
	return wf_msg_add_bytes(msg, WF_F_TXN, txn, sizeof(txn));
}
