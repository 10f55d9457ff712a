/*
 * An act's arguments as they come over the wire: "key=value" each, secrets in fields of their own.
 */
#include "config.h"

#include <string.h>

#include "authd/account/act.h"

/* "key=value": the key's length, or 0 when there is none or it is too long. */
static size_t
key_length(const uint8_t *bytes, size_t len)
{
	const uint8_t *sign = memchr(bytes, '=', len);

	if (sign == NULL || sign == bytes || (size_t)(sign - bytes) > 32)
		return 0;
	return (size_t)(sign - bytes);
}

static wf_status
read_args(struct act_call *call, const struct wf_msg *msg)
{
	const uint8_t *bytes;
	size_t len;

	for (size_t i = 0; wf_msg_get_bytes(msg, WF_F_ARG, i, &bytes, &len) == WF_OK; i++) {
		size_t key = key_length(bytes, len);
		struct act_arg *arg = &call->args[call->nargs];

		if (key == 0 || call->nargs >= ACT_ARGS_MAX || len - key - 1 >= sizeof(arg->value))
			return WF_INVALID;
		memcpy(arg->key, bytes, key);
		memcpy(arg->value, bytes + key + 1, len - key - 1);
		call->nargs++;
	}
	return WF_OK;
}

static wf_status
read_secrets(struct act_call *call, const struct wf_msg *msg)
{
	const uint8_t *bytes;
	size_t len;

	for (size_t i = 0; wf_msg_get_bytes(msg, WF_F_SECRET_ARG, i, &bytes, &len) == WF_OK; i++) {
		size_t key = key_length(bytes, len);
		wf_status status;

		if (key == 0 || call->nsecrets >= ACT_SECRETS_MAX)
			return WF_INVALID;
		status = wf_secret_set(
			&call->secrets[call->nsecrets], bytes + key + 1, len - key - 1);
		if (status != WF_OK)
			return status;
		memcpy(call->secret_keys[call->nsecrets], bytes, key);
		call->nsecrets++;
	}
	return WF_OK;
}

wf_status
act_call_read(struct act_call *call, const struct wf_msg *msg)
{
	wf_status status = read_args(call, msg);

	return status == WF_OK ? read_secrets(call, msg) : status;
}
