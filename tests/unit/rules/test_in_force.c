/*
 * I9 where it counts: what two documents put in force together is weaker than neither, built-in
 * values and all; not only what their claims compose to (test_compose.c).  Every pair of shipped
 * profiles is started, and pairs of documents made up at random, with an answer for each
 * contradiction that the start names; a parameter that somebody has answered for is his, and is
 * not compared.  I9_SEED repeats the random ones.  And under each no other document is named.
 */
#include <config.h> /* the build's: in quotes it would be the one beside the daemon's */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/dice.h"
#include "tests/unit/rules/enforced.h"
#include "tests/unit/rules/shipped.h"

#define PROFILES LENGTH(shipped_profiles)
#define ANSWERS_MAX 32
#define RANDOM_PAIRS 240

/* A start under one or two profiles. */
struct start {
	char conf[8000];
	bool answered[R_COUNT];
	struct config *config;
};

/* Values of both sides that were compared: a test that compares nothing proves nothing. */
static size_t compared;

static void add(struct start *start, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void
add(struct start *start, const char *format, ...)
{
	size_t len = strlen(start->conf);
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(start->conf + len, sizeof(start->conf) - len, format, ap);
	va_end(ap);
	ck_assert_int_ge(n, 0);
	ck_assert_uint_lt(len + (size_t)n, sizeof(start->conf));
}

/* Does what the sentence says, "... resolve "password.classes.general" { is = ...", with none. */
static void
answer(struct start *start, const char *sentence)
{
	const char *named = strstr(sentence, "resolve \"");
	const struct rule_spec *spec;
	unsigned kinds, guards;
	char name[65];

	ck_assert_msg(named != NULL && sscanf(named, "resolve \"%64[^\"]", name) == 1, "%s",
		sentence);
	ck_assert_msg(rule_cells_find(name, &spec, &kinds, &guards), "%s", sentence);
	start->answered[rule_index(spec)] = true;
	add(start, "resolve \"%s\" { is = {\"none\"}" ENFORCED_SIGNED, name);
}

static void
explain_draft(struct start *start, const char *name)
{
	if (strncmp(name, "scsdraft", strlen("scsdraft")) == 0)
		add(start, "draft \"%s\" {%s", name, ENFORCED_SIGNED);
}

static void
start_with(struct start *start, const char *first, const char *second)
{
	const char *refused;

	*start = (struct start){.conf = ""};
	add(start, "comply = {\"%s\", \"%s\"}\n", first, second);
	explain_draft(start, first);
	if (strcmp(first, second) != 0)
		explain_draft(start, second);
	start->config = enforced_try(start->conf, &refused);
	for (size_t i = 0; start->config == NULL && i < ANSWERS_MAX; i++) {
		answer(start, refused);
		start->config = enforced_try(start->conf, &refused);
	}
	ck_assert_msg(start->config != NULL, "%s\n%s", refused, start->conf);
}

/* --- what is compared --- */

/*
 * Not what somebody has answered for; not what the daemon does whatever is written; and where one
 * document forbids to demand anything, a demand of nobody but ourselves does not outweigh it.
 */
static bool
is_comparable(const struct start *alone, const struct start *together, size_t rule, size_t cell)
{
	const struct config_comply *all = &together->config->comply;
	const bool ours = alone->config->comply.composed.cells[rule][cell].state == CELL_SILENT;

	return alone->config->policy.values.held[rule][cell].set && !alone->answered[rule] &&
	       !together->answered[rule] &&
	       rule_spec((enum rule_id)rule)->source != RULE_BUILT_IN &&
	       !(ours && all->composed.cells[rule][cell].state == CELL_BARRED);
}

static void
compare(const struct start *alone, const struct start *together, const char *names)
{
	for (size_t rule = 0; rule < R_COUNT; rule++) {
		const struct rule_spec *spec = rule_spec((enum rule_id)rule);

		for (size_t i = 0; i < RULE_CELLS; i++) {
			const struct policy_held *a = &alone->config->policy.values.held[rule][i];
			const struct policy_held *b =
				&together->config->policy.values.held[rule][i];

			if (!is_comparable(alone, together, rule, i))
				continue;
			compared++;
			ck_assert_msg(b->set && !rule_weaker(spec, b->value, a->value),
				"%s: %s, cell %zu: %" PRId64 ", and %" PRId64 " together", names,
				spec->name, i, a->value, b->value);
		}
	}
}

START_TEST(I9_no_pair_is_weaker_than_a_part)
{
	const char *const one = shipped_profiles[_i];
	struct start alone, together;
	char names[64];

	start_with(&alone, one, one);
	for (size_t i = 0; i < PROFILES; i++) {
		start_with(&together, one, shipped_profiles[i]);
		(void)snprintf(names, sizeof(names), "%s of %s+%s", one, one, shipped_profiles[i]);
		compare(&alone, &together, names);
		config_free(&together.config);
	}
	config_free(&alone.config);
	ck_assert_uint_gt(compared, PROFILES * R_COUNT);
}
END_TEST

/* --- who is named --- */

static void
assert_chosen(const struct config *config, const char *criterion, const char *where)
{
	const struct rules_book *book = &config->comply.book;
	const struct rules_profile *profile = rules_profile_find(book, config->comply.names[0]);
	const struct rules_catalogue *catalogue = rules_catalogue_find(book, profile->criteria);

	if (criterion[0] == '\0')
		return;
	for (size_t i = 0; i < catalogue->n; i++)
		if (strcmp(catalogue->criteria[i].id, criterion) == 0)
			return;
	ck_abort_msg("%s: %s names %s", profile->name, where, criterion);
}

/* Built-in values are taken from documents, too; who chose another one does not read of them. */
START_TEST(no_other_document_is_named)
{
	struct start alone;
	const struct policy *policy;
	size_t n;
	const struct rule_act_spec *acts = rule_acts(&n);

	start_with(&alone, shipped_profiles[_i], shipped_profiles[_i]);
	policy = &alone.config->policy;
	for (size_t rule = 0; rule < R_COUNT; rule++)
		for (size_t i = 0; i < RULE_CELLS; i++)
			assert_chosen(alone.config, policy->values.held[rule][i].origin.criterion,
				rule_spec((enum rule_id)rule)->name);
	for (size_t i = 0; i < P_COUNT; i++)
		assert_chosen(alone.config, policy->numbers[i].origin.criterion, "an option");
	for (size_t i = 0; i < n; i++)
		assert_chosen(alone.config, policy->values.acts[i], acts[i].name);
	config_free(&alone.config);
}
END_TEST

/* --- documents made up --- */

#define RANDOM_HEAD                                                                          \
	"title_ja = \"x\"\ntitle_en = \"x\"\ndocument = \"R\"\nedition = \"1\"\nreviewed = " \
	"\"2026-01-01\"\ncriteria = \"r\"\n"
#define RANDOM_CATALOGUE                                                                  \
	"criterion \"R-1\" {\nlevel = \"1\"\nforce = must\naim = enforced\nja = \"x\"\nen " \
	"= \"x\"\n}\n"
#define RANDOM_RULES 8
#define RANDOM_CLAIMS 12

static uint32_t state;

static unsigned
pick(unsigned below)
{
	return dice_pick(&state, below);
}

static uint32_t
seed(void)
{
	const char *text = getenv("I9_SEED");
	uint32_t value = text == NULL ? (uint32_t)getpid() : (uint32_t)strtoul(text, NULL, 10);

	return value == 0 ? 1 : value;
}

/* Some words of a list, at least one. */
static void
put_words(FILE *out, const char *option, const char *const *words)
{
	unsigned n = 0, chosen;

	while (words[n] != NULL)
		n++;
	chosen = 1 + pick((1U << n) - 1);
	fprintf(out, "%s = {", option);
	for (unsigned i = 0, put = 0; i < n; i++)
		if ((chosen & 1U << i) != 0)
			fprintf(out, "%s\"%s\"", put++ == 0 ? "" : ", ", words[i]);
	fprintf(out, "}\n");
}

static void
put_value(FILE *out, const struct rule_spec *spec)
{
	static const char *const yes[] = {"no", "yes"};
	static const char *const open[] = {"undefined", "forbidden"};

	if (pick(8) == 0)
		fprintf(out, "is = {\"%s\"}\n", open[pick(2)]);
	else if (spec->members != NULL)
		put_words(out, "is", spec->members);
	else if (strcmp(spec->unit, "yes") == 0)
		fprintf(out, "is = {\"%s\"}\n", yes[pick(2)]);
	else
		fprintf(out, "is = {\"%u\"}\n", pick((unsigned)spec->max + 1));
}

static void
put_claim(FILE *out, const struct rule_spec *spec)
{
	static const char *const kinds[] = {"general", "privileged", "service", NULL};
	static const char *const guards[] = {"mfa", "lock", "none", NULL};
	static const char *const forces[] = {"must", "where-possible", "sample", "recommended"};

	fprintf(out, "value {\nof = \"%s\"\n", spec->name);
	if ((spec->splits & RULE_BY_KIND) != 0)
		put_words(out, "for", kinds);
	if ((spec->splits & RULE_BY_GUARD) != 0)
		put_words(out, "guard", guards);
	put_value(out, spec);
	fprintf(out, "criterion = \"R-1\"\nforce = \"%s\"\n}\n", forces[pick(LENGTH(forces))]);
}

/* About a few parameters, so that two of them often speak of the same, and often one is silent. */
static void
make_profile(const char *name, const enum rule_id rules[RANDOM_RULES])
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	fputs(RANDOM_HEAD, out);
	for (unsigned i = pick(RANDOM_CLAIMS) + 1; i > 0; i--)
		put_claim(out, rule_spec(rules[pick(RANDOM_RULES)]));
	ck_assert_int_eq(fclose(out), 0);
	enforced_write(name, text);
	free(text);
}

/* Of what is allowed there is always one: there a silent document is hardest to respect. */
static void
make_pair(void)
{
	enum rule_id rules[RANDOM_RULES] = {pick(2) == 0 ? R_MFA_COUNTS : R_FIREWALL_CHANGE};

	for (size_t i = 1; i < RANDOM_RULES; i++)
		rules[i] = (enum rule_id)pick(R_COUNT);
	make_profile("ra.profile", rules);
	make_profile("rb.profile", rules);
}

START_TEST(I9_nor_is_any_pair_made_up)
{
	static const char *const parts[] = {"ra", "rb"};
	const uint32_t first = seed();
	struct start alone, together;
	char names[64];

	state = first;
	enforced_write("criteria/r.criteria", RANDOM_CATALOGUE);
	for (int round = 0; round < RANDOM_PAIRS; round++) {
		make_pair();
		start_with(&together, parts[0], parts[1]);
		for (size_t i = 0; i < LENGTH(parts); i++) {
			start_with(&alone, parts[i], parts[i]);
			(void)snprintf(names, sizeof(names), "I9_SEED=%" PRIu32 ", pair %d, %s",
				first, round, parts[i]);
			compare(&alone, &together, names);
			config_free(&alone.config);
		}
		config_free(&together.config);
	}
	printf("I9_SEED=%" PRIu32 ": %zu values compared\n", first, compared);
	ck_assert_uint_gt(compared, RANDOM_PAIRS * R_COUNT);
}
END_TEST

static Suite *
in_force_suite(void)
{
	Suite *suite = suite_create("in_force");
	TCase *shipped = tcase_create("shipped"), *made_up = tcase_create("made up");

	tcase_add_checked_fixture(shipped, enforced_setup, enforced_teardown);
	tcase_set_timeout(shipped, 120);
	tcase_add_loop_test(shipped, I9_no_pair_is_weaker_than_a_part, 0, (int)PROFILES);
	tcase_add_loop_test(shipped, no_other_document_is_named, 0, (int)PROFILES);
	tcase_add_checked_fixture(made_up, enforced_setup_bare, enforced_teardown);
	tcase_set_timeout(made_up, 120);
	tcase_add_test(made_up, I9_nor_is_any_pair_made_up);
	suite_add_tcase(suite, shipped);
	suite_add_tcase(suite, made_up);
	return suite;
}

UNIT_MAIN(in_force_suite)
