/*
 * The transaction's table: every (state, event) pair is either written down here or has no handler.
 */
#include "config.h"

#include "authd/engine/internal.h"
#include "tests/unit/unit.h"

/* One letter per next state, '-' for "no such pair"; columns are the events in their order. */
static const char *const expected[TXN_STATES] = {
	/*
	 * BEGIN FACTS OBSERVED KNOWN ANSWER ADMITTED REFUSED WAIT VERIFIED UNSETTLED ASKED_BACK
	 * SETTLED FAILED DEADLINE ABORT
	 */
	[TXN_NEW] =        "O--------------",
	[TXN_OPEN] =       "-CMDO-------DDD",
	[TXN_CHALLENGED] = "----V-------DDD",
	[TXN_VERIFYING] =  "-----VMVM-F-DVV",
	[TXN_FURTHER] =    "----V-------DMM",
	[TXN_COMMITTING] = "-----VMV-V-DDMM",
	[TXN_DONE] =       "-DDD-------DDDD",
};

static const char letters[TXN_STATES] = {[TXN_NEW] = 'N',
	[TXN_OPEN] = 'O',
	[TXN_CHALLENGED] = 'C',
	[TXN_VERIFYING] = 'V',
	[TXN_FURTHER] = 'F',
	[TXN_COMMITTING] = 'M',
	[TXN_DONE] = 'D'};

START_TEST(every_pair)
{
	for (int state = 0; state < TXN_STATES; state++)
		for (int event = 0; event < TXN_EVENTS; event++) {
			const struct txn_rule *rule =
				txn_rule((enum txn_state)state, (enum txn_event)event);
			char is = rule->handle == NULL ? '-' : letters[rule->next];

			ck_assert_msg(is == expected[state][event], "%s, %s: %c instead of %c",
				txn_state_name((enum txn_state)state),
				txn_event_name((enum txn_event)event), is, expected[state][event]);
		}
}
END_TEST

/*
 * Whatever is not right ends the transaction: from every state DONE can be reached by a failure or
 * an abort.
 */
START_TEST(every_state_has_a_way_out)
{
	for (int state = TXN_OPEN; state < TXN_STATES; state++)
		ck_assert(txn_rule((enum txn_state)state, TXN_FAILED)->next == TXN_DONE);
}
END_TEST

START_TEST(only_settled_and_known_say_what_was_decided)
{
	for (int state = 0; state < TXN_STATES; state++)
		for (int event = 0; event < TXN_EVENTS; event++) {
			const struct txn_rule *rule =
				txn_rule((enum txn_state)state, (enum txn_event)event);
			bool says = (state == TXN_OPEN && event == TXN_KNOWN) ||
				    (state == TXN_COMMITTING && event == TXN_SETTLED);

			ck_assert_int_eq(rule->handle == on_settled, says);
		}
}
END_TEST

START_TEST(names)
{
	ck_assert_str_eq(txn_state_name(TXN_NEW), "new");
	ck_assert_str_eq(txn_state_name(TXN_DONE), "done");
	ck_assert_str_eq(txn_event_name(TXN_BEGIN), "begin");
	ck_assert_str_eq(txn_event_name(TXN_ABORT), "abort");
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/table");
	TCase *table = tcase_create("table");

	tcase_add_test(table, every_pair);
	tcase_add_test(table, every_state_has_a_way_out);
	tcase_add_test(table, only_settled_and_known_say_what_was_decided);
	tcase_add_test(table, names);
	suite_add_tcase(it, table);
	return it;
}

UNIT_MAIN(suite)
