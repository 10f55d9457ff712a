/*
 * 'pam install' and other commands that write files, with each of their fallible calls failing in
 * turn, those of libc among them: whatever fails, a file is the old one or the new one, no
 * descriptor is left open, and the command works again afterwards. Only in builds with fault
 * injection.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/fault.h"
#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

#define POINTS                                                              \
	(1U << WF_FAULT_ALLOC | 1U << WF_FAULT_HEAP | 1U << WF_FAULT_FILE | \
		1U << WF_FAULT_SYSTEM | 1U << WF_FAULT_WRITE)
#define ROUNDS_MAX 800
#define OLD "auth required pam_permit.so\n"

static struct rig rig;
static uint64_t nth;
static bool lasts;

static void
arm(void)
{
	wf_fault_page()->points = POINTS;
	wf_fault_arm(nth, lasts);
}

static uint64_t
disarm(void)
{
	uint64_t calls = wf_fault_count();

	wf_fault_arm(0, false);
	wf_fault_page()->points = 0;
	return calls;
}

/* Not by the number that is free: a thread that waits in accept() has one in reserve. */
static size_t
descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t n = 0;

	ck_assert_ptr_nonnull(folder);
	while (readdir(folder) != NULL)
		n++;
	(void)closedir(folder);
	return n;
}

/* No more are open than before; a daemon within the test hangs up a moment later. */
static bool
all_closed(size_t before)
{
	const struct timespec moment = {.tv_nsec = 1000000};

	for (int tries = 0; tries < 2000 && descriptors() != before; tries++)
		(void)nanosleep(&moment, NULL);
	return descriptors() == before;
}

/* Runs `words` clean, then with each call failing; `holds` is asked after each run. */
static void
every_call(const char *words, int code, void (*again)(void), void (*holds)(void))
{
	uint64_t calls = 1;
	const size_t before = descriptors();

	rig.before = arm;
	rig.after = disarm;
	for (uint64_t round = 0; round <= 2 * calls; round++) {
		int got;

		again();
		nth = (round + 1) / 2;
		lasts = round > 0 && round % 2 == 0;
		got = rig_run(&rig, NULL, words);
		if (round == 0) {
			ck_assert_msg(got == code, "%s: %d: %s", words, got, rig.err);
			calls = rig.calls;
			ck_assert_uint_le(2 * calls, ROUNDS_MAX);
		}
		holds();
		ck_assert(all_closed(before));
	}
	nth = 0;
	again();
	ck_assert_int_eq(rig_run(&rig, NULL, words), code);
	rig.before = NULL;
	rig.after = NULL;
}

static void
pam_line(char *line, size_t size, const char *words)
{
	snprintf(line, size,
		"pam %s lab --stanza-dir %.500s/stanzas --no-test --timeout 60s --pam-dir "
		"%.500s/pam.d --save-dir %.500s/save",
		words, rig.dir, rig.dir, rig.dir);
}

/* A fresh service, and nothing that waits for a confirmation. */
static void
pam_again(void)
{
	(void)unlink(rig_path(&rig, "save/lab.pending"));
	(void)unlink(rig_path(&rig, "save/lab.warifu-saved"));
	(void)unlink(rig_path(&rig, "save/lab.before"));
	rig_write(&rig, "pam.d/lab", OLD);
}

static void
pam_holds(void)
{
	const char *file = rig_read(&rig, "pam.d/lab");

	ck_assert_msg(strcmp(file, OLD) == 0 || strstr(file, "# END warifu") != NULL,
		"half a file: %s", file);
}

START_TEST(pam_install)
{
	char line[4096];

	ck_assert_int_eq(mkdir(rig_path(&rig, "pam.d"), 0755), 0);
	ck_assert_int_eq(mkdir(rig_path(&rig, "stanzas"), 0755), 0);
	rig_write(&rig, "stanzas/lab", "auth required pam_warifu.so\n");
	rig.ctl.program = "/bin/true"; /* in the place of the timer */
	pam_line(line, sizeof(line), "install");
	every_call(line, CTL_OK, pam_again, pam_holds);
}
END_TEST

/* --- radius --- */

#define OLD_SECRET "an old secret that still works\n"
#define SECTION "client \"vpn\" {"

static void
radius_again(void)
{
	(void)unlink(rig_path(&rig, "conf.d/radius-vpn.conf"));
	(void)unlink(rig_path(&rig, "radius/vpn.secret"));
}

/* What conf.d has is whole and has its secret; nothing else is read from there. */
static void
radius_holds(void)
{
	const char *file = rig_read(&rig, "conf.d/radius-vpn.conf");

	if (file[0] == '\0')
		return;
	ck_assert_msg(strstr(file, SECTION) != NULL && strstr(file, "\n}\n") != NULL, "half a file: %s", file);
	ck_assert_uint_eq(strlen(rig_read(&rig, "radius/vpn.secret")), 33);
}

START_TEST(radius_client_add)
{
	char line[4096];

	snprintf(line, sizeof(line), "radius client add vpn --network 192.0.2.1 --config %.500s/warifu.conf --owner root --daemon /bin/true",
		rig.dir);
	every_call(line, CTL_OK, radius_again, radius_holds);
}
END_TEST

static void
secret_again(void)
{
	rig_write(&rig, "secret", OLD_SECRET);
}

static void
secret_holds(void)
{
	const char *secret = rig_read(&rig, "secret");

	ck_assert_msg(strcmp(secret, OLD_SECRET) == 0 || (strlen(secret) == 33 && strstr(rig.out, "Enter it") != NULL),
		"'%s' was not shown: %s", secret, rig.out);
}

START_TEST(radius_secret)
{
	char line[4096];

	snprintf(line, sizeof(line), "radius secret vpn --replace --file %.500s/secret --owner root", rig.dir);
	every_call(line, CTL_OK, secret_again, secret_holds);
}
END_TEST

/* --- a page --- */

static const struct rig_act review[] = {
	{.act = "review.show",
		.columns = {"month", "state", "complete:bool", "rows:number"},
		.rows = {{"2026-10", "whole", "1", "9"}}},
	{.act = "review.figures",
		.columns = {"part", "name", "rest:bool", "at-least:bool", "success:number"},
		.rows = {{"day", "2026-10-01", "0", "0", "9"}}},
	{.act = "review.findings", .columns = {"id:number"}},
	{.act = "review.rows", .columns = {"seq:number"}},
	{.act = "review.accounts", .columns = {"id:number"}},
};

static void
page_again(void)
{
	(void)unlink(rig_path(&rig, "page.html"));
}

/* Whole or not there, and then nothing else is. */
static void
page_holds(void)
{
	const char *page = rig_read(&rig, "page.html");
	const char *end = strstr(page, "</body>\n</html>\n");

	ck_assert_msg(page[0] == '\0' || end != NULL, "half a page: %s", page);
	ck_assert_int_eq(end != NULL, strstr(rig.out, "The review is in ") != NULL);
}

START_TEST(review_page)
{
	char line[4096];

	snprintf(line, sizeof(line), "review --month 2026-10 --html %.500s/page.html", rig.dir);
	every_call(line, CTL_OK, page_again, page_holds);
}
END_TEST

static void
set_up(void)
{
	rig_start(&rig, NULL, 0);
}

static void
set_up_review(void)
{
	rig_start(&rig, review, sizeof(review) / sizeof(review[0]));
}

static void
tear_down(void)
{
	rig_stop(&rig);
}

static Suite *
suite(void)
{
	Suite *it = suite_create("ctl_faults");
	TCase *files = tcase_create("files"), *pages = tcase_create("pages");

	tcase_add_checked_fixture(files, set_up, tear_down);
	tcase_set_timeout(files, 120);
	tcase_add_test(files, pam_install);
	if (geteuid() == 0) { /* the files are given to root */
		tcase_add_test(files, radius_client_add);
		tcase_add_test(files, radius_secret);
	}
	suite_add_tcase(it, files);
	tcase_add_checked_fixture(pages, set_up_review, tear_down);
	tcase_set_timeout(pages, 120);
	tcase_add_test(pages, review_page);
	suite_add_tcase(it, pages);
	return it;
}

UNIT_MAIN(suite)
