/*
 * Counts fallible calls and makes the armed ones fail. Built only with
 * --enable-fault-injection. One count over all threads: a test that wants the
 * same call to fail each time keeps to one thread or accepts the variation.
 */
#include "config.h"

#include "common/fault.h"
#include "common/fault_site.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEFAULT_POINTS ((UINT64_C(1) << WF_FAULT_SYNC) - 1)

static struct wf_fault_page own = {.magic = WF_FAULT_MAGIC};
static struct wf_fault_page *page = &own;

/* A test that wants a page and does not get it would assert nothing: end at once. */
static void
page_refuse(const char *path, const char *why)
{
	(void)fprintf(stderr, "WARIFU_FAULT_PAGE: %s: %s\n", path, why);
	_exit(127);
}

/* Before main: no privilege was dropped yet, and no filter is in the way. */
__attribute__((constructor)) static void
page_open(void)
{
	const char *path = secure_getenv("WARIFU_FAULT_PAGE");
	struct wf_fault_page *found;
	int fd;

	if (path == NULL)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		page_refuse(path, "cannot be opened");
	found = mmap(NULL, sizeof(*found) + WF_FAULT_SITES * sizeof(found->seen[0]),
		PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (found == MAP_FAILED || found->magic != WF_FAULT_MAGIC)
		page_refuse(path, "is no fault page");
	page = found;
}

static _Thread_local bool sheltered, spared;

void
wf_fault_spare(void)
{
	spared = true;
}

void
wf_fault_shelter(bool on)
{
	sheltered = on;
}

/* Counts a call at a site; where the table is full, the sums of both counts tell. */
static void
note(uint64_t site)
{
	for (uint64_t i = 0; page != &own && i < WF_FAULT_SITES; i++) {
		struct wf_fault_seen *seen = &page->seen[(site + i) % WF_FAULT_SITES];
		uint64_t there = 0;

		if (atomic_compare_exchange_strong(&seen->site, &there, site) || there == site) {
			seen->calls++;
			return;
		}
	}
}

/* Whether a call counts, as for the place that it comes from. */
static bool
counts_here(void)
{
	uint64_t wanted = page->site, site;

	if (page->depth == 0 || (page->lasts != 0 && page->nth != 0 && page->calls >= page->nth))
		return true;
	site = wf_fault_site(page->depth);
	note(site);
	return wanted == 0 || site == wanted;
}

bool
wf_fault_due(enum wf_fault_point point)
{
	uint64_t points = page->points;
	uint64_t call, nth;

	if (((points == 0 ? DEFAULT_POINTS : points) >> point & 1) == 0 ||
		spared || (sheltered && point >= WF_FAULT_SYNC) || !counts_here())
		return false;
	call = ++page->calls;
	nth = page->nth;
	if (nth == 0 || call < nth || (call > nth && page->lasts == 0))
		return false;
	if (page->failed++ == 0 && page->depth != 0)
		wf_fault_stack(page->stack, WF_FAULT_FRAMES);
	return true;
}

void
wf_fault_end(void)
{
	if (page->dies != WF_FAULT_LIVES)
		_exit(WF_FAULT_EXIT);
}

bool
wf_fault(enum wf_fault_point point)
{
	if (!wf_fault_due(point))
		return false;
	wf_fault_end();
	return true;
}

void
wf_fault_arm(uint64_t nth, bool from_then_on)
{
	page->nth = 0;
	page->lasts = from_then_on;
	page->calls = 0;
	page->nth = nth;
}

uint64_t
wf_fault_count(void)
{
	return page->calls;
}

struct wf_fault_page *
wf_fault_page(void)
{
	return page;
}
