/* Room for copies: see room.h. */
#include "config.h"

#include "authd/vault/room.h"

#include <stdio.h>

#include "authd/store/room.h"
#include "common/i18n.h"

#define MIB (UINT64_C(1) << 20)

wf_status
room_check(const char *folder, uint64_t bytes, char *why_r, size_t size)
{
	struct store_room room;

	if (store_room(folder, &room) != WF_OK || store_room_holds(&room, bytes))
		return WF_OK;
	(void)snprintf(why_r, size,
		_("there is not enough room in %s: it takes %llu MiB, %llu MiB are free, and the "
		  "last 32 MiB (or 5 %%) are kept for logins. Make room, or name another folder."),
		folder, (unsigned long long)((bytes + MIB - 1) / MIB),
		(unsigned long long)(room.free / MIB));
	return WF_FULL;
}
