/* Emergency files: new, used, locked, and a few that are broken. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/breakglass_file.h"
#include "tests/fuzz/seeds.h"

#define SLOTS 3
#define SHEET_MAX 4096
#define VERSION_AT 9 /* low octet */
#define SLOTS_AT 13  /* low octet */

struct sheet {
	uint8_t bytes[SHEET_MAX];
	size_t len;
};

static const struct breakglass_head head = {
	.slots = SLOTS,
	.user = "root",
	.verifier = "$6$salt$verifier",
	.setting = "$6$salt",
};
static const struct breakglass_slot slots[SLOTS] = {
	{.hash = "$6$salt$first"},
	{.used = true, .use = {.wall_us = 1772323200000000, .tty = "tty1", .user = "root"}},
	{.used = true,
		.use = {.wall_us = INT64_MIN, .tty = "ttyS0", .user = "root", .reported = true}},
};

/* As the product writes it, with so many failures. */
static void
make(uint32_t failures, struct sheet *sheet_r)
{
	char folder[] = "/tmp/warifu-seeds-XXXXXX";
	char path[64];
	struct breakglass_file file;
	FILE *stream;

	if (mkdtemp(folder) == NULL)
		seed_need(WF_IO);
	(void)snprintf(path, sizeof(path), "%s/sheet", folder);
	seed_need(breakglass_file_create(path, &head, slots));
	seed_need(breakglass_file_open(path, &file));
	seed_need(breakglass_failures_write(&file, failures));
	breakglass_file_close(&file);
	stream = fopen(path, "rbe");
	seed_need(stream != NULL ? WF_OK : WF_IO);
	sheet_r->len = fread(sheet_r->bytes, 1, sizeof(sheet_r->bytes), stream);
	(void)fclose(stream);
	(void)unlink(path);
	(void)rmdir(folder);
}

static void
put_changed(const char *name, const struct sheet *sheet, size_t at, uint8_t octet)
{
	struct sheet changed = *sheet;

	changed.bytes[at] = octet;
	seed_put("breakglass", name, changed.bytes, changed.len);
}

void
seeds_sheets(void)
{
	struct sheet sheet;

	make(WF_BREAKGLASS_TRIES, &sheet);
	seed_put("breakglass", "locked", sheet.bytes, sheet.len);
	make(2, &sheet);
	seed_put("breakglass", "used", sheet.bytes, sheet.len);
	seed_put("breakglass", "cut", sheet.bytes, sheet.len - 1);
	put_changed("version", &sheet, VERSION_AT, 2);
	put_changed("slots-none", &sheet, SLOTS_AT, 0);
	put_changed("slots-missing", &sheet, SLOTS_AT, SLOTS + 1);
}
