/*
 * What a database file holds, proved: SQLite's whole check, every row of the log against the chain,
 * and the chain's end against the head that the store had believed.  The file belongs to the caller
 * alone, and is not changed.
 *
 * A log whose first rows have expired begins in the middle of its chain: what stands before its
 * first row cannot be shown here, only that all others follow it.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/store/internal.h"
#include "common/i18n.h"
#include "common/secret.h"

static wf_status
prove_file(struct sql_conn *conn, const char *path, char *why_r, size_t size)
{
	char said[SQL_CAUSE_MAX] = "";
	struct sql q = sql_start(conn, SQL_INTEGRITY);
	wf_status status = sql_next(&q);

	if (status != WF_OK)
		return status;
	sql_get_text(&q, said, sizeof(said));
	sql_stop(&q);
	if (strcmp(said, "ok") == 0)
		return WF_OK;
	(void)snprintf(why_r, size, _("%s is damaged: %s."), path, said);
	return WF_CORRUPT;
}

/* One row; the first one is taken as it stands where rows before it have expired. */
static wf_status
prove_row(struct sql *q, struct audit_verifier *verifier, struct store_proof *proof, char *why_r,
	size_t size)
{
	uint8_t encoded[AUDIT_ENCODED_MAX], chain[32];
	const uint64_t seq = (uint64_t)sql_get_int(q);
	struct audit_row row;
	size_t len;
	wf_status status;

	sql_get_bytes(q, chain, sizeof(chain));
	sql_get_blob(q, encoded, sizeof(encoded), &len);
	status = audit_row_decode(encoded, len, &row);
	if (status != WF_OK)
		return status;
	proof->last_us = row.time_us;
	if (proof->rows++ == 0)
		proof->first_seq = seq;
	if (proof->first_seq != seq || seq == 1)
		return audit_verify_row(verifier, seq, encoded, len, chain, why_r, size);
	verifier->head.seq = seq;
	memcpy(verifier->head.chain, chain, sizeof(chain));
	return WF_OK;
}

static wf_status
prove_rows(struct sql_conn *conn, struct audit_verifier *verifier, struct store_proof *proof,
	char *why_r, size_t size)
{
	struct sql q = sql_start(conn, SQL_AUDIT_RANGE);
	wf_status status;

	sql_put_int(&q, 0);
	sql_put_int(&q, INT64_MAX);
	while ((status = sql_next(&q)) == WF_OK) {
		status = prove_row(&q, verifier, proof, why_r, size);
		if (status != WF_OK) {
			sql_stop(&q);
			return status;
		}
	}
	return status == WF_NOT_FOUND ? sql_end(&q) : status;
}

static wf_status
prove_chain(struct sql_conn *conn, struct store_proof *proof, char *why_r, size_t size)
{
	struct audit_verifier verifier = {.rows = 0};
	struct meta meta;
	wf_status status = meta_load(conn, &meta);

	if (status == WF_OK)
		status = audit_head_init(&verifier.head, meta.node);
	if (status == WF_OK)
		status = prove_rows(conn, &verifier, proof, why_r, size);
	if (status != WF_OK)
		return status;
	if (verifier.head.seq == meta.head.seq &&
		wf_mem_equal(verifier.head.chain, meta.head.chain, sizeof(meta.head.chain))) {
		proof->last_seq = meta.head.seq;
		return WF_OK;
	}
	(void)snprintf(why_r, size, _("The log does not end with row %llu, the last one known."),
		(unsigned long long)meta.head.seq);
	return WF_CORRUPT;
}

static wf_status
prove_accounts(struct sql_conn *conn, struct store_proof *proof)
{
	struct sql q = sql_start(conn, SQL_ACCOUNT_COUNT);
	wf_status status = sql_next(&q);

	if (status != WF_OK)
		return status;
	proof->accounts = (uint64_t)sql_get_int(&q);
	return sql_end(&q);
}

wf_status
store_prove(const char *path, struct store_proof *proof_r, char *why_r, size_t size)
{
	struct store_proof proof = {.rows = 0};
	struct sql_conn conn;
	wf_status status = sql_open(&conn, path, SQL_READER);

	why_r[0] = '\0';
	if (status == WF_OK)
		status = prove_file(&conn, path, why_r, size);
	if (status == WF_OK)
		status = prove_chain(&conn, &proof, why_r, size);
	if (status == WF_OK)
		status = prove_accounts(&conn, &proof);
	if (status == WF_OK)
		*proof_r = proof;
	else if (why_r[0] == '\0')
		(void)snprintf(why_r, size, _("%s cannot be read: %s"), path,
			conn.cause[0] != '\0' ? conn.cause : wf_status_text(status));
	sql_close(&conn);
	return status;
}
