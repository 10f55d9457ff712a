/* See the header. */
#include "config.h"

#include "tests/unit/pam_module/harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/pam_module/mock.h"
#include "tests/unit/unit.h"

static char folder[64];
static pid_t mock;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char logged[65536];

/* libpam's own calls of syslog() end here instead of in the machine's log. */
void __syslog_chk(int priority, int flag, const char *format, ...);
void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list args;
	size_t used;

	(void)priority;
	(void)flag;
	(void)pthread_mutex_lock(&log_lock);
	used = strlen(logged);
	va_start(args, format);
	(void)vsnprintf(logged + used, sizeof(logged) - used - 1, format, args);
	va_end(args);
	used = strlen(logged);
	logged[used] = '\n';
	logged[used + 1] = '\0';
	(void)pthread_mutex_unlock(&log_lock);
}

const char *
harness_path(const char *name)
{
	static char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

const char *
harness_built(const char *name)
{
	static char path[PATH_MAX];
	char built[PATH_MAX];
	const char *top = getenv("top_builddir");

	(void)snprintf(built, sizeof(built), "%s/%s", top == NULL ? "." : top, name);
	ck_assert_msg(realpath(built, path) != NULL, "%s is not there", built);
	return path;
}

void
harness_start_without_daemon(void)
{
	(void)snprintf(folder, sizeof(folder), "%s", "/tmp/warifu-pam-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	mock = -1;
	logged[0] = '\0';
}

void
harness_start(void)
{
	char socket_path[160];

	harness_start_without_daemon();
	(void)snprintf(socket_path, sizeof(socket_path), "%s", harness_path("socket"));
	mock = mock_start(socket_path, harness_path("received"));
}

void
harness_stop(void)
{
	DIR *dir;
	const struct dirent *entry;

	if (mock > 0)
		mock_stop(mock);
	dir = opendir(folder);
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir != NULL)
		(void)closedir(dir);
	(void)rmdir(folder);
}

static void
stack_line(FILE *stream, const char *line)
{
	const char *module = strstr(line, " warifu");
	char module_path[PATH_MAX];

	if (module == NULL) {
		(void)fprintf(stream, "%s\n", line);
		return;
	}
	/* libpam cuts arguments at blanks; neither path has any. */
	(void)snprintf(
		module_path, sizeof(module_path), "%s", harness_built(".libs/pam_warifu.so"));
	module++;
	(void)fprintf(stream, "%.*s %s socket=%s owner=%u %s\n", (int)(module - line), line,
		module_path, harness_path("socket"), (unsigned)geteuid(),
		module + strlen("warifu"));
}

void
harness_stack(const char *const *lines, size_t count)
{
	FILE *stream = fopen(harness_path(SERVICE), "we");

	ck_assert_ptr_nonnull(stream);
	for (size_t i = 0; i < count; i++)
		stack_line(stream, lines[i]);
	ck_assert_int_eq(fclose(stream), 0);
}

void
harness_stack_simple(const char *arguments)
{
	static const char *const groups[] = {"auth", "account", "session", "password"};
	char text[4][512];
	const char *lines[4];

	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(
			text[i], sizeof(text[i]), "%s required warifu %s", groups[i], arguments);
		lines[i] = text[i];
	}
	harness_stack(lines, 4);
}

static FILE *
file_new(const char *name)
{
	FILE *stream = fopen(harness_path(name), "we");

	ck_assert_ptr_nonnull(stream);
	return stream;
}

static void
common_files(const char *old_way)
{
	static const struct {
		const char *name, *group;
	} files[] = {
		{"common-auth", "auth"},
		{"common-account", "account"},
		{"common-session", "session"},
		{"common-session-noninteractive", "session"},
		{"common-password", "password"},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		FILE *stream = file_new(files[i].name);
		const char *group = files[i].group;

		(void)fprintf(stream,
			"%s [success=1 new_authtok_reqd=done default=ignore] %s\n"
			"%s requisite pam_deny.so\n%s required pam_permit.so\n",
			group, old_way, group, group);
		ck_assert_int_eq(fclose(stream), 0);
	}
}

/*
 * One line of a stanza with paths of ours: the module, and the common-* files, which libpam would
 * otherwise take from /etc/pam.d. The machine's emergency file is not named either.
 */
static void
stanza_line(FILE *to, const char *line, bool missing)
{
	static const char module[] = "pam_warifu.so";
	const char *at;

	if (line[0] == '#')
		return;
	if ((at = strstr(line, module)) != NULL)
		(void)fprintf(to, "%.*s%s socket=%s owner=%u timeout=1\n", (int)(at - line), line,
			missing ? "/nowhere/pam_warifu.so" : harness_built(".libs/pam_warifu.so"),
			harness_path("socket"), (unsigned)geteuid());
	else if ((at = strstr(line, "common-")) != NULL)
		(void)fprintf(to, "%.*s%s/%s", (int)(at - line), line, folder, at);
	else
		(void)fputs(line, to);
}

void
harness_stanza(const char *name, const char *old_way, bool missing)
{
	const char *top = getenv("top_srcdir");
	char path[PATH_MAX], line[1024];
	FILE *from, *to = file_new(SERVICE);

	(void)snprintf(path, sizeof(path), "%s/contrib/pam/%s", top == NULL ? ".." : top, name);
	from = fopen(path, "re");
	ck_assert_msg(from != NULL, "%s is not there", path);
	while (fgets(line, sizeof(line), from) != NULL)
		stanza_line(to, line, missing);
	(void)fclose(from);
	ck_assert_int_eq(fclose(to), 0);
	common_files(old_way);
}

/* The application's conversation. */

static const char *
answer_for(struct app *app, const char *prompt)
{
	if (strcmp(prompt, "Emergency code: ") == 0)
		return app->emergency;
	if (strstr(prompt, "ew password: ") != NULL) {
		ck_assert_uint_lt(app->news_asked, 6);
		return app->news[app->news_asked++];
	}
	if (app->pin != NULL && strcmp(prompt, "Password: ") == 0)
		return app->pin;
	if (strstr(prompt, "assword: ") != NULL)
		return app->password;
	return app->code;
}

static void
shown(struct app *app, const char *kind, const char *text)
{
	size_t used = strlen(app->texts);

	(void)snprintf(app->texts + used, sizeof(app->texts) - used, "%s:%s\n", kind, text);
}

static int
converse_one(struct app *app, const struct pam_message *message, struct pam_response *response)
{
	const char *answer;

	if (message->msg_style == PAM_ERROR_MSG) {
		app->errors++;
		shown(app, "error", message->msg);
		return PAM_SUCCESS;
	}
	if (message->msg_style == PAM_TEXT_INFO) {
		app->infos++;
		shown(app, "info", message->msg);
		return PAM_SUCCESS;
	}
	app->prompts++;
	shown(app, message->msg_style == PAM_PROMPT_ECHO_ON ? "echo" : "ask", message->msg);
	if (app->fail_at == app->prompts && app->failure == TALK_FAILS)
		return PAM_CONV_ERR;
	if (app->fail_at == app->prompts && app->failure == TALK_NULL)
		return PAM_SUCCESS;
	answer = answer_for(app, message->msg);
	response->resp = answer == NULL ? NULL : strdup(answer);
	return PAM_SUCCESS;
}

static int
converse(int count, const struct pam_message **messages, struct pam_response **responses_r,
	void *data)
{
	struct app *app = data;
	struct pam_response *responses;

	if (app->failure == TALK_NULL_RESPONSE) {
		*responses_r = NULL;
		return PAM_SUCCESS;
	}
	ck_assert_int_eq(count, 1);
	responses = calloc(1, sizeof(*responses));
	if (converse_one(app, messages[0], responses) != PAM_SUCCESS) {
		free(responses);
		return PAM_CONV_ERR;
	}
	*responses_r = responses;
	return PAM_SUCCESS;
}

void
app_init(struct app *app)
{
	memset(app, 0, sizeof(*app));
	app->password = MOCK_PASSWORD;
	app->code = MOCK_CODE;
	app->conv = (struct pam_conv){.conv = converse, .appdata_ptr = app};
}

static void
no_delay(int code, unsigned microseconds, void *data)
{
	(void)code;
	(void)microseconds;
	(void)data;
}

void
app_start(struct app *app, const char *user)
{
	/* PAM's items are data pointers; this one is a function's. */
	void (*delay)(int, unsigned, void *) = no_delay;
	void *item;

	ck_assert_int_eq(
		pam_start_confdir(SERVICE, user, &app->conv, folder, &app->pamh), PAM_SUCCESS);
	memcpy(&item, &delay, sizeof(item));
	ck_assert_int_eq(pam_set_item(app->pamh, PAM_FAIL_DELAY, item), PAM_SUCCESS);
}

void
app_end(struct app *app, int code)
{
	ck_assert_int_eq(pam_end(app->pamh, code), PAM_SUCCESS);
	app->pamh = NULL;
}

int
app_authenticate(struct app *app, const char *user)
{
	unsigned before = harness_open_descriptors();
	int code;

	app_start(app, user);
	code = pam_authenticate(app->pamh, 0);
	app_end(app, code);
	ck_assert_uint_eq(harness_open_descriptors(), before);
	return code;
}

unsigned
harness_open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count;
}

bool
harness_logged(const char *text)
{
	bool found;

	(void)pthread_mutex_lock(&log_lock);
	found = strstr(logged, text) != NULL;
	(void)pthread_mutex_unlock(&log_lock);
	return found;
}

void
harness_log_forget(void)
{
	logged[0] = '\0';
}

unsigned
harness_received_count(const char *text)
{
	FILE *stream = fopen(harness_path("received"), "re");
	char line[4096];
	unsigned count = 0;

	while (stream != NULL && fgets(line, sizeof(line), stream) != NULL)
		if (strstr(line, text) != NULL)
			count++;
	if (stream != NULL)
		(void)fclose(stream);
	return count;
}

bool
harness_received(const char *text)
{
	return harness_received_count(text) > 0;
}

bool
harness_receives(const char *text)
{
	const struct timespec pause = {.tv_nsec = 10000000};

	for (int i = 0; i < 200 && !harness_received(text); i++)
		(void)nanosleep(&pause, NULL);
	return harness_received(text);
}
