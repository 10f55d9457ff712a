/*
 * log.checkpoints: the signed checkpoints of the store.  log.key: the public keys that they are
 * signed with, each with the time from which it signs; a key whose master key has left the key file
 * is known by what its neighbours say of it.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/doctor.h"
#include "authd/account/internal.h"
#include "authd/audit/format.h"

#define LIMIT 1000
#define KEYS_MAX 64

static bool
read_line(const struct store_checkpoint *stored, struct audit_checkpoint *checkpoint_r)
{
	size_t used;

	return audit_checkpoint_find(
		       stored->line, strlen(stored->line), checkpoint_r, &used) == WF_OK;
}

/* --- log.checkpoints --- */

struct listing {
	struct act_call *call;
	int64_t left;
};

static wf_status
list_one(void *ctx, const struct store_checkpoint *stored)
{
	struct listing *listing = ctx;
	struct audit_checkpoint c = {.number = stored->number, .seq = stored->seq};
	bool whole = read_line(stored, &c);
	char number[ACT_NUMBER_SIZE], seq[ACT_NUMBER_SIZE], generation[ACT_NUMBER_SIZE],
		made[ACT_NUMBER_SIZE];
	const char *cells[] = {act_number_text((int64_t)c.number, number),
		act_moment_text(c.time_us, made), act_number_text((int64_t)c.seq, seq),
		whole ? audit_checkpoint_reason_name(c.reason) : _("unreadable"),
		act_number_text((int64_t)c.generation, generation), c.key, stored->line};

	if (listing->left-- == 0)
		return WF_NO;
	return act_row_out(listing->call, cells, COUNT_OF(cells));
}

wf_status
act_log_checkpoints(struct act_call *call)
{
	static const char *const columns[] = {"number:number", "time:time", "seq:number", "reason",
		"generation:number", "key", "line"};
	struct listing listing = {.call = call, .left = act_number(call, "limit", LIMIT)};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	return status == WF_OK ? act_each_checkpoint(call,
					 (uint64_t)act_number(call, "after", 0), list_one, &listing)
			       : status;
}

/* --- log.key --- */

struct known {
	struct signing_public public;
	bool has_public;
	int64_t since_us;
	uint64_t since_seq, checkpoints;
};

struct knowing {
	struct known keys[KEYS_MAX];
	size_t n;
};

static struct known *
known_of(struct knowing *knowing, const char *fingerprint)
{
	struct known *fresh = &knowing->keys[knowing->n];

	for (size_t i = 0; i < knowing->n; i++) {
		if (strcmp(knowing->keys[i].public.fingerprint, fingerprint) == 0)
			return &knowing->keys[i];
	}
	if (knowing->n == KEYS_MAX)
		return NULL;
	knowing->n++;
	(void)snprintf(fresh->public.fingerprint, sizeof(fresh->public.fingerprint), "%s",
		fingerprint);
	return fresh;
}

static wf_status
know(struct knowing *knowing, const struct signing_public *public)
{
	struct known *known = known_of(knowing, public->fingerprint);

	if (known != NULL) {
		known->public = *public;
		known->has_public = true;
	}
	return WF_OK;
}

static wf_status
know_checkpoint(void *ctx, const struct store_checkpoint *stored)
{
	struct knowing *knowing = ctx;
	struct audit_checkpoint c;
	struct signing_public peer;
	struct known *known = read_line(stored, &c) ? known_of(knowing, c.key) : NULL;
	wf_status status;

	if (known == NULL)
		return WF_OK;
	if (known->checkpoints++ == 0) {
		known->since_us = c.time_us;
		known->since_seq = c.seq;
	}
	if (!audit_checkpoint_has_peer(&c))
		return WF_OK;
	status = signing_public_set(&peer, c.peer);
	return status == WF_OK ? know(knowing, &peer) : status;
}

static wf_status
know_keyring(struct act_call *call, struct knowing *knowing)
{
	uint32_t ids[KEYRING_KEYS_MAX];
	size_t n = keyring_ids(call->daemon->keys, ids);
	wf_status status = WF_OK;

	/* Of those that have not signed anything only the current one is of interest. */
	for (size_t i = 0; status == WF_OK && i < n; i++) {
		struct signing_key key = {.seed = WF_SECRET_EMPTY};

		status = signing_key_derive(call->daemon->keys, ids[i], "checkpoint", &key);
		if (status == WF_OK)
			status = know(knowing, &key.public);
		signing_key_clear(&key);
	}
	return status;
}

static wf_status
show_key(struct act_call *call, const struct known *known, bool current)
{
	char since[ACT_NUMBER_SIZE], seq[ACT_NUMBER_SIZE], n[ACT_NUMBER_SIZE];
	char pem[SIGNING_PEM_SIZE] = "";
	const char *cells[] = {known->public.fingerprint, act_bool_text(current),
		act_moment_text(known->since_us, since),
		act_moment_text((int64_t)known->since_seq, seq),
		act_number_text((int64_t)known->checkpoints, n), pem};

	if (known->has_public)
		signing_public_write(&known->public, pem);
	return act_row_out(call, cells, COUNT_OF(cells));
}

wf_status
act_log_key(struct act_call *call)
{
	static const char *const columns[] = {"fingerprint", "current:bool", "since:time",
		"since-seq:number", "checkpoints:number", "pem"};
	static const struct knowing nothing;
	struct knowing knowing = nothing;
	struct signing_key current = {.seed = WF_SECRET_EMPTY};
	wf_status status = signing_key_derive(call->daemon->keys,
		keyring_current(call->daemon->keys), "checkpoint", &current);

	signing_key_clear(&current);
	if (status == WF_OK)
		status = know_keyring(call, &knowing);
	if (status != WF_OK)
		return act_say_store(call, status, NULL);
	status = act_each_checkpoint(call, 0, know_checkpoint, &knowing);
	if (status == WF_OK)
		status = act_head(call, columns, COUNT_OF(columns));
	for (size_t i = 0; status == WF_OK && i < knowing.n; i++) {
		const struct known *known = &knowing.keys[i];
		bool is_current =
			strcmp(known->public.fingerprint, current.public.fingerprint) == 0;

		if (known->checkpoints > 0 || is_current)
			status = show_key(call, known, is_current);
	}
	return status;
}

/* --- doctor --- */

#define OF_FILE "checkpoint.file " /* what stands before the path, or its end, in a cursor's name */

/* Whether it is about checkpoints as they are made and put out now; a former file has one, too. */
static bool
is_in_use(const struct store_cursor *cursor, const char *file)
{
	const char *path = cursor->name + strlen(OF_FILE);
	size_t len;

	if (strncmp(cursor->name, OF_FILE, strlen(OF_FILE)) != 0)
		return strncmp(cursor->name, "checkpoint", strlen("checkpoint")) == 0;
	len = strlen(path);
	return len > 0 && len <= strlen(file) && strcmp(file + strlen(file) - len, path) == 0;
}

/* What keeps them from being made, or from where they are put (authd/record/checkpoints.c). */
static const struct store_cursor *
stuck(const struct store_cursor *cursors, size_t n, const char *file)
{
	for (size_t i = 0; i < n; i++)
		if (cursors[i].why[0] != '\0' && is_in_use(&cursors[i], file))
			return &cursors[i];
	return NULL;
}

enum level
doctor_checkpoints(struct report *report)
{
	const char *file = report->call->daemon->config->checkpoint_file;
	struct store_cursor cursors[VIEW_PAGE];
	const struct store_cursor *found;
	struct store_job job;

	store_job_init(&job, STORE_VIEW);
	job.u.view.kind = VIEW_CURSORS;
	job.u.view.limit = VIEW_PAGE;
	job.u.view.cursors = cursors;
	if (store_run(report->call->daemon->store, &job) != WF_OK)
		return TELL(report, BAD, _("The checkpoints of the log cannot be read: %s"),
			job.cause);
	found = stuck(cursors, job.u.view.n, file);
	if (found != NULL)
		return TELL(report, WARN,
			_("Checkpoints of the log wait: %.300s. They go out in order as soon as "
			  "that is over."),
			found->why);
	if (file[0] == '\0')
		return TELL(report, OK, "%s",
			_("Checkpoints of the log go to syslog alone; 'log.checkpoint_file' names "
			  "a file on another host."));
	return TELL(report, OK, _("Checkpoints of the log go to syslog and to %s."), file);
}

/* The newest one's line, as it is read. */
static wf_status
last_checkpoint(struct act_call *call, struct audit_checkpoint *checkpoint_r)
{
	struct store_checkpoint newest;
	struct store_job job = {.kind = STORE_VIEW};
	wf_status status;

	job.u.view = (struct store_view){.kind = VIEW_CHECKPOINTS,
		.result = -1,
		.newest_first = true,
		.limit = 1,
		.checkpoints = &newest};
	status = store_run(call->daemon->store, &job);
	if (status != WF_OK)
		return act_say_store(call, status, job.cause);
	return job.u.view.n > 0 && read_line(&newest, checkpoint_r) ? WF_OK : WF_NOT_FOUND;
}

wf_status
act_last_signer(struct act_call *call, const struct keyring *keys, uint32_t *key_id_r)
{
	struct audit_checkpoint last;
	uint32_t ids[KEYRING_KEYS_MAX], found = 0;
	size_t n = keyring_ids(keys, ids);
	wf_status status = last_checkpoint(call, &last);

	if (status == WF_NOT_FOUND) {
		*key_id_r = 0;
		return WF_OK;
	}
	for (size_t i = 0; status == WF_OK && i < n; i++) {
		struct signing_key key = {.seed = WF_SECRET_EMPTY};

		status = signing_key_derive(keys, ids[i], "checkpoint", &key);
		if (status == WF_OK && strcmp(key.public.fingerprint, last.key) == 0)
			found = ids[i];
		signing_key_clear(&key);
	}
	if (status == WF_OK)
		*key_id_r = found;
	return status;
}
