/* Configurations from the table of options, command lines from the table of commands. */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "authd/config/config_table.h"
#include "ctl/command.h"
#include "tests/fuzz/seeds.h"

#define TEXT_MAX 16384

struct writer {
	char text[TEXT_MAX];
	size_t len;
};

static void add(struct writer *writer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void
add(struct writer *writer, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(writer->text + writer->len, TEXT_MAX - writer->len, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= TEXT_MAX - writer->len)
		seed_need(WF_TOO_LONG);
	writer->len += (size_t)n;
}

/* --- warifu.conf --- */

/* A value for each type that is no number; see enum config_type. */
static const char *const config_samples[CONFIG_TYPES] = {
	[CONFIG_TEXT] = "\"call 1234\"",
	[CONFIG_LABEL] = "'Warifu'",
	[CONFIG_NAME] = "node-1",
	[CONFIG_NAME_OR_NONE] = "\"\"",
	[CONFIG_PATH] = "/run/x",
	[CONFIG_MODE] = "observe",
	[CONFIG_BACKOFF] = "{0, 1s, 1m}",
	[CONFIG_INTERNAL] = "{\"192.0.2.0/24\", \"2001:db8::/32\"}",
	[CONFIG_SHARED] = "{192.0.2.7}",
	[CONFIG_TRUSTED] = "{192.0.2.7}",
	[CONFIG_SWITCH] = "yes",
	[CONFIG_SERVICE_KINDS] = "1",
	[CONFIG_SERVICE_ASK] = "{password}",
	[CONFIG_LISTEN] = "{\"127.0.0.1:1812\", \"[2001:db8::1]:2083\"}",
	[CONFIG_FLAGS] = "{\"1.0\", \"1.1\"}",
	[CONFIG_DICTIONARIES] = "{/d}",
	[CONFIG_SERVER] = "\"auth.example.jp:7443\"",
	[CONFIG_RECEIVER] = "\"tcp://log.example.jp:601\"",
	[CONFIG_RELAYS_LISTEN] = "{\"127.0.0.1:7443\", \"[::1]:7443\"}",
	[CONFIG_HOSTS] = "{web1.example.jp, web2}",
};

static void
add_option(struct writer *writer, const struct config_row *row, bool most)
{
	add(writer, "%s = ", row->name);
	if (config_samples[row->type] == NULL)
		add(writer, "%" PRId64, most ? row->max : row->min);
	else
		add(writer, "%s", config_samples[row->type]);
	add(writer, "\n");
}

static void
add_section(struct writer *writer, const struct config_row *rows, size_t n, const char *section,
	bool most)
{
	if (section[0] != '\0')
		add(writer, "%s%s {\n", section,
			!config_section_titled(section)		? ""
			: strcmp(section, "zone") == 0 ? " \"internal\""
						       : " sshd");
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].section, section) == 0)
			add_option(writer, &rows[i], most);
	if (section[0] != '\0')
		add(writer, "}\n");
}

/* Those of which not all options go together; a relay serves no relays. */
static bool
left_out(const char *section, bool most)
{
	return strcmp(section, "client") == 0 || strcmp(section, "reply") == 0 ||
		strcmp(section, most ? "relay" : "relays") == 0;
}

/* Every option, at one end of what it accepts. */
static void
seed_config(const char *name, bool most)
{
	static struct writer writer;
	struct config_row rows[CONFIG_ROWS_MAX];
	const char *sections[CONFIG_ROWS_MAX];
	size_t n = config_rows(rows), count = config_sections(rows, n, sections, CONFIG_ROWS_MAX);

	writer.len = 0;
	add_section(&writer, rows, n, "", most);
	/* clients and replies are in seeds_texts.c: not all options go together */
	for (size_t i = 0; i < count; i++)
		if (!left_out(sections[i], most))
			add_section(&writer, rows, n, sections[i], most);
	seed_put("config", name, writer.text, writer.len);
}

static void
config_dictionary(void)
{
	static const char *const others[] = {"{", "}", " = ", "{0, 1}", "'", "\\\"", "/*", "*/",
		"//", "\\x0a", "\\\\", "${HOME}", "true", "off", "90s", "1h", "192.0.2.0/24",
		"::/0", "+=", "include(", "[::]:1812", "fortigate", "code-last", "auto", "%group",
		"2026-01-31", "Class = x"};
	static struct writer writer;
	struct config_row rows[CONFIG_ROWS_MAX];
	const char *sections[CONFIG_ROWS_MAX];
	size_t n = config_rows(rows), count = config_sections(rows, n, sections, CONFIG_ROWS_MAX);

	for (size_t i = 0; i < n; i++)
		add(&writer, "\"%s = \"\n", rows[i].name);
	for (size_t i = 0; i < count; i++)
		add(&writer, "\"%s%s {\\x0a\"\n", sections[i],
			config_section_titled(sections[i]) ? " x" : "");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		add(&writer, "\"%s\"\n", others[i]);
	seed_put(".", "config.dict", writer.text, writer.len);
}

/* --- the command line --- */

static void
add_command_option(struct writer *writer, const struct option_spec *option)
{
	static const char *const values[] = {
		[VALUE_TEXT] = "text",
		[VALUE_NUMBER] = "12",
		[VALUE_SINCE] = "2h",
		[VALUE_BEFORE] = "2026-03-01",
		[VALUE_FROM] = "2d",
		[VALUE_UNTIL] = "2027-01-01",
		[VALUE_DURATION] = "10m",
	};

	add(writer, "\n--%s", option->name);
	if (option->kind == VALUE_CHOICE)
		add(writer, "=%.*s", (int)strcspn(option->choices, "|"), option->choices);
	else if (option->kind != VALUE_FLAG)
		add(writer, "\n%s", values[option->kind]);
}

static void
seed_command(const struct command *command)
{
	static struct writer writer;
	const struct option_spec *option;
	char name[96];

	writer.len = 0;
	add(&writer, "%s", command->name);
	if (command->sub != NULL)
		add(&writer, "\n%s", command->sub);
	for (const struct operand_spec *operand = command->operands; operand->name != NULL;
		operand++) {
		const char *text = operand->choices != NULL ? operand->choices : "alice";

		add(&writer, "\n%.*s", (int)strcspn(text, "|"), text);
	}
	for (option = command->options; option != NULL && option->name != NULL; option++)
		add_command_option(&writer, option);
	(void)snprintf(name, sizeof(name), "%s%s%s", command->name, command->sub != NULL ? "-" : "",
		command->sub != NULL ? command->sub : "");
	seed_put("args", name, writer.text, writer.len);
}

static void
commands(void)
{
	static const char odd[] = "--json\nuser\n--lang=ja\nshow\n--\n-odd";
	size_t count;
	const struct command *table = command_table(&count);

	for (size_t i = 0; i < count; i++)
		seed_command(&table[i]);
	seed_put("args", "odd", odd, sizeof(odd) - 1);
	seed_put("args", "help", "help\ntoken\nadd", 14);
}

void
seeds_words(void)
{
	static const char broken[] = "lock {\n\tthreshold = ten\n}\nmode = \"${HOME}\"\n/* open";
	static const char list[] = "zone internal { networks = {} }\nlock { backoff += {1} }\n";

	seed_config("least", false);
	seed_config("most", true);
	seed_put("config", "broken", broken, sizeof(broken) - 1);
	seed_put("config", "list", list, sizeof(list) - 1);
	config_dictionary();
	commands();
}
