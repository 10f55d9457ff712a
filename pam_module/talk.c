/* One question, one answer; the causes of failure as a table. Decides nothing. */
#include "config.h"

#include "pam_module/talk.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

#include "common/text.h"

wf_status
talk_open(const struct call *call, int64_t deadline_us, struct wf_client **client_r)
{
	return wf_client_open(call->options.socket, call->options.owner, deadline_us, client_r);
}

/* Its own text if it brought one, else that of its id. */
static wf_status
result_text(const struct call *call, const struct wf_msg *msg, struct result *result)
{
	uint64_t id = WF_TEXT_NONE;
	const char *text;
	wf_status status = wf_msg_get_text(msg, WF_F_TEXT, 0, result->text, sizeof(result->text));

	if (status != WF_OK || result->text[0] != '\0')
		return status;
	status = wf_msg_get_uint(msg, WF_F_TEXT_ID, &id);
	if (status == WF_NOT_FOUND)
		return WF_OK;
	if (status != WF_OK)
		return status;
	text = wf_text((enum wf_text_id)id, call->options.language);
	if (strlen(text) > RESULT_TEXT_MAX)
		return WF_TOO_LONG;
	memcpy(result->text, text, strlen(text) + 1);
	return WF_OK;
}

static uint32_t
seconds_of(const struct wf_msg *msg, enum wf_field_id field)
{
	uint64_t seconds;

	return wf_msg_get_uint(msg, field, &seconds) == WF_OK ? (uint32_t)seconds : 0;
}

wf_status
talk_result(const struct call *call, const struct wf_msg *msg, struct result *result_r)
{
	struct result result = {.verdict = WF_VERDICT_REJECT};
	const uint8_t *txn;
	size_t len;
	uint64_t verdict;

	if (msg->type != WF_MSG_RESULT || wf_msg_get_uint(msg, WF_F_VERDICT, &verdict) != WF_OK ||
		verdict >= WF_VERDICT_COUNT || result_text(call, msg, &result) != WF_OK)
		return WF_INVALID;
	if (wf_msg_get_bytes(msg, WF_F_TXN, 0, &txn, &len) == WF_OK && len == WF_TXN_LEN) {
		memcpy(result.txn, txn, WF_TXN_LEN);
		result.has_txn = true;
	}
	result.session_s = seconds_of(msg, WF_F_SECONDS);
	result.idle_s = seconds_of(msg, WF_F_IDLE);
	result.verdict = (enum wf_verdict)verdict;
	*result_r = result;
	return WF_OK;
}

static wf_status
exchange(const struct call *call, struct wf_client *client, const struct wf_msg *request,
	int64_t deadline_us, struct result *result_r)
{
	struct wf_msg reply;
	wf_status status = wf_client_send(client, request, deadline_us);

	if (status == WF_OK)
		status = wf_client_receive(client, deadline_us, &reply);
	if (status != WF_OK)
		return status;
	status = talk_result(call, &reply, result_r);
	wf_msg_clear(&reply);
	return status;
}

wf_status
talk_once(const struct call *call, const struct wf_msg *request, int64_t deadline_us,
	struct result *result_r)
{
	struct wf_client *client = NULL;
	wf_status status = talk_open(call, deadline_us, &client);

	if (status == WF_OK)
		status = exchange(call, client, request, deadline_us, result_r);
	wf_client_close(&client);
	return status;
}

static const struct trouble {
	wf_status status;
	const char *cause;
	const char *advice;
} trouble_table[] = {
	{WF_UNAVAILABLE, "nobody answers, or the connection broke",
		"look at 'systemctl status warifud' and start it"},
	{WF_TIMEOUT, "no answer within the time limit",
		"look at 'systemctl status warifud': it may be stopped or overloaded"},
	{WF_EXPIRED, "this host's warifud cannot reach its centre",
		"look at 'systemctl status warifud' and at the network"},
	{WF_DENIED,
		"the socket may not be opened from here, or neither root nor the owner serves it",
		"check the socket's mode, who runs warifud, and the option owner="},
	{WF_INVALID, "the answer is not one that this module understands",
		"check that warifud serves this socket and that module and daemon are of one "
		"release"},
	{WF_VERSION, "the answer is of an unknown version",
		"check that module and daemon are of one release"},
};

void
talk_log_trouble(const struct call *call, const char *doing, wf_status status)
{
	const char *cause = wf_status_text(status);
	const char *advice = "look into warifud's log";

	if (status == WF_OK || status == WF_NO)
		return;
	for (size_t i = 0; i < sizeof(trouble_table) / sizeof(trouble_table[0]); i++) {
		if (trouble_table[i].status == status) {
			cause = trouble_table[i].cause;
			advice = trouble_table[i].advice;
		}
	}
	pam_syslog(call->pamh, LOG_ERR, "%s: could not tell: socket %s: %s; %s", doing,
		call->options.socket, cause, advice);
}
