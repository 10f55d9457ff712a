/*
 * The hash chain over the rows of one node.  A row's own hash stands apart from its chain hash, so
 * that a row can be told from others without its neighbours; the chain hash covers the one before
 * it, the sequence number and the row hash, so that a missing, added, changed or moved row breaks
 * the chain at its place.  Each hash starts with a label of its own: no input of one can be an
 * input of another.
 */
#include "config.h"

#include "authd/audit/audit.h"

#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "common/fault.h"
#include "common/i18n.h"
#include "common/secret.h"

#define HASH_LEN 32

struct hash_part {
	const void *bytes;
	size_t len;
};

/*
 * Looked up once: by name it would be looked up for every row. Two threads at once: the second
 * one's goes back.
 */
static const EVP_MD *
hash_method(void)
{
	static EVP_MD *_Atomic kept;
	EVP_MD *none = NULL;
	EVP_MD *found = atomic_load(&kept);

	if (found != NULL)
		return found;
	found = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (found == NULL || atomic_compare_exchange_strong(&kept, &none, found))
		return found;
	EVP_MD_free(found);
	return none;
}

/* SHA-256 over a label with its NUL, then the parts. */
static wf_status
hash_parts(const char *label, const struct hash_part *parts, size_t count, uint8_t hash_r[HASH_LEN])
{
	const EVP_MD *method = hash_method();
	EVP_MD_CTX *ctx = wf_fault(WF_FAULT_ALLOC) || method == NULL ? NULL : EVP_MD_CTX_new();
	uint8_t hash[EVP_MAX_MD_SIZE];
	int ok;

	if (ctx == NULL)
		return WF_NO_MEMORY;
	ok = EVP_DigestInit_ex(ctx, method, NULL) &&
	     EVP_DigestUpdate(ctx, label, strlen(label) + 1);
	for (size_t i = 0; ok && i < count; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].bytes, parts[i].len);
	ok = ok && EVP_DigestFinal_ex(ctx, hash, NULL);
	EVP_MD_CTX_free(ctx);
	if (!ok)
		return WF_CRYPTO;
	memcpy(hash_r, hash, HASH_LEN);
	return WF_OK;
}

wf_status
audit_head_init(struct audit_head *head, const char *node)
{
	struct hash_part part = {node, strlen(node)};
	struct audit_head fresh = {.seq = 0};
	wf_status status = hash_parts("warifu chain start 1", &part, 1, fresh.chain);

	if (status == WF_OK)
		*head = fresh;
	return status;
}

/* The hash that follows `head` at sequence number head->seq + 1. */
static wf_status
chain_next(
	const struct audit_head *head, const uint8_t row_hash[HASH_LEN], uint8_t chain_r[HASH_LEN])
{
	uint64_t seq = head->seq + 1;
	uint8_t number[8];
	struct hash_part parts[] = {
		{head->chain, HASH_LEN}, {number, sizeof(number)}, {row_hash, HASH_LEN}};

	for (size_t i = 0; i < sizeof(number); i++)
		number[i] = (uint8_t)(seq >> (56 - 8 * i));
	return hash_parts("warifu chain 1", parts, sizeof(parts) / sizeof(parts[0]), chain_r);
}

wf_status
audit_seal(const struct audit_head *head, const uint8_t *encoded, size_t len,
	struct audit_head *next_r, uint8_t row_hash_r[32])
{
	struct hash_part part = {encoded, len};
	struct audit_head next = {.seq = head->seq + 1};
	uint8_t row_hash[HASH_LEN];
	wf_status status;

	if (head->seq == UINT64_MAX)
		return WF_FULL;
	status = hash_parts("warifu row 1", &part, 1, row_hash);
	if (status == WF_OK)
		status = chain_next(head, row_hash, next.chain);
	if (status != WF_OK)
		return status;
	*next_r = next;
	memcpy(row_hash_r, row_hash, HASH_LEN);
	return WF_OK;
}

/* Says why row `seq` cannot come after row `last`. */
static wf_status
verify_gap(uint64_t last, uint64_t seq, char *why_r, size_t size)
{
	if (seq <= last)
		(void)snprintf(why_r, size,
			_("Row %llu comes after row %llu: rows were moved or added."),
			(unsigned long long)seq, (unsigned long long)last);
	else if (seq == last + 2)
		(void)snprintf(
			why_r, size, _("Row %llu is missing."), (unsigned long long)last + 1);
	else
		(void)snprintf(why_r, size, _("Rows %llu to %llu are missing."),
			(unsigned long long)last + 1, (unsigned long long)seq - 1);
	return WF_CORRUPT;
}

wf_status
audit_verify_row(struct audit_verifier *verifier, uint64_t seq, const uint8_t *encoded, size_t len,
	const uint8_t chain[32], char *why_r, size_t size)
{
	struct audit_head next;
	uint8_t row_hash[HASH_LEN];
	wf_status status;

	if (verifier->head.seq == UINT64_MAX || seq != verifier->head.seq + 1)
		return verify_gap(verifier->head.seq, seq, why_r, size);
	status = audit_seal(&verifier->head, encoded, len, &next, row_hash);
	if (status != WF_OK) {
		(void)snprintf(why_r, size, _("Row %llu could not be checked: %s"),
			(unsigned long long)seq, _(wf_status_text(status)));
		return status;
	}
	if (!wf_mem_equal(next.chain, chain, HASH_LEN)) {
		(void)snprintf(why_r, size,
			_("Row %llu does not fit its hash: it or the order of rows was changed."),
			(unsigned long long)seq);
		return WF_CORRUPT;
	}
	verifier->head = next;
	verifier->rows++;
	return WF_OK;
}
