/*
 * Acts over the control socket: the request becomes an act_call, runs in an act thread, and its
 * reply (HEAD, ROWs, END) is written when it is done.  A peer that goes away does not stop the act:
 * what it changes is recorded all the same.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/front/internal.h"
#include "common/fault.h"

#define ACT_DEADLINE_S 600
#define ACTS_UID_MAX 8 /* under way for one user but root: the helpdesk's unlock must find room */
#define ACTS_PLAIN_MAX 24 /* under way for all who have no role together, for the same reason */

struct act_job {
	struct worker_job work;
	struct mailbox_post post;
	struct front *front;
	struct act_job *next, **link;
	struct connection *connection; /* NULL once it is gone */
	uint16_t version;
	char id[65];
	char language[17];
	struct act_daemon daemon;
	struct act_call call;
	struct act_out out;
	struct wf_buf frames;
	wf_status status;
};

static wf_status
put_list(struct act_job *job, enum wf_msg_type type, enum wf_field_id field,
	const char *const *texts, size_t n)
{
	struct wf_msg msg;
	wf_status status = WF_OK;

	wf_msg_init(&msg, type, job->version);
	for (size_t i = 0; status == WF_OK && i < n; i++) {
		const char *text = texts[i] == NULL ? "" : texts[i];

		status = wf_msg_add_bytes(&msg, field, text, strlen(text));
	}
	if (status == WF_OK)
		status = wf_msg_encode(&msg, &job->frames);
	wf_msg_clear(&msg);
	return status;
}

static wf_status
out_head(struct act_out *out, const char *const *columns, size_t n)
{
	return put_list(out->ctx, WF_MSG_HEAD, WF_F_COLUMN, columns, n);
}

static wf_status
out_row(struct act_out *out, const char *const *cells, size_t n)
{
	return put_list(out->ctx, WF_MSG_ROW, WF_F_CELL, cells, n);
}

static void
put_end(struct act_job *job)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_END, job->version);
	status = wf_msg_add_uint(&msg, WF_F_STATUS, job->status);
	if (status == WF_OK && wf_msg_add_text(&msg, WF_F_TEXT, job->call.text) != WF_OK)
		status = wf_msg_add_text(&msg, WF_F_TEXT, wf_status_text(job->status));
	if (status == WF_OK)
		status = wf_msg_encode(&msg, &job->frames);
	wf_msg_clear(&msg);
	if (status != WF_OK)
		wf_buf_clear(&job->frames);
}

static void
run(struct worker_job *work, void *scratch)
{
	struct act_job *job = work->ctx;
	const struct act *act = act_find(job->id);

	job->call.scratch = scratch;
	if (act == NULL) {
		job->status = WF_UNSUPPORTED;
		snprintf(job->call.text, sizeof(job->call.text), "unknown act '%s'", job->id);
	} else {
		job->status = act_run(act, &job->call);
	}
}

static void
job_free(struct act_job *job)
{
	struct front *front = job->front;

	for (size_t i = 0; i < job->call.nsecrets; i++)
		wf_secret_clear(&job->call.secrets[i]);
	wf_buf_clear(&job->frames);
	front->options.give_back(front->options.lend_ctx, &job->daemon);
	*job->link = job->next;
	if (job->next != NULL)
		job->next->link = job->link;
	wf_wipe(job, sizeof(*job));
	free(job);
}

static void
arrived(struct mailbox_post *post)
{
	struct act_job *job = post->ctx;
	struct connection *connection = job->connection;
	bool sent;

	put_end(job);
	if (connection == NULL) {
		job_free(job);
		return;
	}
	connection->act = NULL;
	sent = job->frames.len > 0 &&
	       wf_buf_put(&connection->out, job->frames.data, job->frames.len) == WF_OK;
	job_free(job);
	if (!sent) { /* the client says that the daemon broke off, instead of waiting for it */
		connection_free(connection);
		return;
	}
	connection_flush(connection);
	connection_resume(connection);
}

static void
done(struct worker_job *work, wf_status status)
{
	struct act_job *job = work->ctx;

	if (status != WF_OK)
		job->status = WF_UNAVAILABLE;
	job->post = (struct mailbox_post){.run = arrived, .ctx = job};
	mailbox_post(job->front->options.mailbox, &job->post);
}

static wf_status
read_call(struct act_job *job, const struct wf_msg *msg)
{
	wf_status status = wf_msg_get_text(msg, WF_F_ACT, 0, job->id, sizeof(job->id));

	if (status == WF_OK)
		status = wf_msg_get_text(
			msg, WF_F_LANGUAGE, 0, job->language, sizeof(job->language));
	return status == WF_OK ? act_call_read(&job->call, msg) : status;
}

static struct act_job *
make(struct connection *connection)
{
	struct front *front = connection->front;
	struct act_job *job = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	job->front = front;
	job->version = connection->peer.version;
	job->out = (struct act_out){.ctx = job, .head = out_head, .row = out_row};
	wf_buf_init_secret(&job->frames, FRONT_OUT_MAX);
	front->options.lend(front->options.lend_ctx, &job->daemon);
	job->next = front->acts;
	if (job->next != NULL)
		job->next->link = &job->next;
	job->link = &front->acts;
	front->acts = job;
	job->call.daemon = &job->daemon;
	job->call.peer = connection->peer.cred;
	job->call.role = act_role(job->daemon.config, &connection->peer.cred);
	job->call.language = job->language;
	job->call.out = &job->out;
	return job;
}

/* `job` is among the front's already. */
static bool
has_room(const struct front *front, const struct act_job *job)
{
	size_t own = 0, plain = 0;

	for (const struct act_job *other = front->acts; other != NULL; other = other->next) {
		own += other->call.peer.uid == job->call.peer.uid;
		plain += other->call.role == ROLE_NONE;
	}
	if (job->call.role == ROLE_NONE && plain > ACTS_PLAIN_MAX)
		return false;
	return job->call.peer.uid == 0 || own <= ACTS_UID_MAX;
}

wf_status
control_start(struct connection *connection, const struct wf_msg *msg)
{
	struct front *front = connection->front;
	struct act_job *job;
	wf_status status;

	connection->peer.version = msg->version;
	if (msg->type != WF_MSG_ACT)
		return WF_DENIED;
	job = make(connection);
	if (job == NULL)
		return WF_NO_MEMORY;
	status = has_room(front, job) ? read_call(job, msg) : WF_FULL;
	if (status != WF_OK) {
		job_free(job);
		return status;
	}
	job->work.run = run;
	job->work.done = done;
	job->work.ctx = job;
	job->work.deadline_boot_us =
		wf_clock_now(&front->options.clock).boot_us + INT64_C(1000000) * ACT_DEADLINE_S;
	status = worker_submit(front->options.acts, &job->work);
	if (status != WF_OK) {
		job_free(job);
		return status;
	}
	job->connection = connection;
	connection->act = job;
	return WF_OK;
}

void
control_cancel(struct connection *connection)
{
	if (connection->act != NULL)
		atomic_store(&connection->act->work.cancelled, true);
}

void
control_gone(struct connection *connection)
{
	if (connection->act != NULL)
		connection->act->connection = NULL;
	connection->act = NULL;
}
