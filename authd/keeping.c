/*
 * The thread that keeps copies of the store: a pool of one, so that a disk or a mount that does not
 * answer holds up nothing else.  The loop lends it configuration and keys for one turn at a time.
 */
#include "config.h"

#include <string.h>

#include "authd/base.h"
#include "authd/daemon.h"
#include "common/say.h"

#define TURN_US INT64_C(5000000)
#define FIRST_US INT64_C(60000000) /* a daemon that has just begun has other things to do */

static void
turn(struct worker_job *job, void *scratch)
{
	struct daemon *daemon = job->ctx;
	const struct act_daemon *lent = &daemon->keeping_lent;
	const struct keeper_lent copies = {
		.store = lent->store, .keys = lent->keys, .config = lent->config};

	(void)scratch;
	keeper_turn(daemon->keeper, &copies);
}

static void
turned(struct mailbox_post *post)
{
	struct daemon *daemon = post->ctx;

	hooks_give_back(daemon, &daemon->keeping_lent);
	daemon->keeping_runs = false;
}

static void
turn_done(struct worker_job *job, wf_status status)
{
	struct daemon *daemon = job->ctx;

	(void)status;
	daemon->keeping_post = (struct mailbox_post){.run = turned, .ctx = daemon};
	mailbox_post(daemon->mailbox, &daemon->keeping_post);
}

bool
keeping_start(struct daemon *daemon)
{
	const struct worker_options options = {
		.threads = 1, .queue_max = 1, .name = "keep", .clock = daemon->clock};

	daemon->keeping_next_us = wf_clock_now(&daemon->clock).boot_us + FIRST_US;
	return base_step(keeper_new(&daemon->clock, wf_say, &daemon->keeper), "copies") &&
	       base_step(worker_pool_new(&options, &daemon->keeping), "a thread for copies");
}

void
keeping_tick(struct daemon *daemon)
{
	const int64_t now_us = wf_clock_now(&daemon->clock).boot_us;

	if (daemon->keeping_runs || now_us < daemon->keeping_next_us)
		return;
	daemon->keeping_next_us = now_us + TURN_US;
	hooks_lend(daemon, &daemon->keeping_lent);
	daemon->keeping_job = (struct worker_job){
		.run = turn, .done = turn_done, .ctx = daemon, .deadline_boot_us = INT64_MAX};
	daemon->keeping_runs = worker_submit(daemon->keeping, &daemon->keeping_job) == WF_OK;
	if (!daemon->keeping_runs)
		hooks_give_back(daemon, &daemon->keeping_lent);
}

void
keeping_stop(struct daemon *daemon)
{
	worker_pool_free(&daemon->keeping);
	if (daemon->mailbox != NULL)
		mailbox_run(daemon->mailbox);
	keeper_free(&daemon->keeper);
}
