/*
 * warifu doctor: what it looks at itself, what it asks the daemon for, and how the two become one
 * table.
 */
#include "config.h"

#include <arpa/inet.h>
#include <limits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/breakglass.h"
#include "ctl/porthold.h"
#include "ctl/session_doctor.h"
#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

static struct rig rig;

static void
tear_down(void)
{
	rig_stop(&rig);
}

static void
write_sshd(const char *output)
{
	char script[2048];

	snprintf(script, sizeof(script),
		"#!/bin/sh\n[ \"$*\" = -T ] || exit 9\ncat <<'END'\n%sEND\n", output);
	rig_write(&rig, "sshd", script);
	ck_assert_int_eq(chmod(rig_path(&rig, "sshd"), 0700), 0);
}

static int
doctor(const char *options)
{
	char line[2048];

	snprintf(line, sizeof(line), "doctor --pam-dir %.200s/pam.d --sshd %.200s/sshd %s", rig.dir,
		rig.dir, options);
	return rig_run(&rig, NULL, line);
}

#define SSHD_SAFE                                                                                  \
	"usepam yes\npasswordauthentication no\npermitrootlogin no\nkbdinteractiveauthentication " \
	"yes\n"                                                                                    \
	"authenticationmethods publickey,keyboard-interactive\n"

START_TEST(doctor_gathers_all_findings)
{
	static struct rig_act acts[] = {
		{.act = "status",
			.columns = {"config-file", "key-file", "state-dir", "breakglass-file"}},
		{.act = "doctor",
			.columns = {"name", "level", "text"},
			.rows = {{"chain", "ok", "is in order"}, {"store", "warn", "grows"}}},
	};
	static char paths[4][PATH_MAX + 256];

	rig_start(&rig, acts, 2);
	for (size_t i = 0; i < 4; i++) {
		static const char *const names[] = {"conf", "key", "state", "glass"};

		snprintf(paths[i], sizeof(paths[i]), "%s", rig_path(&rig, names[i]));
		acts[0].rows[0][i] = paths[i];
	}
	rig_write(&rig, "conf", "");
	rig_write(&rig, "key", "");
	ck_assert_int_eq(chmod(rig_path(&rig, "key"), 0600), 0);
	ck_assert_int_eq(mkdir(rig_path(&rig, "state"), 0700), 0);
	ck_assert_int_eq(mkdir(rig_path(&rig, "pam.d"), 0700), 0);
	rig_write(&rig, "pam.d/sshd", "account required pam_warifu.so\n");
	rig_write(&rig, "pam.d/su", "auth required pam_unix.so\n");
	write_sshd(SSHD_SAFE);
	ck_assert_int_eq(doctor(""), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "ok     pam sshd        uses Warifu\n"));
	ck_assert_ptr_nonnull(
		strstr(rig.out, "warn   pam su          does not use Warifu; see 'warifu pam "
				"install su --dry-run'\n"));
	ck_assert_ptr_nonnull(strstr(rig.out, "ok     sshd            leaves no way around\n"));
	ck_assert_ptr_nonnull(strstr(rig.out, "ok     chain           is in order\n"));
	ck_assert_ptr_nonnull(
		strstr(rig.out, "glass is missing; 'warifu emergency new' makes it\n"));
	rig_write(&rig, "pam.d/sshd",
		"account required pam_warifu.so\n@include common-session\n"
		"session required pam_warifu.so\n");
	ck_assert_int_eq(doctor(""), CTL_OK);
	ck_assert_ptr_nonnull(
		strstr(rig.out, "warn   pam sshd        has the session line of Warifu behind "
				"pam_systemd, which then ends no session in time "
				"(session.timeout): move it before, as 'warifu pam install sshd' "
				"does\n"));
	ck_assert_int_eq(chmod(rig_path(&rig, "key"), 0640), 0);
	ck_assert_int_eq(doctor(""), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.out, "key is open to others; say: chmod go-rwx "));
	ck_assert_int_eq(chmod(rig_path(&rig, "key"), 0600), 0);
	ck_assert_int_eq(doctor(""), CTL_OK);
	acts[1].rows[1][1] = "worse"; /* of a daemon that is newer: what we do not know is bad */
	ck_assert_int_eq(doctor(""), CTL_NO);
}
END_TEST

static const struct session_limits eight_hours = {28800, 900};

/* What each stack lacks for a session to end; C-21. */
START_TEST(c21_where_no_session_ends)
{
	static const struct {
		const char *service, *file;
		struct session_limits limits;
		const char *finding; /* NULL: none */
	} rows[] = {
		{"sshd", "session required pam_warifu.so\n@include common-session\n", {28800, 900},
			NULL},
		{"sshd", "session required pam_warifu.so\n@include bare\n", {28800, 900},
			"without pam_systemd"},
		{"sshd", "session required pam_warifu.so\n@include bare\n", {0, 900}, NULL},
		{"sshd", "session required pam_warifu.so\n-session optional pam_systemd.so # x\n",
			{28800, 0}, NULL},
		{"sshd", "session required pam_warifu.so\n# session optional pam_systemd.so\n",
			{28800, 0}, "without pam_systemd"},
		{"sshd", "session required pam_warifu.so\nauth include whole\n", {28800, 0},
			"without pam_systemd"},
		{"sshd", "session required pam_warifu.so\nsession substack whole\n", {28800, 0},
			NULL},
		{"sshd", "session required pam_warifu.so\n@include loop\n", {28800, 0},
			"without pam_systemd"},
		{"sshd", "session required pam_warifu.so\n@include not-there\n", {28800, 0},
			"without pam_systemd"},
		{"sudo", "session required pam_warifu.so\n@include bare\n", {28800, 900}, NULL},
		{"sudo", "auth required pam_warifu.so\n", {28800, 0}, "no session line"},
		{"su", "auth required pam_warifu.so\n", {0, 900}, "no session line"},
		{"su", "auth required pam_warifu.so\n", {0, 0}, NULL},
		{"su-l", "auth include su\nsession include su\n", {0, 900}, "no session line"},
		{"passwd", "password required pam_warifu.so\n", {28800, 900}, NULL},
	};

	rig_start(&rig, NULL, 0);
	ck_assert_int_eq(mkdir(rig_path(&rig, "pam.d"), 0700), 0);
	rig_write(&rig, "pam.d/common-session", "session optional pam_systemd.so\n");
	rig_write(&rig, "pam.d/whole",
		"auth required pam_unix.so\nsession optional pam_systemd.so\n");
	rig_write(&rig, "pam.d/bare", "session required pam_unix.so\n");
	rig_write(&rig, "pam.d/loop", "@include loop\nsession include loop\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pam_place place = {.service = rows[i].service};
		char dir[PATH_MAX];
		struct pam_stack stack;
		char text[512];
		bool found;

		snprintf(dir, sizeof(dir), "%s", rig_path(&rig, "pam.d"));
		place.dir = dir;
		rig_write(&rig, "pam.d/su", "session required pam_unix.so\nauth x pam_warifu.so\n");
		snprintf(place.file, sizeof(place.file), "pam.d/%s", rows[i].service);
		rig_write(&rig, place.file, rows[i].file);
		pam_stack_read(&place, &stack);
		ck_assert(stack.exists && stack.uses);
		found = session_stack_finding(
			rows[i].service, &stack, &rows[i].limits, text, sizeof(text));
		ck_assert_msg(found == (rows[i].finding != NULL), "row %zu", i);
		if (found)
			ck_assert_ptr_nonnull(strstr(text, rows[i].finding));
	}
}
END_TEST

START_TEST(c21_which_shells_wait_for_ever)
{
	char text[512] = "";

	rig_start(&rig, NULL, 0);
	rig_write(&rig, "people",
		"root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/:/nonexistent/fish\n"
		"ben:x:1001:1001::/:/nonexistent/tcsh\nmail:x:8:8::/:/usr/sbin/nologin\n"
		"cat:x:1002:1002::/:/nonexistent/zsh\n");
	ck_assert(session_shells_finding(rig_path(&rig, "people"), text, sizeof(text)));
	ck_assert_ptr_nonnull(strstr(text, "those of ann, ben; "));
	rig_write(&rig, "people", "root:x:0:0::/root:/bin/bash\n");
	ck_assert(!session_shells_finding(rig_path(&rig, "people"), text, sizeof(text)));
	rig_write(&rig, "people",
		"a:x:1:1::/:/csh\nb:x:2:1::/:/csh\nc:x:3:1::/:/csh\nd:x:4:1::/:/csh\n"
		"e:x:5:1::/:/csh\nf:x:6:1::/:/csh\n");
	ck_assert(session_shells_finding(rig_path(&rig, "people"), text, sizeof(text)));
	ck_assert_ptr_nonnull(strstr(text, "those of a, b, c, d, e...; "));
	ck_assert(!session_shells_finding("/nonexistent", text, sizeof(text)));
}
END_TEST

START_TEST(c21_how_long_sudo_remembers)
{
	static const struct {
		const char *output, *finding; /* NULL: none */
	} rows[] = {
		{"x\nAuthentication timestamp timeout: 15.0 minutes\ny\n", NULL},
		{"Authentication timestamp timeout: 0.0 minutes\n", NULL},
		{"Authentication timestamp timeout: 15.1 minutes\n", "for 15 minutes"},
		{"Authentication timestamp timeout: 240.0 minutes\n", "sudoers to 15"},
		{"Authentication timestamp timeout: -1.0 minutes\n", "negative"},
		{"Authentication timestamp timeout: never\n", NULL},
		{"Sudo version 1.9\n", NULL},
	};
	char text[256];

	rig_start(&rig, NULL, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool found = session_sudo_finding(
			rows[i].output, eight_hours.idle, text, sizeof(text));

		ck_assert_int_eq(found, rows[i].finding != NULL);
		if (found)
			ck_assert_ptr_nonnull(strstr(text, rows[i].finding));
	}
}
END_TEST

/* All of it in the doctor's table, once the daemon says how long. */
START_TEST(c21_the_doctor_tells)
{
	static const struct rig_act acts[] = {
		{.act = "status", .columns = {"session-timeout:number", "idle-lock:number"},
			.rows = {{"28800", "900"}}},
		{.act = "doctor", .columns = {"name", "level", "text"}},
	};
	char options[512];

	rig_start(&rig, acts, 2);
	write_sshd(SSHD_SAFE);
	ck_assert_int_eq(mkdir(rig_path(&rig, "pam.d"), 0700), 0);
	rig_write(&rig, "pam.d/sudo-i", "auth required pam_unix.so\n");
	rig_write(&rig, "pam.d/su", "auth required pam_warifu.so\n");
	rig_write(&rig, "sudo",
		"#!/bin/sh\n[ \"$*\" = -V ] && echo "
		"'Authentication timestamp timeout: -1.0 minutes'\n");
	ck_assert_int_eq(chmod(rig_path(&rig, "sudo"), 0700), 0);
	snprintf(options, sizeof(options), "--sudo %s", rig_path(&rig, "sudo"));
	(void)doctor(options);
	ck_assert_ptr_nonnull(strstr(rig.out, "warn   pam sudo-i      does not use Warifu"));
	ck_assert_ptr_nonnull(strstr(rig.out, "warn   pam su          has no session line"));
	ck_assert_ptr_nonnull(strstr(rig.out, "warn   sudo            asks once and never again"));
}
END_TEST

static size_t
count(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)) != NULL; text++)
		n++;
	return n;
}

/* What the daemon and the command both look at is one row: the worse one, or the daemon's. */
START_TEST(doctor_tells_each_check_once)
{
	static struct rig_act acts[] = {
		{.act = "status", .columns = {"config-file", "state-dir"}},
		{.act = "doctor",
			.columns = {"name", "level", "text"},
			.rows = {{"state folder", "ok", "seen by the daemon"},
				{"disk", "bad", "is full"}, {"entropy", "ok", "is plenty"}}},
	};
	static char paths[2][PATH_MAX + 256];

	rig_start(&rig, acts, 2);
	snprintf(paths[0], sizeof(paths[0]), "%s", rig_path(&rig, "conf"));
	snprintf(paths[1], sizeof(paths[1]), "%s", rig_path(&rig, "state"));
	acts[0].rows[0][0] = paths[0];
	acts[0].rows[0][1] = paths[1];
	rig_write(&rig, "conf", "");
	ck_assert_int_eq(mkdir(paths[1], 0700), 0);
	write_sshd(SSHD_SAFE);
	ck_assert_int_eq(doctor(""), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.out, "ok     state folder    seen by the daemon\n"));
	ck_assert_ptr_nonnull(strstr(rig.out, "bad    disk            is full\n"));
	ck_assert_ptr_nonnull(strstr(rig.out, "ok     entropy         is plenty\n"));
	ck_assert_int_eq(chmod(paths[1], 0755), 0);
	ck_assert_int_eq(doctor(""), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.out, "bad    state folder"));
	ck_assert_uint_eq(count(rig.out, " state folder "), 1);
	ck_assert_uint_eq(count(rig.out, " disk "), 1);
	ck_assert_uint_eq(count(rig.out, " entropy "), 1);
}
END_TEST

START_TEST(doctor_without_daemon_looks_all_the_same)
{
	rig_start(&rig, NULL, 0);
	write_sshd("usepam no\n");
	ck_assert_int_eq(doctor("--json"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.out, "{\"name\": \"daemon\", \"level\": \"bad\", "));
	ck_assert_ptr_nonnull(strstr(rig.out, "{\"name\": \"sshd UsePAM\", \"level\": \"bad\", "));
	/* No account line of ours: a key alone gets through. */
	ck_assert_ptr_nonnull(
		strstr(rig.out, "{\"name\": \"sshd publickey\", \"level\": \"bad\", "));
}
END_TEST

START_TEST(doctor_survives_a_failing_sshd)
{
	rig_start(&rig, NULL, 0);
	rig_write(&rig, "sshd", "#!/bin/sh\nexit 255\n");
	ck_assert_int_eq(chmod(rig_path(&rig, "sshd"), 0700), 0);
	ck_assert_int_eq(doctor(""), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.out, "'sshd -T' did not tell its configuration"));
	ck_assert_int_eq(rig_run(&rig, NULL, "doctor --sshd /nonexistent/sshd"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.out, "is not installed"));
}
END_TEST

START_TEST(doctor_of_a_daemon_that_refuses)
{
	static const struct rig_act none[] = {
		{.act = "status", .status = WF_DENIED, .text = "You may not."}};
	static const struct rig_act half[] = {
		{.act = "status", .columns = {"config-file"}, .rows = {{"/nonexistent"}}},
		{.act = "doctor", .status = WF_NO_MEMORY, .text = "No memory."},
	};

	rig_start(&rig, none, 1);
	write_sshd(SSHD_SAFE);
	ck_assert_int_eq(doctor(""), CTL_NO);
	ck_assert_ptr_nonnull(
		strstr(rig.out, "warn   daemon          you may not ask it; run doctor as root\n"));
	rig_stop(&rig);
	rig_start(&rig, half, 2);
	write_sshd(SSHD_SAFE);
	ck_assert_int_eq(doctor(""), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.out, "did not tell what it found: "));
}
END_TEST

START_TEST(doctor_tells_what_the_emergency_sheet_is_worth)
{
	static struct rig_act acts[] = {
		{.act = "status", .columns = {"breakglass-file"}},
		{.act = "doctor",
			.columns = {"name", "level", "text"},
			.rows = {{"chain", "ok", "is in order"}}},
	};
	static char path[PATH_MAX + 256];
	struct wf_secret pin = WF_SECRET_EMPTY, codes[2] = {{NULL, 0}};

	if (geteuid() != 0)
		return;
	rig_start(&rig, acts, 2);
	ck_assert_int_eq(chmod(rig.dir, 0700), 0);
	snprintf(path, sizeof(path), "%s", rig_path(&rig, "glass"));
	acts[0].rows[0][0] = path;
	write_sshd(SSHD_SAFE);
	ck_assert_int_eq(wf_secret_set(&pin, "emergency pin", 13), WF_OK);
	ck_assert_int_eq(wf_breakglass_create(path, "root", &pin, 2, codes), WF_OK);
	(void)doctor("");
	ck_assert_ptr_nonnull(strstr(
		rig.out, "warn   emergency file  only 2 codes are left; 'warifu emergency new'"));
	rig_lock_sheet(path);
	ck_assert_int_eq(doctor(""), CTL_NO);
	ck_assert_ptr_nonnull(
		strstr(rig.out, "bad    emergency file  is locked after wrong tries"));
	wf_secret_clear(&pin);
	wf_secret_clear(&codes[0]);
	wf_secret_clear(&codes[1]);
}
END_TEST

/* ---- the RADIUS server ---- */

/* A socket of the test's own at a free port. */
static int
open_port(int type, unsigned *port_r)
{
	struct sockaddr_in own = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(own);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&own, &len), 0);
	*port_r = ntohs(own.sin_port);
	return fd;
}

START_TEST(who_holds_a_port)
{
	struct port_holder holder;
	unsigned port;
	int fd = open_port(SOCK_DGRAM, &port);

	ck_assert_int_eq(port_holder(false, (uint16_t)port, &holder), WF_OK);
	ck_assert_int_eq(holder.pid, getpid());
	ck_assert_uint_eq(holder.uid, geteuid());
	ck_assert_ptr_nonnull(strstr(holder.name, "test_doctor"));
	close(fd);
	ck_assert_int_eq(port_holder(false, (uint16_t)port, &holder), WF_NOT_FOUND);
	fd = open_port(SOCK_STREAM, &port);
	/* Bound alone it is in nobody's way. */
	ck_assert_int_eq(port_holder(true, (uint16_t)port, &holder), WF_NOT_FOUND);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(port_holder(true, (uint16_t)port, &holder), WF_OK);
	ck_assert_int_eq(holder.pid, getpid());
	ck_assert_int_eq(port_holder(false, (uint16_t)port, &holder), WF_NOT_FOUND);
	close(fd);
}
END_TEST

/* The doctor's row about it, where the daemon says this of the server; "" if there is none. */
static const char *
radius_row(const char *address, wf_status stats)
{
	const struct rig_act acts[] = {
		{.act = "status", .columns = {"config-file"}, .rows = {{"/nonexistent"}}},
		{.act = "doctor", .columns = {"name", "level", "text"}},
		{.act = "radius.listeners",
			.columns = {"address", "protocol"},
			.rows = {{address, "udp"}}},
		{.act = "radius.stats", .status = stats, .columns = {"client", "counter", "value"}},
	};
	static char row[1024];
	const char *at;

	rig_start(&rig, acts, sizeof(acts) / sizeof(acts[0]));
	(void)doctor("");
	at = strstr(rig.out, "RADIUS server");
	snprintf(row, sizeof(row), "%.*s", at != NULL ? (int)strcspn(at, "\n") : 0,
		at != NULL ? at : "");
	rig_stop(&rig);
	return row;
}

START_TEST(radius_server)
{
	char address[32], wanted[64];
	unsigned port;
	int fd = open_port(SOCK_DGRAM, &port);

	snprintf(address, sizeof(address), "0.0.0.0:%u", port);
	snprintf(wanted, sizeof(wanted), "(process %d of user", getpid());
	ck_assert_str_eq(radius_row(NULL, WF_OK), "");
	ck_assert_ptr_nonnull(strstr(radius_row(address, WF_OK), "is connected to the daemon"));
	ck_assert_ptr_nonnull(strstr(radius_row(address, WF_UNAVAILABLE), wanted));
	ck_assert_ptr_nonnull(strstr(radius_row(address, WF_UNAVAILABLE), address));
	/* What it would be if it were the server itself. */
	ck_assert_int_eq(prctl(PR_SET_NAME, "warifu-radiusd"), 0);
	ck_assert_ptr_nonnull(strstr(radius_row(address, WF_UNAVAILABLE), "but is not connected"));
	close(fd);
	ck_assert_ptr_nonnull(
		strstr(radius_row(address, WF_UNAVAILABLE), "does not run; start it"));
}
END_TEST

static Suite *
doctor_suite(void)
{
	Suite *suite = suite_create("doctor");
	TCase *tc = tcase_create("doctor"), *ports = tcase_create("ports");

	tcase_add_checked_fixture(tc, NULL, tear_down);
	tcase_add_test(tc, doctor_gathers_all_findings);
	tcase_add_test(tc, c21_where_no_session_ends);
	tcase_add_test(tc, c21_which_shells_wait_for_ever);
	tcase_add_test(tc, c21_how_long_sudo_remembers);
	tcase_add_test(tc, c21_the_doctor_tells);
	tcase_add_test(tc, doctor_tells_each_check_once);
	tcase_add_test(tc, doctor_without_daemon_looks_all_the_same);
	tcase_add_test(tc, doctor_survives_a_failing_sshd);
	tcase_add_test(tc, doctor_of_a_daemon_that_refuses);
	tcase_add_test(tc, doctor_tells_what_the_emergency_sheet_is_worth);
	suite_add_tcase(suite, tc);
	tcase_add_test(ports, who_holds_a_port);
	tcase_add_test(ports, radius_server);
	suite_add_tcase(suite, ports);
	return suite;
}

UNIT_MAIN(doctor_suite)
