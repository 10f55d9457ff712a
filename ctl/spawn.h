/* Runs a program by its path and an argument list; never a shell. One thread. */
#ifndef WF_CTL_SPAWN_H
#define WF_CTL_SPAWN_H

#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

/*
 * Runs `path` with `argv` (NULL at the end) and a bare environment, standard input empty. Its first
 * size - 1 bytes of output come back with NUL, its exit code in code_r (128 + signal if it was
 * killed). It is ended after `timeout_ms`: WF_TIMEOUT. WF_NOT_FOUND: no such program; WF_IO.
 */
WF_MUST_USE wf_status spawn_capture(const char *path, char *const *argv, int timeout_ms,
	char *output_r, size_t size, int *code_r);
/* Runs it with our own standard streams and waits; the exit code. WF_NOT_FOUND; WF_IO. */
WF_MUST_USE wf_status spawn_wait(const char *path, char *const *argv, int *code_r);
/* The same, but for what it writes to its standard output, which goes nowhere. */
WF_MUST_USE wf_status spawn_wait_quiet(const char *path, char *const *argv, int *code_r);

#endif
