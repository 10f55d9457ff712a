/*
 * A page of the log, row by row.  In the place of a row that cannot be read is one that says so,
 * with its number and hash: so one of them ends no listing and no export, and a check of an export
 * finds what `log verify` finds.
 */
#include "config.h"

#include "authd/account/log_page.h"

/* WF_NO: enough for this page. */
static wf_status
take(struct log_page *page, const struct audit_row *row, const struct store_audit_entry *entry)
{
	wf_status status = page->send(page, row, entry);

	if (status != WF_OK)
		return status;
	if (page->sent++ == 0)
		page->first = entry->seq;
	page->last = entry->seq;
	return --page->left == 0 ? WF_NO : WF_OK;
}

static wf_status
visit(void *ctx, const struct store_audit_entry *entry)
{
	struct log_page *page = ctx;
	const struct act_daemon *daemon = page->call->daemon;
	struct audit_row row;
	bool wanted = true; /* nobody knows what it was */
	wf_status status = WF_OK;

	if (audit_row_decode(entry->encoded, entry->encoded_len, &row) != WF_OK)
		audit_damaged_row(&row, entry->seq, store_node(daemon->store),
			wf_clock_now(&daemon->clock).wall_us);
	else
		wanted = log_filter_wants(&page->filter, &row);
	page->seq = entry->seq;
	if (wanted)
		status = take(page, &row, entry);
	if (status == WF_OK && --page->looks == 0)
		status = WF_NO;
	page->more = status == WF_NO;
	return status;
}

static wf_status
walk(struct log_page *page)
{
	page->looks = LOG_LOOKS;
	return act_each_row(page->call, &page->filter.view, visit, page);
}

wf_status
log_walk(struct log_page *page)
{
	log_filter_init(&page->filter, page->call);
	return walk(page);
}

wf_status
log_walk_from(struct log_page *page, uint64_t after)
{
	page->filter = (struct log_filter){
		.call = page->call, .view = {.after = after, .result = -1}};
	return walk(page);
}
