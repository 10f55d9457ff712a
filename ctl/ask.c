/*
 * Talks to the daemon. It may send what it likes: a second HEAD, rows before one, rows of a wrong
 * width and other messages end the answer as nonsense.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/client.h"
#include "common/fault.h"
#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/when.h"
#include "ctl/wrap.h"

#define SECOND_US INT64_C(1000000)
#define WAIT_US (60 * SECOND_US)
#define WAIT_SLOW_US (600 * SECOND_US)
#define ROWS_MAX 100000
#define ARG_MAX_BYTES (64 + WF_SECRET_MAX)
#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))

void
ask_init(struct ask *ask, const char *act)
{
	memset(ask, 0, sizeof(*ask));
	ask->act = act;
}

static struct ask_arg *
next_arg(struct ask *ask, const char *key)
{
	if (ask->nargs == ASK_ARGS_MAX)
		abort();
	ask->args[ask->nargs].key = key;
	return &ask->args[ask->nargs++];
}

void
ask_text(struct ask *ask, const char *key, const char *value)
{
	if (value != NULL)
		next_arg(ask, key)->value = value;
}

void
ask_number(struct ask *ask, const char *key, int64_t value)
{
	struct ask_arg *arg = next_arg(ask, key);

	snprintf(arg->number, sizeof(arg->number), "%" PRId64, value);
	arg->value = NULL;
}

void
ask_secret(struct ask *ask, const char *key, const struct wf_secret *secret)
{
	if (ask->nsecrets == ASK_SECRETS_MAX)
		abort();
	ask->secrets[ask->nsecrets].key = key;
	ask->secrets[ask->nsecrets++].secret = secret;
}

static const struct {
	enum value_kind kind;
	unsigned flags;
} time_kinds[] = {
	{VALUE_SINCE, 0},
	{VALUE_BEFORE, WHEN_DAY_END | WHEN_DAY_NEXT},
	{VALUE_FROM, WHEN_AHEAD},
	{VALUE_UNTIL, WHEN_AHEAD | WHEN_DAY_END},
};

static bool
time_flags(enum value_kind kind, unsigned *flags_r)
{
	for (size_t i = 0; i < ENTRIES(time_kinds); i++) {
		if (time_kinds[i].kind == kind) {
			*flags_r = time_kinds[i].flags;
			return true;
		}
	}
	return false;
}

static int
ask_option(struct ctl *ctl, struct ask *ask, const struct parsed_option *option)
{
	const struct option_spec *spec = option->spec;
	unsigned flags;
	int64_t us;

	if (!time_flags(spec->kind, &flags) || option->value[0] == '\0') {
		ask_text(ask, spec->key, spec->kind == VALUE_FLAG ? "1" : option->value);
		return CTL_OK;
	}
	if (when_parse(option->value, wf_clock_now(&ctl->clock).wall_us, flags, &us) != WF_OK) {
		ctl_error(ctl,
			_("--%s: '%s' is no time; write 2026-03-01, 2026-03-01T09:00:00+09:00, 2h "
			  "or "
			  "yesterday"),
			spec->name, option->value);
		return CTL_USAGE;
	}
	ask_number(ask, spec->key, us > 0 ? us : 1); /* to the daemon 0 is none */
	return CTL_OK;
}

int
ask_parsed(struct ctl *ctl, struct ask *ask, const struct parsed *parsed)
{
	for (size_t i = 0; i < parsed->noperands; i++) {
		if (parsed->command->operands[i].key != NULL)
			ask_text(ask, parsed->command->operands[i].key, parsed->operands[i]);
	}
	for (size_t i = 0; i < parsed->noptions; i++) {
		int code = CTL_OK;

		if (parsed->options[i].spec->key != NULL)
			code = ask_option(ctl, ask, &parsed->options[i]);
		if (code != CTL_OK)
			return code;
	}
	ask->slow = (parsed->command->flags & COMMAND_SLOW) != 0;
	return CTL_OK;
}

/* "key=value" in memory that is wiped. */
static wf_status
add_pair(struct wf_msg *msg, enum wf_field_id id, const char *key, const void *value, size_t len)
{
	struct wf_buf pair;
	wf_status status;

	wf_buf_init(&pair, ARG_MAX_BYTES);
	status = wf_buf_put(&pair, key, strlen(key));
	if (status == WF_OK)
		status = wf_buf_put(&pair, "=", 1);
	if (status == WF_OK)
		status = wf_buf_put(&pair, value, len);
	if (status == WF_OK)
		status = wf_msg_add_bytes(msg, id, pair.data, pair.len);
	wf_buf_clear(&pair);
	return status;
}

static wf_status
build_message(const struct ctl *ctl, const struct ask *ask, struct wf_msg *msg)
{
	wf_status status = wf_msg_add_text(msg, WF_F_ACT, ask->act);

	for (size_t i = 0; status == WF_OK && i < ask->nargs; i++) {
		const struct ask_arg *arg = &ask->args[i];
		const char *value = arg->value != NULL ? arg->value : arg->number;

		status = add_pair(msg, WF_F_ARG, arg->key, value, strlen(value));
	}
	for (size_t i = 0; status == WF_OK && i < ask->nsecrets; i++)
		status = add_pair(msg, WF_F_SECRET_ARG, ask->secrets[i].key,
			ask->secrets[i].secret->bytes, ask->secrets[i].secret->len);
	if (status == WF_OK)
		status = wf_msg_add_text(msg, WF_F_LANGUAGE, ctl->language);
	return status;
}

static wf_status
take_head(const struct ask *ask, const struct wf_msg *msg, struct answer *answer)
{
	size_t n = wf_msg_count(msg, WF_F_COLUMN);

	(void)ask;
	if (answer->table.ncolumns > 0)
		return WF_INVALID;
	for (size_t i = 0; i < n; i++) {
		char spec[TABLE_NAME_MAX + 1];
		wf_status status = wf_msg_get_text(msg, WF_F_COLUMN, i, spec, sizeof(spec));

		if (status == WF_OK)
			status = table_add_column(&answer->table, spec);
		if (status != WF_OK)
			return status;
	}
	return WF_OK;
}

/* The cells of a row lie one behind the other in `bytes`, which is as large as a frame. */
static wf_status
read_cells(const struct wf_msg *msg, size_t n, char *bytes, const char **cells)
{
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		wf_status status = wf_msg_get_text(
			msg, WF_F_CELL, i, bytes + used, 2 * WF_WIRE_FRAME_MAX - used);

		if (status != WF_OK)
			return status;
		cells[i] = bytes + used;
		used += strlen(bytes + used) + 1;
	}
	return WF_OK;
}

static wf_status
take_row(const struct ask *ask, const struct wf_msg *msg, struct answer *answer)
{
	size_t n = wf_msg_count(msg, WF_F_CELL);
	const char *cells[TABLE_COLUMNS_MAX];
	char *bytes;
	wf_status status;

	if (n == 0 || n != answer->table.ncolumns)
		return WF_INVALID;
	if (answer->table.nrows == ROWS_MAX)
		return WF_TOO_LONG;
	bytes = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(2 * WF_WIRE_FRAME_MAX);
	if (bytes == NULL)
		return WF_NO_MEMORY;
	status = read_cells(msg, n, bytes, cells);
	if (status == WF_OK && ask->row != NULL)
		status = ask->row(ask->row_ctx, cells, n);
	else if (status == WF_OK)
		status = table_add_row(&answer->table, cells, n);
	wf_wipe(bytes, 2 * WF_WIRE_FRAME_MAX);
	free(bytes);
	return status;
}

static wf_status
take_end(const struct ask *ask, const struct wf_msg *msg, struct answer *answer)
{
	uint64_t code;
	wf_status status = wf_msg_get_uint(msg, WF_F_STATUS, &code);

	if (status == WF_OK)
		status = wf_msg_get_text(msg, WF_F_TEXT, 0, answer->text, sizeof(answer->text));
	(void)ask;
	if (status != WF_OK)
		return status;
	answer->status = code < WF_STATUS_COUNT ? (wf_status)code : WF_INVALID;
	answer->answered = true;
	return WF_OK;
}

static const struct {
	enum wf_msg_type type;
	wf_status (*take)(
		const struct ask *ask, const struct wf_msg *msg, struct answer *answer);
} takers[] = {{WF_MSG_HEAD, take_head}, {WF_MSG_ROW, take_row}, {WF_MSG_END, take_end}};

static wf_status
take_message(const struct ask *ask, const struct wf_msg *msg, struct answer *answer)
{
	for (size_t i = 0; i < ENTRIES(takers); i++) {
		if (takers[i].type == msg->type)
			return takers[i].take(ask, msg, answer);
	}
	return WF_INVALID;
}

static wf_status
exchange(struct ctl *ctl, const struct ask *ask, struct answer *answer, int64_t deadline)
{
	struct wf_client *client = NULL;
	struct wf_msg msg;
	wf_status status = wf_client_open(ctl->socket, ctl->owner, deadline, &client);

	if (status != WF_OK)
		return status;
	wf_msg_init(&msg, WF_MSG_ACT, WF_WIRE_VERSION);
	status = build_message(ctl, ask, &msg);
	if (status == WF_OK)
		status = wf_client_send(client, &msg, deadline);
	else
		answer->answered = true; /* our own argument was refused: not the daemon's fault */
	wf_msg_clear(&msg);
	while (status == WF_OK && !answer->answered) {
		status = wf_client_receive(client, deadline, &msg);
		if (status != WF_OK)
			break;
		status = take_message(ask, &msg, answer);
		wf_msg_clear(&msg);
	}
	wf_client_close(&client);
	return status;
}

void
ask_daemon(struct ctl *ctl, const struct ask *ask, struct answer *answer_r)
{
	int64_t now = wf_clock_now(&wf_clock_system).boot_us;
	wf_status status;

	memset(answer_r, 0, sizeof(*answer_r));
	table_init(&answer_r->table);
	status = exchange(ctl, ask, answer_r, now + (ask->slow ? WAIT_SLOW_US : WAIT_US));
	if (status != WF_OK)
		answer_r->status = status;
}

void
answer_clear(struct answer *answer)
{
	table_clear(&answer->table);
	wf_wipe(answer->text, sizeof(answer->text));
}

/* Exit codes of the statuses that do not mean a plain no. */
static const struct {
	wf_status status;
	int code;
} exits[] = {
	{WF_OK, CTL_OK},
	{WF_DENIED, CTL_DENIED},
	{WF_UNAVAILABLE, CTL_AWAY},
	{WF_TIMEOUT, CTL_AWAY},
	{WF_FULL, CTL_AWAY},
	{WF_INVALID, CTL_USAGE},
	{WF_TOO_LONG, CTL_USAGE},
};

int
answer_exit(const struct answer *answer)
{
	for (size_t i = 0; i < ENTRIES(exits); i++) {
		if (exits[i].status != answer->status)
			continue;
		return !answer->answered && exits[i].code == CTL_USAGE ? CTL_AWAY : exits[i].code;
	}
	return answer->answered ? CTL_NO : CTL_AWAY;
}

/* What to do when there was no answer. */
static const struct {
	wf_status status;
	const char *text;
} away_texts[] = {
	{WF_UNAVAILABLE,
		N_("the daemon does not answer; start it (systemctl start warifud), or name "
		   "its socket with --socket")},
	{WF_DENIED, N_("you may not use this socket, or it is not the daemon's; be root, or a "
		       "member of "
		       "the group warifu-admin, -officer, -helpdesk, -auditor or -viewer")},
	{WF_TIMEOUT,
		N_("the daemon did not answer in time; see its messages (journalctl -u warifud)")},
	{WF_VERSION, N_("the daemon speaks another version; install the same version of warifu and "
			"warifud")},
};

int
answer_complain(struct ctl *ctl, const struct answer *answer)
{
	if (answer->status == WF_OK)
		return CTL_OK;
	for (size_t i = 0; !answer->answered && i < ENTRIES(away_texts); i++) {
		if (away_texts[i].status != answer->status)
			continue;
		ctl_error(ctl, "%s: %s", ctl->socket, _(away_texts[i].text));
		return answer_exit(answer);
	}
	if (!answer->answered)
		ctl_error(ctl, _("%s: the daemon's answer makes no sense: %s"), ctl->socket,
			_(wf_status_text(answer->status)));
	else
		ctl_error(ctl, "%s",
			answer->text[0] != '\0' ? answer->text : _(wf_status_text(answer->status)));
	return answer_exit(answer);
}

static void
show_json(struct ctl *ctl, const struct command *command, const struct answer *answer)
{
	bool one = (command->flags & COMMAND_VERTICAL) != 0;

	if (answer->table.ncolumns > 0 || answer->status != WF_OK) {
		if (answer->table.ncolumns > 0 &&
			table_print_json(&answer->table, one, ctl->out) != WF_OK)
			ctl_unwritten(ctl);
		return;
	}
	if (table_print_json_message(answer->text, ctl->out) != WF_OK)
		ctl_unwritten(ctl);
}

/*
 * A closing sentence that says nothing which the rows do not say: none, "Done.", or their message.
 */
static bool
text_is_idle(const struct answer *answer)
{
	if (answer->text[0] == '\0')
		return true;
	return answer->table.nrows > 0 &&
	       (strcmp(answer->text, _(wf_status_text(WF_OK))) == 0 ||
		       strcmp(answer->text, table_cell(&answer->table, 0, "message")) == 0);
}

static void
show_rows(struct ctl *ctl, const struct command *command, const struct answer *answer)
{
	if (answer->table.nrows == 0) {
		if (answer->status == WF_OK &&
			(command->empty != NULL || answer->text[0] == '\0')) {
			wrap_print(command->empty != NULL ? _(command->empty) : _("Done."), 0,
				ctl->width, ctl->out);
			return; /* it says what to do; "0 accounts." would add nothing */
		}
	} else if ((command->flags & COMMAND_VERTICAL) != 0) {
		table_print_vertical(&answer->table, 0, command->columns, ctl->width, ctl->out);
	} else if ((command->flags & COMMAND_LISTS) != 0) {
		table_print_lists(
			&answer->table, command->columns, ctl->header, ctl->width, ctl->out);
	} else {
		table_print(&answer->table, command->columns, ctl->header, ctl->width, ctl->out);
	}
	if (answer->status == WF_OK && !text_is_idle(answer))
		wrap_print(answer->text, 0, ctl->width, ctl->out);
}

int
answer_show(struct ctl *ctl, const struct command *command, const struct answer *answer)
{
	if (ctl->json)
		show_json(ctl, command, answer);
	else
		show_rows(ctl, command, answer);
	return answer_complain(ctl, answer);
}
