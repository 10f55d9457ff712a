/*
 * Mail, through libcurl: one connection for each letter, encrypted, to one server after the other
 * until one has said yes or no. Those that were silent lately come last.
 *
 * - Yes is the server's answer to the whole letter, for at least one of its recipients; who of them
 *   was refused, or put off, is said with it.
 * - No is a final answer (5xx) to sender, recipients or letter: no other server is asked.
 * - All else, a refused password among it, is the next server's turn. What came after the letter's
 *   end is not known then, so it may come twice, under the same Message-ID.
 *
 * libcurl keeps the password in memory of its own while it sends; so all that it frees is wiped.
 */
#include "config.h"

#include <curl/curl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/egress/mime.h"
#include "authd/egress/reply_text.h"
#include "authd/egress/trade.h"
#include "common/fault.h"

#define URL_SIZE 400
#define FINAL 500	/* replies from here on are, RFC 5321, section 4.2.1 */
#define PUT_OFF 400

/* --- memory that is wiped --- */

static void
wiping_free(void *memory)
{
	if (memory == NULL)
		return;
	wf_wipe(memory, malloc_usable_size(memory));
	free(memory);
}

static void *
wiping_realloc(void *memory, size_t size)
{
	size_t before = memory == NULL ? 0 : malloc_usable_size(memory);
	void *larger = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(size);

	if (larger == NULL)
		return NULL;
	if (memory != NULL)
		memcpy(larger, memory, before < size ? before : size);
	wiping_free(memory);
	return larger;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode ready = CURLE_FAILED_INIT;

static void
make_ready(void)
{
	ready = curl_global_init_mem(
		CURL_GLOBAL_DEFAULT, malloc, wiping_free, wiping_realloc, strdup, calloc);
}

/* --- scratch --- */

struct post {
	struct wf_buf message;
};

static wf_status
scratch_new(void **scratch_r)
{
	struct post *post = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*post));

	if (post == NULL)
		return WF_NO_MEMORY;
	(void)pthread_once(&once, make_ready);
	wf_buf_init(&post->message, MIME_MAX);
	*scratch_r = post;
	return WF_OK;
}

static void
scratch_free(void **scratch)
{
	struct post *post = *scratch;

	*scratch = NULL;
	if (post == NULL)
		return;
	wf_buf_clear(&post->message);
	free(post);
}

/* --- one server --- */

/* A letter on its way to one server. */
struct call {
	struct order *order;
	const struct letter *letter;
	const struct config_mail_server *server;
	const struct wf_buf *message;
	long patience_ms; /* above 0, which would be for ever */
	size_t sent;   /* bytes of it */
	bool begun;    /* the server wants it, or has it */
	long code;     /* the last reply of the server */
	unsigned noes; /* replies of 4xx and 5xx */
	char said[EGRESS_TEXT_MAX]; /* the first of them, which names whom it is about */
	char error[CURL_ERROR_SIZE];
};

static size_t
give_message(char *buffer, size_t size, size_t n, void *arg)
{
	struct call *call = arg;
	size_t left = call->message->len - call->sent;
	size_t len = left < size * n ? left : size * n;

	call->begun = true;
	memcpy(buffer, call->message->data + call->sent, len);
	call->sent += len;
	return len;
}

/* Each line that the server says: "550 5.1.1 nobody of that name", "250-STARTTLS". */
static size_t
hear_line(char *line, size_t size, size_t n, void *arg)
{
	struct call *call = arg;
	size_t len = size * n;
	char code[4] = "";

	if (len < 4 || line[3] == '-')
		return len;
	memcpy(code, line, 3);
	call->code = strtol(code, NULL, 10);
	if (call->code < PUT_OFF)
		return len;
	if (call->noes++ == 0)
		reply_text_add(
			call->said, sizeof(call->said), (const uint8_t *)line, len);
	return len;
}

/* About once a second, and more often while something happens: whether to go on. */
static int
look_up(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct call *call = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return atomic_load(call->order->dropped) ? 1 : 0;
}

/* The name of this host, which the server is greeted with, stands behind the port. */
static void
url_of(const struct call *call, char url_r[URL_SIZE])
{
	const struct config_mail_server *server = call->server;
	const bool ipv6 = strchr(server->host, ':') != NULL;

	(void)snprintf(url_r, URL_SIZE, "%s://%s%s%s:%s/%.64s",
		server->way == MAIL_TLS ? "smtps" : "smtp", ipv6 ? "[" : "", server->host,
		ipv6 ? "]" : "", server->port, call->order->target->node);
}

static long
patience_ms(const struct call *call)
{
	const struct config_mail *mail = call->order->target->mail;
	int64_t left_ms =
		(call->order->deadline_boot_us - wf_clock_now(&call->order->clock).boot_us) / 1000;

	return left_ms < (int64_t)mail->timeout_ms ? (long)left_ms : (long)mail->timeout_ms;
}

static void
set_texts(CURL *curl, const struct call *call)
{
	const struct target *target = call->order->target;
	char url[URL_SIZE];

	url_of(call, url);
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_MAIL_FROM, target->mail->from);
	if (target->mail->ca_file[0] != '\0')
		(void)curl_easy_setopt(curl, CURLOPT_CAINFO, target->mail->ca_file);
	if (target->mail->user[0] == '\0')
		return;
	(void)curl_easy_setopt(curl, CURLOPT_USERNAME, target->mail->user);
	(void)curl_easy_setopt(curl, CURLOPT_PASSWORD, (const char *)target->secret.bytes);
}

static void
set_numbers(CURL *curl, const struct call *call)
{
	const long use_ssl = call->server->way == MAIL_PLAIN ? CURLUSESSL_NONE : CURLUSESSL_ALL;

	(void)curl_easy_setopt(curl, CURLOPT_USE_SSL, use_ssl);
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	(void)curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	(void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, call->patience_ms);
	(void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

static void
set_calls(CURL *curl, struct call *call)
{
	(void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_message);
	(void)curl_easy_setopt(curl, CURLOPT_READDATA, call);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear_line);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, call);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_up);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, call);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, call->error);
}

static struct curl_slist *
recipients_of(const struct letter *letter)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < letter->n; i++) {
		struct curl_slist *longer = curl_slist_append(list, letter->to[i]);

		if (longer == NULL) {
			curl_slist_free_all(list);
			return NULL;
		}
		list = longer;
	}
	return list;
}

static CURLcode
send_letter(struct call *call)
{
	CURL *curl = ready == CURLE_OK ? curl_easy_init() : NULL;
	struct curl_slist *to = curl == NULL ? NULL : recipients_of(call->letter);
	CURLcode result = CURLE_OUT_OF_MEMORY;

	if (to != NULL) {
		set_texts(curl, call);
		set_numbers(curl, call);
		set_calls(curl, call);
		(void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
		result = curl_easy_perform(curl);
	}
	curl_easy_cleanup(curl);
	curl_slist_free_all(to);
	return result;
}

/* --- what came of it --- */

/*
 * A refusal of sender or recipients ends libcurl's sending, one of the letter is an answer that it
 * did not want; a refused greeting, or password, is neither.
 */
static bool
is_refused(const struct call *call, CURLcode result)
{
	return call->code >= FINAL &&
	       (result == CURLE_SEND_ERROR ||
		       (result == CURLE_WEIRD_SERVER_REPLY && call->begun));
}

static void
take_answer(struct call *call, enum wf_outcome outcome)
{
	struct egress_reply *reply = &call->order->reply;

	*reply = (struct egress_reply){.outcome = outcome};
	(void)snprintf(reply->server, sizeof(reply->server), "%.63s", call->server->to);
	if (call->noes > 0)
		(void)snprintf(reply->text, sizeof(reply->text), "%s", call->said);
}

static void
take_silence(struct call *call, CURLcode result)
{
	const char *why = call->error[0] != '\0' ? call->error : curl_easy_strerror(result);
	char cause[EGRESS_CAUSE_MAX] = "";
	char text[2 * EGRESS_CAUSE_MAX];

	(void)snprintf(text, sizeof(text), "%.90s: %.150s%s%.60s", call->server->to, why,
		call->noes > 0 ? ": " : "", call->noes > 0 ? call->said : "");
	reply_text_add(cause, sizeof(cause), (const uint8_t *)text, strlen(text));
	order_fail(call->order,
		result == CURLE_OUT_OF_MEMORY ? WF_WHY_INTERNAL
		: call->begun && call->sent == call->message->len ? WF_WHY_CUT
								  : WF_WHY_TIMEOUT,
		cause);
}

static void
ask_server(struct order *order, const struct letter *letter, const struct wf_buf *message,
	size_t server)
{
	struct call call = {.order = order,
		.letter = letter,
		.message = message,
		.server = &order->target->mail->servers[server]};
	CURLcode result;

	call.patience_ms = patience_ms(&call);
	if (call.patience_ms <= 0)
		return;
	result = send_letter(&call);
	if (result == CURLE_OK)
		take_answer(&call, WF_OUTCOME_DELIVERED);
	else if (is_refused(&call, result))
		take_answer(&call, WF_OUTCOME_REJECT);
	else
		take_silence(&call, result);
	order_note_silence(order, server, order->reply.outcome == WF_OUTCOME_UNREACHABLE);
}

static void
ask_all(struct order *order, const struct letter *letter, const struct wf_buf *message)
{
	size_t servers[CONFIG_UPSTREAM_SERVERS_MAX];
	const size_t n = order->target->mail->nservers;

	order_line_up(order, n, servers);
	for (size_t i = 0; i < n; i++) {
		if (order->reply.outcome != WF_OUTCOME_UNREACHABLE || atomic_load(order->dropped))
			return;
		ask_server(order, letter, message, servers[i]);
	}
}

static void
ask(struct order *order, void *scratch)
{
	struct post *post = scratch;
	struct letter letter;
	struct mime_stamp stamp = {.from = order->target->mail->from,
		.wall_us = wf_clock_now(&order->clock).wall_us};

	wf_buf_cut(&post->message, 0);
	if (letter_read(order->load.data, order->load.len, &letter) != WF_OK) {
		order_fail(order, WF_WHY_UNSENDABLE, "what is to be delivered is no letter");
		return;
	}
	if (mime_write(&letter, &stamp, &post->message) != WF_OK) {
		order_fail(order, WF_WHY_INTERNAL, "there is no memory for the letter");
		return;
	}
	order_fail(order, WF_WHY_DEADLINE, "no server was tried before the deadline");
	ask_all(order, &letter, &post->message);
}

const struct trade trade_mail = {
	.id = WF_TRADE_MAIL,
	.section = CONFIG_MAIL,
	.delivers = true,
	.scratch_new = scratch_new,
	.scratch_free = scratch_free,
	.ask = ask,
};
