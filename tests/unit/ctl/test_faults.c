/*
 * 'pam install' with each of its fallible calls failing in turn, those of libc among them: whatever
 * fails, the service's file is the old one or the new one, no descriptor is left open, and the
 * command works again afterwards. Only in builds with fault injection.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fault.h"
#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

#define POINTS                                                              \
	(1U << WF_FAULT_ALLOC | 1U << WF_FAULT_HEAP | 1U << WF_FAULT_FILE | \
		1U << WF_FAULT_SYSTEM | 1U << WF_FAULT_WRITE)
#define ROUNDS_MAX 400
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

static int
next_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	(void)close(fd);
	return fd;
}

/* Runs `words` clean, then with each call failing; `holds` is asked after each run. */
static void
every_call(const char *words, int code, void (*again)(void), void (*holds)(void))
{
	uint64_t calls = 1;
	int fd = next_descriptor();

	rig.before = arm;
	rig.after = disarm;
	for (uint64_t round = 0; round <= 2 * calls && round <= ROUNDS_MAX; round++) {
		int got;

		again();
		nth = (round + 1) / 2;
		lasts = round > 0 && round % 2 == 0;
		got = rig_run(&rig, NULL, words);
		if (round == 0) {
			ck_assert_msg(got == code, "%s: %d: %s", words, got, rig.err);
			calls = rig.calls;
		}
		holds();
		ck_assert_int_eq(next_descriptor(), fd);
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

static void
set_up(void)
{
	rig_start(&rig, NULL, 0);
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
	TCase *files = tcase_create("files");

	tcase_add_checked_fixture(files, set_up, tear_down);
	tcase_set_timeout(files, 120);
	tcase_add_test(files, pam_install);
	if (geteuid() == 0) { /* the files are given to root */
		tcase_add_test(files, radius_client_add);
		tcase_add_test(files, radius_secret);
	}
	suite_add_tcase(it, files);
	return it;
}

UNIT_MAIN(suite)
