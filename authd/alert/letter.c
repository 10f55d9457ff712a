/* Writing and reading a letter; one check for both ends. */
#include "config.h"

#include "authd/alert/letter.h"

#include <stdio.h>
#include <string.h>

#include "authd/config/config_value.h"
#include "common/utf8.h"

wf_status
letter_add(struct letter *letter, const char *address)
{
	if (!config_is_address(address))
		return WF_INVALID;
	for (size_t i = 0; i < letter->n; i++)
		if (strcmp(letter->to[i], address) == 0)
			return WF_OK;
	if (letter->n == LETTER_TO_MAX)
		return WF_FULL;
	(void)snprintf(letter->to[letter->n++], CONFIG_ADDRESS_SIZE, "%s", address);
	return WF_OK;
}

static bool
is_id(const char *id)
{
	return id[0] != '\0' &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789.-_") == strlen(id);
}

static bool
is_letter(const struct letter *letter)
{
	for (size_t i = 0; i < letter->n; i++)
		if (!config_is_address(letter->to[i]))
			return false;
	return letter->n > 0 && letter->n <= LETTER_TO_MAX && is_id(letter->id) &&
	       letter->subject[0] != '\0' &&
	       wf_utf8_valid(letter->subject, strlen(letter->subject), false) &&
	       wf_utf8_valid(letter->body, letter->len, true);
}

static wf_status
put_text(struct wf_buf *out, const char *text)
{
	return wf_buf_put_block(out, text, strlen(text));
}

static wf_status
put_letter(const struct letter *letter, struct wf_buf *out)
{
	wf_status status = wf_buf_put_u8(out, (uint8_t)letter->n);

	for (size_t i = 0; status == WF_OK && i < letter->n; i++)
		status = put_text(out, letter->to[i]);
	if (status == WF_OK)
		status = put_text(out, letter->id);
	if (status == WF_OK)
		status = put_text(out, letter->subject);
	return status == WF_OK ? wf_buf_put(out, letter->body, letter->len) : status;
}

wf_status
letter_write(const struct letter *letter, struct wf_buf *out)
{
	const size_t before = out->len;
	wf_status status = is_letter(letter) ? put_letter(letter, out) : WF_INVALID;

	if (status != WF_OK)
		wf_buf_cut(out, before);
	return status;
}

static wf_status
get_text(struct wf_reader *reader, char *text_r, size_t size)
{
	const uint8_t *bytes;
	size_t len;
	wf_status status = wf_reader_get_block(reader, &bytes, &len);

	if (status != WF_OK)
		return status;
	if (len >= size || memchr(bytes, '\0', len) != NULL)
		return WF_INVALID;
	memcpy(text_r, bytes, len);
	text_r[len] = '\0';
	return WF_OK;
}

static wf_status
get_letter(struct wf_reader *reader, struct letter *letter)
{
	uint8_t n = 0;
	wf_status status = wf_reader_get_u8(reader, &n);

	if (status == WF_OK && n > LETTER_TO_MAX)
		return WF_INVALID;
	for (; status == WF_OK && letter->n < n; letter->n++)
		status = get_text(reader, letter->to[letter->n], CONFIG_ADDRESS_SIZE);
	if (status == WF_OK)
		status = get_text(reader, letter->id, sizeof(letter->id));
	if (status == WF_OK)
		status = get_text(reader, letter->subject, sizeof(letter->subject));
	letter->body = (const char *)reader->at;
	letter->len = wf_reader_left(reader);
	return status;
}

wf_status
letter_read(const void *bytes, size_t len, struct letter *letter_r)
{
	struct letter letter = {.n = 0};
	struct wf_reader reader;
	wf_status status;

	wf_reader_init(&reader, bytes, len);
	status = get_letter(&reader, &letter);
	if (status == WF_OK && !is_letter(&letter))
		status = WF_INVALID;
	if (status == WF_OK)
		*letter_r = letter;
	return status;
}
