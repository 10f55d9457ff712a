/*
 * pam install, confirm, remove, rollback in a folder of the test's own, with the real timer process
 * and real logins through libpam (pam_permit and pam_deny stand for the stack).
 */
#include "config.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ctl/pamtry.h"
#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

#define OLD "@include common-auth\naccount required pam_permit.so\n"
#define STANZA                                                                                \
	"auth required pam_permit.so\naccount required pam_permit.so\n" \
	"-session optional pam_warifu.so\n"
#define MARK "# BEGIN warifu auth"

static struct rig rig;
static char program[PATH_MAX];
static char try_program[PATH_MAX];

static const char *
build_dir(void)
{
	const char *dir = getenv("top_builddir");

	return dir != NULL ? dir : ".";
}

static void
set_up(void)
{
	rig_start(&rig, NULL, 0);
	snprintf(program, sizeof(program), "%s/warifu", build_dir());
	snprintf(try_program, sizeof(try_program), "%s/warifu-pam-try", build_dir());
	rig.ctl.program = program;
	rig.ctl.pam_try = try_program;
	ck_assert_int_eq(mkdir(rig_path(&rig, "pam.d"), 0755), 0);
	ck_assert_int_eq(mkdir(rig_path(&rig, "stanzas"), 0755), 0);
	rig_write(&rig, "pam.d/lab", OLD);
	rig_write(&rig, "pam.d/common-auth", "auth required pam_permit.so\n");
	rig_write(&rig, "stanzas/lab", STANZA);
}

static void
tear_down(void)
{
	rig_stop(&rig);
}

static int
pam(const char *words)
{
	char line[4096];

	snprintf(line, sizeof(line), "pam %s --pam-dir %.500s/pam.d --save-dir %.500s/save", words,
		rig.dir, rig.dir);
	return rig_run(&rig, NULL, line);
}

static int
install(const char *options)
{
	char line[2048];

	snprintf(
		line, sizeof(line), "install lab --stanza-dir %.500s/stanzas %s", rig.dir, options);
	return pam(line);
}

/* The same from another terminal session, as a second login would. */
static int
pam_from_elsewhere(const char *words)
{
	int state;
	pid_t pid = fork();

	if (pid == 0) {
		setsid();
		_exit(pam(words));
	}
	ck_assert_int_eq(waitpid(pid, &state, 0), pid);
	return WEXITSTATUS(state);
}

/* Waits up to five seconds for the service's file to be what it should. */
static bool
becomes(const char *wanted)
{
	const struct timespec nap = {0, 20000000};

	for (int i = 0; i < 250; i++) {
		if (strcmp(rig_read(&rig, "pam.d/lab"), wanted) == 0)
			return true;
		nanosleep(&nap, NULL);
	}
	return false;
}

/* A second service, which waits for its confirmation. */
static void
install_other(void)
{
	char line[2048];

	rig_write(&rig, "stanzas/other", "account required pam_warifu.so\n");
	rig_write(&rig, "pam.d/other", OLD);
	snprintf(
		line, sizeof(line), "install other --no-test --stanza-dir %.500s/stanzas", rig.dir);
	ck_assert_int_eq(pam(line), CTL_OK);
}

static bool
there_is(const char *name)
{
	return access(rig_path(&rig, name), F_OK) == 0;
}

START_TEST(dry_run_shows_and_changes_nothing)
{
	ck_assert_int_eq(install("--dry-run"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "\n+" MARK));
	ck_assert_ptr_nonnull(strstr(rig.out, "\n+#warifu# @include common-auth\n"));
	ck_assert_ptr_nonnull(strstr(rig.out, "\n-@include common-auth\n"));
	ck_assert_str_eq(rig_read(&rig, "pam.d/lab"), OLD);
	ck_assert(!there_is("save"));
}
END_TEST

START_TEST(unconfirmed_install_rolls_back)
{
	ck_assert_int_eq(install("--no-test --timeout 1s"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "warifu pam confirm lab"));
	ck_assert_ptr_nonnull(strstr(rig_read(&rig, "pam.d/lab"), MARK));
	ck_assert(there_is("save/lab.warifu-saved"));
	ck_assert(there_is("save/lab.pending"));
	ck_assert(becomes(OLD));
	ck_assert_int_eq(pam("rollback lab"), CTL_NO);
	ck_assert(!there_is("save/lab.pending"));
}
END_TEST

START_TEST(confirmed_install_stays)
{
	ck_assert_int_eq(install("--no-test --timeout 2s"), CTL_OK);
	ck_assert_int_eq(pam_from_elsewhere("confirm lab"), CTL_OK);
	ck_assert(!there_is("save/lab.pending"));
	ck_assert(!becomes(OLD));
	ck_assert_ptr_nonnull(strstr(rig_read(&rig, "pam.d/lab"), MARK));
}
END_TEST

START_TEST(the_same_login_cannot_confirm)
{
	ck_assert_int_eq(install("--no-test --timeout 20s"), CTL_OK);
	ck_assert_int_eq(pam("confirm lab"), CTL_NO);
	ck_assert_str_eq(rig.err,
		"warifu: confirm from a second login: log in anew through lab, so that you "
		"know that it works, and say 'warifu pam confirm lab' there\n");
	ck_assert(there_is("save/lab.pending"));
	ck_assert_int_eq(pam("rollback lab"), CTL_OK);
	ck_assert_str_eq(rig_read(&rig, "pam.d/lab"), OLD);
}
END_TEST

START_TEST(second_install_waits_for_the_first)
{
	ck_assert_int_eq(install("--no-test --timeout 20s"), CTL_OK);
	rig_write(&rig, "stanzas/lab", "auth required pam_warifu.so\n");
	ck_assert_int_eq(install("--no-test"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "waits for its confirmation until"));
	ck_assert_int_eq(pam("rollback lab"), CTL_OK);
	ck_assert_str_eq(rig_read(&rig, "pam.d/lab"), OLD);
}
END_TEST

START_TEST(remove_restores_and_keeps_later_edits)
{
	char edited[4096];

	ck_assert_int_eq(install("--no-test --timeout 20s"), CTL_OK);
	ck_assert_int_eq(pam_from_elsewhere("confirm lab"), CTL_OK);
	snprintf(edited, sizeof(edited), "# mine\n%s", rig_read(&rig, "pam.d/lab"));
	rig_write(&rig, "pam.d/lab", edited);
	ck_assert_int_eq(pam("remove lab --dry-run"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig_read(&rig, "pam.d/lab"), MARK));
	ck_assert_int_eq(pam("remove lab"), CTL_OK);
	ck_assert_str_eq(rig_read(&rig, "pam.d/lab"), "# mine\n" OLD);
	ck_assert_int_eq(pam("remove lab"), CTL_NO);
	ck_assert(!there_is("save/lab.warifu-saved"));
}
END_TEST

/* For uninstalling: nothing may name the module any more, else its service lets nobody in. */
START_TEST(remove_all_takes_every_service)
{
	rig_write(&rig, "stanzas/lab", "auth required pam_warifu.so\n");
	rig_write(&rig, "pam.d/lab.dpkg-old", "auth required pam_warifu.so\n");
	ck_assert_int_eq(pam("remove --all"), CTL_OK);
	ck_assert_str_eq(rig.out, "No PAM service uses Warifu.\n");
	ck_assert_int_eq(install("--no-test --timeout 20s"), CTL_OK);
	ck_assert_int_eq(pam_from_elsewhere("confirm lab"), CTL_OK);
	install_other();
	ck_assert_int_eq(pam("remove --all --dry-run"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig_read(&rig, "pam.d/other"), "pam_warifu.so"));
	ck_assert_int_eq(pam("remove --all"), CTL_OK);
	ck_assert_str_eq(rig_read(&rig, "pam.d/lab"), OLD);
	ck_assert_str_eq(rig_read(&rig, "pam.d/other"), OLD);
	ck_assert(!there_is("save/other.pending"));
	ck_assert_int_eq(pam("list"), CTL_OK);
	ck_assert_str_eq(rig.out, "No PAM service uses Warifu.\n");
}
END_TEST

/*
 * What it cannot take out is named, with code 1, so that `make uninstall` stops; the rest goes all
 * the same.
 */
START_TEST(remove_all_names_what_stays)
{
	rig_write(&rig, "pam.d/by-hand", "auth required pam_warifu.so\n");
	rig_write(&rig, "pam.d/common-auth", "auth [success=end default=die] pam_warifu.so\n");
	install_other();
	ck_assert_int_eq(pam("list"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "common-auth  pam-auth-update"));
	ck_assert_int_eq(pam("remove --all"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(
		rig.err, "by-hand names pam_warifu.so outside of what 'pam install' put in"));
	ck_assert_ptr_nonnull(strstr(rig.err,
		"warifu: common-auth names pam_warifu.so; say 'pam-auth-update --disable warifu'"));
	ck_assert_str_eq(rig_read(&rig, "pam.d/other"), OLD);
}
END_TEST

/* Is it a process of this test's folder that waits for a confirmation? */
static bool
waits_here(const char *path)
{
	char line[1024] = "", *end;
	FILE *stream = fopen(path, "re");
	size_t len = stream == NULL ? 0 : fread(line, 1, sizeof(line) - 1, stream);
	bool waits = false, here = false;

	if (stream != NULL)
		fclose(stream);
	end = line + len;
	for (const char *word = line; word < end; word += strlen(word) + 1) {
		waits = waits || strcmp(word, "--wait") == 0;
		here = here || strcmp(word, rig_path(&rig, "save")) == 0;
	}
	return waits && here;
}

/* A restart ends who waits; the file of the install is of another boot then. */
static void
restart(void)
{
	char pending[512];
	glob_t processes;

	ck_assert_int_eq(glob("/proc/[0-9]*/cmdline", 0, NULL, &processes), 0);
	for (size_t i = 0; i < processes.gl_pathc; i++)
		if (waits_here(processes.gl_pathv[i]))
			kill((pid_t)atoi(processes.gl_pathv[i] + strlen("/proc/")), SIGKILL);
	globfree(&processes);

	snprintf(pending, sizeof(pending), "%s", rig_read(&rig, "save/lab.pending"));
	ck_assert_ptr_nonnull(strstr(pending, "\nboot="));
	memcpy(strstr(pending, "\nboot=") + 6, "00000000", 8);
	rig_write(&rig, "save/lab.pending", pending);
}

/* A restart ends the waiting process; the file still says what is due. */
START_TEST(overdue_after_a_restart_is_rolled_back)
{
	ck_assert_int_eq(install("--no-test --timeout 1h"), CTL_OK);
	ck_assert_int_eq(pam("rollback --overdue"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig_read(&rig, "pam.d/lab"), MARK));
	restart();
	ck_assert_int_eq(pam("rollback --overdue"), CTL_OK);
	ck_assert_str_eq(rig_read(&rig, "pam.d/lab"), OLD);
}
END_TEST

START_TEST(too_late_to_confirm)
{
	ck_assert_int_eq(install("--no-test --timeout 1h"), CTL_OK);
	restart();
	ck_assert_int_eq(pam_from_elsewhere("confirm lab"), CTL_NO);
	ck_assert(there_is("save/lab.pending"));
	ck_assert_int_eq(pam("rollback --overdue"), CTL_OK);
	ck_assert_str_eq(rig_read(&rig, "pam.d/lab"), OLD);
}
END_TEST

/* Without the copy there is nothing to put back: it is said, with what to do, and stays due. */
START_TEST(what_cannot_be_put_back)
{
	ck_assert_int_eq(install("--no-test --timeout 1h"), CTL_OK);
	ck_assert_int_eq(unlink(rig_path(&rig, "save/lab.before")), 0);
	ck_assert_int_eq(pam("rollback lab"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "pam.d/lab could not be put back: copy "));
	ck_assert_ptr_nonnull(strstr(rig.err, "save/lab.before over it by hand"));
	ck_assert_ptr_nonnull(strstr(rig_read(&rig, "pam.d/lab"), MARK));
	restart();
	ck_assert_int_eq(pam("rollback --overdue"), CTL_NO);
	ck_assert(there_is("save/lab.pending"));
}
END_TEST

START_TEST(login_is_tried_first)
{
	ck_assert_int_eq(install("--user root --timeout 1s"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "Trying a login of root"));
	ck_assert(becomes(OLD));
}
END_TEST

/* A login of root proves nothing: most services refuse it. */
START_TEST(root_must_name_who_is_tried)
{
	unsetenv("SUDO_USER");
	if (getuid() != 0)
		return;
	ck_assert_int_eq(install(""), CTL_USAGE);
	ck_assert_str_eq(
		rig.err, "warifu: name the user whose login is to be tried: --user USER\n");
	ck_assert_str_eq(rig_read(&rig, "pam.d/lab"), OLD);
}
END_TEST

START_TEST(refused_login_changes_nothing)
{
	rig_write(&rig, "stanzas/lab",
		"auth required pam_deny.so\n-session optional pam_warifu.so\n");
	ck_assert_int_eq(install("--user root"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "the login did not succeed; nothing was changed"));
	ck_assert_str_eq(rig_read(&rig, "pam.d/lab"), OLD);
	ck_assert(!there_is("save/lab.pending"));
	ck_assert(!there_is("save/lab.warifu-saved"));
}
END_TEST

START_TEST(missing_timer_changes_nothing)
{
	rig.ctl.program = "/nonexistent/warifu";
	ck_assert_int_eq(install("--no-test"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "nothing was changed"));
	ck_assert_str_eq(rig_read(&rig, "pam.d/lab"), OLD);
	ck_assert(!there_is("save/lab.pending"));
}
END_TEST

START_TEST(folder_open_to_others_is_refused)
{
	ck_assert_int_eq(mkdir(rig_path(&rig, "save"), 0700), 0);
	ck_assert_int_eq(chmod(rig_path(&rig, "save"), 0770), 0);
	ck_assert_int_eq(install("--no-test"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "must be a folder that only root can write"));
	ck_assert_str_eq(rig_read(&rig, "pam.d/lab"), OLD);
}
END_TEST

START_TEST(mode_of_the_file_stays)
{
	struct stat st;

	ck_assert_int_eq(chmod(rig_path(&rig, "pam.d/lab"), 0640), 0);
	ck_assert_int_eq(install("--no-test --timeout 20s"), CTL_OK);
	ck_assert_int_eq(stat(rig_path(&rig, "pam.d/lab"), &st), 0);
	ck_assert_int_eq((int)(st.st_mode & 07777), 0640);
	ck_assert_int_eq(pam("rollback lab"), CTL_OK);
	ck_assert_int_eq(stat(rig_path(&rig, "pam.d/lab"), &st), 0);
	ck_assert_int_eq((int)(st.st_mode & 07777), 0640);
}
END_TEST

static const struct {
	const char *words;
	int code;
	const char *error;
} refusals[] = {
	{"install ../lab", CTL_USAGE,
		"warifu: '../lab' is no PAM service; name one such as sshd, login, sudo, su or "
		"passwd\n"},
	{"install common-auth", CTL_USAGE,
		"warifu: 'common-auth' is no PAM service; name one such as sshd, login, sudo, su "
		"or passwd\n"},
	{"install lab --timeout soon", CTL_USAGE,
		"warifu: --timeout: 'soon' is no duration; write 90, 10m or 1h\n"},
	{"confirm lab", CTL_NO,
		"warifu: no install of lab waits for a confirmation; if its time was over, install "
		"again\n"},
	{"rollback lab", CTL_NO,
		"warifu: no install of lab waits for a confirmation; see 'warifu pam remove'\n"},
	{"remove", CTL_USAGE,
		"warifu: say which service, or --all; 'warifu pam list' tells which there are\n"},
	{"remove lab --all", CTL_USAGE,
		"warifu: say which service, or --all; 'warifu pam list' tells which there are\n"},
	{"rollback", CTL_USAGE, "warifu: say which: warifu pam rollback SERVICE, or --overdue\n"},
};

START_TEST(refusals_have_their_sentences)
{
	ck_assert_int_eq(pam(refusals[_i].words), refusals[_i].code);
	ck_assert_str_eq(rig.err, refusals[_i].error);
}
END_TEST

START_TEST(list_tells_the_state)
{
	ck_assert_int_eq(pam("list"), CTL_OK);
	ck_assert_str_eq(rig.out, "No PAM service uses Warifu.\n");
	rig_write(&rig, "stanzas/lab", "auth required pam_warifu.so\n");
	ck_assert_int_eq(install("--no-test --timeout 20s"), CTL_OK);
	ck_assert_int_eq(pam("list --json"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(
		rig.out, "{\"service\": \"lab\", \"state\": \"pending\", \"deadline\": \"20"));
	ck_assert_int_eq(pam("rollback lab"), CTL_OK);
}
END_TEST

START_TEST(only_root_may)
{
	rig.ctl.uid = 1000;
	ck_assert_int_eq(install("--no-test"), CTL_DENIED);
	ck_assert_str_eq(rig.err, "warifu: 'pam install' works for root only; use sudo or su\n");
}
END_TEST

static wf_status
try_at(const char *dir, const char *save_dir)
{
	const struct pam_place place = {.service = "lab", .dir = dir, .save_dir = save_dir};

	return pam_try(&rig.ctl, &place, STANZA, "nobody");
}

static size_t
left_in(const char *folder)
{
	char pattern[PATH_MAX];
	glob_t found;
	size_t n;

	snprintf(pattern, sizeof(pattern), "%.1000s/try-*", folder);
	n = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
	if (n > 0)
		globfree(&found);
	return n;
}

/* What could not be tried is neither "let in" nor "refused", and leaves no copy of the services. */
START_TEST(a_try_that_cannot_be_made)
{
	char dir[PATH_MAX], save[PATH_MAX], none[PATH_MAX], file[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s", rig_path(&rig, "pam.d"));
	snprintf(save, sizeof(save), "%s", rig_path(&rig, "save"));
	snprintf(none, sizeof(none), "%s", rig_path(&rig, "none"));
	snprintf(file, sizeof(file), "%s", rig_path(&rig, "pam.d/lab"));
	ck_assert_int_eq(try_at(dir, save), WF_OK);
	ck_assert_int_eq(try_at(none, save), WF_IO);
	ck_assert_int_eq(try_at(file, save), WF_IO);
	rig.ctl.pam_try = none;
	ck_assert_int_ne(try_at(dir, save), WF_OK);
	ck_assert_int_ne(try_at(dir, save), WF_NO);
	ck_assert_uint_eq(left_in(save), 0);
	ck_assert_int_ne(try_at(dir, file), WF_OK);
}
END_TEST

static Suite *
pam_suite(void)
{
	Suite *suite = suite_create("pam");
	TCase *tc = tcase_create("service");

	tcase_set_timeout(tc, 20);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, dry_run_shows_and_changes_nothing);
	tcase_add_test(tc, a_try_that_cannot_be_made);
	tcase_add_test(tc, unconfirmed_install_rolls_back);
	tcase_add_test(tc, confirmed_install_stays);
	tcase_add_test(tc, the_same_login_cannot_confirm);
	tcase_add_test(tc, second_install_waits_for_the_first);
	tcase_add_test(tc, remove_restores_and_keeps_later_edits);
	tcase_add_test(tc, remove_all_takes_every_service);
	tcase_add_test(tc, remove_all_names_what_stays);
	tcase_add_test(tc, overdue_after_a_restart_is_rolled_back);
	tcase_add_test(tc, too_late_to_confirm);
	tcase_add_test(tc, what_cannot_be_put_back);
	tcase_add_test(tc, login_is_tried_first);
	tcase_add_test(tc, root_must_name_who_is_tried);
	tcase_add_test(tc, refused_login_changes_nothing);
	tcase_add_test(tc, missing_timer_changes_nothing);
	tcase_add_test(tc, folder_open_to_others_is_refused);
	tcase_add_test(tc, mode_of_the_file_stays);
	tcase_add_loop_test(
		tc, refusals_have_their_sentences, 0, sizeof(refusals) / sizeof(refusals[0]));
	tcase_add_test(tc, list_tells_the_state);
	tcase_add_test(tc, only_root_may);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(pam_suite)
