/*
 * What a receiver may not have read yet.  Syslog acknowledges nothing: a load is delivered when the
 * other machine's kernel has all of it, and a program that is killed there, or a machine that loses
 * power, takes with it what it has not read.  So what was delivered lately is sent again when a
 * connection breaks, and this tells from where.
 *
 * A load has surely been read once ten seconds and 64 KiB of later ones have passed over the same
 * connection (so much a machine takes for a program that reads nothing), or an hour.
 *
 * Pure; of one thread.
 */
#ifndef WF_AUTHD_RECORD_UNREAD_H
#define WF_AUTHD_RECORD_UNREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNREAD_MAX 128 /* loads that are told apart; beyond that the last ones are one */
#define UNREAD_US INT64_C(10000000)
#define UNREAD_BYTES (64 << 10)
#define UNREAD_LONG_US INT64_C(3600000000)

struct unread {
	uint64_t at;   /* the last row that went over the connection, or was passed over */
	uint64_t sure; /* rows up to it have been read */
	struct unread_load {
		uint64_t seq; /* its last row */
		size_t bytes;
		int64_t boot_us;
	} loads[UNREAD_MAX];
	size_t n;
};

/* A new connection, which begins behind the row `seq`. */
void unread_begin(struct unread *unread, uint64_t seq);
/* A load of rows up to `seq` was delivered. */
void unread_add(struct unread *unread, uint64_t seq, size_t bytes, int64_t boot_us);
/* Rows up to `seq` need no delivery. */
void unread_pass(struct unread *unread, uint64_t seq);
/* Up to which row all has surely been read. */
uint64_t unread_sure(struct unread *unread, int64_t boot_us);
/* Whether something would be lost with the connection. */
bool unread_any(const struct unread *unread);

#endif
