/* See policy_shapes.h. */
#include "config.h"

#include "authd/policy/policy_shapes.h"

#include <ctype.h>
#include <string.h>

#include "common/utf8.h"

/* What lies side by side; the digits as on a keyboard, and each letter in its row. */
static const char *const rows[] = {
	"abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"};

/* -1, 0 or 1 for neighbours within this row, 2 for what are none. */
static int
step_in(const char *row, uint8_t from, uint8_t to)
{
	const char *a = from == '\0' ? NULL : strchr(row, tolower(from));

	if (from == to)
		return 0;
	if (a == NULL || to == '\0')
		return 2;
	if (a[1] == (char)tolower(to))
		return 1;
	return a > row && a[-1] == (char)tolower(to) ? -1 : 2;
}

/* The longest run that goes on in one direction of one row. */
static size_t
run_in(const char *row, const struct wf_secret *password)
{
	size_t longest = password->len > 0, run = 1;
	int before = 2;

	for (size_t i = 1; i < password->len; i++) {
		int step = step_in(row, password->bytes[i - 1], password->bytes[i]);

		run = step == 2 ? 1 : step == before ? run + 1 : 2;
		before = step;
		longest = run > longest ? run : longest;
	}
	return longest;
}

size_t
policy_shape_run(const struct wf_secret *password)
{
	size_t longest = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t run = run_in(rows[i], password);

		longest = run > longest ? run : longest;
	}
	return longest;
}

size_t
policy_shape_piece(const struct wf_secret *password)
{
	for (size_t piece = 1; piece <= password->len / 2; piece++) {
		size_t same = piece;

		while (same < password->len && tolower(password->bytes[same]) ==
						       tolower(password->bytes[same - piece]))
			same++;
		if (same == password->len && password->len % piece == 0)
			return piece;
	}
	return 0;
}

#define DIGITS_MAX 16

/* The digits, if nothing stands between them but what dates and numbers are written with. */
static size_t
take_digits(const struct wf_secret *password, char digits_r[DIGITS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < password->len; i++) {
		uint8_t byte = password->bytes[i];

		if (byte >= '0' && byte <= '9' && n < DIGITS_MAX)
			digits_r[n++] = (char)byte;
		else if (byte == '\0' || strchr("-/. ()+", byte) == NULL)
			return 0;
	}
	return n;
}

static int
number_at(const char *digits, size_t len)
{
	int value = 0;

	for (size_t i = 0; i < len; i++)
		value = value * 10 + (digits[i] - '0');
	return value;
}

static bool
is_day(int year, int month, int day)
{
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
	       (year < 100 || (year >= 1900 && year < 2100));
}

/* Where year, month and day begin, and how many digits the year has. */
static bool
is_date(const char *digits, size_t n)
{
	static const struct {
		size_t n, year, month, day, year_len;
	} orders[] = {
		{8, 0, 4, 6, 4}, {8, 4, 2, 0, 4}, {8, 4, 0, 2, 4}, /* 19900131 31011990 01311990 */
		{6, 0, 2, 4, 2}, {6, 4, 2, 0, 2}, {6, 4, 0, 2, 2}, /* the same without a century */
	};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (orders[i].n == n &&
			is_day(number_at(digits + orders[i].year, orders[i].year_len),
				number_at(digits + orders[i].month, 2),
				number_at(digits + orders[i].day, 2)))
			return true;
	return false;
}

bool
policy_shape_number(const struct wf_secret *password)
{
	char digits[DIGITS_MAX];
	size_t n = take_digits(password, digits);
	bool plus = password->len > 0 && password->bytes[0] == '+';
	bool found;

	/* 31.1.1990: fewer digits, with something between them */
	found = is_date(digits, n) || (n >= 5 && n < 8 && password->len > n) ||
		((n == 10 || n == 11) && digits[0] == '0') || (plus && n >= 9 && n <= 15);
	wf_wipe(digits, sizeof(digits));
	return found;
}

/* Letters of any script: what is not ASCII counts as one. */
static bool
is_letter(uint32_t rune)
{
	return rune >= 0x80 || isalpha((int)rune);
}

size_t
policy_shape_words(const struct wf_secret *password)
{
	size_t words = 0, letters = 0, n;

	for (size_t off = 0; off < password->len; off += n) {
		uint32_t rune = 0;

		n = wf_utf8_decode(password->bytes + off, password->len - off, &rune);
		if (n == 0) {
			rune = password->bytes[off];
			n = 1;
		}
		if (!is_letter(rune) || (rune < 0x80 && isupper((int)rune)))
			letters = 0;
		letters += is_letter(rune);
		words += letters == 2;
	}
	return words;
}
