/*
 * The daemon's half of `warifu doctor`: what it can see from within.  The CLI looks at PAM and
 * sshd.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/account/doctor.h"
#include "authd/account/duties.h"

#define ENTROPY_LOW 128
#define UNUSED_DAYS 90 /* of a grant, or of its making */

static const char *const levels[] = {"ok", "warn", "bad"};

/* --- mode, clock, disk, queue --- */

static enum level
check_mode(struct report *report)
{
	if (report->call->daemon->config->mode == MODE_OBSERVE)
		return TELL(report, WARN, "%s",
			_("Logins are recorded only, not enforced (mode = observe)."));
	return TELL(report, OK, "%s", _("Warifu decides who gets in (mode = enforce)."));
}

static enum level
check_clock(struct report *report)
{
	if (report->health.clock_suspect)
		return TELL(report, BAD, "%s",
			_("The clock jumped by more than a day: set it right, then 'warifu clock "
			  "accept'."));
	if (!report->health.clock_synchronised)
		return TELL(report, WARN, "%s",
			_("The kernel does not call the clock synchronised: start a time service "
			  "such as chrony."));
	return TELL(report, OK, "%s", _("The clock is synchronised."));
}

static enum level
check_disk(struct report *report)
{
	const int64_t mib = report->health.disk_free / 1048576;

	if (report->health.disk_free < 0)
		return TELL(report, WARN, _("How much room the disk has could not be told: %s"),
			strerror(errno));
	return TELL(report,
		mib < 32    ? BAD
		: mib < 512 ? WARN
			    : OK,
		_("%lld MiB are free in %s."), (long long)mib,
		report->call->daemon->config->state_dir);
}

static enum level
check_workers(struct report *report)
{
	const struct act_figures *figures = &report->health.figures;
	const unsigned queue = report->call->daemon->config->queue;

	return TELL(report, figures->workers_queued * 2 >= queue && queue > 0 ? WARN : OK,
		_("Jobs that wait for a worker: %llu (at most %u). The slowest password check took "
		  "%u ms."),
		(unsigned long long)figures->workers_queued, queue, figures->slowest_hash_ms);
}

static enum level
check_entropy(struct report *report)
{
	char text[16] = "";
	int fd = open("/proc/sys/kernel/random/entropy_avail", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	long bits;

	if (fd >= 0)
		close(fd);
	if (got <= 0)
		return TELL(report, WARN, "%s",
			_("How much randomness the kernel has could not be told."));
	text[got] = '\0';
	bits = strtol(text, NULL, 10);
	return TELL(report, bits < ENTROPY_LOW ? WARN : OK,
		_("The kernel has %ld bits of randomness."), bits);
}

/* --- files --- */

static enum level
check_closed(struct report *report, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return TELL(report, BAD, _("%s cannot be looked at: %s"), path, strerror(errno));
	if ((st.st_mode & 077) != 0)
		return TELL(report, BAD, _("%s is open to others (mode %04o): chmod go= %s"), path,
			(unsigned)st.st_mode & 07777, path);
	return TELL(report, OK, _("%s is closed to others."), path);
}

static enum level
check_key_file(struct report *report)
{
	const char *path = report->call->daemon->config->key_file;
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");

	/* systemd gives credentials a group's read permission by an access list. */
	if (credentials != NULL && strncmp(path, credentials, strlen(credentials)) == 0)
		return TELL(report, OK, _("%s is a systemd credential."), path);
	return check_closed(report, path);
}

static enum level
check_store(struct report *report)
{
	char path[sizeof(report->call->daemon->config->state_dir) + 16];
	enum level level;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/warifu.db", report->call->daemon->config->state_dir);
	level = check_closed(report, path);
	len = strlen(report->text);
	if (level == OK)
		(void)snprintf(report->text + len, sizeof(report->text) - len,
			_(" Size: %lld KiB; rows of the log: %llu; schema: %d."),
			(long long)(report->health.counts.bytes / 1024),
			(unsigned long long)report->health.counts.audit_rows, STORE_SCHEMA);
	return level;
}

static enum level
check_state_dir(struct report *report)
{
	return check_closed(report, report->call->daemon->config->state_dir);
}

static enum level
check_breakglass(struct report *report)
{
	const char *path = report->call->daemon->config->breakglass_file;
	struct stat st;

	if (stat(path, &st) != 0 && errno == ENOENT)
		return TELL(report, WARN, "%s",
			_("There is no emergency file: nobody gets in while the daemon is broken; "
			  "'warifu emergency new' makes one."));
	return TELL(report, OK, _("The emergency file is %s."), path);
}

/* --- services, grants, clients, other servers --- */

/* Asked for one kind where two are demanded: what else its stack proves, nobody here sees. */
static bool
proves_less(const struct policy *policy, const struct policy_service *service)
{
	return service->asked && service->demand_origin.line > 0 &&
	       __builtin_popcount(policy_asks(policy, service)) < policy_kinds(policy);
}

static enum level
check_services(struct report *report)
{
	const struct policy *policy = &report->call->daemon->config->policy;

	for (size_t i = 0; i < policy->nservices; i++) {
		const struct policy_service *service = &policy->services[i];

		if (!proves_less(policy, service))
			continue;
		if (policy_asks(policy, service) == POLICY_ASK_CODE)
			return TELL(report, WARN,
				_("Service '%s' asks for the one-time code alone (%s:%d) and "
				  "proves possession only: another module in "
				  "/etc/pam.d/%s must demand the password before it."),
				service->name, service->demand_origin.file,
				service->demand_origin.line, service->name);
		return TELL(report, WARN,
			_("Service '%s' asks for the password alone (%s:%d) and proves knowledge "
			  "only."),
			service->name, service->demand_origin.file, service->demand_origin.line);
	}
	return TELL(report, OK, "%s",
		_("Every service that is asked proves as many kinds as 'mfa.kinds' says."));
}

static enum level
check_entry(struct report *report)
{
	if (config_entry_say(report->call->daemon->config, report->text, sizeof(report->text)))
		return WARN;
	return TELL(report, OK, "%s",
		_("Nothing is entered more freely than the documents that are complied with let "
		  "it."));
}

/* What becomes of grants that nobody looks after. */
struct grant_tally {
	int64_t date_us;
	size_t holds, expired, unused;
};

static wf_status
tally_grant(void *ctx, const struct grant *grant)
{
	struct grant_tally *tally = ctx;
	const int64_t seen_us = grant->used_us != 0 ? grant->used_us : grant->created_us;

	if (act_grant_state(grant, tally->date_us) == GRANT_EXPIRED) {
		tally->expired++;
		return WF_OK;
	}
	tally->holds++;
	tally->unused += tally->date_us - seen_us > UNUSED_DAYS * 86400 * US_PER_S;
	return WF_OK;
}

static enum level
check_grants(struct report *report)
{
	struct act_call *call = report->call;
	struct grant_tally tally = {.date_us = store_date_us(call->daemon->store)};
	char shut[128];

	if (act_register_shut(call, shut, sizeof(shut)) != WF_OK ||
		act_each_grant(call, NULL, false, tally_grant, &tally) != WF_OK)
		return TELL(report, WARN, "%s", _("The grants could not be read."));
	if (shut[0] != '\0')
		return TELL(report, BAD,
			_("Nobody can enter where a grant is needed and none holds: %s. See "
			  "'warifu grant add'."),
			shut);
	if (tally.expired > 0)
		return TELL(report, WARN,
			_("Grants whose end is over: %zu. Renew them or end them: 'warifu grant "
			  "list'."),
			tally.expired);
	if (tally.unused > 0)
		return TELL(report, WARN,
			_("Grants that nobody has used for %d days: %zu. End those that are not "
			  "needed: 'warifu grant list'."),
			UNUSED_DAYS, tally.unused);
	return TELL(report, OK, _("Grants that hold: %zu; each has been used lately."),
		tally.holds);
}

/* The first client whose secret is in the worst way, and how many are in any. */
static enum level
check_radius_secrets(struct report *report)
{
	const struct config *config = report->call->daemon->config;
	const int64_t wall_us = wf_clock_now(&report->call->daemon->clock).wall_us;
	const struct config_client *worst = NULL;
	struct config_secret_finding found = {.fault = SECRET_FINE};
	size_t n = 0;

	for (size_t i = 0; i < config->radius.nclients; i++) {
		struct config_secret_finding finding = config_secret_check(
			&config->radius.clients[i], config->radius_uid, wall_us);

		n += finding.fault != SECRET_FINE;
		if (!config_secret_is_worse(finding.fault, found.fault))
			continue;
		found = finding;
		worst = &config->radius.clients[i];
	}
	if (worst == NULL)
		return TELL(report, OK, _("The secrets of all RADIUS clients (%zu) are in order."),
			config->radius.nclients);
	config_secret_say(worst, &found, report->text, sizeof(report->text));
	n--;
	if (n > 0)
		(void)snprintf(report->text + strlen(report->text),
			sizeof(report->text) - strlen(report->text),
			_(" (%zu more: 'warifud --check' names them)"), n);
	return config_secret_is_warning(found.fault) ? WARN : BAD;
}

static enum level
check_radius_clients(struct report *report)
{
	const struct config_radius *radius = &report->call->daemon->config->radius;
	size_t optional = 0;
	const char *name = "";

	for (size_t i = 0; i < radius->nclients; i++) {
		if (radius->clients[i].message_authenticator != CLIENT_AUTHENTICATOR_OPTIONAL)
			continue;
		optional++;
		name = radius->clients[i].name;
	}
	if (optional > 0)
		return TELL(report, WARN,
			_("RADIUS clients that need send no Message-Authenticator: %zu (%s and so "
			  "on). Who stands between them and this "
			  "server can forge answers: update them, then write message_authenticator "
			  "= required."),
			optional, name);
	return TELL(report, OK,
		_("RADIUS clients: %zu; each must send a Message-Authenticator, or must once it "
		  "has."),
		radius->nclients);
}

static enum level
check_relays(struct report *report)
{
	const struct config_relays *relays = &report->call->daemon->config->relays;
	const struct act_figures *figures = &report->health.figures;

	if (relays->nlisteners == 0)
		return TELL(report, OK, "%s", _("No relays are served (section 'relays')."));
	if (figures->relays < relays->nallow)
		return TELL(report, WARN, _("Hosts that are connected: %llu of %zu. Away: %s."),
			(unsigned long long)figures->relays, relays->nallow, figures->relays_away);
	return TELL(report, OK, _("All %zu hosts are connected."), relays->nallow);
}

/* How long certificates and lists are good, whoever has looked at them, in this act's language. */
static enum level
tell_term(struct report *report, const struct wf_term *term)
{
	wf_status status = wf_term_status(term);
	char text[WF_TERM_TEXT_MAX];

	wf_term_say(term, text);
	return TELL(report, status == WF_OK ? OK : status == WF_NO ? WARN : BAD, "%s", text);
}

static enum level
check_relay_terms(struct report *report)
{
	const struct wf_term *term = &report->health.figures.relays_term;

	if (term->part == WF_TERM_NONE)
		return TELL(report, OK, "%s", _("No relays are served (section 'relays')."));
	return tell_term(report, term);
}

/* The daemon may not read them: warifu-radiusd says how its own stand. */
static enum level
check_radius_terms(struct report *report)
{
	const struct act_daemon *daemon = report->call->daemon;
	const struct config_radius *radius = &daemon->config->radius;
	char line[WF_TERM_TEXT_MAX] = ""; /* an older server knows no such order */
	struct wf_term term = {.part = WF_TERM_NONE};
	struct wf_msg done;
	wf_status asked;
	bool told;

	if (!config_radius_serves(radius, LISTEN_TLS))
		return TELL(report, OK, "%s", _("RADIUS is not served over TLS."));
	asked = daemon->ask_front(daemon->hooks_ctx, "terms", NULL, &done);
	if (asked == WF_OK) {
		asked = wf_msg_get_text(&done, WF_F_CELL, 0, line, sizeof(line));
		wf_msg_clear(&done);
	}
	told = asked == WF_OK && wf_term_read(line, &term);
	if (told && term.part == WF_TERM_NONE && radius->certificate[0] == '\0')
		return TELL(report, OK, "%s",
			_("RADIUS over TLS goes by keys alone: no certificate can end."));
	if (term.part == WF_TERM_NONE)
		return TELL(report, WARN, "%s",
			_("warifu-radiusd could not be asked: 'warifu-radiusd --check' says how "
			  "long its certificates are good."));
	return tell_term(report, &term);
}

/* The first secret that is not in order; NULL: all are. */
static const struct config_upstream *
wrong_upstream_secret(struct report *report, enum config_secret_fault *fault_r)
{
	const struct config_upstreams *upstreams = &report->call->daemon->config->upstreams;
	const int64_t wall_us = wf_clock_now(&report->call->daemon->clock).wall_us;

	for (size_t i = 0; i < upstreams->n; i++) {
		*fault_r = config_upstream_secret_check(upstreams, &upstreams->list[i], wall_us);
		if (*fault_r != SECRET_FINE)
			return &upstreams->list[i];
	}
	return NULL;
}

static enum level
check_upstreams(struct report *report)
{
	const struct config_upstreams *upstreams = &report->call->daemon->config->upstreams;
	const struct act_figures *figures = &report->health.figures;
	enum config_secret_fault fault;
	const struct config_upstream *wrong;

	if (upstreams->n == 0)
		return TELL(
			report, OK, "%s", _("No other servers are asked (sections 'upstream')."));
	if (!figures->egress)
		return TELL(report, BAD, "%s",
			_("warifu-egress is not there: start it (systemctl enable --now "
			  "warifu-egress), and look at its log."));
	wrong = wrong_upstream_secret(report, &fault);
	if (wrong != NULL) {
		config_upstream_secret_say(wrong, fault, report->text, sizeof(report->text));
		return config_secret_is_warning(fault) ? WARN : BAD;
	}
	if (figures->silent > 0)
		return TELL(report, WARN,
			_("No answer when last asked: %s. The log of warifu-egress and of the "
			  "login say why."),
			figures->silent_names);
	return TELL(report, OK,
		_("warifu-egress is there, and no server was silent when last asked (sections: "
		  "%zu)."),
		upstreams->n);
}

/* --- what is done again and again --- */

static enum level
check_duties(struct report *report)
{
	struct duties duties;
	char names[256], text[DUTY_AHEAD_SIZE];

	if (duties_read(report->call, &duties) != WF_OK)
		return TELL(report, WARN, "%.500s", report->call->text);
	if (duties_ahead_text(&duties, text) != NULL)
		return TELL(report, WARN, "%s", text);
	if (duties.overdue == 0)
		return TELL(report, OK, _("Nothing that documents want done at intervals is "
					  "overdue (duties: %zu)."),
			duties.n);
	duties_overdue_names(&duties, names, sizeof(names));
	return TELL(report, WARN,
		_("Overdue: %s. 'warifu duty show' says what to do, 'warifu duty done' records "
		  "it."),
		names);
}

static const struct {
	const char *name;
	enum level (*check)(struct report *report);
} checks[] = {
	{"mode", check_mode},
	{"clock", check_clock},
	{"disk", check_disk},
	{"entropy", check_entropy},
	{"workers", check_workers},
	{"state folder", check_state_dir},
	{"store", check_store},
	{"key file", check_key_file},
	{"keys", doctor_keys},
	{"accounts", doctor_accounts},
	{"names", doctor_names},
	{"persons", doctor_persons},
	{"factors", doctor_factors},
	{"dictionary", doctor_dictionary},
	{"leaked passwords", doctor_leaks},
	{"services", check_services},
	{"entry", check_entry},
	{"grants", check_grants},
	{"RADIUS clients", check_radius_clients},
	{"RADIUS secrets", check_radius_secrets},
	{"recovery codes", doctor_codes},
	{"emergency file", check_breakglass},
	{"backup", doctor_backup},
	{"second backup", doctor_second},
	{"restore", doctor_drill},
	{"log", doctor_log},
	{"streams", doctor_streams},
	{"checkpoints", doctor_checkpoints},
	{"detection", doctor_detection},
	{"baseline", doctor_baseline},
	{"alerts", doctor_alerts},
	{"duties", check_duties},
	{"RADIUS certificates", check_radius_terms},
	{"relays", check_relays},
	{"relay certificates", check_relay_terms},
	{"other servers", check_upstreams},
};

wf_status
act_doctor(struct act_call *call)
{
	static const char *const columns[] = {"name", "level", "text"};
	struct report report = {.call = call};
	wf_status status = act_health(call, &report.health);
	size_t found = 0;

	if (status == WF_OK)
		status = doctor_tally(&report);
	if (status == WF_OK)
		status = act_head(call, columns, COUNT_OF(columns));
	for (size_t i = 0; status == WF_OK && i < COUNT_OF(checks); i++) {
		enum level level = checks[i].check(&report);
		const char *cells[] = {checks[i].name, levels[level], report.text};

		found += level != OK;
		status = act_row_out(call, cells, COUNT_OF(cells));
	}
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK,
		WF_NGETTEXT("%zu check of the daemon's own is not well.",
			"%zu checks of the daemon's own are not well.", found),
		found);
}
