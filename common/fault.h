/*
 * Injection of faults, in builds made with --enable-fault-injection only: every
 * call that may fail asks wf_fault() first.  The shipped build has a constant
 * false here and carries nothing of it.
 *
 * A program whose environment names a file in WARIFU_FAULT_PAGE keeps its state
 * of injection there (struct wf_fault_page, mapped before main), so that a test
 * outside of it arms faults, delays fsync and moves the clocks while it runs.
 */
#ifndef WF_COMMON_FAULT_H
#define WF_COMMON_FAULT_H

#include <stdbool.h>
#include <stdint.h>

enum wf_fault_point {
	WF_FAULT_ALLOC,
	WF_FAULT_RANDOM,
	WF_FAULT_STORE,
	WF_FAULT_FILE,
	WF_FAULT_SOCKET,
	WF_FAULT_THREAD,
	WF_FAULT_CLOCK,
	/* fsync and fdatasync, the libraries' too; only with a page that asks for it */
	WF_FAULT_SYNC,
	/* calls that change a file or a name, or send; the libraries' too; likewise */
	WF_FAULT_WRITE,
	WF_FAULT_HEAP, /* libc's allocation, the libraries' too (fault_libc.c); the same */
	WF_FAULT_SYSTEM, /* libc's calls for files, sockets and the loop; the same */
	WF_FAULT_POINT_COUNT
};

#ifdef WF_FAULT
#define WF_FAULT_MAGIC UINT64_C(0x31454741504c5446) /* "FTLPAGE1" */

#define WF_FAULT_SITES 8192
#define WF_FAULT_FRAMES 16

struct wf_fault_seen {
	_Atomic uint64_t site; /* 0: none */
	_Atomic uint64_t calls;
};

/* All numbers are of the host's byte order; tests/system/fault.py knows this layout. */
struct wf_fault_page {
	uint64_t magic;
	_Atomic uint64_t nth;		/* the nth (1-based) fallible call fails; 0: none */
	_Atomic uint64_t lasts;		/* 1: all from the nth on */
	_Atomic uint64_t calls;		/* fallible calls seen */
	_Atomic uint64_t failed;	/* calls made to fail */
	/* bits of enum wf_fault_point that count; 0: those before WF_FAULT_SYNC */
	_Atomic uint64_t points;
	_Atomic int64_t sync_delay_us;	/* each fsync and fdatasync lasts so much longer */
	_Atomic int64_t wall_offset_us; /* added to CLOCK_REALTIME */
	_Atomic int64_t boot_offset_us; /* added to CLOCK_BOOTTIME and CLOCK_MONOTONIC */
	_Atomic uint64_t synchronised;	/* the wall clock says it is: 0 as it is, 1 yes, 2 no */
	_Atomic uint64_t boot;		/* other than 0: another boot, with a boot id of its own */
	_Atomic uint64_t syncs;		/* fsync and fdatasync calls seen */
	/* enum wf_fault_death: the program ends where a call would fail */
	_Atomic uint64_t dies;
	/* 1: fsync and fdatasync do nothing and say that all is well */
	_Atomic uint64_t sync_lies;
	_Atomic int64_t blocks;		/* blocks of the heap taken and not yet given back */
	/* 1: every reply leaves as soon as it is there, so that its time tells */
	_Atomic uint64_t grid_off;
	/* frames of the stack that make the site of a call (fault_site.h); 0: nobody asks */
	_Atomic uint64_t depth;
	/* other than 0: only calls of this site count, and where it lasts, all after the nth */
	_Atomic uint64_t site;
	/* with a depth: whence the first call that failed came, the program's own frames alone */
	_Atomic uint64_t stack[WF_FAULT_FRAMES];
	/* with a depth: the sites seen, and their calls; a hash table, of a page that was mapped */
	struct wf_fault_seen seen[];
};

/* How the program ends, as suddenly as by kill -9; its exit code is then WF_FAULT_EXIT. */
enum wf_fault_death {
	WF_FAULT_LIVES,
	WF_FAULT_DIES,	    /* before the call */
	WF_FAULT_DIES_WITHIN, /* with half of the bytes written, where the call writes to a file */
};
#define WF_FAULT_EXIT 113

/*
 * True when this call is to fail; does not return where the page says that the program dies.
 * Counts calls over all threads.
 */
bool wf_fault(enum wf_fault_point point);
/* The same, but returns in any case: the caller has something to do before wf_fault_end(). */
bool wf_fault_due(enum wf_fault_point point);
/* Ends the program if the page says so. */
void wf_fault_end(void);
/*
 * Arms: the nth (1-based) fallible call fails, once or from then on; 0 disarms and resets the
 * count.
 */
void wf_fault_arm(uint64_t nth, bool from_then_on);
/*
 * Around a library that does not look whether it got its memory, and would end the program or ours:
 * until `false` this thread's calls of libc neither count nor fail.  Each use says which library.
 */
void wf_fault_shelter(bool on);
/*
 * For the life of this thread its calls neither count nor fail: they come at any time, and the Nth
 * call of a round would be another one each time.
 */
void wf_fault_spare(void);
/* Calls seen since the last wf_fault_arm. */
uint64_t wf_fault_count(void);
/* What is in force: the page, or one of the process's own.  Never NULL. */
struct wf_fault_page *wf_fault_page(void);
#else
static inline bool
wf_fault(enum wf_fault_point point)
{
	(void)point;
	return false;
}

static inline void
wf_fault_spare(void)
{
}

static inline void
wf_fault_shelter(bool on)
{
	(void)on;
}
#endif

#endif
