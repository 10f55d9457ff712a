/* Each rule: a case that must fire, and near misses that must not. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/detect/log.h"
#include "tests/unit/unit.h"

#define HOME "203.0.113.7"
#define OTHER "192.0.2.50"
#define ABROAD "198.51.100.9"
#define NINE (MONDAY + 9 * HOUR)

/* Weeks of ordinary logins at nine, so that habits are learned; returns the Monday after. */
static int64_t
ordinary_weeks(struct log *log, const char *user, const char *source)
{
	for (int day = 0; day < 28; day++)
		if (day % 7 < 5)
			log_login(log, NINE + day * DAY, user, source, "ok");
	return NINE + 28 * DAY;
}

/* Wrong answers of one account, a minute apart. */
static int64_t
wrong(struct log *log, int64_t at, const char *user, const char *source, const char *reason, int n)
{
	for (int i = 0; i < n; i++)
		log_login(log, at + i * MINUTE, user, source, reason);
	return at + n * MINUTE;
}

/* One source, so many accounts, so many minutes apart. */
static void
spray(struct log *log, const char *source, const char *reason, int accounts, int64_t apart)
{
	char user[32];

	for (int i = 0; i < accounts; i++) {
		(void)snprintf(user, sizeof(user), "user%d", i);
		log_login(log, NINE + i * apart, user, source, reason);
	}
}

/* So many tries over sources and accounts, within so many minutes. */
static void
crowd(struct log *log, int sources, int accounts, int tries, int64_t minutes)
{
	char user[32], source[64];

	for (int i = 0; i < tries; i++) {
		(void)snprintf(user, sizeof(user), "user%d", i % accounts);
		(void)snprintf(source, sizeof(source), "192.0.%d.9", i % sources);
		log_login(log, NINE + i * minutes * MINUTE / tries, user, source, "wrong-password");
	}
}

/* Few tries, and many of one pair long before. */
static void
a_crowd_after_old_tries(struct log *log)
{
	for (int i = 0; i < 20; i++)
		log_login(log, NINE - 3 * HOUR + i, "user0", "192.0.0.9", "wrong-password");
	crowd(log, 5, 8, 24, 10);
}

/* --- account-failures --- */
static void ten_wrong(struct log *log) { wrong(log, NINE, "alice", OTHER, "wrong-password", 10); }
static void nine_wrong(struct log *log) { wrong(log, NINE, "alice", OTHER, "wrong-password", 9); }
static void a_row_of_ten(struct log *log)
{
	log_login(log, NINE, "alice", OTHER, "wrong-password");
	log_logins(log, NINE + MINUTE, "alice", OTHER, "locked", 9);
}
static void a_row_of_ten_for_nobody(struct log *log)
{
	log_logins(log, NINE + MINUTE, "alice", OTHER, "locked", 9000);
}
static void ten_wrong_slowly(struct log *log)
{
	for (int i = 0; i < 20; i++)
		log_login(log, NINE + i * 7 * MINUTE, "alice", OTHER, "wrong-password");
}
static void ten_of_a_name(struct log *log)
{
	wrong(log, NINE, "nobody", OTHER, "unknown-user", 30);
}
static void locked_after_three(struct log *log)
{
	wrong(log, NINE, "alice", OTHER, "wrong-password", 3);
	log_row(log, NINE + 3 * MINUTE, AUDIT_FINDING, "lock", AUDIT_NEUTRAL, "alice");
}
/* The owner logs in all the while. */
static void ten_wrong_beside_the_owner(struct log *log)
{
	int64_t at = ordinary_weeks(log, "alice", HOME);

	for (int i = 0; i < 10; i++) {
		log_login(log, at + i * MINUTE, "alice", OTHER, "wrong-password");
		log_login(log, at + i * MINUTE + MINUTE / 2, "alice", HOME, "ok");
	}
}

/* --- source-spray --- */
static void five_accounts(struct log *log) { spray(log, OTHER, "wrong-password", 5, 4 * MINUTE); }
static void four_accounts(struct log *log) { spray(log, OTHER, "wrong-password", 4, MINUTE); }
static void five_accounts_slowly(struct log *log)
{
	spray(log, OTHER, "wrong-password", 12, 5 * MINUTE + 1);
}
static void names_from_outside(struct log *log) { spray(log, OTHER, "unknown-user", 20, MINUTE); }
static void names_from_inside(struct log *log)
{
	spray(log, "10.1.2.3", "unknown-user", 5, MINUTE);
}
static void no_source_told(struct log *log)
{
	spray(log, "local:unknown", "wrong-password", 20, MINUTE / 2);
}
/* Behind one address many mistype, and then get in. */
static void typos_behind_a_nat(struct log *log)
{
	char user[32];

	for (int i = 0; i < 20; i++) {
		(void)snprintf(user, sizeof(user), "user%d", i);
		log_login(log, NINE + i * MINUTE / 2, user, OTHER, "wrong-password");
		log_login(log, NINE + i * MINUTE / 2 + MINUTE, user, OTHER, "ok");
	}
}

/* One subscriber has all addresses of a network of IPv6. */
static void
spray_of_addresses(struct log *log, const char *before, const char *behind)
{
	char user[32], source[64];

	for (int i = 0; i < 5; i++) {
		(void)snprintf(user, sizeof(user), "user%d", i);
		(void)snprintf(source, sizeof(source), "%s%d%s", before, i + 1, behind);
		log_login(log, NINE + i * MINUTE, user, source, "wrong-password");
	}
}
static void five_addresses_of_a_64(struct log *log)
{
	spray_of_addresses(log, "2001:db8:1:2:", "::7");
}
static void five_networks_of_64(struct log *log) { spray_of_addresses(log, "2001:db8:1:", "::7"); }
static void five_addresses_of_ipv4(struct log *log) { spray_of_addresses(log, "192.0.2.", ""); }

/* --- many-sources --- */
static void a_crowd(struct log *log) { crowd(log, 5, 8, 25, 14); }
static void four_sources(struct log *log) { crowd(log, 4, 9, 40, 14); }
static void seven_accounts(struct log *log) { crowd(log, 6, 7, 40, 14); }
static void few_tries(struct log *log) { crowd(log, 5, 8, 24, 14); }
static void a_slow_crowd(struct log *log) { crowd(log, 5, 8, 40, 26); }

/* --- success-after-failures --- */
/* So many wrong answers from OTHER, and then a login. */
static void
wrong_and_in(struct log *log, int64_t at, const char *reason, int n, const char *source)
{
	log_login(log, wrong(log, at, "alice", OTHER, reason, n), "alice", source, "ok");
}
static void six_and_in(struct log *log) { wrong_and_in(log, NINE, "wrong-password", 6, OTHER); }
static void five_and_in(struct log *log) { wrong_and_in(log, NINE, "wrong-password", 5, OTHER); }
static void six_and_in_later(struct log *log)
{
	wrong(log, NINE, "alice", OTHER, "wrong-password", 6);
	log_login(log, NINE + 61 * MINUTE, "alice", OTHER, "ok");
}
static void
weeks_wrong_and_in(struct log *log, const char *reason, int n, const char *source)
{
	wrong_and_in(log, ordinary_weeks(log, "alice", HOME), reason, n, source);
}
static void six_and_the_owner(struct log *log)
{
	weeks_wrong_and_in(log, "wrong-password", 6, HOME);
}
static void six_and_in_from_elsewhere(struct log *log)
{
	weeks_wrong_and_in(log, "wrong-password", 6, ABROAD);
}

/* --- spray-worked --- */
static void three_others_and_in(struct log *log)
{
	spray(log, OTHER, "wrong-password", 3, HOUR);
	log_login(log, NINE + 10 * HOUR, "alice", OTHER, "ok");
}
static void two_others_and_in(struct log *log)
{
	spray(log, OTHER, "wrong-password", 2, HOUR);
	log_login(log, NINE + 3 * HOUR, "alice", OTHER, "wrong-password");
	log_login(log, NINE + 4 * HOUR, "alice", OTHER, "ok");
}
static void three_others_the_day_before(struct log *log)
{
	spray(log, OTHER, "wrong-password", 3, MINUTE);
	log_login(log, NINE + 24 * HOUR + MINUTE, "alice", OTHER, "ok");
}

/* --- code-fatigue --- */
static void five_codes(struct log *log) { wrong(log, NINE, "alice", OTHER, "wrong-code", 5); }
static void four_codes(struct log *log) { wrong(log, NINE, "alice", OTHER, "wrong-code", 4); }
static void five_passwords(struct log *log)
{
	wrong(log, NINE, "alice", OTHER, "wrong-password", 5);
}
static void five_codes_slowly(struct log *log)
{
	for (int i = 0; i < 8; i++)
		log_login(log, NINE + i * 3 * MINUTE, "alice", OTHER, "wrong-code");
}

/* --- code-replay --- */
static void
in_and_replayed(struct log *log, const char *source, int64_t later)
{
	log_login(log, NINE, "alice", HOME, "ok");
	log_login(log, NINE + later, "alice", source, "replayed");
}
static void a_code_seen_elsewhere(struct log *log) { in_and_replayed(log, OTHER, MINUTE); }
static void a_code_typed_twice(struct log *log) { in_and_replayed(log, HOME, MINUTE); }
static void a_code_typed_next_door(struct log *log)
{
	in_and_replayed(log, "203.0.113.200", MINUTE);
}
static void a_code_of_long_ago(struct log *log) { in_and_replayed(log, OTHER, 10 * MINUTE); }
static void a_code_nobody_used_here(struct log *log)
{
	log_login(log, NINE, "alice", OTHER, "replayed");
}
static void ten_replayed(struct log *log) { wrong(log, NINE, "alice", OTHER, "replayed", 10); }

/* --- dormant-account --- */
static void the_first_time(struct log *log) { log_login(log, NINE, "alice", HOME, "ok"); }
static void
again_after(struct log *log, int days)
{
	the_first_time(log);
	log_login(log, NINE + days * DAY, "alice", HOME, "ok");
}
static void after_45_days(struct log *log) { again_after(log, 45); }
static void after_44_days(struct log *log) { again_after(log, 44); }
static void removed_and_made_anew(struct log *log)
{
	the_first_time(log);
	log_act(log, NINE + DAY, "user.remove", "alice");
	log_login(log, NINE + 60 * DAY, "alice", HOME, "ok");
}

/* --- disabled-account --- */
static void five_of_disabled(struct log *log) { wrong(log, NINE, "alice", OTHER, "disabled", 5); }
static void four_of_disabled(struct log *log) { wrong(log, NINE, "alice", OTHER, "disabled", 4); }

/* --- default-account --- */
static void admin_in(struct log *log) { log_login(log, NINE, "admin", HOME, "ok"); }
static void admin_refused(struct log *log)
{
	log_login(log, NINE, "admin", HOME, "wrong-password");
}

/* --- reset-new-place --- */
static void
reset_and_in(struct log *log, const char *event, const char *source, int64_t later)
{
	int64_t at = ordinary_weeks(log, "alice", HOME);

	log_act(log, at, event, "alice");
	log_login(log, at + later, "alice", source, "ok");
}
static void reset_and_in_abroad(struct log *log)
{
	reset_and_in(log, "token.add", OTHER, 11 * HOUR);
}
static void unlocked_and_in_abroad(struct log *log) { reset_and_in(log, "unlock", OTHER, HOUR); }
static void reset_and_in_at_home(struct log *log) { reset_and_in(log, "token.add", HOME, HOUR); }
static void reset_and_in_too_late(struct log *log)
{
	reset_and_in(log, "token.add", OTHER, 12 * HOUR + MINUTE);
}
static void renamed_and_in_abroad(struct log *log) { reset_and_in(log, "user.set", OTHER, HOUR); }
static void reset_and_in_at_work(struct log *log)
{
	ordinary_weeks(log, "bob", OTHER);
	ordinary_weeks(log, "carol", OTHER);
	ordinary_weeks(log, "dave", OTHER);
	reset_and_in(log, "token.add", OTHER, HOUR);
}

/* --- new-network, new-country, odd-hours --- */
static void
weeks_and(struct log *log, int64_t later, const char *source, const char *reason)
{
	log_login(log, ordinary_weeks(log, "alice", HOME) + later, "alice", source, reason);
}
static void one_kind_elsewhere(struct log *log) { weeks_and(log, HOUR, OTHER, "ok-one"); }
static void two_kinds_elsewhere(struct log *log) { weeks_and(log, HOUR, OTHER, "ok"); }
static void one_kind_next_door(struct log *log) { weeks_and(log, HOUR, "203.0.113.200", "ok-one"); }
static void troubled_elsewhere(struct log *log) { weeks_wrong_and_in(log, "wrong-code", 3, OTHER); }
static void new_here(struct log *log)
{
	for (int i = 0; i < 4; i++)
		log_login(log, NINE + i * DAY, "alice", HOME, "ok");
	log_login(log, NINE + 5 * DAY, "alice", OTHER, "ok-one");
}
static void notes_wanted(struct log *log)
{
	log->settings.level = 0;
	two_kinds_elsewhere(log);
}
static void in_abroad(struct log *log) { weeks_and(log, HOUR, ABROAD, "ok"); }
static void in_the_country(struct log *log) { weeks_and(log, HOUR, OTHER, "ok"); }
static void at_three(struct log *log) { weeks_and(log, 18 * HOUR, HOME, "ok-one"); }
static void at_eleven(struct log *log) { weeks_and(log, 2 * HOUR, HOME, "ok-one"); }
static void at_three_with_two_kinds(struct log *log) { weeks_and(log, 18 * HOUR, HOME, "ok"); }
static void
by_settings(struct log *log, uint32_t from, uint32_t until, int64_t at)
{
	log->settings.rules[DETECT_ODD_HOURS].values[DETECT_FROM] = from;
	log->settings.rules[DETECT_ODD_HOURS].values[DETECT_UNTIL] = until;
	log_login(log, MONDAY + at, "alice", HOME, "ok-one");
}
static void before_seven(struct log *log) { by_settings(log, 7, 20, 6 * HOUR); }
static void at_seven(struct log *log) { by_settings(log, 7, 20, 7 * HOUR); }
static void at_night_by_night_work(struct log *log) { by_settings(log, 22, 6, 3 * HOUR); }

/* --- break-glass, log-fault --- */
static void an_emergency(struct log *log)
{
	log_row(log, NINE, AUDIT_AUTH, "login.breakglass", AUDIT_SUCCESS, "alice");
}
static void an_emergency_told_later(struct log *log)
{
	log_act(log, NINE, "emergency.used", "alice");
}
static void a_new_sheet(struct log *log) { log_act(log, NINE, "emergency.new", "alice"); }
static void a_stream_fails(struct log *log)
{
	log_row(log, NINE, AUDIT_SYSTEM, "stream.failed", AUDIT_FAILURE, "");
}
static void a_stop(struct log *log) { log_row(log, NINE, AUDIT_SYSTEM, "stop", AUDIT_NEUTRAL, ""); }
static void
undelivered(struct log *log, int n)
{
	for (int i = 0; i < n; i++)
		log_row(log, NINE + i * MINUTE, AUDIT_AUTH, "login.undelivered", AUDIT_NEUTRAL,
			"alice");
}
static void ten_undelivered(struct log *log) { undelivered(log, 10); }
static void nine_undelivered(struct log *log) { undelivered(log, 9); }
static void the_clock_jumped(struct log *log)
{
	log_row(log, NINE, AUDIT_FINDING, "clock.jump", AUDIT_NEUTRAL, "");
}
static void too_many_names(struct log *log)
{
	log_logins(log, NINE, "(others)", "(others)", "overflow", 5000);
}

static void
trouble(struct log *log, enum audit_class class, const char *event, enum audit_result result)
{
	log_row(log, NINE, class, event, result, "");
}
static void a_stream_is_behind(struct log *log)
{
	trouble(log, AUDIT_SYSTEM, "stream.behind", AUDIT_FAILURE);
}
static void a_stream_caught_up(struct log *log)
{
	trouble(log, AUDIT_SYSTEM, "stream.behind", AUDIT_SUCCESS);
}
static void nothing_is_signed(struct log *log)
{
	trouble(log, AUDIT_SYSTEM, "checkpoint.failed", AUDIT_FAILURE);
}

/* --- backup-fault, duty-overdue, config-drift, alert-fault --- */
static void a_backup_fails(struct log *log)
{
	trouble(log, AUDIT_FINDING, "backup.failed", AUDIT_FAILURE);
}
static void no_backup_in_time(struct log *log)
{
	trouble(log, AUDIT_SYSTEM, "backup.late", AUDIT_FAILURE);
}
static void a_second_copy(struct log *log)
{
	trouble(log, AUDIT_SYSTEM, "backup.second", AUDIT_SUCCESS);
}
static void a_duty_is_overdue(struct log *log)
{
	trouble(log, AUDIT_SYSTEM, "duty.overdue", AUDIT_FAILURE);
}
static void a_duty_was_done(struct log *log) { log_act(log, NINE, "duty.done", ""); }
static void another_configuration(struct log *log)
{
	trouble(log, AUDIT_SYSTEM, "config.drift", AUDIT_FAILURE);
}
static void as_approved(struct log *log)
{
	trouble(log, AUDIT_SYSTEM, "config.drift", AUDIT_SUCCESS);
}
static void nobody_is_told(struct log *log)
{
	trouble(log, AUDIT_SYSTEM, "alert.failed", AUDIT_FAILURE);
}
static void somebody_is_told_again(struct log *log)
{
	trouble(log, AUDIT_SYSTEM, "alert.failed", AUDIT_SUCCESS);
}

#define NONE (-1)
static const struct {
	const char *name;
	void (*rows)(struct log *log);
	enum detect_rule rule;
	int level; /* NONE: that rule does not fire */
} cases[] = {
#define FIRES(rows, rule, level) {#rows, rows, rule, level}
#define NOT(rows, rule) {#rows, rows, rule, NONE}
	FIRES(ten_wrong, DETECT_ACCOUNT_FAILURES, 1),
	NOT(nine_wrong, DETECT_ACCOUNT_FAILURES),
	FIRES(a_row_of_ten, DETECT_ACCOUNT_FAILURES, 1),
	NOT(a_row_of_ten_for_nobody, DETECT_ACCOUNT_FAILURES),
	NOT(ten_wrong_slowly, DETECT_ACCOUNT_FAILURES),
	NOT(ten_of_a_name, DETECT_ACCOUNT_FAILURES),
	FIRES(locked_after_three, DETECT_ACCOUNT_FAILURES, 1),
	FIRES(ten_wrong_beside_the_owner, DETECT_ACCOUNT_FAILURES, 1),
	FIRES(ten_replayed, DETECT_ACCOUNT_FAILURES, 1),
	FIRES(five_accounts, DETECT_SOURCE_SPRAY, 2),
	NOT(four_accounts, DETECT_SOURCE_SPRAY),
	NOT(five_accounts_slowly, DETECT_SOURCE_SPRAY),
	NOT(names_from_outside, DETECT_SOURCE_SPRAY),
	FIRES(names_from_inside, DETECT_SOURCE_SPRAY, 1),
	NOT(no_source_told, DETECT_SOURCE_SPRAY),
	NOT(typos_behind_a_nat, DETECT_SOURCE_SPRAY),
	FIRES(five_addresses_of_a_64, DETECT_SOURCE_SPRAY, 2),
	NOT(five_networks_of_64, DETECT_SOURCE_SPRAY),
	NOT(five_addresses_of_ipv4, DETECT_SOURCE_SPRAY),
	FIRES(a_crowd, DETECT_MANY_SOURCES, 2),
	NOT(four_sources, DETECT_MANY_SOURCES),
	NOT(seven_accounts, DETECT_MANY_SOURCES),
	NOT(few_tries, DETECT_MANY_SOURCES),
	NOT(a_slow_crowd, DETECT_MANY_SOURCES),
	NOT(a_crowd_after_old_tries, DETECT_MANY_SOURCES),
	FIRES(six_and_in, DETECT_SUCCESS_AFTER_FAILURES, 3),
	NOT(five_and_in, DETECT_SUCCESS_AFTER_FAILURES),
	NOT(six_and_in_later, DETECT_SUCCESS_AFTER_FAILURES),
	NOT(six_and_the_owner, DETECT_SUCCESS_AFTER_FAILURES),
	FIRES(six_and_in_from_elsewhere, DETECT_SUCCESS_AFTER_FAILURES, 3),
	FIRES(three_others_and_in, DETECT_SPRAY_WORKED, 3),
	NOT(two_others_and_in, DETECT_SPRAY_WORKED),
	NOT(three_others_the_day_before, DETECT_SPRAY_WORKED),
	NOT(typos_behind_a_nat, DETECT_SPRAY_WORKED),
	FIRES(five_codes, DETECT_CODE_FATIGUE, 2),
	NOT(four_codes, DETECT_CODE_FATIGUE),
	NOT(five_passwords, DETECT_CODE_FATIGUE),
	NOT(five_codes_slowly, DETECT_CODE_FATIGUE),
	FIRES(a_code_seen_elsewhere, DETECT_CODE_REPLAY, 2),
	NOT(a_code_typed_twice, DETECT_CODE_REPLAY),
	NOT(a_code_typed_next_door, DETECT_CODE_REPLAY),
	NOT(a_code_of_long_ago, DETECT_CODE_REPLAY),
	NOT(a_code_nobody_used_here, DETECT_CODE_REPLAY),
	FIRES(after_45_days, DETECT_DORMANT, 2),
	NOT(after_44_days, DETECT_DORMANT),
	NOT(the_first_time, DETECT_DORMANT),
	NOT(removed_and_made_anew, DETECT_DORMANT),
	FIRES(five_of_disabled, DETECT_DISABLED, 1),
	NOT(four_of_disabled, DETECT_DISABLED),
	FIRES(admin_in, DETECT_DEFAULT_ACCOUNT, 1),
	NOT(admin_refused, DETECT_DEFAULT_ACCOUNT),
	FIRES(reset_and_in_abroad, DETECT_RESET_NEW_PLACE, 2),
	FIRES(unlocked_and_in_abroad, DETECT_RESET_NEW_PLACE, 2),
	NOT(reset_and_in_at_home, DETECT_RESET_NEW_PLACE),
	NOT(reset_and_in_too_late, DETECT_RESET_NEW_PLACE),
	NOT(renamed_and_in_abroad, DETECT_RESET_NEW_PLACE),
	NOT(reset_and_in_at_work, DETECT_RESET_NEW_PLACE),
	FIRES(one_kind_elsewhere, DETECT_NEW_NETWORK, 1),
	NOT(two_kinds_elsewhere, DETECT_NEW_NETWORK),
	NOT(one_kind_next_door, DETECT_NEW_NETWORK),
	FIRES(troubled_elsewhere, DETECT_NEW_NETWORK, 1),
	NOT(new_here, DETECT_NEW_NETWORK),
	FIRES(notes_wanted, DETECT_NEW_NETWORK, 0),
	FIRES(in_abroad, DETECT_NEW_COUNTRY, 2),
	NOT(in_the_country, DETECT_NEW_COUNTRY),
	FIRES(at_three, DETECT_ODD_HOURS, 1),
	NOT(at_eleven, DETECT_ODD_HOURS),
	NOT(at_three_with_two_kinds, DETECT_ODD_HOURS),
	FIRES(before_seven, DETECT_ODD_HOURS, 1),
	NOT(at_seven, DETECT_ODD_HOURS),
	NOT(at_night_by_night_work, DETECT_ODD_HOURS),
	FIRES(an_emergency, DETECT_BREAK_GLASS, 3),
	FIRES(an_emergency_told_later, DETECT_BREAK_GLASS, 3),
	NOT(a_new_sheet, DETECT_BREAK_GLASS),
	FIRES(a_stream_fails, DETECT_LOG_FAULT, 2),
	NOT(a_stop, DETECT_LOG_FAULT),
	FIRES(ten_undelivered, DETECT_LOG_FAULT, 1),
	NOT(nine_undelivered, DETECT_LOG_FAULT),
	FIRES(the_clock_jumped, DETECT_LOG_FAULT, 2),
	FIRES(too_many_names, DETECT_LOG_FAULT, 1),
	FIRES(a_stream_is_behind, DETECT_LOG_FAULT, 2),
	NOT(a_stream_caught_up, DETECT_LOG_FAULT),
	FIRES(nothing_is_signed, DETECT_LOG_FAULT, 2),
	NOT(a_backup_fails, DETECT_LOG_FAULT),
	FIRES(a_backup_fails, DETECT_BACKUP_FAULT, 2),
	FIRES(no_backup_in_time, DETECT_BACKUP_FAULT, 2),
	NOT(a_second_copy, DETECT_BACKUP_FAULT),
	FIRES(a_duty_is_overdue, DETECT_DUTY_OVERDUE, 1),
	NOT(a_duty_was_done, DETECT_DUTY_OVERDUE),
	FIRES(another_configuration, DETECT_CONFIG_DRIFT, 1),
	NOT(as_approved, DETECT_CONFIG_DRIFT),
	FIRES(nobody_is_told, DETECT_ALERT_FAULT, 2),
	NOT(somebody_is_told_again, DETECT_ALERT_FAULT),
};

START_TEST(each_rule_fires_when_it_must_and_only_then)
{
	struct log *log = log_new();
	const struct log_found *found;

	cases[_i].rows(log);
	found = log_last(log, cases[_i].rule);
	if (cases[_i].level == NONE)
		ck_assert_msg(found == NULL, "%s fired", cases[_i].name);
	else
		ck_assert_msg(found != NULL, "%s did not fire", cases[_i].name);
	if (found != NULL)
		ck_assert_msg((int)found->level == cases[_i].level, "%s: level %u",
			cases[_i].name, found->level);
	if (cases[_i].level != NONE)
		ck_assert_msg(log_count(log, cases[_i].rule) == 1, "%s: not one incident",
			cases[_i].name);
	log_free(&log);
}
END_TEST

START_TEST(each_rule_has_both_kinds_of_cases)
{
	bool fires[DETECT_RULES] = {false}, misses[DETECT_RULES] = {false};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		*(cases[i].level == NONE ? &misses[cases[i].rule] : &fires[cases[i].rule]) = true;
	for (size_t i = 0; i < DETECT_RULES; i++)
		ck_assert_msg(fires[i] && misses[i], "%s", detect_rules()[i].id);
}
END_TEST

START_TEST(a_rule_that_is_off_finds_nothing)
{
	struct log *log = log_new();

	(void)snprintf(log->settings.rules[cases[_i].rule].off, DETECT_OFF_SIZE, "not here");
	cases[_i].rows(log);
	ck_assert_ptr_null(log_last(log, cases[_i].rule));
	log_free(&log);
}
END_TEST

START_TEST(values_are_within_their_bounds)
{
	const struct detect_param_spec *params = detect_params();

	for (size_t i = 0; i < DETECT_RULES; i++) {
		const struct detect_rule_spec *rule = &detect_rules()[i];

		ck_assert_int_eq(detect_rule_find(rule->id), (int)i);
		for (size_t p = 0; p < DETECT_PARAMS; p++) {
			if ((rule->has & 1U << p) == 0)
				continue;
			ck_assert_uint_ge(rule->presets[p], params[p].min);
			ck_assert_uint_le(rule->presets[p], params[p].max);
		}
	}
	ck_assert_int_eq(detect_rule_find("nothing"), -1);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("detect rules");
	TCase *tcase = tcase_create("rules");
	const int n = (int)(sizeof(cases) / sizeof(cases[0]));

	tcase_add_loop_test(tcase, each_rule_fires_when_it_must_and_only_then, 0, n);
	tcase_add_loop_test(tcase, a_rule_that_is_off_finds_nothing, 0, n);
	tcase_add_test(tcase, each_rule_has_both_kinds_of_cases);
	tcase_add_test(tcase, values_are_within_their_bounds);
	suite_add_tcase(suite, tcase);
	return suite;
}
UNIT_MAIN(make_suite)
