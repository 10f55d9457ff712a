/*
 * The profiles and catalogues of the source tree, as texts: whatever the modes of a working copy
 * are, which are not what is tested here.
 */
#ifndef WF_TESTS_UNIT_RULES_SHIPPED_H
#define WF_TESTS_UNIT_RULES_SHIPPED_H

#include <stdio.h>
#include <stdlib.h>

#include "authd/rules/rules.h"
#include "tests/unit/unit.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char *const shipped_profiles[] = {
	"ipa", "isac1", "isac2", "isac3", "kubota", "scs3", "scs4", "scsdraft3", "scsdraft4"};
static const char *const shipped_catalogues[] = {"draft", "ipa", "isac", "kubota", "scs"};

/* A file below the top of the tree; the caller frees. */
static inline char *
shipped_text(const char *name, char *path_r, size_t size)
{
	const char *top = getenv("top_srcdir");
	char *text = malloc(256 * 1024);
	size_t len;
	FILE *in;

	(void)snprintf(path_r, size, "%s/%s", top == NULL ? ".." : top, name);
	in = fopen(path_r, "r");
	ck_assert_msg(in != NULL, "%s", path_r);
	ck_assert_ptr_nonnull(text);
	len = fread(text, 1, 256 * 1024 - 1, in);
	text[len] = '\0';
	fclose(in);
	return text;
}

static inline void
shipped_add(struct rules_book *book, const char *name,
	wf_status (*add)(
		struct rules_book *, const char *, const char *, const char *, char *, size_t),
	const char *format)
{
	char file[128], path[1024], why[512] = "";
	char *text;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(file, sizeof(file), format, name);
#pragma GCC diagnostic pop
	text = shipped_text(file, path, sizeof(path));
	ck_assert_msg(add(book, name, path, text, why, sizeof(why)) == WF_OK, "%s", why);
	free(text);
}

/* All of them; the caller clears. */
static inline struct rules_book
shipped_book(void)
{
	struct rules_book book = {.nprofiles = 0};
	char why[512] = "";

	for (size_t i = 0; i < LENGTH(shipped_profiles); i++)
		shipped_add(&book, shipped_profiles[i], rules_add_profile, "profiles/%s.profile");
	for (size_t i = 0; i < LENGTH(shipped_catalogues); i++)
		shipped_add(&book, shipped_catalogues[i], rules_add_catalogue,
			"profiles/criteria/%s.criteria");
	ck_assert_msg(rules_book_check(&book, why, sizeof(why)) == WF_OK, "%s", why);
	return book;
}

#endif
