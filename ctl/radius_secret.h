/*
 * The shared secret of a RADIUS client, or its key for TLS: made here, kept in a file of its own,
 * shown once. For root. One thread.
 */
#ifndef WF_CTL_RADIUS_SECRET_H
#define WF_CTL_RADIUS_SECRET_H

#include <limits.h>
#include <sys/types.h>

#include "ctl/args.h"
#include "ctl/ctl.h"

#define RADIUS_SECRET_SIZE 65 /* of either kind, with its NUL */
#define RADIUS_NAME_MAX 64

enum radius_secret_kind {
	RADIUS_SECRET = 0, /* of UDP: letters and digits */
	RADIUS_KEY,	   /* of TLS: hexadecimal digits */
	RADIUS_SECRET_KINDS
};

struct radius_secret {
	enum radius_secret_kind kind;
	char path[PATH_MAX];
	char text[RADIUS_SECRET_SIZE]; /* "": none was made */
};

/* 1 to 64 letters, digits, '.', '_' and '-', not beginning with '-' or '.'; complains if it is none. */
bool radius_name_fits(struct ctl *ctl, const char *name);
/* Whether `text` may stand between quotation marks in warifu.conf, and within a path; complains if not. */
bool radius_text_fits(struct ctl *ctl, const char *text);
/* The folder of the configuration, of --config or the usual one. */
void radius_folder(const struct parsed *parsed, char *folder_r, size_t size);
/*
 * The user of warifu-radiusd as this machine knows it (--owner, else warifu-radius);
 * (uid_t)-1: there is none.
 */
uid_t radius_user(const struct parsed *parsed);
/* Its usual file: NAME.secret or NAME.psk in the folder of secrets beside the configuration. */
void radius_secret_place(const struct parsed *parsed, const char *client, struct radius_secret *secret);
/*
 * Makes one of its kind and puts it into its file, which belongs to the user of warifu-radiusd then (--owner, else
 * warifu-radius) and is closed to everybody else; its folder is made if there is none. CTL_OK, or after telling why
 * not CTL_NO (CTL_DENIED); then nothing is changed. The caller wipes secret->text.
 */
int radius_secret_make(struct ctl *ctl, const struct parsed *parsed, struct radius_secret *secret);
/* Shows it if one was made, with what to do with it; `file` is what was written for the client, or NULL. */
void radius_secret_show(struct ctl *ctl, const char *client, const char *file, const struct radius_secret *secret);

#endif
