/*
 * A folder of its own for each test, files in it, and what loading them gives.
 */
#ifndef WF_TESTS_UNIT_CONFIG_FIXTURE_H
#define WF_TESTS_UNIT_CONFIG_FIXTURE_H

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/config/config.h"
#include "tests/unit/unit.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static char folder[64];
static char main_file[96];
static struct config_error error;

static inline void
setup(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/warifu-config-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(main_file, sizeof(main_file), "%s/warifu.conf", folder);
	(void)umask(022);
}

static inline void
empty_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[400];

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)remove(name);
	}
	if (dir != NULL)
		(void)closedir(dir);
}

static inline void
teardown(void)
{
	char below[96];

	(void)snprintf(below, sizeof(below), "%s/conf.d", folder);
	empty_folder(below);
	empty_folder(folder);
	(void)remove(folder);
}

static inline void
write_file(const char *name, const char *text, size_t len)
{
	char path[160];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	ck_assert_uint_eq(fwrite(text, 1, len, out), len);
	ck_assert_int_eq(fclose(out), 0);
}

static inline void
write_main(const char *text)
{
	write_file("warifu.conf", text, strlen(text));
}

static inline void
make_folder(const char *name)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	ck_assert_int_eq(mkdir(path, 0755), 0);
}

static inline struct config *
load(void)
{
	struct config *config = NULL;
	wf_status status = config_load(main_file, &config, &error);

	ck_assert_msg(status == WF_OK, "%s: %s", wf_status_name(status), error.text);
	return config;
}

/* The sentence behind "FOLDER/", so that tests need not know the folder. */
static inline const char *
refused(wf_status expected)
{
	struct config *config = NULL;
	wf_status status;

	(void)snprintf(error.text, sizeof(error.text), "untouched");
	status = config_load(main_file, &config, &error);
	ck_assert_msg(status == expected, "%s instead of %s: %s", wf_status_name(status),
		wf_status_name(expected), error.text);
	ck_assert_ptr_null(config);
	if (strncmp(error.text, folder, strlen(folder)) == 0)
		return error.text + strlen(folder) + 1;
	return error.text;
}

/* A file with this text is refused with this sentence, in which FOLDER stands for the folder. */
static inline void
expect_refusal(const char *text, const char *sentence)
{
	char expected[512];
	const char *folder_word = strstr(sentence, "FOLDER");

	if (folder_word == NULL)
		(void)snprintf(expected, sizeof(expected), "%s", sentence);
	else
		(void)snprintf(expected, sizeof(expected), "%.*s%s%s",
			(int)(folder_word - sentence), sentence, folder,
			folder_word + strlen("FOLDER"));
	write_main(text);
	ck_assert_str_eq(refused(WF_INVALID), expected);
}

#endif
