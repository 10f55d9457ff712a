/* The options of warifu.conf about documents: from words to records. */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>

#include "authd/config/config_load.h"
#include "authd/config/config_put.h"
#include "authd/config/config_say.h"
#include "authd/config/config_value.h"
#include "common/i18n.h"

#define ANSWER(field)                                    \
	.offset = offsetof(struct config_answer, field), \
	.size = sizeof(((struct config_answer *)NULL)->field)
#define SIGNED(in)                                                                         \
	{ANSWER(by), .section = (in), .name = "by", .type = CONFIG_TEXT},                  \
		{ANSWER(on_day), .section = (in), .name = "on", .type = CONFIG_DAY},       \
		{ANSWER(until_day), .section = (in), .name = "until", .type = CONFIG_DAY}, \
	{                                                                                  \
		ANSWER(reason), .section = (in), .name = "reason", .type = CONFIG_TEXT     \
	}
#define ANSWERED(in) {ANSWER(is), .section = (in), .name = "is", .type = CONFIG_IS}, SIGNED(in)

static const struct config_row rows[] = {
	{.section = "",
		.name = "profiles_dir",
		.type = CONFIG_PATH,
		.offset = offsetof(struct config, profiles_dir),
		.size = sizeof(((struct config *)NULL)->profiles_dir)},
	{.section = "", .name = "comply", .type = CONFIG_COMPLY},
	ANSWERED("resolve"),
	ANSWERED("deviate"),
	SIGNED("draft"),
};
_Static_assert(sizeof(rows) / sizeof(rows[0]) <= COMPLY_ROWS_MAX, "room in the table of all rows");

const struct config_row *
config_comply_rows(size_t *n_r)
{
	*n_r = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

bool
config_put_comply(const struct config_put *put)
{
	struct config_comply *comply = &put->load->config->comply;

	if (put->index >= CONFIG_COMPLY_MAX || !config_is_name(put->value))
		return false;
	(void)snprintf(comply->names[put->index], sizeof(comply->names[0]), "%s", put->value);
	comply->n = put->index + 1;
	comply->origin = put->origin;
	return true;
}

bool
config_put_is(const struct config_put *put)
{
	struct config_answer *answer =
		config_record(put->load, config_records_find(put->row->section), put->title);

	if (put->index >= CONFIG_IS_MAX || put->value[0] == '\0' ||
		!config_is_text(put->value, sizeof(answer->is[0]) - 1))
		return false;
	(void)snprintf(answer->is[put->index], sizeof(answer->is[0]), "%s", put->value);
	answer->nis = put->index + 1;
	return true;
}

void
config_accepted_comply(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, _("a list of 1 to %d profiles: see 'warifu policy profiles'"),
		CONFIG_COMPLY_MAX);
}

void
config_accepted_is(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text,
		_("a list of 1 to %d words, or of one number: see 'warifu policy why PARAMETER'"),
		CONFIG_IS_MAX);
}
