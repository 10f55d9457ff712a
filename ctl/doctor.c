/*
 * doctor: looks at this machine from outside of the daemon, asks the daemon for its own findings,
 * and says for each what to do. Changes nothing. A check that cannot be made is a finding, too.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "common/breakglass.h"
#include "common/fault.h"
#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/handlers.h"
#include "ctl/pamfiles.h"
#include "ctl/radius_doctor.h"
#include "ctl/session_doctor.h"
#include "ctl/spawn.h"
#include "ctl/sshd.h"
#include "ctl/text.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define SSHD_PATH "/usr/sbin/sshd"
#define SUDO_PATH "/usr/bin/sudo"
#define PROGRAM_WAIT_MS 10000
#define PROGRAM_OUTPUT_MAX 65536
#define ENTROPY_FILE "/proc/sys/kernel/random/entropy_avail"
#define ENTROPY_LOW 128
#define CODES_LOW 3
#define MIB UINT64_C(1048576)
#define DISK_WARN (200 * MIB)
#define DISK_BAD (20 * MIB)
#define OPEN_TO_OTHERS (S_IRWXG | S_IRWXO)
#define WRITABLE_BY_OTHERS (S_IWGRP | S_IWOTH)

struct doctor {
	struct ctl *ctl;
	const struct parsed *parsed;
	struct table table;
	struct answer status; /* of the daemon; not answered: it is away */
	struct session_limits limits;
	bool bad;
};

static const char *const level_names[] = {
	[FINDING_OK] = "ok", [FINDING_WARN] = "warn", [FINDING_BAD] = "bad"};

static enum finding_level
level_of(const char *name)
{
	for (size_t i = 0; i < ENTRIES(level_names); i++) {
		if (strcmp(level_names[i], name) == 0)
			return (enum finding_level)i;
	}
	return FINDING_BAD; /* of a daemon that is newer than we are */
}

static size_t
find_row(const struct table *table, const char *name)
{
	size_t row = 0;

	while (row < table->nrows && strcmp(table_cell(table, row, "name"), name) != 0)
		row++;
	return row;
}

/*
 * Each check once: what the daemon sees of a thing and what is seen from here are one row, the
 * worse one.
 */
static void
add_row(struct doctor *doctor, const char *name, const char *level, const char *text)
{
	struct table *table = &doctor->table;
	const char *const cells[] = {name, level, text};
	size_t row = find_row(table, name);
	wf_status status = WF_OK;

	if (level_of(level) == FINDING_BAD)
		doctor->bad = true;
	if (row == table->nrows)
		status = table_add_row(table, cells, ENTRIES(cells));
	else if (level_of(level) > level_of(table_cell(table, row, "level")))
		status = table_replace_row(table, row, cells, ENTRIES(cells));
	if (status != WF_OK)
		doctor->bad = true;
}

static void add(struct doctor *doctor, const char *name, enum finding_level level,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

static void
add(struct doctor *doctor, const char *name, enum finding_level level, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	add_row(doctor, name, level_names[level], text);
}

static void
check_daemon(struct doctor *doctor)
{
	struct ask ask;

	ask_init(&ask, "status");
	ask_daemon(doctor->ctl, &ask, &doctor->status);
	doctor->limits = (struct session_limits){
		.session = atoll(table_cell(&doctor->status.table, 0, "session-timeout")),
		.idle = atoll(table_cell(&doctor->status.table, 0, "idle-lock"))};
	if (doctor->status.status == WF_OK)
		add(doctor, "daemon", FINDING_OK, _("answers at %s"), doctor->ctl->socket);
	else if (answer_exit(&doctor->status) == CTL_DENIED)
		add(doctor, "daemon", FINDING_WARN, _("you may not ask it; run doctor as root"));
	else
		add(doctor, "daemon", FINDING_BAD,
			_("does not answer at %s; start it (systemctl start warifud)"),
			doctor->ctl->socket);
}

/* What the daemon found itself; it comes before what is seen from here, because it tells more. */
static void
check_from_daemon(struct doctor *doctor)
{
	struct answer own;
	struct ask ask;

	if (doctor->status.status != WF_OK)
		return;
	ask_init(&ask, "doctor");
	ask.slow = true;
	ask_daemon(doctor->ctl, &ask, &own);
	if (own.status != WF_OK)
		add(doctor, "daemon", FINDING_WARN, _("did not tell what it found: %s"),
			_(wf_status_text(own.status)));
	for (size_t row = 0; row < own.table.nrows; row++)
		add_row(doctor, table_cell(&own.table, row, "name"),
			table_cell(&own.table, row, "level"), table_cell(&own.table, row, "text"));
	answer_clear(&own);
}

static void
check_clock(struct doctor *doctor)
{
	if (wf_clock_synchronised())
		add(doctor, "clock", FINDING_OK, _("is synchronised"));
	else
		add(doctor, "clock", FINDING_WARN,
			_("is not synchronised, and one-time codes depend on it; set up chrony or "
			  "systemd-timesyncd"));
}

static void
check_entropy(struct doctor *doctor)
{
	FILE *stream = fopen(ENTROPY_FILE, "re");
	int bits = -1;

	if (stream != NULL && fscanf(stream, "%d", &bits) != 1)
		bits = -1;
	if (stream != NULL)
		fclose(stream);
	if (bits < 0)
		add(doctor, "entropy", FINDING_WARN, _("%s cannot be read"), ENTROPY_FILE);
	else if (bits < ENTROPY_LOW)
		add(doctor, "entropy", FINDING_WARN,
			_("the kernel has only %d bits; keys may have to wait for more"), bits);
	else
		add(doctor, "entropy", FINDING_OK, _("the kernel has %d bits"), bits);
}

/*
 * Files and folders whose modes matter; the daemon says where they are, else where they usually
 * are.
 */
static const struct place {
	const char *name;
	const char *column; /* of the daemon's status */
	const char *preset;
	mode_t forbidden;
	enum finding_level missing;
} places[] = {
	{"configuration", "config-file", WF_SYSCONFDIR "/warifu.conf", WRITABLE_BY_OTHERS,
		FINDING_BAD},
	{"key file", "key-file", NULL, OPEN_TO_OTHERS, FINDING_BAD},
	{"state folder", "state-dir", WF_STATEDIR, OPEN_TO_OTHERS, FINDING_BAD},
	{"emergency file", "breakglass-file", WF_SYSCONFDIR "/breakglass", OPEN_TO_OTHERS,
		FINDING_WARN},
};

static const char *
place_path(const struct doctor *doctor, const struct place *place)
{
	const char *path = table_cell(&doctor->status.table, 0, place->column);

	return path[0] != '\0' ? path : place->preset;
}

static void
check_place(struct doctor *doctor, const struct place *place)
{
	const char *path = place_path(doctor, place);
	struct stat st;

	if (path == NULL)
		return;
	if (stat(path, &st) != 0 && errno == EACCES)
		add(doctor, place->name, FINDING_WARN,
			_("%s may not be looked at; run doctor as root"), path);
	else if (stat(path, &st) != 0)
		add(doctor, place->name, place->missing,
			place->missing == FINDING_BAD
				? _("%s is missing; see warifu.conf(5)")
				: _("%s is missing; 'warifu emergency new' makes it"),
			path);
	else if ((st.st_mode & place->forbidden) != 0)
		add(doctor, place->name, FINDING_BAD,
			_("%s is open to others; say: chmod go-%s %s"), path,
			place->forbidden == WRITABLE_BY_OTHERS ? "w" : "rwx", path);
	else
		add(doctor, place->name, FINDING_OK, _("%s is closed to others"), path);
}

static void
check_places(struct doctor *doctor)
{
	for (size_t i = 0; i < ENTRIES(places); i++)
		check_place(doctor, &places[i]);
}

/* What only root can see of the emergency file: whether it would still open anything. */
static void
check_emergency(struct doctor *doctor)
{
	const struct place *place = &places[3];
	struct wf_breakglass_state state;

	if (doctor->ctl->uid != 0 ||
		wf_breakglass_inspect(place_path(doctor, place), &state) != WF_OK)
		return;
	if (state.locked)
		add(doctor, place->name, FINDING_BAD,
			_("is locked after wrong tries; if they were yours: 'warifu emergency "
			  "unlock'"));
	else if (state.unused < CODES_LOW)
		add(doctor, place->name, FINDING_WARN,
			_("only %u codes are left; 'warifu emergency new' makes a new sheet"),
			state.unused);
}

static void
check_disk(struct doctor *doctor)
{
	const char *path = place_path(doctor, &places[2]);
	struct statvfs fs;
	uint64_t left;
	enum finding_level level;

	if (statvfs(path, &fs) != 0) {
		add(doctor, "disk", FINDING_WARN, _("the free space below %s is unknown: %s"), path,
			strerror(errno));
		return;
	}
	left = (uint64_t)fs.f_bavail * (uint64_t)fs.f_frsize;
	level = left < DISK_BAD ? FINDING_BAD : left < DISK_WARN ? FINDING_WARN : FINDING_OK;
	add(doctor, "disk", level,
		level == FINDING_OK
			? _("%llu MiB are free below %s")
			: _("only %llu MiB are free below %s; without room nobody is let in"),
		(unsigned long long)(left / MIB), path);
}

/* sudo -i and su - have services of their own. */
static const char *const services[] = {"sshd", "login", "sudo", "sudo-i", "su", "su-l", "passwd"};

static void
check_service(struct doctor *doctor, const char *service)
{
	struct pam_place place;
	struct pam_pending pending;
	struct pam_stack stack;
	char name[80], text[512];

	if (pam_place_init(doctor->ctl, doctor->parsed, service, &place) != CTL_OK)
		return;
	snprintf(name, sizeof(name), "pam %s", service);
	pam_stack_read(&place, &stack);
	if (!stack.exists)
		return;
	if (!stack.uses)
		add(doctor, name, FINDING_WARN,
			_("does not use Warifu; see 'warifu pam install %s --dry-run'"), service);
	else if (pam_pending_read(&place, &pending) == WF_OK)
		add(doctor, name, FINDING_WARN,
			_("waits for 'warifu pam confirm %s' from a second login, else it is put "
			  "back"),
			service);
	else if (stack.session_late)
		add(doctor, name, FINDING_WARN,
			_("has the session line of Warifu behind pam_systemd, which then ends no "
			  "session in time (session.timeout): move it before, as 'warifu pam "
			  "install %s' does"),
			service);
	else if (session_stack_finding(service, &stack, &doctor->limits, text, sizeof(text)))
		add(doctor, name, FINDING_WARN, "%s", text);
	else
		add(doctor, name, FINDING_OK, _("uses Warifu"));
}

static void
check_services(struct doctor *doctor)
{
	for (size_t i = 0; i < ENTRIES(services); i++)
		check_service(doctor, services[i]);
}

/* A key alone is stopped by the module's account line, where there is one. */
static bool
account_line_missing(struct doctor *doctor)
{
	struct pam_place place;
	struct pam_stack stack;

	if (pam_place_init(doctor->ctl, doctor->parsed, "sshd", &place) != CTL_OK)
		return true;
	pam_stack_read(&place, &stack);
	return !stack.accounts;
}

static void
add_sshd(struct doctor *doctor, const char *output)
{
	struct finding findings[SSHD_FINDINGS_MAX];
	size_t n = sshd_findings(output, findings);

	if (n == 0)
		add(doctor, "sshd", FINDING_OK, _("leaves no way around"));
	for (size_t i = 0; i < n; i++) {
		enum finding_level level = findings[i].level;

		if (strcmp(findings[i].name, "sshd publickey") == 0 && account_line_missing(doctor))
			level = FINDING_BAD;
		add_row(doctor, findings[i].name, level_names[level], _(findings[i].text));
	}
}

static void
check_sshd(struct doctor *doctor)
{
	const char *given = args_option(doctor->parsed, "sshd");
	const char *path = given != NULL ? given : SSHD_PATH;
	char sshd[] = "sshd";
	char test[] = "-T";
	char *const argv[] = {sshd, test, NULL};
	char *output = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(PROGRAM_OUTPUT_MAX);
	int code = 0;
	wf_status status = WF_NO_MEMORY;

	if (output != NULL)
		status = spawn_capture(
			path, argv, PROGRAM_WAIT_MS, output, PROGRAM_OUTPUT_MAX, &code);
	if (status == WF_NOT_FOUND)
		add(doctor, "sshd", FINDING_OK, _("is not installed"));
	else if (status != WF_OK || code != 0)
		add(doctor, "sshd", FINDING_WARN,
			_("'sshd -T' did not tell its configuration; run doctor as root, or see "
			  "what 'sshd -T' "
			  "says"));
	else
		add_sshd(doctor, output);
	free(output);
}

static void
check_shells(struct doctor *doctor)
{
	char text[512];

	if (doctor->limits.idle > 0 && session_shells_finding(NULL, text, sizeof(text)))
		add(doctor, "shells", FINDING_WARN, "%s", text);
}

static void
check_sudo(struct doctor *doctor)
{
	const char *given = args_option(doctor->parsed, "sudo");
	char sudo[] = "sudo";
	char version[] = "-V";
	char *const argv[] = {sudo, version, NULL};
	char output[PROGRAM_OUTPUT_MAX / 4], text[256];
	int code;

	if (doctor->limits.idle > 0 &&
		spawn_capture(given != NULL ? given : SUDO_PATH, argv, PROGRAM_WAIT_MS, output,
			sizeof(output), &code) == WF_OK &&
		session_sudo_finding(output, doctor->limits.idle, text, sizeof(text)))
		add(doctor, "sudo", FINDING_WARN, "%s", text);
}

static void
check_radius(struct doctor *doctor)
{
	enum finding_level level;
	char text[512];

	if (doctor->status.status == WF_OK &&
		radius_finding(doctor->ctl, &level, text, sizeof(text)))
		add(doctor, "RADIUS server", level, "%s", text);
}

static void (*const checks[])(struct doctor *doctor) = {
	check_daemon,
	check_from_daemon,
	check_radius,
	check_clock,
	check_entropy,
	check_places,
	check_emergency,
	check_disk,
	check_services,
	check_shells,
	check_sudo,
	check_sshd,
};

int
ctl_doctor(struct ctl *ctl, const struct parsed *parsed)
{
	struct doctor doctor = {.ctl = ctl, .parsed = parsed};
	wf_status status;

	table_init(&doctor.table);
	status = table_add_column(&doctor.table, "name");
	if (status == WF_OK)
		status = table_add_column(&doctor.table, "level");
	if (status == WF_OK)
		status = table_add_column(&doctor.table, "text");
	for (size_t i = 0; status == WF_OK && i < ENTRIES(checks); i++)
		checks[i](&doctor);
	if (status == WF_OK && ctl->json)
		status = table_print_json(&doctor.table, false, ctl->out);
	else if (status == WF_OK)
		table_print(&doctor.table, "level name text", ctl->header, ctl->width, ctl->out);
	if (status != WF_OK)
		ctl_unwritten(ctl);
	answer_clear(&doctor.status);
	table_clear(&doctor.table);
	return status != WF_OK || doctor.bad ? CTL_NO : CTL_OK;
}
