/*
 * Room on disks, by the rule that the store keeps some for logins and administration by.
 */
#ifndef WF_AUTHD_STORE_ROOM_H
#define WF_AUTHD_STORE_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"

struct store;
/* What its files take on the disk, about.  Any thread. */
uint64_t store_bytes(const struct store *store);

/* Room on the file system that a path lies on, in bytes. */
struct store_room {
	uint64_t free, whole;
};
/* WF_IO: it could not be told.  Any thread. */
WF_MUST_USE wf_status store_room(const char *path, struct store_room *room_r);
/*
 * Whether so many bytes more leave there what the store keeps for logins and administration: 32
 * MiB, or 5 % where that is less.  Pure.
 */
bool store_room_holds(const struct store_room *room, uint64_t bytes);

#endif
