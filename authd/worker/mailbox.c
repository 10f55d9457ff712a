/*
 * The mailbox of the loop thread: a list under a mutex and an eventfd that says "not empty".
 *
 * The eventfd is written when the list turns from empty to not empty, and read before the list is
 * taken: a post that comes between the two is run at once and leaves one needless wake-up, while
 * the other order could lose one.
 */
#include "config.h"

#include "authd/worker/mailbox.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/fault.h"

struct mailbox {
	pthread_mutex_t lock; /* guards first and last */
	struct mailbox_post *first;
	struct mailbox_post *last;
	int fd;
};

static int
mailbox_eventfd(void)
{
	return wf_fault(WF_FAULT_FILE) ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

wf_status
mailbox_new(struct mailbox **mailbox_r)
{
	struct mailbox *mailbox = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*mailbox));

	if (mailbox == NULL)
		return WF_NO_MEMORY;
	mailbox->fd = mailbox_eventfd();
	if (mailbox->fd < 0) {
		free(mailbox);
		return WF_UNAVAILABLE;
	}
	pthread_mutex_init(&mailbox->lock, NULL);
	*mailbox_r = mailbox;
	return WF_OK;
}

int
mailbox_fd(const struct mailbox *mailbox)
{
	return mailbox->fd;
}

void
mailbox_post(struct mailbox *mailbox, struct mailbox_post *post)
{
	bool first;

	post->next = NULL;
	pthread_mutex_lock(&mailbox->lock);
	first = mailbox->first == NULL;
	if (first)
		mailbox->first = post;
	else
		mailbox->last->next = post;
	mailbox->last = post;
	pthread_mutex_unlock(&mailbox->lock);
	/*
	 * Outside of the lock, since it wakes who takes it. Fails only when the counter would
	 * overflow: readable already.
	 */
	if (first)
		(void)eventfd_write(mailbox->fd, 1);
}

static struct mailbox_post *
mailbox_take(struct mailbox *mailbox)
{
	struct mailbox_post *posts;
	eventfd_t count;

	(void)eventfd_read(mailbox->fd, &count);
	pthread_mutex_lock(&mailbox->lock);
	posts = mailbox->first;
	mailbox->first = NULL;
	mailbox->last = NULL;
	pthread_mutex_unlock(&mailbox->lock);
	return posts;
}

void
mailbox_run(struct mailbox *mailbox)
{
	struct mailbox_post *post = mailbox_take(mailbox);

	while (post != NULL) {
		struct mailbox_post *next = post->next;

		post->run(post);
		post = next;
	}
}

void
mailbox_free(struct mailbox **mailbox)
{
	if (*mailbox == NULL)
		return;
	(void)close((*mailbox)->fd);
	pthread_mutex_destroy(&(*mailbox)->lock);
	free(*mailbox);
	*mailbox = NULL;
}
