/*
 * --init, --restore and what the first start does: what is made, what is left alone, and the
 * sentence of each refusal.
 */
#include "config.h"

#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "authd/crypto/backup_file.h"
#include "authd/daemon.h"
#include "tests/unit/authd/said.h"
#include "tests/unit/unit.h"

static char folder[64];
static struct wf_options options;

static const char *
path(const char *name)
{
	static char paths[4][160];
	static unsigned next;
	char *made = paths[next++ % 4];

	(void)snprintf(made, sizeof(paths[0]), "%s/%s", folder, name);
	return made;
}

static void
put(const char *name, const char *text)
{
	FILE *file = fopen(path(name), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

/* The configuration, with this line more. */
static void
configure(const char *more)
{
	static char file[160];
	char text[1024];

	(void)snprintf(text, sizeof(text),
		"user = \"\"\nstate_dir = \"%s/state\"\nkey_file = \"%s/keys/key\"\n%s", folder,
		folder, more);
	put("warifu.conf", text);
	(void)snprintf(file, sizeof(file), "%s/warifu.conf", folder);
	options = (struct wf_options){.config = file};
}

static void
set_up(void)
{
	(void)snprintf(folder, sizeof(folder), "%s/warifu-tasks-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	configure("");
}

static int
entry_remove(const char *name, const struct stat *what, int type, struct FTW *where)
{
	(void)what;
	(void)type;
	(void)where;
	return remove(name);
}

static void
tear_down(void)
{
	(void)nftw(folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

struct task {
	int (*run)(const struct wf_options *options);
	int code;
};

static void
run(void *ctx)
{
	struct task *task = ctx;

	task->code = task->run(&options);
}

/* The sentence with the folder in the place of each '@'. */
static void
fill(const char *sentence, char *text_r, size_t size)
{
	text_r[0] = '\0';
	for (size_t len = 0; *sentence != '\0'; sentence++, len = strlen(text_r))
		if (*sentence == '@')
			(void)snprintf(text_r + len, size - len, "%s", folder);
		else
			(void)snprintf(text_r + len, size - len, "%c", *sentence);
}

/* Its exit code and its sentence on standard error, "" for none. */
static void
does(int (*task)(const struct wf_options *options), int code, const char *sentence)
{
	struct task it = {.run = task};
	const char *text = said(stderr, run, &it);
	char wanted[512];

	fill(sentence, wanted, sizeof(wanted));
	ck_assert_str_eq(text, wanted);
	ck_assert_int_eq(it.code, code);
}

static bool
there(const char *name)
{
	return access(path(name), F_OK) == 0;
}

static ino_t
inode(const char *name)
{
	struct stat info;

	ck_assert_int_eq(stat(path(name), &info), 0);
	return info.st_ino;
}

START_TEST(init_makes_key_and_database_once)
{
	struct task it = {.run = task_init};
	char wanted[512];
	struct stat info;
	ino_t key, database;

	(void)snprintf(wanted, sizeof(wanted),
		"key file %s/keys/key and database %s/state/warifu.db are ready\n", folder, folder);
	ck_assert_str_eq(said(stdout, run, &it), wanted);
	ck_assert_int_eq(it.code, 0);
	ck_assert_int_eq(stat(path("state"), &info), 0);
	ck_assert_int_eq(info.st_mode & 07777, 0700);
	ck_assert(!there("state/warifu.making"));
	key = inode("keys/key");
	database = inode("state/warifu.db");
	does(task_init, 1,
		"warifud: there is a database at @/state/warifu.db already; nothing was changed\n");
	ck_assert_uint_eq(inode("keys/key"), key);
	ck_assert_uint_eq(inode("state/warifu.db"), database);
}
END_TEST

/* Cut off between the two, it goes on with the same key. */
START_TEST(init_goes_on_where_it_was_cut_off)
{
	ino_t key;

	does(task_init, 0, "");
	key = inode("keys/key");
	ck_assert_int_eq(unlink(path("state/warifu.db")), 0);
	put("state/warifu.making", "");
	does(task_init, 0, "");
	ck_assert_uint_eq(inode("keys/key"), key);
	ck_assert(there("state/warifu.db") && !there("state/warifu.making"));
}
END_TEST

START_TEST(the_first_start_makes_both_or_nothing)
{
	does(task_first, TASK_FIRST_MADE, "");
	ck_assert(there("state/warifu.db") && there("keys/key") && !there("state/warifu.making"));
	does(task_first, TASK_FIRST_NOTHING, "");
	/* One of them alone was lost: it is not made up for. */
	ck_assert_int_eq(unlink(path("state/warifu.db")), 0);
	does(task_first, TASK_FIRST_NOTHING, "");
	ck_assert(!there("state/warifu.db"));
	put("state/warifu.making", "");
	does(task_first, TASK_FIRST_MADE, "");
	ck_assert(there("state/warifu.db"));
}
END_TEST

static const struct {
	const char *config; /* a line */
	const char *file, *folder; /* in the way; either may be NULL */
	const char *sentence;
} obstacles[] = {
	{"workers = many\n", NULL, NULL, NULL},
	{"", "state", NULL,
		"warifud: the file @/state/warifu.making cannot be made: Not a directory\n"},
	{"key_file = \"/proc/none/key\"\n", NULL, NULL, NULL},
	{"", NULL, "state/warifu.making",
		"warifud: the file @/state/warifu.making cannot be made: Is a directory\n"},
	{"", "keys", NULL, NULL},
};

/* What is in the way stays there, and no half is left that looks like a whole. */
START_TEST(obstacles_have_their_sentences)
{
	struct task it = {.run = task_first};
	const char *text;

	ck_assert_int_eq(mkdir(path("state"), 0700) == 0 || obstacles[_i].file == NULL, 1);
	if (obstacles[_i].file != NULL && strcmp(obstacles[_i].file, "state") == 0)
		ck_assert_int_eq(rmdir(path("state")), 0);
	configure(obstacles[_i].config);
	if (obstacles[_i].file != NULL)
		put(obstacles[_i].file, "");
	if (obstacles[_i].folder != NULL)
		ck_assert_int_eq(mkdir(path(obstacles[_i].folder), 0700), 0);
	if (obstacles[_i].sentence != NULL)
		does(task_first, TASK_FIRST_FAILED, obstacles[_i].sentence);
	text = said(stderr, run, &it);
	ck_assert_int_eq(it.code, TASK_FIRST_FAILED);
	ck_assert_int_eq(strncmp(text, "warifud: ", 9), 0);
	ck_assert(!there("state/warifu.db"));
}
END_TEST

START_TEST(an_unknown_user)
{
	if (geteuid() != 0)
		return;
	put("warifu.conf", "user = no-such-user\nstate_dir = \"/nonexistent/state\"\nkey_file = "
			   "\"/nonexistent/key\"\n");
	does(task_init, 1,
		"warifud: the user no-such-user does not exist: make it with 'useradd --system "
		"no-such-user'\n");
}
END_TEST

/* --- restore --- */

static void
make_backup(void)
{
	struct backup_info info = {
		.schema = STORE_SCHEMA, .time_us = INT64_C(1772323200000000), .node = "node1"};
	struct keyring *keys = NULL;
	char why[256];
	int from, to;

	does(task_init, 0, "");
	ck_assert_int_eq(keyring_load(path("keys/key"), &keys, why, sizeof(why)), WF_OK);
	from = open(path("state/warifu.db"), O_RDONLY | O_CLOEXEC);
	to = open(path("backup"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(from, 0);
	ck_assert_int_ge(to, 0);
	ck_assert_int_eq(backup_file_write(keys, &info, from, to), WF_OK);
	close(from);
	close(to);
	keyring_free(&keys);
	options.file = path("backup");
}

START_TEST(a_backup_takes_the_databases_place)
{
	struct task it = {.run = task_restore};
	char wanted[512];
	ino_t before;

	make_backup();
	before = inode("state/warifu.db");
	(void)snprintf(wanted, sizeof(wanted),
		"restored to %s/state/warifu.db: used codes stay used, recovery codes are void, "
		"HOTP tokens want a resync\n"
		"kept of the old database: failures, locks, ended grants; accounts disabled and "
		"tokens revoked since the backup work again: see to them before others log in\n",
		folder);
	ck_assert_str_eq(said(stdout, run, &it), wanted);
	ck_assert_int_eq(it.code, 0);
	ck_assert_uint_ne(inode("state/warifu.db"), before);
	ck_assert(!there("state/warifu.db" STORE_RESTORING));
}
END_TEST

static void
refused(const char *sentence)
{
	ino_t before = inode("state/warifu.db");

	does(task_restore, 1, sentence);
	ck_assert_uint_eq(inode("state/warifu.db"), before);
}

START_TEST(what_cannot_be_restored)
{
	int lock;

	make_backup();
	options.file = path("nothing");
	refused("warifud: the file @/nothing cannot be opened: No such file or directory\n");
	options.file = path("backup");
	lock = open(path("state/warifu.db.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(flock(lock, LOCK_EX | LOCK_NB), 0);
	refused("warifud: the daemon is running on @/state/warifu.db: stop it first\n");
	ck_assert_int_eq(flock(lock, LOCK_UN), 0);
	close(lock);
	ck_assert_int_eq(truncate(options.file, 200), 0);
	refused("warifud: the backup cannot be restored: This is no backup of Warifu, or its "
		"beginning is damaged.\n");
	ck_assert_int_eq(unlink(path("keys/key")), 0);
	ck_assert_int_eq(mkdir(path("keys/key"), 0700), 0);
	refused("warifud: the backup cannot be restored: @/keys/key: the key file must be a "
		"regular file.\n");
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("authd/tasks");
	TCase *tcase = tcase_create("tasks");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, init_makes_key_and_database_once);
	tcase_add_test(tcase, init_goes_on_where_it_was_cut_off);
	tcase_add_test(tcase, the_first_start_makes_both_or_nothing);
	tcase_add_loop_test(tcase, obstacles_have_their_sentences, 0,
		(int)(sizeof(obstacles) / sizeof(obstacles[0])));
	tcase_add_test(tcase, an_unknown_user);
	tcase_add_test(tcase, a_backup_takes_the_databases_place);
	tcase_add_test(tcase, what_cannot_be_restored);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
