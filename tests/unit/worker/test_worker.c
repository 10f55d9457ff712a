/*
 * The pool: order, deadlines, cancelling, a full queue and how dead jobs make room in it, freeing a
 * pool with jobs in it, scratch memory, and many jobs from several threads.
 */
#include "config.h"

#include "authd/worker/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "common/fault.h"
#include "tests/unit/unit.h"

#define LONG_AFTER 1000000

/* What the jobs of a test share. */
struct scene {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool gate_open;	    /* a gate job runs until then */
	unsigned in_gate;   /* gate jobs that run now */
	unsigned done;	    /* calls of done */
	unsigned ran;	    /* calls of run */
	unsigned order[16]; /* numbers of the jobs in the order of their done */
	_Atomic int64_t boot_us;
};

struct task {
	struct worker_job job; /* first: the job is the task */
	unsigned number;
	bool ran;
	wf_status status;
	void *scratch;
};

static struct wf_now
scene_clock(void *ctx)
{
	struct scene *scene = ctx;

	return (struct wf_now){.wall_us = 0, .boot_us = atomic_load(&scene->boot_us)};
}

static void
scene_init(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	pthread_mutex_init(&scene->lock, NULL);
	pthread_cond_init(&scene->changed, NULL);
}

/* Waits until *value is at least `least`; a test that waits in vain runs into its time limit. */
static void
scene_wait(struct scene *scene, const unsigned *value, unsigned least)
{
	pthread_mutex_lock(&scene->lock);
	while (*value < least)
		pthread_cond_wait(&scene->changed, &scene->lock);
	pthread_mutex_unlock(&scene->lock);
}

static void
scene_open(struct scene *scene)
{
	pthread_mutex_lock(&scene->lock);
	scene->gate_open = true;
	pthread_cond_broadcast(&scene->changed);
	pthread_mutex_unlock(&scene->lock);
}

static void
task_run(struct worker_job *job, void *scratch)
{
	struct task *task = (struct task *)job;
	struct scene *scene = job->ctx;

	task->ran = true;
	task->scratch = scratch;
	pthread_mutex_lock(&scene->lock);
	scene->ran++;
	pthread_mutex_unlock(&scene->lock);
}

static void
gate_run(struct worker_job *job, void *scratch)
{
	struct scene *scene = job->ctx;

	task_run(job, scratch);
	pthread_mutex_lock(&scene->lock);
	scene->in_gate++;
	pthread_cond_broadcast(&scene->changed);
	while (!scene->gate_open)
		pthread_cond_wait(&scene->changed, &scene->lock);
	scene->in_gate--;
	pthread_mutex_unlock(&scene->lock);
}

static void
task_done(struct worker_job *job, wf_status status)
{
	struct task *task = (struct task *)job;
	struct scene *scene = job->ctx;

	task->status = status;
	pthread_mutex_lock(&scene->lock);
	if (scene->done < 16)
		scene->order[scene->done] = task->number;
	scene->done++;
	pthread_cond_broadcast(&scene->changed);
	pthread_mutex_unlock(&scene->lock);
}

static void
task_init(struct task *task, struct scene *scene, unsigned number)
{
	memset(task, 0, sizeof(*task));
	task->job.run = task_run;
	task->job.done = task_done;
	task->job.ctx = scene;
	task->job.deadline_boot_us = LONG_AFTER;
	task->number = number;
	task->status = WF_STATUS_COUNT;
}

static struct worker_options
options_of(struct scene *scene, unsigned threads, size_t queue_max)
{
	return (struct worker_options){
		.threads = threads,
		.queue_max = queue_max,
		.name = "test-worker-with-a-long-name",
		.clock = {scene_clock, scene},
	};
}

/* A pool with one worker, which is kept busy by `gate`. */
static struct worker_pool *
busy_pool(struct scene *scene, struct task *gate, size_t queue_max)
{
	struct worker_options options = options_of(scene, 1, queue_max);
	struct worker_pool *pool = NULL;

	scene_init(scene);
	ck_assert_int_eq(worker_pool_new(&options, &pool), WF_OK);
	task_init(gate, scene, 0);
	gate->job.run = gate_run;
	ck_assert_int_eq(worker_submit(pool, &gate->job), WF_OK);
	scene_wait(scene, &scene->in_gate, 1);
	return pool;
}

START_TEST(jobs_run_in_order)
{
	struct scene scene;
	struct task gate, tasks[5];
	struct worker_pool *pool = busy_pool(&scene, &gate, 5);

	for (unsigned i = 0; i < 5; i++) {
		task_init(&tasks[i], &scene, i + 1);
		ck_assert_int_eq(worker_submit(pool, &tasks[i].job), WF_OK);
	}
	ck_assert_uint_eq(worker_queued(pool), 5);
	scene_open(&scene);
	scene_wait(&scene, &scene.done, 6);
	ck_assert_uint_eq(worker_queued(pool), 0);
	for (unsigned i = 0; i < 6; i++)
		ck_assert_uint_eq(scene.order[i], i);
	for (unsigned i = 0; i < 5; i++) {
		ck_assert(tasks[i].ran);
		ck_assert_int_eq(tasks[i].status, WF_OK);
	}
	worker_pool_free(&pool);
	ck_assert_ptr_null(pool);
	worker_pool_free(&pool);
}
END_TEST

START_TEST(a_job_past_its_deadline_is_not_run)
{
	struct scene scene;
	struct task gate, at, before;
	struct worker_pool *pool = busy_pool(&scene, &gate, 5);

	task_init(&at, &scene, 1);
	at.job.deadline_boot_us = 100;
	task_init(&before, &scene, 2);
	before.job.deadline_boot_us = 101;
	ck_assert_int_eq(worker_submit(pool, &at.job), WF_OK);
	ck_assert_int_eq(worker_submit(pool, &before.job), WF_OK);
	atomic_store(&scene.boot_us, 100);
	scene_open(&scene);
	scene_wait(&scene, &scene.done, 3);
	ck_assert(!at.ran);
	ck_assert_int_eq(at.status, WF_TIMEOUT);
	ck_assert(before.ran);
	ck_assert_int_eq(before.status, WF_OK);
	worker_pool_free(&pool);
}
END_TEST

START_TEST(a_cancelled_job_is_not_run)
{
	struct scene scene;
	struct task gate, task;
	struct worker_pool *pool = busy_pool(&scene, &gate, 5);

	task_init(&task, &scene, 1);
	ck_assert_int_eq(worker_submit(pool, &task.job), WF_OK);
	atomic_store(&task.job.cancelled, true);
	atomic_store(&gate.job.cancelled, true); /* it runs already and is not disturbed */
	scene_open(&scene);
	scene_wait(&scene, &scene.done, 2);
	ck_assert(!task.ran);
	ck_assert_int_eq(task.status, WF_EXPIRED);
	ck_assert_int_eq(gate.status, WF_OK);
	worker_pool_free(&pool);
}
END_TEST

START_TEST(a_full_queue_refuses_at_once)
{
	struct scene scene;
	struct task gate, tasks[3];
	struct worker_pool *pool = busy_pool(&scene, &gate, 2);

	for (unsigned i = 0; i < 3; i++)
		task_init(&tasks[i], &scene, i + 1);
	ck_assert_int_eq(worker_submit(pool, &tasks[0].job), WF_OK);
	ck_assert_int_eq(worker_submit(pool, &tasks[1].job), WF_OK);
	ck_assert_int_eq(worker_submit(pool, &tasks[2].job), WF_FULL);
	ck_assert_uint_eq(worker_queued(pool), 2);
	scene_open(&scene);
	scene_wait(&scene, &scene.done, 3);
	ck_assert(!tasks[2].ran);
	ck_assert_int_eq(tasks[2].status, WF_STATUS_COUNT);
	/* There is room again. */
	ck_assert_int_eq(worker_submit(pool, &tasks[2].job), WF_OK);
	scene_wait(&scene, &scene.done, 4);
	ck_assert_int_eq(tasks[2].status, WF_OK);
	worker_pool_free(&pool);
}
END_TEST

START_TEST(dead_jobs_make_room_in_a_full_queue)
{
	struct scene scene;
	struct task gate, tasks[5];
	struct worker_pool *pool = busy_pool(&scene, &gate, 3);

	for (unsigned i = 0; i < 5; i++)
		task_init(&tasks[i], &scene, i + 1);
	tasks[2].job.deadline_boot_us = 10;
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(worker_submit(pool, &tasks[i].job), WF_OK);
	atomic_store(&tasks[0].job.cancelled, true);
	atomic_store(&scene.boot_us, 10);
	ck_assert_int_eq(worker_submit(pool, &tasks[3].job), WF_OK);
	ck_assert_uint_eq(worker_queued(pool), 2);
	ck_assert_int_eq(worker_submit(pool, &tasks[4].job), WF_OK);
	ck_assert_uint_eq(worker_queued(pool), 3);
	scene_open(&scene);
	scene_wait(&scene, &scene.done, 6);
	ck_assert_int_eq(tasks[0].status, WF_EXPIRED);
	ck_assert_int_eq(tasks[2].status, WF_TIMEOUT);
	ck_assert(!tasks[0].ran && !tasks[2].ran);
	/* The dead ones first, the others in their order. */
	ck_assert_uint_eq(scene.order[1], 1);
	ck_assert_uint_eq(scene.order[2], 3);
	ck_assert_uint_eq(scene.order[3], 2);
	ck_assert_uint_eq(scene.order[4], 4);
	ck_assert_uint_eq(scene.order[5], 5);
	worker_pool_free(&pool);
}
END_TEST

struct freeing {
	struct worker_pool *pool;
	struct scene *scene;
	struct task *late;
};

/* Opens the gate once the pool takes nothing more. */
static void *
opener_main(void *arg)
{
	struct freeing *freeing = arg;

	for (;;) {
		wf_status status = worker_submit(freeing->pool, &freeing->late->job);

		if (status == WF_UNAVAILABLE)
			break;
		usleep(1000);
	}
	scene_open(freeing->scene);
	return NULL;
}

START_TEST(freeing_ends_what_is_queued_and_finishes_what_runs)
{
	struct scene scene;
	struct task gate, tasks[2], late;
	struct worker_pool *pool = busy_pool(&scene, &gate, 2);
	struct freeing freeing = {pool, &scene, &late};
	pthread_t opener;

	for (unsigned i = 0; i < 2; i++) {
		task_init(&tasks[i], &scene, i + 1);
		ck_assert_int_eq(worker_submit(pool, &tasks[i].job), WF_OK);
	}
	task_init(&late, &scene, 3);
	ck_assert_int_eq(pthread_create(&opener, NULL, opener_main, &freeing), 0);
	worker_pool_free(&pool);
	ck_assert_uint_eq(scene.done, 3);
	ck_assert_int_eq(gate.status, WF_OK);
	for (unsigned i = 0; i < 2; i++) {
		ck_assert(!tasks[i].ran);
		ck_assert_int_eq(tasks[i].status, WF_EXPIRED);
	}
	ck_assert_int_eq(late.status, WF_STATUS_COUNT);
	pthread_join(opener, NULL);
}
END_TEST

static _Atomic unsigned scratch_made, scratch_freed, scratch_limit;

static wf_status
scratch_new(void **scratch_r)
{
	if (atomic_load(&scratch_made) >= atomic_load(&scratch_limit))
		return WF_NO_MEMORY;
	*scratch_r = malloc(1);
	atomic_fetch_add(&scratch_made, 1);
	return WF_OK;
}

static void
scratch_free(void **scratch)
{
	free(*scratch);
	*scratch = NULL;
	atomic_fetch_add(&scratch_freed, 1);
}

START_TEST(each_worker_has_scratch_memory_of_its_own)
{
	struct scene scene;
	struct worker_options options = options_of(&scene, 2, 4);
	struct worker_pool *pool = NULL;
	struct task gates[2];

	scene_init(&scene);
	options.scratch_new = scratch_new;
	options.scratch_free = scratch_free;
	atomic_store(&scratch_limit, 2);
	ck_assert_int_eq(worker_pool_new(&options, &pool), WF_OK);
	for (unsigned i = 0; i < 2; i++) {
		task_init(&gates[i], &scene, i);
		gates[i].job.run = gate_run;
		ck_assert_int_eq(worker_submit(pool, &gates[i].job), WF_OK);
	}
	scene_wait(&scene, &scene.in_gate, 2); /* both at once: two threads */
	scene_open(&scene);
	scene_wait(&scene, &scene.done, 2);
	worker_pool_free(&pool);
	ck_assert_ptr_nonnull(gates[0].scratch);
	ck_assert_ptr_ne(gates[0].scratch, gates[1].scratch);
	ck_assert_uint_eq(scratch_freed, 2);
}
END_TEST

static _Atomic unsigned scratch_rested;

static void
scratch_rest(void *scratch)
{
	ck_assert_ptr_nonnull(scratch);
	atomic_fetch_add(&scratch_rested, 1);
}

/* A worker thread may take its time; the test's limit is the last word. */
static void
wait_rested(struct worker_pool *pool, struct scene *scene, unsigned least)
{
	while (atomic_load(&scratch_rested) < least) {
		atomic_fetch_add(&scene->boot_us, 1000);
		worker_rest(pool);
		usleep(1000);
	}
}

static void
run_one(struct worker_pool *pool, struct scene *scene, unsigned done)
{
	struct task task;

	task_init(&task, scene, 0);
	task.job.deadline_boot_us = INT64_MAX;
	ck_assert_int_eq(worker_submit(pool, &task.job), WF_OK);
	scene_wait(scene, &scene->done, done);
	ck_assert(task.ran);
}

START_TEST(an_idle_worker_rests_once)
{
	struct scene scene;
	struct worker_options options = options_of(&scene, 1, 4);
	struct worker_pool *pool = NULL;

	scene_init(&scene);
	options.scratch_new = scratch_new;
	options.scratch_free = scratch_free;
	options.scratch_rest = scratch_rest;
	options.rest_after_us = 1000;
	atomic_store(&scratch_limit, 1);
	ck_assert_int_eq(worker_pool_new(&options, &pool), WF_OK);
	run_one(pool, &scene, 1);
	for (int i = 0; i < 20; i++) {
		worker_rest(pool); /* not idle for long enough */
		usleep(500);
	}
	ck_assert_uint_eq(scratch_rested, 0);
	wait_rested(pool, &scene, 1);
	atomic_fetch_add(&scene.boot_us, 5000);
	for (int i = 0; i < 20; i++) {
		worker_rest(pool); /* nothing more to give back */
		usleep(500);
	}
	ck_assert_uint_eq(scratch_rested, 1);
	run_one(pool, &scene, 2);
	wait_rested(pool, &scene, 2);
	worker_pool_free(&pool);
}
END_TEST

START_TEST(a_pool_without_its_scratch_memory_is_none)
{
	struct scene scene;
	struct worker_options options = options_of(&scene, 3, 4);
	struct worker_pool *pool = NULL;

	scene_init(&scene);
	options.scratch_new = scratch_new;
	options.scratch_free = scratch_free;
	atomic_store(&scratch_limit, 2);
	ck_assert_int_eq(worker_pool_new(&options, &pool), WF_NO_MEMORY);
	ck_assert_ptr_null(pool);
	ck_assert_uint_eq(scratch_freed, 2);
}
END_TEST

START_TEST(options_out_of_bounds_are_refused)
{
	struct scene scene;
	struct worker_options good = options_of(&scene, 1, 1), bad[6];
	struct worker_pool *pool = NULL;

	scene_init(&scene);
	for (unsigned i = 0; i < 6; i++)
		bad[i] = good;
	bad[0].threads = 0;
	bad[1].threads = WORKER_THREADS_MAX + 1;
	bad[2].queue_max = 0;
	bad[3].clock.read = NULL;
	bad[4].scratch_new = scratch_new;
	bad[5].scratch_rest = scratch_rest;
	for (unsigned i = 0; i < 6; i++)
		ck_assert_int_eq(worker_pool_new(&bad[i], &pool), WF_INVALID);
	good.name = NULL;
	ck_assert_int_eq(worker_pool_new(&good, &pool), WF_OK);
	worker_pool_free(&pool);
}
END_TEST

static _Atomic bool signal_blocked;

static void
mask_run(struct worker_job *job, void *scratch)
{
	sigset_t mask;

	task_run(job, scratch);
	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	atomic_store(&signal_blocked, sigismember(&mask, SIGTERM) == 1);
}

START_TEST(signals_are_blocked_in_workers_only)
{
	struct scene scene;
	struct worker_options options = options_of(&scene, 1, 1);
	struct worker_pool *pool = NULL;
	struct task task;
	sigset_t mask;

	scene_init(&scene);
	ck_assert_int_eq(worker_pool_new(&options, &pool), WF_OK);
	task_init(&task, &scene, 0);
	task.job.run = mask_run;
	ck_assert_int_eq(worker_submit(pool, &task.job), WF_OK);
	scene_wait(&scene, &scene.done, 1);
	ck_assert(atomic_load(&signal_blocked));
	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	ck_assert_int_eq(sigismember(&mask, SIGTERM), 0);
	worker_pool_free(&pool);
}
END_TEST

#define CROWD 4
#define CROWD_JOBS 2000

struct crowd {
	struct scene *scene;
	struct worker_pool *pool;
	struct task *tasks;
	pthread_t thread;
};

static void *
crowd_main(void *arg)
{
	struct crowd *crowd = arg;

	for (unsigned i = 0; i < CROWD_JOBS; i++) {
		task_init(&crowd->tasks[i], crowd->scene, i);
		while (worker_submit(crowd->pool, &crowd->tasks[i].job) == WF_FULL)
			sched_yield();
		if (i % 7 == 0)
			atomic_store(&crowd->tasks[i].job.cancelled, true);
	}
	return NULL;
}

START_TEST(many_jobs_from_many_threads_each_end_once)
{
	struct scene scene;
	struct worker_options options = options_of(&scene, 4, 16);
	struct crowd crowds[CROWD];
	struct worker_pool *pool = NULL;
	unsigned ran = 0;

	scene_init(&scene);
	ck_assert_int_eq(worker_pool_new(&options, &pool), WF_OK);
	for (unsigned c = 0; c < CROWD; c++) {
		crowds[c] = (struct crowd){.scene = &scene, .pool = pool};
		crowds[c].tasks = calloc(CROWD_JOBS, sizeof(struct task));
		ck_assert_ptr_nonnull(crowds[c].tasks);
		ck_assert_int_eq(
			pthread_create(&crowds[c].thread, NULL, crowd_main, &crowds[c]), 0);
	}
	for (unsigned c = 0; c < CROWD; c++)
		pthread_join(crowds[c].thread, NULL);
	scene_wait(&scene, &scene.done, CROWD * CROWD_JOBS);
	worker_pool_free(&pool);
	ck_assert_uint_eq(scene.done, CROWD * CROWD_JOBS);
	for (unsigned c = 0; c < CROWD; c++) {
		for (unsigned i = 0; i < CROWD_JOBS; i++) {
			ck_assert_int_eq(crowds[c].tasks[i].status,
				crowds[c].tasks[i].ran ? WF_OK : WF_EXPIRED);
			ran += crowds[c].tasks[i].ran;
		}
		free(crowds[c].tasks);
	}
	ck_assert_uint_eq(scene.ran, ran);
}
END_TEST

#ifdef WF_FAULT
START_TEST(each_fault_at_the_start_is_told_and_leaves_nothing)
{
	static const wf_status expected[] = {
		WF_NO_MEMORY, WF_NO_MEMORY, WF_UNAVAILABLE, WF_UNAVAILABLE, WF_OK};
	struct scene scene;
	struct worker_options options = options_of(&scene, 2, 4);
	struct worker_pool *pool = NULL;

	scene_init(&scene);
	for (uint64_t nth = 1; nth <= 5; nth++) {
		wf_fault_arm(nth, false);
		ck_assert_int_eq(worker_pool_new(&options, &pool), expected[nth - 1]);
		ck_assert((pool != NULL) == (nth == 5));
	}
	wf_fault_arm(0, false);
	worker_pool_free(&pool);
}
END_TEST
#endif

static Suite *
worker_suite(void)
{
	Suite *suite = suite_create("worker");
	TCase *tc = tcase_create("pool");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, jobs_run_in_order);
	tcase_add_test(tc, a_job_past_its_deadline_is_not_run);
	tcase_add_test(tc, a_cancelled_job_is_not_run);
	tcase_add_test(tc, a_full_queue_refuses_at_once);
	tcase_add_test(tc, dead_jobs_make_room_in_a_full_queue);
	tcase_add_test(tc, freeing_ends_what_is_queued_and_finishes_what_runs);
	tcase_add_test(tc, each_worker_has_scratch_memory_of_its_own);
	tcase_add_test(tc, an_idle_worker_rests_once);
	tcase_add_test(tc, a_pool_without_its_scratch_memory_is_none);
	tcase_add_test(tc, options_out_of_bounds_are_refused);
	tcase_add_test(tc, signals_are_blocked_in_workers_only);
	tcase_add_test(tc, many_jobs_from_many_threads_each_end_once);
#ifdef WF_FAULT
	tcase_add_test(tc, each_fault_at_the_start_is_told_and_leaves_nothing);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(worker_suite)
