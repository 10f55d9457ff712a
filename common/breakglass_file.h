/*
 * The blocks of the break-glass file: opening, locking, reading and overwriting them. Internal to
 * common/breakglass*.c. What the blocks mean for a login is decided in breakglass.c.
 */
#ifndef WF_COMMON_BREAKGLASS_FILE_H
#define WF_COMMON_BREAKGLASS_FILE_H

#include "common/breakglass.h"

#define BREAKGLASS_HASH_MAX 128	  /* a crypt(3) string without NUL */
#define BREAKGLASS_SETTING_MAX 64 /* its beginning: method, cost and salt */

/* Block 0; never written again. */
struct breakglass_head {
	uint32_t slots;
	char user[WF_NAME_MAX + 1];
	char verifier[BREAKGLASS_HASH_MAX + 1]; /* of the PIN */
	char setting[BREAKGLASS_SETTING_MAX + 1]; /* of the codes' hashes, one for all */
};

/* Block 2 + number. A spent slot has lost its hash. */
struct breakglass_slot {
	bool used;
	char hash[BREAKGLASS_HASH_MAX + 1];
	struct wf_breakglass_use use;
};

/* An open and locked file. */
struct breakglass_file {
	int fd;
	struct breakglass_head head;
	uint32_t failures; /* block 1 */
};

/* Opens, checks owner, mode and kind, locks (exclusively, ten seconds at most), reads the head. */
WF_MUST_USE wf_status breakglass_file_open(const char *path, struct breakglass_file *file_r);
/* Unlocks and closes; harmless when it is closed. */
void breakglass_file_close(struct breakglass_file *file);

WF_MUST_USE wf_status breakglass_slot_read(
	const struct breakglass_file *file, uint32_t number, struct breakglass_slot *slot_r);
/* Overwrites the block; WF_OK only when it is on the disk. */
WF_MUST_USE wf_status breakglass_slot_write(
	const struct breakglass_file *file, uint32_t number, const struct breakglass_slot *slot);
WF_MUST_USE wf_status breakglass_failures_write(struct breakglass_file *file, uint32_t failures);

/* Creates the file with its head and `head->slots` slots; durable, also its name. */
WF_MUST_USE wf_status breakglass_file_create(
	const char *path, const struct breakglass_head *head, const struct breakglass_slot *slots);

/* Puts the file `fresh`, in the same folder, in the place of `path`; durable. */
WF_MUST_USE wf_status breakglass_file_move(const char *fresh, const char *path);

#endif
