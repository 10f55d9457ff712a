/*
 * The monthly review as a page: what was counted, what was found and decided, who did what, and
 * who signed. For A4, in the language of the program. One thread.
 */
#ifndef WF_CTL_REVIEW_PAGE_H
#define WF_CTL_REVIEW_PAGE_H

#include "ctl/ctl.h"
#include "ctl/table.h"

/*
 * Writes the new file `path` (mode 0600, whole or not at all) about the month that `show` stands
 * for: the row of act review.show when that says `complete`. What else there is to say it asks the
 * daemon for. Gives the exit code, and has told why it is not CTL_OK.
 */
int review_page(struct ctl *ctl, const struct table *show, const char *path);

#endif
