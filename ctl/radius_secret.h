/* The shared secret of a RADIUS client: made here, kept in a file of its own, shown once. For root. One thread. */
#ifndef WF_CTL_RADIUS_SECRET_H
#define WF_CTL_RADIUS_SECRET_H

#include "ctl/args.h"
#include "ctl/ctl.h"

#define RADIUS_SECRET_LEN 32
#define RADIUS_NAME_MAX 64

/* 1 to 64 letters, digits, '.', '_' and '-', not beginning with '-' or '.'; complains if it is none. */
bool radius_name_fits(struct ctl *ctl, const char *name);
/* Whether `text` may stand between quotation marks in warifu.conf, and within a path; complains if not. */
bool radius_text_fits(struct ctl *ctl, const char *text);
/* The folder of the configuration, of --config or the usual one. */
void radius_folder(const struct parsed *parsed, char *folder_r, size_t size);
/*
 * Makes a secret and puts it into the file, which belongs to the user of warifu-radiusd then (--owner, else
 * warifu-radius) and is closed to everybody else; its folder is made if there is none. CTL_OK, or after telling why
 * not CTL_NO (CTL_DENIED); then nothing is changed. The caller wipes secret_r.
 */
int radius_secret_make(struct ctl *ctl, const struct parsed *parsed, const char *path, char secret_r[RADIUS_SECRET_LEN + 1]);
/* Shows it, with what to do with it; `file` is what was written for the client, or NULL. */
void radius_secret_show(struct ctl *ctl, const char *client, const char *file, const char *path, const char *secret);

#endif
