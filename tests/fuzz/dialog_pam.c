/* A handful of libpam's functions in memory; see the header. */
#include "config.h"

#include "tests/fuzz/dialog_pam.h"

#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fault.h"
#include "pam_module/state.h"
#include "tests/fuzz/fuzz.h"

struct dialog_pam dialog_pam;

static char *
copy_of(const char *text)
{
	return text != NULL ? fuzz_text((const uint8_t *)text, strlen(text)) : NULL;
}

pam_handle_t *
dialog_pam_handle(void)
{
	static char handle;

	return (pam_handle_t *)(void *)&handle;
}

void
dialog_pam_start(const char *authtok, bool fails, const uint8_t *answers, size_t answers_len)
{
	dialog_pam = (struct dialog_pam){.fails = fails,
		.authtok = copy_of(authtok),
		.answers = answers,
		.answers_len = answers_len};
}

static void
data_drop(void)
{
	if (dialog_pam.data != NULL && dialog_pam.cleanup != NULL)
		dialog_pam.cleanup(dialog_pam_handle(), dialog_pam.data, 0);
	dialog_pam.data = NULL;
}

void
dialog_pam_end(void)
{
	data_drop();
	free(dialog_pam.authtok);
	free(dialog_pam.oldauthtok);
	free(dialog_pam.transaction);
	dialog_pam = (struct dialog_pam){.fails = false};
}

/* --- libpam --- */

int
pam_get_user(pam_handle_t *pamh, const char **user_r, const char *prompt)
{
	(void)pamh;
	(void)prompt;
	if (wf_fault(WF_FAULT_ALLOC))
		return PAM_CONV_ERR;
	*user_r = "alice";
	return PAM_SUCCESS;
}

static char **
item_place(int item)
{
	if (item == PAM_AUTHTOK)
		return &dialog_pam.authtok;
	return item == PAM_OLDAUTHTOK ? &dialog_pam.oldauthtok : NULL;
}

int
pam_get_item(const pam_handle_t *pamh, int item, const void **value_r)
{
	char **place = item_place(item);

	(void)pamh;
	*value_r = place != NULL ? *place : item == PAM_SERVICE ? "sshd" : NULL;
	return PAM_SUCCESS;
}

int
pam_set_item(pam_handle_t *pamh, int item, const void *value)
{
	char **place = item_place(item);

	(void)pamh;
	FUZZ_CHECK(place != NULL);
	if (wf_fault(WF_FAULT_ALLOC))
		return PAM_BUF_ERR;
	free(*place);
	*place = copy_of(value);
	return PAM_SUCCESS;
}

const char *
pam_getenv(pam_handle_t *pamh, const char *name)
{
	(void)pamh;
	return strcmp(name, STATE_ENV) == 0 ? dialog_pam.transaction : NULL;
}

int
pam_putenv(pam_handle_t *pamh, const char *entry)
{
	size_t len = strlen(STATE_ENV);

	(void)pamh;
	FUZZ_CHECK(strncmp(entry, STATE_ENV, len) == 0);
	/* Deleting needs no memory. */
	if (entry[len] == '=' && wf_fault(WF_FAULT_ALLOC))
		return PAM_BUF_ERR;
	free(dialog_pam.transaction);
	dialog_pam.transaction = entry[len] == '=' ? copy_of(entry + len + 1) : NULL;
	return PAM_SUCCESS;
}

int
pam_get_data(const pam_handle_t *pamh, const char *name, const void **data_r)
{
	(void)pamh;
	(void)name;
	*data_r = dialog_pam.data;
	return dialog_pam.data != NULL ? PAM_SUCCESS : PAM_NO_MODULE_DATA;
}

int
pam_set_data(pam_handle_t *pamh, const char *name, void *data,
	void (*cleanup)(pam_handle_t *pamh, void *data, int status))
{
	(void)pamh;
	(void)name;
	if (wf_fault(WF_FAULT_ALLOC))
		return PAM_BUF_ERR;
	data_drop();
	dialog_pam.data = data;
	dialog_pam.cleanup = cleanup;
	return PAM_SUCCESS;
}

/* The next answer, owned; NULL for none. */
static char *
answer_next(void)
{
	const uint8_t *at = dialog_pam.answers;
	size_t len = 0;

	if (dialog_pam.answers_len == 0)
		return copy_of(DIALOG_ANSWER);
	while (len < dialog_pam.answers_len && at[len] != '\n')
		len++;
	dialog_pam.answers += len < dialog_pam.answers_len ? len + 1 : len;
	dialog_pam.answers_len -= len < dialog_pam.answers_len ? len + 1 : len;
	return len > 0 && at[0] == DIALOG_ANSWER_NONE ? NULL : fuzz_text(at, len);
}

/* What is shown is text, whatever the daemon sent. */
int
pam_prompt(pam_handle_t *pamh, int style, char **response, const char *format, ...)
{
	char text[4096];
	va_list args;
	int n;

	(void)pamh;
	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	FUZZ_CHECK(n > 0 && fuzz_shows(text, sizeof(text), true));
	if (style == PAM_ERROR_MSG || style == PAM_TEXT_INFO) {
		dialog_pam.told++;
		return PAM_SUCCESS;
	}
	FUZZ_CHECK(response != NULL);
	dialog_pam.prompts++;
	if (dialog_pam.fails || wf_fault(WF_FAULT_ALLOC))
		return PAM_CONV_ERR;
	*response = answer_next();
	return PAM_SUCCESS;
}

void
pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
	char text[4096];
	va_list args;

	(void)pamh;
	(void)priority;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	FUZZ_CHECK(strstr(text, DIALOG_ANSWER) == NULL);
}
