/* Rows about backups: see ledger.h. */
#include "config.h"

#include "authd/vault/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "authd/vault/copy.h"
#include "common/fault.h"

#define PAGE 16

struct page {
	struct store_job job;
	struct store_audit_entry entries[PAGE];
};

static bool
is_of(const struct store_audit_entry *entry, const char *name)
{
	struct copy_facts copy;
	struct audit_row row;

	return audit_row_decode(entry->encoded, entry->encoded_len, &row) == WF_OK &&
	       row.result == AUDIT_SUCCESS && strcmp(row.event, "backup.copy") == 0 &&
	       copy_note_read(row.detail, &copy) && strcmp(copy.name, name) == 0;
}

/* The next page; `yes` once the row was met. */
static wf_status
read_page(struct store *store, struct page *page, const char *name, bool *yes)
{
	struct store_view *view = &page->job.u.view;
	wf_status status = store_run(store, &page->job);

	for (size_t i = 0; status == WF_OK && i < view->n && !*yes; i++)
		*yes = is_of(&page->entries[i], name);
	if (status == WF_OK && view->n > 0)
		view->after = page->entries[view->n - 1].seq;
	return status;
}

wf_status
ledger_has(struct store *store, const char *name, int64_t time_us, bool *yes_r)
{
	struct page *page = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*page));
	bool yes = false;
	wf_status status;

	if (page == NULL)
		return WF_NO_MEMORY;
	page->job.kind = STORE_VIEW;
	page->job.u.view = (struct store_view){.kind = VIEW_AUDIT,
		.result = -1,
		.class = AUDIT_SYSTEM,
		.since_us = time_us,
		.limit = PAGE,
		.audit = page->entries};
	do {
		status = read_page(store, page, name, &yes);
	} while (status == WF_OK && !yes && page->job.u.view.n == PAGE);
	free(page);
	if (status == WF_OK)
		*yes_r = yes;
	return status;
}
