/*
 * Times logins from the peer's side: how long from the first message to what is asked for (prompts,
 * or a gateway's challenge), and from the answer to the result.
 *
 *   probe pam|gateway SOCKET IN-FLIGHT <attempts >times
 *
 * A line of attempts is "class user source password code delay", divided by tabs; `delay` are
 * microseconds by which ANSWER is said to have been sent earlier than it was, so that a test can
 * see whether it would notice a reply that comes so much later.  A line of times is "class begin
 * answer verdict", in microseconds; verdict 255: there was none. Attempts are made in the order
 * given, so many at once, each over a connection of its own. It writes the protocol by hand and
 * asserts nothing.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX 1024
#define LINE_SIZE 1024
#define FLIGHT_MAX 512
#define NO_VERDICT 255

enum { FIELDS = 6 };
enum { CLASS, USER, SOURCE, PASSWORD, CODE, DELAY };

struct attempt {
	int fd;
	bool asked; /* ANSWER was sent */
	char line[LINE_SIZE];
	char *field[FIELDS];
	uint8_t in[FRAME_MAX];
	size_t len;
	int64_t sent_us, begin_us;
};

struct frame {
	uint8_t bytes[FRAME_MAX];
	size_t len;
};

/* How a login is spoken. */
struct dialect {
	const char *name;
	uint32_t version;
	uint32_t asking; /* the message that asks for more */
	uint32_t first, second; /* what is sent */
	void (*begin)(struct frame *frame, const struct attempt *attempt);
	bool (*answer)(struct frame *frame, const struct attempt *attempt);
};

static struct attempt attempts[FLIGHT_MAX];
static int watched;
static const char *path;
static const struct dialect *dialect;

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static uint32_t
number(const uint8_t *bytes, size_t len)
{
	uint32_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | bytes[i];
	return value;
}

static void
put_number(struct frame *frame, uint32_t value, size_t len)
{
	for (size_t i = len; i > 0; i--)
		frame->bytes[frame->len++] = (uint8_t)(value >> (8 * (i - 1)));
}

static void
put_field(struct frame *frame, uint32_t id, const void *bytes, size_t len)
{
	put_number(frame, id, 2);
	put_number(frame, (uint32_t)len, 2);
	memcpy(frame->bytes + frame->len, bytes, len);
	frame->len += len;
}

/* The length is put in by frame_send(). */
static void
frame_start(struct frame *frame, uint32_t type)
{
	frame->len = 4;
	put_number(frame, dialect->version, 2);
	put_number(frame, type, 2);
}

static bool
frame_send(int fd, struct frame *frame)
{
	size_t len = frame->len;

	frame->len = 0;
	put_number(frame, (uint32_t)len - 4, 4);
	return send(fd, frame->bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static const uint8_t *
find_field(const struct attempt *attempt, uint32_t id, size_t *len_r)
{
	size_t at = 8;

	while (at + 4 <= attempt->len) {
		*len_r = number(attempt->in + at + 2, 2);
		if (number(attempt->in + at, 2) == id && at + 4 + *len_r <= attempt->len)
			return attempt->in + at + 4;
		at += 4 + *len_r;
	}
	return NULL;
}

static bool
read_line(struct attempt *attempt)
{
	char *rest = attempt->line;

	if (fgets(attempt->line, sizeof(attempt->line), stdin) == NULL)
		return false;
	attempt->line[strcspn(attempt->line, "\n")] = '\0';
	for (int i = 0; i < FIELDS; i++) {
		attempt->field[i] = strsep(&rest, "\t");
		if (attempt->field[i] == NULL) {
			fprintf(stderr, "probe: a line has fewer than %d fields\n", FIELDS);
			exit(2);
		}
	}
	return true;
}

/* What is typed at one prompt, which stands before it. */
static void
put_typed(struct frame *frame, uint8_t prompt, const char *text)
{
	uint8_t typed[LINE_SIZE];

	typed[0] = prompt;
	memcpy(typed + 1, text, strlen(text));
	put_field(frame, 11, typed, strlen(text) + 1);
}

static void
pam_begin(struct frame *frame, const struct attempt *attempt)
{
	put_field(frame, 2, "\1", 1);
	put_field(frame, 3, attempt->field[USER], strlen(attempt->field[USER]));
	put_field(frame, 4, "sshd", 4);
	put_field(frame, 5, attempt->field[SOURCE], strlen(attempt->field[SOURCE]));
	put_field(frame, 8, "en", 2);
}

/* Answers each prompt: text 2 is the code, any other the password. */
static bool
pam_answer(struct frame *frame, const struct attempt *attempt)
{
	size_t len;
	const uint8_t *txn = find_field(attempt, 1, &len);

	if (txn == NULL)
		return false;
	put_field(frame, 1, txn, len);
	for (size_t at = 8; at + 4 <= attempt->len; at += 4 + number(attempt->in + at + 2, 2)) {
		const uint8_t *prompt = attempt->in + at + 4;

		if (number(attempt->in + at, 2) == 12)
			put_typed(frame, prompt[0],
				attempt->field[number(prompt + 2, 2) == 2 ? CODE : PASSWORD]);
	}
	return true;
}

/*
 * Requests are told apart by a tag, packets by a hash: neither comes twice here, nor in a later
 * run, which would be answered with what is remembered of this one.
 */
static void
gateway_begin(struct frame *frame, const struct attempt *attempt)
{
	static uint64_t requests;
	uint8_t hash[32] = {0};
	int64_t sent_us = now_us();

	requests++;
	memcpy(hash, &requests, sizeof(requests));
	memcpy(hash + sizeof(requests), &sent_us, sizeof(sent_us));
	put_number(frame, 25, 2);
	put_number(frame, 8, 2);
	put_number(frame, (uint32_t)(requests >> 32), 4);
	put_number(frame, (uint32_t)requests, 4);
	put_field(frame, 4, "vpn", 3);
	put_field(frame, 27, "gw1", 3);
	put_field(frame, 9, hash, sizeof(hash));
	put_field(frame, 3, attempt->field[USER], strlen(attempt->field[USER]));
	if (!attempt->asked)
		put_typed(frame, 0, attempt->field[PASSWORD]);
}

static bool
gateway_answer(struct frame *frame, const struct attempt *attempt)
{
	size_t len;
	const uint8_t *state = find_field(attempt, 26, &len);

	if (state == NULL)
		return false;
	gateway_begin(frame, attempt);
	put_typed(frame, 0, attempt->field[CODE]);
	put_field(frame, 26, state, len);
	return true;
}

static const struct dialect dialects[] = {
	{"pam", 2, 32, 1, 2, pam_begin, pam_answer},
	{"gateway", 3, 34, 7, 7, gateway_begin, gateway_answer},
};

static void
send_begin(struct attempt *attempt)
{
	struct frame frame;

	frame_start(&frame, dialect->first);
	dialect->begin(&frame, attempt);
	attempt->sent_us = now_us();
	if (!frame_send(attempt->fd, &frame))
		perror("probe: send");
}

/* Connects and sends the first message; false when there is nothing more to do. */
static bool
start(struct attempt *attempt)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = attempt}};

	memset(attempt, 0, sizeof(*attempt));
	if (!read_line(attempt))
		return false;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	attempt->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (attempt->fd < 0 ||
		connect(attempt->fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		epoll_ctl(watched, EPOLL_CTL_ADD, attempt->fd, &event) != 0) {
		perror("probe: connect");
		exit(1);
	}
	send_begin(attempt);
	return true;
}

static void
send_answer(struct attempt *attempt)
{
	struct frame frame;

	frame_start(&frame, dialect->second);
	attempt->asked = true;
	if (!dialect->answer(&frame, attempt))
		return;
	attempt->len = 0;
	attempt->sent_us = now_us() - atoi(attempt->field[DELAY]);
	if (!frame_send(attempt->fd, &frame))
		perror("probe: send");
}

static void
end(struct attempt *attempt, int64_t answer_us, unsigned verdict)
{
	printf("%s\t%lld\t%lld\t%u\n", attempt->field[CLASS], (long long)attempt->begin_us,
		(long long)answer_us, verdict);
	close(attempt->fd);
}

/* A whole message is there; false: the attempt is over. */
static bool
message(struct attempt *attempt, int64_t at_us)
{
	size_t len;
	const uint8_t *verdict;

	if (number(attempt->in + 6, 2) == dialect->asking && !attempt->asked) {
		attempt->begin_us = at_us - attempt->sent_us;
		send_answer(attempt);
		return true;
	}
	verdict = find_field(attempt, 13, &len);
	end(attempt, at_us - attempt->sent_us,
		verdict != NULL && len == 1 ? verdict[0] : NO_VERDICT);
	return false;
}

static bool
readable(struct attempt *attempt)
{
	int64_t at_us = now_us();
	ssize_t got = recv(
		attempt->fd, attempt->in + attempt->len, sizeof(attempt->in) - attempt->len, 0);

	if (got <= 0) {
		end(attempt, 0, NO_VERDICT);
		return false;
	}
	attempt->len += (size_t)got;
	if (attempt->len < 4 || attempt->len < 4 + number(attempt->in, 4))
		return true;
	return message(attempt, at_us);
}

static const struct dialect *
find_dialect(const char *name)
{
	for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++)
		if (strcmp(dialects[i].name, name) == 0)
			return &dialects[i];
	return NULL;
}

int
main(int argc, char **argv)
{
	int flight = argc == 4 ? atoi(argv[3]) : 0;
	int running = 0;

	dialect = argc == 4 ? find_dialect(argv[1]) : NULL;
	if (dialect == NULL || flight < 1 || flight > FLIGHT_MAX) {
		fprintf(stderr, "usage: probe pam|gateway SOCKET IN-FLIGHT <attempts >times\n");
		return 2;
	}
	path = argv[2];
	watched = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < flight && start(&attempts[i]); i++)
		running++;
	while (running > 0) {
		struct epoll_event event;

		if (epoll_wait(watched, &event, 1, 60000) != 1)
			return 1;
		if (!readable(event.data.ptr) && !start(event.data.ptr))
			running--;
	}
	return 0;
}
