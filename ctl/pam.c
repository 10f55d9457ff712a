/*
 * warifu pam install, remove, list.
 *
 * Install, in this order: the new stack is tried in a folder of its own before anything is changed;
 * the old file is kept; the time limit is written and its process started; then the file is
 * replaced. Whatever fails before the last step leaves the service as it was.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/i18n.h"
#include "ctl/diff.h"
#include "ctl/handlers.h"
#include "ctl/pamfiles.h"
#include "ctl/pamscan.h"
#include "ctl/pamtimer.h"
#include "ctl/pamtry.h"
#include "ctl/stanza.h"
#include "ctl/table.h"
#include "ctl/when.h"
#include "ctl/wrap.h"

#define STANZA_DIR WF_PKGDATADIR "/pam"
#define TIMEOUT_DEFAULT "10m"

struct change {
	struct ctl *ctl;
	const struct parsed *parsed;
	struct pam_place place;
	int64_t span_us;
	char *before; /* text now, owned */
	char *after;  /* text wanted, owned */
	mode_t mode;
};

static void
change_clear(struct change *change)
{
	free(change->before);
	free(change->after);
	change->before = change->after = NULL;
}

static int
read_service(struct change *change)
{
	const char *file = change->place.file;
	wf_status status = pam_file_read(file, &change->before, &change->mode);

	if (status == WF_OK)
		return CTL_OK;
	if (status == WF_NOT_FOUND)
		ctl_error(change->ctl, _("there is no %s; name a service that exists"), file);
	else if (errno == ELOOP)
		ctl_error(change->ctl,
			_("%s is a symbolic link; name the service that it leads to"), file);
	else
		ctl_error(change->ctl, "%s: %s", file, strerror(errno));
	return CTL_NO;
}

/* The service's text without an earlier stanza, then with the one of today. */
static int
merge_stanza(struct change *change)
{
	const char *dir = args_option(change->parsed, "stanza-dir");
	char path[PATH_MAX];
	char *stanza = NULL;
	char *plain = NULL;
	mode_t mode;
	wf_status status;

	snprintf(
		path, sizeof(path), "%s/%s", dir != NULL ? dir : STANZA_DIR, change->place.service);
	status = pam_file_read(path, &stanza, &mode);
	if (status != WF_OK) {
		ctl_error(change->ctl,
			_("there is no stanza for '%s' (%s); write one, or edit %s by hand"),
			change->place.service, path, change->place.file);
		return CTL_NO;
	}
	status = stanza_remove(change->before, &plain);
	if (status == WF_NOT_FOUND)
		status = stanza_insert(change->before, stanza, &change->after);
	else if (status == WF_OK)
		status = stanza_insert(plain, stanza, &change->after);
	free(stanza);
	free(plain);
	if (status == WF_OK)
		return CTL_OK;
	ctl_error(change->ctl, _("the stanza %s cannot be put into %s: %s"), path,
		change->place.file, _(wf_status_text(status)));
	return CTL_NO;
}

/* root is nobody's name: whose login is to be tried must then be said. */
static const char *
who_calls(const struct parsed *parsed)
{
	const char *user = args_option(parsed, "user");
	const struct passwd *entry;

	if (user == NULL)
		user = getenv("SUDO_USER");
	if (user != NULL)
		return user;
	entry = getpwuid(getuid());
	return entry != NULL && entry->pw_uid != 0 ? entry->pw_name : NULL;
}

static int
try_login(struct change *change)
{
	const char *user = who_calls(change->parsed);
	struct ctl *ctl = change->ctl;
	wf_status status;

	/* passwd has no auth lines: there is no login to try. */
	if (args_option(change->parsed, "no-test") != NULL ||
		!stanza_has_group(change->after, "auth"))
		return CTL_OK;
	if (user == NULL) {
		ctl_error(ctl, _("name the user whose login is to be tried: --user USER"));
		return CTL_USAGE;
	}
	if (!ctl->json)
		ctl_say(ctl, _("Trying a login of %s with the new stack of %s first."), user,
			change->place.service);
	fflush(ctl->out);
	status = pam_try(ctl, &change->place, change->after, user);
	if (status == WF_OK)
		return CTL_OK;
	if (status == WF_NO)
		ctl_error(ctl,
			_("the login did not succeed; nothing was changed. 'warifu why --last %s' "
			  "tells why"),
			user);
	else
		ctl_error(ctl,
			_("the login could not be tried (%s); nothing was changed. --no-test does "
			  "without"),
			_(wf_status_text(status)));
	return CTL_NO;
}

/* What makes the change undone: the first original, the text of now, the limit and its process. */
static wf_status
prepare_way_back(struct change *change, struct pam_pending *pending)
{
	const struct pam_place *place = &change->place;
	wf_status status = pam_pending_make(change->ctl, change->span_us, change->mode, pending);

	if (status == WF_OK && !stanza_has(change->before, NULL))
		status = pam_file_write(place->saved, change->before, change->mode);
	if (status == WF_OK)
		status = pam_file_write(place->before, change->before, S_IRUSR | S_IWUSR);
	if (status == WF_OK)
		status = pam_pending_write(place, pending);
	if (status == WF_OK)
		status = pam_timer_start(change->ctl, place, pending);
	return status;
}

static void
tell_installed(const struct change *change, const struct pam_pending *pending)
{
	char when[32];

	when_format(pending->wall_us, when);
	ctl_say(change->ctl,
		_("%s now uses Warifu. Keep this login open, log in anew through %s, and say "
		  "there, before "
		  "%s: warifu pam confirm %s\nOtherwise the old file comes back by itself."),
		change->place.file, change->place.service, when, change->place.service);
}

static int
carry_out_locked(struct change *change)
{
	struct pam_pending pending;
	wf_status status;

	if (pam_pending_read(&change->place, &pending) == WF_OK) {
		char when[32];

		when_format(pending.wall_us, when);
		ctl_error(change->ctl,
			_("an install of %s waits for its confirmation until %s; say 'warifu pam "
			  "confirm %s' "
			  "or 'warifu pam rollback %s' first"),
			change->place.service, when, change->place.service, change->place.service);
		return CTL_NO;
	}
	status = prepare_way_back(change, &pending);
	if (status == WF_OK)
		status = pam_file_write(change->place.file, change->after, change->mode);
	if (status == WF_OK) {
		tell_installed(change, &pending);
		return CTL_OK;
	}
	ctl_error(
		change->ctl, _("the install failed and nothing was changed: %s"), strerror(errno));
	pam_file_remove(change->place.pending);
	pam_file_remove(change->place.before);
	return CTL_NO;
}

static int
carry_out(struct change *change)
{
	int lock = -1;
	int code;

	if (pam_place_lock(change->ctl, &change->place, &lock) != WF_OK)
		return CTL_NO;
	code = carry_out_locked(change);
	pam_place_unlock(&lock);
	return code;
}

static int
begin(struct ctl *ctl, const struct parsed *parsed, const char *service, struct change *change)
{
	const char *timeout = args_option(parsed, "timeout");
	int code;

	memset(change, 0, sizeof(*change));
	change->ctl = ctl;
	change->parsed = parsed;
	if (when_duration(timeout != NULL ? timeout : TIMEOUT_DEFAULT, &change->span_us) != WF_OK) {
		ctl_error(ctl, _("--timeout: '%s' is no duration; write 90, 10m or 1h"), timeout);
		return CTL_USAGE;
	}
	code = pam_place_init(ctl, parsed, service, &change->place);
	return code == CTL_OK ? read_service(change) : code;
}

int
ctl_pam_install(struct ctl *ctl, const struct parsed *parsed)
{
	struct change change;
	int code = begin(ctl, parsed, args_operand(parsed, 0), &change);

	if (code == CTL_OK)
		code = merge_stanza(&change);
	if (code == CTL_OK && args_option(parsed, "dry-run") != NULL) {
		if (!diff_print(change.place.file, change.before, change.after, ctl->out))
			ctl_say(ctl, _("Nothing would change."));
		change_clear(&change);
		return CTL_OK;
	}
	if (code == CTL_OK && strcmp(change.before, change.after) == 0) {
		ctl_say(ctl, _("%s uses Warifu already; nothing was changed."), change.place.file);
		change_clear(&change);
		return CTL_OK;
	}
	if (code == CTL_OK)
		code = try_login(&change);
	if (code == CTL_OK)
		code = carry_out(&change);
	change_clear(&change);
	return code;
}

/* The text without Warifu: what stands between the marks taken out, else the saved file. */
static int
text_without(struct change *change)
{
	mode_t mode;
	wf_status status = stanza_remove(change->before, &change->after);

	if (status != WF_OK)
		status = pam_file_read(change->place.saved, &change->after, &mode);
	if (status == WF_OK)
		return CTL_OK;
	ctl_error(change->ctl,
		stanza_has(change->before, NULL) ? _("%s names pam_warifu.so outside of what 'pam "
						     "install' put in; take the lines out "
						     "by hand")
						 : _("%s does not use Warifu"),
		change->place.file);
	return CTL_NO;
}

static int
remove_locked(struct change *change)
{
	if (pam_file_write(change->place.file, change->after, change->mode) != WF_OK) {
		ctl_error(change->ctl, "%s: %s", change->place.file, strerror(errno));
		return CTL_NO;
	}
	pam_file_remove(change->place.pending);
	pam_file_remove(change->place.before);
	pam_file_remove(change->place.saved);
	if (stanza_has(change->after, NULL)) {
		ctl_error(change->ctl,
			_("%s still names pam_warifu.so in lines that 'pam install' did not "
			  "write; take them out by hand"),
			change->place.file);
		return CTL_NO;
	}
	ctl_say(change->ctl, _("%s no longer uses Warifu."), change->place.file);
	return CTL_OK;
}

static int
remove_service(struct ctl *ctl, const struct parsed *parsed, const char *service)
{
	struct change change;
	int lock = -1;
	int code = begin(ctl, parsed, service, &change);

	if (code == CTL_OK)
		code = text_without(&change);
	if (code == CTL_OK && args_option(parsed, "dry-run") != NULL) {
		diff_print(change.place.file, change.before, change.after, ctl->out);
	} else if (code == CTL_OK) {
		code = pam_place_lock(ctl, &change.place, &lock) == WF_OK ? remove_locked(&change)
									  : CTL_NO;
		pam_place_unlock(&lock);
	}
	change_clear(&change);
	return code;
}

struct removal {
	struct ctl *ctl;
	const struct parsed *parsed;
	size_t seen;
	int code; /* of the first that failed */
};

static void
remove_visit(void *context, const char *name, bool common)
{
	struct removal *removal = context;
	int code = CTL_NO;

	removal->seen++;
	if (!common)
		code = remove_service(removal->ctl, removal->parsed, name);
	else
		ctl_error(removal->ctl,
			_("%s names pam_warifu.so; say 'pam-auth-update --disable warifu', or take "
			  "the lines out by "
			  "hand if they are not from there"),
			name);
	if (removal->code == CTL_OK)
		removal->code = code;
}

/* One after the other, whatever becomes of the others. */
static int
remove_all(struct ctl *ctl, const struct parsed *parsed)
{
	struct removal removal = {.ctl = ctl, .parsed = parsed, .code = CTL_OK};
	int code = pam_scan(ctl, parsed, remove_visit, &removal);

	if (code == CTL_OK && removal.seen == 0)
		ctl_say(ctl, _("No PAM service uses Warifu."));
	return code == CTL_OK ? removal.code : code;
}

int
ctl_pam_remove(struct ctl *ctl, const struct parsed *parsed)
{
	const char *service = args_operand(parsed, 0);
	bool all = args_option(parsed, "all") != NULL;

	if (all == (service != NULL)) {
		ctl_error(ctl,
			_("say which service, or --all; 'warifu pam list' tells which there are"));
		return CTL_USAGE;
	}
	return all ? remove_all(ctl, parsed) : remove_service(ctl, parsed, service);
}

struct listing {
	struct ctl *ctl;
	const struct parsed *parsed;
	struct table table;
	wf_status status;
};

static void
list_visit(void *context, const char *name, bool common)
{
	struct listing *listing = context;
	struct pam_place place;
	struct pam_pending pending;
	char deadline[24] = "";
	const char *state = common ? "pam-auth-update" : "confirmed";

	if (listing->status != WF_OK)
		return;
	if (!common && pam_place_init(listing->ctl, listing->parsed, name, &place) == CTL_OK &&
		pam_pending_read(&place, &pending) == WF_OK) {
		snprintf(deadline, sizeof(deadline), "%lld", (long long)pending.wall_us);
		state = "pending";
	}
	listing->status =
		table_add_row(&listing->table, (const char *const[]){name, state, deadline}, 3);
}

static int
show_listing(const struct listing *listing)
{
	struct ctl *ctl = listing->ctl;
	wf_status status = listing->status;

	if (status == WF_OK && ctl->json)
		status = table_print_json(&listing->table, false, ctl->out);
	else if (status == WF_OK && listing->table.nrows == 0)
		wrap_print(_(listing->parsed->command->empty), 0, ctl->width, ctl->out);
	else if (status == WF_OK)
		table_print(&listing->table, NULL, ctl->header, ctl->width, ctl->out);
	if (status != WF_OK)
		ctl_unwritten(ctl);
	return status == WF_OK ? CTL_OK : CTL_NO;
}

int
ctl_pam_list(struct ctl *ctl, const struct parsed *parsed)
{
	static const char *const columns[] = {"service", "state", "deadline:time"};
	struct listing listing = {.ctl = ctl, .parsed = parsed, .status = WF_OK};
	int code;

	table_init(&listing.table);
	for (size_t i = 0; listing.status == WF_OK && i < sizeof(columns) / sizeof(columns[0]); i++)
		listing.status = table_add_column(&listing.table, columns[i]);
	code = pam_scan(ctl, parsed, list_visit, &listing);
	if (code == CTL_OK)
		code = show_listing(&listing);
	table_clear(&listing.table);
	return code;
}
