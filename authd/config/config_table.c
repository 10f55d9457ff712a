/*
 * The rows, and the sentence about one that is not among them.  May not read files or change a
 * configuration.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/config_table.h"

#include <string.h>

#include "authd/config/config_say.h"
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
	{"", "mode", CONFIG_MODE, AT(mode), 0, 0, 0, 0, NULL},
	{"", "user", CONFIG_NAME_OR_NONE, TEXT_AT(user), 0, 0, 0, NULL},
	{"", "node", CONFIG_NAME, TEXT_AT(node), 0, 0, 0, NULL},
	{"", "run_dir", CONFIG_PATH, TEXT_AT(run_dir), 0, 0, 0, NULL},
	{"", "state_dir", CONFIG_PATH, TEXT_AT(state_dir), 0, 0, 0, NULL},
	{"", "key_file", CONFIG_PATH, TEXT_AT(key_file), 0, 0, 0, NULL},
	{"", "breakglass_file", CONFIG_PATH, TEXT_AT(breakglass_file), 0, 0, 0, NULL},
	{"", "workers", CONFIG_UNSIGNED, AT(workers), 0, 0, 256, 0, NULL},
	{"", "queue", CONFIG_UNSIGNED, AT(queue), 0, 1, 65536, 0, NULL},
	{"", "connections", CONFIG_UNSIGNED, AT(connections), 0, 1, 4096, 0, NULL},
	{"", "issuer", CONFIG_LABEL, TEXT_AT(issuer), 1, 0, 0, NULL},
	{"", "helpdesk", CONFIG_TEXT, TEXT_AT(policy.helpdesk), 0, 0, 0, NULL},
	{"lock", "backoff", CONFIG_BACKOFF, 0, 0, 0, 3600, 0, NULL},
	{"source", "shared", CONFIG_SHARED, 0, 0, 0, 0, 0, NULL},
	{"source", "trusted", CONFIG_TRUSTED, 0, 0, 0, 0, 0, NULL},
	{"password", "memory_kib", CONFIG_UNSIGNED, AT(password_cost.memory_kib), 0, 1024,
		1048576, 0, NULL},
	{"password", "passes", CONFIG_UNSIGNED, AT(password_cost.passes), 0, 1, 16, 0, NULL},
	{"password", "lanes", CONFIG_UNSIGNED, AT(password_cost.lanes), 0, 1, 16, 0, NULL},
	{"password", "leak_list", CONFIG_PATH, TEXT_AT(leak_list), 0, 0, 0, NULL},
	{"password", "words", CONFIG_WORDS, 0, 0, 0, 0, 0, NULL},
	{"log", "checkpoint_rows", CONFIG_UNSIGNED, AT(checkpoint_rows), 0, 1, 1000000, 0, NULL},
	{"log", "checkpoint_file", CONFIG_PATH, TEXT_AT(checkpoint_file), 0, 0, 0, NULL},
	{"zone", "networks", CONFIG_INTERNAL, 0, 0, 0, 0, 0, NULL},
	{"service", "asked", CONFIG_SWITCH, SERVICE_AT(asked), 0, 0, 0, NULL},
	{"service", "kinds", CONFIG_SERVICE_KINDS, 0, 0, 0, 2, 0, NULL},
	{"service", "ask", CONFIG_SERVICE_ASK, 0, 0, 0, 0, 0, NULL},
	{"service", "key_only", CONFIG_SWITCH, SERVICE_AT(key_only), 0, 0, 0, NULL},
	{"service", "root", CONFIG_SWITCH, SERVICE_AT(root_allowed), 0, 0, 0, NULL},
	{"service", "console", CONFIG_SWITCH, SERVICE_AT(console), 0, 0, 0, NULL},
	{"service", "invoker", CONFIG_SWITCH, SERVICE_AT(invoker), 0, 0, 0, NULL},
	{"service", "shell", CONFIG_SWITCH, SERVICE_AT(shell), 0, 0, 0, NULL},
	CONFIG_REGISTER_ROWS("service", struct policy_service, entry),
	CONFIG_REGISTER_ROWS("host", struct policy_host, entry),
};
/* clang-format on */

static bool
is_among(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

bool
config_section_titled(const char *section)
{
	static const char *const titled[] = {"zone", "service", "host", "client", "reply",
		"upstream", "stream", "resolve", "deviate", "draft", "detect"};

	return is_among(section, titled, sizeof(titled) / sizeof(titled[0]));
}

bool
config_type_is_list(enum config_type type)
{
	static const bool lists[CONFIG_TYPES] = {
		[CONFIG_BACKOFF] = true,
		[CONFIG_INTERNAL] = true,
		[CONFIG_SHARED] = true,
		[CONFIG_WORDS] = true,
		[CONFIG_TRUSTED] = true,
		[CONFIG_SERVICE_ASK] = true,
		[CONFIG_FLAGS] = true,
		[CONFIG_LISTEN] = true,
		[CONFIG_DICTIONARIES] = true,
		[CONFIG_NETWORKS] = true,
		[CONFIG_CERTIFICATES] = true,
		[CONFIG_GROUPS] = true,
		[CONFIG_REPLIES] = true,
		[CONFIG_ATTRIBUTES] = true,
		[CONFIG_RELAYS_LISTEN] = true,
		[CONFIG_HOSTS] = true,
		[CONFIG_SERVERS] = true,
		[CONFIG_MAIL_SERVERS] = true,
		[CONFIG_PEOPLE] = true,
		[CONFIG_COMPLY] = true,
		[CONFIG_IS] = true,
	};

	return lists[type];
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

	static const struct config_row *(*const parts[])(size_t *n_r) = {
		config_radius_rows, config_relay_rows, config_upstream_rows, config_stream_rows,
		config_comply_rows, config_backup_rows, config_alert_rows};

	_Static_assert(P_COUNT + sizeof(fixed) / sizeof(fixed[0]) + CONFIG_RADIUS_ROWS_MAX +
				       RELAY_ROWS_MAX + UPSTREAM_ROWS_MAX + STREAM_ROWS_MAX +
				       DETECT_ROWS + COMPLY_ROWS_MAX + BACKUP_ROWS_MAX +
				       ALERT_ROWS_MAX <=
			       CONFIG_ROWS_MAX,
		"rows fit");
	for (size_t i = 0; i < nparams; i++)
		rows_r[n++] = row_of_param(&specs[i]);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		rows_r[n++] = fixed[i];
	n += config_detect_rows(rows_r + n);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t count;
		const struct config_row *rows = parts[i](&count);

		for (size_t j = 0; j < count; j++)
			rows_r[n++] = rows[j];
	}
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
list_names(const struct config_row *rows, size_t n, const char *section, struct config_text *text,
	struct nearest *nearest)
{
	const char *between = "";

	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].section, section) != 0)
			continue;
		config_say(text, "%s%s", between, rows[i].name);
		between = ", ";
		consider(nearest, rows[i].name);
	}
}

static void
list_sections(
	const struct config_row *rows, size_t n, struct config_text *text, struct nearest *nearest)
{
	const char *sections[CONFIG_ROWS_MAX];
	size_t count = config_sections(rows, n, sections, CONFIG_ROWS_MAX);

	config_say(text, "%s", _("; sections: "));
	for (size_t i = 0; i < count; i++) {
		config_say(text, "%s%s", i == 0 ? "" : ", ", sections[i]);
		consider(nearest, sections[i]);
	}
}

void
config_unknown(const struct config_row *rows, size_t n, const char *section, const char *name,
	char *text_r, size_t size)
{
	struct config_text text = {.bytes = text_r, .size = size};
	struct nearest nearest = {.written = name, .distance = NEAR + 1};
	char shown[72];

	(void)wf_utf8_escape(name, strlen(name), NULL, shown, sizeof(shown));
	if (section[0] == '\0')
		config_say(&text, _("unknown option '%s'; accepted: "), shown);
	else
		config_say(&text, _("unknown option '%s' in section '%s'; accepted: "), shown,
			section);
	list_names(rows, n, section, &text, &nearest);
	if (section[0] == '\0')
		list_sections(rows, n, &text, &nearest);
	if (nearest.name != NULL)
		config_say(&text, _(" (did you mean '%s'?)"), nearest.name);
}
