/*
 * The PAM module against a daemon that says anything. The input is what the daemon writes: the
 * module succeeds only where a well-formed RESULT in the right place says ACCEPT, keeps a password
 * only then, sends nothing but well-formed requests, answers only what was asked, and leaks nothing.
 *
 * First octet: what PAM asks for and how the stanza is set. Then a u16: how many octets of the rest
 * the first connection gets; later connections get what is behind them. The daemon's end is served
 * in the same thread: wf_client_open() and wf_client_close() are wrapped by the linker.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/client.h"
#include "pam_module/dialog.h"
#include "pam_module/groups.h"
#include "tests/fuzz/dialog_pam.h"
#include "tests/fuzz/fuzz.h"

#define HEAD_LEN 3
#define SENT_MAX 65536
#define NO_VERDICT (-1)

enum { OP_AUTH, OP_ACCOUNT, OP_SESSION, OP_CHANGE, OP_COUNT };
enum { OPTION_QUIET = 0x10, OPTION_TOKEN = 0x20, OPTION_FAILS = 0x40, OPTION_EXPIRED = 0x80 };

struct part {
	const uint8_t *bytes;
	size_t len;
};

/* The daemon's side. */
static struct daemon {
	int listener, fd;
	unsigned connections;
	struct part parts[2]; /* of the first connection, of all others */
} daemon_side = {.listener = -1, .fd = -1};

wf_status __real_wf_client_open(
	const char *path, uid_t owner, int64_t deadline_boot_us, struct wf_client **client_r);
void __real_wf_client_close(struct wf_client **client);
wf_status __wrap_wf_client_open(
	const char *path, uid_t owner, int64_t deadline_boot_us, struct wf_client **client_r);
void __wrap_wf_client_close(struct wf_client **client);

/* --- the daemon --- */

static void
listen_once(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	const char *path = fuzz_path("sock");

	if (daemon_side.listener >= 0)
		return;
	FUZZ_CHECK(strlen(path) < sizeof(addr.sun_path));
	memcpy(addr.sun_path, path, strlen(path) + 1);
	daemon_side.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FUZZ_CHECK(daemon_side.listener >= 0);
	FUZZ_CHECK(bind(daemon_side.listener, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	FUZZ_CHECK(listen(daemon_side.listener, 8) == 0);
}

wf_status
__wrap_wf_client_open(
	const char *path, uid_t owner, int64_t deadline_boot_us, struct wf_client **client_r)
{
	const struct part *part = &daemon_side.parts[daemon_side.connections > 0];
	wf_status status = __real_wf_client_open(path, owner, deadline_boot_us, client_r);

	FUZZ_CHECK(status == WF_OK && daemon_side.fd < 0);
	daemon_side.fd = accept4(daemon_side.listener, NULL, NULL, SOCK_CLOEXEC);
	FUZZ_CHECK(daemon_side.fd >= 0);
	if (part->len > 0)
		FUZZ_CHECK(send(daemon_side.fd, part->bytes, part->len,
				   MSG_NOSIGNAL | MSG_DONTWAIT) >= 0);
	FUZZ_CHECK(shutdown(daemon_side.fd, SHUT_WR) == 0);
	daemon_side.connections++;
	return status;
}

/* The next frame of `part`, which is shortened by it; false for none, or nonsense. */
static bool
frame_take(struct part *part, struct wf_msg *msg_r)
{
	size_t len;

	if (wf_frame_length(part->bytes, part->len, &len) != WF_OK || len > part->len ||
		wf_msg_decode(part->bytes, len, msg_r) != WF_OK)
		return false;
	part->bytes += len;
	part->len -= len;
	return true;
}

/* An answer for each prompt of the round, to this transaction, and with what was typed. */
static void
answer_fits(const struct wf_msg *answer, struct part *script)
{
	const uint8_t *asked, *told;
	size_t asked_len, told_len;
	struct wf_msg prompts;

	FUZZ_CHECK(frame_take(script, &prompts) && prompts.type == WF_MSG_PROMPTS);
	FUZZ_CHECK(wf_msg_count(&prompts, WF_F_PROMPT) == wf_msg_count(answer, WF_F_ANSWER));
	FUZZ_CHECK(wf_msg_get_bytes(&prompts, WF_F_TXN, 0, &asked, &asked_len) == WF_OK);
	FUZZ_CHECK(wf_msg_get_bytes(answer, WF_F_TXN, 0, &told, &told_len) == WF_OK);
	FUZZ_CHECK(asked_len == told_len && memcmp(asked, told, told_len) == 0);
	wf_msg_clear(&prompts);
}

/* Whole requests only, and a transaction's messages only behind its beginning. */
static void
sent_is_proper(struct part sent, struct part script)
{
	struct wf_msg msg;
	bool first = true;

	while (sent.len > 0) {
		FUZZ_CHECK(frame_take(&sent, &msg));
		FUZZ_CHECK(wf_wire_msg(msg.type) != NULL && !wf_wire_msg(msg.type)->reply);
		FUZZ_CHECK(first != (msg.type == WF_MSG_ANSWER || msg.type == WF_MSG_ABORT));
		if (msg.type == WF_MSG_ANSWER)
			answer_fits(&msg, &script);
		FUZZ_CHECK(msg.type != WF_MSG_ABORT || sent.len == 0);
		wf_msg_clear(&msg);
		first = false;
	}
}

void
__wrap_wf_client_close(struct wf_client **client)
{
	static uint8_t bytes[SENT_MAX];
	struct part sent = {.bytes = bytes, .len = 0};
	ssize_t got = 1;

	if (*client == NULL)
		return;
	__real_wf_client_close(client);
	while (got > 0) {
		got = read(daemon_side.fd, bytes + sent.len, sizeof(bytes) - sent.len);
		sent.len += got > 0 ? (size_t)got : 0;
	}
	(void)close(daemon_side.fd);
	daemon_side.fd = -1;
	sent_is_proper(sent, daemon_side.parts[daemon_side.connections > 1]);
}

/* What the script lets a module conclude at most: rounds of PROMPTS, if they may be, then RESULT. */
static int
script_verdict(struct part script, bool rounds)
{
	int verdict = NO_VERDICT;
	struct wf_msg msg;
	uint64_t value;
	bool more = true;

	for (int i = 0; more && i <= DIALOG_ROUNDS_MAX && frame_take(&script, &msg); i++) {
		more = rounds && msg.type == WF_MSG_PROMPTS;
		if (msg.type == WF_MSG_RESULT && wf_msg_get_uint(&msg, WF_F_VERDICT, &value) == WF_OK)
			verdict = (int)value;
		wf_msg_clear(&msg);
	}
	return verdict;
}

/* --- the module --- */

static struct call
make_call(uint8_t head)
{
	return (struct call){
		.pamh = dialog_pam_handle(),
		.flags = head & OPTION_EXPIRED ? PAM_CHANGE_EXPIRED_AUTHTOK : 0,
		.user = "alice",
		.options = {
			.socket = fuzz_path("sock"),
			.language = head & 1 ? "ja" : "en",
			.helper = "/nowhere",
			.timeout_s = 20,
			.first_pass = (enum first_pass)((head >> 2 & 3) % 3),
			.owner = (uid_t)-1,
			.quiet = (head & OPTION_QUIET) != 0,
		},
	};
}

/* Success and "ignore" come from the daemon's mouth alone. */
static void
code_fits(int code, int verdict)
{
	FUZZ_CHECK(code != PAM_SUCCESS || verdict == WF_VERDICT_ACCEPT);
	FUZZ_CHECK(code != PAM_IGNORE || verdict == WF_VERDICT_IGNORE);
	FUZZ_CHECK(code != PAM_NEW_AUTHTOK_REQD || verdict == WF_VERDICT_CHANGE);
}

static void
run_auth(const struct call *call, bool had_token)
{
	int code = auth_run(call);
	bool goes_on = code == PAM_SUCCESS || code == PAM_IGNORE;

	code_fits(code, script_verdict(daemon_side.parts[0], true));
	FUZZ_CHECK(goes_on || had_token == (dialog_pam.authtok != NULL));
	FUZZ_CHECK(goes_on || dialog_pam.transaction == NULL);
	FUZZ_CHECK(dialog_pam.prompts <= DIALOG_ROUNDS_MAX * DIALOG_PROMPTS_MAX);
}

static void
run_account(const struct call *call, bool had_token)
{
	(void)had_token;
	code_fits(account_run(call), script_verdict(daemon_side.parts[0], false));
}

static void
run_session(const struct call *call, bool had_token)
{
	(void)had_token;
	code_fits(session_open(call), script_verdict(daemon_side.parts[0], false));
}

/* Both passes, the second also when the first has failed: an application may do so. */
static void
run_change(const struct call *call, bool had_token)
{
	int first = password_prelim(call), second = password_update(call);
	bool root = getuid() == 0 && (call->flags & PAM_CHANGE_EXPIRED_AUTHTOK) == 0;

	(void)had_token;
	if (!root)
		code_fits(first, script_verdict(daemon_side.parts[0], true));
	FUZZ_CHECK(root || second != PAM_SUCCESS || first == PAM_SUCCESS);
	if (first != PAM_IGNORE)
		code_fits(second, script_verdict(daemon_side.parts[1], false));
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	static void (*const run[OP_COUNT])(const struct call *, bool) = {
		run_auth, run_account, run_session, run_change};
	size_t first = size < HEAD_LEN ? 0 : (size_t)data[1] << 8 | data[2];
	struct call call;
	int before, after;

	if (size < HEAD_LEN)
		return;
	first = first < size - HEAD_LEN ? first : size - HEAD_LEN;
	listen_once();
	before = dup(daemon_side.listener);
	(void)close(before);
	daemon_side.connections = 0;
	daemon_side.parts[0] = (struct part){data + HEAD_LEN, first};
	daemon_side.parts[1] = (struct part){data + HEAD_LEN + first, size - HEAD_LEN - first};
	dialog_pam_start(data[0] & OPTION_TOKEN ? "left" : NULL, (data[0] & OPTION_FAILS) != 0);
	call = make_call(data[0]);
	run[data[0] & 3](&call, (data[0] & OPTION_TOKEN) != 0);
	dialog_pam_end();
	after = dup(daemon_side.listener);
	(void)close(after);
	FUZZ_CHECK(before == after && daemon_side.fd < 0);
}
