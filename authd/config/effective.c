/*
 * The configuration in effect: see effective.h.  Three walks: the rows that stand in no section
 * with a title, those of each record that has one, and what the policy holds.
 *
 * A list that is longer than a value may be goes on in a setting of its own, "NAME (2)", so no line
 * is cut off.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/effective.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/config/config_load.h"
#include "authd/config/config_say.h"
#include "authd/config/config_show.h"
#include "authd/policy/rule.h"
#include "common/fault.h"

/* An element with all of it escaped, its quotation marks and what stands between two. */
#define QUOTED_SIZE (2 * CONFIG_ELEMENT_SIZE + 8)
#define LIST_MAX (SETTING_VALUE_SIZE - QUOTED_SIZE)
_Static_assert(SETTING_VALUE_SIZE > QUOTED_SIZE + 256, "several elements have room in a value");

struct gathering {
	const struct config *config;
	char *bytes; /* names and values, a NUL behind each */
	size_t len, room, n;
	wf_status status;
};

static void
add_text(struct gathering *all, const char *text)
{
	const size_t len = strlen(text) + 1;
	size_t room = all->room == 0 ? 16384 : all->room;
	char *bytes;

	if (all->status != WF_OK)
		return;
	while (all->len + len > room)
		room *= 2;
	if (room != all->room) {
		bytes = wf_fault(WF_FAULT_ALLOC) ? NULL : realloc(all->bytes, room);
		if (bytes == NULL) {
			all->status = WF_NO_MEMORY;
			return;
		}
		all->bytes = bytes;
		all->room = room;
	}
	memcpy(all->bytes + all->len, text, len);
	all->len += len;
}

static void
add(struct gathering *all, const char *name, const char *value)
{
	add_text(all, name);
	add_text(all, value);
	all->n++;
}

/* --- one value --- */

struct value {
	struct gathering *all;
	const char *name;
	bool list, bare;
	size_t n;    /* elements in the text */
	size_t part; /* from 1 */
	char bytes[SETTING_VALUE_SIZE];
	struct config_text text;
};

static void
value_done(struct value *value)
{
	char name[SETTING_NAME_SIZE];

	if (value->list)
		config_say(&value->text, "}");
	else if (value->n == 0)
		config_say(&value->text, "none");
	if (value->part == 1)
		(void)snprintf(name, sizeof(name), "%s", value->name);
	else
		(void)snprintf(name, sizeof(name), "%.140s (%zu)", value->name, value->part);
	add(value->all, name, value->bytes);
	value->text.len = 0;
	value->bytes[0] = '\0';
	value->n = 0;
	value->part++;
}

static void
say_quoted(struct config_text *text, const char *element)
{
	config_say(text, "\"");
	for (; *element != '\0'; element++)
		config_say(text, "%s%c", *element == '"' || *element == '\\' ? "\\" : "", *element);
	config_say(text, "\"");
}

static void
value_element(void *ctx, const char *text)
{
	struct value *value = ctx;

	if (value->list && value->text.len > LIST_MAX)
		value_done(value);
	if (value->list)
		config_say(&value->text, "%s", value->n == 0 ? "{" : ", ");
	if (value->bare)
		config_say(&value->text, "%s", text);
	else
		say_quoted(&value->text, text);
	value->n++;
}

static void
add_row(struct gathering *all, const struct config_row *row, const void *record, const char *name)
{
	struct value value = {.all = all,
		.name = name,
		.list = config_type_is_list(row->type),
		.bare = config_show_is_bare(row->type),
		.part = 1};
	const struct config_show show = {.config = all->config,
		.row = row,
		.record = record,
		.element = value_element,
		.ctx = &value};

	value.text = (struct config_text){.bytes = value.bytes, .size = sizeof(value.bytes)};
	config_show(&show);
	if (value.list && value.n == 0)
		config_say(&value.text, "{");
	value_done(&value);
}

/* --- sections with a title --- */

static const void *
service_at(const struct config *config, size_t i, const char **title_r)
{
	const struct policy_service *service = &config->policy.services[i];

	if (i >= config->policy.nservices)
		return NULL;
	*title_r = service->name;
	return service;
}

static const void *
host_at(const struct config *config, size_t i, const char **title_r)
{
	const struct policy_host *host = &config->policy.hosts[i];

	if (i >= config->policy.nhosts)
		return NULL;
	*title_r = host->name;
	return host;
}

static const void *
rule_at(const struct config *config, size_t i, const char **title_r)
{
	if (i >= DETECT_RULES)
		return NULL;
	*title_r = detect_rules()[i].id;
	return &config->detect.rules[i];
}

static const void *
zone_at(const struct config *config, size_t i, const char **title_r)
{
	*title_r = "internal";
	return i == 0 ? config : NULL;
}

/* Those that are no lists of records; title_r is set where there is one of this number. */
static const struct {
	const char *section;
	const void *(*at)(const struct config *config, size_t i, const char **title_r);
} titled[] = {
	{"service", service_at}, {"host", host_at}, {"detect", rule_at}, {"zone", zone_at}};

static const void *
record_at(const struct config *config, const char *section, size_t i, const char **title_r)
{
	const struct config_records *records = config_records_find(section);
	const void *record;

	for (size_t at = 0; at < sizeof(titled) / sizeof(titled[0]); at++)
		if (strcmp(titled[at].section, section) == 0)
			return titled[at].at(config, i, title_r);
	record = config_record_at(config, records, i);
	*title_r = record;
	return record;
}

/* Each rule of detection has some of the values alone. */
static bool
has_row(const struct config_row *row, const char *title)
{
	const struct detect_param_spec *params = detect_params();

	if (row->type != CONFIG_DETECT && row->type != CONFIG_DETECT_SECONDS)
		return true;
	for (size_t i = 0; i < DETECT_PARAMS; i++)
		if (strcmp(params[i].name, row->name) == 0)
			return (detect_rules()[detect_rule_find(title)].has & 1U << i) != 0;
	return false;
}

static void
add_titled(struct gathering *all, const struct config_row *row)
{
	char name[SETTING_NAME_SIZE];
	const char *title;
	const void *record;

	for (size_t i = 0;
		(record = record_at(all->config, row->section, i, &title)) != NULL; i++) {
		if (!has_row(row, title))
			continue;
		(void)snprintf(name, sizeof(name), "%s \"%s\".%s", row->section, title, row->name);
		add_row(all, row, record, name);
	}
}

static void
add_untitled(struct gathering *all, const struct config_row *row)
{
	char name[SETTING_NAME_SIZE];

	(void)snprintf(name, sizeof(name), "%s%s%s", row->section,
		row->section[0] == '\0' ? "" : ".", row->name);
	add_row(all, row, all->config, name);
}

static void
add_rows(struct gathering *all)
{
	struct config_row rows[CONFIG_ROWS_MAX];
	const size_t n = config_rows(rows);

	for (size_t i = 0; i < n; i++)
		if (config_section_titled(rows[i].section))
			add_titled(all, &rows[i]);
		else
			add_untitled(all, &rows[i]);
}

/* --- what the policy holds --- */

static bool
alike(const void *cells, size_t a, size_t b)
{
	const struct policy_held *list = cells;

	return list[a].set == list[b].set && list[a].value == list[b].value;
}

static void
add_group(struct gathering *all, const struct rule_spec *spec, const struct rule_group *group,
	int64_t held)
{
	char name[SETTING_NAME_SIZE], value[RULE_VALUE_SIZE];
	char kinds[RULE_NAMES_SIZE], guards[RULE_NAMES_SIZE];

	if (group->kinds == RULE_ALL && group->guards == RULE_ALL)
		(void)snprintf(name, sizeof(name), "policy %s", spec->name);
	else
		(void)snprintf(name, sizeof(name), "policy %s [%s; %s]", spec->name,
			rule_kinds_text(group->kinds, kinds),
			rule_guards_text(group->guards, guards));
	add(all, name, rule_value_text(spec, held, value));
}

static void
add_held(struct gathering *all)
{
	struct rule_group groups[RULE_CELLS];

	for (size_t rule = 0; rule < R_COUNT; rule++) {
		const struct policy_held *cells = all->config->policy.values.held[rule];
		const size_t n = rule_groups(alike, cells, groups);

		for (size_t i = 0; i < n; i++)
			if (cells[groups[i].cell].set)
				add_group(all, rule_spec((enum rule_id)rule), &groups[i],
					cells[groups[i].cell].value);
	}
}

/* --- all together --- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct setting *)a)->name, ((const struct setting *)b)->name);
}

static wf_status
make_list(const struct gathering *all, struct config_effective *effective)
{
	const char *at = all->bytes;

	effective->list = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(all->n, sizeof(struct setting));
	if (effective->list == NULL)
		return WF_NO_MEMORY;
	for (size_t i = 0; i < all->n; i++) {
		effective->list[i].name = at;
		at += strlen(at) + 1;
		effective->list[i].value = at;
		at += strlen(at) + 1;
	}
	effective->n = all->n;
	qsort(effective->list, effective->n, sizeof(struct setting), by_name);
	return WF_OK;
}

static wf_status
make_text(const struct gathering *all, struct config_effective *effective)
{
	/* " = " and the line feed take the place of two NULs */
	const size_t size = all->len + 2 * all->n + 1;

	effective->text = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(size);
	if (effective->text == NULL)
		return WF_NO_MEMORY;
	for (size_t i = 0; i < effective->n; i++)
		effective->len += (size_t)snprintf(effective->text + effective->len,
			size - effective->len, "%s = %s\n", effective->list[i].name,
			effective->list[i].value);
	return WF_OK;
}

wf_status
config_effective(const struct config *config, struct config_effective *effective_r)
{
	struct gathering all = {.config = config};
	struct config_effective effective = {.n = 0};

	add_rows(&all);
	add_held(&all);
	effective.bytes = all.bytes;
	if (all.status == WF_OK)
		all.status = make_list(&all, &effective);
	if (all.status == WF_OK)
		all.status = make_text(&all, &effective);
	if (all.status == WF_OK)
		*effective_r = effective;
	else
		config_effective_clear(&effective);
	return all.status;
}

void
config_effective_clear(struct config_effective *effective)
{
	free(effective->list);
	free(effective->text);
	free(effective->bytes);
	*effective = (struct config_effective){.n = 0};
}
