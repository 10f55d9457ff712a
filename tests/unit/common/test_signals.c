/* Each signal of a server is noted once, wakes the loop, and is none of the others. */
#include "config.h"

#include "common/signals.h"

#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static const struct {
	int number;
	enum wf_signal meaning;
} signals[] = {
	{SIGTERM, WF_SIGNAL_STOP},
	{SIGINT, WF_SIGNAL_STOP},
	{SIGHUP, WF_SIGNAL_RELOAD},
	{SIGUSR1, WF_SIGNAL_STATS},
};

START_TEST(noted_once)
{
	int fd = eventfd(0, EFD_NONBLOCK);
	uint64_t woken = 0;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(wf_signals_heed(fd, true), WF_OK);
	ck_assert_int_eq(raise(signals[_i].number), 0);
	ck_assert_int_eq(read(fd, &woken, sizeof(woken)), sizeof(woken));
	ck_assert_uint_eq(woken, 1);
	for (enum wf_signal other = 0; other < WF_SIGNALS; other++)
		ck_assert_int_eq(wf_signals_take(other), other == signals[_i].meaning);
	ck_assert(!wf_signals_take(signals[_i].meaning));
	wf_signals_wake_nobody();
	ck_assert_int_eq(raise(signals[_i].number), 0);
	ck_assert_int_eq(read(fd, &woken, sizeof(woken)), -1);
	ck_assert(wf_signals_take(signals[_i].meaning));
	close(fd);
}
END_TEST

START_TEST(figures_only_where_asked)
{
	struct sigaction action;

	ck_assert_int_eq(wf_signals_heed(-1, false), WF_OK);
	ck_assert_int_eq(sigaction(SIGUSR1, NULL, &action), 0);
	ck_assert_ptr_eq((void *)action.sa_handler, (void *)SIG_DFL);
	ck_assert_int_eq(raise(SIGHUP), 0);
	ck_assert(wf_signals_take(WF_SIGNAL_RELOAD));
}
END_TEST

START_TEST(a_peer_that_has_gone_ends_nothing)
{
	int ends[2];

	wf_signals_ignore();
	ck_assert_int_eq(pipe(ends), 0);
	close(ends[0]);
	ck_assert_int_eq(write(ends[1], "x", 1), -1);
	ck_assert_int_eq(raise(SIGXFSZ), 0);
	close(ends[1]);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("common/signals");
	TCase *tcase = tcase_create("signals");

	tcase_add_loop_test(tcase, noted_once, 0, sizeof(signals) / sizeof(signals[0]));
	tcase_add_test(tcase, figures_only_where_asked);
	tcase_add_test(tcase, a_peer_that_has_gone_ends_nothing);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
