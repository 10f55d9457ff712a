/*
 * One act of the daemon: the request, its answer as a table, its closing sentence. One connection
 * per act. One thread.
 */
#ifndef WF_CTL_ASK_H
#define WF_CTL_ASK_H

#include "common/secret.h"
#include "common/wire.h"
#include "ctl/args.h"
#include "ctl/ctl.h"
#include "ctl/table.h"

#define ASK_ARGS_MAX 24
#define ASK_SECRETS_MAX 4

struct ask {
	const char *act;
	bool slow; /* wait ten minutes rather than one */
	struct ask_arg {
		const char *key;   /* borrowed */
		const char *value; /* borrowed, or `number` */
		char number[24];
	} args[ASK_ARGS_MAX];
	size_t nargs;
	struct {
		const char *key;
		const struct wf_secret *secret; /* borrowed */
	} secrets[ASK_SECRETS_MAX];
	size_t nsecrets;
	/*
	 * Each row as it comes, instead of into the answer's table: for more of them than memory
	 * should hold. Another status than WF_OK ends the answer. NULL: they are kept.
	 */
	wf_status (*row)(void *ctx, const char *const *cells, size_t n);
	void *row_ctx;
};

struct answer {
	struct table table;
	wf_status status; /* of the act; or why there is no answer */
	bool answered;	  /* false: the daemon was not reached or broke off */
	char text[1025];  /* closing sentence; may be empty */
};

void ask_init(struct ask *ask, const char *act);
/* NULL as a value adds nothing. More than fit is a bug of ours and aborts. */
void ask_text(struct ask *ask, const char *key, const char *value);
void ask_number(struct ask *ask, const char *key, int64_t value);
void ask_secret(struct ask *ask, const char *key, const struct wf_secret *secret);
/*
 * Operands and options that have a key, times turned into microseconds. CTL_OK, or CTL_USAGE after
 * telling what is wrong.
 */
int ask_parsed(struct ctl *ctl, struct ask *ask, const struct parsed *parsed);

/* Never fails by itself: all is in the answer, which the caller clears. */
void ask_daemon(struct ctl *ctl, const struct ask *ask, struct answer *answer_r);
void answer_clear(struct answer *answer);
/* The exit code for a status. */
int answer_exit(const struct answer *answer);
/* Tells on err why it did not work; nothing on WF_OK. Gives answer_exit. */
int answer_complain(struct ctl *ctl, const struct answer *answer);
/*
 * Shows an answer as the command wants it: table, list or JSON, then the closing sentence, or the
 * complaint. Gives answer_exit.
 */
int answer_show(struct ctl *ctl, const struct command *command, const struct answer *answer);

#endif
