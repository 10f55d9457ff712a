/*
 * The PAM module, through its entry points, against a daemon that says anything, a person who types
 * anything, and calls that fail. The module succeeds only where a well-formed RESULT in the right
 * place says ACCEPT, keeps a password only then, sends nothing but well-formed requests, answers
 * only what was asked, and leaks nothing.
 *
 * First octet: what PAM asks for and how the stanza is set. Second: which fallible call fails, see
 * faults.h; libpam's own are among them. Third: how many octets behind the head are the person's
 * answers. Then a u16: how many octets behind those the first connection gets; later connections
 * get what is left. The daemon's end is served in the same thread: wf_client_open() and
 * wf_client_close() are wrapped by the linker.
 */
#include "config.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/client.h"
#include "pam_module/dialog.h"
#include "tests/fuzz/dialog_pam.h"
#include "tests/fuzz/faults.h"
#include "tests/fuzz/fuzz.h"

#define HEAD_LEN 5
#define ARGS_MAX 8
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
int __wrap_getpwnam_r(
	const char *name, struct passwd *entry, char *buffer, size_t len, struct passwd **found_r);

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
	FUZZ_CHECK(fcntl(daemon_side.listener, F_SETFL, O_NONBLOCK) == 0);
	FUZZ_CHECK(bind(daemon_side.listener, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	FUZZ_CHECK(listen(daemon_side.listener, 8) == 0);
}

static void
daemon_writes(const struct part *part)
{
	if (part->len > 0)
		FUZZ_CHECK(send(daemon_side.fd, part->bytes, part->len,
				   MSG_NOSIGNAL | MSG_DONTWAIT) >= 0);
	FUZZ_CHECK(shutdown(daemon_side.fd, SHUT_WR) == 0);
}

/*
 * Only a seeded fault keeps the module from this daemon; what it had begun is taken off the
 * listener.
 */
wf_status
__wrap_wf_client_open(
	const char *path, uid_t owner, int64_t deadline_boot_us, struct wf_client **client_r)
{
	wf_status status = __real_wf_client_open(path, owner, deadline_boot_us, client_r);
	int fd = accept4(daemon_side.listener, NULL, NULL, SOCK_CLOEXEC);

	FUZZ_CHECK(daemon_side.fd < 0);
	FUZZ_CHECK(status == WF_OK ? fd >= 0 : fuzz_faults_seeded());
	if (status == WF_OK) {
		daemon_side.fd = fd;
		daemon_writes(&daemon_side.parts[daemon_side.connections > 0]);
		daemon_side.connections++;
	} else if (fd >= 0) {
		(void)close(fd);
	}
	return status;
}

/* No look into the machine's list of users. */
int
__wrap_getpwnam_r(
	const char *name, struct passwd *entry, char *buffer, size_t len, struct passwd **found_r)
{
	(void)name;
	(void)entry;
	(void)buffer;
	(void)len;
	*found_r = NULL;
	return 0;
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
	fuzz_faults_hold();
	while (got > 0) {
		got = read(daemon_side.fd, bytes + sent.len, sizeof(bytes) - sent.len);
		sent.len += got > 0 ? (size_t)got : 0;
	}
	(void)close(daemon_side.fd);
	daemon_side.fd = -1;
	sent_is_proper(sent, daemon_side.parts[daemon_side.connections > 1]);
	fuzz_faults_resume();
}

/*
 * What the script lets a module conclude at most: rounds of PROMPTS, if they may be, then RESULT.
 */
static int
script_verdict(struct part script, bool rounds)
{
	int verdict = NO_VERDICT;
	struct wf_msg msg;
	uint64_t value;
	bool more = true;

	for (int i = 0; more && i <= DIALOG_ROUNDS_MAX && frame_take(&script, &msg); i++) {
		more = rounds && msg.type == WF_MSG_PROMPTS;
		if (msg.type == WF_MSG_RESULT &&
			wf_msg_get_uint(&msg, WF_F_VERDICT, &value) == WF_OK)
			verdict = (int)value;
		wf_msg_clear(&msg);
	}
	return verdict;
}

/* --- the module --- */

typedef int entry_point(pam_handle_t *pamh, int flags, int argc, const char **argv);

/* The stanza's arguments as the head wants them, and PAM's flags. */
struct stanza {
	char socket[128], owner[32];
	const char *argv[ARGS_MAX];
	int argc;
	unsigned flags;
};

static void
make_stanza(uint8_t head, struct stanza *stanza_r)
{
	static const char *const first_pass[] = {NULL, "try_first_pass", "use_first_pass", NULL};
	const char *pass = first_pass[head >> 2 & 3];

	*stanza_r = (struct stanza){
		.flags = head & OPTION_EXPIRED ? PAM_CHANGE_EXPIRED_AUTHTOK : 0};
	(void)snprintf(stanza_r->socket, sizeof(stanza_r->socket), "socket=%s", fuzz_path("sock"));
	(void)snprintf(stanza_r->owner, sizeof(stanza_r->owner), "owner=%u", (unsigned)getuid());
	stanza_r->argv[stanza_r->argc++] = stanza_r->socket;
	stanza_r->argv[stanza_r->argc++] = stanza_r->owner;
	stanza_r->argv[stanza_r->argc++] = "timeout=20";
	stanza_r->argv[stanza_r->argc++] = head & 1 ? "lang=ja" : "lang=en";
	if (pass != NULL)
		stanza_r->argv[stanza_r->argc++] = pass;
	if ((head & OPTION_QUIET) != 0)
		stanza_r->argv[stanza_r->argc++] = "quiet";
}

static int
enter(entry_point *point, const struct stanza *stanza, unsigned flags)
{
	const char *argv[ARGS_MAX];

	memcpy(argv, stanza->argv, sizeof(argv));
	return point(dialog_pam_handle(), (int)(stanza->flags | flags), stanza->argc, argv);
}

/* What script_verdict() finds when nothing is made to fail. */
static int
wanted(int connection, bool rounds)
{
	int verdict;

	fuzz_faults_hold();
	verdict = script_verdict(daemon_side.parts[connection], rounds);
	fuzz_faults_resume();
	return verdict;
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
run_auth(const struct stanza *stanza, bool had_token)
{
	int code = enter(pam_sm_authenticate, stanza, 0);
	bool goes_on = code == PAM_SUCCESS || code == PAM_IGNORE;

	code_fits(code, wanted(0, true));
	FUZZ_CHECK(goes_on || had_token == (dialog_pam.authtok != NULL));
	FUZZ_CHECK(goes_on || dialog_pam.transaction == NULL);
	FUZZ_CHECK(dialog_pam.prompts <= DIALOG_ROUNDS_MAX * DIALOG_PROMPTS_MAX);
	(void)enter(pam_sm_setcred, stanza, PAM_ESTABLISH_CRED);
}

static void
run_account(const struct stanza *stanza, bool had_token)
{
	(void)had_token;
	code_fits(enter(pam_sm_acct_mgmt, stanza, 0), wanted(0, false));
}

/* A logout is never held up but by a stanza that is wrong, or a name that PAM does not give. */
static void
run_session(const struct stanza *stanza, bool had_token)
{
	int code;

	(void)had_token;
	code_fits(enter(pam_sm_open_session, stanza, 0), wanted(0, false));
	code = enter(pam_sm_close_session, stanza, 0);
	FUZZ_CHECK(code == PAM_SUCCESS || fuzz_faults_seeded());
}

/* Both passes, the second also when the first has failed: an application may do so. */
static void
run_change(const struct stanza *stanza, bool had_token)
{
	int first = enter(pam_sm_chauthtok, stanza, PAM_PRELIM_CHECK);
	unsigned before = daemon_side.connections;
	int second = enter(pam_sm_chauthtok, stanza, PAM_UPDATE_AUTHTOK);
	bool root = getuid() == 0 && (stanza->flags & PAM_CHANGE_EXPIRED_AUTHTOK) == 0;

	(void)had_token;
	if (!root)
		code_fits(first, wanted(0, true));
	FUZZ_CHECK(root || second != PAM_SUCCESS || first == PAM_SUCCESS);
	/*
	 * Its last connection counts: it asks again after a refusal. That may be the very first
	 * one.
	 */
	if (first != PAM_IGNORE)
		code_fits(second, wanted(before > 0 || daemon_side.connections > 1, false));
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	static void (*const run[OP_COUNT])(const struct stanza *, bool) = {
		run_auth, run_account, run_session, run_change};
	struct part rest = {data + HEAD_LEN, size - HEAD_LEN}, answers;
	struct stanza stanza;
	size_t first;
	int before, after;

	if (size < HEAD_LEN)
		return;
	answers = (struct part){rest.bytes, data[2] < rest.len ? data[2] : rest.len};
	rest = (struct part){rest.bytes + answers.len, rest.len - answers.len};
	first = (size_t)data[3] << 8 | data[4];
	first = first < rest.len ? first : rest.len;
	listen_once();
	before = dup(daemon_side.listener);
	(void)close(before);
	daemon_side.connections = 0;
	daemon_side.parts[0] = (struct part){rest.bytes, first};
	daemon_side.parts[1] = (struct part){rest.bytes + first, rest.len - first};
	dialog_pam_start(data[0] & OPTION_TOKEN ? "left" : NULL, (data[0] & OPTION_FAILS) != 0,
		answers.bytes, answers.len);
	make_stanza(data[0], &stanza);
	fuzz_faults_seed(data[1]);
	run[data[0] & 3](&stanza, (data[0] & OPTION_TOKEN) != 0);
	fuzz_faults_seed(0);
	dialog_pam_end();
	after = dup(daemon_side.listener);
	(void)close(after);
	FUZZ_CHECK(before == after && daemon_side.fd < 0);
}
