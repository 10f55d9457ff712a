/*
 * Each setting that documents ask for, switched off by itself: which criteria of the report turn.
 * Those that turn have to name the setting (by a value of the profile, or as what they are met by),
 * so no other one does; which ones they are is kept as a table, tests/vectors/report/off.txt.
 * Made anew by: make report-snapshot
 */
#include "config.h"

#include "tests/unit/account/comply.h"

#include <string.h>
#include <unistd.h>

#include "authd/account/policy_view.h"
#include "tests/unit/rules/enforced.h"

#define CRITERIA_MAX 512
#define TABLE_SIZE (256 * 1024)

/* --- states of all criteria --- */

struct states {
	size_t n;
	struct {
		char id[32], state[32];
	} list[CRITERIA_MAX];
};

static void
read_states(const char *profile, struct states *states_r)
{
	char named[32];

	(void)snprintf(named, sizeof(named), "profile=%s", profile);
	rig_ok("report", named);
	states_r->n = 0;
	for (size_t row = 0; row < rig.nrows; row++) {
		if (strcmp(rig_cell(row, "part"), "criterion") != 0)
			continue;
		ck_assert_uint_lt(states_r->n, CRITERIA_MAX);
		(void)snprintf(states_r->list[states_r->n].id, sizeof(states_r->list[0].id), "%s",
			rig_cell(row, "criterion"));
		(void)snprintf(states_r->list[states_r->n++].state, sizeof(states_r->list[0].state),
			"%s", rig_cell(row, "state"));
	}
}

/* --- switching off --- */

/* What asks for nothing; where a document forbids it, what asks for something. */
static void
weaken(struct policy *policy, enum rule_id rule, bool forbidden)
{
	const struct rule_spec *spec = rule_spec(rule);

	for (size_t i = 0; i < RULE_CELLS; i++) {
		struct policy_held *held = &policy->values.held[rule][i];

		held->set = forbidden || spec->stricter == POLICY_LARGER_OR_0;
		held->value = forbidden ? 15 : held->set ? 1 : 0;
	}
}

static bool
names_it(const struct rules_book *book, const struct rules_claims *claims, const char *id,
	const struct rule_spec *spec)
{
	const struct rules_criterion *criterion = rules_criterion_find(book, id);

	for (size_t i = 0; i < claims->n; i++)
		if (claims->list[i]->spec == spec &&
			strcmp(claims->list[i]->origin.criterion, id) == 0)
			return true;
	for (size_t i = 0; i < criterion->nby; i++)
		if (strcmp(criterion->by[i], spec->name) == 0)
			return true;
	return false;
}

static bool
is_forbidden(const struct rules_claims *claims, const struct rule_spec *spec)
{
	for (size_t i = 0; i < claims->n; i++)
		if (claims->list[i]->spec == spec && claims->list[i]->sort == CLAIM_FORBIDDEN)
			return true;
	return false;
}

static bool
is_asked(const struct rules_claims *claims, const struct rule_spec *spec)
{
	for (size_t i = 0; i < claims->n; i++)
		if (claims->list[i]->spec == spec && compose_binds(claims->list[i]))
			return true;
	return false;
}

/* --- the table --- */

static char table[TABLE_SIZE];
static size_t table_len;

static void
write_text(const char *text)
{
	ck_assert_uint_lt(table_len + strlen(text), sizeof(table));
	table_len += (size_t)snprintf(table + table_len, sizeof(table) - table_len, "%s", text);
}

static void
write_turned(const struct rules_book *book, const struct rules_claims *claims,
	const struct rule_spec *spec, const struct states *before, const struct states *after)
{
	size_t turned = 0;

	ck_assert_uint_eq(before->n, after->n);
	for (size_t i = 0; i < before->n; i++) {
		if (strcmp(before->list[i].state, after->list[i].state) == 0)
			continue;
		ck_assert_msg(names_it(book, claims, before->list[i].id, spec),
			"%s off: %s was %s and is %s", spec->name, before->list[i].id,
			before->list[i].state, after->list[i].state);
		ck_assert_msg(strcmp(after->list[i].state, "not met") == 0, "%s off: %s is %s",
			spec->name, before->list[i].id, after->list[i].state);
		write_text(" ");
		write_text(before->list[i].id);
		turned++;
	}
	if (turned == 0)
		write_text(" -");
	write_text("\n");
}

static void
switch_off(const struct config *whole, const char *profile, const struct states *before,
	enum rule_id rule, const struct rules_claims *claims)
{
	struct config *config = malloc(sizeof(*config));
	static struct states after;

	ck_assert_ptr_nonnull(config);
	*config = *whole;
	weaken(&config->policy, rule, is_forbidden(claims, rule_spec(rule)));
	rig.daemon.config = config;
	read_states(profile, &after);
	rig.daemon.config = whole;
	write_text(profile);
	write_text(" ");
	write_text(rule_spec(rule)->name);
	write_text(":");
	write_turned(&whole->comply.book, claims, rule_spec(rule), before, &after);
	free(config);
}

static const struct {
	const char *profile, *conf;
} documents[] = {
	{"scs3", "comply = {\"scs3\"}\n"},
	{"scs4", "comply = {\"scs4\"}\n"},
	{"isac2", "comply = {\"isac2\"}\n"},
	{"kubota", ENFORCED_KUBOTA},
	{"ipa", ENFORCED_IPA},
};

static void
write_document(const char *profile, const char *conf)
{
	static struct states before;
	struct rules_claims claims = {.n = 0};
	const struct config *whole;

	take(conf);
	whole = rig.daemon.config;
	ck_assert_int_eq(rules_claims_add(&whole->comply.book,
				 rules_profile_find(&whole->comply.book, profile), &claims),
		WF_OK);
	read_states(profile, &before);
	for (size_t rule = 0; rule < R_COUNT; rule++)
		if (is_asked(&claims, rule_spec((enum rule_id)rule)))
			switch_off(whole, profile, &before, (enum rule_id)rule, &claims);
	rules_claims_clear(&claims);
}

static void
keep_table(void)
{
	static const char name[] = "tests/vectors/report/off.txt";
	const char *top = getenv("top_srcdir");
	char path[1024], *kept;
	size_t line = 1, at = 0;
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", top == NULL ? ".." : top, name);
	if (getenv("REPORT_SNAPSHOT") != NULL) {
		out = fopen(path, "w");
		ck_assert_msg(out != NULL, "%s", path);
		fputs(table, out);
		ck_assert_int_eq(fclose(out), 0);
	}
	kept = shipped_text(name, path, sizeof(path));
	while (kept[at] == table[at] && kept[at] != '\0')
		line += kept[at++] == '\n';
	ck_assert_msg(kept[at] == table[at], "%s:%zu is now another: see 'make report-snapshot'",
		name, line);
	free(kept);
}

START_TEST(a_setting_turns_its_criteria_and_no_other)
{
	for (size_t i = 0; i < LENGTH(documents); i++)
		write_document(documents[i].profile, documents[i].conf);
	keep_table();
}
END_TEST

static Suite *
report_off_suite(void)
{
	Suite *suite = suite_create("report_off");
	TCase *off = tcase_create("off");

	tcase_add_checked_fixture(off, set_up, tear_down);
	tcase_set_timeout(off, 120);
	tcase_add_test(off, a_setting_turns_its_criteria_and_no_other);
	suite_add_tcase(suite, off);
	return suite;
}

UNIT_MAIN(report_off_suite)
