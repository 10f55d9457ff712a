/*
 * The task --verify: the log within a backup, as `warifu log verify` looks at the one of the
 * daemon.  The backup is decrypted into a file beside the database, which is removed again; the
 * daemon may run meanwhile.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authd/audit/check.h"
#include "authd/audit/format.h"
#include "authd/tasks.h"
#include "common/fault.h"
#include "common/i18n.h"

#define VERIFYING ".verifying" /* behind the database's path */

struct verify {
	struct place place;
	int backup;
	FILE *checkpoints; /* NULL = none */
	char path[560];
	struct store_log *log;
	struct audit_check *check;
	struct store_audit_entry entries[VIEW_PAGE];
	struct store_checkpoint stored[VIEW_PAGE];
};

static void
say_fault(void *ctx, const struct audit_fault *fault)
{
	(void)ctx;
	(void)task_complain("%s", fault->text);
}

static wf_status
trust_keys(struct verify *v)
{
	struct keyring *keys = NULL;
	uint32_t ids[KEYRING_KEYS_MAX];
	char why[512] = "";
	wf_status status = keyring_load(v->place.config->key_file, &keys, why, sizeof(why));
	size_t n = status == WF_OK ? keyring_ids(keys, ids) : 0;

	if (status != WF_OK)
		(void)task_complain("%s", why);
	for (size_t i = 0; status == WF_OK && i < n; i++) {
		struct signing_key key = {.seed = WF_SECRET_EMPTY};

		status = signing_key_derive(keys, ids[i], "checkpoint", &key);
		if (status == WF_OK)
			status = audit_check_trust(v->check, &key.public);
		signing_key_clear(&key);
	}
	keyring_free(&keys);
	return status;
}

static wf_status
add_stored(struct verify *v)
{
	struct audit_checkpoint checkpoint;
	uint64_t after = 0;
	size_t n = 0, used;
	wf_status status;

	do {
		status = store_log_checkpoints(v->log, after, v->stored, &n);
		for (size_t i = 0; status == WF_OK && i < n; i++) {
			const char *line = v->stored[i].line;

			after = v->stored[i].number;
			status = audit_checkpoint_find(line, strlen(line), &checkpoint, &used) ==
						 WF_OK
					 ? audit_check_add(v->check, &checkpoint, true)
					 : audit_check_add_text(v->check, line, strlen(line));
		}
	} while (status == WF_OK && n > 0);
	return status;
}

static wf_status
add_kept(struct verify *v)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	wf_status status = WF_OK;

	while (v->checkpoints != NULL && status == WF_OK &&
		(len = getline(&line, &size, v->checkpoints)) >= 0)
		status = audit_check_add_text(v->check, line, (size_t)len);
	free(line);
	return status;
}

static wf_status
check_rows(struct verify *v)
{
	uint64_t after = 0;
	size_t n = 0;
	wf_status status;

	do {
		status = store_log_rows(v->log, after, v->entries, &n);
		for (size_t i = 0; status == WF_OK && i < n; i++) {
			const struct store_audit_entry *entry = &v->entries[i];

			after = entry->seq;
			status = audit_check_row(v->check, entry->seq, entry->encoded,
				entry->encoded_len, entry->chain);
			if (status == WF_OK && entry->differs != NULL)
				audit_check_column(v->check, entry->differs);
		}
	} while (status == WF_OK && n > 0);
	return status;
}

static wf_status
check_log(struct verify *v, const struct store_log_identity *identity, int64_t made_us)
{
	char store[17];
	struct audit_check_options options = {.node = identity->node,
		.store = store,
		.generation = identity->generation,
		.made_us = made_us,
		.elsewhere = v->checkpoints != NULL,
		.fault = say_fault};
	wf_status status = audit_store_name(identity->id, store);

	if (status == WF_OK)
		status = audit_check_new(&options, &v->check);
	if (status == WF_OK)
		status = trust_keys(v);
	if (status == WF_OK)
		status = add_stored(v);
	if (status == WF_OK)
		status = add_kept(v);
	if (status == WF_OK)
		status = audit_check_begin(v->check);
	if (status == WF_OK)
		status = check_rows(v);
	if (status == WF_OK)
		audit_check_end(v->check, &identity->head);
	return status;
}

static void
say_restores(const struct audit_check *check)
{
	const struct audit_restore *restores;
	const size_t n = audit_check_restores(check, &restores);
	char text[512], when[40];

	for (size_t i = 0; i < n; i++) {
		audit_time_text(restores[i].time_us, 0, when);
		audit_restore_text(&restores[i], text, sizeof(text));
		printf("%s  %s\n", when, text);
	}
}

static bool
say_verdict(const struct verify *v)
{
	const struct audit_check_sums *sums = audit_check_sums(v->check);

	if (sums->faults > 0)
		return task_complain("%s", _("the log within the backup is not in order"));
	printf(WF_NGETTEXT("%llu row, none missing, added or changed.",
		       "%llu rows, none missing, added or changed.", sums->rows),
		(unsigned long long)sums->rows);
	putchar('\n');
	printf(_("Checkpoints that fit: %llu; made void by a restore: %llu; of rows outside: "
		 "%llu; of other logs: %llu."),
		(unsigned long long)sums->fitting, (unsigned long long)sums->superseded,
		(unsigned long long)sums->outside, (unsigned long long)sums->foreign);
	putchar('\n');
	say_restores(v->check);
	return true;
}

static bool
verify_log(struct verify *v)
{
	struct backup_info info;
	struct store_log_identity identity;
	char why[512] = "";
	wf_status status;

	(void)unlink(v->path);
	if (!task_unpack(&v->place, v->backup, v->path, &info))
		return false;
	if (store_log_open(v->path, &v->log, &identity, why, sizeof(why)) != WF_OK)
		return task_complain("%s", why);
	status = check_log(v, &identity, info.time_us);
	return status == WF_OK ? say_verdict(v)
			       : task_complain("%s", _(wf_status_text(status)));
}

static bool
open_files(struct verify *v, const struct wf_options *options)
{
	v->backup = open(options->file, O_RDONLY | O_CLOEXEC);
	if (v->backup < 0)
		return task_complain(_("the file %s cannot be opened: %s"), options->file,
			strerror(errno));
	if (options->checkpoints == NULL)
		return true;
	v->checkpoints = fopen(options->checkpoints, "re");
	return v->checkpoints != NULL ||
	       task_complain(_("the file %s cannot be opened: %s"), options->checkpoints,
		       strerror(errno));
}

int
task_verify(const struct wf_options *options)
{
	struct verify *v = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*v));
	bool fine = v != NULL && open_files(v, options) && task_place_load(options, &v->place) &&
		    task_step_down(&v->place);

	if (fine) {
		(void)snprintf(v->path, sizeof(v->path), "%s%s", v->place.database, VERIFYING);
		fine = verify_log(v);
		(void)unlink(v->path);
	}
	if (v == NULL)
		return 1;
	store_log_close(&v->log);
	audit_check_free(&v->check);
	if (v->checkpoints != NULL)
		(void)fclose(v->checkpoints);
	if (v->backup > 0)
		(void)close(v->backup);
	config_free(&v->place.config);
	free(v);
	return fine ? 0 : 1;
}
