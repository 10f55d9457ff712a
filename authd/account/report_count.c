/* One row of the log after the other: what it adds to the figures of a report. */
#include "config.h"

#include <string.h>

#include "authd/account/report_count.h"
#include "authd/account/report_tries.h"

/* --- events --- */

static void
happened(struct report_count *count, enum report_event event, uint64_t seq,
	const struct audit_row *row, uint64_t weight)
{
	struct report_happened *one = &count->events[event];

	if (one->count == 0)
		one->first_seq = seq;
	one->count += weight;
	one->last_seq = seq;
	one->last_us = row->time_us;
	memcpy(one->by, row->operator_name, sizeof(one->by));
	memcpy(one->detail, row->detail, sizeof(one->detail));
}

#define ANY (-1)

/* From one backup to the next, or from where the log of the period begins. */
static void
count_gap(struct report_gap *gap, int64_t from_us, int64_t until_us)
{
	if (until_us - from_us <= gap->until_us - gap->from_us)
		return;
	gap->from_us = from_us;
	gap->until_us = until_us;
}

/* Rows that one event each is counted by; result ANY: whatever became of it. */
static const struct {
	enum audit_class class;
	const char *event;
	int result;
	enum report_event counts;
} named[] = {
	{AUDIT_FINDING, "lock", ANY, EVENT_LOCK},
	{AUDIT_ADMIN, "unlock", AUDIT_SUCCESS, EVENT_UNLOCK},
	{AUDIT_ADMIN, "password.change", AUDIT_SUCCESS, EVENT_PASSWORD_CHANGED},
	{AUDIT_ADMIN, "password.change", AUDIT_FAILURE, EVENT_PASSWORD_REFUSED},
	{AUDIT_ADMIN, "user.passwd", AUDIT_SUCCESS, EVENT_PASSWORD_SET},
	{AUDIT_ADMIN, "user.add", AUDIT_SUCCESS, EVENT_ACCOUNT_ADDED},
	{AUDIT_ADMIN, "user.import", AUDIT_SUCCESS, EVENT_ACCOUNT_ADDED},
	{AUDIT_ADMIN, "user.set", AUDIT_SUCCESS, EVENT_ACCOUNT_CHANGED},
	{AUDIT_ADMIN, "user.enable", AUDIT_SUCCESS, EVENT_ACCOUNT_CHANGED},
	{AUDIT_ADMIN, "user.disable", AUDIT_SUCCESS, EVENT_ACCOUNT_DISABLED},
	{AUDIT_ADMIN, "user.remove", AUDIT_SUCCESS, EVENT_ACCOUNT_REMOVED},
	{AUDIT_ADMIN, "token.confirm", AUDIT_SUCCESS, EVENT_TOKEN_ADDED},
	{AUDIT_ADMIN, "token.remove", AUDIT_SUCCESS, EVENT_TOKEN_REMOVED},
	{AUDIT_ADMIN, "grant.add", AUDIT_SUCCESS, EVENT_GRANT_ADDED},
	{AUDIT_ADMIN, "grant.end", AUDIT_SUCCESS, EVENT_GRANT_ENDED},
	{AUDIT_SESSION, "session.open", ANY, EVENT_SESSION_OPENED},
	{AUDIT_SESSION, "session.close", ANY, EVENT_SESSION_CLOSED},
	{AUDIT_ADMIN, "backup.make", AUDIT_SUCCESS, EVENT_BACKUP},
	{AUDIT_SYSTEM, "backup.copy", AUDIT_SUCCESS, EVENT_BACKUP},
	{AUDIT_ADMIN, "backup.make", AUDIT_FAILURE, EVENT_BACKUP_FAILED},
	{AUDIT_FINDING, "backup.failed", ANY, EVENT_BACKUP_FAILED},
	{AUDIT_SYSTEM, "backup.second", AUDIT_SUCCESS, EVENT_BACKUP_SECOND},
	{AUDIT_FINDING, "backup.second", ANY, EVENT_BACKUP_SECOND_FAILED},
	{AUDIT_ADMIN, "restore.drill", AUDIT_SUCCESS, EVENT_DRILL},
	{AUDIT_ADMIN, "restore.drill", AUDIT_FAILURE, EVENT_DRILL_FAILED},
	{AUDIT_SYSTEM, "config.load", AUDIT_SUCCESS, EVENT_CONFIG_LOADED},
	{AUDIT_ADMIN, "config.baseline", AUDIT_SUCCESS, EVENT_CONFIG_APPROVED},
	{AUDIT_FINDING, "config.drift", ANY, EVENT_CONFIG_DRIFT},
	{AUDIT_FINDING, "clock.jump", ANY, EVENT_CLOCK_JUMP},
	{AUDIT_ADMIN, "log.export", AUDIT_SUCCESS, EVENT_LOG_EXPORT},
	{AUDIT_ADMIN, "log", AUDIT_SUCCESS, EVENT_LOG_READ},
	{AUDIT_ADMIN, "review.sign", AUDIT_SUCCESS, EVENT_REVIEW},
	{AUDIT_ADMIN, "report", AUDIT_SUCCESS, EVENT_REPORT},
	{AUDIT_ADMIN, "alert.test", AUDIT_SUCCESS, EVENT_ALERT_TESTED},
};

/* Before it is counted itself. */
static void
count_between(
	struct report_count *count, enum report_event event, const struct audit_row *row)
{
	const struct report_happened *last = &count->events[EVENT_BACKUP];

	if (event == EVENT_BACKUP)
		count_gap(&count->unsaved, last->count > 0 ? last->last_us : count->begin_us,
			row->time_us);
}

static void
count_named(struct report_count *count, uint64_t seq, const struct audit_row *row)
{
	for (size_t i = 0; i < COUNT_OF(named); i++)
		if (row->class == named[i].class && strcmp(row->event, named[i].event) == 0 &&
			(named[i].result == ANY || (int)row->result == named[i].result)) {
			count_between(count, named[i].counts, row);
			happened(count, named[i].counts, seq, row, 1);
		}
}

static void
count_try(struct report_count *count, uint64_t seq, const struct audit_row *row)
{
	static const enum report_event events[REPORT_TRIES] = {[TRY_WRONG] = EVENT_TRY_WRONG,
		[TRY_REFUSED] = EVENT_TRY_REFUSED,
		[TRY_STRANGER] = EVENT_TRY_STRANGER,
		[TRY_NOT_IN_FORCE] = EVENT_TRY_NOT_IN_FORCE,
		[TRY_BREAK_GLASS] = EVENT_BREAK_GLASS};
	const enum report_try try = report_try_of(row);

	if (try != TRY_NONE)
		happened(count, events[try], seq, row, row->count);
}

static void
count_act(struct report_count *count, uint64_t seq, const struct audit_row *row)
{
	if (row->class != AUDIT_ADMIN || row->result != AUDIT_SUCCESS)
		return;
	happened(count, EVENT_ACT, seq, row, 1);
	if (row->ticket[0] != '\0')
		happened(count, EVENT_ACT_TICKET, seq, row, 1);
}

/* --- logins --- */

/* Kinds of a row that the policy lets count, as bits. */
static int64_t
kinds_of(const struct policy *policy, const struct audit_row *row)
{
	const char *const *words = rule_spec(R_MFA_COUNTS)->members;
	int64_t kinds = 0;

	for (const char *at = row->kinds; *at != '\0'; at += *at == '+') {
		const size_t len = strcspn(at, "+");

		for (size_t i = 0; words[i] != NULL; i++)
			if (strlen(words[i]) == len && strncmp(words[i], at, len) == 0)
				kinds |= INT64_C(1) << i;
		at += len;
	}
	return kinds & policy_members_of(policy, R_MFA_COUNTS, ACCOUNT_GENERAL, GUARD_MFA);
}

static bool
is_from(const struct audit_row *row, const char *zone)
{
	return strncmp(row->detail, zone, strlen(zone)) == 0;
}

static const struct policy_service *
service_of(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->nservices; i++)
		if (strcmp(policy->services[i].name, name) == 0)
			return &policy->services[i];
	return NULL;
}

/* What the register calls the place, as bits of enum report_share. */
static unsigned shares_of_class(enum service_class class)
{
	static const struct {
		enum service_class class;
		enum report_share share;
	} classes[] = {
		{CLASS_VPN, SHARE_REMOTE},
		{CLASS_REMOTE_ACCESS, SHARE_REMOTE},
		{CLASS_FIREWALL_ADMIN, SHARE_FIREWALL},
		{CLASS_ENTRY_POINT_ADMIN, SHARE_FIREWALL},
		{CLASS_CLOUD, SHARE_CLOUD},
		{CLASS_CLOUD_ADMIN, SHARE_CLOUD},
		{CLASS_PUBLISHED, SHARE_PUBLISHED},
		{CLASS_LOG_STORE, SHARE_LOG_STORE},
		{CLASS_NETWORK_DEVICE, SHARE_DEVICE},
	};

	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (classes[i].class == class)
			return 1U << classes[i].share;
	return 0;
}

static unsigned
shares_of(const struct report_count *count, const struct audit_row *row)
{
	const struct policy_service *service = service_of(count->policy, row->service);
	unsigned shares = 0;

	if (is_from(row, "zone internet"))
		shares |= 1U << SHARE_INTERNET;
	if (is_from(row, "zone internal"))
		shares |= 1U << SHARE_INTERNAL;
	if (report_set_has_name(count->privileged, row->user))
		shares |= 1U << SHARE_PRIVILEGED;
	if (service != NULL && service->operation)
		shares |= 1U << SHARE_OPERATION;
	if (service != NULL)
		shares |= shares_of_class(service->entry.class);
	return shares;
}

static void
add_login(struct report_logins *logins, uint64_t seq, const struct audit_row *row, bool two)
{
	const bool by_key = strncmp(row->rule, "account.service", 15) == 0;

	logins->total += row->count;
	logins->fit += two ? row->count : 0;
	logins->excepted += !two && by_key ? row->count : 0;
	if (two || by_key)
		return;
	logins->last_unfit = seq;
	if (logins->first_unfit == 0)
		logins->first_unfit = seq;
}

/* Names that products bring along, which nobody may log in by. */
bool
report_is_default_id(const char *name)
{
	for (const char *const *at = rule_spec(R_ACCOUNTS_FORBIDDEN_NAMES)->members; *at != NULL;
		at++)
		if (strcasecmp(*at, name) == 0)
			return true;
	return false;
}

static void
count_login(struct report_count *count, uint64_t seq, const struct audit_row *row)
{
	const int64_t kinds = kinds_of(count->policy, row);
	const unsigned shares = shares_of(count, row);

	happened(count, EVENT_LOGIN, seq, row, row->count);
	if (report_is_default_id(row->user))
		happened(count, EVENT_DEFAULT_ID, seq, row, row->count);
	for (size_t i = 0; i < REPORT_SHARES; i++)
		if ((shares & 1U << i) != 0)
			add_login(&count->shares[i], seq, row, (kinds & (kinds - 1)) != 0);
}

/* --- a row --- */

static void
count_auth(struct report_count *count, uint64_t seq, const struct audit_row *row)
{
	if (row->class != AUDIT_AUTH || strcmp(row->event, "login") != 0)
		return;
	if (row->user[0] == '\0' || strcmp(row->source, "local:unknown") == 0)
		happened(count, EVENT_FIELDLESS, seq, row, row->count);
	if (row->result == AUDIT_SUCCESS)
		count_login(count, seq, row);
}

void
report_count_row(struct report_count *count, const struct store_audit_entry *entry,
	const struct audit_row *row)
{
	report_count_settings(count, entry->seq, row);
	if (row->time_us < count->period.since_us || row->time_us >= count->period.until_us)
		return;
	if (count->rows++ == 0) {
		count->first_seq = entry->seq;
		count->first_us = row->time_us;
	}
	count->last_seq = entry->seq;
	count->last_us = row->time_us;
	count->head.seq = entry->seq;
	memcpy(count->head.chain, entry->chain, sizeof(entry->chain));
	count_auth(count, entry->seq, row);
	count_try(count, entry->seq, row);
	count_named(count, entry->seq, row);
	count_act(count, entry->seq, row);
	report_count_run(count, entry->seq, row);
}
