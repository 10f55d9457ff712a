/*
 * One copy of the store: a consistent state, encrypted with the key ring, read back before it
 * counts.  What has a copy's name is whole, durable and proved; anything less has a name that
 * begins with a dot and is swept by the next copy and the next start.
 *
 * The keys are in no copy.  Functions block on the disk: never in the loop thread.  Sentences are
 * in the language of the calling thread.
 */
#ifndef WF_AUTHD_VAULT_COPY_H
#define WF_AUTHD_VAULT_COPY_H

#include "authd/crypto/digest.h"
#include "authd/crypto/keyring.h"
#include "authd/store/store.h"
#include "authd/vault/plan.h"

/* What copies are made of and with; all borrowed. */
struct copy_job {
	struct store *store;
	const struct keyring *keys;
	struct wf_clock clock;
	const char *folder; /* made, with mode 0700, where it is not there */
};

/* What a copy that counts is, as found by reading it again. */
struct copy_facts {
	char name[PLAN_NAME_SIZE + 1];
	int64_t time_us; /* of the state that it holds */
	int64_t bytes;
	char sha256[DIGEST_TEXT_SIZE]; /* of the file, as sha256sum has it */
	uint32_t key;
	char fingerprint[17]; /* of that key */
	struct store_proof proof;
	int64_t took_us;
};

/*
 * Makes a copy of this name.  WF_CONFLICT: another one is being made there; WF_EXISTS, WF_FULL,
 * WF_IO, WF_CORRUPT (what was read back is not in order) and others: none was made, with a
 * sentence.
 */
WF_MUST_USE wf_status copy_make(const struct copy_job *job, const char *name,
	struct copy_facts *facts_r, char *why_r, size_t size);
/*
 * Looks at a copy that is there already as copy_make() looks at one that it has made.  Statuses
 * and sentence as there; the copy stays as it is.
 */
WF_MUST_USE wf_status copy_look(const struct copy_job *job, const char *name,
	struct copy_facts *facts_r, char *why_r, size_t size);
/* Takes a copy away again, which nobody has told anybody of. */
void copy_unmake(const struct copy_job *job, const char *name);
/* Removes what a crash left in a folder of copies; at start. */
void copy_tidy(const char *folder);

/*
 * Decrypts a copy into the new file `plain`, looks at all of it (store_prove), and leaves it there.
 * Of facts_r time, bytes, hash and proof are set; name and took_us are the caller's.  On failure
 * there is no file.
 */
WF_MUST_USE wf_status copy_open(const struct keyring *keys, const char *path, const char *plain,
	struct copy_facts *facts_r, char *why_r, size_t size);

/*
 * The copy's line in the log, and back: what `backup list` shows is what the log says.  False: the
 * text is not such a line.
 */
#define COPY_NOTE_SIZE 512
void copy_note(const struct copy_facts *facts, char text_r[COPY_NOTE_SIZE]);
bool copy_note_read(const char *text, struct copy_facts *facts_r);

#endif
