/*
 * Reads the effective configuration of sshd ("keyword value" lines) and names each way to log in
 * that does not ask Warifu for all factors.
 *
 * A login by `publickey` alone never calls PAM's auth group. AuthenticationMethods is a list of
 * lists: sshd is content with any one of them, so each must have keyboard-interactive.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "common/i18n.h"
#include "ctl/sshd.h"
#include "ctl/text.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))

/* A value where it stands in the output: not copied, so that none is too long to be seen whole. */
struct value {
	const char *at;
	size_t len;
};

/* The value of a keyword, from the first line that has it; false if it is not in the output. */
static bool
get_value(const char *output, const char *keyword, struct value *value_r)
{
	size_t len = strlen(keyword);

	while (*output != '\0') {
		size_t line = strcspn(output, "\n");

		if (line > len && strncasecmp(output, keyword, len) == 0 && output[len] == ' ') {
			*value_r = (struct value){output + len + 1, line - len - 1};
			return true;
		}
		output += line + (output[line] == '\n');
	}
	return false;
}

static bool
value_is(const char *output, const char *keyword, const char *wanted, bool preset)
{
	struct value value;

	if (!get_value(output, keyword, &value))
		return preset;
	return value.len == strlen(wanted) && strncasecmp(value.at, wanted, value.len) == 0;
}

/* Whether one comma-separated list of methods has keyboard-interactive, perhaps with ":pam". */
static bool
has_interactive(const char *list, size_t len)
{
	static const char method[] = "keyboard-interactive";
	size_t wanted = sizeof(method) - 1;

	while (len > 0) {
		const char *comma = memchr(list, ',', len);
		size_t own = comma != NULL ? (size_t)(comma - list) : len;

		if (own >= wanted && strncasecmp(list, method, wanted) == 0 &&
			(own == wanted || list[wanted] == ':'))
			return true;
		own += comma != NULL ? 1 : 0;
		list += own;
		len -= own;
	}
	return false;
}

static bool
methods_demand_interactive(const char *output)
{
	struct value value;
	bool any = false;

	if (!get_value(output, "authenticationmethods", &value))
		return false;
	while (value.len > 0) {
		const char *blank = memchr(value.at, ' ', value.len);
		size_t len = blank != NULL ? (size_t)(blank - value.at) : value.len;

		if (len > 0 && !has_interactive(value.at, len))
			return false;
		any = any || len > 0;
		len += blank != NULL ? 1 : 0;
		value.at += len;
		value.len -= len;
	}
	return any;
}

static bool
no_pam(const char *output)
{
	return value_is(output, "usepam", "no", true);
}

static bool
no_interactive(const char *output)
{
	return value_is(output, "kbdinteractiveauthentication", "no", false) ||
	       value_is(output, "challengeresponseauthentication", "no", false);
}

static bool
key_alone(const char *output)
{
	return value_is(output, "pubkeyauthentication", "yes", true) &&
	       !methods_demand_interactive(output);
}

static bool
password_method(const char *output)
{
	return value_is(output, "passwordauthentication", "yes", true);
}

static bool
empty_passwords(const char *output)
{
	return value_is(output, "permitemptypasswords", "yes", false);
}

static bool
host_based(const char *output)
{
	return value_is(output, "hostbasedauthentication", "yes", false) &&
	       !methods_demand_interactive(output);
}

static bool
gssapi(const char *output)
{
	return (value_is(output, "gssapiauthentication", "yes", false) ||
		       value_is(output, "kerberosauthentication", "yes", false)) &&
	       !methods_demand_interactive(output);
}

static bool
root_login(const char *output)
{
	return !value_is(output, "permitrootlogin", "no", false);
}

static const struct {
	const char *name;
	bool (*applies)(const char *output);
	enum finding_level level;
	const char *text;
} checks[] = {
	{"sshd UsePAM", no_pam, FINDING_BAD,
		N_("sshd does not use PAM: nobody is asked for a second factor; write 'UsePAM yes' "
		   "into "
		   "sshd_config")},
	{"sshd KbdInteractiveAuthentication", no_interactive, FINDING_BAD,
		N_("sshd cannot ask for a one-time code; write 'KbdInteractiveAuthentication yes' "
		   "into "
		   "sshd_config")},
	{"sshd publickey", key_alone, FINDING_WARN,
		N_("a public key alone passes sshd without Warifu's questions; only the account "
		   "line in "
		   "/etc/pam.d/sshd refuses it. Write 'AuthenticationMethods "
		   "publickey,keyboard-interactive' (or keyboard-interactive) into sshd_config")},
	{"sshd PasswordAuthentication", password_method, FINDING_WARN,
		N_("the password method gives one answer to every question, so such logins fail "
		   "and are "
		   "counted; write 'PasswordAuthentication no' into sshd_config")},
	{"sshd PermitEmptyPasswords", empty_passwords, FINDING_BAD,
		N_("empty passwords are let through; write 'PermitEmptyPasswords no' into "
		   "sshd_config")},
	{"sshd HostbasedAuthentication", host_based, FINDING_WARN,
		N_("a trusted host alone passes sshd without Warifu's questions; write "
		   "'HostbasedAuthentication no' into sshd_config")},
	{"sshd GSSAPIAuthentication", gssapi, FINDING_WARN,
		N_("a Kerberos ticket alone passes sshd without Warifu's questions; write "
		   "'GSSAPIAuthentication no' and 'KerberosAuthentication no' into sshd_config")},
	{"sshd PermitRootLogin", root_login, FINDING_WARN,
		N_("root may try to log in over SSH, where Warifu refuses it; write "
		   "'PermitRootLogin no' "
		   "into sshd_config")},
};

size_t
sshd_findings(const char *output, struct finding findings_r[SSHD_FINDINGS_MAX])
{
	size_t n = 0;

	_Static_assert(ENTRIES(checks) < SSHD_FINDINGS_MAX, "every check may find something");
	for (size_t i = 0; i < ENTRIES(checks); i++) {
		if (!checks[i].applies(output))
			continue;
		findings_r[n++] = (struct finding){checks[i].name, checks[i].level, checks[i].text};
	}
	return n;
}
