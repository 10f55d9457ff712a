/*
 * Loading: files found, each read and parsed on top of the defaults, the whole checked, names
 * looked up; then it is handed out whole or not at all.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/config/config_file.h"
#include "authd/config/config_load.h"
#include "common/fault.h"

/*
 * What OWASP takes as equal to 19 MiB with 2 passes (46 with 1, 12 with 3, 9 with 4, 7 with 5),
 * less a little.
 */
#define COST_LEAST_KIB 35840

static pthread_mutex_t lexer = PTHREAD_MUTEX_INITIALIZER;

void
config_lexer_take(void)
{
	(void)pthread_mutex_lock(&lexer);
}

void
config_lexer_give(void)
{
	(void)pthread_mutex_unlock(&lexer);
}

static void
read_file(struct config_load *load, const char *path)
{
	char why[sizeof(load->error->text)];
	char *text = NULL;
	size_t len = 0;

	load->file = path;
	load->nfile++;
	load->status = config_file_read(path, &text, &len, why, sizeof(why));
	if (load->status != WF_OK) {
		(void)snprintf(load->error->text, sizeof(load->error->text), "%s", why);
		return;
	}
	config_parse(load, text, len);
	free(text);
}

static void
read_files(struct config_load *load, const struct config_files *files)
{
	load->files = files->paths;
	config_lexer_take();
	for (size_t i = 0; i < files->n && load->status == WF_OK; i++)
		read_file(load, files->paths[i]);
	config_lexer_give();
	if (load->status != WF_OK)
		return;
	load->file = files->paths[0];
	config_check(load);
	if (load->status == WF_OK)
		load->status = config_names(load->config);
}

static wf_status
load_into(struct config *config, const char *file, const char *extra,
	struct config_preview *preview, struct config_error *error)
{
	struct config_files files = {.n = 0};
	struct config_load *load = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*load));
	wf_status status;

	if (load == NULL)
		return WF_NO_MEMORY;
	load->config = config;
	load->error = error;
	load->preview = preview;
	load->nrows = config_rows(load->rows);
	status = config_files_find(file, extra, &files, error->text, sizeof(error->text));
	if (status == WF_OK) {
		read_files(load, &files);
		status = load->status;
	}
	config_files_clear(&files);
	free(load);
	return status;
}

static wf_status
load_as(const char *file, const char *extra, struct config_preview *preview,
	struct config **config_r, struct config_error *error_r)
{
	const char *path = file == NULL ? WF_SYSCONFDIR "/warifu.conf" : file;
	struct config *config = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(sizeof(*config));
	struct config_error error = {""};
	wf_status status = WF_NO_MEMORY;

	if (config != NULL) {
		config_defaults(config);
		(void)snprintf(config->file, sizeof(config->file), "%s", path);
		status = load_into(config, path, extra, preview, &error);
	}
	if (status == WF_OK) {
		*config_r = config;
		return WF_OK;
	}
	if (error.text[0] == '\0')
		(void)snprintf(
			error.text, sizeof(error.text), "%.300s: %s", path, wf_status_text(status));
	*error_r = error;
	config_free(&config);
	return status;
}

wf_status
config_load(const char *file, struct config **config_r, struct config_error *error_r)
{
	return config_load_with(file, NULL, config_r, error_r);
}

wf_status
config_load_with(
	const char *file, const char *extra, struct config **config_r, struct config_error *error_r)
{
	return load_as(file, extra, NULL, config_r, error_r);
}

wf_status
config_load_preview(const char *file, struct config_preview *preview, struct config **config_r,
	struct config_error *error_r)
{
	return load_as(file, NULL, preview, config_r, error_r);
}

void
config_free(struct config **config)
{
	if (*config == NULL)
		return;
	free((*config)->radius.clients);
	free((*config)->radius.replies);
	free((*config)->upstreams.list);
	free((*config)->streams.list);
	config_comply_clear(&(*config)->comply);
	wf_leak_list_close(&(*config)->policy.leaks);
	free(*config);
	*config = NULL;
}

bool
config_cost_is_weak(const struct config *config)
{
	return (uint64_t)config->password_cost.memory_kib * config->password_cost.passes <
	       COST_LEAST_KIB;
}
