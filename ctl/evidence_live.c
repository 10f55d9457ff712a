/*
 * log verify of the daemon's log.  The daemon looks at all rows and at its own checkpoints.  Those
 * that were kept elsewhere are held against it here: the daemon says with which keys it signs,
 * where the log says itself that rows of it are gone, and the hashes of the rows that checkpoints
 * speak of.
 */
#include "config.h"

#include "ctl/evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/audit/export.h"
#include "common/i18n.h"
#include "ctl/ask.h"

#define PAGE 128       /* rows that are asked for at a time, at most */
#define ROWS_SIZE 1024 /* of their numbers as text: what an argument may have */
#define NUMBER_SIZE 24

/* What the daemon's acts about this are asked for, row by row. */
typedef wf_status (*row_taker)(void *ctx, const char *const *cells, size_t n);

/* CTL_OK, or the answer's exit code after its complaint. */
static int
each_row(struct verifying *verifying, struct ask *ask, row_taker take)
{
	struct answer answer;
	int code;

	ask->slow = true;
	ask->row = take;
	ask->row_ctx = verifying;
	ask_daemon(verifying->ctl, ask, &answer);
	code = answer_complain(verifying->ctl, &answer);
	answer_clear(&answer);
	return code;
}

/* --- keys --- */

static int
trust_daemon(struct verifying *verifying)
{
	struct ctl *ctl = verifying->ctl;
	struct ask ask;
	struct answer answer;
	int code;

	ask_init(&ask, "log.key");
	ask_daemon(ctl, &ask, &answer);
	code = answer_complain(ctl, &answer);
	for (size_t row = 0; code == CTL_OK && row < answer.table.nrows; row++) {
		const char *pem = table_cell(&answer.table, row, "pem");

		if (pem[0] != '\0' && !evidence_keys_text(ctl, "log.key", pem, strlen(pem),
					     verifying->check))
			code = CTL_NO;
	}
	answer_clear(&answer);
	return code;
}

/* --- claims --- */

static wf_status
take_claim(void *ctx, const char *const *cells, size_t n)
{
	struct verifying *verifying = ctx;
	static struct audit_exported exported;
	struct wf_buf encoded;
	wf_status status =
		n == 2 ? audit_export_parse(cells[1], strlen(cells[1]), &exported) : WF_INVALID;

	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	if (status == WF_OK)
		status = audit_row_encode(&exported.row, &encoded);
	if (status == WF_OK)
		status = audit_check_claim(
			verifying->check, exported.seq, encoded.data, encoded.len);
	wf_buf_clear(&encoded);
	return status;
}

static int
take_claims(struct verifying *verifying)
{
	struct ask ask;

	ask_init(&ask, "log.claims");
	return each_row(verifying, &ask, take_claim);
}

/* --- rows that checkpoints speak of --- */

static bool
read_hash(const char *text, uint8_t chain_r[32])
{
	unsigned octet;

	for (size_t i = 0; i < 32; i++) {
		if (sscanf(text + 2 * i, "%2x", &octet) != 1)
			return false;
		chain_r[i] = (uint8_t)octet;
	}
	return text[64] == '\0';
}

static wf_status
take_hash(void *ctx, const char *const *cells, size_t n)
{
	struct verifying *verifying = ctx;
	struct audit_head row;

	if (n != 2 || strlen(cells[1]) != 64 || !read_hash(cells[1], row.chain))
		return WF_INVALID;
	row.seq = strtoull(cells[0], NULL, 10);
	audit_check_meet(verifying->check, &row);
	return WF_OK;
}

/* "1,17,33"; false: none is wanted any more. */
static bool
wanted_rows(const struct verifying *verifying, char text_r[ROWS_SIZE])
{
	uint64_t rows[PAGE];
	const size_t n = audit_check_wanted(verifying->check, rows, PAGE);
	size_t len = 0;

	for (size_t i = 0; i < n && len + NUMBER_SIZE < ROWS_SIZE; i++)
		len += (size_t)snprintf(text_r + len, NUMBER_SIZE, "%s%" PRIu64,
			i > 0 ? "," : "", rows[i]);
	return n > 0;
}

static int
meet_rows(struct verifying *verifying)
{
	char rows[ROWS_SIZE], before[ROWS_SIZE] = "";
	int code = CTL_OK;

	/* The same ones again: the log ends before them. */
	while (code == CTL_OK && wanted_rows(verifying, rows) && strcmp(rows, before) != 0) {
		struct ask ask;

		ask_init(&ask, "log.match");
		ask_text(&ask, "rows", rows);
		code = each_row(verifying, &ask, take_hash);
		memcpy(before, rows, sizeof(rows));
	}
	return code;
}

/* --- the log --- */

static void
say_sums(const struct verifying *verifying)
{
	const struct audit_check_sums *sums = audit_check_sums(verifying->check);

	ctl_say(verifying->ctl,
		_("Checkpoints that fit: %llu; made void by a restore: %llu; of rows that have "
		  "expired: %llu; of other logs: %llu."),
		(unsigned long long)sums->fitting, (unsigned long long)sums->superseded,
		(unsigned long long)sums->outside, (unsigned long long)sums->foreign);
}

static int
say_verdict(const struct verifying *verifying, bool checkpoints)
{
	struct ctl *ctl = verifying->ctl;

	for (size_t row = 0; row < verifying->table.nrows; row++)
		ctl_error(ctl, "%s", table_cell(&verifying->table, row, "problem"));
	if (!ctl->json && checkpoints && verifying->table.nrows == 0)
		say_sums(verifying);
	if (!ctl->json)
		verifying_say_restores(verifying);
	return verifying->table.nrows == 0 ? CTL_OK : CTL_NO;
}

/* What is elsewhere, and what the log itself says of what it lost; `found`: of log.verify. */
static int
look_elsewhere(struct ctl *ctl, const char *path, const struct answer *found)
{
	struct verifying verifying;
	struct audit_check_options options = {.node = table_cell(&found->table, 0, "node"),
		.store = table_cell(&found->table, 0, "store"),
		.generation =
			strtoull(table_cell(&found->table, 0, "generation"), NULL, 10),
		.whole = true,
		.elsewhere = path != NULL};
	int code = verifying_begin(&verifying, ctl, &options) ? CTL_OK : CTL_NO;

	if (code == CTL_OK && path != NULL)
		code = trust_daemon(&verifying);
	if (code == CTL_OK && path != NULL &&
		!evidence_checkpoints(ctl, path, verifying.check))
		code = CTL_NO;
	if (code == CTL_OK && audit_check_begin(verifying.check) != WF_OK)
		code = CTL_NO;
	if (code == CTL_OK)
		code = take_claims(&verifying);
	if (code == CTL_OK)
		code = meet_rows(&verifying);
	if (code == CTL_OK) {
		audit_check_end(verifying.check, NULL);
		code = say_verdict(&verifying, path != NULL);
	}
	verifying_end(&verifying);
	return code;
}

int
evidence_live(struct ctl *ctl, const struct parsed *parsed)
{
	struct ask ask;
	struct answer answer;
	int code, elsewhere = CTL_OK;

	ask_init(&ask, parsed->command->act);
	ask.slow = true;
	ask_daemon(ctl, &ask, &answer);
	/* A chain that is wrong may be told by the status or by the row: either is a no. */
	code = answer_show(ctl, parsed->command, &answer);
	if (code == CTL_OK && strcmp(table_cell(&answer.table, 0, "ok"), "1") != 0) {
		ctl_error(ctl, _("the log is not in order"));
		code = CTL_NO;
	}
	if ((code == CTL_OK || code == CTL_NO) && answer.table.nrows > 0)
		elsewhere =
			look_elsewhere(ctl, args_option(parsed, "checkpoints"), &answer);
	answer_clear(&answer);
	return code == CTL_OK && elsewhere != CTL_OK ? CTL_NO : code;
}
