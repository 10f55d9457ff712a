/*
 * The chain: a golden row with hashes that were computed elsewhere, and every kind of tampering.
 *
 * The golden values come from this Python program:
 *
 *     import hashlib, struct
 *     def u64(n): return struct.pack(">Q", n % 2**64)
 *     def text(s): b = s.encode(); return struct.pack(">H", len(b)) + b
 *     row = (b"\x01" + u64(1) + u64(1772323200123456) + u64(540) + u64(0)
 *         + b"".join(map(text, ["login", "wrong-password", "192.0.2.7", "host1", "花子", "ssh",
 *             "sshd", "authenticate", "password+totp", "knowledge+possession",
 *             "lock.threshold SCS-4-1-4-1", "00112233445566778899aabbccddeeff", "root", "T-1",
 *             "officer", "try 3", "node1"]))
 *         + u64(2) + u64(1772323100000000) + u64(1772323200123456))
 *     sha = lambda *p: hashlib.sha256(b"".join(p)).digest()
 *     row_hash = sha(b"warifu row 1\0", row)
 *     start = sha(b"warifu chain start 1\0", b"node1")
 *     chain = sha(b"warifu chain 1\0", start, u64(1), row_hash)
 *     print(row.hex(), row_hash.hex(), start.hex(), chain.hex(), sep="\n")
 */
#include "config.h"

#include "authd/audit/audit.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/audit/rows.h"
#include "tests/unit/unit.h"

#define GOLDEN_ROW                                                                             \
	"01000000000000000100064beb26c54240000000000000021c000000000000000000056c6f67696e000e" \
	"77726f6e672d70617373776f726400093139322e302e322e370005686f7374310006e88ab1e5ad900003" \
	"737368000473736864000c61757468656e746963617465000d70617373776f72642b746f747000146b6e" \
	"6f776c656467652b706f7373657373696f6e001a6c6f636b2e7468726573686f6c64205343532d342d31" \
	"2d342d310020303031313232333334343535363637373838393961616262636364646565666600047"    \
	"26f6f740003542d3100076f6666696365720005747279203300056e6f64653100000000000000020006"  \
	"4beb20cd7f0000064beb26c54240"
#define GOLDEN_ROW_HASH "262dec073074e4d5e3928835076cbb4111aa933a3884ef010b977be6e031c2af"
#define GOLDEN_START "230af4457e98f26528ae7c1aab66e05deb612d8e2f7fb1d5544a2950dc49eb0a"
#define GOLDEN_CHAIN "def79d7952304c7ee6dacf8745a63f65d5786b0b761f5138962c94465af918ad"

static const char *
hex(const uint8_t *bytes, size_t len)
{
	static char text[2 * 1024 + 1];

	ck_assert_uint_le(len, 1024);
	text[0] = '\0';
	for (size_t i = 0; i < len; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return text;
}

START_TEST(golden_row)
{
	struct audit_head head, next;
	struct audit_row row;
	struct wf_buf encoded;
	uint8_t row_hash[32];

	full_row(&row);
	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	ck_assert_int_eq(audit_row_encode(&row, &encoded), WF_OK);
	ck_assert_str_eq(hex(encoded.data, encoded.len), GOLDEN_ROW);
	ck_assert_int_eq(audit_head_init(&head, "node1"), WF_OK);
	ck_assert_uint_eq(head.seq, 0);
	ck_assert_str_eq(hex(head.chain, 32), GOLDEN_START);
	ck_assert_int_eq(audit_seal(&head, encoded.data, encoded.len, &next, row_hash), WF_OK);
	ck_assert_str_eq(hex(row_hash, 32), GOLDEN_ROW_HASH);
	ck_assert_str_eq(hex(next.chain, 32), GOLDEN_CHAIN);
	ck_assert_uint_eq(next.seq, 1);
	/* The head itself moves only when the commit is done. */
	ck_assert_uint_eq(head.seq, 0);
	ck_assert_str_eq(hex(head.chain, 32), GOLDEN_START);
	wf_buf_clear(&encoded);
}
END_TEST

START_TEST(every_flipped_bit_changes_both_hashes)
{
	struct audit_head head, next, other;
	struct audit_row row;
	struct wf_buf encoded;
	uint8_t row_hash[32], other_hash[32];

	full_row(&row);
	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	ck_assert_int_eq(audit_row_encode(&row, &encoded), WF_OK);
	ck_assert_int_eq(audit_head_init(&head, "node1"), WF_OK);
	ck_assert_int_eq(audit_seal(&head, encoded.data, encoded.len, &next, row_hash), WF_OK);
	for (size_t bit = 0; bit < encoded.len * 8; bit++) {
		encoded.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_eq(
			audit_seal(&head, encoded.data, encoded.len, &other, other_hash), WF_OK);
		ck_assert_mem_ne(other.chain, next.chain, 32);
		ck_assert_mem_ne(other_hash, row_hash, 32);
		encoded.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	wf_buf_clear(&encoded);
}
END_TEST

START_TEST(the_hash_depends_on_place_and_node)
{
	struct audit_head head, other, next, far;
	uint8_t row_hash[32], far_hash[32];

	ck_assert_int_eq(audit_head_init(&head, "node1"), WF_OK);
	ck_assert_int_eq(audit_head_init(&other, "node2"), WF_OK);
	ck_assert_mem_ne(head.chain, other.chain, 32);
	ck_assert_int_eq(audit_seal(&head, (const uint8_t *)"row", 3, &next, row_hash), WF_OK);
	other = head;
	other.seq = 1;
	ck_assert_int_eq(audit_seal(&other, (const uint8_t *)"row", 3, &far, far_hash), WF_OK);
	ck_assert_mem_eq(row_hash, far_hash, 32);
	ck_assert_mem_ne(next.chain, far.chain, 32);
	other = head;
	other.chain[31] ^= 1;
	ck_assert_int_eq(audit_seal(&other, (const uint8_t *)"row", 3, &far, far_hash), WF_OK);
	ck_assert_mem_ne(next.chain, far.chain, 32);
}
END_TEST

START_TEST(the_last_number_is_not_passed)
{
	struct audit_head head = {.seq = UINT64_MAX}, next = {.seq = 5};
	struct audit_verifier verifier = {.head = head};
	uint8_t row_hash[32], chain[32] = {0};
	char why[160];

	ck_assert_int_eq(audit_seal(&head, (const uint8_t *)"row", 3, &next, row_hash), WF_FULL);
	ck_assert_uint_eq(next.seq, 5);
	ck_assert_int_eq(
		audit_verify_row(&verifier, 0, (const uint8_t *)"row", 3, chain, why, sizeof(why)),
		WF_CORRUPT);
}
END_TEST

/* A small stored log, as an attacker with the database file would see it. */
#define LOG_ROWS 8

struct stored_row {
	uint64_t seq;
	uint8_t bytes[16];
	size_t len;
	uint8_t chain[32];
};

static struct stored_row stored[LOG_ROWS + 1];
static size_t stored_count;

static void
log_make(void)
{
	struct audit_head head, next;
	uint8_t row_hash[32];

	ck_assert_int_eq(audit_head_init(&head, "node1"), WF_OK);
	stored_count = LOG_ROWS;
	for (size_t i = 0; i < LOG_ROWS; i++) {
		struct stored_row *row = &stored[i];

		row->seq = i + 1;
		row->len =
			(size_t)snprintf((char *)row->bytes, sizeof(row->bytes), "row %zu", i + 1);
		ck_assert_int_eq(audit_seal(&head, row->bytes, row->len, &next, row_hash), WF_OK);
		memcpy(row->chain, next.chain, 32);
		head = next;
	}
}

/* Number of the first stored row that is refused, or 0; the sentence in why_r. */
static uint64_t
log_verify(char why_r[160])
{
	struct audit_verifier verifier = {.rows = 0};

	why_r[0] = '\0';
	ck_assert_int_eq(audit_head_init(&verifier.head, "node1"), WF_OK);
	for (size_t i = 0; i < stored_count; i++) {
		struct audit_head before = verifier.head;
		wf_status status = audit_verify_row(&verifier, stored[i].seq, stored[i].bytes,
			stored[i].len, stored[i].chain, why_r, 160);

		if (status == WF_OK)
			continue;
		ck_assert_int_eq(status, WF_CORRUPT);
		ck_assert_uint_eq(verifier.rows, i);
		ck_assert_mem_eq(&verifier.head, &before, sizeof(before));
		return stored[i].seq;
	}
	ck_assert_uint_eq(verifier.rows, stored_count);
	return 0;
}

START_TEST(an_honest_log_passes)
{
	char why[160];

	ck_assert_uint_eq(log_verify(why), 0);
	ck_assert_str_eq(why, "");
}
END_TEST

START_TEST(a_changed_row_is_found)
{
	char why[160], expected[160];

	stored[_i].bytes[0] ^= 1;
	ck_assert_uint_eq(log_verify(why), (uint64_t)_i + 1);
	(void)snprintf(expected, sizeof(expected),
		"Row %d does not fit its hash: it or the order of rows was changed.", _i + 1);
	ck_assert_str_eq(why, expected);
}
END_TEST

START_TEST(a_changed_hash_is_found)
{
	char why[160];

	stored[_i].chain[_i] ^= 0x80;
	ck_assert_uint_eq(log_verify(why), (uint64_t)_i + 1);
}
END_TEST

START_TEST(a_missing_row_is_found)
{
	char why[160], expected[160];

	memmove(&stored[_i], &stored[_i + 1], (LOG_ROWS - 1 - (size_t)_i) * sizeof(stored[0]));
	stored_count--;
	ck_assert_uint_eq(log_verify(why), (uint64_t)_i + 2);
	(void)snprintf(expected, sizeof(expected), "Row %d is missing.", _i + 1);
	ck_assert_str_eq(why, expected);
}
END_TEST

START_TEST(a_gap_that_was_renumbered_is_found)
{
	char why[160];

	memmove(&stored[_i], &stored[_i + 1], (LOG_ROWS - 1 - (size_t)_i) * sizeof(stored[0]));
	stored_count--;
	for (size_t i = (size_t)_i; i < stored_count; i++)
		stored[i].seq = i + 1;
	ck_assert_uint_eq(log_verify(why), (uint64_t)_i + 1);
}
END_TEST

START_TEST(several_missing_rows_are_named)
{
	char why[160];

	stored[1] = stored[4];
	stored_count = 2;
	ck_assert_uint_eq(log_verify(why), 5);
	ck_assert_str_eq(why, "Rows 2 to 4 are missing.");
}
END_TEST

START_TEST(an_added_row_is_found)
{
	char why[160], expected[160];

	memmove(&stored[_i + 1], &stored[_i], (LOG_ROWS - (size_t)_i) * sizeof(stored[0]));
	stored_count++;
	ck_assert_uint_eq(log_verify(why), (uint64_t)_i + 1);
	(void)snprintf(expected, sizeof(expected),
		"Row %d comes after row %d: rows were moved or added.", _i + 1, _i + 1);
	ck_assert_str_eq(why, expected);
	/* And with all the numbers put right behind it. */
	for (size_t i = (size_t)_i + 1; i < stored_count; i++)
		stored[i].seq = i + 1;
	ck_assert_uint_eq(log_verify(why), (uint64_t)_i + 2);
}
END_TEST

START_TEST(swapped_rows_are_found)
{
	struct stored_row first = stored[_i];
	char why[160];

	stored[_i] = stored[_i + 1];
	stored[_i + 1] = first;
	ck_assert_uint_eq(log_verify(why), (uint64_t)_i + 2);
	stored[_i].seq = (uint64_t)_i + 1;
	stored[_i + 1].seq = (uint64_t)_i + 2;
	ck_assert_uint_eq(log_verify(why), (uint64_t)_i + 1);
}
END_TEST

START_TEST(another_nodes_log_is_refused)
{
	struct audit_verifier verifier = {.rows = 0};
	char why[160];

	ck_assert_int_eq(audit_head_init(&verifier.head, "node2"), WF_OK);
	ck_assert_int_eq(audit_verify_row(&verifier, 1, stored[0].bytes, stored[0].len,
				 stored[0].chain, why, sizeof(why)),
		WF_CORRUPT);
}
END_TEST

START_TEST(verification_can_go_on_behind_a_fault)
{
	struct audit_verifier verifier = {.rows = 0};
	char why[160];

	verifier.head.seq = stored[3].seq;
	memcpy(verifier.head.chain, stored[3].chain, 32);
	for (size_t i = 4; i < LOG_ROWS; i++)
		ck_assert_int_eq(audit_verify_row(&verifier, stored[i].seq, stored[i].bytes,
					 stored[i].len, stored[i].chain, why, sizeof(why)),
			WF_OK);
	ck_assert_uint_eq(verifier.rows, LOG_ROWS - 4);
}
END_TEST

static Suite *
chain_suite(void)
{
	Suite *suite = suite_create("audit chain");
	TCase *seal = tcase_create("seal");
	TCase *verify = tcase_create("verify");

	tcase_add_test(seal, golden_row);
	tcase_add_test(seal, every_flipped_bit_changes_both_hashes);
	tcase_add_test(seal, the_hash_depends_on_place_and_node);
	tcase_add_test(seal, the_last_number_is_not_passed);
	suite_add_tcase(suite, seal);

	tcase_add_checked_fixture(verify, log_make, NULL);
	tcase_add_test(verify, an_honest_log_passes);
	tcase_add_loop_test(verify, a_changed_row_is_found, 0, LOG_ROWS);
	tcase_add_loop_test(verify, a_changed_hash_is_found, 0, LOG_ROWS);
	tcase_add_loop_test(verify, a_missing_row_is_found, 0, LOG_ROWS - 1);
	tcase_add_loop_test(verify, a_gap_that_was_renumbered_is_found, 0, LOG_ROWS - 1);
	tcase_add_test(verify, several_missing_rows_are_named);
	tcase_add_loop_test(verify, an_added_row_is_found, 0, LOG_ROWS);
	tcase_add_loop_test(verify, swapped_rows_are_found, 0, LOG_ROWS - 1);
	tcase_add_test(verify, another_nodes_log_is_refused);
	tcase_add_test(verify, verification_can_go_on_behind_a_fault);
	suite_add_tcase(suite, verify);
	return suite;
}

UNIT_MAIN(chain_suite)
