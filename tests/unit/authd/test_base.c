/*
 * The event base: what the kernel once refused to watch is watched after all, what has a time of
 * its own is left to it, and a step of the start that fails says so.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <string.h>
#include <unistd.h>

#include "authd/base.h"
#include "common/say.h"
#include "tests/unit/authd/said.h"

/* A pipe of which the reading end is watched under a number that is not open at that moment. */
struct deaf {
	struct event_base *base;
	struct event *event;
	int ends[2], number;
	unsigned heard;
};

static void
on_read(evutil_socket_t fd, short what, void *ctx)
{
	struct deaf *deaf = ctx;
	char octet;

	(void)what;
	ck_assert_int_eq(read((int)fd, &octet, 1), 1);
	deaf->heard++;
}

static void
turn(void *ctx)
{
	struct deaf *deaf = ctx;

	ck_assert_int_ge(event_base_loop(deaf->base, EVLOOP_NONBLOCK), 0);
}

static const char *
deafen(struct deaf *deaf, const struct timeval *time)
{
	const char *told;

	deaf->base = base_new();
	ck_assert_ptr_nonnull(deaf->base);
	ck_assert_int_eq(pipe(deaf->ends), 0);
	deaf->number = dup(deaf->ends[0]);
	deaf->event = event_new(deaf->base, deaf->number, EV_READ | EV_PERSIST, on_read, deaf);
	ck_assert_int_eq(event_add(deaf->event, time), 0);
	(void)close(deaf->number);
	wf_say_open("test", true);
	told = said(stderr, turn, deaf);
	ck_assert_int_eq(dup2(deaf->ends[0], deaf->number), deaf->number);
	ck_assert_int_eq(write(deaf->ends[1], "x", 1), 1);
	turn(deaf);
	ck_assert_uint_eq(deaf->heard, 0);
	return told;
}

static void
clear(struct deaf *deaf)
{
	event_free(deaf->event);
	event_base_free(deaf->base);
	(void)close(deaf->number);
	(void)close(deaf->ends[0]);
	(void)close(deaf->ends[1]);
}

START_TEST(what_was_refused_is_watched_again)
{
	struct deaf deaf = {.heard = 0};
	const char *told = deafen(&deaf, NULL);

	ck_assert_ptr_nonnull(strstr(told, "libevent: Epoll ADD"));
	base_watch_again(deaf.base);
	turn(&deaf);
	ck_assert_uint_eq(deaf.heard, 1);
	base_watch_again(deaf.base); /* nothing was refused since */
	ck_assert_int_eq(write(deaf.ends[1], "y", 1), 1);
	turn(&deaf);
	ck_assert_uint_eq(deaf.heard, 2);
	clear(&deaf);
}
END_TEST

START_TEST(what_ends_by_its_time_is_left_to_it)
{
	const struct timeval time = {.tv_sec = 60};
	struct deaf deaf = {.heard = 0};

	(void)deafen(&deaf, &time);
	base_watch_again(deaf.base);
	turn(&deaf);
	ck_assert_uint_eq(deaf.heard, 0);
	ck_assert(event_pending(deaf.event, EV_TIMEOUT, NULL));
	clear(&deaf);
}
END_TEST

static void
fail_step(void *ctx)
{
	*(bool *)ctx = base_step(WF_NO_MEMORY, "the engine");
}

START_TEST(a_step_that_fails_is_told)
{
	bool fine = true;

	wf_say_open("test", true);
	ck_assert_str_eq(said(stderr, fail_step, &fine),
		"test: the engine cannot be started: There is not enough memory.\n");
	ck_assert(!fine);
	ck_assert(base_step(WF_OK, "the engine"));
}
END_TEST

static Suite *
base_suite(void)
{
	Suite *suite = suite_create("base");
	TCase *tc = tcase_create("base");

	tcase_add_test(tc, what_was_refused_is_watched_again);
	tcase_add_test(tc, what_ends_by_its_time_is_left_to_it);
	tcase_add_test(tc, a_step_that_fails_is_told);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(base_suite)
