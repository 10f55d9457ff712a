/* Values of the parameters in rule_table.c: their words, their order, how far they are enforced. */
#include "config.h"

#include "authd/policy/rule.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/policy/policy_words.h"
#include "common/i18n.h"

static const char *const kind_words[] = {"general", "privileged", "service", NULL};
static const char *const guard_words[] = {"mfa", "lock", "none", NULL};

const struct rule_spec *
rule_find(const char *name)
{
	size_t n;
	const struct rule_spec *specs = rule_specs(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(specs[i].name, name) == 0)
			return &specs[i];
	return NULL;
}

size_t
rule_index(const struct rule_spec *spec)
{
	size_t n;

	return (size_t)(spec - rule_specs(&n));
}

/* --- words --- */

static int64_t
word_bit(const char *const *words, const char *word)
{
	for (unsigned i = 0; words != NULL && words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return INT64_C(1) << i;
	return 0;
}

unsigned
rule_kind_bit(const char *word)
{
	return (unsigned)word_bit(kind_words, word);
}

unsigned
rule_guard_bit(const char *word)
{
	return (unsigned)word_bit(guard_words, word);
}

int64_t
rule_member_bit(const struct rule_spec *spec, const char *word)
{
	return word_bit(spec->members, word);
}

int64_t
rule_all_members(const struct rule_spec *spec)
{
	unsigned n = 0;

	while (spec->members[n] != NULL)
		n++;
	return (INT64_C(1) << n) - 1;
}

/* The words of the bits, with commas between; what does not fit is left out. */
static const char *
join(const char *const *words, int64_t bits, char *text_r, size_t size)
{
	size_t len = 0;

	text_r[0] = '\0';
	for (unsigned i = 0; words[i] != NULL && len < size; i++)
		if ((bits & INT64_C(1) << i) != 0)
			len += (size_t)snprintf(
				text_r + len, size - len, "%s%s", len == 0 ? "" : ", ", words[i]);
	return text_r;
}

static const char *
names_text(const char *const *words, unsigned bits, char text_r[RULE_NAMES_SIZE])
{
	if ((bits & RULE_ALL) == RULE_ALL)
		(void)snprintf(text_r, RULE_NAMES_SIZE, "all");
	else
		join(words, bits, text_r, RULE_NAMES_SIZE);
	return text_r;
}

const char *
rule_kinds_text(unsigned kinds, char text_r[RULE_NAMES_SIZE])
{
	return names_text(kind_words, kinds, text_r);
}

const char *
rule_guards_text(unsigned guards, char text_r[RULE_NAMES_SIZE])
{
	return names_text(guard_words, guards, text_r);
}

/* --- names with kind and guard behind them --- */

/* Takes ".WORD" off the end where it is one of the words; 0 if it is none. */
static unsigned
take_end(char *name, unsigned (*bit_of)(const char *))
{
	char *dot = strrchr(name, '.');
	unsigned bit = dot == NULL ? 0 : bit_of(dot + 1);

	if (bit != 0)
		*dot = '\0';
	return bit;
}

bool
rule_cells_find(
	const char *name, const struct rule_spec **spec_r, unsigned *kinds_r, unsigned *guards_r)
{
	char copy[128];
	unsigned guards = 0, kinds = 0;
	const struct rule_spec *spec = rule_find(name); /* "idle.lock" ends like a guard */

	if (strlen(name) >= sizeof(copy))
		return false;
	memcpy(copy, name, strlen(name) + 1);
	if (spec == NULL) {
		guards = take_end(copy, rule_guard_bit);
		kinds = take_end(copy, rule_kind_bit);
		spec = rule_find(copy);
	}
	if (spec == NULL || (guards != 0 && (kinds == 0 || (spec->splits & RULE_BY_GUARD) == 0)) ||
		(kinds != 0 && (spec->splits & RULE_BY_KIND) == 0))
		return false;
	*spec_r = spec;
	*kinds_r = kinds == 0 ? RULE_ALL : kinds;
	*guards_r = guards == 0 ? RULE_ALL : guards;
	return true;
}

/* --- cells that are alike --- */

typedef bool alike_fn(const void *cells, size_t a, size_t b);

static bool
same_row(alike_fn *alike, const void *cells, size_t a, size_t b)
{
	for (size_t i = 0; i < RULE_GUARDS; i++)
		if (!alike(cells, a * RULE_GUARDS + i, b * RULE_GUARDS + i))
			return false;
	return true;
}

/* The groups of the row of guards of one kind, which stands for `kinds`. */
static size_t
group_guards(alike_fn *alike, const void *cells, size_t kind, unsigned kinds,
	struct rule_group *groups)
{
	const size_t row = kind * RULE_GUARDS;
	unsigned taken = 0;
	size_t n = 0;

	for (size_t i = 0; i < RULE_GUARDS; i++) {
		if ((taken & 1U << i) != 0)
			continue;
		groups[n] = (struct rule_group){.kinds = kinds, .cell = row + i};
		for (size_t j = i; j < RULE_GUARDS; j++)
			if (alike(cells, row + i, row + j))
				groups[n].guards |= 1U << j;
		taken |= groups[n++].guards;
	}
	return n;
}

size_t
rule_groups(alike_fn *alike, const void *cells, struct rule_group groups_r[RULE_CELLS])
{
	unsigned taken = 0;
	size_t n = 0;

	for (size_t i = 0; i < RULE_KINDS; i++) {
		unsigned kinds = 0;

		if ((taken & 1U << i) != 0)
			continue;
		for (size_t j = i; j < RULE_KINDS; j++)
			if (same_row(alike, cells, i, j))
				kinds |= 1U << j;
		taken |= kinds;
		n += group_guards(alike, cells, i, kinds, &groups_r[n]);
	}
	return n;
}

/* --- values --- */

/* Of any language; what can only be counted has none. */
static const char *
short_unit(const char *unit)
{
	if (strcmp(unit, "days") == 0)
		return "d";
	return strcmp(unit, "ms") == 0 ? "ms" : "";
}

bool
rule_number(const struct rule_spec *spec, const char *text, int64_t *value_r)
{
	int64_t value;
	size_t n;

	if (strcmp(spec->unit, "yes") == 0) {
		if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
			return false;
		*value_r = text[0] == 'y';
		return true;
	}
	n = strspn(text, "0123456789");
	if (n == 0 || n > 12 || (text[n] != '\0' && strcmp(text + n, short_unit(spec->unit)) != 0))
		return false;
	value = strtoll(text, NULL, 10);
	if (value > spec->max)
		return false;
	*value_r = value;
	return true;
}

static void
seconds_text(int64_t value, char *text_r, size_t size)
{
	static const struct {
		int64_t seconds;
		const char *unit;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
	size_t i = 0;

	while (units[i].seconds > 1 && (value == 0 || value % units[i].seconds != 0))
		i++;
	(void)snprintf(text_r, size, "%" PRId64 "%s", value / units[i].seconds,
		value == 0 ? "" : units[i].unit);
}

const char *
rule_value_text(const struct rule_spec *spec, int64_t value, char text_r[RULE_VALUE_SIZE])
{
	if (spec->members != NULL && value == 0)
		(void)snprintf(text_r, RULE_VALUE_SIZE, "%s", "none");
	else if (spec->members != NULL)
		join(spec->members, value, text_r, RULE_VALUE_SIZE);
	else if (strcmp(spec->unit, "yes") == 0)
		(void)snprintf(text_r, RULE_VALUE_SIZE, "%s", value != 0 ? "yes" : "no");
	else if (strcmp(spec->unit, "s") == 0)
		seconds_text(value, text_r, RULE_VALUE_SIZE);
	else
		(void)snprintf(
			text_r, RULE_VALUE_SIZE, "%" PRId64 "%s", value, short_unit(spec->unit));
	return text_r;
}

bool
rule_weaker(const struct rule_spec *spec, int64_t a, int64_t b)
{
	return policy_direction_weaker(spec->stricter, a, b);
}

/* --- how far it goes today --- */

/* A dictionary is there or not when it is asked, whatever this was built with. */
static int64_t
members_today(const struct rule_spec *spec)
{
	bool lacks = rule_index(spec) == R_PASSWORD_FORBIDDEN && policy_words_source() == NULL;

	return spec->built_in & ~(int64_t)(lacks ? CONTENT_DICTIONARY : 0);
}

/* Of demands that add up, some may be met already. */
static enum rule_today
built_in_today(const struct rule_spec *spec, int64_t value)
{
	if (!rule_weaker(spec, members_today(spec), value))
		return RULE_ENFORCED;
	if (spec->stricter == POLICY_UNION && (value & members_today(spec)) != 0)
		return RULE_PARTLY;
	return RULE_NOT_YET;
}

enum rule_today
rule_today(const struct rule_spec *spec, int64_t value)
{
	bool whole = spec->source == RULE_NUMBERS ||
		     (spec->source == RULE_HELD && spec->stricter != POLICY_UNION);

	if (spec->source == RULE_NOWHERE)
		return RULE_NOT_YET;
	return whole ? RULE_ENFORCED : built_in_today(spec, value);
}

const char *
rule_today_word(enum rule_today today)
{
	static const char *const words[] = {N_("not yet"), N_("partly"), N_("enforced")};

	return words[today];
}
