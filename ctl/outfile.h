/*
 * Files that a command leaves for people and other programs: whole or not at all (whole.h), and
 * always in UTF-8, whatever the terminal has. One thread.
 */
#ifndef WF_CTL_OUTFILE_H
#define WF_CTL_OUTFILE_H

#include "ctl/ctl.h"

/* Writes to `out`; gives the exit code, and has told why it is not CTL_OK. */
typedef int (*outfile_writer)(FILE *out, void *ctx);

/*
 * Writes the new file `path`, mode 0600. The writer's exit code, or CTL_NO after telling that there
 * is something already, or that it could not be written; then nothing is left.
 */
int outfile_write(struct ctl *ctl, const char *path, outfile_writer writer, void *ctx);
/* Runs the writer with gettext's texts in UTF-8; then they are the terminal's again. */
int outfile_in_utf8(FILE *out, outfile_writer writer, void *ctx);
/* Both: a page of HTML or a table in the file `path`. */
int outfile_write_utf8(struct ctl *ctl, const char *path, outfile_writer writer, void *ctx);

#endif
