/*
 * The mailbox: order, wake-ups, posts made while posts run, and four threads posting at once.
 */
#include "config.h"

#include "authd/worker/mailbox.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/fault.h"
#include "tests/unit/unit.h"

#define POSTERS 4
#define POSTS_EACH 10000

struct letter {
	struct mailbox_post post; /* first: the post is the letter */
	unsigned from;
	unsigned number;
};

struct seen {
	unsigned next[POSTERS]; /* number expected from each */
	unsigned count;
	bool in_order;
};

static void
letter_run(struct mailbox_post *post)
{
	struct letter *letter = (struct letter *)post;
	struct seen *seen = post->ctx;

	if (seen->next[letter->from] != letter->number)
		seen->in_order = false;
	seen->next[letter->from]++;
	seen->count++;
}

static bool
readable(const struct mailbox *mailbox, int wait_ms)
{
	struct pollfd pollfd = {.fd = mailbox_fd(mailbox), .events = POLLIN};

	return poll(&pollfd, 1, wait_ms) == 1;
}

START_TEST(posts_run_in_order_and_wake_the_loop)
{
	struct mailbox *mailbox = NULL;
	struct seen seen = {.in_order = true};
	struct letter letters[3];

	ck_assert_int_eq(mailbox_new(&mailbox), WF_OK);
	ck_assert(!readable(mailbox, 0));
	mailbox_run(mailbox);
	for (unsigned i = 0; i < 3; i++) {
		letters[i] = (struct letter){{letter_run, &seen, NULL}, 0, i};
		mailbox_post(mailbox, &letters[i].post);
	}
	ck_assert(readable(mailbox, 0));
	ck_assert_uint_eq(seen.count, 0);
	mailbox_run(mailbox);
	ck_assert_uint_eq(seen.count, 3);
	ck_assert(seen.in_order);
	ck_assert(!readable(mailbox, 0));
	mailbox_free(&mailbox);
	ck_assert_ptr_null(mailbox);
	mailbox_free(&mailbox);
}
END_TEST

struct again {
	struct mailbox_post post;
	struct mailbox *mailbox;
	unsigned runs;
};

static void
again_run(struct mailbox_post *post)
{
	struct again *again = post->ctx;

	again->runs++;
	if (again->runs < 3)
		mailbox_post(again->mailbox, post);
}

START_TEST(a_post_made_while_posts_run_waits_for_the_next_turn)
{
	struct again again = {.runs = 0};

	ck_assert_int_eq(mailbox_new(&again.mailbox), WF_OK);
	again.post = (struct mailbox_post){again_run, &again, NULL};
	mailbox_post(again.mailbox, &again.post);
	for (unsigned turn = 1; turn <= 3; turn++) {
		ck_assert(readable(again.mailbox, 0));
		mailbox_run(again.mailbox);
		ck_assert_uint_eq(again.runs, turn);
	}
	ck_assert(!readable(again.mailbox, 0));
	mailbox_free(&again.mailbox);
}
END_TEST

struct poster {
	pthread_t thread;
	struct mailbox *mailbox;
	struct letter *letters;
};

static void *
poster_main(void *arg)
{
	struct poster *poster = arg;

	for (unsigned i = 0; i < POSTS_EACH; i++)
		mailbox_post(poster->mailbox, &poster->letters[i].post);
	return NULL;
}

START_TEST(four_threads_lose_nothing_and_keep_their_order)
{
	struct mailbox *mailbox = NULL;
	struct poster posters[POSTERS];
	struct seen seen = {.in_order = true};

	ck_assert_int_eq(mailbox_new(&mailbox), WF_OK);
	for (unsigned p = 0; p < POSTERS; p++) {
		posters[p].mailbox = mailbox;
		posters[p].letters = calloc(POSTS_EACH, sizeof(struct letter));
		ck_assert_ptr_nonnull(posters[p].letters);
		for (unsigned i = 0; i < POSTS_EACH; i++)
			posters[p].letters[i] = (struct letter){{letter_run, &seen, NULL}, p, i};
	}
	for (unsigned p = 0; p < POSTERS; p++)
		ck_assert_int_eq(
			pthread_create(&posters[p].thread, NULL, poster_main, &posters[p]), 0);
	/* A lost wake-up shows as a poll that waits in vain. */
	while (seen.count < POSTERS * POSTS_EACH) {
		ck_assert(readable(mailbox, 10000));
		mailbox_run(mailbox);
	}
	for (unsigned p = 0; p < POSTERS; p++) {
		pthread_join(posters[p].thread, NULL);
		ck_assert_uint_eq(seen.next[p], POSTS_EACH);
		free(posters[p].letters);
	}
	ck_assert(seen.in_order);
	mailbox_run(mailbox);
	ck_assert_uint_eq(seen.count, POSTERS * POSTS_EACH);
	mailbox_free(&mailbox);
}
END_TEST

#ifdef WF_FAULT
START_TEST(each_fault_is_told_and_leaves_nothing)
{
	struct mailbox *mailbox = NULL;

	for (uint64_t nth = 1; nth <= 2; nth++) {
		wf_fault_arm(nth, false);
		ck_assert_int_eq(mailbox_new(&mailbox), nth == 1 ? WF_NO_MEMORY : WF_UNAVAILABLE);
		ck_assert_ptr_null(mailbox);
	}
	wf_fault_arm(0, false);
}
END_TEST
#endif

static Suite *
mailbox_suite(void)
{
	Suite *suite = suite_create("mailbox");
	TCase *tc = tcase_create("mailbox");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, posts_run_in_order_and_wake_the_loop);
	tcase_add_test(tc, a_post_made_while_posts_run_waits_for_the_next_turn);
	tcase_add_test(tc, four_threads_lose_nothing_and_keep_their_order);
#ifdef WF_FAULT
	tcase_add_test(tc, each_fault_is_told_and_leaves_nothing);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(mailbox_suite)
