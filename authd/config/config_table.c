/*
 * The rows, and the sentences about what they accept.  May not read files or change a configuration.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/config_table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "authd/config/config_value.h"
#include "common/i18n.h"
#include "common/utf8.h"

#define AT(field) offsetof(struct config, field)
#define SIZE(field) sizeof(((struct config *)NULL)->field)
#define TEXT_AT(field) AT(field), SIZE(field)
#define SERVICE_AT(field) offsetof(struct policy_service, field), 0
#define NEAR 2 /* letters that a suggestion may differ by */

/* clang-format off */
static const struct config_row fixed[] = {
	{"", "mode", CONFIG_MODE, AT(mode), 0, 0, 0, 0},
	{"", "user", CONFIG_NAME_OR_NONE, TEXT_AT(user), 0, 0, 0},
	{"", "node", CONFIG_NAME, TEXT_AT(node), 0, 0, 0},
	{"", "run_dir", CONFIG_PATH, TEXT_AT(run_dir), 0, 0, 0},
	{"", "state_dir", CONFIG_PATH, TEXT_AT(state_dir), 0, 0, 0},
	{"", "key_file", CONFIG_PATH, TEXT_AT(key_file), 0, 0, 0},
	{"", "breakglass_file", CONFIG_PATH, TEXT_AT(breakglass_file), 0, 0, 0},
	{"", "workers", CONFIG_UNSIGNED, AT(workers), 0, 0, 256, 0},
	{"", "queue", CONFIG_UNSIGNED, AT(queue), 0, 1, 65536, 0},
	{"", "connections", CONFIG_UNSIGNED, AT(connections), 0, 1, 4096, 0},
	{"", "issuer", CONFIG_LABEL, TEXT_AT(issuer), 1, 0, 0},
	{"", "helpdesk", CONFIG_TEXT, TEXT_AT(policy.helpdesk), 0, 0, 0},
	{"lock", "backoff", CONFIG_BACKOFF, 0, 0, 0, 3600, 0},
	{"source", "shared", CONFIG_SHARED, 0, 0, 0, 0, 0},
	{"password", "memory_kib", CONFIG_UNSIGNED, AT(password_cost.memory_kib), 0, 1024, 1048576, 0},
	{"password", "passes", CONFIG_UNSIGNED, AT(password_cost.passes), 0, 1, 16, 0},
	{"password", "lanes", CONFIG_UNSIGNED, AT(password_cost.lanes), 0, 1, 16, 0},
	{"zone", "networks", CONFIG_INTERNAL, 0, 0, 0, 0, 0},
	{"service", "asked", CONFIG_SERVICE_SWITCH, SERVICE_AT(asked), 0, 0, 0},
	{"service", "kinds", CONFIG_SERVICE_KINDS, 0, 0, 0, 2, 0},
	{"service", "ask", CONFIG_SERVICE_ASK, 0, 0, 0, 0, 0},
	{"service", "key_only", CONFIG_SERVICE_SWITCH, SERVICE_AT(key_only), 0, 0, 0},
	{"service", "root", CONFIG_SERVICE_SWITCH, SERVICE_AT(root_allowed), 0, 0, 0},
	{"service", "console", CONFIG_SERVICE_SWITCH, SERVICE_AT(console), 0, 0, 0},
	{"service", "invoker", CONFIG_SERVICE_SWITCH, SERVICE_AT(invoker), 0, 0, 0},
};
/* clang-format on */

/* Text that is added to until it is full. */
struct text {
	char *bytes;
	size_t size, len;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
add(struct text *text, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text->bytes + text->len, text->size - text->len, format, ap);
	va_end(ap);
	if (n > 0)
		text->len += (size_t)n;
	if (text->len >= text->size)
		text->len = text->size - 1;
}

bool
config_section_titled(const char *section)
{
	return strcmp(section, "zone") == 0 || strcmp(section, "service") == 0;
}

bool
config_type_is_list(enum config_type type)
{
	return type == CONFIG_BACKOFF || type == CONFIG_INTERNAL || type == CONFIG_SHARED ||
	       type == CONFIG_SERVICE_ASK;
}

/* "lock.threshold" stands in section "lock"; "reply_grid" in none. */
static struct config_row
row_of_param(const struct policy_param_spec *spec)
{
	static const char *const sections[] = {"lock", "possession", "source", "password", "mfa",
		"totp", "hotp", "recovery", "deadline", "log"};
	struct config_row row = {.section = "",
		.name = spec->name,
		.type = CONFIG_PARAM,
		.min = spec->min,
		.max = spec->max,
		.param = spec->id};
	const char *dot = strchr(spec->name, '.');

	for (size_t i = 0; dot != NULL && i < sizeof(sections) / sizeof(sections[0]); i++) {
		size_t len = strlen(sections[i]);

		if (len != (size_t)(dot - spec->name) || strncmp(spec->name, sections[i], len) != 0)
			continue;
		row.section = sections[i];
		row.name = dot + 1;
	}
	return row;
}

size_t
config_rows(struct config_row rows_r[CONFIG_ROWS_MAX])
{
	size_t nparams;
	const struct policy_param_spec *specs = policy_params(&nparams);
	size_t n = 0;

	_Static_assert(P_COUNT + sizeof(fixed) / sizeof(fixed[0]) <= CONFIG_ROWS_MAX, "rows fit");
	for (size_t i = 0; i < nparams; i++)
		rows_r[n++] = row_of_param(&specs[i]);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		rows_r[n++] = fixed[i];
	return n;
}

const struct config_row *
config_row_find(const struct config_row *rows, size_t n, const char *section, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].section, section) == 0 && strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

static bool
is_among(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

size_t
config_sections(const struct config_row *rows, size_t n, const char **names_r, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (count < max && rows[i].section[0] != '\0' &&
			!is_among(rows[i].section, names_r, count))
			names_r[count++] = rows[i].section;
	return count;
}

/* The candidate nearest to what was written, as long as it is near at all. */
struct nearest {
	const char *written, *name;
	unsigned distance;
};

static void
consider(struct nearest *nearest, const char *name)
{
	unsigned distance = config_distance(nearest->written, name);

	if (distance > NEAR || distance >= nearest->distance || 2 * distance > strlen(name))
		return;
	nearest->name = name;
	nearest->distance = distance;
}

static void
list_names(const struct config_row *rows, size_t n, const char *section, struct text *text,
	struct nearest *nearest)
{
	const char *between = "";

	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].section, section) != 0)
			continue;
		add(text, "%s%s", between, rows[i].name);
		between = ", ";
		consider(nearest, rows[i].name);
	}
}

static void
list_sections(
	const struct config_row *rows, size_t n, struct text *text, struct nearest *nearest)
{
	const char *sections[CONFIG_ROWS_MAX];
	size_t count = config_sections(rows, n, sections, CONFIG_ROWS_MAX);

	add(text, "%s", _("; sections: "));
	for (size_t i = 0; i < count; i++) {
		add(text, "%s%s", i == 0 ? "" : ", ", sections[i]);
		consider(nearest, sections[i]);
	}
}

void
config_unknown(const struct config_row *rows, size_t n, const char *section, const char *name,
	char *text_r, size_t size)
{
	struct text text = {.bytes = text_r, .size = size};
	struct nearest nearest = {.written = name, .distance = NEAR + 1};
	char shown[72];

	(void)wf_utf8_escape(name, strlen(name), NULL, shown, sizeof(shown));
	if (section[0] == '\0')
		add(&text, _("unknown option '%s'; accepted: "), shown);
	else
		add(&text, _("unknown option '%s' in section '%s'; accepted: "), shown, section);
	list_names(rows, n, section, &text, &nearest);
	if (section[0] == '\0')
		list_sections(rows, n, &text, &nearest);
	if (nearest.name != NULL)
		add(&text, _(" (did you mean '%s'?)"), nearest.name);
}

static void
accepted_param(const struct config_row *row, struct text *text)
{
	size_t count;
	const char *unit = policy_params(&count)[row->param].unit;

	if (strcmp(unit, "s") == 0)
		add(text, _("%lld to %lld seconds, written as in 90, 90s, 10m, 1h or 1d"),
			(long long)row->min, (long long)row->max);
	else if (strcmp(unit, "ms") == 0)
		add(text, _("a number of milliseconds from %lld to %lld"), (long long)row->min,
			(long long)row->max);
	else if (strcmp(unit, "days") == 0)
		add(text, _("a number of days from %lld to %lld"), (long long)row->min,
			(long long)row->max);
	else
		add(text, _("a number from %lld to %lld"), (long long)row->min,
			(long long)row->max);
}

static void
accepted_number(const struct config_row *row, struct text *text)
{
	add(text, _("a number from %lld to %lld"), (long long)row->min, (long long)row->max);
}

static void
accepted_text(const struct config_row *row, struct text *text)
{
	add(text, _("one line of at most %zu bytes of UTF-8"), row->size - 1);
}

static void
accepted_label(const struct config_row *row, struct text *text)
{
	add(text, _("1 to %zu bytes of UTF-8 on one line, without a colon"), row->size - 1);
}

static void
accepted_name(const struct config_row *row, struct text *text)
{
	(void)row;
	add(text, "%s", _("1 to 64 letters, digits, '.', '_' and '-', not beginning with '-'"));
}

static void
accepted_name_or_none(const struct config_row *row, struct text *text)
{
	(void)row;
	add(text, "%s",
		_("1 to 64 letters, digits, '.', '_' and '-', not beginning with '-'; or \"\" for nobody"));
}

static void
accepted_path(const struct config_row *row, struct text *text)
{
	add(text, _("an absolute path of at most %zu bytes"), row->size - 1);
}

static void
accepted_mode(const struct config_row *row, struct text *text)
{
	(void)row;
	add(text, "%s", _("enforce or observe"));
}

static void
accepted_backoff(const struct config_row *row, struct text *text)
{
	(void)row;
	add(text, _("a list of 1 to %d delays of 0 to 3600 seconds, none shorter than the one before"),
		POLICY_BACKOFF_MAX);
}

static void
accepted_networks(const struct config_row *row, struct text *text)
{
	(void)row;
	add(text,
		_("a list of 1 to %d networks such as 192.0.2.0/24 or 2001:db8::/32, without bits set "
		  "behind the prefix, or single addresses"),
		POLICY_NETWORKS_MAX);
}

static void
accepted_switch(const struct config_row *row, struct text *text)
{
	(void)row;
	add(text, "%s", _("true or false (also yes, on, no, off)"));
}

static void
accepted_ask(const struct config_row *row, struct text *text)
{
	(void)row;
	add(text, "%s", _("a list of password and code"));
}

static void (*const accepted[])(const struct config_row *, struct text *) = {
	[CONFIG_PARAM] = accepted_param,
	[CONFIG_UNSIGNED] = accepted_number,
	[CONFIG_TEXT] = accepted_text,
	[CONFIG_LABEL] = accepted_label,
	[CONFIG_NAME] = accepted_name,
	[CONFIG_NAME_OR_NONE] = accepted_name_or_none,
	[CONFIG_PATH] = accepted_path,
	[CONFIG_MODE] = accepted_mode,
	[CONFIG_BACKOFF] = accepted_backoff,
	[CONFIG_INTERNAL] = accepted_networks,
	[CONFIG_SHARED] = accepted_networks,
	[CONFIG_SERVICE_SWITCH] = accepted_switch,
	[CONFIG_SERVICE_KINDS] = accepted_number,
	[CONFIG_SERVICE_ASK] = accepted_ask,
};

void
config_accepted(const struct config_row *row, char *text_r, size_t size)
{
	struct text text = {.bytes = text_r, .size = size};

	accepted[row->type](row, &text);
}
