/* The scripted daemon; see the header. One child for each connection. */
#include "config.h"

#include "tests/unit/pam_module/mock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/utf8.h"
#include "common/wire.h"

static const uint8_t mock_txn[WF_TXN_LEN] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const uint8_t other_txn[WF_TXN_LEN] = {99};

struct peer {
	int fd;
	int log;
	char user[WF_NAME_MAX + 1];
	struct wf_msg msg; /* the last one received */
};

/* Something is wrong with the mock itself: the test sees the connection break. */
static void
must(wf_status status)
{
	if (status != WF_OK)
		_exit(3);
}

static void
pause_for(time_t seconds)
{
	const struct timespec ts = {.tv_sec = seconds};

	(void)nanosleep(&ts, NULL);
}

static void
send_bytes(const struct peer *peer, const void *bytes, size_t len)
{
	if (send(peer->fd, bytes, len, MSG_NOSIGNAL) != (ssize_t)len)
		_exit(0);
}

static void
send_msg(const struct peer *peer, struct wf_msg *msg)
{
	struct wf_buf frame;

	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	must(wf_msg_encode(msg, &frame));
	send_bytes(peer, frame.data, frame.len);
	wf_buf_clear(&frame);
	wf_msg_clear(msg);
}

static void
send_result(
	const struct peer *peer, enum wf_verdict verdict, enum wf_text_id text, const char *words)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_RESULT, WF_WIRE_VERSION);
	must(wf_msg_add_uint(&msg, WF_F_VERDICT, verdict));
	if (text != WF_TEXT_NONE)
		must(wf_msg_add_uint(&msg, WF_F_TEXT_ID, text));
	must(wf_msg_add_text(&msg, WF_F_TEXT, words));
	send_msg(peer, &msg);
}

static void
send_question(const struct peer *peer, const uint8_t *txn, size_t count, enum wf_text_id first,
	const char *question)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_PROMPTS, WF_WIRE_VERSION);
	must(wf_msg_add_bytes(&msg, WF_F_TXN, txn, WF_TXN_LEN));
	for (size_t i = 0; i < count; i++) {
		struct wf_prompt prompt = {.id = (uint8_t)(i + 1), .ttl_s = 60};

		prompt.text = i == 0 ? first : WF_TEXT_CODE;
		prompt.echo = prompt.text == WF_TEXT_CODE;
		must(wf_msg_add_prompt(&msg, &prompt));
	}
	must(wf_msg_add_text(&msg, WF_F_TEXT, question));
	send_msg(peer, &msg);
}

static void
send_prompts(const struct peer *peer, const uint8_t *txn, size_t count, enum wf_text_id first)
{
	send_question(peer, txn, count, first, "");
}

static void
read_exactly(struct peer *peer, uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = recv(peer->fd, bytes, len, 0);

		if (n <= 0)
			_exit(0);
		bytes += n;
		len -= (size_t)n;
	}
}

static void
log_line(const struct peer *peer, const char *line)
{
	char text[2048];
	int len = snprintf(text, sizeof(text), "%s\n", line);

	if (len < 0 || write(peer->log, text, (size_t)len) != len)
		_exit(3);
}

/* The printer shows evidence as the bytes that it is. */
static void
log_evidence(const struct peer *peer)
{
	for (size_t i = 0; i < wf_msg_count(&peer->msg, WF_F_EVIDENCE); i++) {
		const uint8_t *bytes;
		char line[1900] = "evidence: ";
		size_t len;

		must(wf_msg_get_bytes(&peer->msg, WF_F_EVIDENCE, i, &bytes, &len));
		(void)wf_utf8_escape(
			bytes + 1, len - 1, NULL, line + strlen(line), sizeof(line) - strlen(line));
		log_line(peer, line);
	}
}

static void
receive(struct peer *peer)
{
	uint8_t frame[WF_WIRE_FRAME_MAX];
	char line[1900];
	size_t len;

	read_exactly(peer, frame, 4);
	must(wf_frame_length(frame, 4, &len));
	read_exactly(peer, frame + 4, len - 4);
	must(wf_msg_decode(frame, len, &peer->msg));
	wf_msg_print(&peer->msg, line, sizeof(line));
	log_line(peer, line);
	log_evidence(peer);
}

static bool
answered(const struct peer *peer, size_t index, const char *expected)
{
	struct wf_secret answer = WF_SECRET_EMPTY;
	bool same;

	if (wf_msg_get_secret(&peer->msg, WF_F_ANSWER, index, 1, &answer) != WF_OK)
		return false;
	same = answer.len == strlen(expected) &&
		(answer.len == 0 || wf_mem_equal(answer.bytes, expected, answer.len));
	wf_secret_clear(&answer);
	return same;
}

static bool
carries_txn(const struct peer *peer)
{
	const uint8_t *txn;
	size_t len;

	return wf_msg_get_bytes(&peer->msg, WF_F_TXN, 0, &txn, &len) == WF_OK &&
		len == WF_TXN_LEN && wf_mem_equal(txn, mock_txn, WF_TXN_LEN);
}

/* What happens after BEGIN, for each user. */

static enum wf_text_id
first_prompt(const struct peer *peer)
{
	uint64_t purpose = 0;

	must(wf_msg_get_uint(&peer->msg, WF_F_PURPOSE, &purpose));
	return purpose == WF_PURPOSE_CHANGE ? WF_TEXT_CURRENT_PASSWORD : WF_TEXT_PASSWORD;
}

/* Both answers right: `good`; otherwise a refusal. */
static void
play_login(struct peer *peer, enum wf_verdict good)
{
	send_prompts(peer, mock_txn, 2, first_prompt(peer));
	receive(peer);
	if (peer->msg.type != WF_MSG_ANSWER || !carries_txn(peer))
		return;
	if (answered(peer, 0, MOCK_PASSWORD) && answered(peer, 1, MOCK_CODE))
		send_result(peer, good, WF_TEXT_NONE, "");
	else
		send_result(peer, WF_VERDICT_REJECT, WF_TEXT_REFUSED, "");
}

static void
play_accept(struct peer *peer)
{
	play_login(peer, WF_VERDICT_ACCEPT);
}

static void
play_ignore(struct peer *peer)
{
	play_login(peer, WF_VERDICT_IGNORE);
}

static void
play_change(struct peer *peer)
{
	play_login(peer, WF_VERDICT_CHANGE);
}

static void
play_expired(struct peer *peer)
{
	play_login(peer, WF_VERDICT_EXPIRED);
}

static void
play_unknown_verdict(struct peer *peer)
{
	play_login(peer, (enum wf_verdict)77);
}

static void
play_unavailable(struct peer *peer)
{
	send_result(peer, WF_VERDICT_UNAVAILABLE, WF_TEXT_UNAVAILABLE, "");
}

static void
play_ignore_at_once(struct peer *peer)
{
	send_result(peer, WF_VERDICT_IGNORE, WF_TEXT_REFUSED, "");
}

/* A relay whose centre is away, from the beginning or while the user types. */
static void
play_away(struct peer *peer)
{
	send_result(peer, WF_VERDICT_UNAVAILABLE, WF_TEXT_AWAY, "");
}

static void
play_away_later(struct peer *peer)
{
	send_prompts(peer, mock_txn, 2, WF_TEXT_PASSWORD);
	receive(peer);
	play_away(peer);
}

static void
play_silent(struct peer *peer)
{
	(void)peer;
	pause_for(60);
}

static void
play_silent_later(struct peer *peer)
{
	send_prompts(peer, mock_txn, 2, WF_TEXT_PASSWORD);
	receive(peer);
	pause_for(60);
}

static void
play_nonsense(struct peer *peer)
{
	static const char words[] = "HTTP/1.1 400 Bad Request\r\n\r\n";

	send_bytes(peer, words, sizeof(words) - 1);
}

static void
play_half(struct peer *peer)
{
	static const uint8_t half[] = {0, 0, 0, 40, 0, 2, 0};

	send_bytes(peer, half, sizeof(half));
}

static void
play_half_and_silent(struct peer *peer)
{
	play_half(peer);
	pause_for(60);
}

static void
play_close(struct peer *peer)
{
	(void)peer;
}

static void
play_future(struct peer *peer)
{
	static const uint8_t frame[] = {0, 0, 0, 4, 0x7f, 0, 0, 33};

	send_bytes(peer, frame, sizeof(frame));
}

static void
play_rounds(struct peer *peer)
{
	for (;;) {
		send_prompts(peer, mock_txn, 1, WF_TEXT_CODE);
		receive(peer);
		if (peer->msg.type != WF_MSG_ANSWER)
			return;
	}
}

/* Another server asks for more: its words stand for the last prompt alone. */
static void
play_question(struct peer *peer)
{
	send_prompts(peer, mock_txn, 1, WF_TEXT_PASSWORD);
	receive(peer);
	send_question(peer, mock_txn, 2, WF_TEXT_PASSWORD, "Code of the SMS:");
	receive(peer);
	send_result(peer, WF_VERDICT_ACCEPT, WF_TEXT_NONE, "");
}

/* Two rounds: the password first, then the code. */
static void
play_two_rounds(struct peer *peer)
{
	bool right;

	send_prompts(peer, mock_txn, 1, WF_TEXT_PASSWORD);
	receive(peer);
	right = answered(peer, 0, MOCK_PASSWORD);
	send_prompts(peer, mock_txn, 1, WF_TEXT_CODE);
	receive(peer);
	right = right && answered(peer, 0, MOCK_CODE);
	send_result(peer, right ? WF_VERDICT_ACCEPT : WF_VERDICT_REJECT, WF_TEXT_NONE, "");
}

static void
play_other_transaction(struct peer *peer)
{
	send_prompts(peer, mock_txn, 1, WF_TEXT_PASSWORD);
	receive(peer);
	send_prompts(peer, other_txn, 1, WF_TEXT_CODE);
	receive(peer);
	send_result(peer, WF_VERDICT_ACCEPT, WF_TEXT_NONE, "");
}

static void
play_other_result(struct peer *peer)
{
	struct wf_msg msg;

	send_prompts(peer, mock_txn, 2, WF_TEXT_PASSWORD);
	receive(peer);
	wf_msg_init(&msg, WF_MSG_RESULT, WF_WIRE_VERSION);
	must(wf_msg_add_bytes(&msg, WF_F_TXN, other_txn, WF_TXN_LEN));
	must(wf_msg_add_uint(&msg, WF_F_VERDICT, WF_VERDICT_ACCEPT));
	send_msg(peer, &msg);
}

static void
send_row(struct peer *peer)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_ROW, WF_WIRE_VERSION);
	must(wf_msg_add_text(&msg, WF_F_CELL, "accept"));
	send_msg(peer, &msg);
}

static void
play_row(struct peer *peer)
{
	send_prompts(peer, mock_txn, 2, WF_TEXT_PASSWORD);
	receive(peer);
	send_row(peer);
}

static void
play_row_first(struct peer *peer)
{
	send_row(peer);
}

static void
play_many_prompts(struct peer *peer)
{
	send_prompts(peer, mock_txn, 9, WF_TEXT_PASSWORD);
	receive(peer);
	send_result(peer, WF_VERDICT_ACCEPT, WF_TEXT_NONE, "");
}

static void
play_unknown_prompt(struct peer *peer)
{
	send_prompts(peer, mock_txn, 1, (enum wf_text_id)200);
	receive(peer);
	send_result(peer, WF_VERDICT_ACCEPT, WF_TEXT_NONE, "");
}

static void
play_words(struct peer *peer)
{
	send_prompts(peer, mock_txn, 2, WF_TEXT_PASSWORD);
	receive(peer);
	send_result(peer, WF_VERDICT_REJECT, WF_TEXT_REFUSED, "Ask at extension 4711.");
}

/* A session that may last for eight hours, and be idle for a quarter of one. */
static void
answer_limited(const struct peer *peer)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_RESULT, WF_WIRE_VERSION);
	must(wf_msg_add_uint(&msg, WF_F_VERDICT, WF_VERDICT_ACCEPT));
	must(wf_msg_add_uint(&msg, WF_F_SECONDS, 28800));
	must(wf_msg_add_uint(&msg, WF_F_IDLE, 900));
	send_msg(peer, &msg);
}

/* What ACCOUNT, SESSION and CHANGE get. */

static void
answer_account(struct peer *peer)
{
	static const struct {
		const char *user;
		enum wf_verdict verdict;
	} rows[] = {
		{"mustchange", WF_VERDICT_CHANGE},
		{"expired", WF_VERDICT_EXPIRED},
		{"ignore", WF_VERDICT_IGNORE},
		{"unavailable", WF_VERDICT_UNAVAILABLE},
	};

	if (strcmp(peer->user, "eighthours") == 0) {
		answer_limited(peer);
		return;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].user, peer->user) == 0) {
			send_result(peer, rows[i].verdict, WF_TEXT_MUST_CHANGE, "");
			return;
		}
	}
	send_result(
		peer, carries_txn(peer) ? WF_VERDICT_ACCEPT : WF_VERDICT_REJECT, WF_TEXT_NONE, "");
}

static void
answer_change(struct peer *peer)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	bool good;

	must(wf_msg_get_secret(&peer->msg, WF_F_SECRET, 0, 0, &secret));
	good = secret.len == strlen(MOCK_NEW_PASSWORD) &&
		wf_mem_equal(secret.bytes, MOCK_NEW_PASSWORD, secret.len);
	wf_secret_clear(&secret);
	if (good)
		send_result(peer, WF_VERDICT_ACCEPT, WF_TEXT_CHANGED, "");
	else
		send_result(peer, WF_VERDICT_REJECT, WF_TEXT_NONE, MOCK_RULE);
}

/* By user, for every message; the rest goes by message below. */
static const struct script {
	const char *user;
	void (*play)(struct peer *peer);
} any_scripts[] = {
	{"silent", play_silent},
	{"away", play_away},
	{"away-later", play_away_later},
	{"nonsense", play_nonsense},
	{"half", play_half},
	{"half-silent", play_half_and_silent},
	{"close", play_close},
	{"future", play_future},
	{"row-first", play_row_first},
};

/* By user, after BEGIN. */
static const struct script begin_scripts[] = {
	{"ignore", play_ignore},
	{"ignore-at-once", play_ignore_at_once},
	{"unavailable", play_unavailable},
	{"change", play_change},
	{"expired", play_expired},
	{"unknown-verdict", play_unknown_verdict},
	{"silent-later", play_silent_later},
	{"rounds", play_rounds},
	{"two-rounds", play_two_rounds},
	{"other-transaction", play_other_transaction},
	{"other-result", play_other_result},
	{"row", play_row},
	{"many-prompts", play_many_prompts},
	{"question", play_question},
	{"unknown-prompt", play_unknown_prompt},
	{"words", play_words},
	{"", play_accept},
};

static const struct script message_scripts[] = {
	{"ACCOUNT", answer_account},
	{"SESSION", answer_account},
	{"CHANGE", answer_change},
};

static bool
play(const struct script *scripts, size_t count, const char *name, struct peer *peer)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(scripts[i].user, name) == 0 || scripts[i].user[0] == '\0') {
			scripts[i].play(peer);
			return true;
		}
	}
	return false;
}

#define PLAY(scripts, name, peer) play(scripts, sizeof(scripts) / sizeof((scripts)[0]), name, peer)

static void
serve(struct peer *peer)
{
	receive(peer);
	must(wf_msg_get_text(&peer->msg, WF_F_USER, 0, peer->user, sizeof(peer->user)));
	if (PLAY(any_scripts, peer->user, peer))
		return;
	if (peer->msg.type == WF_MSG_BEGIN)
		(void)PLAY(begin_scripts, peer->user, peer);
	else
		(void)PLAY(message_scripts, wf_wire_msg(peer->msg.type)->name, peer);
	/* What comes behind the end is only logged, such as ABORT. */
	receive(peer);
}

static _Noreturn void
serve_all(int listener, int log)
{
	(void)signal(SIGCHLD, SIG_IGN);
	for (;;) {
		struct peer peer = {.fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)};

		if (peer.fd < 0)
			_exit(2);
		if (fork() == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			peer.log = log;
			serve(&peer);
			_exit(0);
		}
		(void)close(peer.fd);
	}
}

pid_t
mock_start(const char *socket_path, const char *log)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	pid_t pid;

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", socket_path);
	if (listener < 0 || log_fd < 0 ||
		bind(listener, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
		listen(listener, 64) != 0)
		abort();
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve_all(listener, log_fd);
	}
	if (pid < 0)
		abort();
	(void)close(listener);
	(void)close(log_fd);
	return pid;
}

/* Its children die with it, also those that were to stay silent. */
void
mock_stop(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}
