/* Steps of `warifu radius test`. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/i18n.h"
#include "ctl/radius_steps.h"
#include "ctl/text.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define VALUES_MAX 64 /* in one attribute */

/* How a step looks; `between` NULL: its name is for programs alone. */
static const struct {
	const char *event, *before, *between;
} looks[] = {
	[STEP_CLIENT] = {"client", "", ": "},
	[STEP_SENT] = {"sent", "--> ", "  "},
	[STEP_RECEIVED] = {"received", "<-- ", "  "},
	[STEP_CHECK] = {"check", "    ", ": "},
	[STEP_ATTRIBUTE] = {"attribute", "    ", " = "},
	[STEP_DISCARDED] = {"discarded", "    ", NULL},
	[STEP_CAUSE] = {"cause", "  - ", NULL},
	[STEP_RESULT] = {"result", "", NULL},
};

void
steps_init(struct steps *steps_r, struct ctl *ctl)
{
	static const char *const columns[] = {"event", "name", "value"};
	bool fine = true;

	*steps_r = (struct steps){.ctl = ctl};
	table_init(&steps_r->table);
	for (size_t i = 0; i < ENTRIES(columns); i++)
		fine = table_add_column(&steps_r->table, columns[i]) == WF_OK && fine;
	if (!fine || dictionary_new(&steps_r->dictionary) != WF_OK)
		ctl_unwritten(ctl);
}

void
steps_clear(struct steps *steps)
{
	table_clear(&steps->table);
	dictionary_free(&steps->dictionary);
}

void
steps_dictionary(struct steps *steps, const char *path)
{
	char why[DICTIONARY_WHY_MAX] = "";

	if (steps->dictionary != NULL &&
		dictionary_load(steps->dictionary, path, why) != WF_OK)
		ctl_error(steps->ctl, "%s", why);
}

/* The step that was added last, for a person. */
static void
show(const struct steps *steps, enum step step)
{
	FILE *out = steps->ctl->out;
	char name[TABLE_NAME_MAX + 1], value[1025];
	size_t row = steps->table.nrows - 1;

	table_format(&steps->table, row, 1, name, sizeof(name));
	table_format(&steps->table, row, 2, value, sizeof(value));
	fputs(looks[step].before, out);
	if (looks[step].between != NULL)
		fprintf(out, "%s%s", name, looks[step].between);
	fprintf(out, "%s\n", step == STEP_CHECK ? _(value) : value);
	fflush(out);
}

void
steps_add(struct steps *steps, enum step step, const char *name, const char *value)
{
	const char *const cells[] = {looks[step].event, name, value};

	if (table_add_row(&steps->table, cells, ENTRIES(cells)) != WF_OK)
		ctl_unwritten(steps->ctl);
	else if (!steps->ctl->json)
		show(steps, step);
}

static bool
is_protocol(uint8_t type)
{
	return type == ATTR_MESSAGE_AUTHENTICATOR || type == ATTR_STATE ||
	       type == ATTR_PROXY_STATE;
}

void
steps_attributes(struct steps *steps, const struct packet *packet)
{
	for (size_t i = 0; steps->dictionary != NULL && i < packet->nattributes; i++) {
		struct dictionary_value values[VALUES_MAX];
		size_t n = is_protocol(packet->attributes[i].type)
				   ? 0
				   : dictionary_values(&packet->attributes[i], values, VALUES_MAX);

		for (size_t k = 0; k < n; k++) {
			char name[DICTIONARY_NAME_MAX], text[DICTIONARY_TEXT_MAX];

			dictionary_show(steps->dictionary, &values[k], name, text);
			steps_add(steps, STEP_ATTRIBUTE, name, text);
		}
	}
}

void
steps_print(struct steps *steps)
{
	if (steps->ctl->json &&
		table_print_json(&steps->table, false, steps->ctl->out) != WF_OK)
		ctl_unwritten(steps->ctl);
}
