/* CSV, cell by cell. Whether it was written is the stream's to say (ferror). */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "common/i18n.h"
#include "common/utf8.h"
#include "ctl/csv.h"

#define NO_ICONV ((iconv_t)-1)
#define GETA "\x81\xac" /* U+3013 in CP932, the mark of Japanese print for "no such type" */

/* A character that CP932 has under another one's code would come back as that one: a yen sign. */
static bool
convert(const struct csv *csv, const char *from, size_t len, char to_r[4], size_t *len_r)
{
	char *in = (char *)(uintptr_t)from; /* iconv() does not write there */
	char *out = to_r;
	char again[8];
	char *back_in = to_r, *back_out = again;
	size_t left = len, room = 4, back_room = sizeof(again);

	if (iconv(csv->to, &in, &left, &out, &room) == (size_t)-1 || left > 0)
		return false;
	*len_r = (size_t)(out - to_r);
	left = *len_r;
	if (iconv(csv->back, &back_in, &left, &back_out, &back_room) == (size_t)-1)
		return false;
	return (size_t)(back_out - again) == len && strncmp(again, from, len) == 0;
}

static void
put_cp932(struct csv *csv, const char *text, size_t len)
{
	char bytes[4];
	size_t n;

	if (convert(csv, text, len, bytes, &n)) {
		fwrite_unlocked(bytes, 1, n, csv->out);
		return;
	}
	fputs_unlocked(GETA, csv->out);
	csv->replaced++;
}

/* One character; a byte that belongs to none is not ours to pass on. */
static size_t
put_one(struct csv *csv, const char *text, size_t left)
{
	uint32_t rune;
	size_t len = wf_utf8_decode((const uint8_t *)text, left, &rune);

	if (len == 0) {
		putc_unlocked('?', csv->out);
		return 1;
	}
	if (text[0] == '"')
		putc_unlocked('"', csv->out);
	if (csv->cp932 && len > 1)
		put_cp932(csv, text, len);
	else
		fwrite_unlocked(text, 1, len, csv->out);
	return len;
}

/* How many bytes are the same in any encoding and need nothing before them. */
static size_t
plain_run(const struct csv *csv, const char *text)
{
	size_t n = 0;

	if (!csv->cp932)
		return strcspn(text, "\"");
	while (text[n] > 0 && text[n] != '"')
		n++;
	return n;
}

static void
put_bytes(struct csv *csv, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		size_t plain = plain_run(csv, text);
		size_t len = plain > 0 ? plain : put_one(csv, text, left);

		if (plain > 0)
			fwrite_unlocked(text, 1, plain, csv->out);
		text += len;
		left -= len;
	}
}

/* The wide forms, too: Japanese spreadsheets take them for the others. */
static bool
is_formula(const char *text)
{
	static const char *const starts[] = {
		"=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212"};

	if (isalnum((unsigned char)text[0])) /* most of them */
		return false;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncmp(text, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static void
begin_cell(struct csv *csv)
{
	if (csv->begun)
		putc_unlocked(',', csv->out);
	csv->begun = true;
}

void
csv_text(struct csv *csv, const char *text)
{
	begin_cell(csv);
	putc_unlocked('"', csv->out);
	if (is_formula(text))
		putc_unlocked('\'', csv->out);
	put_bytes(csv, text);
	putc_unlocked('"', csv->out);
}

void
csv_plain(struct csv *csv, const char *text)
{
	begin_cell(csv);
	fputs_unlocked(text, csv->out);
}

void
csv_end_line(struct csv *csv)
{
	fputs_unlocked("\r\n", csv->out);
	csv->begun = false;
}

wf_status
csv_open(struct csv *csv_r, FILE *out, bool cp932, bool bom)
{
	*csv_r = (struct csv){.out = out, .cp932 = cp932, .to = NO_ICONV, .back = NO_ICONV};
	if (cp932) {
		csv_r->to = iconv_open("CP932", "UTF-8");
		csv_r->back = iconv_open("UTF-8", "CP932");
	}
	if (cp932 && (csv_r->to == NO_ICONV || csv_r->back == NO_ICONV)) {
		csv_close(csv_r);
		return WF_UNSUPPORTED;
	}
	if (bom)
		fputs_unlocked("\xef\xbb\xbf", out);
	return WF_OK;
}

static void
close_one(iconv_t converter)
{
	if (converter != NO_ICONV)
		(void)iconv_close(converter);
}

void
csv_close(struct csv *csv)
{
	close_one(csv->to);
	close_one(csv->back);
}

void
csv_tell(struct ctl *ctl, uint64_t replaced)
{
	if (replaced > 0)
		ctl_error(ctl,
			WF_NGETTEXT("%llu character is not in CP932 and became a geta (U+3013)",
				"%llu characters are not in CP932 and became a geta (U+3013)",
				replaced),
			(unsigned long long)replaced);
}
