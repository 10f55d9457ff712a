/* Seeds that are texts and come from no table of the product. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/breakglass.h"
#include "tests/fuzz/seeds.h"
#include "tests/vectors/argon2id.h"
#include "tests/vectors/crypt.h"

#define KEY_1 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY_2 "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="

static const struct {
	const char *target, *name, *text;
} texts[] = {
	/* Methods that /etc/shadow may hold, and that cost what their text says. */
	{"hash", "locked", "!$6$abcdefgh$yIZAF3gQPvtKZO"},
	{"hash", "nt", "$3$$8846f7eaee8fb117ad06bdd830b7586c"},
	{"hash", "sunmd5", "$md5,rounds=4294963199$1xMeE.at$$0123456789012345678901"},
	{"hash", "sha1crypt", "$sha1$4294967295$jtNX3nZ2$hBNaIXkt4wBI2o5rsi8KejSjNqIq"},
	{"hash", "scrypt", "$7$zzzzzzzzzzzz4456rzrvjUhVdpwdLyqjwNwFyB/eCd8$0123456789012345678901"},
	{"hash", "bsdi-long", "_zzzzrasmDiLRGIlI80c"},

	/* What once passed the check and could not be computed. */
	{"hash", "few-rounds", "$6$rounds=50$00usesomesilyst$TFKE5aM0bDLiyTFKE5aM0bDLiy"},
	{"hash", "bsdi-count", "_J=..rasmDiLRGIlI80c"},
	{"hash", "setting-alone", "$y$j7T$jCmXcyLTs6RHJ./tK5KU59"},
	{"hash", "salt-bits", "$y$j7T$1F$zwtVrjrUCmXcyLTs5LxQoTlzifSUkF8RHJ./tK5KU79"},
	{"hash", "des-or-not", "b6$a$cdefgh$5$aZO/9qOJKffAKKbtS3ef3qmwyugk4uWVjX8YZG."},
	{"hash", "rounds-of-none", "rounds=$m1FzwctVrjrUC"},
	/* A name that libconfuse takes for a path, with a line feed that reached the sentence. */
	{"config", "clients",
		"client v1 { network = {192.0.2.1, \"2001:db8::/64\"} secret_file = /s profile = fortigate send_groups = yes\n"
		" groups = {staff, a.b} class = firewall-admin kinds = 2 secret_changed = \"2026-01-31\" reply = {r, q} }\n"
		"client v2 { certificate = {gw.example, B} mode = separator separator = \"::\" rate = 7 timeout = 2m\n"
		" group_attribute = 'Class = \"OU=%groups\"' fold_case = on strip_realm = on trust_calling_station = on }\n"
		"client v3 { network = 192.0.2.9 secret_file = /t mode = code zone = internal message_authenticator = auto proxies = on }\n"
		"reply r { groups = admins attributes = {'Filter-Id = \"a b\"', 'Session-Timeout = 3600'} }\n"
		"reply q { attributes = {\"Class = 0x01\"} }\n"},
	{"config", "clients-overlap",
		"client a { network = 10.0.0.0/8 secret_file = /s }\nclient b { network = 10.1.2.3 secret_file = /s }\n"},
	{"config", "quoted-path", "\"\nlock=x|threshold\" = 1\n"},

	{"code", "otp-6", "123 456"},
	{"code", "otp-8", "12345678"},
	{"code", "recovery", "abcd-EFGH ijkl-2345"},
	{"code", "recovery-long", "ABCD-EFGH-IJKL-MNOPQ"},
	{"code", "emergency-zeros", "00000-00000-00000-00000-00000-00000"},
	{"code", "resync", "755224,287082"},
	{"code", "one-field-last", "plum trees123456"},
	{"code", "one-field-scrv1", "SCRV1:cGx1bSB0cmVlcw==:MTIzNDU2"},

	{"keys", "one", "1:" KEY_1 "\n"},
	{"keys", "two", "1:" KEY_1 "\n2:" KEY_2 "\n"},
	{"keys", "three", "1:" KEY_1 "\n2:" KEY_2 "\n4294967295:" KEY_1 "\n"},
	{"keys", "falling", "7:" KEY_1 "\n7:" KEY_2 "\n"},
	{"keys", "cut", "1:" KEY_1 "\n2:ICEiIyQl"},
	{"keys", "bits", "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n"},

	{"source", "v4", "192.0.2.7\nssh\n192.0.2.0/24"},
	{"source", "v6", "2001:db8::1%eth0\n/dev/tty1\n2001:db8::/32"},
	{"source", "mapped", "::ffff:192.0.2.7\n\n::ffff:192.0.2.0/120"},
	{"source", "name", "host.example\n\n0.0.0.0/0"},
	{"source", "local", "\n/dev/pts/0\n::/0"},

	{"sshd", "safe",
		"port 22\nusepam yes\npermitrootlogin no\npubkeyauthentication yes\n"
		"kbdinteractiveauthentication yes\npasswordauthentication no\n"
		"hostbasedauthentication no\ngssapiauthentication no\npermitemptypasswords no\n"
		"authenticationmethods publickey,keyboard-interactive:pam keyboard-interactive\n"},
	{"sshd", "around",
		"usepam no\npermitrootlogin yes\nauthenticationmethods "
		"publickey,keyboard-interactive  publickey\npermitemptypasswords yes\n"},
	{"stanza", "debian",
		"#%PAM-1.0\n@include common-auth\naccount required pam_nologin.so\n@include common-account\n"
		"session required pam_loginuid.so\n@include common-session\n@include common-password\n"
		"\n%%\n"
		"auth required pam_warifu.so\naccount required pam_warifu.so\n"
		"password required pam_warifu.so\nsession optional pam_warifu.so\n"},
	{"stanza", "plain",
		"auth\tsufficient pam_unix.so nullok \\\n try_first_pass # x\npassword required pam_unix.so\n%%\n"
		"# stack\nauth required pam_env.so\n\nauth [success=1 default=ignore] pam_warifu.so timeout=2\n"},
	{"stanza", "ours", "# BEGIN warifu auth\nauth required pam_warifu.so\n# END warifu auth\n%%\nauth required pam_warifu.so\n"},
	{"stanza", "none", "auth required pam_permit.so\n%%\nauth required pam_permit.so\n"},

	{"when", "offset", "2026-03-01T09:00:00.250+09:00"},
	{"when", "blank", "2026-03-01 23:59:60Z"},
	{"when", "day", "2024-02-29"},
	{"when", "span", "90m"},
	{"when", "weeks", "520w"},
	{"when", "word", "yesterday"},
	{"when", "early", "1970-01-01"},
	{"when", "late", "9999-12-31T23:59:59"},

	{"sshd", "any", "UsePAM yes\nAuthenticationMethods any\npubkeyauthentication no\n"},
};

static void
hashes(void)
{
	char name[64];

	for (size_t i = 0; i < sizeof(crypt_rows) / sizeof(crypt_rows[0]); i++) {
		(void)snprintf(name, sizeof(name), "crypt-%zu", i);
		seed_put("hash", name, crypt_rows[i].hash, strlen(crypt_rows[i].hash));
	}
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "argon2id-%zu", i);
		seed_put("hash", name, argon2id_rows[i].encoded, strlen(argon2id_rows[i].encoded));
	}
}

/* A list of methods longer than any buffer on a stack, whose last one is a way around. */
static void
long_methods(void)
{
	static const char head[] = "authenticationmethods ";
	static const char list[] = "publickey,keyboard-interactive ";
	char text[1024];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s", head);

	for (int i = 0; i < 17; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s", list);
	len += (size_t)snprintf(text + len, sizeof(text) - len, "publickey\nusepam yes\n");
	seed_put("sshd", "long", text, len);
}

#define LAST_SYMBOL 30 /* the one with the last three bits of a code, and two that are zero */

/* One that is right, as it is printed and as it may be typed; and one with a bit behind its end. */
static void
emergency_code(void)
{
	static const uint8_t code[WF_BREAKGLASS_CODE_BYTES] = {0xde, 0xad, 0xbe, 0xef, 0x01, 0x10, 0xff};
	char text[WF_BREAKGLASS_CODE_TEXT];

	wf_breakglass_code_format(code, text);
	seed_put("code", "emergency", text, strlen(text));
	text[LAST_SYMBOL] = '1';
	seed_put("code", "emergency-bits", text, strlen(text));
	text[LAST_SYMBOL] = '0';
	for (char *at = text; *at != '\0'; at++)
		*at = *at == '-' ? ' ' : *at == '0' ? 'o' : *at == '1' ? 'l' : *at;
	seed_put("code", "emergency-typed", text, strlen(text));
}

void
seeds_texts(void)
{
	emergency_code();
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		seed_put(texts[i].target, texts[i].name, texts[i].text, strlen(texts[i].text));
	hashes();
	long_methods();
}
