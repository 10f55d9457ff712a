/* Stored rows of the log, and the open header of a backup. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/audit/audit.h"
#include "authd/audit/checkpoint.h"
#include "authd/audit/export.h"
#include "tests/fuzz/seeds.h"

static void
seed_row(const char *name, const struct audit_row *row)
{
	struct wf_buf encoded;

	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	seed_need(audit_row_encode(row, &encoded));
	seed_put("audit", name, encoded.data, encoded.len);
	wf_buf_clear(&encoded);
}

/* The same as a line of an export. */
static void
seed_line(const char *name, const struct audit_row *row)
{
	static const uint8_t chain[32] = {0x5c};
	struct wf_buf encoded, line;
	struct audit_row canonical;

	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	wf_buf_init(&line, AUDIT_EXPORT_MAX);
	seed_need(audit_row_encode(row, &encoded));
	seed_need(audit_row_decode(encoded.data, encoded.len, &canonical));
	seed_need(audit_export_row(&canonical, 41, chain, &line));
	seed_put("audit", name, line.data, line.len);
	wf_buf_clear(&encoded);
	wf_buf_clear(&line);
}

/* A checkpoint within a line of syslog; nobody has signed it. */
static void
seed_checkpoint(const char *name, enum audit_checkpoint_reason reason)
{
	struct audit_checkpoint checkpoint = {.node = "web 1",
		.store = "4bd11f0a9c027e55",
		.generation = 1,
		.number = 17,
		.seq = 40213,
		.chain = {0x5c},
		.time_us = 1772323200000000,
		.offset_min = 540,
		.reason = reason,
		.key = "8c0d000000000001"};
	char line[AUDIT_CHECKPOINT_SIZE], text[AUDIT_CHECKPOINT_SIZE + 64];

	audit_checkpoint_write(&checkpoint, line);
	(void)snprintf(text, sizeof(text), "Mar  1 09:00:00 web1 warifud[7]: %s\n", line);
	seed_put("audit", name, text, strlen(text));
}

static void
rows(void)
{
	static const char unclean[] = "a\x1b[31mb\xff\xe2\x80\xae"
				      "c\n\xe3\x81\x82";
	struct audit_row row;

	audit_row_init(&row, AUDIT_SYSTEM, "start");
	seed_row("least", &row);
	audit_row_init(&row, AUDIT_AUTH, "login");
	row.time_us = 1772323200000000;
	row.offset_min = 540;
	row.result = AUDIT_FAILURE;
	row.count = 7;
	AUDIT_TEXT(row.reason, "wrong-password");
	AUDIT_TEXT(row.source, "2001:db8::1");
	AUDIT_TEXT(row.user, "alice");
	AUDIT_TEXT(row.service, "sshd");
	AUDIT_TEXT(row.rule, "lock.threshold SCS-4-1-4-1");
	AUDIT_TEXT(row.detail, "\xe5\x89\xb2\xe7\xac\xa6");
	seed_row("login", &row);
	seed_line("line", &row);
	row.time_us = INT64_MIN;
	row.offset_min = -1440;
	row.first_us = INT64_MAX;
	seed_row("extremes", &row);
	seed_line("line-extremes", &row);
	seed_checkpoint("checkpoint", CHECKPOINT_HOUR);
	seed_checkpoint("checkpoint-key", CHECKPOINT_KEY);
	seed_put("audit", "unclean", unclean, sizeof(unclean) - 1);
}

static void
header(void)
{
	struct wf_buf body, whole;

	wf_buf_init(&body, 256);
	wf_buf_init(&whole, 512);
	seed_need(wf_buf_put_u32(&body, 3));
	seed_need(wf_buf_put_u64(&body, 1772323200000000));
	seed_need(wf_buf_put_block(&body, "node1", 5));
	seed_need(wf_buf_put_block(&body, "5cdf21d76b60b39a", 16));
	seed_need(wf_buf_put_block(&body, "58ac6e785bebca67", 16));
	seed_need(wf_buf_put(&whole, "WARIFUBK\0\1", 10));
	seed_need(wf_buf_put_block(&whole, body.data, body.len));
	seed_need(wf_buf_put(&whole, "WFCRYPT1\0\0\0\1", 12));
	for (size_t i = 0; i < 48; i++)
		seed_need(wf_buf_put_u8(&whole, (uint8_t)i));
	seed_put("backup", "header", whole.data, whole.len);
	wf_buf_clear(&body);
	wf_buf_clear(&whole);
}

/*
 * Changes to a backup: u24 place, u8 octet; see fuzz_backup.c. Its header has 111 octets, the first
 * record 65552, all of it 65743; a place from there on cuts it to the rest of a division by 65745.
 */
static void
changes(void)
{
	static const struct {
		const char *name;
		uint8_t bytes[8];
		size_t len;
	} seeds[] = {
		{"change-version", {0, 0, 9, 2}, 4},
		{"change-schema", {0, 0, 15, 4}, 4},
		{"change-node", {0, 0, 26, 'n', 0, 0, 27, 'O'}, 8},
		{"change-content", {0, 0, 140, 0, 0, 0, 141, 0}, 8},
		{"change-last", {1, 0, 200, 0}, 4},
		{"cut", {1, 255, 255, 0}, 4},
		{"cut-behind-record", {2, 1, 80, 0}, 4},
		{"longer", {2, 1, 161, 0}, 4},
		{"nothing", {0}, 0},
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
		seed_put("backup", seeds[i].name, seeds[i].bytes, seeds[i].len);
}

void
seeds_records(void)
{
	rows();
	header();
	changes();
}
