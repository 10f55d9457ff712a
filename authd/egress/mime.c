/*
 * What people have chosen stands in the subject and in the body alone, and there it is encoded
 * whenever it is more than plain words; so no name can begin a header.
 */
#include "config.h"

#include "authd/egress/mime.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base64.h"
#include "common/utf8.h"

#define US_PER_S 1000000
#define BODY_STEP 57 /* octets that become a line of 76 */
/*
 * RFC 2047, section 2: a line with an encoded word has 76 characters at most; "Subject: " and 12
 * around the word leave 55 in the first, and base64 makes 52 of 39 octets.
 */
#define WORD_STEP 39
#define PLAIN_MAX 60 /* a subject that needs no folding */

static wf_status
put(struct wf_buf *out, const char *text)
{
	return wf_buf_put(out, text, strlen(text));
}

/* A whole header, or a line of the body. */
static wf_status
put_line(struct wf_buf *out, const char *name, const char *value)
{
	wf_status status = put(out, name);

	if (status == WF_OK)
		status = put(out, value);
	return status == WF_OK ? put(out, "\r\n") : status;
}

/* --- the date --- */

/* RFC 5322, section 3.3: English, whatever the locale; the offset is UTC's. */
static wf_status
put_date(struct wf_buf *out, int64_t wall_us)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec"};
	const time_t seconds = (time_t)(wall_us / US_PER_S);
	struct tm tm;
	char text[64];

	if (gmtime_r(&seconds, &tm) == NULL)
		return WF_INVALID;
	(void)snprintf(text, sizeof(text), "%s, %02d %s %d %02d:%02d:%02d +0000", days[tm.tm_wday],
		tm.tm_mday, months[tm.tm_mon], 1900 + tm.tm_year, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return put_line(out, "Date: ", text);
}

/* --- the subject --- */

static bool
is_plain(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return len <= PLAIN_MAX && strstr(text, "=?") == NULL;
}

/* How many octets, whole characters, fit into a word. */
static size_t
word_of(const char *text)
{
	size_t len = strlen(text), n = 0;

	while (n < len) {
		uint32_t rune;
		size_t step = wf_utf8_decode((const uint8_t *)text + n, len - n, &rune);

		step = step > 0 ? step : 1;
		if (n + step > WORD_STEP)
			break;
		n += step;
	}
	return n;
}

static wf_status
put_words(struct wf_buf *out, const char *text)
{
	wf_status status = put(out, "Subject:");

	while (status == WF_OK && *text != '\0') {
		size_t n = word_of(text);
		char base64[WF_BASE64_LEN(WORD_STEP) + 4], word[96];

		wf_base64_encode((const uint8_t *)text, n, base64);
		text += n;
		(void)snprintf(word, sizeof(word), " =?UTF-8?B?%s?=\r\n", base64);
		status = put(out, word);
	}
	return status;
}

static wf_status
put_subject(struct wf_buf *out, const char *subject)
{
	return is_plain(subject) ? put_line(out, "Subject: ", subject) : put_words(out, subject);
}

/* --- whom it is for --- */

static wf_status
put_recipients(struct wf_buf *out, const struct letter *letter)
{
	wf_status status = put(out, "To:");

	for (size_t i = 0; status == WF_OK && i < letter->n; i++) {
		status = put(out, i == 0 ? " " : ",\r\n ");
		if (status == WF_OK)
			status = put(out, letter->to[i]);
	}
	return status == WF_OK ? put(out, "\r\n") : status;
}

static wf_status
put_id(struct wf_buf *out, const struct letter *letter, const char *from)
{
	char text[LETTER_ID_SIZE + CONFIG_ADDRESS_SIZE + 16];

	(void)snprintf(text, sizeof(text), "<warifu.%s@%s>", letter->id, strchr(from, '@') + 1);
	return put_line(out, "Message-ID: ", text);
}

/* --- the whole --- */

static wf_status
put_headers(struct wf_buf *out, const struct letter *letter, const struct mime_stamp *stamp)
{
	wf_status status = put_date(out, stamp->wall_us);

	if (status == WF_OK)
		status = put_line(out, "From: ", stamp->from);
	if (status == WF_OK)
		status = put_recipients(out, letter);
	if (status == WF_OK)
		status = put_id(out, letter, stamp->from);
	if (status == WF_OK)
		status = put_subject(out, letter->subject);
	/* RFC 3834: nobody's holiday is to be answered with. */
	return status == WF_OK ? put(out, "Auto-Submitted: auto-generated\r\n"
					  "MIME-Version: 1.0\r\n"
					  "Content-Type: text/plain; charset=UTF-8\r\n"
					  "Content-Transfer-Encoding: base64\r\n\r\n")
			       : status;
}

static wf_status
put_body(struct wf_buf *out, const char *body, size_t len)
{
	wf_status status = WF_OK;

	for (size_t at = 0; status == WF_OK && at < len; at += BODY_STEP) {
		char line[WF_BASE64_LEN(BODY_STEP) + 4];

		wf_base64_encode((const uint8_t *)body + at,
			len - at < BODY_STEP ? len - at : BODY_STEP, line);
		status = put_line(out, line, "");
	}
	return status;
}

wf_status
mime_write(const struct letter *letter, const struct mime_stamp *stamp, struct wf_buf *out)
{
	wf_status status = put_headers(out, letter, stamp);

	return status == WF_OK ? put_body(out, letter->body, letter->len) : status;
}
