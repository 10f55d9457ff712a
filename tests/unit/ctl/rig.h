/*
 * What the tests of ctl share: a daemon that answers from a script, runs of the whole program
 * within the test, and files in a folder of the test's own. Failures inside end the test.
 */
#ifndef WF_TESTS_CTL_RIG_H
#define WF_TESTS_CTL_RIG_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "ctl/ctl.h"

#define RIG_COLUMNS_MAX 24
#define RIG_ROWS_MAX 16

/* One answer. Several for one act are given one after the other; the last one stays. */
struct rig_act {
	const char *act;
	wf_status status;
	const char *text;
	const char *columns[RIG_COLUMNS_MAX];
	const char *rows[RIG_ROWS_MAX][RIG_COLUMNS_MAX];
	size_t repeat;	  /* the first row so many times more */
	bool close_early; /* hangs up instead of END */
	bool nonsense;	  /* sends bytes that are no frame */
};

struct rig {
	char dir[PATH_MAX];    /* empty folder, removed by rig_stop */
	char socket[PATH_MAX]; /* of the scripted daemon */
	struct ctl ctl;	       /* as a run starts; a test may change it before */
	char *out, *err;       /* of the last run; owned */
	struct rig_daemon *daemon;
	/* right before the command itself, and right behind it; NULL: nothing */
	void (*before)(void);
	uint64_t (*after)(void); /* gives `calls` */
	uint64_t calls;
};

/* A folder, and with n > 0 a daemon that knows these acts and refuses all others. */
void rig_start(struct rig *rig, const struct rig_act *acts, size_t n);
void rig_stop(struct rig *rig);
/*
 * Runs `warifu words...` (split at blanks; a word may stand in '...') with `input` as standard
 * input (NULL: none). Gives the exit code; out and err are in the rig.
 */
int rig_run(struct rig *rig, const char *input, const char *words);
/*
 * What the daemon was asked so far, a line per act: "user.add user=alice *password=secret", with
 * times as they came. Valid until the next call.
 */
const char *rig_asked(struct rig *rig);
/*
 * Answers logins beside it, on pam.sock: two prompts in two rounds, then a verdict. `right` is
 * "user/password/code", or "user/password/code/sms number" where another server asks back; NULL: it
 * hangs up at the answers. The transaction's id is sixteen times 0xAB.
 */
void rig_login(struct rig *rig, const char *right);
/* The path of a file in the folder; one of four buffers in turn. */
const char *rig_path(struct rig *rig, const char *name);
void rig_write(struct rig *rig, const char *name, const char *text);
/* The whole file; "" if it is not there. Valid until the next call. */
const char *rig_read(struct rig *rig, const char *name);

/* As many wrong tries at an emergency file as lock it. */
void rig_lock_sheet(const char *path);

#endif
