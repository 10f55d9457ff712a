/* The books of clients: a list, since it is looked through at a reload only. */
#include "config.h"

#include "radius/book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fault.h"

wf_status
books_open(struct books *books, const char *name, struct book **book_r)
{
	struct book *book = books->first;

	while (book != NULL && strcmp(book->name, name) != 0)
		book = book->next;
	if (book == NULL) {
		book = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*book));
		if (book == NULL)
			return WF_NO_MEMORY;
		snprintf(book->name, sizeof(book->name), "%s", name);
		book->next = books->first;
		books->first = book;
	}
	*book_r = book;
	return WF_OK;
}

void
books_clear(struct books *books)
{
	while (books->first != NULL) {
		struct book *book = books->first;

		books->first = book->next;
		free(book);
	}
}
