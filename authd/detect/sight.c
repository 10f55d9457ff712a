/* What a row means: tables of events and reasons.  Pure. */
#include "config.h"

#include "authd/detect/sight.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
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
	{"replayed", SIGHT_REPLAYED},
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

/*
 * Rows that say that something does not go on as it must: the log, or what leaves by it, is not
 * whole; nobody does what is to be done.  Any other failure of the system is of the log, too.
 */
static const struct fault {
	const char *event, *name;
	enum detect_rule rule;
	bool each; /* the row's reason says which one */
	bool fine; /* there are rows of it that say that all went well */
} faults[] = {
	{"login.undelivered", "undelivered", DETECT_LOG_FAULT, false, false},
	{"relay.lost", "relay.lost", DETECT_LOG_FAULT, false, false},
	{"clock.jump", "clock.jump", DETECT_LOG_FAULT, false, false},
	{"restore", "restore", DETECT_LOG_FAULT, false, false},
	{"stream.behind", "stream", DETECT_LOG_FAULT, true, true},
	{"checkpoint.failed", "checkpoint", DETECT_LOG_FAULT, true, true},
	{"backup.failed", "backup.failed", DETECT_BACKUP_FAULT, false, true},
	{"backup.second", "backup.second", DETECT_BACKUP_FAULT, false, true},
	{"backup.late", "backup.late", DETECT_BACKUP_FAULT, false, true},
	{"duty.overdue", "duty", DETECT_DUTY_OVERDUE, true, true},
	{"config.drift", "config.drift", DETECT_CONFIG_DRIFT, false, true},
	{"alert.failed", "alert", DETECT_ALERT_FAULT, true, true},
};
static const struct fault overflow = {"", "overflow", DETECT_LOG_FAULT, false, false};

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
	if (strcmp(row->event, "finding.close") == 0)
		return SIGHT_CLOSED;
	for (size_t i = 0; i < COUNT_OF(resets); i++)
		if (strcmp(resets[i], row->event) == 0 &&
			strcmp(row->operator_name, row->user) != 0)
			return SIGHT_RESET;
	return SIGHT_NOTHING;
}

static bool
went_wrong(const struct audit_row *row)
{
	return row->result == AUDIT_FAILURE || row->result == AUDIT_UNAVAILABLE;
}

/* False: none. */
static bool
fault_of(const struct audit_row *row, struct fault *fault_r)
{
	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		if (strcmp(faults[i].event, row->event) != 0)
			continue;
		*fault_r = faults[i];
		return !faults[i].fine || went_wrong(row);
	}
	*fault_r = (struct fault){.name = row->event, .rule = DETECT_LOG_FAULT};
	if (row->class == AUDIT_AUTH && strcmp(row->reason, overflow.name) == 0)
		*fault_r = overflow;
	else if (row->class != AUDIT_SYSTEM || !went_wrong(row))
		return false;
	return true;
}

enum sight_kind
sight_kind_of(const struct audit_row *row)
{
	enum sight_kind kind = SIGHT_NOTHING;
	struct fault fault;

	if (fault_of(row, &fault))
		return SIGHT_FAULT;
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

/* One subscriber has all of a network of IPv6; whoever throttles counts so, too. */
static void
fill_place(struct sight *sight, const char *source)
{
	uint8_t key[WF_SUBSCRIBER_LEN];
	char network[INET6_ADDRSTRLEN];

	(void)snprintf(sight->place, sizeof(sight->place), "%s", source);
	if (strchr(source, ':') != NULL && wf_subscriber(source, key) &&
		inet_ntop(AF_INET6, key, network, sizeof(network)) != NULL)
		(void)snprintf(sight->place, sizeof(sight->place), "%s/64", network);
	sight->where = tag_of_source(sight->place);
}

static void
fill_fault(struct sight *sight, const struct audit_row *row)
{
	struct fault fault = {.name = ""};

	(void)fault_of(row, &fault);
	sight->of = fault.rule;
	(void)snprintf(sight->fault, sizeof(sight->fault), "%s%s%s", fault.name,
		fault.each ? " " : "", fault.each ? row->reason : "");
}

/* "finding 1204 (...): ...": the act says which one. */
static uint64_t
closed_of(const struct audit_row *row)
{
	static const char start[] = "finding ";

	if (strncmp(row->detail, start, sizeof(start) - 1) != 0)
		return 0;
	return strtoull(row->detail + sizeof(start) - 1, NULL, 10);
}

void
sight_fill(struct sight *sight_r, uint64_t seq, const struct audit_row *row)
{
	*sight_r = (struct sight){.seq = seq,
		.row = row,
		.kind = sight_kind_of(row),
		.weight = row->count == 0 ? 1 : row->count,
		.who = table_hash(row->user),
		.network = habit_network(row->source),
		.two_kinds = strchr(row->kinds, '+') != NULL,
		.inside = strncmp(row->detail, "zone internal", 13) == 0 ||
			  strncmp(row->detail, "zone console", 12) == 0};
	fill_place(sight_r, row->source);
	sight_r->second = (sight_r->kind == SIGHT_WRONG || sight_r->kind == SIGHT_REPLAYED) &&
			  strstr(row->kinds, "knowledge") != NULL;
	if (sight_r->kind == SIGHT_FAULT)
		fill_fault(sight_r, row);
	if (sight_r->kind == SIGHT_CLOSED)
		sight_r->closed = closed_of(row);
	fill_time(sight_r, row);
}
