/* Sections `resolve` and `deviate`: from what is written to answers for the composition. */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdlib.h>
#include <string.h>

#include "authd/config/comply_parts.h"
#include "authd/config/config_say.h"
#include "authd/config/config_value.h"
#include "common/fault.h"
#include "common/i18n.h"

bool
comply_is_signed(struct config_load *load, const char *section, const struct config_answer *answer,
	bool ends)
{
	const struct {
		bool written;
		const char *option;
	} needed[] = {{answer->by[0] != '\0', "by"}, {answer->on_day > 0, "on"},
		{answer->reason[0] != '\0', "reason"}, {!ends || answer->until_day > 0, "until"}};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (needed[i].written)
			continue;
		config_fail(load, answer->origin.line, _("%s '%s' must say '%s' as well"), section,
			answer->name, needed[i].option);
		return false;
	}
	return true;
}

/* A set's members, or a number, which may be a duration. */
static bool
read_value(const struct config_answer *written, struct compose_answer *answer)
{
	const struct rule_spec *spec = answer->spec;

	if (written->nis == 1 && strcmp(written->is[0], "none") == 0) {
		answer->none = true;
		return true;
	}
	if (spec->members == NULL) {
		bool seconds = strcmp(spec->unit, "s") == 0;

		return written->nis == 1 &&
		       (seconds ? config_duration(written->is[0], &answer->value) &&
					       answer->value <= spec->max
				: rule_number(spec, written->is[0], &answer->value));
	}
	for (size_t i = 0; i < written->nis; i++) {
		int64_t bit = rule_member_bit(spec, written->is[i]);

		if (bit == 0)
			return false;
		answer->value |= bit;
	}
	return written->nis > 0;
}

/* A number in the words of its unit. */
static void
say_number(const struct rule_spec *spec, struct config_text *text)
{
	if (strcmp(spec->unit, "yes") == 0)
		config_say(text, "yes, no");
	else if (strcmp(spec->unit, "s") == 0)
		config_say(text, _("a duration such as 15m, or a number of seconds, up to %lld"),
			(long long)spec->max);
	else if (strcmp(spec->unit, "days") == 0)
		config_say(text, _("a number of days such as 30 or 30d, up to %lld"),
			(long long)spec->max);
	else
		config_say(text, _("a number up to %lld"), (long long)spec->max);
}

static void
say_accepted(const struct rule_spec *spec, char *text_r, size_t size)
{
	struct config_text text = {.bytes = text_r, .size = size};

	text_r[0] = '\0';
	for (size_t i = 0; spec->members != NULL && spec->members[i] != NULL; i++)
		config_say(&text, "%s%s", i == 0 ? "" : ", ", spec->members[i]);
	if (spec->members == NULL)
		say_number(spec, &text);
	config_say(&text, ", none");
}

static bool
read_answer(struct config_load *load, const char *section, const struct config_answer *written,
	struct compose_answer *answer_r)
{
	char accepted[RULE_VALUE_SIZE];

	comply_point_at(load, &written->origin);
	answer_r->origin = written->origin;
	answer_r->deviates = strcmp(section, "deviate") == 0;
	if (!rule_cells_find(written->name, &answer_r->spec, &answer_r->kinds, &answer_r->guards)) {
		config_fail(load, written->origin.line,
			_("there is no parameter '%s' that documents speak about: see 'warifu "
			  "policy show'"),
			written->name);
		return false;
	}
	if (!comply_is_signed(load, section, written, answer_r->deviates))
		return false;
	if (read_value(written, answer_r))
		return true;
	say_accepted(answer_r->spec, accepted, sizeof(accepted));
	config_fail(load, written->origin.line,
		_("'is' of %s '%s' is missing or cannot be so; accepted: %s"), section,
		written->name, accepted);
	return false;
}

static bool
read_answers(struct config_load *load, const char *section, const struct config_answers *written,
	struct compose_answer *answers)
{
	for (size_t i = 0; i < written->n; i++)
		if (!read_answer(load, section, &written->list[i], &answers[i]))
			return false;
	return true;
}

bool
comply_read_answers(struct config_load *load)
{
	struct config_comply *comply = &load->config->comply;
	size_t n = comply->resolves.n + comply->deviates.n;
	struct compose_answer *answers =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(n + 1, sizeof(*answers));

	if (answers == NULL) {
		load->status = WF_NO_MEMORY;
		return false;
	}
	comply->answers = answers;
	comply->nanswers = n;
	return read_answers(load, "resolve", &comply->resolves, answers) &&
	       read_answers(load, "deviate", &comply->deviates, answers + comply->resolves.n);
}
