/* What a row means: tables of events and reasons.  Pure. */
#include "config.h"

#include "authd/detect/sight.h"

#include <string.h>

#define DAY_US INT64_C(86400000000)
#define HOUR_US INT64_C(3600000000)
#define MINUTE_US INT64_C(60000000)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Reasons of attempts that did not succeed; those that are not here say nothing. */
static const struct {
	const char *reason;
	enum sight_kind kind;
} reasons[] = {
	{"wrong-password", SIGHT_WRONG},
	{"wrong-code", SIGHT_WRONG},
	{"wrong-answer", SIGHT_WRONG},
	{"upstream-refused", SIGHT_WRONG},
	{"upstream-left", SIGHT_WRONG},
	{"upstream-challenge", SIGHT_WRONG},
	{"push-refused", SIGHT_WRONG},
	{"unknown-user", SIGHT_STRANGER},
	{"not-managed", SIGHT_STRANGER},
	{"root-login", SIGHT_STRANGER},
	{"forbidden-name", SIGHT_STRANGER},
	{"default-id", SIGHT_STRANGER},
	{"locked", SIGHT_REFUSED},
	{"locked-strangers", SIGHT_REFUSED},
	{"locked-possession", SIGHT_REFUSED},
	{"back-off", SIGHT_REFUSED},
	{"disabled", SIGHT_DISABLED},
	{"expired", SIGHT_DISABLED},
	{"not-yet-valid", SIGHT_DISABLED},
	{"exemption-ended", SIGHT_DISABLED},
};

/* Acts on somebody else's account after which he may come in anew. */
static const char *const resets[] = {"user.passwd", "user.enable", "token.add", "token.confirm",
	"token.resync", "token.remove", "unlock"};

/* Rows that say that the log, or what leaves by it, is not whole. */
static const struct {
	const char *event, *fault;
} faults[] = {
	{"login.undelivered", "undelivered"},
	{"relay.lost", "relay.lost"},
	{"clock.jump", "clock.jump"},
	{"restore", "restore"},
};

static enum sight_kind
kind_of_auth(const struct audit_row *row)
{
	if (strcmp(row->event, "login.breakglass") == 0)
		return SIGHT_BREAK_GLASS;
	if (strcmp(row->event, "login") != 0)
		return SIGHT_NOTHING;
	if (row->result == AUDIT_SUCCESS)
		return SIGHT_SUCCESS;
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (strcmp(reasons[i].reason, row->reason) == 0)
			return reasons[i].kind;
	return SIGHT_NOTHING;
}

static enum sight_kind
kind_of_admin(const struct audit_row *row)
{
	if (row->result != AUDIT_SUCCESS)
		return SIGHT_NOTHING;
	if (strcmp(row->event, "emergency.used") == 0)
		return SIGHT_BREAK_GLASS;
	if (strcmp(row->event, "user.remove") == 0)
		return SIGHT_REMOVED;
	for (size_t i = 0; i < COUNT_OF(resets); i++)
		if (strcmp(resets[i], row->event) == 0 &&
			strcmp(row->operator_name, row->user) != 0)
			return SIGHT_RESET;
	return SIGHT_NOTHING;
}

static const char *
fault_of(const struct audit_row *row)
{
	for (size_t i = 0; i < COUNT_OF(faults); i++)
		if (strcmp(faults[i].event, row->event) == 0)
			return faults[i].fault;
	if (row->class == AUDIT_AUTH && strcmp(row->reason, "overflow") == 0)
		return "overflow";
	if (row->class == AUDIT_SYSTEM &&
		(row->result == AUDIT_FAILURE || row->result == AUDIT_UNAVAILABLE))
		return row->event;
	return NULL;
}

enum sight_kind
sight_kind_of(const struct audit_row *row)
{
	enum sight_kind kind = SIGHT_NOTHING;

	if (fault_of(row) != NULL)
		return SIGHT_LOG_FAULT;
	if (row->class == AUDIT_AUTH)
		kind = kind_of_auth(row);
	else if (row->class == AUDIT_ADMIN)
		kind = kind_of_admin(row);
	else if (row->class == AUDIT_FINDING && strcmp(row->event, "lock") == 0)
		kind = SIGHT_LOCKED;
	return kind;
}

/* A place that many share without being told apart is none. */
static uint64_t
tag_of_source(const char *source)
{
	static const char *const vague[] = {"", "local:unknown", "name:", "(others)"};

	for (size_t i = 0; i < COUNT_OF(vague); i++)
		if (strcmp(source, vague[i]) == 0)
			return 0;
	return table_hash(source);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

static void
fill_time(struct sight *sight, const struct audit_row *row)
{
	int64_t local = row->time_us + row->offset_min * MINUTE_US;
	int64_t day = floor_div(local, DAY_US);

	sight->day = (int32_t)day;
	sight->hour = (unsigned)((local - day * DAY_US) / HOUR_US);
}

void
sight_fill(struct sight *sight_r, uint64_t seq, const struct audit_row *row)
{
	*sight_r = (struct sight){.seq = seq,
		.row = row,
		.kind = sight_kind_of(row),
		.weight = row->count == 0 ? 1 : row->count,
		.who = table_hash(row->user),
		.where = tag_of_source(row->source),
		.network = habit_network(row->source),
		.two_kinds = strchr(row->kinds, '+') != NULL,
		.inside = strncmp(row->detail, "zone internal", 13) == 0 ||
			  strncmp(row->detail, "zone console", 12) == 0};
	sight_r->second =
		sight_r->kind == SIGHT_WRONG && strstr(row->kinds, "knowledge") != NULL;
	if (sight_r->kind == SIGHT_LOG_FAULT)
		sight_r->fault = fault_of(row);
	fill_time(sight_r, row);
}
