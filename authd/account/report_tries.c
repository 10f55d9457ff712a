/* Tries to get in, by the same table as detection has. */
#include "config.h"

#include "authd/account/report_tries.h"
#include "authd/detect/sight.h"

enum report_try
report_try_of(const struct audit_row *row)
{
	static const enum report_try tries[SIGHT_KINDS] = {[SIGHT_WRONG] = TRY_WRONG,
		[SIGHT_REFUSED] = TRY_REFUSED,
		[SIGHT_STRANGER] = TRY_STRANGER,
		[SIGHT_DISABLED] = TRY_NOT_IN_FORCE,
		[SIGHT_BREAK_GLASS] = TRY_BREAK_GLASS};

	return tries[sight_kind_of(row)];
}
