/*
 * The options of the sections findings and detect: rows, made of detection's own tables, and how
 * the values of a rule get to their places.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <string.h>

#include "authd/config/config_put.h"
#include "authd/config/config_say.h"
#include "authd/config/config_value.h"
#include "common/i18n.h"

#define VALUES_AT offsetof(struct detect_rule_settings, values)
#define VALUE_SIZE sizeof(uint32_t)

size_t
config_detect_rows(struct config_row rows_r[DETECT_ROWS])
{
	const struct detect_param_spec *params = detect_params();
	size_t n = 0;

	rows_r[n++] = (struct config_row){.section = "findings",
		.name = "level",
		.type = CONFIG_UNSIGNED,
		.offset = offsetof(struct config, detect.level),
		.max = DETECT_LEVELS - 1};
	rows_r[n++] = (struct config_row){.section = "findings",
		.name = "countries",
		.type = CONFIG_PATH,
		.offset = offsetof(struct config, countries),
		.size = sizeof(((struct config *)NULL)->countries)};
	rows_r[n++] = (struct config_row){.section = "detect",
		.name = "off",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct detect_rule_settings, off),
		.size = DETECT_OFF_SIZE};
	for (size_t i = 0; i < DETECT_PARAMS; i++)
		rows_r[n++] = (struct config_row){.section = "detect",
			.name = params[i].name,
			.type = i == DETECT_WINDOW ? CONFIG_DETECT_SECONDS : CONFIG_DETECT,
			.offset = VALUES_AT + i * VALUE_SIZE,
			.min = params[i].min,
			.max = params[i].max};
	return n;
}

void *
config_record_of_detect(const struct config_put *put)
{
	int rule = detect_rule_find(put->title);

	return rule < 0 ? NULL : &put->load->config->detect.rules[rule];
}

bool
config_put_detect(const struct config_put *put)
{
	const size_t param = (put->row->offset - VALUES_AT) / VALUE_SIZE;
	const struct detect_rule_spec *rule = &detect_rules()[detect_rule_find(put->title)];
	const bool seconds = put->row->type == CONFIG_DETECT_SECONDS;
	uint32_t number;
	int64_t value;

	if ((rule->has & 1U << param) == 0) {
		config_fail(put->load, put->origin.line, _("the rule '%s' has no option '%s'"),
			put->title, put->row->name);
		return false;
	}
	if (!(seconds ? config_duration(put->value, &value) : config_number(put->value, &value)) ||
		value < put->row->min || value > put->row->max)
		return false;
	number = (uint32_t)value;
	memcpy(config_place(put), &number, sizeof(number));
	return true;
}

void
config_detect_rules_say(struct config_text *text)
{
	for (size_t i = 0; i < DETECT_RULES; i++)
		config_say(text, "%s%s", i == 0 ? "" : ", ", detect_rules()[i].id);
}
