/*
 * Records of accounting: what a gateway says of the sessions behind it.  Answered once it is stored
 * (RFC 2866, section 4.1; checklist B2), and stored once however often it is sent (B4).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/engine/internal.h"

static void
row_event(struct store_record *record, struct errand *errand)
{
	static const char *const events[] = {
		[ACCOUNTING_START] = "session.open",
		[ACCOUNTING_STOP] = "session.close",
		[ACCOUNTING_INTERIM] = "session.update",
		[ACCOUNTING_ON] = "gateway.start",
		[ACCOUNTING_OFF] = "gateway.stop",
	};
	static const char digits[] = "0123456789abcdef";

	row_fill(
		&record->row, errand->engine, &errand->asker, AUDIT_SESSION, events[record->event]);
	row_outcome(&record->row, AUDIT_NEUTRAL, "", "");
	for (size_t i = 0; errand->has_txn && i < WF_TXN_LEN; i++) {
		record->row.txn[2 * i] = digits[errand->txn[i] >> 4];
		record->row.txn[2 * i + 1] = digits[errand->txn[i] & 15];
	}
}

/* Behind the zone: which session it was, and at its end what it came to. */
static void
row_detail(struct store_record *record)
{
	char *detail = record->row.detail;
	size_t size = sizeof(record->row.detail), len = strlen(detail);

	if (record->acct_session[0] != '\0')
		len += (size_t)snprintf(
			detail + len, size - len, "; session %.200s", record->acct_session);
	if (record->framed[0] != '\0')
		len += (size_t)snprintf(detail + len, size - len, "; address %s", record->framed);
	if (record->event == ACCOUNTING_STOP)
		(void)snprintf(detail + len, size - len,
			"; %lu s, in %llu, out %llu octets, cause %lu",
			(unsigned long)record->seconds, (unsigned long long)record->octets_in,
			(unsigned long long)record->octets_out, (unsigned long)record->cause);
}

struct number {
	enum wf_field_id id;
	size_t offset;
	bool wide;
};

#define NUMBER(id, member)                                              \
	{                                                               \
		id, offsetof(struct store_record, member),              \
			sizeof(((struct store_record *)0)->member) == 8 \
	}

static const struct number numbers[] = {
	NUMBER(WF_F_OCTETS_IN, octets_in), NUMBER(WF_F_OCTETS_OUT, octets_out),
	NUMBER(WF_F_SECONDS, seconds),	   NUMBER(WF_F_CAUSE, cause),
};

static void
read_numbers(struct store_record *record, const struct wf_msg *msg)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uint64_t value;
		char *at = (char *)record + numbers[i].offset;

		if (wf_msg_get_uint(msg, numbers[i].id, &value) != WF_OK)
			continue;
		if (numbers[i].wide)
			memcpy(at, &value, sizeof(value));
		else
			memcpy(at, &(uint32_t){(uint32_t)value}, sizeof(uint32_t));
	}
}

/* The key also binds the client: no other one's record is taken for this one. */
static wf_status
read_key(struct store_record *record, const struct asker *asker, const struct wf_msg *msg)
{
	struct { uint8_t key[32]; char service[65]; } bound;
	const uint8_t *key;
	size_t len;

	if (wf_msg_get_bytes(msg, WF_F_IDEMPOTENCY, 0, &key, &len) != WF_OK ||
		len != sizeof(bound.key))
		return WF_INVALID;
	memset(&bound, 0, sizeof(bound));
	memcpy(bound.key, key, sizeof(bound.key));
	memcpy(bound.service, asker->service, sizeof(bound.service));
	return crypto_sha256(&bound, sizeof(bound), record->key);
}

wf_status
record_read(struct errand *errand, const struct wf_msg *msg)
{
	struct store_record *record = &errand->job.u.record;
	uint64_t event;
	wf_status status = wf_msg_get_uint(msg, WF_F_EVENT, &event);

	store_job_init(&errand->job, STORE_RECORD);
	if (status == WF_OK && (event < WF_RECORD_START || event > WF_RECORD_NAS_OFF))
		status = WF_INVALID;
	if (status != WF_OK)
		return status;
	record->event = (enum accounting_event)event;
	read_numbers(record, msg);
	status = wf_msg_get_uint(msg, WF_F_TAG, &errand->tag);
	if (status == WF_OK)
		status = wf_msg_get_text(msg, WF_F_ACCT_SESSION, 0, record->acct_session,
			sizeof(record->acct_session));
	if (status == WF_OK)
		status = wf_msg_get_text(
			msg, WF_F_FRAMED, 0, record->framed, sizeof(record->framed));
	return status == WF_OK ? read_key(record, &errand->asker, msg) : status;
}

static void
stored(struct errand *errand)
{
	if (errand->job.status == WF_OK)
		errand_answer(errand, WF_VERDICT_ACCEPT, WF_TEXT_NONE);
	else if (errand->job.status == WF_INVALID)
		errand_answer(errand, WF_VERDICT_REJECT, WF_TEXT_NONE);
	else
		errand_unavailable(errand, "store");
}

static bool
about_a_session(const struct store_record *record)
{
	return record->event != ACCOUNTING_ON && record->event != ACCOUNTING_OFF;
}

static void
fill(struct errand *errand, struct store_record *record)
{
	const struct asker *asker = &errand->asker;

	record->has_txn = errand->has_txn;
	memcpy(record->txn, errand->txn, WF_TXN_LEN);
	snprintf(record->user, sizeof(record->user), "%s", asker->user);
	snprintf(record->service, sizeof(record->service), "%s", asker->service);
	snprintf(record->nas, sizeof(record->nas), "%s", asker->nas);
	record->source = asker->source;
	record->zone = asker->zone;
	row_event(record, errand);
	row_detail(record);
}

/* REJECT: it can never be stored, the front end may forget it. */
void
record_phase(struct errand *errand)
{
	const struct config *config = errand->engine->config;
	const struct config_client *client =
		config_client_find(&config->radius, errand->asker.service);
	struct store_record *record = &errand->job.u.record;

	if (client == NULL) {
		errand_unavailable(errand, "no client of this name is configured");
		return;
	}
	if (about_a_session(record) != (record->acct_session[0] != '\0')) {
		errand_answer(errand, WF_VERDICT_REJECT, WF_TEXT_NONE);
		return;
	}
	asker_gateway(&errand->asker, client, &config->policy);
	fill(errand, record);
	errand_submit(errand, stored);
}
