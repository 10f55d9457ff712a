/*
 * Times logins from the peer's side: how long from BEGIN to the prompts, and from ANSWER to the
 * result.
 *
 *   probe SOCKET IN-FLIGHT <attempts >times
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

static struct attempt attempts[FLIGHT_MAX];
static int watched;
static const char *path;

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

/* Version 2 of the protocol; the length is put in by frame_send(). */
static void
frame_start(struct frame *frame, uint32_t type)
{
	frame->len = 4;
	put_number(frame, 2, 2);
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

static void
send_begin(struct attempt *attempt)
{
	struct frame frame;

	frame_start(&frame, 1);
	put_field(&frame, 2, "\1", 1);
	put_field(&frame, 3, attempt->field[USER], strlen(attempt->field[USER]));
	put_field(&frame, 4, "sshd", 4);
	put_field(&frame, 5, attempt->field[SOURCE], strlen(attempt->field[SOURCE]));
	put_field(&frame, 8, "en", 2);
	attempt->sent_us = now_us();
	if (!frame_send(attempt->fd, &frame))
		perror("probe: send");
}

/* Connects and sends BEGIN; false when there is nothing more to do. */
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

/* Answers each prompt: text 2 is the code, any other the password. */
static void
send_answer(struct attempt *attempt)
{
	struct frame frame;
	size_t len, at = 8;
	const uint8_t *txn = find_field(attempt, 1, &len);

	if (txn == NULL)
		return;
	frame_start(&frame, 2);
	put_field(&frame, 1, txn, len);
	for (; at + 4 <= attempt->len; at += 4 + number(attempt->in + at + 2, 2)) {
		uint8_t answer[LINE_SIZE];
		const uint8_t *prompt = attempt->in + at + 4;
		const char *text;

		if (number(attempt->in + at, 2) != 12)
			continue;
		text = attempt->field[number(prompt + 2, 2) == 2 ? CODE : PASSWORD];
		answer[0] = prompt[0];
		memcpy(answer + 1, text, strlen(text));
		put_field(&frame, 11, answer, strlen(text) + 1);
	}
	attempt->asked = true;
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

	if (number(attempt->in + 6, 2) == 32 && !attempt->asked) {
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

int
main(int argc, char **argv)
{
	int flight = argc == 3 ? atoi(argv[2]) : 0;
	int running = 0;

	if (flight < 1 || flight > FLIGHT_MAX) {
		fprintf(stderr, "usage: probe SOCKET IN-FLIGHT <attempts >times\n");
		return 2;
	}
	path = argv[1];
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
