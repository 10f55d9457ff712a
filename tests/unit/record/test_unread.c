/* What may be lost with a connection: by bytes, by time, and beyond what is told apart. */
#include "config.h"

#include "authd/record/unread.h"

#include "tests/unit/unit.h"

#define S INT64_C(1000000)
#define KIB ((size_t)1 << 10)

static struct unread unread;

static void
setup(void)
{
	unread_begin(&unread, 100);
}

/* Each row: a load, or (bytes 0) rows passed over; then from where one would begin again. */
static const struct {
	const char *what;
	struct {
		uint64_t seq;
		size_t bytes;
		int64_t at_us;
	} loads[4];
	int64_t now_us;
	uint64_t sure;
	bool any;
} cases[] = {
	{"nothing has gone", {{0}}, 0, 100, false},
	{"rows that nobody wants", {{150, 0, 0}}, 0, 150, false},
	{"one that is new", {{110, 1, 0}}, 0, 100, true},
	{"one that is old, with nothing behind it", {{110, 1, 0}}, 3599 * S, 100, true},
	{"after an hour", {{110, 1, 0}}, 3600 * S, 110, false},
	{"after an hour, and what was passed over", {{110, 1, 0}, {120, 0, 1}}, 3600 * S, 120,
		false},
	{"passed over behind an unread one", {{110, 1, 0}, {120, 0, 1}}, 20 * S, 100, true},
	{"much behind it, but new", {{110, 1, 0}, {120, 64 * KIB, 1}}, 10 * S - 1, 100, true},
	{"much behind it, and old", {{110, 1, 0}, {120, 64 * KIB, 1}}, 10 * S, 110, true},
	{"too little behind it", {{110, 1, 0}, {120, 64 * KIB - 1, 1}}, 20 * S, 100, true},
	{"all that is behind it counts",
		{{110, 64 * KIB, 0}, {120, 60 * KIB, 1}, {130, 4 * KIB, 2}}, 20 * S, 110, true},
	{"the second is old, too",
		{{110, 1, 0}, {120, 1, 0}, {130, 64 * KIB, 0}}, 20 * S, 120, true},
};

START_TEST(where_to_begin_again)
{
	for (size_t i = 0; i < 4; i++) {
		if (cases[_i].loads[i].bytes > 0)
			unread_add(&unread, cases[_i].loads[i].seq, cases[_i].loads[i].bytes,
				cases[_i].loads[i].at_us);
		else if (cases[_i].loads[i].seq > 0)
			unread_pass(&unread, cases[_i].loads[i].seq);
	}
	ck_assert_msg(unread_sure(&unread, cases[_i].now_us) == cases[_i].sure, "%s: %llu",
		cases[_i].what, (unsigned long long)unread.sure);
	ck_assert_msg(unread_any(&unread) == cases[_i].any, "%s", cases[_i].what);
}
END_TEST

/* More loads than are told apart: the last ones are one, so nothing is sure too early. */
START_TEST(more_than_are_told_apart)
{
	for (uint64_t i = 1; i <= 3 * UNREAD_MAX; i++)
		unread_add(&unread, 100 + i, 15 * KIB, (int64_t)i);
	ck_assert_uint_eq(unread_sure(&unread, 9 * S), 100);
	ck_assert_uint_eq(unread_sure(&unread, 20 * S), 100 + UNREAD_MAX - 1);
	unread_add(&unread, 1000, 64 * KIB, 20 * S);
	ck_assert_uint_eq(unread_sure(&unread, 20 * S), 100 + 3 * UNREAD_MAX);
	unread_begin(&unread, 50);
	ck_assert(!unread_any(&unread));
	ck_assert_uint_eq(unread_sure(&unread, 20 * S), 50);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("unread");
	TCase *tc = tcase_create("unread");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(
		tc, where_to_begin_again, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tc, more_than_are_told_apart);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(make_suite)
