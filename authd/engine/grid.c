/*
 * The grid on which replies leave (I5): multiples of a step, counted from the peer's last message.
 *
 * The step is no finer than `reply_grid`, than the dearest hash that was computed, and than what a
 * refusal took at most within the last quarter of a minute or so.  The hash is measured by the time
 * that its thread was given, which a busy machine does not change; the rest by the clock, because
 * under load waiting is most of it, and a reply that comes a step later than another one tells how
 * long its own work was.  Such an age passes, and beyond three seconds nothing is believed of it,
 * so that no accident makes refusals slow for good.
 */
#include "config.h"

#include "authd/engine/internal.h"
#include "common/fault.h"

#define PERIOD_US INT64_C(8000000)
#define HASH_MOST_US INT64_C(1000000)
#define MOST_US INT64_C(3000000)

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void
grid_note_hash(struct engine *engine, int64_t thread_us)
{
	struct grid *grid = &engine->grid;

	grid->hash_us = larger(grid->hash_us, thread_us < HASH_MOST_US ? thread_us : HASH_MOST_US);
}

/* What was noted is of this period, or of the one before, or forgotten. */
static void
turn(struct grid *grid, int64_t boot_us)
{
	int64_t period = boot_us / PERIOD_US;

	if (period == grid->period)
		return;
	grid->before_us = period == grid->period + 1 ? grid->lately_us : 0;
	grid->lately_us = 0;
	grid->period = period;
}

void
grid_note_handling(struct engine *engine, int64_t round_us)
{
	struct grid *grid = &engine->grid;
	int64_t boot_us = wf_clock_now(&engine->clock).boot_us;
	int64_t passed_us = boot_us - round_us;

	turn(grid, boot_us);
	grid->lately_us = larger(grid->lately_us, passed_us < MOST_US ? passed_us : MOST_US);
}

/*
 * Whole multiples of `reply_grid`, so that nothing shows by the step itself but what is coarser
 * than that.
 */
static int64_t
step_us(const struct engine *engine)
{
	const struct grid *grid = &engine->grid;
	int64_t finest = policy_value(&engine->config->policy, P_REPLY_GRID_MS) * 1000;
	int64_t need =
		larger(grid->hash_us + grid->hash_us / 8, larger(grid->lately_us, grid->before_us));

	if (finest <= 0)
		finest = 1000;
	return need > finest ? (need + finest - 1) / finest * finest : finest;
}

static int64_t
wait_us(struct engine *engine, int64_t round_us, int64_t slow_ms)
{
	int64_t now_us = wf_clock_now(&engine->clock).boot_us;
	int64_t passed = larger(now_us - round_us, 0);
	int64_t step;

#ifdef WF_FAULT
	if (wf_fault_page()->grid_off == 1)
		return 0;
#endif
	turn(&engine->grid, now_us);
	step = step_us(engine);
	return (passed / step + 1) * step - passed + slow_ms * 1000;
}

/*
 * libevent counts from the moment when this turn of the loop began, which lies before our work in
 * it.
 */
bool
grid_arm(struct engine *engine, struct event *timer, int64_t round_us, int64_t slow_ms)
{
	int64_t us = wait_us(engine, round_us, slow_ms);
	struct timeval tv = {
		.tv_sec = (time_t)(us / 1000000), .tv_usec = (suseconds_t)(us % 1000000)};

	return event_base_update_cache_time(engine->base) == 0 && evtimer_add(timer, &tv) == 0;
}
