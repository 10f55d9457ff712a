/* See leak_sample.h. */
#include "config.h"

#include "tests/unit/common/leak_sample.h"

#include <stdio.h>
#include <string.h>

static uint64_t
mix(uint64_t x)
{
	x = (x ^ (x >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	x = (x ^ (x >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ (x >> 33);
}

static void
put(uint64_t value, size_t len, uint8_t *bytes_r)
{
	for (size_t i = 0; i < len; i++)
		bytes_r[i] = (uint8_t)(value >> (56 - 8 * i));
}

void
leak_sample_key(uint64_t i, uint64_t n, uint8_t key_r[WF_LEAK_KEY])
{
	uint64_t gap = UINT64_MAX / n;

	put(i * gap + mix(i) % gap, 8, key_r);
	put(mix(i + n), 8, key_r + 8);
	put(mix(i + 2 * n), 4, key_r + 16);
}

static size_t
line(uint64_t i, uint64_t n, const char *end, char text_r[80])
{
	static const char digits[] = "0123456789ABCDEF";
	uint8_t key[WF_LEAK_KEY];

	leak_sample_key(i, n, key);
	for (size_t k = 0; k < WF_LEAK_KEY; k++) {
		text_r[2 * k] = digits[key[k] >> 4];
		text_r[2 * k + 1] = digits[key[k] & 15];
	}
	/* counts of one to seven digits: the lines differ in length */
	return (size_t)snprintf(text_r + 40, 40, ":%llu%s",
		       (unsigned long long)(mix(i) >> (41 + mix(i) % 23)), end) +
	       40;
}

int
leak_sample_write(const char *path, uint64_t from, uint64_t to, uint64_t n, const char *end)
{
	FILE *file = fopen(path, "w");
	int failed = file == NULL;
	char text[80];

	for (uint64_t i = from; !failed && i < to; i++)
		failed = fwrite(text, 1, line(i, n, end, text), file) == 0;
	if (file != NULL && fclose(file) != 0)
		failed = 1;
	return failed ? -1 : 0;
}
