/*
 * What `policy show` prints of a value may be written into a section `resolve`: for each parameter
 * that documents speak about, the text of a value goes round by way of warifu.conf and is the same.
 */
#include <config.h> /* the build's: in quotes it would be the one beside the daemon's */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/rules/enforced.h"
#include "tests/unit/unit.h"

#define CATALOGUE \
	"criterion \"R-1\" {\nlevel = \"1\"\nforce = must\naim = enforced\nja = \"x\"\nen " \
	"= \"x\"\n}\n"
#define HEAD                                                                                 \
	"title_ja = \"x\"\ntitle_en = \"x\"\ndocument = \"R\"\nedition = \"1\"\nreviewed = " \
	"\"2026-01-01\"\ncriteria = \"r\"\n"

/* A document that leaves everything open. */
static void
write_open_profile(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	fputs(HEAD, out);
	for (size_t rule = 0; rule < R_COUNT; rule++)
		fprintf(out,
			"value {\nof = \"%s\"\nis = {\"undefined\"}\ncriterion = \"R-1\"\n"
			"force = \"must\"\n}\n",
			rule_spec((enum rule_id)rule)->name);
	ck_assert_int_eq(fclose(out), 0);
	enforced_write("criteria/r.criteria", CATALOGUE);
	enforced_write("r.profile", text);
	free(text);
}

/* Some value of each: the largest, one, or one that fills no larger unit of time. */
static int64_t
value_of(const struct rule_spec *spec, int turn)
{
	const int64_t most = spec->members != NULL ? rule_all_members(spec) : spec->max;
	const int64_t values[] = {most, 1, most > 90 ? 90 : most};

	return values[turn];
}

/* As it stands in the list `is`: "a, b" in two words. */
static void
put_resolve(FILE *out, const struct rule_spec *spec, int64_t value)
{
	char text[RULE_VALUE_SIZE];
	char *rest = rule_value_text(spec, value, text) == text ? text : NULL;

	fprintf(out, "resolve \"%s\" { is = {", spec->name);
	for (char *word = strtok_r(rest, ", ", &rest); word != NULL;
		word = strtok_r(NULL, ", ", &rest))
		fprintf(out, "%s\"%s\"", word == text ? "" : ", ", word);
	fprintf(out, "}" ENFORCED_SIGNED);
}

static char *
conf_of(int turn)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	fputs("comply = {\"r\"}\n", out);
	for (size_t rule = 0; rule < R_COUNT; rule++) {
		const struct rule_spec *spec = rule_spec((enum rule_id)rule);

		put_resolve(out, spec, value_of(spec, turn));
	}
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

START_TEST(what_is_shown_is_accepted)
{
	struct config *config;
	char *conf = conf_of(_i);

	write_open_profile();
	config = enforced_load(conf);
	for (size_t rule = 0; rule < R_COUNT; rule++) {
		const struct rule_spec *spec = rule_spec((enum rule_id)rule);

		ck_assert_msg(config->comply.composed.cells[rule][0].value == value_of(spec, _i),
			"%s: %" PRId64, spec->name, config->comply.composed.cells[rule][0].value);
	}
	config_free(&config);
	free(conf);
}
END_TEST

static Suite *
resolve_suite(void)
{
	Suite *suite = suite_create("resolve");
	TCase *round = tcase_create("round trip");

	tcase_add_checked_fixture(round, enforced_setup_bare, enforced_teardown);
	tcase_add_loop_test(round, what_is_shown_is_accepted, 0, 3);
	suite_add_tcase(suite, round);
	return suite;
}

UNIT_MAIN(resolve_suite)
