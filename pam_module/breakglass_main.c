/*
 * warifu-breakglass: the module's helper for the emergency path. Reads one request from standard
 * input, tries it against the break-glass file, writes one reply, ends. Takes no arguments and no
 * environment; serves root only. Not a command for people: `warifu init` makes the file.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/breakglass.h"
#include "common/buf.h"
#include "common/clock.h"
#include "pam_module/breakglass_cage.h"
#include "pam_module/helper.h"

enum block { BLOCK_NONCE, BLOCK_FILE, BLOCK_USER, BLOCK_TTY, BLOCK_PIN, BLOCK_CODE, BLOCK_COUNT };

struct request {
	const uint8_t *bytes[BLOCK_COUNT];
	size_t len[BLOCK_COUNT];
};

/* Up to the end of the input. */
static wf_status
request_receive(struct wf_buf *buf)
{
	uint8_t *space;
	ssize_t n;

	for (;;) {
		size_t before = buf->len;

		if (wf_buf_put_space(buf, HELPER_REQUEST_MAX - before, &space) != WF_OK)
			return WF_TOO_LONG;
		n = read(STDIN_FILENO, space, HELPER_REQUEST_MAX - before);
		wf_buf_cut(buf, before + (n > 0 ? (size_t)n : 0));
		if (n == 0)
			return WF_OK;
		if (n < 0 && errno != EINTR)
			return WF_IO;
		if (buf->len == HELPER_REQUEST_MAX)
			return WF_TOO_LONG;
	}
}

static wf_status
request_parse(const struct wf_buf *buf, struct request *request_r)
{
	struct wf_reader reader;

	wf_reader_init(&reader, buf->data, buf->len);
	for (int i = 0; i < BLOCK_COUNT; i++)
		if (wf_reader_get_block(&reader, &request_r->bytes[i], &request_r->len[i]) != WF_OK)
			return WF_INVALID;
	if (wf_reader_left(&reader) != 0 || request_r->len[BLOCK_NONCE] != HELPER_NONCE_LEN)
		return WF_INVALID;
	return WF_OK;
}

/* A block as text in memory of its own. */
static wf_status
text_take(const struct request *request, enum block block, struct wf_secret *text_r)
{
	const uint8_t *bytes = request->bytes[block];
	size_t len = request->len[block];

	if (len > 0 && memchr(bytes, '\0', len) != NULL)
		return WF_INVALID;
	return wf_secret_set(text_r, bytes, len);
}

static wf_status
request_try(const struct request *request, uint32_t *slot_r)
{
	struct wf_secret texts[BLOCK_COUNT] = {{NULL, 0}};
	wf_status status = WF_OK;

	for (int i = BLOCK_FILE; i < BLOCK_COUNT && status == WF_OK; i++)
		status = text_take(request, (enum block)i, &texts[i]);
	if (status == WF_OK && (texts[BLOCK_FILE].len == 0 || texts[BLOCK_USER].len == 0 ||
				       texts[BLOCK_TTY].len == 0))
		status = WF_INVALID;
	if (status == WF_OK)
		status = cage_file((const char *)texts[BLOCK_FILE].bytes);
	if (status == WF_OK) {
		const struct wf_breakglass_try attempt = {
			.user = (const char *)texts[BLOCK_USER].bytes,
			.tty = (const char *)texts[BLOCK_TTY].bytes,
			.pin = &texts[BLOCK_PIN],
			.code = &texts[BLOCK_CODE],
			.wall_us = wf_clock_now(&wf_clock_system).wall_us,
		};

		status = wf_breakglass_consume(
			(const char *)texts[BLOCK_FILE].bytes, &attempt, slot_r);
	}
	for (int i = 0; i < BLOCK_COUNT; i++)
		wf_secret_clear(&texts[i]);
	return status;
}

static wf_status
reply_send(const uint8_t *nonce, wf_status answer, uint32_t slot)
{
	struct wf_buf buf;
	wf_status status;

	wf_buf_init(&buf, HELPER_REPLY_LEN);
	status = wf_buf_put(&buf, nonce, HELPER_NONCE_LEN);
	if (status == WF_OK)
		status = wf_buf_put_u8(&buf, (uint8_t)answer);
	if (status == WF_OK)
		status = wf_buf_put_u32(&buf, slot);
	if (status == WF_OK && write(STDOUT_FILENO, buf.data, buf.len) != (ssize_t)buf.len)
		status = WF_IO;
	wf_buf_clear(&buf);
	return status;
}

int
main(void)
{
	struct request request;
	struct wf_buf buf;
	wf_status status = cage_enter();
	uint32_t slot = 0;

	wf_buf_init(&buf, HELPER_REQUEST_MAX);
	if (status == WF_OK)
		status = request_receive(&buf);
	if (status == WF_OK)
		status = request_parse(&buf, &request);
	if (status == WF_OK)
		status = reply_send(request.bytes[BLOCK_NONCE], request_try(&request, &slot), slot);
	wf_buf_clear(&buf);
	return status == WF_OK ? 0 : 1;
}
