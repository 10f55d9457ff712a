/*
 * Acts as they come over the control socket, against a real store: the first line of the input is
 * "ACT [ROLE]" (administrator where there is none), each further one an argument, a secret if it
 * begins with '!'. Which arguments an act takes is computed a second time here. Whatever comes in:
 * the answer can be sent, holds a sentence and nothing of a secret, and what did not succeed has
 * changed nothing.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/internal.h"
#include "common/utf8.h"
#include "common/wire.h"
#include "tests/fuzz/acts_place.h"
#include "tests/fuzz/fuzz.h"

#define SECRET_SHOWN 8 /* shorter ones may stand in a sentence by chance */
#define TIME_END INT64_C(253402300800) /* the year 10000 */

struct piece {
	const uint8_t *bytes;
	size_t len;
};

/* --- which arguments are right, by the table --- */

static bool
whole_number(const char *text, int64_t *value_r)
{
	const bool negative = text[0] == '-';
	__int128 value = 0;

	text += negative;
	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (text[i] - '0');
		if (value > (__int128)INT64_MAX + negative)
			return false;
	}
	*value_r = (int64_t)(negative ? -value : value);
	return text[0] != '\0';
}

static bool
one_of(const char *choices, const char *value)
{
	char *list = strdup(choices), *rest = list;
	bool found = false;

	FUZZ_CHECK(list != NULL);
	for (char *choice = strsep(&rest, "|"); choice != NULL; choice = strsep(&rest, "|"))
		found = found || strcmp(choice, value) == 0;
	free(list);
	return found;
}

static bool
networks(const char *value)
{
	char *list = strdup(value), *rest = list;
	struct wf_network network;
	bool fine = true;

	FUZZ_CHECK(list != NULL);
	for (char *one = strsep(&rest, " "); one != NULL; one = strsep(&rest, " "))
		fine = fine && (one[0] == '\0' || wf_network_parse(one, &network) == WF_OK);
	free(list);
	return fine;
}

/* Each once, however often it is written. */
static bool
groups(const char *value)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_.-";
	const char *seen[ACCOUNT_GROUPS_MAX];
	char *list = strdup(value), *rest = list;
	size_t n = 0;
	bool fine = true;

	FUZZ_CHECK(list != NULL);
	for (char *one = strsep(&rest, " ,"); one != NULL && fine; one = strsep(&rest, " ,")) {
		size_t at = 0;

		while (at < n && strcmp(seen[at], one) != 0)
			at++;
		if (one[0] == '\0' || at < n)
			continue;
		fine = strspn(one, letters) == strlen(one) && strlen(one) <= ACCOUNT_GROUP_LEN &&
		       n < ACCOUNT_GROUPS_MAX;
		if (fine)
			seen[n++] = one;
	}
	free(list);
	return fine;
}

static bool
user_name(const char *value)
{
	char shown[4 * WF_NAME_MAX + 1];

	if (strlen(value) > WF_NAME_MAX || strpbrk(value, ":/\\") != NULL)
		return false;
	(void)wf_utf8_escape(value, strlen(value), NULL, shown, sizeof(shown));
	return wf_utf8_valid(value, strlen(value), false) && strcmp(shown, value) == 0;
}

static bool
value_fits(const struct act_arg_spec *spec, const char *value)
{
	const size_t len = strlen(value);
	int64_t number = 0;

	switch (spec->type) {
	case ARG_TEXT:
		return len <= (size_t)spec->max;
	case ARG_USER:
		return user_name(value);
	case ARG_NUMBER:
		return whole_number(value, &number) && number >= spec->min && number <= spec->max;
	case ARG_TIME:
		return whole_number(value, &number) && number > 0 && number < TIME_END * US_PER_S;
	case ARG_FLAG:
		return one_of("0|1", value);
	case ARG_CHOICE:
		return one_of(spec->choices, value);
	case ARG_NETWORKS:
		return len <= (size_t)spec->max && networks(value);
	case ARG_GROUPS:
		return len <= (size_t)spec->max && groups(value);
	case ARG_HEX:
		return len == 2 * (size_t)spec->max &&
		       strspn(value, "0123456789abcdefABCDEF") == len;
	}
	return false;
}

static bool
secret_fits(const struct act_arg_spec *spec, const struct wf_secret *secret)
{
	return secret->len <= (size_t)spec->max && memchr(secret->bytes, '\0', secret->len) == NULL;
}

/* How many of these arguments are this one, and whether their values fit. */
static size_t
given(const struct act_call *call, const struct act_arg_spec *spec, bool *fits)
{
	size_t n = 0;

	for (size_t i = 0; !spec->secret && i < call->nargs; i++) {
		const char *value = call->args[i].value;

		if (strcmp(call->args[i].key, spec->name) != 0)
			continue;
		n++;
		*fits = *fits && (value[0] == '\0' ? spec->clears : value_fits(spec, value));
	}
	for (size_t i = 0; spec->secret && i < call->nsecrets; i++) {
		const struct wf_secret *secret = &call->secrets[i];

		if (strcmp(call->secret_keys[i], spec->name) != 0)
			continue;
		n++;
		*fits = *fits && (secret->len == 0 ? spec->clears : secret_fits(spec, secret));
	}
	return n;
}

static bool
args_fit(const struct act *act, const struct act_call *call)
{
	size_t known = 0;
	bool fits = true;

	for (const struct act_arg_spec *spec = act->args; spec->name != NULL; spec++) {
		size_t n = given(call, spec, &fits);

		fits = fits && n <= 1 && (n == 1 || !spec->required);
		known += n;
	}
	return fits && known == call->nargs + call->nsecrets;
}

/* --- from the input to the call --- */

static struct piece
line(const uint8_t **at, const uint8_t *end)
{
	const uint8_t *stop = *at < end ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;
	struct piece piece = {*at, (size_t)((stop != NULL ? stop : end) - *at)};

	*at = stop != NULL ? stop + 1 : end;
	return piece;
}

static bool
is_arg(const struct piece *piece, const char *key, const void *value, size_t len)
{
	size_t n = strlen(key);

	return piece->len == n + 1 + len && memcmp(piece->bytes, key, n) == 0 &&
	       piece->bytes[n] == '=' &&
	       (len == 0 || memcmp(piece->bytes + n + 1, value, len) == 0);
}

/* A message of all arguments that the wire takes; what is read from it is what was put in. */
static bool
read_call(const uint8_t *at, const uint8_t *end, struct act_call *call)
{
	struct piece args[WF_WIRE_FIELDS_MAX], secrets[WF_WIRE_FIELDS_MAX];
	size_t nargs = 0, nsecrets = 0;
	struct wf_msg msg;
	bool read;

	wf_msg_init(&msg, WF_MSG_ACT, WF_WIRE_VERSION);
	while (at < end && nargs + nsecrets < WF_WIRE_FIELDS_MAX) {
		struct piece piece = line(&at, end);
		const bool secret = piece.len > 0 && piece.bytes[0] == '!';

		piece = (struct piece){piece.bytes + secret, piece.len - secret};
		if (wf_msg_add_bytes(&msg, secret ? WF_F_SECRET_ARG : WF_F_ARG, piece.bytes,
			    piece.len) != WF_OK)
			continue;
		if (secret)
			secrets[nsecrets++] = piece;
		else
			args[nargs++] = piece;
	}
	read = act_call_read(call, &msg) == WF_OK;
	wf_msg_clear(&msg);
	FUZZ_CHECK(call->nargs <= nargs && call->nsecrets <= nsecrets);
	FUZZ_CHECK(!read || (call->nargs == nargs && call->nsecrets == nsecrets));
	for (size_t i = 0; i < call->nargs; i++)
		FUZZ_CHECK(is_arg(&args[i], call->args[i].key, call->args[i].value,
			strlen(call->args[i].value)));
	for (size_t i = 0; read && i < call->nsecrets; i++)
		FUZZ_CHECK(
			memchr(secrets[i].bytes, '\0', strlen(call->secret_keys[i]) + 1) != NULL ||
			is_arg(&secrets[i], call->secret_keys[i], call->secrets[i].bytes,
				call->secrets[i].len));
	return read;
}

static enum role
role_of(const char *name)
{
	for (int role = ROLE_NONE; role < ROLE_COUNT; role++)
		if (strcmp(act_role_name((enum role)role), name) == 0)
			return (enum role)role;
	return ROLE_ADMINISTRATOR;
}

static const struct act *
find(const struct piece *head, enum role *role_r)
{
	char text[64] = "", *role;

	memcpy(text, head->bytes, head->len < sizeof(text) ? head->len : sizeof(text) - 1);
	role = strchr(text, ' ');
	if (role != NULL)
		*role++ = '\0';
	*role_r = role_of(role != NULL ? role : "");
	return act_find(text);
}

/* --- what must hold of the answer --- */

static bool
is_in(const char *text, const struct wf_secret *secret)
{
	return memmem(text, strlen(text), secret->bytes, secret->len) != NULL;
}

/* By chance a secret is what may be told: the act's name, a value or the name of an argument. */
static bool
stands_openly(const struct act_call *call, const struct wf_secret *secret)
{
	bool open = is_in(call->act->id, secret);

	for (size_t i = 0; i < call->nargs; i++)
		open = open || is_in(call->args[i].key, secret) ||
		       is_in(call->args[i].value, secret);
	for (size_t i = 0; i < call->nsecrets; i++)
		open = open || is_in(call->secret_keys[i], secret);
	for (const struct act_arg_spec *spec = call->act->args; spec->name != NULL; spec++)
		open = open || is_in(spec->name, secret);
	return open;
}

static void
hides(const struct act_call *call, const char *text)
{
	for (size_t i = 0; i < call->nsecrets; i++) {
		const struct wf_secret *secret = &call->secrets[i];

		if (secret->len >= SECRET_SHOWN && !stands_openly(call, secret))
			FUZZ_CHECK(!is_in(text, secret));
	}
}

static void
can_be_sent(const struct act_call *call, enum wf_msg_type type, enum wf_field_id field,
	const char *const *texts, size_t n)
{
	struct wf_msg msg;

	wf_msg_init(&msg, type, WF_WIRE_VERSION);
	for (size_t i = 0; i < n; i++) {
		const char *text = texts[i] != NULL ? texts[i] : "";

		FUZZ_CHECK(wf_msg_add_bytes(&msg, field, text, strlen(text)) == WF_OK);
		hides(call, text);
	}
	wf_msg_clear(&msg);
}

static wf_status
take_head(struct act_out *out, const char *const *columns, size_t n)
{
	can_be_sent(out->ctx, WF_MSG_HEAD, WF_F_COLUMN, columns, n);
	return WF_OK;
}

static wf_status
take_row(struct act_out *out, const char *const *cells, size_t n)
{
	can_be_sent(out->ctx, WF_MSG_ROW, WF_F_CELL, cells, n);
	return WF_OK;
}

/* Rows come from changes, from a denial, and from acts whose failure is worth one. */
static void
changed_rightly(const struct act *act, wf_status status, uint64_t rows)
{
	const bool recorded =
		status == WF_DENIED ||
		one_of("token.confirm|token.resync|reload|restore.drill|backup.make|alert.test",
			act->id);
	const bool much = strcmp(act->id, "log") == 0; /* read within an hour, see log_reads.c */
	const uint64_t more = place_rows() - rows;

	FUZZ_CHECK(act->changes || more <= much);
	FUZZ_CHECK(status == WF_OK || more <= recorded);
	if (more > 0 || (act->changes && (status == WF_OK || !act->alone)))
		place_spoil();
}

static void
run(const struct act *act, struct act_call *call)
{
	const char *text = call->text;
	const bool fits = args_fit(act, call);
	uint64_t rows;
	wf_status status;

	call->act = act;
	FUZZ_CHECK(act_args_check(call) == (fits ? WF_OK : WF_INVALID));
	if (fits && call->role >= act->role && strcmp(act->id, "tune") == 0)
		return; /* would measure for seconds */
	rows = place_rows();
	status = act_run(act, call);
	FUZZ_CHECK(call->role >= act->role || act->self || status == WF_DENIED);
	FUZZ_CHECK(fits || status == WF_INVALID || status == WF_DENIED);
	FUZZ_CHECK(call->text[0] != '\0' && strlen(text) < sizeof(call->text));
	can_be_sent(call, WF_MSG_END, WF_F_TEXT, &text, 1);
	changed_rightly(act, status, rows);
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	const uint8_t *at = data;
	const struct piece head = line(&at, data + size);
	struct act_call *call = calloc(1, sizeof(*call));
	struct act_out out = {.ctx = call, .head = take_head, .row = take_row};
	const struct act *act;

	FUZZ_CHECK(call != NULL);
	act = find(&head, &call->role);
	call->daemon = place_open();
	call->scratch = place_scratch();
	call->out = &out;
	(void)snprintf(call->operator_name, sizeof(call->operator_name), "root");
	if (read_call(at, data + size, call) && act != NULL)
		run(act, call);
	for (size_t i = 0; i < call->nsecrets; i++)
		wf_secret_clear(&call->secrets[i]);
	free(call);
}
