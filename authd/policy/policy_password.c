/*
 * Rules for a new password: a list of checks in order, each with its sentence; the first one broken
 * refuses.  Pure but for the dictionary.  Looks at the secret and keeps nothing of it.
 */
#include "config.h"

#include "authd/policy/policy.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "authd/policy/policy_words.h"
#include "common/i18n.h"
#include "common/utf8.h"

#define PART_MIN 3 /* characters of a name that may not stand in the password */
#define RULE_EMPTY "IPA-6.10h"
#define RULE_NAME "IPA-6.10h"
#define RULE_GUESSED "SCS-4-1-5-2"

struct candidate {
	const struct policy *policy;
	const struct account *account;
	const struct wf_secret *password;
};

/* The character at `off`: its bytes; a malformed byte stands alone. */
static size_t
step(const uint8_t *bytes, size_t len, size_t off)
{
	uint32_t rune;
	size_t n = wf_utf8_decode(bytes + off, len - off, &rune);

	return n > 0 ? n : 1;
}

static int64_t
characters(const uint8_t *bytes, size_t len)
{
	int64_t count = 0;

	for (size_t off = 0; off < len; off += step(bytes, len, off))
		count++;
	return count;
}

static bool
has_control(const struct wf_secret *password)
{
	for (size_t i = 0; i < password->len; i++)
		if (password->bytes[i] < ' ' || password->bytes[i] == 0x7f)
			return true;
	return false;
}

static int64_t
classes(const struct wf_secret *password)
{
	bool upper = false, lower = false, digit = false, symbol = false;

	for (size_t i = 0; i < password->len; i++) {
		uint8_t byte = password->bytes[i];

		if (byte >= 'A' && byte <= 'Z')
			upper = true;
		else if (byte >= 'a' && byte <= 'z')
			lower = true;
		else if (byte >= '0' && byte <= '9')
			digit = true;
		else
			symbol = true;
	}
	return upper + lower + digit + symbol;
}

/* True when `part` stands somewhere in the password, whatever the case of its letters. */
static bool
contains(const struct wf_secret *password, const char *part, size_t len)
{
	for (size_t at = 0; len <= password->len && at <= password->len - len; at++) {
		size_t same = 0;

		while (same < len &&
			tolower(password->bytes[at + same]) == tolower((uint8_t)part[same]))
			same++;
		if (same == len)
			return true;
	}
	return false;
}

/* True when any of the words of `names` that are long enough stands in the password. */
static bool
contains_part(const struct wf_secret *password, const char *names)
{
	static const char between[] = " ,()";

	while (*names != '\0') {
		size_t len = strcspn(names, between);

		if (characters((const uint8_t *)names, len) >= PART_MIN &&
			contains(password, names, len))
			return true;
		names += len;
		names += strspn(names, between);
	}
	return false;
}

/* Each returns false with its sentence in why_r when the rule is broken. */

static bool
check_empty(const struct candidate *c, char *why_r, size_t size)
{
	if (c->password->len > 0)
		return true;
	(void)snprintf(why_r, size, _("The password is empty. Choose one (rule %s)."), RULE_EMPTY);
	return false;
}

static bool
check_typed(const struct candidate *c, char *why_r, size_t size)
{
	if (c->password->len <= WF_SECRET_MAX && !has_control(c->password))
		return true;
	(void)snprintf(why_r, size,
		_("The password holds a control character or more than %d bytes. Choose another "
		  "one."),
		WF_SECRET_MAX);
	return false;
}

static bool
check_length(const struct candidate *c, char *why_r, size_t size)
{
	enum account_kind kind = c->account->kind;
	enum rule_guard guard = policy_guard(c->policy, kind, true);
	int64_t min = policy_number_of(c->policy, R_PASSWORD_MIN, kind, guard);
	char rule[POLICY_RULE_SIZE];

	if (characters(c->password->bytes, c->password->len) >= min)
		return true;
	policy_held_rule(c->policy, R_PASSWORD_MIN, kind, guard, 0, rule);
	(void)snprintf(why_r, size,
		_("The password is too short. Choose one of at least %d characters (rule %s)."),
		(int)min, rule);
	return false;
}

static bool
check_classes(const struct candidate *c, char *why_r, size_t size)
{
	int64_t min = policy_value(c->policy, P_PASSWORD_CLASSES);
	char rule[65];

	if (classes(c->password) >= min)
		return true;
	policy_rule(c->policy, P_PASSWORD_CLASSES, rule, sizeof(rule));
	(void)snprintf(why_r, size,
		_("Mix at least %d of upper case, lower case, digits and symbols (rule %s)."),
		(int)min, rule);
	return false;
}

static bool
check_name(const struct candidate *c, char *why_r, size_t size)
{
	const char *name = c->account->name;
	size_t len = strlen(name);
	bool found = characters((const uint8_t *)name, len) >= PART_MIN &&
		     contains(c->password, name, len);

	if (!found && !contains_part(c->password, c->account->display))
		return true;
	(void)snprintf(why_r, size,
		_("The password contains the name of its owner. Choose another one (rule %s)."),
		RULE_NAME);
	return false;
}

static bool
check_words(const struct candidate *c, char *why_r, size_t size)
{
	if (!policy_words_listed(c->password) && !policy_words_in_dictionary(c->password))
		return true;
	(void)snprintf(why_r, size,
		_("The password is easy to guess. Choose several words, or something that stands "
		  "in no "
		  "dictionary (rule %s)."),
		RULE_GUESSED);
	return false;
}

static bool (*const checks[])(const struct candidate *, char *, size_t) = {
	check_empty,
	check_typed,
	check_length,
	check_classes,
	check_name,
	check_words,
};

wf_status
policy_password(const struct policy *policy, const struct account *account,
	const struct wf_secret *password, char *why_r, size_t size)
{
	struct candidate c = {.policy = policy, .account = account, .password = password};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (!checks[i](&c, why_r, size))
			return WF_NO;
	return WF_OK;
}
