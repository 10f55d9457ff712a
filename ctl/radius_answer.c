/* Modes of RADIUS clients, the other way round than authd/factor/split.c. */
#include "config.h"

#include <string.h>

#include "common/base64.h"
#include "common/buf.h"
#include "common/i18n.h"
#include "common/text.h"
#include "ctl/prompt.h"
#include "ctl/radius_answer.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define PARTS_MAX 5

enum part {
	PART_NONE = 0,
	PART_PASSWORD,
	PART_CODE,
	PART_SEPARATOR, /* the client's */
	PART_SCRV1,
	PART_COLON,
	PART_PASSWORD_BASE64,
	PART_CODE_BASE64
};

static const struct mode {
	const char *name;
	enum part parts[PARTS_MAX];
} modes[] = {
	{"challenge", {PART_PASSWORD}},
	{"code-last", {PART_PASSWORD, PART_CODE}},
	{"code-first", {PART_CODE, PART_PASSWORD}},
	{"separator", {PART_PASSWORD, PART_SEPARATOR, PART_CODE}},
	{"code", {PART_CODE}},
	{"scrv1", {PART_SCRV1, PART_PASSWORD_BASE64, PART_COLON, PART_CODE_BASE64}},
};

struct joining {
	struct wf_secret password, code;
	const char *separator;
	struct wf_buf answer;
};

static wf_status
put_secret(struct joining *joining, const struct wf_secret *secret)
{
	return wf_buf_put(&joining->answer, secret->bytes, secret->len);
}

static wf_status
put_base64(struct joining *joining, const struct wf_secret *secret)
{
	char text[WF_BASE64_LEN(WF_SECRET_MAX) + 4];
	wf_status status;

	wf_base64_encode(secret->bytes, secret->len, text);
	status = wf_buf_put(&joining->answer, text, strlen(text));
	wf_wipe(text, sizeof(text));
	return status;
}

static wf_status
put_text(struct joining *joining, const char *text)
{
	return wf_buf_put(&joining->answer, text, strlen(text));
}

static wf_status
put_part(struct joining *joining, enum part part)
{
	switch (part) {
	case PART_NONE:
		return WF_OK;
	case PART_PASSWORD:
		return put_secret(joining, &joining->password);
	case PART_CODE:
		return put_secret(joining, &joining->code);
	case PART_SEPARATOR:
		return put_text(joining, joining->separator);
	case PART_SCRV1:
		return put_text(joining, "SCRV1:");
	case PART_COLON:
		return put_text(joining, ":");
	case PART_PASSWORD_BASE64:
		return put_base64(joining, &joining->password);
	case PART_CODE_BASE64:
		return put_base64(joining, &joining->code);
	}
	return WF_UNSUPPORTED;
}

static bool
has(const struct mode *mode, enum part plain, enum part base64)
{
	for (size_t i = 0; i < PARTS_MAX; i++)
		if (mode->parts[i] == plain || mode->parts[i] == base64)
			return true;
	return false;
}

static wf_status
ask(struct ctl *ctl, const struct mode *mode, struct joining *joining)
{
	wf_status status = WF_OK;

	if (has(mode, PART_PASSWORD, PART_PASSWORD_BASE64))
		status = prompt_text(
			ctl, wf_text(WF_TEXT_PASSWORD, ctl->language), &joining->password);
	if (status == WF_OK && has(mode, PART_CODE, PART_CODE_BASE64))
		status = prompt_text(ctl, wf_text(WF_TEXT_CODE, ctl->language), &joining->code);
	return status;
}

static wf_status
join(struct ctl *ctl, const struct mode *mode, struct joining *joining, struct wf_secret *answer_r)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < PARTS_MAX; i++)
		status = put_part(joining, mode->parts[i]);
	if (status == WF_OK)
		status = wf_secret_set(answer_r, joining->answer.data, joining->answer.len);
	if (status != WF_OK)
		ctl_error(ctl, "%s", _(wf_status_text(status)));
	return status;
}

static const struct mode *
find(const char *name)
{
	for (size_t i = 0; i < ENTRIES(modes); i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	return NULL;
}

wf_status
radius_answer_first(
	struct ctl *ctl, const char *mode, const char *separator, struct wf_secret *answer_r)
{
	const struct mode *found = find(mode);
	struct joining joining = {.separator = separator};
	wf_status status;

	if (found == NULL) {
		ctl_error(ctl, _("mode '%s' of the client is not known here"), mode);
		return WF_UNSUPPORTED;
	}
	wf_buf_init_secret(&joining.answer, WF_SECRET_MAX);
	status = ask(ctl, found, &joining);
	if (status == WF_OK)
		status = join(ctl, found, &joining, answer_r);
	wf_secret_clear(&joining.password);
	wf_secret_clear(&joining.code);
	wf_buf_clear(&joining.answer);
	return status;
}
