/* seeds FOLDER: writes FOLDER/TARGET/NAME for every seed, and FOLDER/TARGET.dict. */
#include "config.h"

#include "tests/fuzz/seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *folder;

static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

void
seed_need(wf_status status)
{
	if (status == WF_OK)
		return;
	(void)fprintf(stderr, "a seed cannot be made: %s\n", wf_status_text(status));
	exit(1);
}

void
seed_put(const char *target, const char *name, const void *bytes, size_t len)
{
	char path[512];
	FILE *stream;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, target);
	(void)mkdir(path, 0755);
	(void)snprintf(path, sizeof(path), "%s/%s/%s", folder, target, name);
	stream = fopen(path, "wbe");
	if (stream == NULL)
		fail(path);
	if (fwrite(bytes, 1, len, stream) != len || fclose(stream) != 0)
		fail(path);
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		(void)fputs("usage: seeds FOLDER\n", stderr);
		return 2;
	}
	folder = argv[1];
	(void)mkdir(folder, 0755);
	seeds_frames();
	seeds_records();
	seeds_words();
	seeds_texts();
	seeds_packets();
	seeds_exchanges();
	seeds_sheets();
	seeds_acts();
	seeds_rules();
	return 0;
}
