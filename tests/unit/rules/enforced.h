/*
 * The test that binds: for each criterion that the catalogue calls enforced, a situation and what
 * must come of it.  Rows stand in tables by subject, one file each (enforced_SUBJECT.c); a table is
 * named in test_enforced.c, which fails for an enforced criterion without a row.
 *
 * A row's `show` asserts; it may load its configuration with enforced_load(), whose profiles are
 * the shipped ones, and use whatever part of the daemon it is about.
 */
#ifndef WF_TESTS_UNIT_RULES_ENFORCED_H
#define WF_TESTS_UNIT_RULES_ENFORCED_H

#include "authd/config/config.h"

struct enforced_row {
	const char *criterion; /* of the catalogue */
	const char *situation; /* in a few words; stands in the message of a failure */
	void (*show)(const struct enforced_row *row);
	const char *conf; /* of warifu.conf; sections by ENFORCED_RESOLVE, ENFORCED_DEVIATE */
	/* what `show` looks at, as it needs it */
	const char *about; /* a service, a parameter, a password, an account's name */
	enum account_kind kind;
	enum rule_guard guard;
	enum zone zone;
	const char *expected;
};

struct enforced_table {
	const struct enforced_row *rows;
	size_t n;
};
extern const struct enforced_table enforced_values, enforced_logins, enforced_accounts,
	enforced_passwords, enforced_register;

#define ENFORCED_SIGNED " by = \"Sato\" on = \"2026-11-21\" reason = \"why\" }\n"
#define ENFORCED_RESOLVE(name, value) "resolve \"" name "\" { is = {\"" value "\"}" ENFORCED_SIGNED
#define ENFORCED_DEVIATE(name, value) \
	"deviate \"" name "\" { is = {\"" value "\"} until = \"2027-01-31\"" ENFORCED_SIGNED
/* what IPA and KUBOTA leave open */
#define ENFORCED_IPA                                                                       \
	"comply = {\"ipa\"}\n" ENFORCED_RESOLVE("session.timeout", "8h") ENFORCED_RESOLVE( \
		"accounts.dormant", "30") ENFORCED_RESOLVE("accounts.leaver_deadline", "0") \
		ENFORCED_RESOLVE("review.log_storage", "30")
#define ENFORCED_KUBOTA                                                                       \
	"comply = {\"kubota\", \"scs3\"}\n" ENFORCED_RESOLVE("session.timeout", "8h") \
		ENFORCED_RESOLVE("password.max_age", "3650")

#define ENFORCED_DRAFT                                                                \
	"comply = {\"scsdraft4\"}\ndraft \"scsdraft4\" {" ENFORCED_SIGNED ENFORCED_RESOLVE( \
		"accounts.dormant", "30") ENFORCED_RESOLVE("accounts.leaver_deadline", "1")

/* Around each test. */
void enforced_setup(void);
void enforced_teardown(void);
/* The same with a folder that has no profiles yet. */
void enforced_setup_bare(void);
/* A file of that folder, "NAME.profile" or "criteria/NAME.criteria". */
void enforced_write(const char *name, const char *text);
/* The configuration; the test fails where the start is refused.  The caller frees. */
struct config *enforced_load(const char *conf);
/* The same; NULL where it is refused, with the sentence. */
struct config *enforced_try(const char *conf, const char **refused_r);
/* The sentence with which the start is refused; the test fails where it is not. */
const char *enforced_refusal(const char *conf);

/*
 * What is often shown: the value of a parameter (`about`, `kind`, `guard`) as "10 SCS-4-1-5-3";
 * and a refused start, whose sentence holds `expected`.
 */
void enforced_shows_value(const struct enforced_row *row);
void enforced_shows_refusal(const struct enforced_row *row);

#endif
