/* Catalogues and profiles from the table of parameters, and the dictionary of both. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/policy/rule.h"
#include "tests/fuzz/seeds.h"

#define BETWEEN "\f\n"
#define CATALOGUE                                                                                  \
	"criterion \"D-1\" {\n\tlevel = \"1\"\n\tforce = must\n\taim = enforced\n"                 \
	"\tby = {\"lock.threshold\"}\n\tja = \"a\"\n\ten = \"b\"\n}\n"                             \
	"criterion \"D-2\" {\n\tlevel = \"2\"\n\tforce = optional\n\taim = outside\n"              \
	"\tja = \"a\"\n\ten = \"b\"\n\twhy_ja = \"c\"\n\twhy_en = \"d\"\n}\n"
#define HEAD                                                                                       \
	"title_ja = \"a\"\ntitle_en = \"b\"\ndocument = \"D\"\nedition = \"1\"\n"                  \
	"reviewed = \"2026-11-21\"\ncriteria = \"criteria\"\nlevels = {\"1\", \"2\"}\n"
#define VALUE                                                                                      \
	"value {\n\tof = \"%s\"\n\tis = {\"%s\"}\n\tcriterion = \"D-1\"\n\tforce = \"%s\"\n%s}\n"

static void
put(const char *name, const struct rule_spec *spec, const char *is, const char *more)
{
	char text[2048];
	int n = snprintf(text, sizeof(text),
		CATALOGUE BETWEEN HEAD VALUE BETWEEN HEAD
		"includes = {\"one\"}\ndraft = true\n" VALUE,
		spec->name, is, "must", more, spec->name, "undefined", "sample", "");

	if (n < 0 || (size_t)n >= sizeof(text))
		seed_need(WF_TOO_LONG);
	seed_put("rules", name, text, (size_t)n);
}

static void
parameters(void)
{
	size_t n;
	const struct rule_spec *specs = rule_specs(&n);
	char most[RULE_VALUE_SIZE];

	for (size_t i = 0; i < n; i++) {
		const struct rule_spec *spec = &specs[i];

		(void)snprintf(most, sizeof(most), "%s",
			spec->members != NULL		 ? spec->members[0]
			: strcmp(spec->unit, "yes") == 0 ? "yes"
							 : "1");
		put(spec->name, spec, most, "");
	}
}

static void
dictionary(void)
{
	static const char *const others[] = {"value {\\x0a", "of = ", "is = {",
		"for = {\\\"general\\\"}", "guard = {\\\"mfa\\\"}", "criterion = ", "force = ",
		"note_ja = ", "note_en = ", "undefined", "forbidden", "none",
		"must-not", "where-possible", "recommended", "includes = {", "levels = {",
		"aim = ", "reported", "evidenced", "\\x0c", "/*", "*/", "${HOME}", "'", "+="};
	static char text[16384];
	size_t n, len = 0;
	const struct rule_spec *specs = rule_specs(&n);

	for (size_t i = 0; i < n; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len, "\"%s\"\n", specs[i].name);
		for (size_t j = 0; specs[i].members != NULL && specs[i].members[j] != NULL; j++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "\"%s\"\n",
				specs[i].members[j]);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "\"%s\"\n", others[i]);
	if (len >= sizeof(text))
		seed_need(WF_TOO_LONG);
	seed_put(".", "rules.dict", text, len);
}

void
seeds_rules(void)
{
	static const char none[] = "criterion \"D-1\" {\n\tlevel = \"1\"\n}\n";
	const struct rule_spec *lock = rule_find("lock.threshold");

	parameters();
	put("cells", lock, "3",
		"\tfor = {\"privileged\", \"general\"}\n\tnote_ja = \"x\"\n\tnote_en = \"y\"\n");
	put("no-value", lock, "1001", "");
	seed_put("rules", "short", none, sizeof(none) - 1);
	dictionary();
}
