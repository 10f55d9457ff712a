/* Sets of accounts, eight bytes each. */
#include "config.h"

#include <stdlib.h>

#include "authd/account/report_count.h"
#include "authd/detect/table.h"
#include "common/fault.h"

wf_status
report_set_add(struct report_set *set, uint64_t member)
{
	if (set->n == set->room) {
		const size_t room = set->room == 0 ? 64 : 2 * set->room;
		uint64_t *list = wf_fault(WF_FAULT_ALLOC)
					 ? NULL
					 : reallocarray(set->list, room, sizeof(*list));

		if (list == NULL)
			return WF_NO_MEMORY;
		set->list = list;
		set->room = room;
	}
	set->list[set->n++] = member;
	return WF_OK;
}

wf_status
report_set_add_name(struct report_set *set, const char *name)
{
	return report_set_add(set, table_hash(name));
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void
report_set_sort(struct report_set *set)
{
	if (set->n > 1)
		qsort(set->list, set->n, sizeof(*set->list), compare);
}

bool
report_set_has(const struct report_set *set, uint64_t member)
{
	return set->n > 0 && bsearch(&member, set->list, set->n, sizeof(member), compare) != NULL;
}

bool
report_set_has_name(const struct report_set *set, const char *name)
{
	return report_set_has(set, table_hash(name));
}

void
report_set_clear(struct report_set *set)
{
	free(set->list);
	*set = (struct report_set){.n = 0};
}
