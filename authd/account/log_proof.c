/* A check of the log, and the table that tells what it found. */
#include "config.h"

#include "authd/account/log_proof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fault.h"

static void
note_fault(void *ctx, const struct audit_fault *fault)
{
	struct proof *proof = ctx;

	if (proof->nfaults < PROOF_FAULTS)
		proof->faults[proof->nfaults++] = *fault;
}

static wf_status
trust_keyring(struct proof *proof)
{
	const struct keyring *keys = proof->call->daemon->keys;
	uint32_t ids[KEYRING_KEYS_MAX];
	size_t n = keyring_ids(keys, ids);
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < n; i++) {
		struct signing_key key = {.seed = WF_SECRET_EMPTY};

		status = signing_key_derive(keys, ids[i], "checkpoint", &key);
		if (status == WF_OK)
			status = audit_check_trust(proof->check, &key.public);
		signing_key_clear(&key);
	}
	return status;
}

static wf_status
add_own(void *ctx, const struct store_checkpoint *stored)
{
	const struct proof *proof = ctx;
	struct audit_checkpoint checkpoint;
	size_t used;

	return audit_checkpoint_find(stored->line, strlen(stored->line), &checkpoint, &used) ==
			       WF_OK
		       ? audit_check_add(proof->check, &checkpoint, true)
		       : audit_check_add_text(proof->check, stored->line, strlen(stored->line));
}

static wf_status
proof_fill(struct proof *proof)
{
	struct store *store = proof->call->daemon->store;
	struct audit_check_options options = {.node = store_node(store),
		.store = proof->store,
		.generation = store_generation(store),
		.whole = true,
		.ctx = proof,
		.fault = note_fault};
	uint8_t id[32];
	wf_status status;

	store_id(store, id);
	status = audit_store_name(id, proof->store);
	if (status == WF_OK)
		status = audit_check_new(&options, &proof->check);
	if (status == WF_OK)
		status = trust_keyring(proof);
	return status == WF_OK ? act_each_checkpoint(proof->call, 0, add_own, proof) : status;
}

wf_status
proof_begin(struct act_call *call, struct proof **proof_r)
{
	struct proof *proof = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*proof));
	wf_status status;

	if (proof == NULL)
		return act_say_store(call, WF_NO_MEMORY, NULL);
	proof->call = call;
	status = proof_fill(proof);
	if (status == WF_OK) {
		*proof_r = proof;
		return WF_OK;
	}
	proof_end(&proof);
	return act_say_store(call, status, NULL);
}

void
proof_end(struct proof **proof)
{
	audit_check_free(&(*proof)->check);
	free(*proof);
	*proof = NULL;
}

static const char *const columns[] = {"ok:bool", "node", "store", "generation:number",
	"rows:number", "first-seq:number", "last-seq:number", "head", "checkpoints:number",
	"foreign:number", "superseded:number", "outside:number", "restores:number", "fault",
	"good-seq:number", "good-time:time", "problem-seq:number", "problem-time:time",
	"problem"};

/* The cells of one fault, behind those of the sums. */
struct fault_cells {
	char numbers[4][ACT_NUMBER_SIZE];
	const char *cells[6];
};

static void
fault_cells(const struct audit_fault *fault, struct fault_cells *cells_r)
{
	cells_r->cells[0] = fault->kind != 0 ? audit_fault_name(fault->kind) : "";
	cells_r->cells[1] = act_moment_text((int64_t)fault->good_seq, cells_r->numbers[0]);
	cells_r->cells[2] = act_moment_text(fault->good_us, cells_r->numbers[1]);
	cells_r->cells[3] = act_moment_text((int64_t)fault->bad_seq, cells_r->numbers[2]);
	cells_r->cells[4] = act_moment_text(fault->bad_us, cells_r->numbers[3]);
	cells_r->cells[5] = fault->text;
}

static wf_status
report_further(const struct proof *proof, const struct audit_fault *fault)
{
	const char *cells[COUNT_OF(columns)];
	struct fault_cells tail;

	fault_cells(fault, &tail);
	for (size_t i = 0; i < COUNT_OF(cells); i++)
		cells[i] = i == 0 ? act_bool_text(false) : "";
	memcpy(cells + COUNT_OF(cells) - COUNT_OF(tail.cells), tail.cells, sizeof(tail.cells));
	return act_row_out(proof->call, cells, COUNT_OF(cells));
}

static void
hex(const uint8_t *bytes, size_t len, char *text_r)
{
	text_r[0] = '\0';
	for (size_t i = 0; i < len; i++)
		(void)snprintf(text_r + 2 * i, 3, "%02x", bytes[i]);
}

static wf_status
report_sums(const struct proof *proof)
{
	static const struct audit_fault none = {.kind = 0};
	const struct audit_check_sums *sums = audit_check_sums(proof->check);
	const uint64_t numbers[] = {store_generation(proof->call->daemon->store), sums->rows,
		sums->first_seq, sums->last_seq, sums->fitting, sums->foreign, sums->superseded,
		sums->outside, sums->restores};
	char texts[COUNT_OF(numbers)][ACT_NUMBER_SIZE], head[65];
	const char *cells[COUNT_OF(columns)] = {act_bool_text(proof->nfaults == 0),
		store_node(proof->call->daemon->store), proof->store};
	struct fault_cells tail;
	size_t n = 3;

	hex(audit_check_head(proof->check), 32, head);
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		cells[n++] = act_number_text((int64_t)numbers[i], texts[i]);
		if (n == 7)
			cells[n++] = head;
	}
	fault_cells(proof->nfaults > 0 ? &proof->faults[0] : &none, &tail);
	memcpy(cells + n, tail.cells, sizeof(tail.cells));
	return act_row_out(proof->call, cells, COUNT_OF(cells));
}

wf_status
proof_report(const struct proof *proof)
{
	wf_status status = act_head(proof->call, columns, COUNT_OF(columns));

	if (status == WF_OK)
		status = report_sums(proof);
	for (size_t i = 1; status == WF_OK && i < proof->nfaults; i++)
		status = report_further(proof, &proof->faults[i]);
	return status;
}
