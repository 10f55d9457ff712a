/*
 * A message as one line for people. Of a secret it says that it is there, never
 * what it is nor how long.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/utf8.h"
#include "common/wire.h"

#define SHOWN_BYTES_MAX 32 /* of a field of plain bytes */

struct line {
	char *at;    /* where the next character goes; always a NUL there */
	size_t left; /* with the NUL; 0 only if there never was room */
};

static void
line_skip(struct line *line, size_t written)
{
	size_t step = written < line->left ? written : line->left - 1;

	line->at += step;
	line->left -= step;
}

static void __attribute__((format(printf, 2, 3)))
line_add(struct line *line, const char *format, ...)
{
	va_list args;
	int written;

	va_start(args, format);
	written = vsnprintf(line->at, line->left, format, args);
	va_end(args);
	line_skip(line, (size_t)written);
}

static void
line_add_secret(struct line *line, const uint8_t *bytes, size_t len)
{
	(void)bytes;
	(void)len;
	line_add(line, "(secret)");
}

static void
line_add_text(struct line *line, const uint8_t *bytes, size_t len)
{
	line_add(line, "\"");
	line_skip(line, wf_utf8_escape(bytes, len, "\"", line->at, line->left));
	line_add(line, "\"");
}

static void
line_add_uint(struct line *line, const uint8_t *bytes, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | bytes[i];
	line_add(line, "%llu", (unsigned long long)value);
}

static void
line_add_bytes(struct line *line, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len && i < SHOWN_BYTES_MAX; i++)
		line_add(line, "%02x", bytes[i]);
	if (len > SHOWN_BYTES_MAX)
		line_add(line, "...");
}

/* A type that is not here shows as a secret: silence is the safe mistake. */
static void (*const line_adders[])(struct line *, const uint8_t *, size_t) = {
	[WF_T_U8] = line_add_uint,
	[WF_T_U16] = line_add_uint,
	[WF_T_U32] = line_add_uint,
	[WF_T_U64] = line_add_uint,
	[WF_T_BYTES] = line_add_bytes,
	[WF_T_NAME] = line_add_text,
	[WF_T_TEXT] = line_add_text,
	[WF_T_SECRET] = line_add_secret,
};

static void
line_add_value(struct line *line, const struct wf_msg *msg, const struct wf_msg_value *value)
{
	const struct wf_field_spec *field = wf_wire_field(value->id);
	const uint8_t *bytes = value->len > 0 ? msg->bytes.data + value->off : NULL;

	if (field == NULL) /* only in a message that was not made by the adders */
		return;
	line_add(line, " %s=", field->name);
	line_adders[field->type](line, bytes, value->len);
}

void
wf_msg_print(const struct wf_msg *msg, char *text_r, size_t size)
{
	const struct wf_msg_spec *spec = wf_wire_msg(msg->type);
	struct line line = {.at = text_r, .left = size};

	if (size == 0)
		return;
	line_add(&line, "%s v%u", spec != NULL ? spec->name : "(unknown message)", msg->version);
	for (size_t i = 0; i < msg->nvalues; i++)
		line_add_value(&line, msg, &msg->values[i]);
}
