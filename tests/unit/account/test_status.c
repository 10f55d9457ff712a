/* Views of the daemon itself: status, metrics, doctor, tune; and the acts on it. */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

START_TEST(status_has_the_columns_of_the_contract)
{
	static const char *const wanted[] = {"ok:bool", "level", "message", "version", "node",
		"mode", "pid:number", "started:time", "initialised:bool", "accounts:number",
		"locked:number", "locked-strangers:number", "reserve-used:number",
		"findings:number", "findings-level:number", "alerts-waiting:number", "rules-off",
		"duties-overdue:number", "audit-rows:number", "log-since:time", "log-hold",
		"streams-late:number", "accepted:number", "rejected:number",
		"unavailable:number", "refused-early:number", "open:number", "queue:number",
		"connections:number", "clock", "clock-synchronised:bool", "config-file",
		"config-sha256", "config-approved:time", "config-differ:number", "key-file",
		"key-id:number", "key-fingerprint", "state-dir", "breakglass-file",
		"disk-free:number", "session-timeout:number", "idle-lock:number", "backup:time",
		"second-backup:time", "backup-every:number"};

	rig_ok("status");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_uint_eq(rig.ncolumns, COUNT_OF(wanted));
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		ck_assert_str_eq(rig.columns[i], wanted[i]);
}
END_TEST

START_TEST(status_tells_what_is)
{
	rig_ruler("boss");
	rig_fail("boss", 10, false, "192.0.2.7");
	rig.figures.accepted = 5;
	rig.figures.rejected = 6;
	rig.figures.workers_queued = 7;
	rig_ok("status");
	ck_assert_str_eq(rig_cell(0, "version"), PACKAGE_VERSION);
	ck_assert_str_eq(rig_cell(0, "node"), "node-a");
	ck_assert_str_eq(rig_cell(0, "mode"), "enforce");
	ck_assert_int_eq(rig_number(0, "pid"), getpid());
	ck_assert_int_eq(rig_number(0, "started"), rig.figures.started_us);
	ck_assert_str_eq(rig_cell(0, "initialised"), "1");
	ck_assert_str_eq(rig_cell(0, "accounts"), "1");
	ck_assert_str_eq(rig_cell(0, "locked"), "1");
	ck_assert_str_eq(rig_cell(0, "accepted"), "5");
	ck_assert_str_eq(rig_cell(0, "rejected"), "6");
	ck_assert_str_eq(rig_cell(0, "queue"), "7");
	ck_assert_str_eq(rig_cell(0, "clock"), "ok");
	ck_assert_str_eq(rig_cell(0, "state-dir"), rig.dir);
	ck_assert_str_eq(rig_cell(0, "key-id"), "1");
	ck_assert_uint_eq(strlen(rig_cell(0, "key-fingerprint")), 16);
	ck_assert_int_gt(rig_number(0, "disk-free"), 0);
	ck_assert_uint_eq((uint64_t)rig_number(0, "audit-rows"), rig_rows());
}
END_TEST

static void
expect(const char *level, const char *message)
{
	rig_ok("status");
	ck_assert_str_eq(rig_cell(0, "level"), level);
	ck_assert_str_eq(rig_cell(0, "message"), message);
	ck_assert_str_eq(rig.text, message);
	ck_assert_str_eq(rig_cell(0, "ok"), strcmp(level, "ok") == 0 ? "1" : "0");
}

START_TEST(the_worst_is_said_first)
{
	struct act_call call = {.daemon = &rig.daemon};
	struct health health = {
		.ruler = true, .clock_synchronised = true, .disk_free = INT64_C(1) << 40};
	const char *level;
	char text[512];

	expect("warning", "There is no enabled privileged account with password and token yet: run "
			  "'warifu init'.");
	rig_ruler("boss");
	rig.config.mode = MODE_OBSERVE;
	expect("warning", "Logins are recorded only, not enforced (mode = observe).");
	rig.figures.workers_queued = 128;
	expect("warning", "Many logins wait for a free processor: see 'warifu tune'.");
	rig.now.wall_us += 40 * 86400 * US_PER_S;
	(void)store_clock_watch(rig.store);
	expect("critical", "The clock jumped by more than a day: codes by time are not accepted "
			   "until it is synchronised, or set right "
			   "and accepted with 'warifu clock accept'.");
	rig.config.mode = MODE_ENFORCE;
	act_health_judge(&call, &health, &level, text, sizeof(text));
	ck_assert_str_eq(level, "ok");
	ck_assert_str_eq(text, "Everything is in order.");
	health.clock_synchronised = false;
	act_health_judge(&call, &health, &level, text, sizeof(text));
	ck_assert_str_eq(
		text, "The clock is not synchronised: start a time service such as chrony.");
	health.disk_free = 1 << 20;
	act_health_judge(&call, &health, &level, text, sizeof(text));
	ck_assert_str_eq(level, "critical");
	ck_assert_str_eq(
		text, "The disk of the store is full: make room, or logins will be refused soon.");
	health.disk_free = INT64_C(100) << 20;
	act_health_judge(&call, &health, &level, text, sizeof(text));
	ck_assert_str_eq(level, "warning");
	health.disk_free = -1; /* could not be told: no alarm of its own */
	act_health_judge(&call, &health, &level, text, sizeof(text));
	ck_assert_str_eq(
		text, "The clock is not synchronised: start a time service such as chrony.");
}
END_TEST

/* --- metrics --- */

/* The grammar of OpenMetrics as far as we use it: TYPE, HELP and one sample for each name. */
START_TEST(metrics_are_well_formed)
{
	rig_ok("metrics");
	ck_assert_uint_eq(rig.nrows % 3, 0);
	ck_assert_uint_gt(rig.nrows, 30);
	for (size_t i = 0; i < rig.nrows; i += 3) {
		const char *type = rig_cell(i, "line"), *help = rig_cell(i + 1, "line"),
			   *sample = rig_cell(i + 2, "line");
		char name[128], kind[16], other[128];
		size_t len;
		char *end;

		ck_assert_int_eq(sscanf(type, "# TYPE %127s %15s", name, kind), 2);
		ck_assert_int_eq(sscanf(help, "# HELP %127s", other), 1);
		ck_assert_str_eq(name, other);
		len = strlen(name);
		ck_assert_int_eq(strncmp(sample, name, len), 0);
		if (strcmp(kind, "counter") == 0) {
			ck_assert_int_eq(strncmp(sample + len, "_total ", 7), 0);
			len += 6;
		} else {
			ck_assert_str_eq(kind, "gauge");
		}
		ck_assert_int_eq(sample[len], ' ');
		(void)strtod(sample + len + 1, &end);
		ck_assert_int_eq(*end, '\0');
		for (const char *c = name; *c != '\0'; c++)
			ck_assert(islower((unsigned char)*c) || *c == '_');
	}
}
END_TEST

START_TEST(metrics_have_the_figures)
{
	bool seen = false;

	rig.figures.refused_early = UINT64_C(123456789012);
	rig_ok("metrics");
	for (size_t i = 0; i < rig.nrows; i++)
		seen = seen || strcmp(rig_cell(i, "line"),
				       "warifu_logins_refused_early_total 123456789012") == 0;
	ck_assert(seen);
}
END_TEST

/* --- doctor --- */

static const char *
finding(const char *name, const char **level_r)
{
	rig_ok("doctor");
	for (size_t i = 0; i < rig.nrows; i++) {
		if (strcmp(rig_cell(i, "name"), name) == 0) {
			*level_r = rig_cell(i, "level");
			return rig_cell(i, "text");
		}
	}
	ck_abort_msg("no finding %s", name);
	return NULL;
}

static void
expect_finding(const char *name, const char *level, const char *start)
{
	const char *found;
	const char *text = finding(name, &found);

	ck_assert_str_eq(found, level);
	ck_assert_msg(strncmp(text, start, strlen(start)) == 0, "%s", text);
}

START_TEST(doctor_looks_at_everything)
{
	char path[256], wanted[768];

	expect_finding("mode", "ok", "Warifu decides who gets in (mode = enforce).");
	expect_finding("accounts", "warn", "There is no enabled privileged account");
	rig_ruler("boss");
	expect_finding("accounts", "ok", "Accounts: 1; locked: 0; exempt: 0.");
	rig_ok("user.exempt", "user=backup", "reason=x", "until=1774000000000000");
	expect_finding("accounts", "ok", "Accounts: 2; locked: 0; exempt: 1.");
	rig_advance(40 * 86400);
	expect_finding("accounts", "warn", "Exemptions that have ended: 1.");
	rig.config.mode = MODE_OBSERVE;
	expect_finding("mode", "warn", "Logins are recorded only");
	expect_finding("keys", "ok", "All tokens are sealed with key 1 (");
	expect_finding(
		"recovery codes", "ok", "Sets of recovery codes with fewer than 3 codes left: 0.");
	expect_finding("emergency file", "warn", "There is no emergency file");
	expect_finding("workers", "ok", "Jobs that wait for a worker: 0 (at most 256)");
	expect_finding("state folder", "ok", rig.dir);
	(void)snprintf(wanted, sizeof(wanted), "%s is closed to others. Size: ", rig.db);
	expect_finding("store", "ok", wanted);
	(void)snprintf(path, sizeof(path), "%s", rig.config.key_file);
	ck_assert_int_eq(chmod(path, 0640), 0);
	(void)snprintf(wanted, sizeof(wanted), "%s is open to others (mode 0640): chmod go= %s",
		path, path);
	expect_finding("key file", "bad", wanted);
	ck_assert_int_eq(chmod(rig.dir, 0755), 0);
	expect_finding("state folder", "bad", rig.dir);
}
END_TEST

START_TEST(doctor_tells_what_is_missing)
{
	char wanted[300], credential[300];
	FILE *file;

	file = fopen(rig.config.breakglass_file, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	expect_finding("emergency file", "ok", "The emergency file is ");
	expect_finding("backup", "warn", "There is no backup yet");
	ck_assert_int_eq(chmod(rig.config.key_file, 0440), 0);
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", rig.dir, 1), 0);
	(void)snprintf(
		credential, sizeof(credential), "%s is a systemd credential.", rig.config.key_file);
	expect_finding("key file", "ok", credential);
	ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	ck_assert_int_eq(unlink(rig.config.key_file), 0);
	(void)snprintf(wanted, sizeof(wanted), "%s cannot be looked at: ", rig.config.key_file);
	expect_finding("key file", "bad", wanted);
	(void)snprintf(rig.config.state_dir, sizeof(rig.config.state_dir), "%s/gone", rig.dir);
	expect_finding("disk", "warn", "How much room the disk has could not be told: ");
	expect_finding("store", "bad", rig.config.state_dir);
	expect_finding("state folder", "bad", rig.config.state_dir);
	rig_ok("status");
	ck_assert_str_eq(rig_cell(0, "disk-free"), "");
}
END_TEST

START_TEST(doctor_counts_codes_and_jobs)
{
	rig_ruler("boss");
	rig_ok("token.add", "user=boss", "type=recovery", "count=2");
	expect_finding(
		"recovery codes", "ok", "Sets of recovery codes with fewer than 3 codes left: 1.");
	rig.figures.workers_queued = 128;
	rig.figures.slowest_hash_ms = 321;
	expect_finding("workers", "warn",
		"Jobs that wait for a worker: 128 (at most 256). The slowest password check took "
		"321 ms.");
}
END_TEST

START_TEST(doctor_names_who_cannot_log_in)
{
	rig_ruler("boss");
	expect_finding("factors", "ok", "Every enabled account has the password and token");
	rig_ok("user.add", "user=alice", "!password=the long way round");
	rig_ok("user.add", "user=robot", "kind=service", "sources=192.0.2.0/24");
	rig_ok("user.add", "user=bob", "!password=the long way round");
	rig_ok("user.disable", "user=bob", "reason=away");
	expect_finding("factors", "warn",
		"Enabled accounts that are refused whatever they enter, for want of a password or "
		"token: 1 (alice). ");
	for (int i = 0; i < 20; i++) {
		char user[32];

		(void)snprintf(user, sizeof(user), "user=somebody%02d", i);
		rig_ok("user.add", user, "!password=the long way round");
	}
	expect_finding("factors", "warn",
		"Enabled accounts that are refused whatever they enter, for want of a password or "
		"token: 21 (alice, "
		"somebody00, somebody01, somebody02, somebody03, somebody04, somebody05, "
		"somebody06, somebody07, "
		"somebody08, somebody09...).");
}
END_TEST

START_TEST(doctor_names_a_service_that_proves_less)
{
	const struct origin origin = {.file = "/etc/warifu/warifu.conf", .line = 12};
	struct policy_service *service;

	rig_ruler("boss");
	expect_finding("services", "ok", "Every service that is asked proves as many kinds");
	ck_assert_int_eq(policy_service_add(&rig.config.policy, "vpn", &service), WF_OK);
	service->demand_origin = origin;
	service->ask = POLICY_ASK_CODE;
	expect_finding("services", "warn",
		"Service 'vpn' asks for the one-time code alone (/etc/warifu/warifu.conf:12) and "
		"proves possession only: another "
		"module in /etc/pam.d/vpn must demand the password before it.");
	service->ask = POLICY_ASK_PASSWORD;
	expect_finding("services", "warn",
		"Service 'vpn' asks for the password alone (/etc/warifu/warifu.conf:12)");
	service->asked = false;
	expect_finding("services", "ok", "Every service that is asked");
}
END_TEST

START_TEST(doctor_sees_the_clock)
{
	rig.now.wall_us += 40 * 86400 * US_PER_S;
	(void)store_clock_watch(rig.store);
	expect_finding("clock", "bad", "The clock jumped by more than a day");
}
END_TEST

/* --- what root did to the emergency file --- */

START_TEST(emergency_acts_are_noted_for_root_alone)
{
	struct audit_row row;

	rig_ok("emergency.unlock", "user=root", "detail=was locked; failures cleared: 10",
		"reason=tried it", "ticket=T-9");
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "emergency.unlock");
	ck_assert_str_eq(row.user, "root");
	ck_assert_str_eq(row.detail, "was locked; failures cleared: 10; reason: tried it");
	ck_assert_str_eq(row.ticket, "T-9");
	rig_ok("emergency.new", "user=root", "detail=new sheet, codes: 10");
	rig.uid = 1000;
	rig_no(WF_DENIED,
		"Only root can change the emergency file: use 'warifu emergency' as root.",
		"emergency.new", "user=root");
}
END_TEST

/* --- clock, reload --- */

START_TEST(clock_accept)
{
	struct audit_row row;

	rig_ok("clock.accept", "reason=checked");
	ck_assert_str_eq(rig.text, "The clock is not under suspicion; nothing was changed.");
	ck_assert_uint_eq(rig_rows(), 0);
	rig.now.wall_us += 40 * 86400 * US_PER_S;
	ck_assert(store_clock_watch(rig.store));
	rig_ok("clock.accept", "reason=battery replaced", "ticket=T-4");
	ck_assert_str_eq(rig.text,
		"The time 2026-04-19 00:00:00 +0000 is believed; codes by time are accepted "
		"again.");
	ck_assert(!store_clock_suspect(rig.store));
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "clock.accept");
	ck_assert_str_eq(row.detail, "wall clock accepted; reason: battery replaced");
}
END_TEST

START_TEST(reload_says_what_is_wrong)
{
	struct audit_row row;

	rig_ok("reload");
	ck_assert_uint_eq(rig.reloads, 1);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "reload");
	ck_assert_int_eq(row.result, AUDIT_SUCCESS);
	rig.reload_status = WF_INVALID;
	rig_no(WF_INVALID, "warifu.conf:3: unknown option 'foo'", "reload");
	rig_last_row(&row);
	ck_assert_int_eq(row.result, AUDIT_FAILURE);
}
END_TEST

/* --- tune --- */

/* How fast this machine is cannot be known here: only that what is said fits together. */
START_TEST(tune_proposes_what_fits)
{
	size_t proposed = 0, current = 0;

	rig_ok("tune", "target=60");
	ck_assert_uint_gt(rig.nrows, 1);
	for (size_t i = 0; i < rig.nrows; i++) {
		current += strcmp(rig_cell(i, "current"), "1") == 0;
		if (strcmp(rig_cell(i, "proposed"), "1") != 0)
			continue;
		proposed++;
		ck_assert_int_le(rig_number(i, "ms"), 60);
		/* not the cheap one that the tests use */
		ck_assert_int_ge(rig_number(i, "memory"), 19456);
	}
	ck_assert_uint_le(proposed, 1);
	ck_assert_uint_eq(current, 1);
	ck_assert_int_eq(
		strncmp(rig.text,
			proposed == 1 ? "Write into warifu.conf: " : "No cost stays under 60 ms",
			24),
		0);
}
END_TEST

/* --- a store that does not answer --- */

START_TEST(store_trouble_has_sentences)
{
	static const struct {
		wf_status status;
		const char *start;
	} troubles[] = {
		{WF_UNAVAILABLE, "The store does not answer now, and nothing was changed."},
		{WF_FULL, "The store has no room (disk or queue full), and nothing was changed."},
		{WF_IO, "The store cannot be read or written, and nothing was changed."},
		{WF_CONFLICT, "Somebody else changed it at the same time"},
		{WF_CORRUPT, "The store contradicts itself"},
		{WF_NO_MEMORY, "The daemon is out of memory"},
		{WF_TOO_LONG, "The input is longer than allowed."},
	};
	struct act_call call = {.nargs = 0};

	for (size_t i = 0; i < COUNT_OF(troubles); i++) {
		ck_assert_int_eq(
			act_say_store(&call, troubles[i].status, "cause"), troubles[i].status);
		ck_assert_msg(strncmp(call.text, troubles[i].start, strlen(troubles[i].start)) == 0,
			"%s", call.text);
		ck_assert_str_eq(call.text + strlen(call.text) - 8, " (cause)");
	}
}
END_TEST

/* --- a peer that does not take the answer --- */

#define TOO_LONG "The answer is too long for one reply: ask for less at once."

static const struct {
	const char *id;
	const char *args[3];
} answering[] = {
	{"user.list", {NULL, NULL, NULL}},
	{"user.show", {"user=boss", NULL, NULL}},
	{"user.import", {"user=imp", "uid=77",
				"!hash=$5$rounds=1000$saltsalt$"
				"fEOuqCnbXlEDTZQZzTeA6xVhBFF2nPbUmXM1GPpuOc."}},
	{"token.add", {"user=boss", "type=totp", NULL}},
	{"token.add", {"user=boss", "type=recovery", NULL}},
	{"token.list", {"user=boss", NULL, NULL}},
	{"unlock", {"user=boss", "reason=x", NULL}},
	{"log", {NULL, NULL, NULL}},
	{"log.verify", {NULL, NULL, NULL}},
	{"log.retention", {NULL, NULL, NULL}},
	{"log.held", {NULL, NULL, NULL}},
	{"why", {"user=boss", NULL, NULL}},
	{"status", {NULL, NULL, NULL}},
	{"metrics", {NULL, NULL, NULL}},
	{"doctor", {NULL, NULL, NULL}},
	{"tune", {"target=10", NULL, NULL}},
	{"backup.make", {NULL, NULL, NULL}},
	{"key.rotate", {NULL, NULL, NULL}},
};

START_TEST(an_answer_that_does_not_fit)
{
	const char *const *args = answering[_i].args;

	rig_ruler("boss");
	rig_fail("boss", 1, false, "192.0.2.7");
	for (unsigned nth = 1; nth <= 2; nth++) {
		rig.out_nth = nth;
		rig.out_status = WF_TOO_LONG;
		ck_assert_int_eq(rig_act(answering[_i].id, args[0],
					 args[0] != NULL ? args[1] : NULL, args[2], NULL),
			WF_TOO_LONG);
		ck_assert_str_eq(rig.text, TOO_LONG);
		rig.out_nth = 0;
		rig_advance(1); /* another name for the next backup */
		if (strcmp(answering[_i].id, "user.import") == 0)
			break; /* the second time there is one */
	}
	rig.out_nth = 1;
	rig.out_status = WF_NO_MEMORY;
	ck_assert_int_eq(
		rig_act(answering[_i].id, args[0], args[0] != NULL ? args[1] : NULL, args[2], NULL),
		WF_NO_MEMORY);
	ck_assert_int_eq(strncmp(rig.text, "The answer could not be sent: ", 30), 0);
	rig.out_nth = 0;
}
END_TEST

START_TEST(spans_for_people)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} spans[] = {{1, "1 second"}, {2, "2 seconds"}, {119, "119 seconds"}, {120, "2 minutes"},
		{121, "3 minutes"}, {7140, "119 minutes"}, {7200, "2 hours"}, {7201, "3 hours"}};
	char text[ACT_SPAN_SIZE];

	for (size_t i = 0; i < COUNT_OF(spans); i++)
		ck_assert_str_eq(act_span(spans[i].seconds, text), spans[i].text);
}
END_TEST

/* Sentences are cut at a character, not within one. */
START_TEST(long_sentences_are_cut)
{
	struct act_call call = {.nargs = 0};
	char text[1500];

	for (size_t start = 0; start < 3; start++) {
		memset(text, 'x', start);
		for (size_t i = start; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xe5\x89\xb2\0", 4);
		(void)act_say(&call, WF_OK, "%s", text);
		ck_assert_uint_eq((strlen(call.text) - start) % 3, 0);
		ck_assert_uint_gt(strlen(call.text), 1000);
		act_say_more(&call, "%s", text);
		ck_assert_uint_lt(strlen(call.text), sizeof(call.text));
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/status");
	TCase *tcase = tcase_create("status");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, rig_setup, rig_teardown);
	tcase_add_test(tcase, status_has_the_columns_of_the_contract);
	tcase_add_test(tcase, status_tells_what_is);
	tcase_add_test(tcase, the_worst_is_said_first);
	tcase_add_test(tcase, metrics_are_well_formed);
	tcase_add_test(tcase, metrics_have_the_figures);
	tcase_add_test(tcase, doctor_looks_at_everything);
	tcase_add_test(tcase, doctor_names_who_cannot_log_in);
	tcase_add_test(tcase, doctor_names_a_service_that_proves_less);
	tcase_add_test(tcase, doctor_sees_the_clock);
	tcase_add_test(tcase, emergency_acts_are_noted_for_root_alone);
	tcase_add_test(tcase, clock_accept);
	tcase_add_test(tcase, reload_says_what_is_wrong);
	tcase_add_test(tcase, tune_proposes_what_fits);
	tcase_add_test(tcase, store_trouble_has_sentences);
	tcase_add_loop_test(tcase, an_answer_that_does_not_fit, 0, (int)COUNT_OF(answering));
	tcase_add_test(tcase, spans_for_people);
	tcase_add_test(tcase, long_sentences_are_cut);
	tcase_add_test(tcase, doctor_tells_what_is_missing);
	tcase_add_test(tcase, doctor_counts_codes_and_jobs);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
