/*
 * The emergency sheet: asks for its PIN, makes the emergency file, and prints the codes, once. For
 * root. One thread.
 */
#ifndef WF_CTL_SHEET_H
#define WF_CTL_SHEET_H

#include <stdbool.h>

#include "ctl/args.h"
#include "ctl/ask.h"
#include "ctl/ctl.h"

#define SHEET_USER "root" /* whom it lets in unless somebody says otherwise */

/* How many codes --codes asks for; 0 after telling that it is out of bounds. */
size_t sheet_codes(struct ctl *ctl, const struct parsed *parsed);
/*
 * The emergency file: of --breakglass-file, else as the daemon's status tells, else the usual one.
 */
const char *sheet_path(const struct parsed *parsed, const struct answer *status);
/*
 * Whether root may make it there: at the usual place, where --breakglass-file says, or in the place
 * of an emergency file; complains if not, since nobody else chooses what root writes.
 */
bool sheet_may_make(struct ctl *ctl, const struct parsed *parsed, const char *path);
/*
 * Makes the file for `user`, anew or (replace) in the place of the one that is there, and prints
 * the sheet. CTL_OK, or CTL_NO after telling why not; then nothing was changed.
 */
int sheet_make(struct ctl *ctl, const char *path, const char *user, size_t codes, bool replace);

#endif
