/*
 * What the fuzz targets share. A target is one file with one function; libFuzzer calls it through
 * libfuzzer.c, `make check` replays the seeds through replay.c, so that the same invariants are
 * looked at by both. An input that breaks an invariant ends the program: a wrong result counts as
 * much as a fault of memory.
 */
#ifndef WF_TESTS_FUZZ_FUZZ_H
#define WF_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One input. Defined by the target; keeps nothing of it. */
void wf_fuzz_one(const uint8_t *data, size_t size);

/* Ends the program where the condition does not hold, with its text and place. */
#define FUZZ_CHECK(condition) fuzz_check((condition), #condition, __FILE__, __LINE__)
void fuzz_check(bool holds, const char *condition, const char *file, int line);

/* A copy with NUL behind it, of exactly this size, so that reading past it is found; free() it. */
char *fuzz_text(const uint8_t *data, size_t size);
/* The input cut at each `separator`; the pieces are texts in one allocation at texts_r[0]. */
size_t fuzz_split(const uint8_t *data, size_t size, char separator, char **texts_r, size_t max);
/* True when all bytes have this value: outputs are filled with one before a call that may fail. */
bool fuzz_all(const void *bytes, size_t size, uint8_t value);
/* Well-formed text on one line (or several), and no more than `size` bytes with its NUL. */
bool fuzz_shows(const char *text, size_t size, bool lines);

/* A folder of this process alone, made at the first call and removed at exit. */
const char *fuzz_folder(void);
/* Removes all that is in it. */
void fuzz_folder_empty(void);
/* A path in it; static, until the next call. */
const char *fuzz_path(const char *name);
/* A file in memory, open for reading at its beginning. */
int fuzz_file(const void *bytes, size_t size);
/* Open descriptors of this process. */
unsigned fuzz_descriptors(void);

#endif
