/*
 * The output of `sshd -T`. The verdict on AuthenticationMethods is computed a second time here, in
 * another way: `doctor` may not call a way around a way through.
 */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ctl/sshd.h"
#include "tests/fuzz/fuzz.h"

static bool
found(const struct finding *findings, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(findings[i].name, name) == 0)
			return true;
	return false;
}

/* The value behind a keyword in the first line that has it; the caller frees it. NULL: none has. */
static char *
value_of(const char *output, const char *keyword)
{
	char *copy = fuzz_text((const uint8_t *)output, strlen(output));
	char *rest = copy, *line, *value = NULL;

	while (value == NULL && (line = strsep(&rest, "\n")) != NULL) {
		size_t len = strlen(keyword);

		if (strncasecmp(line, keyword, len) == 0 && line[len] == ' ')
			value = fuzz_text((const uint8_t *)line + len + 1, strlen(line + len + 1));
	}
	free(copy);
	for (char *at = value; at != NULL && *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return value;
}

/* One list of methods: is keyboard-interactive among them? */
static bool
list_asks(char *list)
{
	char *method;

	while ((method = strsep(&list, ",")) != NULL)
		if (strcmp(method, "keyboard-interactive") == 0 ||
			strncmp(method, "keyboard-interactive:", 21) == 0)
			return true;
	return false;
}

/* Every list asks, and there is one. */
static bool
methods_ask(const char *output)
{
	char *value = value_of(output, "authenticationmethods"), *rest = value, *list;
	bool all = true, any = false;

	while (value != NULL && (list = strsep(&rest, " ")) != NULL) {
		if (list[0] == '\0')
			continue;
		any = true;
		all = list_asks(list) && all;
	}
	free(value);
	return any && all;
}

static bool
is_set(const char *output, const char *keyword, const char *wanted, bool preset)
{
	char *value = value_of(output, keyword);
	bool is = value != NULL ? strcmp(value, wanted) == 0 : preset;

	free(value);
	return is;
}

static void
agree(const char *output, const struct finding *findings, size_t n)
{
	FUZZ_CHECK(found(findings, n, "sshd publickey") ==
		(is_set(output, "pubkeyauthentication", "yes", true) && !methods_ask(output)));
	FUZZ_CHECK(found(findings, n, "sshd UsePAM") == is_set(output, "usepam", "no", true));
	FUZZ_CHECK(found(findings, n, "sshd PermitRootLogin") ==
		!is_set(output, "permitrootlogin", "no", false));
	FUZZ_CHECK(found(findings, n, "sshd PermitEmptyPasswords") ==
		is_set(output, "permitemptypasswords", "yes", false));
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	struct finding findings[SSHD_FINDINGS_MAX];
	char *output = fuzz_text(data, size);
	size_t n = sshd_findings(output, findings);

	FUZZ_CHECK(n <= SSHD_FINDINGS_MAX);
	for (size_t i = 0; i < n; i++)
		FUZZ_CHECK(findings[i].name[0] != '\0' && findings[i].text[0] != '\0');
	agree(output, findings, n);
	free(output);
}
