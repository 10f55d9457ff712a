/* The forms in which a report leaves: each writes the lines of report_lines.h to a stream. */
#ifndef WF_CTL_REPORT_FORMS_H
#define WF_CTL_REPORT_FORMS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ctl/table.h"

/* report_page.c: one page of HTML; whether it was written is the stream's to say. */
void report_page(const struct table *lines, const char *language, FILE *out);

/* report_sheets.c */

/* A row for each criterion. WF_UNSUPPORTED: no CP932 here; `replaced_r` as in csv.h. */
WF_MUST_USE wf_status report_csv(
	const struct table *lines, bool cp932, bool bom, FILE *out, uint64_t *replaced_r);
/* Sheets: summary, criteria, evidence. Fails as book.h says. */
WF_MUST_USE wf_status report_book(const struct table *lines, FILE *out);

#endif
