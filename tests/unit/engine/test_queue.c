/*
 * The fair queue as a structure: whose turn it is, who is turned away, and the table of familiar
 * pairs.
 */
#include "config.h"

#include <string.h>

#include "authd/engine/admission.h"
#include "authd/engine/familiar.h"
#include "common/fault.h"
#include "tests/unit/unit.h"

#define LATER INT64_C(1000000000)
#define THREADS 2
#define SLOTS (4 * THREADS + 4)
#define SHARE (THREADS + 1)
#define QUEUE 32

static struct admission *queue;
static struct admission_ticket tickets[4096];
static struct admission_ticket *displaced;

static void
set_up(void)
{
	memset(tickets, 0, sizeof(tickets));
	ck_assert_int_eq(admission_new(THREADS, QUEUE, &queue), WF_OK);
}

static void
tear_down(void)
{
	admission_free(&queue);
	ck_assert_ptr_null(queue);
}

static struct admission_ticket *
ticket(size_t n, unsigned account, unsigned source)
{
	struct admission_ticket *it = &tickets[n];

	memset(it, 0, sizeof(*it));
	memcpy(it->account, &account, sizeof(account));
	memcpy(it->source, &source, sizeof(source));
	it->due_us = LATER;
	return it;
}

static bool
offer(struct admission_ticket *it)
{
	return admission_offer(queue, it, 0, &displaced);
}

static void
fill_slots(size_t from)
{
	for (size_t i = 0; i < SLOTS; i++) {
		ck_assert(offer(ticket(from + i, 90000 + (unsigned)i, 90000 + (unsigned)i)));
		ck_assert_ptr_eq(admission_next(queue), &tickets[from + i]);
	}
	ck_assert_ptr_null(admission_next(queue));
}

/* Ends whatever runs of the last slots, one by one; gives who came instead. */
static struct admission_ticket *
one_more(size_t *filler)
{
	admission_leave(queue, &tickets[*filler]);
	(*filler)++;
	return admission_next(queue);
}

START_TEST(flows_take_turns)
{
	size_t filler = 1000;

	fill_slots(filler);
	for (unsigned i = 0; i < 4; i++)
		ck_assert(offer(ticket(i, i, 1)));
	ck_assert(offer(ticket(10, 10, 2)));
	ck_assert(offer(ticket(11, 11, 3)));
	ck_assert_uint_eq(admission_waiting(queue), 6);
	ck_assert_ptr_eq(one_more(&filler), &tickets[0]);
	ck_assert_ptr_eq(one_more(&filler), &tickets[10]);
	ck_assert_ptr_eq(one_more(&filler), &tickets[11]);
	ck_assert_ptr_eq(one_more(&filler), &tickets[1]);
	ck_assert_ptr_eq(one_more(&filler), &tickets[2]);
	ck_assert_ptr_eq(one_more(&filler), &tickets[3]);
	ck_assert_ptr_null(one_more(&filler));
	ck_assert_uint_eq(admission_waiting(queue), 0);
}
END_TEST

START_TEST(an_account_has_its_share)
{
	struct admission_ticket *next;

	for (unsigned i = 0; i < 8; i++)
		ck_assert(offer(ticket(i, 7, 100 + i))); /* from many sources */
	for (unsigned i = 0; i < SHARE; i++)
		ck_assert_ptr_nonnull(admission_next(queue));
	ck_assert_ptr_null(admission_next(queue));
	ck_assert(offer(ticket(20, 8, 200)));
	ck_assert_ptr_eq(admission_next(queue), &tickets[20]);
	admission_leave(queue, &tickets[0]);
	next = admission_next(queue);
	ck_assert_ptr_nonnull(next);
	ck_assert_uint_eq(next->account[0], 7);
}
END_TEST

START_TEST(familiars_have_three_turns_of_four)
{
	size_t filler = 1000;
	char order[9] = "";

	fill_slots(filler);
	for (unsigned i = 0; i < 6; i++) {
		ck_assert(offer(ticket(i, i, 50 + i)));
		admission_succeeded(
			queue, ticket(20 + i, 20 + i, 70 + i)->account, tickets[20 + i].source, 0);
		ck_assert(offer(&tickets[20 + i]));
	}
	for (size_t i = 0; i < 8; i++) {
		struct admission_ticket *next = one_more(&filler);

		ck_assert_ptr_nonnull(next);
		order[i] = next >= &tickets[20] ? 'f' : 's';
	}
	ck_assert_str_eq(order, "fffsfffs");
}
END_TEST

/* The pair is known, neither of the two alone: what is never seen is treated alike (I5). */
START_TEST(familiar_is_the_pair)
{
	size_t filler = 1000;

	fill_slots(filler);
	admission_succeeded(queue, ticket(0, 1, 1)->account, tickets[0].source, 0);
	ck_assert(offer(ticket(1, 2, 1)));
	ck_assert(offer(ticket(2, 1, 2)));
	ck_assert(offer(&tickets[0]));
	ck_assert_ptr_eq(one_more(&filler), &tickets[0]);
	ck_assert_ptr_eq(one_more(&filler), &tickets[1]);
	ck_assert_ptr_eq(one_more(&filler), &tickets[2]);
}
END_TEST

START_TEST(what_cannot_be_in_time_is_turned_away)
{
	unsigned n = 0;

	fill_slots(1000);
	for (int i = 0; i < 100; i++)
		admission_measured(queue, 100000); /* 12 that run: 0.6 s with two threads */
	while (n < 1000) {
		ticket(n, n, 1)->due_us = 1000000;
		if (!offer(&tickets[n]))
			break;
		n++;
	}
	ck_assert_uint_ge(n, 6); /* 1 s: 20 in all */
	ck_assert_uint_le(n, 8);
	ck_assert_int_ge(admission_wait_us(queue, ticket(2000, 5000, 1), 0), 1000000);
	/* another source has its turn sooner */
	ck_assert_int_lt(admission_wait_us(queue, ticket(2001, 5001, 2), 0), 1000000);
	tickets[2001].due_us = 1000000;
	ck_assert(offer(&tickets[2001]));
}
END_TEST

START_TEST(an_idle_queue_takes_anybody)
{
	for (int i = 0; i < 100; i++)
		admission_measured(queue, INT64_MAX); /* asleep for years */
	ticket(0, 1, 1)->due_us = 1;
	ck_assert(offer(&tickets[0]));
	ck_assert_ptr_eq(admission_next(queue), &tickets[0]);
	admission_leave(queue, &tickets[0]);
	for (int i = 0; i < 100; i++)
		admission_measured(queue, 1000);
	ck_assert_int_eq(admission_wait_us(queue, &tickets[0], 0), 0);
	ticket(1, 1, 1);
	ck_assert(offer(&tickets[1]));
	ck_assert_int_lt(admission_wait_us(queue, ticket(2, 2, 2), 0), 10000);
}
END_TEST

/* Dear hashes: few are reserved ahead, so that turns mean something. */
START_TEST(slots_follow_the_cost)
{
	static const struct {
		int64_t took_us;
		size_t slots;
	} table[] = {{1, SLOTS}, {5000, SLOTS}, {25000, THREADS + 4}, {40000, THREADS + 2},
		{3000000, 2 * THREADS}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t n = 0;

		tear_down();
		set_up();
		admission_measured(queue, table[i].took_us);
		for (unsigned k = 0; k < 2 * SLOTS; k++) {
			ck_assert(offer(ticket(k, k, k)));
			n += admission_next(queue) != NULL;
		}
		ck_assert_uint_eq(n, table[i].slots);
	}
}
END_TEST

/* One source cannot fill the queue; a queue full of single ones takes no more. */
START_TEST(a_full_queue_makes_room_at_the_cost_of_the_longest_flow)
{
	unsigned n = 0;

	fill_slots(1000);
	while (n < QUEUE && offer(ticket(n, n, 1)))
		n++;
	ck_assert_uint_eq(n, QUEUE);
	ck_assert(!offer(ticket(n, n, 1)));
	for (unsigned i = 0; i < QUEUE - 1; i++) {
		ck_assert(offer(ticket(100 + i, 100 + i, 100 + i)));
		ck_assert_ptr_eq(displaced, &tickets[QUEUE - 1 - i]);
		ck_assert_int_eq(displaced->state, TICKET_OUT);
	}
	ck_assert(!offer(ticket(500, 500, 500)));
	ck_assert_ptr_null(displaced);
	ck_assert_uint_eq(admission_waiting(queue), QUEUE);
	admission_succeeded(queue, ticket(501, 501, 501)->account, tickets[501].source, 0);
	ck_assert(offer(&tickets[501])); /* has room of its own */
}
END_TEST

START_TEST(who_leaves_is_gone)
{
	size_t filler = 1000;

	fill_slots(filler);
	for (unsigned i = 0; i < 5; i++)
		ck_assert(offer(ticket(i, i, 1)));
	admission_leave(queue, &tickets[0]);
	admission_leave(queue, &tickets[2]);
	admission_leave(queue, &tickets[4]);
	admission_leave(queue, &tickets[4]);
	ck_assert_ptr_eq(one_more(&filler), &tickets[1]);
	ck_assert_ptr_eq(one_more(&filler), &tickets[3]);
	ck_assert_ptr_null(one_more(&filler));
	ck_assert(offer(&tickets[4]));
	ck_assert_ptr_eq(admission_next(queue), &tickets[4]);
}
END_TEST

START_TEST(the_overdue_come_out)
{
	fill_slots(1000);
	for (unsigned i = 0; i < 5; i++) {
		ticket(i, i, i)->due_us = i < 3 ? 1000 : LATER;
		ck_assert(offer(&tickets[i]));
	}
	ck_assert_ptr_null(admission_overdue(queue, 999));
	for (unsigned i = 0; i < 3; i++)
		ck_assert_ptr_nonnull(admission_overdue(queue, 1000));
	ck_assert_ptr_null(admission_overdue(queue, 1000));
	ck_assert_uint_eq(admission_waiting(queue), 2);
}
END_TEST

START_TEST(a_reload_changes_the_bound)
{
	fill_slots(1000);
	admission_configure(queue, 2);
	ck_assert(offer(ticket(0, 0, 0)));
	ck_assert(offer(ticket(1, 1, 1)));
	ck_assert(!offer(ticket(2, 2, 2)));
	admission_configure(queue, 3);
	ck_assert(offer(ticket(2, 2, 2)));
}
END_TEST

START_TEST(familiar_pairs_are_kept_for_a_month_and_bounded)
{
	uint8_t account[ADMISSION_KEY_LEN] = {1}, source[ADMISSION_KEY_LEN] = {2};
	struct familiar *familiar = NULL;
	unsigned kept = 0;

	ck_assert_int_eq(familiar_new(&familiar), WF_OK);
	familiar_add(familiar, account, source, 1000);
	ck_assert(familiar_has(familiar, account, source, 1000 + FAMILIAR_US - 1));
	ck_assert(!familiar_has(familiar, account, source, 1000 + FAMILIAR_US));
	familiar_add(familiar, account, source, 5000);
	ck_assert(familiar_has(familiar, account, source, 1000 + FAMILIAR_US));
	ck_assert(!familiar_has(familiar, source, account, 5000));
	for (unsigned i = 0; i < 4 * FAMILIAR_PAIRS; i++) {
		memcpy(account, &i, sizeof(i));
		familiar_add(familiar, account, source, 6000 + i);
		/* the newest always is */
		ck_assert(familiar_has(familiar, account, source, 6000 + i));
	}
	for (unsigned i = 0; i < 4 * FAMILIAR_PAIRS; i++) {
		memcpy(account, &i, sizeof(i));
		kept += familiar_has(familiar, account, source, 50000);
	}
	ck_assert_uint_le(kept, FAMILIAR_PAIRS);
	ck_assert_uint_ge(kept, FAMILIAR_PAIRS * 9 / 10);
	familiar_free(&familiar);
	ck_assert_ptr_null(familiar);
	familiar_free(&familiar);
}
END_TEST

/* Many operations in no order: nothing is lost, nothing runs twice, bounds hold. */
START_TEST(any_order)
{
	unsigned seed = 12345, accepted = 0, ended = 0;

	for (unsigned i = 0; i < 20000; i++) {
		struct admission_ticket *it = &tickets[(seed >> 8) % 200];

		seed = seed * 1103515245 + 12345;
		if (it->state == TICKET_OUT && (seed >> 16) % 3 != 0) {
			size_t n = (size_t)(it - tickets);

			accepted += offer(ticket(n, (seed >> 20) % 7, (seed >> 10) % 5));
			ended += displaced != NULL;
		} else if (it->state != TICKET_OUT) {
			admission_leave(queue, it);
			ended++;
		}
		while ((seed & 1) != 0 && admission_next(queue) != NULL)
			;
		ck_assert_uint_le(admission_waiting(queue), QUEUE + QUEUE / 4 + 1);
	}
	for (size_t i = 0; i < 200; i++) {
		ended += tickets[i].state != TICKET_OUT;
		admission_leave(queue, &tickets[i]);
	}
	ck_assert_uint_eq(ended, accepted);
	ck_assert_uint_eq(admission_waiting(queue), 0);
	ck_assert_ptr_null(admission_next(queue));
	ck_assert_uint_gt(accepted, 1000);
}
END_TEST

START_TEST(freeing_forgets_what_waits)
{
	for (unsigned i = 0; i < 20; i++)
		ck_assert(offer(ticket(i, i, i)));
	ck_assert_ptr_nonnull(admission_next(queue));
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/queue");
	TCase *tc = tcase_create("queue");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, flows_take_turns);
	tcase_add_test(tc, an_account_has_its_share);
	tcase_add_test(tc, familiars_have_three_turns_of_four);
	tcase_add_test(tc, familiar_is_the_pair);
	tcase_add_test(tc, what_cannot_be_in_time_is_turned_away);
	tcase_add_test(tc, an_idle_queue_takes_anybody);
	tcase_add_test(tc, slots_follow_the_cost);
	tcase_add_test(tc, a_full_queue_makes_room_at_the_cost_of_the_longest_flow);
	tcase_add_test(tc, who_leaves_is_gone);
	tcase_add_test(tc, the_overdue_come_out);
	tcase_add_test(tc, a_reload_changes_the_bound);
	tcase_add_test(tc, familiar_pairs_are_kept_for_a_month_and_bounded);
	tcase_add_test(tc, any_order);
	tcase_add_test(tc, freeing_forgets_what_waits);
	suite_add_tcase(it, tc);
	return it;
}

UNIT_MAIN(suite)
