/*
 * What the acts that show the log share: which rows are wanted, how a page of them is walked, and
 * what is noted of who reads.
 */
#ifndef WF_AUTHD_ACCOUNT_LOG_PAGE_H
#define WF_AUTHD_ACCOUNT_LOG_PAGE_H

#include "authd/account/internal.h"
#include "authd/crypto/digest.h"

struct log_filter {
	struct store_view view; /* what the store looks for */
	const struct act_call *call;
	/* an address, a network, or whatever else stands in the column */
	const char *from; /* NULL: all */
	bool network;
	struct wf_network range;
};

/*
 * One page: rows behind `after` (or before it, newest first) until `left` of them went out or
 * LOG_LOOKS were looked at, so that no act holds its thread for as long as the log is.
 */
#define LOG_LOOKS 20000
struct log_page {
	struct act_call *call;
	struct log_filter filter;
	wf_status (*send)(struct log_page *page, const struct audit_row *row,
		const struct store_audit_entry *entry);
	size_t left, looks;
	uint64_t first, last; /* rows that went out */
	size_t sent;
	uint64_t seq; /* the last one that was looked at */
	bool more;    /* there may be rows behind it */
	/* of an export */
	struct wf_buf line;
	size_t bytes;
};

/* --- log_filter.c --- */
void log_filter_init(struct log_filter *filter, struct act_call *call);
/* What the store cannot look for. */
bool log_filter_wants(const struct log_filter *filter, const struct audit_row *row);
/*
 * "user=alice since=\"2026-10-01 00:00:00\"", "all rows": for the row that says what was read.
 * What is no plain word is in quotes, so that no name looks like another filter.
 */
void log_filter_text(const struct act_call *call, char *text_r, size_t size);
/* The same for two calls that ask for the same rows, page by page.  WF_NO_MEMORY, WF_CRYPTO. */
WF_MUST_USE wf_status log_filter_sum(const struct act_call *call, char sum_r[DIGEST_TEXT_SIZE]);

/* --- log_walk.c --- */
/* By the act's arguments. */
WF_MUST_USE wf_status log_walk(struct log_page *page);
/* The rows behind `after`, whatever they are. */
WF_MUST_USE wf_status log_walk_from(struct log_page *page, uint64_t after);

/* --- log_view.c: rows with all that there is to say --- */
WF_MUST_USE wf_status log_whole_head(struct act_call *call);
/* WF_NOT_FOUND with a sentence: there is no such row. */
WF_MUST_USE wf_status log_whole_row(struct act_call *call, uint64_t seq);

/* --- log_reads.c: reading is a row, too --- */
/*
 * Rows of a listing are about to leave: who is shown more than LOG_BULK of them in an hour leaves
 * one row for that hour.
 */
#define LOG_BULK 1000
WF_MUST_USE wf_status log_shown(const struct log_page *page);
/*
 * An export begins with the page that has no `after`, and with a row: nothing leaves before it is
 * durable.  Other pages are of one that has begun; WF_CONFLICT with a sentence for all else.
 */
WF_MUST_USE wf_status log_export_begin(struct act_call *call);
/* A page is about to leave; the last one with a row that says how many there were. */
WF_MUST_USE wf_status log_export_end(const struct log_page *page);

#endif
