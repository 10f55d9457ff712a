/* radius test, against a server that follows a script and notes what it got. */
#include "config.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "radius/authenticator.h"
#include "tests/unit/ctl/rig.h"
#include "tests/unit/faults.h"
#include "tests/unit/unit.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define SECRET "plum blossom lane"
#define STATE "0123456789012345678901234567890123456789"
#define ANSWERS_MAX 8
#define STRANGER 4242

/* What becomes of one datagram. */
enum deed { END = 0, ACCEPT, REJECT, CHALLENGE, DROP, OTHER_SECRET, UNSIGNED, OTHER_ID, NONSENSE };

static struct server {
	int fd;
	pthread_t thread;
	const enum deed *script; /* NULL: a challenge, and an Accept to what comes with its State */
	char answers[ANSWERS_MAX][256]; /* what came as password */
	size_t n;
	bool stated; /* the last one had the State */
} server;

static struct rig rig;
static char address[32], secret_file[256], dictionary[512];
static const char *mode, *counter_before, *counter_after;
static const char *named; /* the server that the daemon names; NULL: ours */
static uid_t secret_owner;

/* --- the server --- */

static void
note(const struct binding *binding, const struct packet *request)
{
	const struct attribute *hidden = packet_next(request, ATTR_USER_PASSWORD, NULL);
	struct wf_secret password = WF_SECRET_EMPTY;

	ck_assert_int_eq(authenticator_verify_message(binding, request), WF_OK);
	ck_assert_int_eq(authenticator_reveal(binding, request, hidden, &password), WF_OK);
	snprintf(server.answers[server.n++ % ANSWERS_MAX], sizeof(server.answers[0]), "%s",
		(const char *)password.bytes);
	server.stated = packet_has(request, ATTR_STATE);
	wf_secret_clear(&password);
}

static wf_status
put_content(struct wf_buf *frame, enum deed deed)
{
	static const char prompt[] = "Co\x1b[31mde: ";
	static const uint8_t pair[] = "\0\0\0\x09\x01\x11priv-lvl=\x1b[2J!!";

	if (deed == CHALLENGE) {
		ck_assert_int_eq(reply_add(frame, ATTR_STATE, STATE, strlen(STATE)), WF_OK);
		return reply_add(frame, ATTR_REPLY_MESSAGE, prompt, strlen(prompt));
	}
	if (deed == ACCEPT)
		return reply_add(frame, ATTR_VENDOR_SPECIFIC, pair, 4 + 0x11);
	return WF_OK;
}

static enum packet_code
code_of(enum deed deed)
{
	return deed == CHALLENGE ? CODE_ACCESS_CHALLENGE
	       : deed == REJECT  ? CODE_ACCESS_REJECT
				 : CODE_ACCESS_ACCEPT;
}

/* Without Message-Authenticator, but signed with the secret. */
static void
make_unsigned(const struct binding *binding, struct wf_buf *frame, const struct packet *request)
{
	const struct digest_part parts[] = {{frame->data, 4}, {request->authenticator, 16},
		{binding->secret->bytes, binding->secret->len}};

	wf_buf_cut(frame, PACKET_HEADER);
	frame->data[2] = 0;
	frame->data[3] = PACKET_HEADER;
	ck_assert_int_eq(digest_md5(binding->digest, parts, 3, frame->data + 4), WF_OK);
}

static void
make_reply(const struct binding *binding, const struct packet *request, enum deed deed,
	struct wf_buf *frame)
{
	struct wf_secret wrong = WF_SECRET_EMPTY;
	struct binding other = *binding;
	struct packet asked = *request;

	asked.id = (uint8_t)(asked.id + (deed == OTHER_ID));
	ck_assert_int_eq(wf_secret_set(&wrong, "wrong", 5), WF_OK);
	other.secret = deed == OTHER_SECRET ? &wrong : binding->secret;
	ck_assert_int_eq(reply_begin(frame, code_of(deed), &asked), WF_OK);
	ck_assert_int_eq(put_content(frame, deed), WF_OK);
	ck_assert_int_eq(reply_end(&other, frame, &asked), WF_OK);
	if (deed == UNSIGNED)
		make_unsigned(binding, frame, request);
	if (deed == NONSENSE)
		wf_buf_cut(frame, 7);
	wf_secret_clear(&wrong);
}

static void
serve_one(const struct binding *binding, const uint8_t *bytes, size_t len,
	const struct sockaddr_in *from)
{
	enum deed deed = server.script != NULL ? server.script[server.n] : CHALLENGE;
	struct packet request;
	struct wf_buf frame;

	ck_assert_int_eq(packet_read(bytes, len, &request), PACKET_FINE);
	note(binding, &request);
	if (server.script == NULL && server.stated)
		deed = ACCEPT;
	if (deed == DROP || deed == END)
		return;
	wf_buf_init(&frame, PACKET_MAX);
	make_reply(binding, &request, deed, &frame);
	ck_assert_int_eq(sendto(server.fd, frame.data, frame.len, 0, (const struct sockaddr *)from,
				 sizeof(*from)),
		(ssize_t)frame.len);
	wf_buf_clear(&frame);
}

static void *
serve(void *ctx)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	struct binding binding = {.secret = &secret};
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	uint8_t bytes[PACKET_MAX];
	ssize_t len;

	ck_assert_int_eq(wf_secret_set(&secret, SECRET, strlen(SECRET)), WF_OK);
	ck_assert_int_eq(digest_new(&binding.digest), WF_OK);
	while ((len = recvfrom(server.fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from,
			&from_len)) > 1)
		serve_one(&binding, bytes, (size_t)len, &from);
	digest_free(&binding.digest);
	wf_secret_clear(&secret);
	return ctx;
}

static void
start_server(const enum deed *script)
{
	struct sockaddr_in own = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(own);

	memset(&server, 0, sizeof(server));
	server.script = script;
	server.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(server.fd, (struct sockaddr *)&own, sizeof(own)), 0);
	ck_assert_int_eq(getsockname(server.fd, (struct sockaddr *)&own, &len), 0);
	snprintf(address, sizeof(address), "127.0.0.1:%u", ntohs(own.sin_port));
	ck_assert_int_eq(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

/* A single octet from its own socket ends it. */
static void
stop_server(void)
{
	struct sockaddr_in own;
	socklen_t len = sizeof(own);

	ck_assert_int_eq(getsockname(server.fd, (struct sockaddr *)&own, &len), 0);
	ck_assert_int_eq(sendto(server.fd, "", 1, 0, (struct sockaddr *)&own, len), 1);
	ck_assert_int_eq(pthread_join(server.thread, NULL), 0);
	close(server.fd);
}

/* --- the command --- */

static void
set_up(void)
{
	snprintf(dictionary, sizeof(dictionary), "%s/radius/dictionary/dictionary",
		getenv("top_srcdir"));
	mode = "challenge";
	counter_before = counter_after = "requests";
	named = NULL;
	secret_owner = geteuid();
	/* before there are threads: who is forked in the midst of it waits for ever */
	ck_assert_int_eq(OPENSSL_init_crypto(OPENSSL_INIT_ADD_ALL_CIPHERS |
						     OPENSSL_INIT_ADD_ALL_DIGESTS |
						     OPENSSL_INIT_LOAD_CONFIG,
				 NULL),
		1);
}

static int
run_here(const char *input, const char *words)
{
	char line[256];

	snprintf(line, sizeof(line), "radius test alice --stdin %s", words);
	return rig_run(&rig, input, line);
}

/* `run` of `warifu radius test alice WORDS` with this input, a daemon, and this server. */
static int
run_by(int (*run)(const char *input, const char *words), const enum deed *script, const char *input,
	const char *words)
{
	const struct rig_act acts[] = {
		{.act = "radius.test",
			.columns = {"option", "value"},
			.rows = {{"client", "local"}, {"address", "127.0.0.1"},
				{"server", named != NULL ? named : address},
				{"secret-file", secret_file},
				{"client-mode", mode}, {"separator", ","}, {"timeout-ms", "90"},
				{"dictionary", dictionary}}},
		{.act = "radius.stats",
			.columns = {"client", "counter", "value:number"},
			.rows = {{"", counter_before, "4"}, {"local", counter_before, "4"}}},
		{.act = "radius.stats",
			.columns = {"client", "counter", "value:number"},
			.rows = {{"", counter_after, "5"}, {"local", counter_after, "5"}}},
	};
	int code;

	start_server(script);
	rig_start(&rig, acts, ENTRIES(acts));
	rig_write(&rig, "secret", SECRET "\n");
	snprintf(secret_file, sizeof(secret_file), "%s", rig_path(&rig, "secret"));
	ck_assert_int_eq(chmod(secret_file, 0400), 0);
	ck_assert_int_eq(chown(secret_file, secret_owner, (gid_t)-1), 0);
	code = run(input, words);
	stop_server();
	return code;
}

static int
run(const enum deed *script, const char *input, const char *words)
{
	return run_by(run_here, script, input, words);
}

#define SAYS(text) ck_assert_msg(strstr(rig.out, text) != NULL, "no '%s' in:\n%s", text, rig.out)

START_TEST(two_rounds_and_in)
{
	static const enum deed script[] = {CHALLENGE, ACCEPT, END};

	ck_assert_int_eq(run(script, "my password\n123456\n", ""), CTL_OK);
	ck_assert_uint_eq(server.n, 2);
	ck_assert_str_eq(server.answers[0], "my password");
	ck_assert_str_eq(server.answers[1], "123456");
	ck_assert(server.stated);
	SAYS("local: mode challenge, secret_file ");
	SAYS("--> Access-Request  127.0.0.1:");
	SAYS("<-- Access-Challenge  ");
	SAYS("<-- Access-Accept  ");
	SAYS("    Response Authenticator: right\n    Message-Authenticator: right\n");
	SAYS("alice gets in.\n");
	SAYS("    Reply-Message = Co?[31mde: \n");
	SAYS("    Cisco-AVPair = priv-lvl=?[2J!!\n");
	/* What the server wrote for the terminal does not reach it. */
	ck_assert_ptr_null(strchr(rig.out, '\x1b'));
	ck_assert_ptr_null(strstr(rig.out, "my password"));
	rig_stop(&rig);
}
END_TEST

/* The prompt is the server's text, cleaned. */
START_TEST(no_answer_to_the_challenge)
{
	static const enum deed script[] = {CHALLENGE, END};

	ck_assert_int_eq(run(script, "my password\n\n", ""), CTL_NO);
	ck_assert_uint_eq(server.n, 1);
	ck_assert_ptr_nonnull(strstr(rig.err, "nothing was entered for: Co?[31mde:\n"));
	rig_stop(&rig);
}
END_TEST

START_TEST(refused_and_as_json)
{
	static const enum deed script[] = {REJECT, END};

	ck_assert_int_eq(run(script, "my password\n", "--json"), CTL_NO);
	SAYS("{\"event\": \"received\", \"name\": \"Access-Reject\", \"value\": ");
	SAYS("{\"event\": \"check\", \"name\": \"Message-Authenticator\", \"value\": \"right\"}");
	SAYS("{\"event\": \"result\", \"name\": \"reject\", ");
	ck_assert_ptr_null(strstr(rig.out, "-->"));
	rig_stop(&rig);
}
END_TEST

static const struct {
	const char *mode, *input, *sent;
} modes[] = {
	{"challenge", "pass\n", "pass"},
	{"code-last", "pass\n123\n", "pass123"},
	{"code-first", "pass\n123\n", "123pass"},
	{"separator", "pass\n123\n", "pass,123"},
	{"code", "123\n", "123"},
	{"scrv1", "pass\n1234\n", "SCRV1:cGFzcw==:MTIzNA=="},
};

START_TEST(answers_are_joined_by_mode)
{
	static const enum deed script[] = {ACCEPT, END};

	mode = modes[_i].mode;
	ck_assert_int_eq(run(script, modes[_i].input, ""), CTL_OK);
	ck_assert_str_eq(server.answers[0], modes[_i].sent);
	rig_stop(&rig);
}
END_TEST

START_TEST(an_unknown_mode_is_told)
{
	static const enum deed script[] = {END};

	mode = "telepathy";
	ck_assert_int_eq(run(script, "x\n", ""), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "mode 'telepathy' of the client is not known here"));
	ck_assert_uint_eq(server.n, 0);
	rig_stop(&rig);
}
END_TEST

/* The same packet again, and what is no answer is passed over while the right one comes. */
START_TEST(sent_again_until_answered)
{
	static const enum deed script[] = {DROP, NONSENSE, ACCEPT, END};

	ck_assert_int_eq(run(script, "pass\n", ""), CTL_OK);
	ck_assert_uint_eq(server.n, 3);
	ck_assert_str_eq(server.answers[2], "pass");
	rig_stop(&rig);
}
END_TEST

/* What came is told, and no forged answer is taken, whatever it says. */
static const struct {
	enum deed deed;
	const char *said, *cause;
} forged[] = {
	{OTHER_SECRET, "whose Response Authenticator is wrong", "\"name\": \"secret\""},
	{UNSIGNED, "without Message-Authenticator", "\"name\": \"unsigned-reply\""},
	{OTHER_ID, "an answer to another request came", "\"name\": \"under-way\""},
	{NONSENSE, "no answer to an Access-Request", "\"name\": \"under-way\""},
};

START_TEST(forged_answers)
{
	const enum deed script[] = {forged[_i].deed, forged[_i].deed, forged[_i].deed, END};

	ck_assert_int_eq(run(script, "pass\n", "--json"), CTL_AWAY);
	ck_assert_uint_eq(server.n, 3);
	SAYS(forged[_i].said);
	SAYS("\"name\": \"silence\"");
	SAYS(forged[_i].cause);
	rig_stop(&rig);
}
END_TEST

/* What the server counted meanwhile is the cause. */
static const struct {
	const char *before, *after, *cause;
} counters[] = {
	{"dropped.authenticator-wrong", "dropped.authenticator-wrong", "secret"},
	{"dropped.unknown-client", "dropped.unknown-client", "unknown-client"},
	{"dropped.clear", "dropped.clear", "clear"},
	{"dropped.rate", "dropped.rate", "rate"},
	{"dropped.late", "dropped.late", "late"},
	{"dropped.lost", "dropped.lost", "not-connected"},
	{"dropped.unavailable", "dropped.unavailable", "unavailable"},
	{"requests", "requests", "under-way"},
	{"accepts", "accepts", "not-arrived"},
	{"requests", "dropped.queue-full", "overload"}, /* one that was zero was left out */
};

START_TEST(silence_is_explained_by_counters)
{
	static const enum deed script[] = {DROP, DROP, DROP, END};
	char wanted[64];

	counter_before = counters[_i].before;
	counter_after = counters[_i].after;
	ck_assert_int_eq(run(script, "pass\n", "--json"), CTL_AWAY);
	snprintf(wanted, sizeof(wanted), "\"event\": \"cause\", \"name\": \"%s\"",
		counters[_i].cause);
	SAYS(wanted);
	rig_stop(&rig);
}
END_TEST

START_TEST(another_server)
{
	static const enum deed script[] = {END};

	/* The daemon's counters say nothing of it: all that is to be looked at, in order. */
	ck_assert_int_eq(run(script, "pass\n", "--server 127.0.0.1:1"), CTL_AWAY);
	SAYS("nobody listens there");
	rig_stop(&rig);
	ck_assert_int_eq(run(script, "pass\n", "--server localhost"), CTL_USAGE);
	ck_assert_ptr_nonnull(strstr(rig.err, "'localhost' is no address such as 127.0.0.1"));
	rig_stop(&rig);
}
END_TEST

/* Wherever the daemon, or the one who types, wants it to go (192.0.2.0/24 is nobody's). */
START_TEST(nothing_leaves_the_machine)
{
	static const enum deed script[] = {END};
	static const char *const servers[] = {"192.0.2.1:1812", "[2001:db8::1]:1812", "192.0.2.1"};
	char words[64];

	named = servers[_i];
	ck_assert_int_eq(run(script, "my password\n", ""), CTL_DENIED);
	ck_assert_msg(strstr(rig.err, "is no address of this machine") != NULL, "%s", rig.err);
	ck_assert_str_eq(rig.out, "");
	rig_stop(&rig);
	named = NULL;
	snprintf(words, sizeof(words), "--server %s", servers[_i]);
	ck_assert_int_eq(run(script, "my password\n", words), CTL_DENIED);
	ck_assert_msg(strstr(rig.err, "is no address of this machine") != NULL, "%s", rig.err);
	rig_stop(&rig);
}
END_TEST

/* A listener that is somebody else's, who waits for the server to be down; as it is reached. */
static int
listen_as_stranger(in_addr_t at, char text_r[32])
{
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(at)};
	socklen_t len = sizeof(own);
	int fd;

	ck_assert_int_eq(seteuid(STRANGER), 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&own, &len), 0);
	snprintf(text_r, 32, "127.0.0.1:%u", ntohs(own.sin_port));
	return fd;
}

START_TEST(nothing_goes_to_a_stranger)
{
	static const enum deed script[] = {END};
	static const in_addr_t addresses[] = {INADDR_LOOPBACK, INADDR_ANY};
	char text[32], byte;
	int fd;

	if (geteuid() != 0)
		return;
	fd = listen_as_stranger(addresses[_i], text);
	named = text;
	ck_assert_int_eq(run(script, "my password\n", ""), CTL_DENIED);
	ck_assert_msg(strstr(rig.err, "listens a program of uid 4242 (") != NULL, "%s", rig.err);
	ck_assert_int_eq(recv(fd, &byte, 1, 0), -1);
	close(fd);
	rig_stop(&rig);
}
END_TEST

/* One who has the port at another address hears nothing of what goes to this one. */
START_TEST(a_stranger_elsewhere_is_no_matter)
{
	static const enum deed script[] = {END};
	char text[32], words[64];
	int fd;

	if (geteuid() != 0)
		return;
	fd = listen_as_stranger(INADDR_LOOPBACK + 1, text);
	snprintf(words, sizeof(words), "--server %s", text);
	ck_assert_int_eq(run(script, "my password\n", words), CTL_AWAY);
	SAYS("nobody listens there");
	close(fd);
	rig_stop(&rig);
}
END_TEST

START_TEST(a_stranger_s_file_is_not_read)
{
	static const enum deed script[] = {END};

	if (geteuid() != 0)
		return;
	secret_owner = STRANGER;
	ck_assert_int_eq(run(script, "my password\n", ""), CTL_DENIED);
	ck_assert_msg(
		strstr(rig.err, "is not read: it must belong to root") != NULL, "%s", rig.err);
	ck_assert_uint_eq(server.n, 0);
	rig_stop(&rig);
}
END_TEST

START_TEST(no_client_no_test)
{
	static const struct rig_act acts[] = {
		{.act = "radius.test", .status = WF_NOT_FOUND, .text = "No RADIUS client."}};

	rig_start(&rig, acts, 1);
	ck_assert_int_eq(rig_run(&rig, "x\n", "radius test alice --stdin"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "client \"local\" {\n"));
	ck_assert_int_eq(rig_run(&rig, "x\n", "radius test alice --stdin --client x"), CTL_NO);
	ck_assert_str_eq(rig.err, "warifu: No RADIUS client.\n");
	rig_stop(&rig);
}
END_TEST

#ifdef WF_FAULT
static uint64_t nth, calls;
static bool lasts;

static void
arm(void)
{
	wf_fault_page()->points = FAULT_POINTS_ALL;
	wf_fault_arm(nth, lasts);
}

static uint64_t
disarm(void)
{
	uint64_t count = wf_fault_count();

	wf_fault_arm(0, false);
	wf_fault_page()->points = 0;
	return count;
}

/* In a process of its own, so that nothing of the daemon and the server fails. */
static void
one_round(const char *input, const char *words, int wanted)
{
	int ends[2], status, fd;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		fd = fault_next_descriptor();
		status = run_here(input, words);
		ck_assert(status != CTL_OK || strstr(rig.out, "alice gets in.") != NULL);
		ck_assert_int_eq(fault_next_descriptor(), fd);
		ck_assert_int_eq(
			write(ends[1], &rig.calls, sizeof(rig.calls)), sizeof(rig.calls));
		_exit(status);
	}
	close(ends[1]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(read(ends[0], &calls, sizeof(calls)), sizeof(calls));
	close(ends[0]);
	ck_assert_msg(WIFEXITED(status), "call %llu: status %d", (unsigned long long)nth, status);
	ck_assert(wanted < 0 || WEXITSTATUS(status) == wanted);
}

static int
all_rounds(const char *input, const char *words)
{
	uint64_t total = 0;

	rig.before = arm;
	rig.after = disarm;
	for (uint64_t round = 0; round <= 2 * total; round++) {
		nth = (round + 1) / 2;
		lasts = round > 0 && round % 2 == 0;
		one_round(input, words, round == 0 ? CTL_OK : -1);
		total = round == 0 ? calls : total;
	}
	ck_assert_uint_gt(total, 0);
	return CTL_OK;
}

/* Whatever fails: nothing breaks or leaks, and only who was accepted is said to get in. */
START_TEST(each_call_fails_in_turn)
{
	(void)run_by(all_rounds, NULL, "my password\n123456\n", "");
	rig_stop(&rig);
}
END_TEST

static void
add_fault_tests(TCase *tc)
{
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, each_call_fails_in_turn);
}
#else
static void
add_fault_tests(TCase *tc)
{
	(void)tc;
}
#endif

static Suite *
radius_test_suite(void)
{
	Suite *suite = suite_create("radius test");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, set_up, NULL);
	tcase_add_test(tc, two_rounds_and_in);
	tcase_add_test(tc, no_answer_to_the_challenge);
	tcase_add_test(tc, refused_and_as_json);
	tcase_add_loop_test(tc, answers_are_joined_by_mode, 0, ENTRIES(modes));
	tcase_add_test(tc, an_unknown_mode_is_told);
	tcase_add_test(tc, sent_again_until_answered);
	tcase_add_loop_test(tc, forged_answers, 0, ENTRIES(forged));
	tcase_add_loop_test(tc, silence_is_explained_by_counters, 0, ENTRIES(counters));
	tcase_add_test(tc, another_server);
	tcase_add_test(tc, no_client_no_test);
	tcase_add_loop_test(tc, nothing_leaves_the_machine, 0, 3);
	tcase_add_loop_test(tc, nothing_goes_to_a_stranger, 0, 2);
	tcase_add_test(tc, a_stranger_elsewhere_is_no_matter);
	tcase_add_test(tc, a_stranger_s_file_is_not_read);
	add_fault_tests(tc);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(radius_test_suite)
