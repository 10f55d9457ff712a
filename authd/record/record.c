/* The parts that follow the log, as a table. */
#include "config.h"

#include "authd/record/record.h"

#include <stdlib.h>

#include "authd/record/alerts.h"
#include "authd/record/checkpoints.h"
#include "authd/record/detection.h"
#include "authd/record/streams.h"
#include "common/fault.h"

struct record_part {
	wf_status (*start)(const struct record_base *base, const struct config *config,
		const struct keyring *keys, void **part_r);
	void (*configure)(void *part, const struct config *config, const struct keyring *keys);
	void (*stop)(void **part);
	void (*countries)(void *part, char *why_r, size_t size); /* NULL: no matter of this part */
};

/* In the order of their start; the other way round they are stopped.  Ends with NULL. */
static const struct record_part parts[] = {
	{checkpoints_start, checkpoints_configure, checkpoints_stop, NULL},
	{streams_start, streams_configure, streams_stop, NULL},
	{detection_start, detection_configure, detection_stop, detection_countries},
	{alerts_start, alerts_configure, alerts_stop, NULL},
	{NULL, NULL, NULL, NULL},
};

struct record {
	struct record_base base;
	size_t started;
	void *part[sizeof(parts) / sizeof(parts[0])];
};

wf_status
record_new(const struct record_base *base, const struct config *config,
	const struct keyring *keys, struct record **record_r)
{
	struct record *record = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*record));
	wf_status status = WF_OK;

	if (record == NULL)
		return WF_NO_MEMORY;
	record->base = *base;
	while (status == WF_OK && parts[record->started].start != NULL) {
		size_t i = record->started;

		status = parts[i].start(&record->base, config, keys, &record->part[i]);
		if (status == WF_OK)
			record->started++;
	}
	if (status == WF_OK)
		*record_r = record;
	else
		record_free(&record);
	return status;
}

void
record_configure(struct record *record, const struct config *config, const struct keyring *keys)
{
	for (size_t i = 0; i < record->started; i++) {
		if (parts[i].configure != NULL)
			parts[i].configure(record->part[i], config, keys);
	}
}

void
record_countries(struct record *record, char *why_r, size_t size)
{
	why_r[0] = '\0';
	for (size_t i = 0; i < record->started; i++) {
		if (parts[i].countries != NULL)
			parts[i].countries(record->part[i], why_r, size);
	}
}

void
record_free(struct record **record)
{
	if (record == NULL || *record == NULL)
		return;
	while ((*record)->started > 0) {
		size_t i = --(*record)->started;

		parts[i].stop(&(*record)->part[i]);
	}
	free(*record);
	*record = NULL;
}
