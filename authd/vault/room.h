/*
 * Whether there is room for what is about to be written.  A copy that fills the disk on its way
 * would take the space that logins and their rows need, so it is not begun.
 */
#ifndef WF_AUTHD_VAULT_ROOM_H
#define WF_AUTHD_VAULT_ROOM_H

#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

/*
 * WF_FULL, with a sentence: the file system of this folder has not room for so many bytes and for
 * what the store keeps free besides (store_room_holds).  WF_OK as well where that cannot be told.
 */
WF_MUST_USE wf_status room_check(const char *folder, uint64_t bytes, char *why_r, size_t size);

#endif
