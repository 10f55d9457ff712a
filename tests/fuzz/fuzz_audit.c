/*
 * Stored audit rows: a row has one encoding and an encoding one row, or a changed octet could go
 * unseen. Texts on their way into a row are cleaned once and for all.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "authd/audit/audit.h"
#include "authd/audit/checkpoint.h"
#include "authd/audit/export.h"
#include "authd/audit/format.h"
#include "tests/fuzz/fuzz.h"

#define FILLED 0xa5

static void
encodes_to(const struct audit_row *row, const uint8_t *data, size_t size)
{
	struct wf_buf encoded;

	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	FUZZ_CHECK(audit_row_encode(row, &encoded) == WF_OK);
	FUZZ_CHECK(encoded.len == size && memcmp(encoded.data, data, size) == 0);
	wf_buf_clear(&encoded);
}

static void
cells_are_text(const struct audit_row *row)
{
	static const uint8_t chain[32];
	struct audit_cells cells;

	audit_row_cells(row, UINT64_MAX, chain, &cells);
	for (size_t i = 0; i < AUDIT_COLUMNS; i++)
		FUZZ_CHECK(cells.cells[i] != NULL && fuzz_shows(cells.cells[i], 1024, false));
	FUZZ_CHECK(strlen(cells.hash) == 64);
}

/* Its line of an export comes back as the same row, and is the only line that does. */
static void
exports(const struct audit_row *row)
{
	static const uint8_t chain[32] = {1};
	struct audit_exported again;
	struct wf_buf line;

	wf_buf_init(&line, AUDIT_EXPORT_MAX);
	FUZZ_CHECK(audit_export_row(row, UINT64_MAX, chain, &line) == WF_OK);
	FUZZ_CHECK(audit_export_parse((const char *)line.data, line.len, &again) == WF_OK);
	FUZZ_CHECK(again.seq == UINT64_MAX && memcmp(again.chain, chain, sizeof(chain)) == 0);
	FUZZ_CHECK(memcmp(&again.row, row, sizeof(*row)) == 0);
	wf_buf_clear(&line);
}

/* Anything at all as a line: what is read writes the same bytes, and can be stored. */
static void
imported(const uint8_t *data, size_t size)
{
	struct audit_exported exported;
	struct wf_buf line;

	memset(&exported, FILLED, sizeof(exported));
	if (audit_export_parse((const char *)data, size, &exported) != WF_OK) {
		FUZZ_CHECK(fuzz_all(&exported, sizeof(exported), FILLED));
		return;
	}
	FUZZ_CHECK(audit_row_is_canonical(&exported.row));
	wf_buf_init(&line, AUDIT_EXPORT_MAX);
	FUZZ_CHECK(
		audit_export_row(&exported.row, exported.seq, exported.chain, &line) == WF_OK);
	FUZZ_CHECK(line.len == size && memcmp(line.data, data, size) == 0);
	wf_buf_clear(&line);
}

/* A row as stored: decoded, it encodes to the same bytes, and the chain takes it as it is only. */
static void
stored(const uint8_t *data, size_t size)
{
	struct audit_verifier verifier = {.rows = 0};
	struct audit_head next;
	struct audit_row row;
	uint8_t hash[32];
	char why[256];

	memset(&row, FILLED, sizeof(row));
	if (audit_row_decode(data, size, &row) != WF_OK) {
		FUZZ_CHECK(fuzz_all(&row, sizeof(row), FILLED));
		return;
	}
	encodes_to(&row, data, size);
	cells_are_text(&row);
	exports(&row);
	FUZZ_CHECK(audit_head_init(&verifier.head, "node") == WF_OK);
	FUZZ_CHECK(audit_seal(&verifier.head, data, size, &next, hash) == WF_OK);
	FUZZ_CHECK(audit_verify_row(&verifier, 1, data, size - 1, next.chain, why, sizeof(why)) ==
		WF_CORRUPT);
	FUZZ_CHECK(verifier.rows == 0 && fuzz_shows(why, sizeof(why), false));
	FUZZ_CHECK(
		audit_verify_row(&verifier, 1, data, size, next.chain, why, sizeof(why)) == WF_OK);
	FUZZ_CHECK(verifier.rows == 1);
}

/* Anything at all as a row: what can be encoded decodes, and to the same bytes again. */
static void
made(const uint8_t *data, size_t size)
{
	struct audit_row row, again;
	struct wf_buf encoded;

	memset(&row, 0, sizeof(row));
	memcpy(&row, data, size < sizeof(row) ? size : sizeof(row));
	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	if (audit_row_encode(&row, &encoded) == WF_OK) {
		FUZZ_CHECK(audit_row_decode(encoded.data, encoded.len, &again) == WF_OK);
		FUZZ_CHECK(again.source[0] != '\0' && again.count > 0);
		encodes_to(&again, encoded.data, encoded.len);
		cells_are_text(&again);
	} else {
		FUZZ_CHECK(encoded.len == 0);
	}
	wf_buf_clear(&encoded);
}

/* A checkpoint within anything: it is as it would be written, and who changes it is seen. */
static void
pointed(const uint8_t *data, size_t size)
{
	static const struct signing_public nobody = {.fingerprint = "0000000000000000"};
	struct audit_checkpoint checkpoint;
	char line[AUDIT_CHECKPOINT_SIZE];
	const char *text = (const char *)data;
	size_t used = 0, len;
	wf_status status;

	memset(&checkpoint, FILLED, sizeof(checkpoint));
	while ((status = audit_checkpoint_find(text, size, &checkpoint, &used)) != WF_NOT_FOUND) {
		FUZZ_CHECK(used > 0 && used <= size);
		if (status == WF_OK) {
			audit_checkpoint_write(&checkpoint, line);
			len = strlen(line);
			FUZZ_CHECK(len <= used && memcmp(line, text + used - len, len) == 0);
			FUZZ_CHECK(audit_checkpoint_verify(&checkpoint, &nobody) != WF_OK);
			memset(&checkpoint, FILLED, sizeof(checkpoint));
		}
		FUZZ_CHECK(fuzz_all(&checkpoint, sizeof(checkpoint), FILLED));
		text += used;
		size -= used;
	}
}

static void
cleaned(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	size_t room = size > 0 ? (size_t)data[0] + 1 : 1;
	char *field = malloc(room), *again = malloc(room);

	FUZZ_CHECK(field != NULL && again != NULL);
	audit_text(field, room, text);
	FUZZ_CHECK(fuzz_shows(field, room, false));
	FUZZ_CHECK(fuzz_all(field + strlen(field), room - strlen(field), 0));
	audit_text(again, room, field);
	FUZZ_CHECK(strcmp(again, field) == 0);
	free(again);
	free(field);
	free(text);
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	stored(data, size);
	imported(data, size);
	made(data, size);
	pointed(data, size);
	cleaned(data, size);
}
