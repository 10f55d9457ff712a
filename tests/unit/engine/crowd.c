#include "config.h"

#include "tests/unit/engine/crowd.h"

void
crowd_begin(struct rig *rig, struct crowd *crowd, size_t i, const char *user, const char *source)
{
	const struct rig_login login = {.user = user, .rhost = source};

	rig_peer_open(&crowd->peers[i], FRONT_PAM, 0);
	rig_begin(rig, &crowd->peers[i], &login);
}

static size_t
waiting(const struct crowd *crowd, unsigned replies)
{
	size_t n = 0;

	for (size_t i = 0; i < crowd->n; i++)
		n += crowd->peers[i].replies < replies;
	return n;
}

#define TURN_MS 2

/* Runs the loop until each has `replies`, or patience ends. */
static void
wait_all(struct rig *rig, const struct crowd *crowd, unsigned replies)
{
	struct timeval soon = {.tv_usec = TURN_MS * 1000};
	size_t before, now = waiting(crowd, replies);

	for (unsigned still = 0; now > 0 && still < crowd->patience_ms; still += TURN_MS) {
		event_base_loopexit(rig->base, &soon);
		event_base_loop(rig->base, EVLOOP_ONCE);
		before = now;
		now = waiting(crowd, replies);
		still = now == before ? still : 0;
	}
}

void
crowd_answer(struct rig *rig, struct crowd *crowd, const char *password, const char *code)
{
	wait_all(rig, crowd, 1);
	for (size_t i = 0; i < crowd->n; i++)
		if (crowd->peers[i].replies == 1 && crowd->peers[i].last.type == WF_MSG_PROMPTS)
			rig_answer(rig, &crowd->peers[i], password, code);
	wait_all(rig, crowd, 2);
	for (size_t i = 0; i < crowd->n; i++)
		rig_peer_close(rig, &crowd->peers[i]);
	rig_settle(rig);
}
