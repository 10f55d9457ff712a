/* Reads them line by line, so that their size does not matter; progress for a person. */
#include "config.h"

#include "ctl/evidence.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authd/audit/export.h"
#include "common/i18n.h"

#define KEYS_MAX 65536 /* octets of a file of keys */
#define PROGRESS_ROWS 100000

static FILE *
file_open(struct ctl *ctl, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

	if (file == NULL)
		ctl_error(ctl, "%s: %s", path, strerror(errno));
	return file;
}

static void
file_close(FILE *file)
{
	if (file != stdin)
		(void)fclose(file);
}

/* After the last line; false: the file could not be read to its end, which is told. */
static bool
file_is_over(struct ctl *ctl, const char *path, FILE *file)
{
	if (ferror(file) == 0)
		return true;
	ctl_error(ctl, "%s: %s", path, strerror(errno));
	return false;
}

bool
evidence_keys_text(
	struct ctl *ctl, const char *path, const char *text, size_t len, struct audit_check *check)
{
	struct signing_public public;
	size_t used = 0, n = 0;
	wf_status status;

	while ((status = signing_public_read(text, len, &public, &used)) == WF_OK) {
		status = audit_check_trust(check, &public);
		if (status != WF_OK)
			break;
		text += used;
		len -= used;
		n++;
	}
	if (status == WF_NOT_FOUND && n > 0)
		return true;
	ctl_error(ctl, _("%s holds no public key as 'warifu log key' shows them"), path);
	return false;
}

bool
evidence_keys(struct ctl *ctl, const char *path, struct audit_check *check)
{
	static char text[KEYS_MAX];
	FILE *file = file_open(ctl, path);
	size_t len;

	if (file == NULL)
		return false;
	len = fread(text, 1, sizeof(text), file);
	file_close(file);
	return evidence_keys_text(ctl, path, text, len, check);
}

bool
evidence_checkpoints(struct ctl *ctl, const char *path, struct audit_check *check)
{
	FILE *file = file_open(ctl, path);
	char *line = NULL;
	size_t size = 0;
	wf_status status = WF_OK;
	ssize_t len;
	bool fine;

	if (file == NULL)
		return false;
	while (status == WF_OK && (len = getline(&line, &size, file)) >= 0)
		status = audit_check_add_text(check, line, (size_t)len);
	if (status != WF_OK)
		ctl_error(ctl, "%s", _(wf_status_text(status)));
	fine = status == WF_OK && file_is_over(ctl, path, file);
	free(line);
	file_close(file);
	return fine;
}

/* --- exports --- */

static bool
export_line(struct ctl *ctl, struct audit_check *check, const char *line, size_t len, uint64_t n)
{
	static struct audit_exported exported;
	struct wf_buf encoded;
	char where[64];
	wf_status status = audit_export_parse(line, len, &exported);

	if (status == WF_CORRUPT) {
		(void)snprintf(where, sizeof(where), _("Line %llu"), (unsigned long long)n);
		audit_check_broken(check, where);
		return true;
	}
	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	if (status == WF_OK)
		status = audit_row_encode(&exported.row, &encoded);
	if (status == WF_OK)
		status = audit_check_row(
			check, exported.seq, encoded.data, encoded.len, exported.chain);
	wf_buf_clear(&encoded);
	if (status != WF_OK)
		ctl_error(ctl, "%s", _(wf_status_text(status)));
	return status == WF_OK;
}

static void
show_progress(const struct ctl *ctl, uint64_t rows, bool last)
{
	if (ctl->json || isatty(STDERR_FILENO) == 0 || rows < PROGRESS_ROWS)
		return;
	if (last) {
		fputs("\r\033[K", stderr);
	} else if (rows % PROGRESS_ROWS == 0) {
		fputc('\r', stderr);
		fprintf(stderr, _("%llu rows checked"), (unsigned long long)rows);
	}
}

static bool
export_lines(struct ctl *ctl, FILE *file, struct audit_check *check)
{
	char *line = NULL;
	size_t size = 0;
	uint64_t n = 0;
	bool fine = true;
	ssize_t len;

	while (fine && (len = getline(&line, &size, file)) >= 0) {
		if (len > 0 && line[len - 1] == '\n')
			len--;
		fine = len == 0 || export_line(ctl, check, line, (size_t)len, ++n);
		show_progress(ctl, n, false);
	}
	show_progress(ctl, n, true);
	free(line);
	return fine;
}

bool
evidence_export(struct ctl *ctl, const char *path, struct audit_check *check)
{
	FILE *file = file_open(ctl, path);
	bool fine;

	if (file == NULL)
		return false;
	fine = export_lines(ctl, file, check) && file_is_over(ctl, path, file);
	file_close(file);
	return fine;
}
