/*
 * The emergency file. Whatever its blocks hold: what is read of it is in bounds and adds up,
 * reading changes nothing, a change is of one block, and a locked sheet opens nothing.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/breakglass.h"
#include "tests/fuzz/fuzz.h"

#define FILL 0xa5
#define BLOCK 512
#define FILE_MAX (BLOCK * (2 + WF_BREAKGLASS_CODES_MAX + 1))

static const char *
sheet(void)
{
	return fuzz_path("sheet");
}

static void
put_file(const uint8_t *data, size_t size)
{
	int fd = open(sheet(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	FUZZ_CHECK(fd >= 0);
	FUZZ_CHECK(size == 0 || write(fd, data, size) == (ssize_t)size);
	FUZZ_CHECK(close(fd) == 0);
}

/* How many blocks of the file are not those of the input; it must not have grown. */
static size_t
blocks_changed(const uint8_t *data, size_t size)
{
	static uint8_t now[FILE_MAX];
	int fd = open(sheet(), O_RDONLY | O_CLOEXEC);
	size_t changed = 0;

	FUZZ_CHECK(fd >= 0);
	FUZZ_CHECK(read(fd, now, sizeof(now)) == (ssize_t)size);
	FUZZ_CHECK(close(fd) == 0);
	for (size_t at = 0; at < size; at += BLOCK) {
		size_t len = size - at < BLOCK ? size - at : BLOCK;

		changed += memcmp(now + at, data + at, len) != 0;
	}
	return changed;
}

static bool
ends(const char *text, size_t size)
{
	return strnlen(text, size) < size;
}

static void
state_fits(const struct wf_breakglass_state *state)
{
	FUZZ_CHECK(state->slots >= 1 && state->slots <= WF_BREAKGLASS_CODES_MAX);
	FUZZ_CHECK(state->unused <= state->slots);
	FUZZ_CHECK(state->locked == (state->failures >= WF_BREAKGLASS_TRIES));
	FUZZ_CHECK(ends(state->user, sizeof(state->user)));
}

/* In the order of their slots, each in its bounds, and as many as the state says. */
static void
uses_fit(const struct wf_breakglass_state *state, const struct wf_breakglass_use *uses, size_t n)
{
	FUZZ_CHECK(n + state->unused == state->slots);
	for (size_t i = 0; i < n; i++) {
		FUZZ_CHECK(uses[i].slot < state->slots);
		FUZZ_CHECK(i == 0 || uses[i - 1].slot < uses[i].slot);
		FUZZ_CHECK(ends(uses[i].tty, sizeof(uses[i].tty)));
		FUZZ_CHECK(ends(uses[i].user, sizeof(uses[i].user)));
	}
}

/* Nobody gets in with a locked sheet, however right he is, and nothing is written. */
static void
locked_opens_nothing(const uint8_t *data, size_t size)
{
	static const uint8_t zeros[WF_BREAKGLASS_CODE_BYTES];
	char text[WF_BREAKGLASS_CODE_TEXT];
	struct wf_secret pin = WF_SECRET_EMPTY, code = WF_SECRET_EMPTY;
	const struct wf_breakglass_try attempt = {
		.user = "root", .tty = "tty1", .pin = &pin, .code = &code};
	uint32_t slot = FILL;

	wf_breakglass_code_format(zeros, text);
	FUZZ_CHECK(wf_secret_set(&pin, "12345678", 8) == WF_OK);
	FUZZ_CHECK(wf_secret_set(&code, text, strlen(text)) == WF_OK);
	FUZZ_CHECK(wf_breakglass_consume(sheet(), &attempt, &slot) == WF_LOCKED);
	FUZZ_CHECK(slot == FILL && blocks_changed(data, size) == 0);
	wf_secret_clear(&pin);
	wf_secret_clear(&code);
}

static void
note_reported(const struct wf_breakglass_use *uses, size_t n, const uint8_t *data, size_t size)
{
	static struct wf_breakglass_use after[WF_BREAKGLASS_CODES_MAX];
	size_t count;

	FUZZ_CHECK(wf_breakglass_mark_reported(sheet(), WF_BREAKGLASS_CODES_MAX) == WF_NOT_FOUND);
	if (n == 0)
		return;
	FUZZ_CHECK(wf_breakglass_mark_reported(sheet(), uses[n - 1].slot) == WF_OK);
	FUZZ_CHECK(blocks_changed(data, size) <= 1);
	FUZZ_CHECK(wf_breakglass_list(sheet(), after, &count) == WF_OK && count == n);
	FUZZ_CHECK(after[n - 1].reported && after[n - 1].wall_us == uses[n - 1].wall_us);
	FUZZ_CHECK(strcmp(after[n - 1].user, uses[n - 1].user) == 0);
}

static void
unlocks(const struct wf_breakglass_state *before)
{
	struct wf_breakglass_state after;

	FUZZ_CHECK(wf_breakglass_unlock(sheet()) == WF_OK);
	FUZZ_CHECK(wf_breakglass_inspect(sheet(), &after) == WF_OK);
	FUZZ_CHECK(after.failures == 0 && !after.locked && after.unused == before->unused);
}

static void
refused(wf_status status, const struct wf_breakglass_state *state)
{
	FUZZ_CHECK(status == WF_CORRUPT || status == WF_VERSION);
	FUZZ_CHECK(fuzz_all(state, sizeof(*state), FILL));
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	static struct wf_breakglass_use uses[WF_BREAKGLASS_CODES_MAX];
	struct wf_breakglass_state state;
	size_t n = 0;
	wf_status status;

	if (size >= FILE_MAX)
		return;
	memset(&state, FILL, sizeof(state));
	put_file(data, size);
	status = wf_breakglass_inspect(sheet(), &state);
	FUZZ_CHECK(wf_breakglass_list(sheet(), uses, &n) == status);
	FUZZ_CHECK(blocks_changed(data, size) == 0);
	if (status != WF_OK) {
		refused(status, &state);
		return;
	}
	state_fits(&state);
	uses_fit(&state, uses, n);
	if (state.locked)
		locked_opens_nothing(data, size);
	note_reported(uses, n, data, size);
	unlocks(&state);
}
