/*
 * Import: hashes that can be verified come in as they are, the rest is refused; a dry run changes
 * nothing.
 */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <string.h>

/* crypt("secret", "$5$saltsalt$") */
#define HASH "$5$rounds=1000$saltsalt$fEOuqCnbXlEDTZQZzTeA6xVhBFF2nPbUmXM1GPpuOc."
#define LOCKED                                                                                 \
	"The hash of this password is locked, empty, or of a method that this machine cannot " \
	"verify."

START_TEST(import_keeps_the_hash)
{
	struct act_subject subject;
	struct audit_row row;

	rig_ok("user.import", "user=alice", "uid=1000", "display=Alice", "!hash=" HASH);
	ck_assert_str_eq(rig_cell(0, "action"), "added");
	ck_assert_str_eq(rig_cell(0, "user"), "alice");
	ck_assert_str_eq(rig_cell(0, "uid"), "1000");
	rig_subject("alice", &subject);
	ck_assert(!subject.account.must_change);
	ck_assert_uint_eq(subject.n, 1);
	ck_assert_str_eq((const char *)subject.credentials[0].secret, HASH);
	ck_assert_uint_eq(subject.credentials[0].key_id, 0);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "user.import");
	ck_assert_str_eq(row.detail, "imported with uid 1000 and a crypt hash $5$");
}
END_TEST

START_TEST(a_dry_run_changes_nothing)
{
	struct store_counts counts;
	struct act_call call = {.daemon = &rig.daemon};

	rig_ok("user.import", "user=alice", "uid=1000", "dry-run=1", "!hash=" HASH);
	ck_assert_str_eq(rig_cell(0, "action"), "added");
	ck_assert_str_eq(rig.text, "'alice' would be imported.");
	ck_assert_int_eq(act_counts(&call, &counts), WF_OK);
	ck_assert_uint_eq(counts.accounts, 0);
	ck_assert_uint_eq(counts.credentials, 0);
	ck_assert_uint_eq(counts.audit_rows, 0);
	/* And it refuses what the real one would refuse. */
	ck_assert_int_eq(
		rig_act("user.import", "user=alice", "uid=1000", "dry-run=1", "!hash=!", NULL),
		WF_INVALID);
}
END_TEST

START_TEST(bad_hashes_are_refused)
{
	static const char *const hashes[] = {
		"!hash=!", "!hash=*", "!hash=!$5$saltsalt$x", "!hash=$nonsense$"};

	for (size_t i = 0; i < COUNT_OF(hashes); i++) {
		rig_no(WF_INVALID, LOCKED, "user.import", "user=alice", "uid=1000", hashes[i]);
		ck_assert_str_eq(rig_cell(0, "action"), "refused");
		ck_assert_str_eq(rig_cell(0, "note"), LOCKED);
	}
	rig_no(WF_INVALID, "'hash' is missing.", "user.import", "user=alice", "uid=1000");
	rig_no(WF_INVALID, "'uid' is missing.", "user.import", "user=alice", "!hash=" HASH);
	ck_assert_uint_eq(rig_rows(), 0);
}
END_TEST

START_TEST(who_is_there_already_stays)
{
	rig_ok("user.add", "user=alice", "uid=1000");
	rig_ok("user.import", "user=alice", "uid=1000", "!hash=" HASH);
	ck_assert_str_eq(rig_cell(0, "action"), "exists");
	ck_assert_str_eq(rig.text, "There is an account 'alice' already; nothing was changed.");
	rig_no(WF_EXISTS,
		"uid 1000 belongs to the account 'alice' already; a uid can have one account only.",
		"user.import", "user=alina", "uid=1000", "!hash=" HASH);
	ck_assert_str_eq(rig_cell(0, "action"), "refused");
	ck_assert_uint_eq(rig_rows(), 1);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/import");
	TCase *tcase = tcase_create("import");

	tcase_add_checked_fixture(tcase, rig_setup, rig_teardown);
	tcase_add_test(tcase, import_keeps_the_hash);
	tcase_add_test(tcase, a_dry_run_changes_nothing);
	tcase_add_test(tcase, bad_hashes_are_refused);
	tcase_add_test(tcase, who_is_there_already_stays);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
