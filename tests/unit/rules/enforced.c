/* What rows of several tables share: configurations with the shipped profiles, and two shows. */
#include <config.h> /* the build's: in quotes it would be the one beside the daemon's */

#include "tests/unit/rules/enforced.h"

#include "tests/unit/rules/shipped.h"
#undef LENGTH
#include "tests/unit/config/fixture.h"

void
enforced_setup(void)
{
	setup();
	shipped_install(folder);
}

void
enforced_setup_bare(void)
{
	setup();
	make_folder("profiles");
	make_folder("profiles/criteria");
}

void
enforced_write(const char *name, const char *text)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "profiles/%s", name);
	write_file(path, text, strlen(text));
}

void
enforced_teardown(void)
{
	static const char *const below[] = {"profiles/criteria", "profiles"};
	char path[128];

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, below[i]);
		empty_folder(path);
	}
	teardown();
}

static void
write_conf(const char *conf)
{
	char whole[16384];
	int len = snprintf(
		whole, sizeof(whole), "profiles_dir = \"%s/profiles\"\n%s", folder, conf);

	ck_assert_int_lt(len, (int)sizeof(whole));
	write_main(whole);
}

struct config *
enforced_load(const char *conf)
{
	write_conf(conf);
	return load();
}

struct config *
enforced_try(const char *conf, const char **refused_r)
{
	struct config *config = NULL;

	write_conf(conf);
	*refused_r = config_load(main_file, &config, &error) == WF_OK ? NULL : error.text;
	return config;
}

const char *
enforced_refusal(const char *conf)
{
	write_conf(conf);
	return refused(WF_INVALID);
}

void
enforced_shows_value(const struct enforced_row *row)
{
	struct config *config = enforced_load(row->conf);
	const struct rule_spec *spec = rule_find(row->about);
	const struct policy_held *held;
	char value[RULE_VALUE_SIZE], text[RULE_VALUE_SIZE + 64];

	ck_assert_msg(spec != NULL, "%s", row->about);
	held = policy_held(
		&config->policy, (enum rule_id)rule_index(spec), row->kind, row->guard);
	ck_assert_int_ne(rule_today(spec, held->value), RULE_NOT_YET);
	(void)snprintf(text, sizeof(text), "%s %s",
		held->set ? rule_value_text(spec, held->value, value) : "none",
		held->origin.criterion);
	ck_assert_str_eq(text, row->expected);
	config_free(&config);
}

void
enforced_shows_refusal(const struct enforced_row *row)
{
	const char *said = enforced_refusal(row->conf);

	ck_assert_msg(strstr(said, row->expected) != NULL, "%s\nlacks: %s", said, row->expected);
}
