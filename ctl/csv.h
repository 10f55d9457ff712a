/*
 * Tables for spreadsheets: CSV by RFC 4180, in UTF-8 or in CP932, which Japanese Excel takes a file
 * without a mark for.
 *
 * Whatever stands in a text stays a text: each is in quotes; one that a spreadsheet would take for
 * a formula (it begins with = + - @, a tab or a carriage return, or the wide form of one of these)
 * gets an apostrophe before it, which is how spreadsheets themselves write "this is text". What
 * CP932 cannot say becomes a geta, and is counted. One thread.
 */
#ifndef WF_CTL_CSV_H
#define WF_CTL_CSV_H

#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/status.h"
#include "ctl/ctl.h"

struct csv {
	FILE *out;         /* borrowed */
	bool cp932;
	iconv_t to, back;  /* of CP932 */
	uint64_t replaced; /* characters that became a geta */
	bool begun;        /* this line has a cell */
};

/* In CP932, or in UTF-8 with or without its mark at the front. WF_UNSUPPORTED: no CP932 here. */
WF_MUST_USE wf_status csv_open(struct csv *csv_r, FILE *out, bool cp932, bool bom);
/* Any text, UTF-8. */
void csv_text(struct csv *csv, const char *text);
/* Numbers and times of our own: as they are. */
void csv_plain(struct csv *csv, const char *text);
void csv_end_line(struct csv *csv);
void csv_close(struct csv *csv);
/* Tells on err how many characters became a geta; nothing where none did. */
void csv_tell(struct ctl *ctl, uint64_t replaced);

#endif
