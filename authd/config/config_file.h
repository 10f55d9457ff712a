/*
 * The files of the configuration: which there are, whether they may be trusted, and their bytes.
 */
#ifndef WF_AUTHD_CONFIG_CONFIG_FILE_H
#define WF_AUTHD_CONFIG_CONFIG_FILE_H

#include <stddef.h>

#include "common/status.h"

#define CONFIG_FILE_MAX (1024 * 1024)
#define CONFIG_FILES_MAX 256

/* Paths, each owned; zero-initialise before use. */
struct config_files {
	char *paths[CONFIG_FILES_MAX];
	size_t n;
};

/*
 * `main_file` first, then the *.conf files of conf.d beside it in the order of their names' bytes,
 * then `extra` unless it is NULL; names that begin with a dot are left out.  WF_DENIED when the
 * folder may be written by others, WF_FULL beyond CONFIG_FILES_MAX, WF_IO, WF_NO_MEMORY; a sentence
 * in why_r.
 */
WF_MUST_USE wf_status config_files_find(const char *main_file, const char *extra,
	struct config_files *files_r, char *why_r, size_t size);
void config_files_clear(struct config_files *files);

/*
 * The whole file with NUL behind it; the caller frees.  Only a regular file that belongs to root or
 * the caller and cannot be written by group or others, of at most CONFIG_FILE_MAX bytes without a
 * NUL.  WF_NOT_FOUND, WF_DENIED, WF_INVALID, WF_TOO_LONG, WF_IO, WF_NO_MEMORY; a sentence in why_r.
 */
WF_MUST_USE wf_status config_file_read(
	const char *path, char **text_r, size_t *len_r, char *why_r, size_t size);

#endif
