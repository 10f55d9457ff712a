/*
 * The folder of profiles: which files there are, each read like any other file of the
 * configuration.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/config/config_file.h"
#include "authd/config/config_load.h"
#include "authd/config/config_scan.h"
#include "common/fault.h"
#include "common/i18n.h"

#define NAME_MAX_LEN 16 /* of a profile, without its ending */

/* One folder: what its files are called, and what is done with their texts. */
struct shelf {
	const char *below, *ending;
	wf_status (*add)(struct rules_book *, const char *name, const char *path, const char *text,
		char *why_r, size_t size);
};
static const struct shelf shelves[] = {
	{"", ".profile", rules_add_profile},
	{"/criteria", ".criteria", rules_add_catalogue},
};

struct filling {
	struct rules_book *book;
	char *why;
	size_t size;
};

/* The bytes of a name before the ending; 0 if it is none of ours. */
static size_t
stem(const char *name, const char *ending)
{
	size_t len = strlen(name), end = strlen(ending);

	if (name[0] == '.' || len <= end || strcmp(name + len - end, ending) != 0)
		return 0;
	return len - end;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* As libconfuse can read it: whole, and without comments, behind which it miscounts the lines. */
static wf_status
prepare(const struct filling *filling, const char *path, char *text, size_t len)
{
	int line;
	enum config_fault fault = config_scan(text, len, &line);

	if (fault == CONFIG_FINE) {
		config_scan_blank(text, len);
		return WF_OK;
	}
	(void)snprintf(filling->why, filling->size, "%.300s:%d: %s", path, line,
		_(config_scan_sentence(fault)));
	return WF_INVALID;
}

static wf_status
add_file(const struct filling *filling, const struct shelf *shelf, const char *folder,
	const char *file)
{
	char path[512], name[NAME_MAX_LEN + 1];
	size_t len = stem(file, shelf->ending);
	char *text;
	wf_status status;

	if (len == 0)
		return WF_OK;
	(void)snprintf(path, sizeof(path), "%s%s/%s", folder, shelf->below, file);
	if (len > NAME_MAX_LEN) {
		(void)snprintf(filling->why, filling->size,
			_("%s: the name before the dot has more than %d bytes; give it a shorter "
			  "one"),
			path, NAME_MAX_LEN);
		return WF_INVALID;
	}
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, file);
	status = config_file_read(path, &text, &len, filling->why, filling->size);
	if (status != WF_OK)
		return status;
	status = prepare(filling, path, text, len);
	if (status == WF_OK)
		status = shelf->add(
			filling->book, name, path, text, filling->why, filling->size);
	free(text);
	return status;
}

static wf_status
fill(const struct filling *filling, const struct shelf *shelf, const char *folder)
{
	char path[512];
	struct dirent **entries;
	wf_status status = WF_OK;
	int n;

	(void)snprintf(path, sizeof(path), "%s%s", folder, shelf->below);
	n = wf_fault(WF_FAULT_FILE) ? -1 : scandir(path, &entries, NULL, by_bytes);
	if (n < 0) {
		(void)snprintf(filling->why, filling->size, _("%s: cannot be read: %s"), path,
			strerror(errno));
		return errno == ENOENT ? WF_NOT_FOUND : WF_IO;
	}
	for (int i = 0; i < n; i++) {
		if (status == WF_OK)
			status = add_file(filling, shelf, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return status;
}

wf_status
config_book_load(const struct config *config, struct rules_book *book_r, char *why_r, size_t size)
{
	struct rules_book book = {.nprofiles = 0};
	const struct filling filling = {.book = &book, .why = why_r, .size = size};
	wf_status status = WF_OK;

	why_r[0] = '\0';
	config_lexer_take();
	for (size_t i = 0; i < sizeof(shelves) / sizeof(shelves[0]) && status == WF_OK; i++)
		status = fill(&filling, &shelves[i], config->profiles_dir);
	config_lexer_give();
	if (status == WF_OK)
		status = rules_book_check(&book, why_r, size);
	if (status == WF_OK)
		*book_r = book;
	else
		rules_book_clear(&book);
	if (status != WF_OK && why_r[0] == '\0')
		(void)snprintf(
			why_r, size, "%s: %s", config->profiles_dir, _(wf_status_text(status)));
	return status;
}
