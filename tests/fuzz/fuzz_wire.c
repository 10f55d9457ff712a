/*
 * Frames of the wire. What is decoded encodes back to the same bytes, in its own version and, where
 * it can be said there, in the oldest; what is refused leaves the message untouched; the printer
 * shows text only, and nothing of a secret.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire.h"
#include "tests/fuzz/fuzz.h"

#define FILLED 0xa5
#define PRINTED_MAX 32768

static void
refused_is_untouched(const uint8_t *data, size_t size)
{
	struct wf_msg msg;

	memset(&msg, FILLED, sizeof(msg));
	FUZZ_CHECK(wf_msg_decode(data, size, &msg) != WF_OK);
	FUZZ_CHECK(fuzz_all(&msg, sizeof(msg), FILLED));
}

static void
encodes_back(const struct wf_msg *msg, const uint8_t *data, size_t size)
{
	struct wf_buf frame;
	size_t len = 0;

	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	FUZZ_CHECK(wf_msg_encode(msg, &frame) == WF_OK);
	FUZZ_CHECK(frame.len == size && memcmp(frame.data, data, size) == 0);
	FUZZ_CHECK(wf_frame_length(data, size, &len) == WF_OK && len == size);
	wf_buf_clear(&frame);
}

/* As an older peer is answered: it understands what it gets. */
static void
encodes_for_oldest(const struct wf_msg *msg)
{
	struct wf_msg older = *msg, again;
	struct wf_buf frame;

	older.version = WF_WIRE_OLDEST;
	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	if (wf_msg_encode(&older, &frame) == WF_OK) {
		FUZZ_CHECK(wf_msg_decode(frame.data, frame.len, &again) == WF_OK);
		FUZZ_CHECK(again.version == WF_WIRE_OLDEST && again.nvalues <= msg->nvalues);
		wf_msg_clear(&again);
	} else {
		FUZZ_CHECK(frame.len == 0);
	}
	wf_buf_clear(&frame);
}

/* One octet too many or too few is no frame. */
static void
other_lengths_are_refused(const uint8_t *data, size_t size)
{
	uint8_t *longer = malloc(size + 1);

	FUZZ_CHECK(longer != NULL);
	memcpy(longer, data, size);
	longer[size] = 0;
	refused_is_untouched(longer, size + 1);
	refused_is_untouched(data, size - 1);
	free(longer);
}

static void
texts_have_their_length(const struct wf_msg *msg, const struct wf_msg_value *value)
{
	char text[4097], small[4097];

	if (wf_msg_get_text(msg, value->id, 0, text, sizeof(text)) != WF_OK)
		return;
	FUZZ_CHECK(strlen(text) < sizeof(text));
	if (strlen(text) == 0)
		return;
	memset(small, FILLED, sizeof(small));
	FUZZ_CHECK(wf_msg_get_text(msg, value->id, 0, small, strlen(text)) == WF_TOO_LONG);
	FUZZ_CHECK(fuzz_all(small, sizeof(small), FILLED));
	FUZZ_CHECK(wf_msg_get_text(msg, value->id, 0, small, strlen(text) + 1) == WF_OK);
	FUZZ_CHECK(strcmp(small, text) == 0);
}

/* Each field through the getter of its type, and an index behind the last. */
static void
values_are_read(const struct wf_msg *msg)
{
	for (size_t i = 0; i < msg->nvalues; i++) {
		const struct wf_msg_value *value = &msg->values[i];
		const struct wf_field_spec *spec = wf_wire_field(value->id);
		size_t count = wf_msg_count(msg, value->id), len;
		const uint8_t *bytes;
		uint64_t number;

		FUZZ_CHECK(spec != NULL && value->len >= spec->min && value->len <= spec->max);
		FUZZ_CHECK(wf_msg_get_bytes(msg, value->id, count - 1, &bytes, &len) == WF_OK);
		FUZZ_CHECK(wf_msg_get_bytes(msg, value->id, count, &bytes, &len) == WF_NOT_FOUND);
		FUZZ_CHECK((wf_msg_get_uint(msg, value->id, &number) == WF_OK) ==
			(spec->type <= WF_T_U64));
		texts_have_their_length(msg, value);
	}
}

static void
prompts_are_read(const struct wf_msg *msg)
{
	size_t count = wf_msg_count(msg, WF_F_PROMPT);

	for (size_t i = 0; i < count; i++) {
		struct wf_prompt prompt;
		struct wf_msg copy;
		const uint8_t *was, *is;
		size_t was_len, is_len;

		if (wf_msg_get_prompt(msg, i, &prompt) != WF_OK)
			continue;
		FUZZ_CHECK((unsigned)prompt.text < WF_TEXT_COUNT);
		wf_msg_init(&copy, WF_MSG_PROMPTS, WF_WIRE_VERSION);
		FUZZ_CHECK(wf_msg_add_prompt(&copy, &prompt) == WF_OK);
		FUZZ_CHECK(wf_msg_get_bytes(msg, WF_F_PROMPT, i, &was, &was_len) == WF_OK);
		FUZZ_CHECK(wf_msg_get_bytes(&copy, WF_F_PROMPT, 0, &is, &is_len) == WF_OK);
		FUZZ_CHECK(was_len == is_len && memcmp(was, is, is_len) == 0);
		wf_msg_clear(&copy);
	}
}

/* Big endian, as on the wire. */
static uint64_t
number(const uint8_t *bytes, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | bytes[i];
	return value;
}

/*
 * The same message with other secrets, of another length; made by the adders, which must take it.
 */
static void
with_other_secrets(const struct wf_msg *msg, struct wf_msg *other_r)
{
	static const uint8_t other[WF_WIRE_HEADER] = {1, '~', '~', '~', '~', '~', '~', '~'};

	wf_msg_init(other_r, msg->type, msg->version);
	for (size_t i = 0; i < msg->nvalues; i++) {
		const struct wf_msg_value *value = &msg->values[i];
		const struct wf_field_spec *field = wf_wire_field(value->id);
		bool secret = field->type == WF_T_SECRET;
		const uint8_t *bytes = msg->bytes.data + value->off;
		wf_status status;

		if (field->type <= WF_T_U64)
			status = wf_msg_add_uint(other_r, value->id, number(bytes, value->len));
		else
			status = wf_msg_add_bytes(other_r, value->id,
				secret ? other : bytes,
				!secret		 ? value->len
				: field->min > 2 ? field->min
						 : 2);
		FUZZ_CHECK(status == WF_OK);
	}
}

static void
prints_no_secret(const struct wf_msg *msg)
{
	static char text[PRINTED_MAX], other_text[PRINTED_MAX];
	struct wf_msg other;

	with_other_secrets(msg, &other);
	wf_msg_print(msg, text, sizeof(text));
	wf_msg_print(&other, other_text, sizeof(other_text));
	FUZZ_CHECK(strcmp(text, other_text) == 0);
	FUZZ_CHECK(fuzz_shows(text, sizeof(text), false));
	for (size_t size = 1; size < 40; size += 7) {
		char *small = malloc(size);

		FUZZ_CHECK(small != NULL);
		wf_msg_print(msg, small, size);
		FUZZ_CHECK(fuzz_shows(small, size, false));
		free(small);
	}
	wf_msg_clear(&other);
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	struct wf_msg msg;

	memset(&msg, FILLED, sizeof(msg));
	if (wf_msg_decode(data, size, &msg) != WF_OK) {
		FUZZ_CHECK(fuzz_all(&msg, sizeof(msg), FILLED));
		return;
	}
	encodes_back(&msg, data, size);
	encodes_for_oldest(&msg);
	other_lengths_are_refused(data, size);
	values_are_read(&msg);
	prompts_are_read(&msg);
	prints_no_secret(&msg);
	wf_msg_clear(&msg);
}
