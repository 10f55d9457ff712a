/*
 * SESSION: sessions that were opened and closed, so that su and sudo take source and zone from the
 * login they run in.  An open session is found again by its process (pid and start time); a close
 * that comes from another process of the same login is told by audit session, service and user, so
 * that the end of a su inside a login does not end the login.
 */
#include "config.h"

#include "authd/store/internal.h"

static void
session_put_txn(struct sql *q, const struct store_session *session)
{
	if (session->has_txn)
		sql_put_blob(q, session->txn, WF_TXN_LEN);
	else
		sql_put_null(q);
}

static void
session_put_host(struct sql *q, const struct store_session *session)
{
	sql_put_text(q, session->host);
	sql_put_text(q, session->boot);
}

static wf_status
session_insert(struct writer *w, const struct store_session *session)
{
	struct sql q = sql_start(&w->conn, SQL_SESSION_INSERT);

	session_put_txn(&q, session);
	sql_put_text(&q, session->user);
	sql_put_text(&q, session->service);
	sql_put_text(&q, session->tty);
	sql_put_text(&q, session->source.text);
	sql_put_int(&q, session->source.remote ? 1 : 0);
	sql_put_int(&q, session->zone);
	sql_put_int(&q, session->pid);
	sql_put_int(&q, (int64_t)session->start);
	sql_put_int(&q, session->audit_session);
	sql_put_int(&q, w->now.wall_us);
	session_put_host(&q, session);
	return sql_run(&q, NULL);
}

/*
 * Its host was started again: what it says of itself now has numbers of its own, and what was open
 * is not any more.
 */
static wf_status
session_close_boots(struct writer *w, const struct store_session *session)
{
	struct sql q = sql_start(&w->conn, SQL_SESSION_CLOSE_BOOTS);

	sql_put_int(&q, w->now.wall_us);
	session_put_host(&q, session);
	return sql_run(&q, NULL);
}

static wf_status
session_update(struct writer *w, const struct store_session *session, int64_t id)
{
	struct sql q = sql_start(&w->conn, SQL_SESSION_UPDATE);

	session_put_txn(&q, session);
	sql_put_text(&q, session->tty);
	sql_put_text(&q, session->source.text);
	sql_put_int(&q, session->source.remote ? 1 : 0);
	sql_put_int(&q, session->zone);
	sql_put_int(&q, session->audit_session);
	sql_put_int(&q, id);
	return sql_run(&q, NULL);
}

static wf_status
session_open(struct writer *w, const struct store_session *session)
{
	struct sql q = sql_start(&w->conn, SQL_SESSION_FIND);
	int64_t id;
	wf_status status;

	sql_put_int(&q, session->pid);
	sql_put_int(&q, (int64_t)session->start);
	sql_put_text(&q, session->service);
	sql_put_text(&q, session->user);
	session_put_host(&q, session);
	status = sql_next(&q);
	if (status == WF_NOT_FOUND && session->host[0] != '\0')
		status = session_close_boots(w, session) == WF_OK ? WF_NOT_FOUND : WF_IO;
	if (status == WF_NOT_FOUND)
		return session_insert(w, session);
	if (status != WF_OK)
		return status;
	id = sql_get_int(&q);
	status = sql_end(&q);
	return status == WF_OK ? session_update(w, session, id) : status;
}

static wf_status
session_close(struct writer *w, const struct store_session *session)
{
	struct sql q = sql_start(&w->conn, SQL_SESSION_CLOSE_PROCESS);
	int64_t changed = 0;
	wf_status status;

	sql_put_int(&q, w->now.wall_us);
	sql_put_int(&q, session->pid);
	sql_put_int(&q, (int64_t)session->start);
	sql_put_text(&q, session->service);
	sql_put_text(&q, session->user);
	session_put_host(&q, session);
	status = sql_run(&q, &changed);
	if (status != WF_OK || changed != 0)
		return status;
	q = sql_start(&w->conn, SQL_SESSION_CLOSE_AUDIT);
	sql_put_int(&q, w->now.wall_us);
	sql_put_int(&q, session->audit_session);
	sql_put_text(&q, session->service);
	sql_put_text(&q, session->user);
	session_put_host(&q, session);
	return sql_run(&q, NULL);
}

wf_status
job_session(struct writer *w, struct store_job *job)
{
	const struct store_session *session = &job->u.session;
	wf_status status;

	if (session->event == WF_SESSION_OPEN)
		status = session_open(w, session);
	else if (session->event == WF_SESSION_CLOSE)
		status = session_close(w, session);
	else
		status = WF_INVALID;
	return status == WF_OK ? chain_append(w, &session->row) : status;
}
