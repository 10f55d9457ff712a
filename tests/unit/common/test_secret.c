/*
 * Secrets: the limit is a refusal and not a cut, pages are left out of core dumps and are wiped and
 * unmapped, comparison says only yes or no.
 */
#include "config.h"

#include "common/secret.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/wire.h"
#include "tests/unit/unit.h"

START_TEST(holds_a_copy_with_a_nul_behind)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	char text[] = "correct horse";

	ck_assert_int_eq(wf_secret_set(&secret, text, sizeof(text) - 1), WF_OK);
	wf_wipe(text, sizeof(text));
	ck_assert_int_eq(text[0], 0);
	ck_assert_uint_eq(secret.len, 13);
	ck_assert_mem_eq(secret.bytes, "correct horse", 14);
	wf_secret_clear(&secret);
	ck_assert_ptr_null(secret.bytes);
	ck_assert_uint_eq(secret.len, 0);
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(the_limit_is_exact)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	uint8_t bytes[WF_SECRET_MAX + 1];

	memset(bytes, 'x', sizeof(bytes));
	ck_assert_int_eq(wf_secret_set(&secret, bytes, WF_SECRET_MAX), WF_OK);
	ck_assert_uint_eq(secret.len, WF_SECRET_MAX);
	ck_assert_uint_eq(secret.bytes[WF_SECRET_MAX], 0);
	ck_assert_int_eq(wf_secret_set(&secret, "new", 3), WF_OK);
	ck_assert_int_eq(wf_secret_set(&secret, bytes, sizeof(bytes)), WF_TOO_LONG);
	ck_assert_uint_eq(secret.len, 3);
	ck_assert_mem_eq(secret.bytes, "new", 4);
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(nothing_is_an_empty_secret)
{
	struct wf_secret secret = WF_SECRET_EMPTY;

	ck_assert_int_eq(wf_secret_set(&secret, "abc", 3), WF_OK);
	ck_assert_int_eq(wf_secret_set(&secret, NULL, 0), WF_OK);
	ck_assert_ptr_null(secret.bytes);
	ck_assert_uint_eq(secret.len, 0);
}
END_TEST

START_TEST(may_be_set_from_itself)
{
	struct wf_secret secret = WF_SECRET_EMPTY;

	ck_assert_int_eq(wf_secret_set(&secret, "key=value", 9), WF_OK);
	ck_assert_int_eq(wf_secret_set(&secret, secret.bytes + 4, 5), WF_OK);
	ck_assert_mem_eq(secret.bytes, "value", 6);
	ck_assert_int_eq(wf_secret_copy(&secret, &secret), WF_OK);
	ck_assert_mem_eq(secret.bytes, "value", 6);
	wf_secret_move(&secret, &secret);
	ck_assert_mem_eq(secret.bytes, "value", 6);
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(copies_are_apart_and_moves_are_not)
{
	struct wf_secret a = WF_SECRET_EMPTY;
	struct wf_secret b = WF_SECRET_EMPTY;
	uint8_t *pages;

	ck_assert_int_eq(wf_secret_set(&a, "one", 3), WF_OK);
	ck_assert_int_eq(wf_secret_copy(&b, &a), WF_OK);
	ck_assert_ptr_ne(a.bytes, b.bytes);
	ck_assert(wf_secret_equal(&a, &b));
	pages = a.bytes;
	wf_secret_move(&b, &a);
	ck_assert_ptr_eq(b.bytes, pages);
	ck_assert_ptr_null(a.bytes);
	ck_assert_uint_eq(a.len, 0);
	wf_secret_clear(&b);
}
END_TEST

START_TEST(comparison_table)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{"", "", true},
		{"a", "a", true},
		{"a", "b", false},
		{"a", "", false},
		{"abc", "abd", false},
		{"abc", "bbc", false},
		{"abc", "abcd", false},
		{"abcd", "abcd", true},
	};
	struct wf_secret a = WF_SECRET_EMPTY;
	struct wf_secret b = WF_SECRET_EMPTY;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(wf_secret_set(&a, rows[i].a, strlen(rows[i].a)), WF_OK);
		ck_assert_int_eq(wf_secret_set(&b, rows[i].b, strlen(rows[i].b)), WF_OK);
		ck_assert_int_eq(wf_secret_equal(&a, &b), rows[i].equal);
	}
	wf_secret_clear(&a);
	wf_secret_clear(&b);
	ck_assert(wf_mem_equal("\0\1", "\0\1", 2));
	ck_assert(!wf_mem_equal("\0\1", "\0\2", 2));
	ck_assert(!wf_mem_equal("\x80", "\x00", 1));
}
END_TEST

/*
 * The VmFlags line of the mapping that starts at `start`, from /proc/self/smaps; "" if there is
 * none.
 */
static void
mapping_flags(const void *start, char *flags_r, size_t size)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	char line[512];
	char wanted[32];
	bool inside = false;

	flags_r[0] = '\0';
	ck_assert_ptr_nonnull(smaps);
	(void)snprintf(wanted, sizeof(wanted), "%lx-", (unsigned long)(uintptr_t)start);
	while (fgets(line, sizeof(line), smaps) != NULL) {
		if (strncmp(line, wanted, strlen(wanted)) == 0)
			inside = true;
		if (inside && strncmp(line, "VmFlags:", 8) == 0)
			break;
	}
	if (inside)
		(void)snprintf(flags_r, size, "%s", line);
	fclose(smaps);
}

START_TEST(pages_stay_out_of_core_dumps)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	char flags[512];

	ck_assert_int_eq(wf_secret_set(&secret, "abc", 3), WF_OK);
	mapping_flags(secret.bytes, flags, sizeof(flags));
	ck_assert_msg(strstr(flags, " dd") != NULL, "flags: %s", flags);
	ck_assert_msg(strstr(flags, " wf") == NULL, "flags: %s", flags);
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(pages_are_gone_after_clearing)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char resident;
	uint8_t *pages;

	ck_assert_int_eq(wf_secret_set(&secret, "abc", 3), WF_OK);
	pages = secret.bytes;
	ck_assert_int_eq(mincore(pages, page, &resident), 0);
	wf_secret_clear(&secret);
	ck_assert_int_eq(mincore(pages, page, &resident), -1);
}
END_TEST

/*
 * Wiped, still locked away, and given out again; beyond the number, and after it is taken back,
 * they go.
 */
START_TEST(pages_may_be_kept)
{
	struct wf_secret a = WF_SECRET_EMPTY;
	struct wf_secret b = WF_SECRET_EMPTY;
	static const uint8_t zeros[WF_SECRET_MAX];
	unsigned char resident;
	uint8_t *first;
	uint8_t *second;
	char flags[512];

	wf_secret_keep(1);
	ck_assert_int_eq(wf_secret_set(&a, "first", 5), WF_OK);
	ck_assert_int_eq(wf_secret_set(&b, "second", 6), WF_OK);
	first = a.bytes;
	second = b.bytes;
	wf_secret_clear(&a);
	wf_secret_clear(&b);
	ck_assert_int_eq(mincore(first, 1, &resident), 0);
	ck_assert_int_eq(mincore(second, 1, &resident), -1);
	ck_assert_mem_eq(first + sizeof(void *), zeros, WF_SECRET_MAX - sizeof(void *));
	ck_assert_int_eq(wf_secret_set(&a, "a", 1), WF_OK);
	ck_assert_ptr_eq(a.bytes, first);
	ck_assert_mem_eq(a.bytes, "a", 2);
	ck_assert_mem_eq(a.bytes + 1, zeros, WF_SECRET_MAX - 1);
	mapping_flags(a.bytes, flags, sizeof(flags));
	ck_assert_msg(strstr(flags, " dd") != NULL, "flags: %s", flags);
	wf_secret_clear(&a);
	wf_secret_keep(0);
	ck_assert_int_eq(mincore(first, 1, &resident), -1);
}
END_TEST

/* Also after it has grown, and for the messages that the table gives a secret to. */
START_TEST(secret_buffers_stay_out_of_core_dumps)
{
	static const uint8_t bytes[5000] = {'x'};
	unsigned char resident;
	struct wf_buf buf;
	struct wf_msg msg;
	char flags[512];
	uint8_t *pages;

	wf_buf_init_secret(&buf, 100000);
	ck_assert_int_eq(wf_buf_put(&buf, bytes, 10), WF_OK);
	mapping_flags(buf.data, flags, sizeof(flags));
	ck_assert_msg(strstr(flags, " dd") != NULL, "flags: %s", flags);
	ck_assert_int_eq(wf_buf_put(&buf, bytes, sizeof(bytes)), WF_OK);
	mapping_flags(buf.data, flags, sizeof(flags));
	ck_assert_msg(strstr(flags, " dd") != NULL, "flags: %s", flags);
	pages = buf.data;
	wf_buf_clear(&buf);
	ck_assert_int_eq(mincore(pages, 1, &resident), -1);
	ck_assert(buf.secret && buf.data == NULL && buf.max == 100000);
	wf_msg_init(&msg, WF_MSG_ANSWER, WF_WIRE_VERSION);
	ck_assert(msg.bytes.secret);
	wf_msg_init(&msg, WF_MSG_PROMPTS, WF_WIRE_VERSION);
	ck_assert(!msg.bytes.secret);
	wf_msg_init(&msg, (enum wf_msg_type)999, WF_WIRE_VERSION);
	ck_assert(!msg.bytes.secret);
}
END_TEST

START_TEST(large_memory_is_not_locked)
{
	char flags[512];
	void *memory = wf_secret_memory_new(1 << 20);

	ck_assert_ptr_nonnull(memory);
	mapping_flags(memory, flags, sizeof(flags));
	ck_assert_msg(strstr(flags, " dd") != NULL, "flags: %s", flags);
	ck_assert_msg(strstr(flags, " lo") == NULL, "flags: %s", flags);
	wf_secret_memory_free(memory, 1 << 20);
	wf_secret_memory_free(NULL, 1);
}
END_TEST

static Suite *
secret_suite(void)
{
	Suite *suite = suite_create("secret");
	TCase *tc = tcase_create("secret");

	tcase_add_test(tc, holds_a_copy_with_a_nul_behind);
	tcase_add_test(tc, the_limit_is_exact);
	tcase_add_test(tc, nothing_is_an_empty_secret);
	tcase_add_test(tc, may_be_set_from_itself);
	tcase_add_test(tc, copies_are_apart_and_moves_are_not);
	tcase_add_test(tc, comparison_table);
	tcase_add_test(tc, pages_stay_out_of_core_dumps);
	tcase_add_test(tc, pages_are_gone_after_clearing);
	tcase_add_test(tc, pages_may_be_kept);
	tcase_add_test(tc, secret_buffers_stay_out_of_core_dumps);
	tcase_add_test(tc, large_memory_is_not_locked);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(secret_suite)
