/*
 * Replays seeds through a target without a fuzzer: those named, or all of the folder corpus/TARGET
 * when the program is called replay_TARGET. Besides each seed as it is, its beginnings and a few
 * copies of it with one octet changed are tried, so that `make check` looks at the edges, too.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define SEED_MAX 65536
#define NEAR_MAX 192 /* beginnings and changed copies of one seed, each */

static unsigned long inputs;

/* From the heap, of exactly this size: what reads past it is found. */
static void
one(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	FUZZ_CHECK(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	wf_fuzz_one(copy, size);
	free(copy);
	inputs++;
}

static void
near_by(uint8_t *data, size_t size)
{
	size_t step = size / NEAR_MAX + 1;

	for (size_t at = 0; at < size; at += step) {
		uint8_t kept = data[at];

		one(data, at);
		data[at] = (uint8_t)(kept ^ (1U << at % 8));
		one(data, size);
		data[at] = kept;
	}
}

static void
file(const char *path)
{
	static uint8_t data[SEED_MAX];
	FILE *stream = fopen(path, "rbe");
	size_t size;

	if (stream == NULL) {
		perror(path);
		exit(1);
	}
	size = fread(data, 1, sizeof(data), stream);
	(void)fclose(stream);
	one(data, size);
	near_by(data, size);
}

static int
visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* All seeds of a target; exits where there are none. */
static void
corpus(const char *target)
{
	const char *top = getenv("top_srcdir");
	struct dirent **entries = NULL;
	char folder[512], path[1024];
	int n;

	(void)snprintf(
		folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", top != NULL ? top : ".", target);
	n = scandir(folder, &entries, visible, alphasort);
	if (n <= 0) {
		(void)fprintf(stderr, "%s: no seeds\n", folder);
		exit(1);
	}
	for (int i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		file(path);
		free(entries[i]);
	}
	free(entries);
}

int
main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	const char *target = strstr(name != NULL ? name : argv[0], "replay_");

	for (int i = 1; i < argc; i++)
		file(argv[i]);
	if (argc == 1)
		corpus(target != NULL ? target + strlen("replay_") : "");
	(void)printf("%lu inputs\n", inputs);
	return 0;
}
