/*
 * A bounded queue of jobs for one thread.  Order is kept; when it is closed what it holds is still
 * handed out.
 */
#include "config.h"

#include "authd/store/internal.h"

#include "common/fault.h"

wf_status
queue_init(struct queue *queue, size_t max)
{
	if (wf_fault(WF_FAULT_THREAD) || pthread_mutex_init(&queue->mutex, NULL) != 0)
		return WF_UNAVAILABLE;
	if (pthread_cond_init(&queue->ready, NULL) != 0) {
		(void)pthread_mutex_destroy(&queue->mutex);
		return WF_UNAVAILABLE;
	}
	queue->first = NULL;
	queue->last = &queue->first;
	queue->n = 0;
	queue->max = max;
	queue->closing = false;
	return WF_OK;
}

void
queue_clear(struct queue *queue)
{
	if (queue->last == NULL)
		return;
	(void)pthread_cond_destroy(&queue->ready);
	(void)pthread_mutex_destroy(&queue->mutex);
	queue->last = NULL;
}

wf_status
queue_put(struct queue *queue, struct store_job *job)
{
	wf_status status = WF_OK;
	bool first = false;

	(void)pthread_mutex_lock(&queue->mutex);
	if (queue->closing) {
		status = WF_UNAVAILABLE;
	} else if (queue->n >= queue->max) {
		status = WF_FULL;
	} else {
		first = queue->first == NULL;
		job->next = NULL;
		*queue->last = job;
		queue->last = &job->next;
		queue->n++;
	}
	(void)pthread_mutex_unlock(&queue->mutex);
	if (first) /* outside of the lock, since it wakes who takes it */
		(void)pthread_cond_signal(&queue->ready);
	return status;
}

struct store_job *
queue_take(struct queue *queue, size_t max)
{
	struct store_job *first;
	struct store_job **end;

	(void)pthread_mutex_lock(&queue->mutex);
	while (queue->first == NULL && !queue->closing)
		(void)pthread_cond_wait(&queue->ready, &queue->mutex);
	first = queue->first;
	end = &queue->first;
	for (size_t i = 0; i < max && *end != NULL; i++) {
		end = &(*end)->next;
		queue->n--;
	}
	if (end != &queue->first) {
		queue->first = *end;
		*end = NULL;
		if (queue->first == NULL)
			queue->last = &queue->first;
	}
	(void)pthread_mutex_unlock(&queue->mutex);
	return first;
}

void
queue_close(struct queue *queue)
{
	(void)pthread_mutex_lock(&queue->mutex);
	queue->closing = true;
	(void)pthread_cond_broadcast(&queue->ready);
	(void)pthread_mutex_unlock(&queue->mutex);
}
