/*
 * Acts, from their table: each with what it must have, and with all it may have; and its
 * dictionary.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "authd/account/act.h"
#include "tests/fuzz/seeds.h"

#define TEXT_MAX 8192
#define HASH "$5$rounds=1000$saltsalt$fEOuqCnbXlEDTZQZzTeA6xVhBFF2nPbUmXM1GPpuOc."

struct writer {
	char text[TEXT_MAX];
	size_t len;
};

static void
add(struct writer *writer, const char *before, const char *text, size_t len)
{
	int n = snprintf(writer->text + writer->len, TEXT_MAX - writer->len, "%s%.*s", before,
		(int)len, text);

	if (n < 0 || (size_t)n >= TEXT_MAX - writer->len)
		seed_need(WF_TOO_LONG);
	writer->len += (size_t)n;
}

/* Those that their type does not say; the people are those of acts_place.c. */
static const struct {
	const char *name, *value;
} values[] = {
	{"hash", HASH},
	{"password", "a staple of batteries"},
	{"name", "backup.1"},
	{"uid", "2000003"},
	{"id", "3"},
};

static const char *
sample(const struct act_arg_spec *spec)
{
	static const char *const by_type[] = {
		[ARG_TEXT] = "text",
		[ARG_USER] = "alice",
		[ARG_TIME] = "1773187200000000",
		[ARG_FLAG] = "1",
		[ARG_NETWORKS] = "192.0.2.0/24 2001:db8::7",
		[ARG_GROUPS] = "staff,vpn",
		[ARG_HEX] = "000102030405060708090a0b0c0d0e0f",
	};
	static char number[24];

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strcmp(values[i].name, spec->name) == 0)
			return values[i].value;
	if (spec->type == ARG_CHOICE)
		return spec->choices;
	if (spec->type != ARG_NUMBER)
		return spec->secret ? "123456" : by_type[spec->type];
	(void)snprintf(number, sizeof(number), "%" PRId64, spec->min);
	return number;
}

static void
seed_act(const struct act *act, bool all)
{
	static struct writer writer;
	char name[64];

	writer.len = 0;
	add(&writer, "", act->id, strlen(act->id));
	for (const struct act_arg_spec *spec = act->args; spec->name != NULL; spec++) {
		const char *value = sample(spec);
		const bool fresh =
			strncmp(act->id, "user.add", 8) == 0 || strcmp(act->id, "user.import") == 0;

		if (!all && !spec->required)
			continue;
		add(&writer, spec->secret ? "\n!" : "\n", spec->name, strlen(spec->name));
		add(&writer, "=", value, strcspn(value, "|"));
		if (fresh && strcmp(spec->name, "user") == 0)
			add(&writer, "", "2", 1);
	}
	(void)snprintf(name, sizeof(name), "%s-%s", act->id, all ? "all" : "least");
	seed_put("acts", name, writer.text, writer.len);
}

static void
dictionary(const struct act *acts, size_t n)
{
	static const char *const others[] = {"\\x0a", "\\x0a!", "=", " none", " helpdesk",
		" officer", "rosa", "iris", "-9223372036854775808", "\\xe2\\x80\\xae",
		"9223372036854775807", "$6$", "$y$j9T$"};
	static struct writer writer;

	for (size_t i = 0; i < n; i++) {
		add(&writer, "\"", acts[i].id, strlen(acts[i].id));
		add(&writer, "", "\"\n", 2);
		for (const struct act_arg_spec *spec = acts[i].args; spec->name != NULL; spec++) {
			const char *value = sample(spec);

			if (i > 0 && spec->required) /* the first few acts have them all */
				continue;
			add(&writer, spec->secret ? "\"\\x0a!" : "\"\\x0a", spec->name,
				strlen(spec->name));
			add(&writer, "=", value, strcspn(value, "|"));
			add(&writer, "", "\"\n", 2);
		}
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		add(&writer, "\"", others[i], strlen(others[i]));
		add(&writer, "", "\"\n", 2);
	}
	seed_put(".", "acts.dict", writer.text, writer.len);
}

void
seeds_acts(void)
{
	static const char *const others[][2] = {
		{"denied", "user.add none\nuser=eve\n!password=a staple of batteries"},
		{"twice", "user.show\nuser=alice\nuser=rosa"},
		{"open-secret", "user.add\nuser=eve\npassword=a staple of batteries"},
		{"cut-character",
			"user.add\nuser=a\nuid="
			"x\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
			"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
			"\xc3\xa4\xc3\xa4"
			"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
			"\xc3\xa4\xc3\xa4"
			"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"},
		{"odd", "user.fly\n=\nx\n!\nuser"},
	};
	size_t n;
	const struct act *acts = act_table(&n);

	for (size_t i = 0; i < n; i++) {
		seed_act(&acts[i], false);
		seed_act(&acts[i], true);
	}
	dictionary(acts, n);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		seed_put("acts", others[i][0], others[i][1], strlen(others[i][1]));
}
