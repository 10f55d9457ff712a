/* Parts of `token add` that `init` uses as well. One thread. */
#ifndef WF_CTL_TOKEN_H
#define WF_CTL_TOKEN_H

#include "ctl/ctl.h"
#include "ctl/table.h"

/* A base32 key in groups of four, and a newline. */
void token_print_grouped(const char *key, FILE *out);
/* Picture, address and key from the answer of token.add. */
void token_show_otp(struct ctl *ctl, const struct table *table, bool qr, bool ascii);
/* The numbered list of recovery codes. */
void token_show_codes(struct ctl *ctl, const struct table *table);
/*
 * Asks for a code and confirms; `id` and `ticket` may be NULL. Tells what came of it. CTL_NO:
 * another code may do better; CTL_USAGE: there is nobody to ask.
 */
int token_confirm(struct ctl *ctl, const char *user, const char *id, const char *ticket);

#endif
