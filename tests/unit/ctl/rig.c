/* The scripted daemon is a thread; it speaks the real wire. */
#include "config.h"

#include "tests/unit/ctl/rig.h"

#include <check.h>
#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/breakglass.h"
#include "common/fault.h"
#include "common/wire.h"

#define WORDS_MAX 48
#define INPUT_MAX 4096

struct rig_daemon {
	const struct rig_act *acts;
	size_t n;
	bool used[64];
	int listener;
	pthread_t thread;
	int login_listener;
	pthread_t login_thread;
	const char *right;
	bool asks_back;
	pthread_mutex_t mutex;
	char asked[65536];
	char copy[65536];
	char file[65536];
};

static bool
receive(int fd, struct wf_msg *msg)
{
	static const size_t header = 4;
	uint8_t frame[WF_WIRE_FRAME_MAX];
	size_t have = 0;
	size_t want = header;

	while (have < want) {
		ssize_t n = read(fd, frame + have, want - have);

		if (n <= 0)
			return false;
		have += (size_t)n;
		if (have == header)
			ck_assert_int_eq(wf_frame_length(frame, have, &want), WF_OK);
	}
	return wf_msg_decode(frame, have, msg) == WF_OK;
}

/* A client that has seen enough may have gone already. */
static void
send_message(int fd, struct wf_msg *msg)
{
	struct wf_buf frame;
	ssize_t sent;

	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_encode(msg, &frame), WF_OK);
	sent = send(fd, frame.data, frame.len, MSG_NOSIGNAL);
	ck_assert(sent == (ssize_t)frame.len ||
		  (sent < 0 && (errno == EPIPE || errno == ECONNRESET)));
	wf_buf_clear(&frame);
	wf_msg_clear(msg);
}

static void
note(struct rig_daemon *daemon, const char *text)
{
	size_t len = strlen(daemon->asked);

	pthread_mutex_lock(&daemon->mutex);
	snprintf(daemon->asked + len, sizeof(daemon->asked) - len, "%s", text);
	pthread_mutex_unlock(&daemon->mutex);
}

static void
note_fields(
	struct rig_daemon *daemon, const struct wf_msg *msg, enum wf_field_id id, const char *mark)
{
	for (size_t i = 0; i < wf_msg_count(msg, id); i++) {
		const uint8_t *bytes;
		size_t len;
		char text[4096];

		ck_assert_int_eq(wf_msg_get_bytes(msg, id, i, &bytes, &len), WF_OK);
		snprintf(text, sizeof(text), " %s%.*s", mark, (int)len, (const char *)bytes);
		note(daemon, text);
	}
}

static const struct rig_act *
choose(struct rig_daemon *daemon, const char *name)
{
	const struct rig_act *last = NULL;

	for (size_t i = 0; i < daemon->n; i++) {
		if (strcmp(daemon->acts[i].act, name) != 0)
			continue;
		last = &daemon->acts[i];
		if (!daemon->used[i]) {
			daemon->used[i] = true;
			break;
		}
	}
	return last;
}

static void
send_list(int fd, enum wf_msg_type type, enum wf_field_id id, const char *const *texts, size_t n)
{
	struct wf_msg msg;

	wf_msg_init(&msg, type, WF_WIRE_VERSION);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(
			wf_msg_add_text(&msg, id, texts[i] != NULL ? texts[i] : ""), WF_OK);
	send_message(fd, &msg);
}

static void
answer(int fd, const struct rig_act *act)
{
	static const struct rig_act unknown = {.status = WF_INVALID, .text = "unknown act"};
	struct wf_msg msg;
	size_t n = 0;

	if (act == NULL)
		act = &unknown;
	if (act->nonsense) {
		ck_assert_int_eq(send(fd, "\0\0\0\020 no frame at all", 20, MSG_NOSIGNAL), 20);
		return;
	}
	while (n < RIG_COLUMNS_MAX && act->columns[n] != NULL)
		n++;
	if (n > 0)
		send_list(fd, WF_MSG_HEAD, WF_F_COLUMN, act->columns, n);
	for (size_t i = 0; i < act->repeat; i++)
		send_list(fd, WF_MSG_ROW, WF_F_CELL, act->rows[0], n);
	for (size_t row = 0; n > 0 && row < RIG_ROWS_MAX && act->rows[row][0] != NULL; row++)
		send_list(fd, WF_MSG_ROW, WF_F_CELL, act->rows[row], n);
	if (act->close_early)
		return;
	wf_msg_init(&msg, WF_MSG_END, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_STATUS, (uint64_t)act->status), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_TEXT, act->text), WF_OK);
	send_message(fd, &msg);
}

static void *
serve(void *ctx)
{
	struct rig_daemon *daemon = ctx;
	int fd;

	wf_fault_spare(); /* faults are the command's */
	while ((fd = accept(daemon->listener, NULL, NULL)) >= 0) {
		struct wf_msg msg;
		char name[65];

		if (receive(fd, &msg)) {
			ck_assert_int_eq(
				wf_msg_get_text(&msg, WF_F_ACT, 0, name, sizeof(name)), WF_OK);
			note(daemon, name);
			note_fields(daemon, &msg, WF_F_ARG, "");
			note_fields(daemon, &msg, WF_F_SECRET_ARG, "*");
			note(daemon, "\n");
			answer(fd, choose(daemon, name));
			wf_msg_clear(&msg);
		}
		close(fd);
	}
	return NULL;
}

static int
listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	return fd;
}

static void
send_prompt(int fd, uint8_t id, enum wf_text_id text, const char *question)
{
	static const uint8_t txn[WF_TXN_LEN] = {0xAB};
	const struct wf_prompt prompt = {.id = id, .text = text, .ttl_s = 60};
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_PROMPTS, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, txn, sizeof(txn)), WF_OK);
	ck_assert_int_eq(wf_msg_add_prompt(&msg, &prompt), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_TEXT, question), WF_OK);
	send_message(fd, &msg);
}

static void
send_verdict(int fd, enum wf_verdict verdict)
{
	uint8_t txn[WF_TXN_LEN];
	struct wf_msg msg;

	memset(txn, 0xAB, sizeof(txn));
	wf_msg_init(&msg, WF_MSG_RESULT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, txn, sizeof(txn)), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_VERDICT, verdict), WF_OK);
	send_message(fd, &msg);
}

/* Appends the user of BEGIN, or the answer of ANSWER without its prompt's id. */
static bool
take_login(
	int fd, enum wf_msg_type type, enum wf_field_id id, size_t skip, char *given, size_t size)
{
	struct wf_msg msg;
	const uint8_t *bytes;
	size_t used = strlen(given);
	size_t len;
	bool fine;

	if (!receive(fd, &msg))
		return false;
	fine = msg.type == type && wf_msg_get_bytes(&msg, id, 0, &bytes, &len) == WF_OK &&
	       len >= skip;
	if (fine)
		snprintf(given + used, size - used, "%s%.*s", used > 0 ? "/" : "",
			(int)(len - skip), (const char *)bytes + skip);
	wf_msg_clear(&msg);
	return fine;
}

static void
answer_login(struct rig_daemon *daemon, int fd)
{
	char given[256] = "";

	if (!take_login(fd, WF_MSG_BEGIN, WF_F_USER, 0, given, sizeof(given)))
		return;
	send_prompt(fd, 1, WF_TEXT_PASSWORD, "");
	if (!take_login(fd, WF_MSG_ANSWER, WF_F_ANSWER, 1, given, sizeof(given)) ||
		daemon->right == NULL)
		return;
	send_prompt(fd, 2, WF_TEXT_CODE, "");
	if (!take_login(fd, WF_MSG_ANSWER, WF_F_ANSWER, 1, given, sizeof(given)))
		return;
	if (daemon->asks_back) {
		send_prompt(fd, 2, WF_TEXT_CODE, "Code of the SMS:");
		if (!take_login(fd, WF_MSG_ANSWER, WF_F_ANSWER, 1, given, sizeof(given)))
			return;
	}
	send_verdict(fd, strcmp(given, daemon->right) == 0 ? WF_VERDICT_ACCEPT : WF_VERDICT_REJECT);
}

static void *
serve_logins(void *ctx)
{
	struct rig_daemon *daemon = ctx;
	int fd;

	while ((fd = accept(daemon->login_listener, NULL, NULL)) >= 0) {
		answer_login(daemon, fd);
		close(fd);
	}
	return NULL;
}

void
rig_login(struct rig *rig, const char *right)
{
	rig->daemon->right = right;
	rig->daemon->asks_back = right != NULL && strstr(right, "/sms ") != NULL;
	rig->daemon->login_listener = listen_at(rig_path(rig, "pam.sock"));
	ck_assert_int_eq(
		pthread_create(&rig->daemon->login_thread, NULL, serve_logins, rig->daemon), 0);
}

static void
stop_listening(int listener, pthread_t thread)
{
	if (listener < 0)
		return;
	shutdown(listener, SHUT_RDWR);
	pthread_join(thread, NULL);
	close(listener);
}

static void
start_daemon(struct rig *rig, const struct rig_act *acts, size_t n)
{
	struct rig_daemon *daemon = rig->daemon;

	daemon->acts = acts;
	daemon->n = n;
	daemon->listener = daemon->login_listener = -1;
	if (n == 0)
		return;
	daemon->listener = listen_at(rig->socket);
	ck_assert_int_eq(pthread_create(&daemon->thread, NULL, serve, daemon), 0);
}

void
rig_start(struct rig *rig, const struct rig_act *acts, size_t n)
{
	memset(rig, 0, sizeof(*rig));
	snprintf(rig->dir, sizeof(rig->dir), "/tmp/warifu-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(rig->dir));
	snprintf(rig->socket, sizeof(rig->socket), "%.64s/socket", rig->dir);
	rig->daemon = calloc(1, sizeof(*rig->daemon));
	ck_assert_ptr_nonnull(rig->daemon);
	pthread_mutex_init(&rig->daemon->mutex, NULL);
	start_daemon(rig, acts, n);
	ctl_init(&rig->ctl);
	rig->ctl.uid = 0;
	rig->ctl.out_is_tty = rig->ctl.colour = false;
	rig->ctl.header = HEADER_PLAIN;
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
rig_stop(struct rig *rig)
{
	stop_listening(rig->daemon->listener, rig->daemon->thread);
	stop_listening(rig->daemon->login_listener, rig->daemon->login_thread);
	nftw(rig->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	pthread_mutex_destroy(&rig->daemon->mutex);
	free(rig->daemon);
	free(rig->out);
	free(rig->err);
}

/* Splits in place; a word in '...' keeps its blanks. */
static int
split(char *words, char *argv[WORDS_MAX])
{
	static char program[] = "warifu";
	int argc = 1;

	argv[0] = program;
	while (*words != '\0' && argc < WORDS_MAX - 1) {
		char end = ' ';

		if (*words == '\'') {
			end = '\'';
			words++;
		}
		argv[argc++] = words;
		while (*words != end && *words != '\0')
			words++;
		if (*words != '\0')
			*words++ = '\0';
		while (*words == ' ')
			words++;
	}
	argv[argc] = NULL;
	return argc;
}

static int
open_input(const char *input)
{
	int ends[2];
	size_t len = input != NULL ? strlen(input) : 0;

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_uint_lt(len, INPUT_MAX);
	if (len > 0)
		ck_assert_int_eq(write(ends[1], input, len), (ssize_t)len);
	close(ends[1]);
	return ends[0];
}

int
rig_run(struct rig *rig, const char *input, const char *words)
{
	struct ctl ctl = rig->ctl;
	char line[8192];
	char *argv[WORDS_MAX];
	size_t size;
	int argc;
	int code;

	free(rig->out);
	free(rig->err);
	rig->out = rig->err = NULL;
	ctl.out = open_memstream(&rig->out, &size);
	ctl.err = open_memstream(&rig->err, &size);
	ctl.in = open_input(input);
	snprintf(line, sizeof(line), "%s%s%s", words,
		strstr(words, "--socket") != NULL ? "" : " --socket ",
		strstr(words, "--socket") != NULL ? "" : rig->socket);
	argc = split(line, argv);
	if (rig->before != NULL)
		rig->before();
	code = ctl_main(&ctl, argc, argv);
	if (rig->after != NULL)
		rig->calls = rig->after();
	fclose(ctl.out);
	fclose(ctl.err);
	close(ctl.in);
	return code;
}

const char *
rig_asked(struct rig *rig)
{
	struct rig_daemon *daemon = rig->daemon;

	pthread_mutex_lock(&daemon->mutex);
	memcpy(daemon->copy, daemon->asked, sizeof(daemon->copy));
	pthread_mutex_unlock(&daemon->mutex);
	return daemon->copy;
}

const char *
rig_path(struct rig *rig, const char *name)
{
	static char paths[4][PATH_MAX + 256];
	static size_t next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", rig->dir, name);
	return path;
}

void
rig_write(struct rig *rig, const char *name, const char *text)
{
	FILE *stream = fopen(rig_path(rig, name), "w");

	ck_assert_ptr_nonnull(stream);
	ck_assert_int_ge(fputs(text, stream), 0);
	ck_assert_int_eq(fclose(stream), 0);
}

const char *
rig_read(struct rig *rig, const char *name)
{
	FILE *stream = fopen(rig_path(rig, name), "r");
	size_t n = 0;

	if (stream != NULL) {
		n = fread(rig->daemon->file, 1, sizeof(rig->daemon->file) - 1, stream);
		fclose(stream);
	}
	rig->daemon->file[n] = '\0';
	return rig->daemon->file;
}

void
rig_lock_sheet(const char *path)
{
	struct wf_secret pin = WF_SECRET_EMPTY, code = WF_SECRET_EMPTY;
	const struct wf_breakglass_try attempt = {
		.user = "root", .tty = "tty1", .pin = &pin, .code = &code};
	const uint8_t bytes[WF_BREAKGLASS_CODE_BYTES] = {1};
	char text[WF_BREAKGLASS_CODE_TEXT];
	uint32_t slot;

	wf_breakglass_code_format(bytes, text);
	ck_assert_int_eq(wf_secret_set(&pin, "wrong pin", 9), WF_OK);
	ck_assert_int_eq(wf_secret_set(&code, text, strlen(text)), WF_OK);
	for (int i = 0; i < WF_BREAKGLASS_TRIES; i++)
		ck_assert_int_eq(wf_breakglass_consume(path, &attempt, &slot), WF_NO);
	wf_secret_clear(&pin);
	wf_secret_clear(&code);
}
