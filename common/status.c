/*
 * Names and sentences of the status codes, in one table. Holds no state and translates nothing:
 * who shows a sentence passes it through _().
 */
#include "config.h"

#include "common/status.h"

#include <stddef.h>

#include "common/i18n.h"

static const struct status_row {
	const char *name;
	const char *text;
} status_table[WF_STATUS_COUNT] = {
	[WF_OK] = {"ok", N_("Done.")},
	[WF_NO] = {"no", N_("The check was completed and the answer is no.")},
	[WF_AGAIN] = {"again", N_("Not finished yet; try again.")},
	[WF_INVALID] = {"invalid", N_("The input is not well formed.")},
	[WF_TOO_LONG] = {"too-long", N_("The input is longer than allowed.")},
	[WF_NOT_FOUND] = {"not-found", N_("There is no such entry.")},
	[WF_EXISTS] = {"exists", N_("There is already an entry of this name.")},
	[WF_DENIED] = {"denied", N_("This is not permitted for you.")},
	[WF_LOCKED] = {"locked", N_("The account is locked.")},
	[WF_CONFLICT] = {"conflict",
		N_("The entry was changed by someone else; look at it and try again.")},
	[WF_EXPIRED] = {"expired", N_("It is no longer valid.")},
	[WF_UNAVAILABLE] = {"unavailable", N_("The answer could not be found out.")},
	[WF_TIMEOUT] = {"timeout", N_("It took too long and was given up.")},
	[WF_FULL] = {"full", N_("Too much is waiting already; try again later.")},
	[WF_IO] = {"io", N_("Reading or writing failed.")},
	[WF_NO_MEMORY] = {"no-memory", N_("There is not enough memory.")},
	[WF_CRYPTO] = {"crypto", N_("A cryptographic operation failed.")},
	[WF_CORRUPT] = {"corrupt", N_("The stored data is damaged.")},
	[WF_VERSION] = {"version", N_("The version is not known here.")},
	[WF_UNSUPPORTED] = {"unsupported", N_("This is not supported here.")},
};

static const struct status_row unknown_row = {"unknown", N_("An unknown error happened.")};

static const struct status_row *
status_row_find(wf_status status)
{
	size_t i = (size_t)status;

	if (i >= WF_STATUS_COUNT)
		return &unknown_row;
	return &status_table[i];
}

const char *
wf_status_name(wf_status status)
{
	return status_row_find(status)->name;
}

const char *
wf_status_text(wf_status status)
{
	return status_row_find(status)->text;
}
