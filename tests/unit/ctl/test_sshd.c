/* What `sshd -T` says, and which ways around Warifu are found in it. */
#include "config.h"

#include "ctl/sshd.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

/* As Debian's sshd 9.2 prints them; order and other lines do not matter. */
#define SAFE                                                                  \
	"port 22\nusepam yes\npermitrootlogin no\npubkeyauthentication yes\n" \
	"kbdinteractiveauthentication yes\npasswordauthentication no\n"       \
	"hostbasedauthentication no\ngssapiauthentication no\npermitemptypasswords no\n"

#define METHOD "keyboard-interactive,"
#define METHODS METHOD METHOD METHOD METHOD METHOD METHOD METHOD METHOD

static const struct {
	const char *output;
	const char *found; /* names behind "sshd ", with '!' for bad */
} samples[] = {
	{SAFE "authenticationmethods publickey,keyboard-interactive\n", ""},
	{SAFE "authenticationmethods keyboard-interactive:pam\n", ""},
	{SAFE "authenticationmethods publickey,keyboard-interactive:pam keyboard-interactive\n",
		""},
	{SAFE "authenticationmethods any\n", "publickey"},
	{SAFE, "publickey"},
	{SAFE "authenticationmethods publickey,keyboard-interactive publickey\n", "publickey"},
	{SAFE "authenticationmethods publickey,keyboard-interactivex\n", "publickey"},
	/* However long the value is, its end counts. */
	{SAFE "authenticationmethods " METHODS METHODS METHODS METHODS "password publickey\n",
		"publickey"},
	{"usepam no\nkbdinteractiveauthentication yes\nauthenticationmethods keyboard-interactive\n"
	 "passwordauthentication no\npermitrootlogin no\n",
		"!UsePAM"},
	{"usepam yes\nkbdinteractiveauthentication no\nauthenticationmethods keyboard-interactive\n"
	 "passwordauthentication no\npermitrootlogin no\n",
		"!KbdInteractiveAuthentication"},
	{"usepam yes\nchallengeresponseauthentication no\nauthenticationmethods "
	 "keyboard-interactive\n"
	 "passwordauthentication no\npermitrootlogin no\n",
		"!KbdInteractiveAuthentication"},
	{"usepam yes\nkbdinteractiveauthentication yes\npubkeyauthentication no\n"
	 "passwordauthentication yes\npermitrootlogin no\n",
		"PasswordAuthentication"},
	{"UsePAM yes\nKbdInteractiveAuthentication YES\nPubkeyAuthentication no\n"
	 "PasswordAuthentication no\nPermitRootLogin without-password\n",
		"PermitRootLogin"},
	{"usepam yes\npubkeyauthentication no\npasswordauthentication no\npermitrootlogin no\n"
	 "permitemptypasswords yes\nhostbasedauthentication yes\ngssapiauthentication yes\n",
		"!PermitEmptyPasswords HostbasedAuthentication GSSAPIAuthentication"},
	{"", "!UsePAM publickey PasswordAuthentication PermitRootLogin"},
	{"usepam", "!UsePAM publickey PasswordAuthentication PermitRootLogin"},
};

START_TEST(ways_around_are_found)
{
	struct finding findings[SSHD_FINDINGS_MAX];
	size_t n = sshd_findings(samples[_i].output, findings);
	char found[512] = "";

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(found);

		snprintf(found + len, sizeof(found) - len, "%s%s%s", len > 0 ? " " : "",
			findings[i].level == FINDING_BAD ? "!" : "",
			findings[i].name + strlen("sshd "));
		ck_assert_ptr_nonnull(strstr(findings[i].text, "sshd_config"));
	}
	ck_assert_str_eq(found, samples[_i].found);
}
END_TEST

static Suite *
sshd_suite(void)
{
	Suite *suite = suite_create("sshd");
	TCase *tc = tcase_create("output");

	tcase_add_loop_test(tc, ways_around_are_found, 0, sizeof(samples) / sizeof(samples[0]));
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(sshd_suite)
