/*
 * A client of the load generator: frames by hand, because the library's secret memory would cost more here than
 * what is measured.  It trusts the daemon: a frame that it does not know is a lost login.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/wire.h"
#include "tests/bench/load.h"
#include "tests/bench/people.h"

struct frame {
	uint8_t bytes[1024];
	size_t len;
};

static void
put(struct frame *frame, const void *bytes, size_t len)
{
	memcpy(frame->bytes + frame->len, bytes, len);
	frame->len += len;
}

static void
put_u16(struct frame *frame, unsigned value)
{
	uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};

	put(frame, bytes, sizeof(bytes));
}

static void
put_field(struct frame *frame, enum wf_field_id id, const void *bytes, size_t len)
{
	put_u16(frame, id);
	put_u16(frame, (unsigned)len);
	put(frame, bytes, len);
}

static void
put_text(struct frame *frame, enum wf_field_id id, const char *text)
{
	put_field(frame, id, text, strlen(text));
}

static void
frame_start(struct frame *frame, enum wf_msg_type type)
{
	frame->len = 0;
	put_u16(frame, 0);
	put_u16(frame, 0);
	put_u16(frame, WF_WIRE_VERSION);
	put_u16(frame, type);
}

static bool
frame_send(const struct load_client *client, struct frame *frame)
{
	size_t len = frame->len - 4;

	frame->bytes[2] = (uint8_t)(len >> 8);
	frame->bytes[3] = (uint8_t)len;
	return send(client->fd, frame->bytes, frame->len, MSG_NOSIGNAL) == (ssize_t)frame->len;
}

bool
client_connect(struct load_client *client, const struct load_options *options)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(options->socket) >= sizeof(addr.sun_path))
		return false;
	memcpy(addr.sun_path, options->socket, strlen(options->socket));
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
		close(fd);
		return false;
	}
	client->fd = fd;
	client->have = 0;
	client->state = LOAD_IDLE;
	return true;
}

void
client_close(struct load_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	client->state = LOAD_IDLE;
}

/* The people are shared out among the clients: nobody logs in twice at once. */
static uint32_t
client_person(const struct load_client *client, const struct load_options *options)
{
	uint32_t own = options->people / options->clients;

	return options->first + client->index + options->clients * (own > 0 ? client->turn % own : 0);
}

bool
client_begin(struct load_client *client, const struct load_options *options, int64_t now_us)
{
	struct frame frame;
	uint8_t purpose = WF_PURPOSE_LOGIN;
	char name[PEOPLE_NAME_SIZE + 16];
	char source[32];

	client->person = client_person(client, options);
	people_name(client->person, name);
	if (options->wrong)
		(void)snprintf(name, sizeof(name), "nobody%u.%u", (unsigned)client->index, (unsigned)client->turn);
	(void)snprintf(source, sizeof(source), "10.%u.%u.%u", (unsigned)(client->person >> 16 & 255),
		(unsigned)(client->person >> 8 & 255), (unsigned)(client->person & 255));
	client->turn++;
	frame_start(&frame, WF_MSG_BEGIN);
	put_field(&frame, WF_F_PURPOSE, &purpose, 1);
	put_text(&frame, WF_F_USER, name);
	put_text(&frame, WF_F_SERVICE, options->service);
	put_text(&frame, WF_F_RHOST, source);
	put_text(&frame, WF_F_TTY, "ssh");
	put_text(&frame, WF_F_LANGUAGE, "en");
	client->began_us = now_us;
	client->state = LOAD_BEGUN;
	return frame_send(client, &frame);
}

static void
put_answer(struct frame *frame, uint8_t id, const char *answer)
{
	char tagged[128];
	size_t len = strlen(answer);

	tagged[0] = (char)id;
	memcpy(tagged + 1, answer, len);
	put_field(frame, WF_F_ANSWER, tagged, len + 1);
}

static unsigned
get_u16(const uint8_t *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

/* The answer to one prompt: u8 id, u8 echo, u16 text. */
static void
answer_prompt(const struct load_client *client, const struct load_options *options, struct load_people *people,
	const uint8_t *prompt, struct frame *answer)
{
	char code[PEOPLE_CODE_SIZE] = "000000";
	bool bad = options->wrong || options->guess;

	if (get_u16(prompt + 2) != WF_TEXT_CODE) {
		put_answer(answer, prompt[0], bad ? "seven plum trees" : PEOPLE_PASSWORD);
		return;
	}
	if (!bad)
		people_code(client->person, people->counters[client->person]++, code);
	put_answer(answer, prompt[0], code);
}

static bool
client_answer(struct load_client *client, const struct load_options *options, struct load_people *people,
	const uint8_t *bytes, size_t len)
{
	struct frame answer;

	frame_start(&answer, WF_MSG_ANSWER);
	for (size_t at = WF_WIRE_HEADER; at + 4 <= len;) {
		unsigned id = get_u16(bytes + at);
		unsigned size = get_u16(bytes + at + 2);

		at += 4;
		if (size > len - at)
			return false;
		if (id == WF_F_TXN)
			put_field(&answer, WF_F_TXN, bytes + at, size);
		else if (id == WF_F_PROMPT && size >= 4)
			answer_prompt(client, options, people, bytes + at, &answer);
		at += size;
	}
	client->state = LOAD_ANSWERED;
	return frame_send(client, &answer);
}

static enum load_end
result_end(const uint8_t *bytes, size_t len)
{
	static const enum load_end ends[WF_VERDICT_COUNT] = {
		[WF_VERDICT_REJECT] = LOAD_REJECTED,
		[WF_VERDICT_ACCEPT] = LOAD_ACCEPTED,
		[WF_VERDICT_UNAVAILABLE] = LOAD_UNAVAILABLE,
		[WF_VERDICT_IGNORE] = LOAD_LOST,
		[WF_VERDICT_CHANGE] = LOAD_LOST,
		[WF_VERDICT_EXPIRED] = LOAD_LOST,
	};

	for (size_t at = WF_WIRE_HEADER; at + 4 < len; at += 4 + get_u16(bytes + at + 2))
		if (get_u16(bytes + at) == WF_F_VERDICT && bytes[at + 4] < WF_VERDICT_COUNT)
			return ends[bytes[at + 4]];
	return LOAD_LOST;
}

/* Length of the whole frame at the beginning of what came in; 0: there is more to come. */
static size_t
frame_whole(const struct load_client *client)
{
	size_t len;

	if (client->have < WF_WIRE_HEADER)
		return 0;
	len = 4 + ((size_t)client->in[2] << 8 | client->in[3]);
	return client->have >= len ? len : 0;
}

bool
client_ready(struct load_client *client, const struct load_options *options, struct load_people *people,
	int64_t now_us, enum load_end *end_r)
{
	ssize_t got = recv(client->fd, client->in + client->have, sizeof(client->in) - client->have, 0);
	size_t len;
	bool asked;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	*end_r = LOAD_LOST;
	if (got <= 0)
		return true;
	client->have += (size_t)got;
	len = frame_whole(client);
	if (len == 0)
		return client->have == sizeof(client->in);
	client->have = 0; /* one frame at a time: nothing else is under way */
	asked = get_u16(client->in + 6) == WF_MSG_PROMPTS;
	if (asked) {
		client->asked_us = now_us;
		return !client_answer(client, options, people, client->in, len);
	}
	*end_r = result_end(client->in, len);
	return true;
}
