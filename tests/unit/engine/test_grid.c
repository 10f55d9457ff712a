/*
 * When refusals leave (I5): the grid's step, what makes it coarser and for how long; what a right
 * password costs.
 */
#include "config.h"

#include <string.h>
#include <sys/time.h>

#include "authd/engine/internal.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)
#define START (INT64_C(1000) * S) /* the beginning of a period */
#define SLACK (8 * MS)		  /* less than any two waits differ */

static struct wf_now now;

static struct wf_now
read_now(void *ctx)
{
	(void)ctx;
	return now;
}

static void
never(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static int64_t
wall_us(void)
{
	struct timeval tv;

	evutil_gettimeofday(&tv, NULL);
	return (int64_t)tv.tv_sec * S + tv.tv_usec;
}

/* The timer that grid_arm() sets ends so long after the moment at which it was set. */
static void
expect_wait(struct engine *engine, int64_t passed_us, int64_t slow_ms, int64_t wait_us,
	const char *what)
{
	struct event *timer = evtimer_new(engine->base, never, NULL);
	int64_t before = wall_us(), after, end;
	struct timeval tv;

	ck_assert_ptr_nonnull(timer);
	ck_assert(grid_arm(engine, timer, now.boot_us - passed_us, slow_ms));
	after = wall_us();
	ck_assert(event_pending(timer, EV_TIMEOUT, &tv));
	end = (int64_t)tv.tv_sec * S + tv.tv_usec;
	/*
	 * libevent's idea of the wall clock was formed a moment ago, by two readings that take
	 * their time on a busy machine.
	 */
	ck_assert_msg(end - after <= wait_us + SLACK && end - before >= wait_us - SLACK,
		"%s: between %lld and %lld us, not %lld", what, (long long)(end - after),
		(long long)(end - before), (long long)wait_us);
	event_free(timer);
}

/* Rows in turn on one engine; times in ms. */
static const struct {
	const char *what;
	int64_t at;      /* since the start */
	int64_t hash;    /* a hash of that cost was computed; 0: none */
	int64_t handled; /* a refusal was decided so long after its answer; 0: none */
	int64_t passed, slow, wait;
} rows[] = {
	{"at once", 0, 0, 0, 0, 0, 50},
	{"later", 0, 0, 0, 20, 0, 30},
	{"on the point", 0, 0, 0, 50, 0, 50},
	{"past it", 0, 0, 0, 60, 0, 40},
	{"a slowed source", 0, 0, 0, 20, 500, 530},
	{"from the future", 0, 0, 0, -10, 0, 50},
	{"a cheap hash", 0, 20, 0, 20, 0, 30},
	{"a hash near the step", 0, 46, 0, 20, 0, 80},
	{"a dear hash", 0, 130, 0, 20, 0, 130},
	{"what it took in all", 0, 0, 190, 20, 0, 180},
	{"a quicker one", 1000, 0, 30, 20, 0, 180},
	{"the next period", 8000, 0, 30, 20, 0, 180},
	{"the one after it", 16000, 0, 30, 20, 0, 130},
	{"the hash is not forgotten", 900000, 0, 0, 20, 0, 130},
	{"nothing is believed beyond three seconds", 900000, 0, 30000, 20, 0, 2980},
	{"nor for long", 940000, 0, 0, 20, 0, 130},
};

START_TEST(steps)
{
	static struct config config;
	struct engine *engine = calloc(1, sizeof(*engine));

	ck_assert_ptr_nonnull(engine);
	policy_init(&config.policy);
	engine->config = &config;
	engine->clock = (struct wf_clock){.read = read_now};
	engine->base = event_base_new();
	ck_assert_ptr_nonnull(engine->base);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		now.boot_us = START + rows[i].at * MS;
		if (rows[i].hash != 0)
			grid_note_hash(engine, rows[i].hash * MS);
		if (rows[i].handled != 0)
			grid_note_handling(engine, now.boot_us - rows[i].handled * MS);
		expect_wait(
			engine, rows[i].passed * MS, rows[i].slow, rows[i].wait * MS, rows[i].what);
	}
	event_base_free(engine->base);
	free(engine);
}
END_TEST

static void
stored_hash(struct rig *rig, char text_r[CREDENTIAL_SECRET_MAX + 1])
{
	struct store_job job = {.kind = STORE_READ};

	job.u.read.name = "alice";
	job.u.read.uid = -1;
	ck_assert_int_eq(store_run(rig->store, &job), WF_OK);
	for (size_t i = 0; i < job.u.read.ncredentials; i++)
		if (job.u.read.credentials[i].factor == FACTOR_PASSWORD)
			memcpy(text_r, job.u.read.credentials[i].secret, CREDENTIAL_SECRET_MAX);
	text_r[CREDENTIAL_SECRET_MAX] = '\0';
}

/* Today's hash takes the old one's place at a login, and only there is it computed. */
START_TEST(renewed_at_a_login_alone)
{
	static struct rig rig;
	const struct password_cost dearer = {256, 2, 1};
	char before[CREDENTIAL_SECRET_MAX + 1], after[CREDENTIAL_SECRET_MAX + 1], code[9];

	rig_open(&rig);
	ck_assert_int_eq(password_cost_set(&dearer), WF_OK);
	stored_hash(&rig, before);
	ck_assert_ptr_null(strstr(before, "m=256,t=2"));
	ck_assert_int_eq(rig_ssh(&rig, "alice", "correct horse", "000000"), WF_VERDICT_REJECT);
	stored_hash(&rig, after);
	ck_assert_str_eq(after, before);
	rig_code(&rig, 0, code);
	ck_assert_int_eq(rig_ssh(&rig, "alice", "correct horse", code), WF_VERDICT_ACCEPT);
	stored_hash(&rig, after);
	ck_assert_ptr_nonnull(strstr(after, "m=256,t=2"));
	rig_advance(&rig, 30);
	rig_code(&rig, 0, code);
	ck_assert_int_eq(rig_ssh(&rig, "alice", "correct horse", code), WF_VERDICT_ACCEPT);
	rig_close(&rig);
}
END_TEST

static Suite *
grid_suite(void)
{
	Suite *suite = suite_create("grid");
	TCase *tc = tcase_create("grid");

	tcase_add_test(tc, steps);
	tcase_add_test(tc, renewed_at_a_login_alone);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(grid_suite)
