/*
 * The profiles and catalogues of the source tree, as texts: whatever the modes of a working copy
 * are, which are not what is tested here.
 */
#ifndef WF_TESTS_UNIT_RULES_SHIPPED_H
#define WF_TESTS_UNIT_RULES_SHIPPED_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

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

static inline void
shipped_copy(const char *folder, const char *below, const char *name, const char *ending)
{
	char file[128], path[1024];
	char *text;
	FILE *out;

	(void)snprintf(file, sizeof(file), "%s/%s%s", below, name, ending);
	text = shipped_text(file, path, sizeof(path));
	(void)snprintf(path, sizeof(path), "%s/%s", folder, file);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(chmod(path, 0644), 0);
	free(text);
}

/* Copies that the configuration trusts, in FOLDER/profiles. */
static inline void
shipped_install(const char *folder)
{
	static const char *const below[] = {"profiles", "profiles/criteria"};
	char path[1024];

	for (size_t i = 0; i < LENGTH(below); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, below[i]);
		ck_assert_int_eq(mkdir(path, 0755), 0);
	}
	for (size_t i = 0; i < LENGTH(shipped_profiles); i++)
		shipped_copy(folder, below[0], shipped_profiles[i], ".profile");
	for (size_t i = 0; i < LENGTH(shipped_catalogues); i++)
		shipped_copy(folder, below[1], shipped_catalogues[i], ".criteria");
}

static inline void
shipped_remove(const char *folder)
{
	char path[1024];

	for (size_t i = 0; i < LENGTH(shipped_profiles); i++) {
		(void)snprintf(
			path, sizeof(path), "%s/profiles/%s.profile", folder, shipped_profiles[i]);
		(void)remove(path);
	}
	for (size_t i = 0; i < LENGTH(shipped_catalogues); i++) {
		(void)snprintf(path, sizeof(path), "%s/profiles/criteria/%s.criteria", folder,
			shipped_catalogues[i]);
		(void)remove(path);
	}
	(void)snprintf(path, sizeof(path), "%s/profiles/criteria", folder);
	(void)remove(path);
	(void)snprintf(path, sizeof(path), "%s/profiles", folder);
	(void)remove(path);
}

#endif
