/* Whether the lock held: how many wrong answers an account had in a row. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/report_count.h"
#include "authd/detect/table.h"

/* What counts for the account's lock; other servers' questions that nobody answered do not. */
static bool
is_wrong(const struct audit_row *row)
{
	static const char *const reasons[] = {
		"wrong-password", "wrong-code", "wrong-answer", "upstream-refused"};

	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (row->class == AUDIT_AUTH && strcmp(row->event, "login") == 0 &&
			strcmp(row->reason, reasons[i]) == 0)
			return true;
	return false;
}

static bool
is_end(const struct audit_row *row)
{
	return (row->class == AUDIT_FINDING && strcmp(row->event, "lock") == 0) ||
	       (row->class == AUDIT_ADMIN && strcmp(row->event, "unlock") == 0 &&
		       row->result == AUDIT_SUCCESS) ||
	       (row->class == AUDIT_AUTH && row->result == AUDIT_SUCCESS &&
		       strchr(row->kinds, '+') != NULL);
}

static struct report_run *
run_of(struct report_count *count, const char *user)
{
	const uint64_t name = table_hash(user);
	struct report_run *run = &count->runs[name % REPORT_RUNS];

	if (run->name != name)
		*run = (struct report_run){.name = name};
	return run;
}

static uint64_t
threshold_of(const struct report_count *count, const char *user)
{
	enum account_kind kind = ACCOUNT_GENERAL;

	if (report_set_has_name(count->privileged, user))
		kind = ACCOUNT_PRIVILEGED;
	else if (report_set_has_name(count->services, user))
		kind = ACCOUNT_SERVICE;
	return (uint64_t)policy_number_of(count->policy, R_LOCK_THRESHOLD, kind, GUARD_MFA);
}

void
report_count_run(struct report_count *count, uint64_t seq, const struct audit_row *row)
{
	const bool end = is_end(row);
	struct report_run *run;
	uint64_t threshold;

	if (count->runs == NULL || row->user[0] == '\0' || (!is_wrong(row) && !end))
		return;
	run = run_of(count, row->user);
	run->wrong = end ? 0 : run->wrong + row->count;
	if (end)
		return;
	threshold = threshold_of(count, row->user);
	count->longest.over = count->longest.over || run->wrong > threshold;
	if (run->wrong > count->longest.wrong)
		count->longest =
			(struct report_longest){run->wrong, threshold, seq, count->longest.over};
}

void
report_count_settings(struct report_count *count, uint64_t seq, const struct audit_row *row)
{
	static const char word[] = ", sha256 ";
	const size_t size = sizeof(count->settings);
	const char *hash = strstr(row->detail, word);

	if (row->class != AUDIT_SYSTEM || row->result != AUDIT_SUCCESS ||
		strcmp(row->event, "config.load") != 0)
		return;
	hash = hash == NULL ? "" : hash + strlen(word);
	if (hash[0] != '\0' && strncmp(hash, count->settings, size - 1) == 0)
		return;
	(void)snprintf(count->settings, size, "%.*s", (int)size - 1, hash);
	count->settings_seq = seq;
	count->longest = (struct report_longest){.wrong = 0};
	if (count->runs != NULL)
		memset(count->runs, 0, REPORT_RUNS * sizeof(*count->runs));
}
