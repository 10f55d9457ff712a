/* Longest common subsequence of lines, by the textbook table: the files of /etc/pam.d are short. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/fault.h"
#include "ctl/diff.h"

#define LINES_MAX 2000

struct lines {
	struct {
		const char *at;
		size_t len;
	} list[LINES_MAX];
	size_t n;
};

struct work {
	struct lines before, after;
	uint16_t common[(LINES_MAX + 1) * (LINES_MAX + 1)]; /* of the rests from (i, j) on */
};

static bool
split(const char *text, struct lines *lines)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (lines->n == LINES_MAX)
			return false;
		lines->list[lines->n].at = text;
		lines->list[lines->n++].len = len;
		text += len + (text[len] == '\n');
	}
	return true;
}

static bool
same(const struct work *work, size_t i, size_t j)
{
	size_t len = work->before.list[i].len;

	return len == work->after.list[j].len &&
	       strncmp(work->before.list[i].at, work->after.list[j].at, len) == 0;
}

static uint16_t *
cell(struct work *work, size_t i, size_t j)
{
	return &work->common[i * (LINES_MAX + 1) + j];
}

static void
fill(struct work *work)
{
	for (size_t i = work->before.n; i-- > 0;) {
		for (size_t j = work->after.n; j-- > 0;) {
			uint16_t down = *cell(work, i + 1, j);
			uint16_t right = *cell(work, i, j + 1);

			if (same(work, i, j))
				*cell(work, i, j) = (uint16_t)(*cell(work, i + 1, j + 1) + 1);
			else
				*cell(work, i, j) = down >= right ? down : right;
		}
	}
}

static void
put(FILE *out, char mark, const struct lines *lines, size_t i)
{
	fprintf(out, "%c%.*s\n", mark, (int)lines->list[i].len, lines->list[i].at);
}

static void
walk(struct work *work, FILE *out)
{
	size_t i = 0;
	size_t j = 0;

	while (i < work->before.n || j < work->after.n) {
		bool old_left = i < work->before.n;
		bool new_left = j < work->after.n;

		if (old_left && new_left && same(work, i, j)) {
			put(out, ' ', &work->before, i++);
			j++;
		} else if (old_left &&
			   (!new_left || *cell(work, i + 1, j) >= *cell(work, i, j + 1))) {
			put(out, '-', &work->before, i++);
		} else {
			put(out, '+', &work->after, j++);
		}
	}
}

bool
diff_print(const char *name, const char *before, const char *after, FILE *out)
{
	struct work *work;

	if (strcmp(before, after) == 0)
		return false;
	fprintf(out, "--- %s\n+++ %s\n", name, name);
	work = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*work));
	if (work != NULL && split(before, &work->before) && split(after, &work->after)) {
		fill(work);
		walk(work, out);
	} else {
		fprintf(out, "%s\n=======\n%s", before, after);
	}
	free(work);
	return true;
}
