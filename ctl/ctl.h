/*
 * What every command of `warifu` gets: where to write, where the daemon is, what time it is. Tests
 * make one up; main() fills it from the process. One thread.
 */
#ifndef WF_CTL_CTL_H
#define WF_CTL_CTL_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "common/clock.h"
#include "ctl/table.h"

/* Exit codes, documented in warifu(8). `status --check` has those of Nagios instead. */
enum ctl_exit {
	CTL_OK = 0,
	CTL_NO = 1,    /* refused, not found, or something to look at */
	CTL_USAGE = 2, /* the command line is wrong */
	CTL_AWAY = 3,  /* the daemon cannot be reached, or could not tell */
	CTL_DENIED = 4 /* not permitted */
};

struct ctl {
	FILE *out, *err;
	int in;		     /* answers when --stdin is given; else the terminal is asked */
	int tty;	     /* the terminal, opened when first needed; -1 = not yet */
	const char *socket;  /* of the daemon */
	uid_t owner;	     /* the daemon must run as this uid or root; (uid_t)-1: any */
	const char *program; /* own executable, for the rollback process */
	const char *pam_try; /* warifu-pam-try */
	struct wf_clock clock;
	uid_t uid;	  /* effective */
	bool out_is_tty;
	size_t width; /* of the terminal that `out` is, in columns; 0: none, or not known */
	bool colour;
	enum table_header header; /* of tables: bold where there are colours */
	bool json;
	bool use_stdin;
	const char *language; /* "ja", "en": for the daemon's sentences */
	bool unwritten;	      /* a part of the answer did not reach `out`: the exit code says so */
	char proof[33];	      /* transaction that proves whose account this is; "" = none yet */
};

/* Standard streams, system clock, default socket. */
void ctl_init(struct ctl *ctl);
void ctl_clear(struct ctl *ctl);
/* A line on err, with "warifu: " before it. */
void ctl_error(struct ctl *ctl, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Says that the answer could not be written; the exit code will not be CTL_OK then. */
void ctl_unwritten(struct ctl *ctl);
/* What was done, on out: a line, or JSON. */
void ctl_say(struct ctl *ctl, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The whole program behind main(): parses, runs, gives the exit code. */
int ctl_main(struct ctl *ctl, int argc, char *const *argv);

#endif
