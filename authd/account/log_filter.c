/*
 * Which rows of the log are wanted.  The store looks for user, time, result and class, which have
 * an index; all else is compared here, row by row.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/log_page.h"

/* As it was asked for. */
static bool
is_whole(const char *wanted, const char *text)
{
	return strcmp(wanted, text) == 0;
}

/* "session" is "session.open", too. */
static bool
is_branch(const char *wanted, const char *text)
{
	size_t len = strlen(wanted);

	return strncmp(wanted, text, len) == 0 && (text[len] == '\0' || text[len] == '.');
}

/* One of the words between blanks, or all of them: "lock.threshold SCS-4-1-4-1". */
static bool
is_word(const char *wanted, const char *text)
{
	size_t len = strlen(wanted);
	const char *at = len > 0 ? strstr(text, wanted) : NULL;

	for (; at != NULL; at = strstr(at + 1, wanted))
		if ((at == text || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' '))
			return true;
	return false;
}

static const struct {
	const char *arg;
	size_t offset;
	bool (*is)(const char *wanted, const char *text);
} columns[] = {
	{"service", offsetof(struct audit_row, service), is_whole},
	{"host", offsetof(struct audit_row, host), is_whole},
	{"event", offsetof(struct audit_row, event), is_branch},
	{"row-reason", offsetof(struct audit_row, reason), is_whole},
	{"rule", offsetof(struct audit_row, rule), is_word},
	{"row-txn", offsetof(struct audit_row, txn), is_whole},
	{"row-ticket", offsetof(struct audit_row, ticket), is_whole},
	{"operator", offsetof(struct audit_row, operator_name), is_whole},
};

void
log_filter_init(struct log_filter *filter, struct act_call *call)
{
	const char *user = act_arg(call, "user");

	*filter = (struct log_filter){.call = call, .from = act_arg(call, "from")};
	filter->view = (struct store_view){
		.after = (uint64_t)act_number(call, "after", 0),
		.since_us = act_number(call, "since", 0),
		.until_us = act_number(call, "until", 0),
		.result = act_choice(call, "result"),
		.class = act_choice(call, "class") + 1,
		.newest_first = act_choice(call, "order") == 1,
	};
	if (user != NULL)
		(void)snprintf(filter->view.user, sizeof(filter->view.user), "%s", user);
	filter->network =
		filter->from != NULL && wf_network_parse(filter->from, &filter->range) == WF_OK;
}

static bool
is_from(const struct log_filter *filter, const char *text)
{
	struct wf_source source = {.remote = true};

	if (filter->from == NULL)
		return true;
	if (!filter->network)
		return strcmp(filter->from, text) == 0;
	(void)snprintf(source.text, sizeof(source.text), "%s", text);
	return strchr("0123456789abcdef:", text[0]) != NULL &&
	       wf_network_contains(&filter->range, &source);
}

bool
log_filter_wants(const struct log_filter *filter, const struct audit_row *row)
{
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		const char *wanted = act_arg(filter->call, columns[i].arg);

		if (wanted != NULL && !columns[i].is(wanted, (const char *)row + columns[i].offset))
			return false;
	}
	return is_from(filter, row->source);
}

static bool
is_time(const char *arg)
{
	return strcmp(arg, "since") == 0 || strcmp(arg, "until") == 0;
}

/* Arguments that say how a page is cut, and nothing of what is read. */
static bool
is_cut(const char *arg)
{
	static const char *const cuts[] = {"after", "limit", "order", "format"};

	for (size_t i = 0; i < COUNT_OF(cuts); i++)
		if (strcmp(cuts[i], arg) == 0)
			return true;
	return false;
}

/* A text that ends where its room does. */
struct piece {
	char *text;
	size_t size, len;
};

static void
put(struct piece *piece, char c)
{
	if (piece->len + 1 < piece->size)
		piece->text[piece->len++] = c;
	piece->text[piece->len] = '\0';
}

/* In quotes where it would else be more than one word, or look like another filter. */
static void
put_value(struct piece *piece, const char *value)
{
	const bool quoted = value[0] == '\0' || strpbrk(value, " =\"\\") != NULL;

	if (quoted)
		put(piece, '"');
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			put(piece, '\\');
		put(piece, *value);
	}
	if (quoted)
		put(piece, '"');
}

static void
put_filter(struct piece *piece, const char *key, const char *value)
{
	if (piece->len > 0)
		put(piece, ' ');
	for (; *key != '\0'; key++)
		put(piece, *key);
	put(piece, '=');
	put_value(piece, value);
}

void
log_filter_text(const struct act_call *call, char *text_r, size_t size)
{
	struct piece piece = {.text = text_r, .size = size};
	char moment[ACT_TIME_SIZE];

	for (size_t i = 0; i < call->nargs; i++) {
		const struct act_arg *arg = &call->args[i];

		if (is_cut(arg->key))
			continue;
		put_filter(&piece, arg->key,
			is_time(arg->key) ? act_time(act_number(call, arg->key, 0), moment)
					  : arg->value);
	}
	if (piece.len == 0)
		(void)snprintf(text_r, size, "all rows");
}

wf_status
log_filter_sum(const struct act_call *call, char sum_r[DIGEST_TEXT_SIZE])
{
	struct digest_sum *sum = NULL;
	wf_status status = digest_sum_new(&sum);

	for (size_t i = 0; status == WF_OK && i < call->nargs; i++) {
		const struct act_arg *arg = &call->args[i];

		if (is_cut(arg->key))
			continue;
		status = digest_sum_add(sum, arg->key, strlen(arg->key) + 1);
		if (status == WF_OK)
			status = digest_sum_add(sum, arg->value, strlen(arg->value) + 1);
	}
	if (status == WF_OK)
		status = digest_sum_end(sum, sum_r);
	digest_sum_free(&sum);
	return status;
}
