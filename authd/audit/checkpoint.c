/*
 * Checkpoints as text.  One table says what stands in the line, in order; writer and reader walk
 * it.  The reader takes what the writer would write, to the octet: it writes what it has read and
 * compares.
 */
#include "config.h"

#include "authd/audit/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/audit/format.h"
#include "common/base64.h"
#include "common/secret.h"

#define BEGIN "warifu-checkpoint 1 "
#define LABEL "warifu checkpoint 1"
#define SIGNATURE " signature="
#define VALUE_SIZE 200 /* of any part but the signature: a node's name with each octet as %XX */

static const char *const reasons[] = {
	[CHECKPOINT_ROWS] = "rows",
	[CHECKPOINT_HOUR] = "hour",
	[CHECKPOINT_MONTH] = "month",
	[CHECKPOINT_STOP] = "stop",
	[CHECKPOINT_KEY] = "key",
	[CHECKPOINT_NEW_KEY] = "new-key",
	[CHECKPOINT_KEEP] = "keep",
};

#define REASONS (sizeof(reasons) / sizeof(reasons[0]))

const char *
audit_checkpoint_reason_name(enum audit_checkpoint_reason reason)
{
	return reason >= CHECKPOINT_ROWS && (size_t)reason < REASONS ? reasons[reason] : "unknown";
}

bool
audit_checkpoint_has_peer(const struct audit_checkpoint *checkpoint)
{
	return checkpoint->reason == CHECKPOINT_KEY || checkpoint->reason == CHECKPOINT_NEW_KEY;
}

wf_status
audit_store_name(const uint8_t id[32], char name_r[17])
{
	static const char label[] = "warifu store 1";
	uint8_t bytes[sizeof(label) + 32], hash[32];
	wf_status status;

	memcpy(bytes, label, sizeof(label));
	memcpy(bytes + sizeof(label), id, 32);
	status = crypto_sha256(bytes, sizeof(bytes), hash);
	for (size_t i = 0; status == WF_OK && i < 8; i++)
		(void)snprintf(name_r + 2 * i, 3, "%02x", hash[i]);
	return status;
}

/* --- single values, written and read --- */

static void
put_name(const struct audit_checkpoint *c, char *text_r)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	char *at = text_r;

	for (const char *from = c->node; *from != '\0'; from++) {
		if (strchr(plain, *from) != NULL)
			*at++ = *from;
		else
			at += snprintf(at, 4, "%%%02X", (unsigned char)*from);
	}
	*at = '\0';
}

static bool
get_octet(const char *text, uint8_t *octet_r)
{
	char two[3] = {text[0], '\0', '\0'};
	char *end;
	unsigned long value;

	if (text[0] != '\0')
		two[1] = text[1];
	value = strtoul(two, &end, 16);
	*octet_r = (uint8_t)value;
	return end == two + 2;
}

static bool
get_name(const char *text, struct audit_checkpoint *c)
{
	size_t n = 0;

	for (; *text != '\0' && n < sizeof(c->node) - 1; n++) {
		uint8_t octet = (uint8_t)*text;

		if (*text == '%' && !get_octet(text + 1, &octet))
			return false;
		text += *text == '%' ? 3 : 1;
		c->node[n] = (char)octet;
	}
	c->node[n] = '\0';
	return *text == '\0';
}

static void
put_hex(const uint8_t *bytes, size_t len, char *text_r)
{
	for (size_t i = 0; i < len; i++)
		(void)snprintf(text_r + 2 * i, 3, "%02x", bytes[i]);
}

static void
put_chain(const struct audit_checkpoint *c, char *text_r)
{
	put_hex(c->chain, sizeof(c->chain), text_r);
}

static bool
get_chain(const char *text, struct audit_checkpoint *c)
{
	for (size_t i = 0; i < sizeof(c->chain); i++) {
		if (!get_octet(text + 2 * i, &c->chain[i]))
			return false;
	}
	return true;
}

static void
put_time(const struct audit_checkpoint *c, char *text_r)
{
	audit_time_text(c->time_us, c->offset_min, text_r);
}

static bool
get_time(const char *text, struct audit_checkpoint *c)
{
	return audit_time_read(text, &c->time_us, &c->offset_min);
}

static void
put_reason(const struct audit_checkpoint *c, char *text_r)
{
	(void)snprintf(text_r, VALUE_SIZE, "%s", audit_checkpoint_reason_name(c->reason));
}

static bool
get_reason(const char *text, struct audit_checkpoint *c)
{
	for (size_t i = CHECKPOINT_ROWS; i < REASONS; i++) {
		if (strcmp(text, reasons[i]) == 0) {
			c->reason = (enum audit_checkpoint_reason)i;
			return true;
		}
	}
	return false;
}

static void
put_peer(const struct audit_checkpoint *c, char *text_r)
{
	wf_base64_encode(c->peer, sizeof(c->peer), text_r);
}

static bool
get_peer(const char *text, struct audit_checkpoint *c)
{
	size_t len;

	return wf_base64_decode(text, strlen(text), c->peer, sizeof(c->peer), &len) == WF_OK &&
	       len == sizeof(c->peer);
}

/* --- the table --- */

struct part {
	const char *name;
	size_t text;   /* where a plain text stands, of so many octets; or */
	size_t size;
	size_t number; /* a number, with size 0; or */
	void (*put)(const struct audit_checkpoint *c, char *text_r);
	bool (*get)(const char *text, struct audit_checkpoint *c);
};

#define TEXT(name, member)                                       \
	{                                                        \
		name, offsetof(struct audit_checkpoint, member), \
			sizeof(((struct audit_checkpoint *)NULL)->member), 0, NULL, NULL \
	}
#define NUMBER(name) {#name, 0, 0, offsetof(struct audit_checkpoint, name), NULL, NULL}
#define MADE(name, put, get) {name, 0, 0, 0, put, get}

static const struct part parts[] = {
	MADE("node", put_name, get_name),
	TEXT("store", store),
	NUMBER(generation),
	NUMBER(number),
	NUMBER(seq),
	MADE("chain", put_chain, get_chain),
	MADE("time", put_time, get_time),
	MADE("reason", put_reason, get_reason),
	NUMBER(keep),
	TEXT("key", key),
	MADE("peer", put_peer, get_peer),
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

static bool
is_there(const struct part *part, const struct audit_checkpoint *c)
{
	return part->put != put_peer || audit_checkpoint_has_peer(c);
}

static void
part_write(const struct part *part, const struct audit_checkpoint *c, char text_r[VALUE_SIZE])
{
	uint64_t number;

	if (part->put != NULL) {
		part->put(c, text_r);
	} else if (part->size > 0) {
		(void)snprintf(text_r, VALUE_SIZE, "%s", (const char *)c + part->text);
	} else {
		memcpy(&number, (const char *)c + part->number, sizeof(number));
		(void)snprintf(text_r, VALUE_SIZE, "%" PRIu64, number);
	}
}

static bool
part_read(const struct part *part, const char *text, struct audit_checkpoint *c)
{
	uint64_t number;

	if (part->get != NULL)
		return part->get(text, c);
	if (part->size > 0)
		return snprintf((char *)c + part->text, part->size, "%s", text) < (int)part->size;
	number = strtoull(text, NULL, 10); /* what is no number is not written like this */
	memcpy((char *)c + part->number, &number, sizeof(number));
	return true;
}

/* The line up to what is signed. */
static size_t
write_signed(const struct audit_checkpoint *c, char line_r[AUDIT_CHECKPOINT_SIZE])
{
	char value[VALUE_SIZE];
	size_t len = sizeof(BEGIN) - 2;

	memcpy(line_r, BEGIN, len);
	for (size_t i = 0; i < PARTS; i++) {
		if (!is_there(&parts[i], c))
			continue;
		part_write(&parts[i], c, value);
		len += (size_t)snprintf(line_r + len, AUDIT_CHECKPOINT_SIZE - len, " %s=%s",
			parts[i].name, value);
	}
	return len;
}

void
audit_checkpoint_write(
	const struct audit_checkpoint *checkpoint, char line_r[AUDIT_CHECKPOINT_SIZE])
{
	size_t len = write_signed(checkpoint, line_r);

	memcpy(line_r + len, SIGNATURE, sizeof(SIGNATURE) - 1);
	wf_base64_encode(checkpoint->signature, sizeof(checkpoint->signature),
		line_r + len + sizeof(SIGNATURE) - 1);
}

/* What is signed: the label with its NUL, then the line. */
struct signed_text {
	char bytes[sizeof(LABEL) + AUDIT_CHECKPOINT_SIZE];
	size_t len;
};

static void
signed_text(const struct audit_checkpoint *checkpoint, struct signed_text *text_r)
{
	memcpy(text_r->bytes, LABEL, sizeof(LABEL));
	text_r->len = sizeof(LABEL) + write_signed(checkpoint, text_r->bytes + sizeof(LABEL));
}

wf_status
audit_checkpoint_sign(struct audit_checkpoint *checkpoint, const struct signing_key *key)
{
	struct audit_checkpoint done = *checkpoint;
	struct signed_text text;
	wf_status status;

	(void)snprintf(done.key, sizeof(done.key), "%s", key->public.fingerprint);
	signed_text(&done, &text);
	status = signing_sign(key, text.bytes, text.len, done.signature);
	if (status == WF_OK)
		*checkpoint = done;
	return status;
}

wf_status
audit_checkpoint_verify(
	const struct audit_checkpoint *checkpoint, const struct signing_public *public)
{
	struct signed_text text;

	if (strcmp(checkpoint->key, public->fingerprint) != 0)
		return WF_CORRUPT;
	signed_text(checkpoint, &text);
	return signing_verify(public, text.bytes, text.len, checkpoint->signature);
}

/* The next word of the line, without `name` and '='. */
static bool
next_value(const char **at, const char *end, const char *name, char value_r[VALUE_SIZE])
{
	size_t skip = strlen(name) + 1;
	const char *from = *at + skip;
	const char *blank;
	size_t len;

	if ((size_t)(end - *at) <= skip || strncmp(*at, name, skip - 1) != 0 || from[-1] != '=')
		return false;
	blank = memchr(from, ' ', (size_t)(end - from));
	len = (size_t)((blank != NULL ? blank : end) - from);
	if (len >= VALUE_SIZE || memchr(from, '\0', len) != NULL)
		return false;
	memcpy(value_r, from, len);
	value_r[len] = '\0';
	*at = blank != NULL ? blank + 1 : end;
	return true;
}

static bool
read_parts(const char *at, const char *end, struct audit_checkpoint *c)
{
	char value[VALUE_SIZE];

	for (size_t i = 0; i < PARTS; i++) {
		if (is_there(&parts[i], c) && (!next_value(&at, end, parts[i].name, value) ||
						      !part_read(&parts[i], value, c)))
			return false;
	}
	return at == end;
}

static bool
read_signature(const char *text, size_t len, struct audit_checkpoint *c)
{
	size_t n;

	return wf_base64_decode(text, len, c->signature, sizeof(c->signature), &n) == WF_OK &&
	       n == sizeof(c->signature);
}

/* As the writer would write it, from its beginning up to the end of the signature. */
static bool
is_as_written(const char *text, size_t len, const struct audit_checkpoint *c)
{
	char line[AUDIT_CHECKPOINT_SIZE];

	audit_checkpoint_write(c, line);
	return strlen(line) == len && wf_mem_equal(line, text, len);
}

/* As audit_checkpoint_find(), wherever it stands. */
static wf_status
find_any(const char *text, size_t len, struct audit_checkpoint *checkpoint_r, size_t *used_r)
{
	const size_t base64 = (SIGNING_SIGNATURE_LEN + 2) / 3 * 4;
	const char *begin = memmem(text, len, BEGIN, sizeof(BEGIN) - 1);
	const char *parts_at, *sign, *end;
	struct audit_checkpoint c;

	if (begin == NULL)
		return WF_NOT_FOUND;
	memset(&c, 0, sizeof(c));
	parts_at = begin + sizeof(BEGIN) - 1;
	*used_r = (size_t)(parts_at - text);
	end = text + len;
	if ((size_t)(end - begin) > AUDIT_CHECKPOINT_SIZE)
		end = begin + AUDIT_CHECKPOINT_SIZE;
	sign = memmem(parts_at, (size_t)(end - parts_at), SIGNATURE, sizeof(SIGNATURE) - 1);
	if (sign == NULL || (size_t)(end - sign) < sizeof(SIGNATURE) - 1 + base64)
		return WF_CORRUPT;
	end = sign + sizeof(SIGNATURE) - 1;
	if (!read_parts(parts_at, sign, &c) || !read_signature(end, base64, &c) ||
		!is_as_written(begin, (size_t)(end - begin) + base64, &c))
		return WF_CORRUPT;
	*checkpoint_r = c;
	*used_r = (size_t)(end - text) + base64;
	return WF_OK;
}

/*
 * Whether what ends at `at` is where the daemon's own lines begin: nothing, or what syslog puts in
 * front.  A name that somebody typed stands behind another program's.
 */
static bool
is_own_place(const char *text, const char *at)
{
	static const char tag[] = "warifud";
	const char *line = memrchr(text, '\n', (size_t)(at - text));
	const char *colon, *word;

	line = line == NULL ? text : line + 1;
	colon = memmem(line, (size_t)(at - line), ": ", 2);
	if (colon == NULL)
		return true;
	word = memrchr(line, ' ', (size_t)(colon - line));
	word = word == NULL ? line : word + 1;
	return colon + 2 == at && strncmp(word, tag, sizeof(tag) - 1) == 0;
}

wf_status
audit_checkpoint_find(
	const char *text, size_t len, struct audit_checkpoint *checkpoint_r, size_t *used_r)
{
	size_t past = 0, used = 0;
	wf_status status;

	do {
		status = find_any(text + past, len - past, checkpoint_r, &used);
		if (status == WF_NOT_FOUND)
			return status;
		past += used;
	} while (status == WF_CORRUPT && !is_own_place(text, text + past - (sizeof(BEGIN) - 1)));
	*used_r = past;
	return status;
}

bool
audit_checkpoint_is_torn(
	const char *rest, size_t len, const struct audit_checkpoint *checkpoint)
{
	char line[AUDIT_CHECKPOINT_SIZE];

	audit_checkpoint_write(checkpoint, line);
	return sizeof(BEGIN) - 1 + len < strlen(line) &&
	       strncmp(line + sizeof(BEGIN) - 1, rest, len) == 0;
}
