/* user import --shadow and user list --unix, with a passwd and a shadow file of the test's own. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

#define HASH "$6$salt$hashhashhash"

static const char passwd_file[] = "root:x:0:0:root:/root:/bin/bash\n"
				  "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
				  "alice:x:1000:1000:Alice Arai,,,:/srv/alice:/bin/bash\n"
				  "bob:x:1001:1001::/srv/bob:/bin/sh\n"
				  "carol:x:1002:1002:Carol:/srv/carol:/bin/bash\n"
				  "dave:x:1003:1003:Dave:/srv/dave:/usr/sbin/nologin\n"
				  "erin:x:1004:1004:Erin:/srv/erin:/bin/bash\n"
				  "nobody:x:65534:65534:nobody:/nonexistent:/bin/sh\n";
static const char shadow_file[] = "root:" HASH ":19000:0:99999:7:::\n"
				  "daemon:*:19000:0:99999:7:::\n"
				  "alice:" HASH ":19000:0:99999:7:::\n"
				  "bob:!" HASH ":19000:0:99999:7:::\n"
				  "carol::19000:0:99999:7:::\n"
				  "dave:" HASH ":19000:0:99999:7:::\n"
				  "nobody:*:19000:0:99999:7:::\n";

#define IMPORT_COLUMNS                                                                             \
	{                                                                                          \
		"user", "uid:number", "action", "note"                                             \
	}

static const struct rig_act adds[] = {
	{.act = "user.import", .columns = IMPORT_COLUMNS, .rows = {{"alice", "1000", "added", ""}}},
	{.act = "user.import", .columns = IMPORT_COLUMNS, .rows = {{"erin", "1004", "exists", ""}}},
};

static struct rig rig;

static void
tear_down(void)
{
	rig_stop(&rig);
}

static void
start(const struct rig_act *acts, size_t n)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	rig_start(&rig, acts, n);
	rig_write(&rig, "passwd", passwd_file);
	rig_write(&rig, "shadow", shadow_file);
}

static int
import(const char *options)
{
	char line[2048];

	snprintf(line, sizeof(line),
		"user import --shadow --passwd-file %.500s/passwd --shadow-file %.500s/shadow %s",
		rig.dir, rig.dir, options);
	return rig_run(&rig, NULL, line);
}

START_TEST(dry_run_tells_and_asks_for_a_dry_run)
{
	start(adds, 2);
	ck_assert_int_eq(import("--dry-run"), CTL_OK);
	ck_assert_str_eq(rig.out,
		"User      UID  Name        Action  Note\n"
		"root        0  root        skip    system user: its uid is outside the range\n"
		"daemon      1  daemon      skip    system user: its uid is outside the range\n"
		"alice    1000  Alice Arai  import  -\n"
		"bob      1001  -           skip    its password is locked\n"
		"carol    1002  Carol       skip    has no password\n"
		"dave     1003  Dave        skip    has no login shell\n"
		"erin     1004  Erin        skip    has no password\n"
		"nobody  65534  nobody      skip    system user: its uid is outside the range\n"
		"1 would be imported, 7 left out, 0 refused. Nothing was changed.\n");
	ck_assert_str_eq(rig_asked(&rig),
		"user.import user=alice uid=1000 display=Alice Arai dry-run=1 *hash=" HASH "\n");
}
END_TEST

START_TEST(import_sends_each_hash_as_a_secret)
{
	start(adds, 2);
	rig_write(&rig, "shadow", "alice:" HASH ":1::::::\nerin:" HASH ":1::::::\n");
	ck_assert_int_eq(import("--ticket T7"), CTL_OK);
	ck_assert_str_eq(rig_asked(&rig),
		"user.import user=alice uid=1000 display=Alice Arai ticket=T7 *hash=" HASH "\n"
		"user.import user=erin uid=1004 display=Erin ticket=T7 *hash=" HASH "\n");
	ck_assert_ptr_nonnull(
		strstr(rig.out, "erin     1004  Erin        exists  there is an account"));
	ck_assert_ptr_null(strstr(rig.out, "$6$"));
	ck_assert_ptr_nonnull(
		strstr(rig.out, "1 imported, 7 left out, 0 refused. /etc/shadow is as it was."));
}
END_TEST

START_TEST(shadow_file_is_untouched)
{
	start(adds, 2);
	ck_assert_int_eq(import(""), CTL_OK);
	ck_assert_str_eq(rig_read(&rig, "shadow"), shadow_file);
}
END_TEST

START_TEST(refused_hash_is_a_no)
{
	static const struct rig_act refuses[] = {{.act = "user.import",
		.status = WF_UNSUPPORTED,
		.text = "This kind of hash is not known."}};

	start(refuses, 1);
	ck_assert_int_eq(import("--json"), CTL_NO);
	ck_assert_ptr_nonnull(
		strstr(rig.out, "{\"user\": \"alice\", \"uid\": 1000, \"display\": \"Alice "
				"Arai\", \"action\": \"refused\", \"note\": \"This kind of hash "
				"is not known.\"}"));
}
END_TEST

START_TEST(daemon_away_ends_the_import)
{
	start(NULL, 0);
	ck_assert_int_eq(import(""), CTL_AWAY);
	ck_assert_ptr_nonnull(strstr(rig.err, "the daemon does not answer"));
}
END_TEST

START_TEST(bad_calls_have_their_sentences)
{
	start(adds, 2);
	ck_assert_int_eq(rig_run(&rig, NULL, "user import"), CTL_USAGE);
	ck_assert_str_eq(rig.err, "warifu: say from where: warifu user import --shadow\n");
	ck_assert_int_eq(remove(rig_path(&rig, "shadow")), 0);
	ck_assert_int_eq(import(""), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "cannot be read: No such file or directory"));
	ck_assert_str_eq(rig_asked(&rig), "");
}
END_TEST

START_TEST(unix_list_shows_everybody)
{
	static const struct rig_act lists[] = {
		{.act = "user.list",
			.columns = {"user", "uid:number", "display", "kind", "state", "standing",
				"reason", "standing-until:time", "locked:bool"},
			.rows = {{"alice", "1000", "Alice Arai", "general", "enabled", "managed",
					 "", "", "0"},
				{"bob", "1001", "", "general", "enabled", "exempt", "moves",
					"1767225600000000", "0"}}},
	};
	char line[1024];

	start(lists, 1);
	setenv("TZ", "JST-9", 1);
	rig_write(&rig, "passwd",
		"alice:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\nmallory:x:1002:1002:M:/"
		":/bin/sh\n");
	snprintf(line, sizeof(line), "user list --unix --passwd-file %.500s/passwd", rig.dir);
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_OK);
	ck_assert_str_eq(rig.out, "User      UID  Name        Standing  Standing until       "
				  "Reason             State    Locked\n"
				  "alice    1000  Alice Arai  managed   -                    -     "
				  "             enabled  no\n"
				  "bob      1001  -           exempt    2026-01-01 09:00:00  moves "
				  "             enabled  no\n"
				  "mallory  1002  M           refused   -                    "
				  "unknown to Warifu  -        -\n");
	ck_assert_str_eq(rig_asked(&rig), "user.list unix=1\n");
}
END_TEST

/* Without files of its own it asks the machine; whoever stands there twice is one. */
START_TEST(unix_list_of_this_machine)
{
	static const struct rig_act lists[] = {
		{.act = "user.list",
			.columns = {"user", "uid:number", "display", "kind", "state", "standing",
				"reason", "standing-until:time", "locked:bool"},
			.rows = {{"alice", "1000", "Alice Arai", "general", "enabled", "managed",
				"", "", "0"}}},
	};
	char line[1024];

	start(lists, 1);
	ck_assert_int_eq(rig_run(&rig, NULL, "user list --unix"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "\nroot "));
	rig_write(&rig, "passwd", "bob:x:1001:1001:B:/:/bin/sh\nbob:x:1002:1002:C:/:/bin/sh\n");
	snprintf(line, sizeof(line), "user list --unix --passwd-file %.500s/passwd", rig.dir);
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "bob"));
	ck_assert_ptr_null(strstr(strstr(rig.out, "bob") + 1, "bob"));
	snprintf(line, sizeof(line), "user list --unix --passwd-file %.500s/none", rig.dir);
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "No such file or directory"));
}
END_TEST

static Suite *
import_suite(void)
{
	Suite *suite = suite_create("import");
	TCase *tc = tcase_create("shadow");

	tcase_add_checked_fixture(tc, NULL, tear_down);
	tcase_add_test(tc, dry_run_tells_and_asks_for_a_dry_run);
	tcase_add_test(tc, import_sends_each_hash_as_a_secret);
	tcase_add_test(tc, shadow_file_is_untouched);
	tcase_add_test(tc, refused_hash_is_a_no);
	tcase_add_test(tc, daemon_away_ends_the_import);
	tcase_add_test(tc, bad_calls_have_their_sentences);
	tcase_add_test(tc, unix_list_shows_everybody);
	tcase_add_test(tc, unix_list_of_this_machine);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(import_suite)
