/*
 * Rules for a new password: a list of checks in order, each with its sentence; the first one broken
 * refuses.  Looks at the secret and keeps nothing of it.
 */
#include "config.h"

#include "authd/policy/policy_password.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "authd/policy/policy_shapes.h"
#include "authd/policy/policy_words.h"
#include "common/i18n.h"
#include "common/utf8.h"

#define PART_MIN 3 /* characters of a name that may not stand in the password */
#define RUN_MAX 3 /* neighbours in a row that are let through */
#define PHRASE_WORDS 3
#define PHRASE_MIN 16 /* characters of a phrase that no dictionary is asked about */

/* What is asked of this password, and what is known of it. */
struct candidate {
	const struct policy *policy;
	const struct account *account;
	const struct wf_secret *password;
	enum rule_guard guard;
	int64_t min;      /* characters */
	unsigned classes; /* that it must have: bits of enum rule_class */
	int64_t nclasses; /* how many of whichever */
	unsigned forbidden; /* bits of enum rule_content */
	int64_t length;
	unsigned has; /* classes */
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

static unsigned
classes(const struct wf_secret *password)
{
	unsigned has = 0;

	for (size_t i = 0; i < password->len; i++) {
		uint8_t byte = password->bytes[i];

		if (byte >= 'A' && byte <= 'Z')
			has |= CHARACTER_UPPER;
		else if (byte >= 'a' && byte <= 'z')
			has |= CHARACTER_LOWER;
		else if (byte >= '0' && byte <= '9')
			has |= CHARACTER_DIGIT;
		else
			has |= CHARACTER_SYMBOL;
	}
	return has;
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

/* Three words that make sixteen characters: nobody's dictionary holds that. */
static bool
is_phrase(const struct candidate *c)
{
	return c->length >= PHRASE_MIN && policy_shape_words(c->password) >= PHRASE_WORDS;
}

/* The rule of a parameter, or of one member of it. */
static const char *
rule_of(const struct candidate *c, enum rule_id rule, int64_t bit, char text_r[POLICY_RULE_SIZE])
{
	policy_held_rule(c->policy, rule, c->account->kind, c->guard, bit, text_r);
	return text_r;
}

/* Each returns false with its sentence in why_r when the rule is broken. */

static bool
check_empty(const struct candidate *c, char *why_r, size_t size)
{
	char rule[POLICY_RULE_SIZE];

	if (c->password->len > 0)
		return true;
	(void)snprintf(why_r, size, _("The password is empty. Choose one (rule %s)."),
		rule_of(c, R_PASSWORD_FORBIDDEN, CONTENT_EMPTY, rule));
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
	char rule[POLICY_RULE_SIZE];

	if (c->length >= c->min)
		return true;
	(void)snprintf(why_r, size,
		c->min >= PHRASE_MIN
			? _("The password is too short. Choose one of at least %d characters, such "
			    "as three words or more (rule %s).")
			: _("The password is too short. Choose one of at least %d characters (rule "
			    "%s)."),
		(int)c->min, rule_of(c, R_PASSWORD_MIN, 0, rule));
	return false;
}

/* "upper case letters, digits": of those that are missing. */
static void
name_classes(unsigned missing, char *text_r, size_t size)
{
	static const char *const names[] = {
		N_("upper case letters"), N_("lower case letters"), N_("digits"), N_("symbols")};
	size_t len = 0;

	text_r[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((missing >> i & 1U) == 0 || len >= size) /* coverage: four words fit */
			continue;
		len += (size_t)snprintf(
			text_r + len, size - len, "%s%s", len > 0 ? ", " : "", _(names[i]));
	}
}

static bool
check_classes(const struct candidate *c, char *why_r, size_t size)
{
	char rule[POLICY_RULE_SIZE];
	unsigned missing = c->classes & ~c->has;
	char names[160];

	if (missing == 0)
		return true;
	name_classes(missing, names, sizeof(names));
	(void)snprintf(why_r, size, _("The password lacks: %s. Add some of each (rule %s)."), names,
		rule_of(c, R_PASSWORD_CLASSES, 0, rule));
	return false;
}

static bool
check_nclasses(const struct candidate *c, char *why_r, size_t size)
{
	char rule[POLICY_RULE_SIZE];

	if (__builtin_popcount(c->has) >= c->nclasses)
		return true;
	policy_rule(c->policy, P_PASSWORD_CLASSES, rule, sizeof(rule));
	(void)snprintf(why_r, size,
		_("Mix at least %d of upper case, lower case, digits and symbols (rule %s)."),
		(int)c->nclasses, rule);
	return false;
}

static bool
check_name(const struct candidate *c, char *why_r, size_t size)
{
	char rule[POLICY_RULE_SIZE];
	const char *name = c->account->name;
	size_t len = strlen(name);
	bool found = characters((const uint8_t *)name, len) >= PART_MIN &&
		     contains(c->password, name, len);

	if (!found && !contains_part(c->password, c->account->display))
		return true;
	(void)snprintf(why_r, size,
		_("The password contains the name of its owner. Choose another one (rule %s)."),
		rule_of(c, R_PASSWORD_FORBIDDEN, CONTENT_NAME, rule));
	return false;
}

static bool
check_personal(const struct candidate *c, char *why_r, size_t size)
{
	char rule[POLICY_RULE_SIZE];

	if (!policy_shape_number(c->password))
		return true;
	(void)snprintf(why_r, size,
		_("The password is a day or a telephone number. Choose three words or more, or "
		  "characters at random (rule %s)."),
		rule_of(c, R_PASSWORD_FORBIDDEN, CONTENT_PERSONAL, rule));
	return false;
}

static bool
is_word_of_here(const struct candidate *c)
{
	for (size_t i = 0; i < c->policy->nwords; i++)
		if (contains(c->password, c->policy->words[i], strlen(c->policy->words[i])))
			return true;
	return false;
}

static bool
say_guessed(const struct candidate *c, int64_t bit, char *why_r, size_t size)
{
	char rule[POLICY_RULE_SIZE];

	(void)snprintf(why_r, size,
		_("The password is easy to guess: one word, with or without digits around it, a "
		  "run or a repetition. Choose three words or more, or characters at random "
		  "(rule %s)."),
		rule_of(c, R_PASSWORD_FORBIDDEN, bit, rule));
	return false;
}

static bool
check_guessable(const struct candidate *c, char *why_r, size_t size)
{
	if (!policy_words_listed(c->password) && !is_word_of_here(c))
		return true;
	return say_guessed(c, CONTENT_GUESSABLE, why_r, size);
}

static bool
check_dictionary(const struct candidate *c, char *why_r, size_t size)
{
	if (is_phrase(c) || !policy_words_trimmed(c->password))
		return true;
	return say_guessed(c, CONTENT_DICTIONARY, why_r, size);
}

static bool
check_sequence(const struct candidate *c, char *why_r, size_t size)
{
	char rule[POLICY_RULE_SIZE];

	if (policy_shape_run(c->password) <= RUN_MAX)
		return true;
	(void)snprintf(why_r, size,
		_("The password holds a run such as 'abcd', '4321', 'aaaa' or 'qwer'. Choose one "
		  "with at most %d such characters in a row (rule %s)."),
		RUN_MAX, rule_of(c, R_PASSWORD_FORBIDDEN, CONTENT_SEQUENCE, rule));
	return false;
}

/* In this order; those with a member of password.forbidden only where that is among them. */
static const struct {
	unsigned member;
	bool (*check)(const struct candidate *, char *, size_t);
} checks[] = {
	{0, check_empty}, /* CONTENT_EMPTY, always */
	{0, check_typed},
	{0, check_length},
	{0, check_classes},
	{0, check_nclasses},
	{CONTENT_NAME, check_name},
	{CONTENT_PERSONAL, check_personal},
	{CONTENT_GUESSABLE, check_guessable},
	{CONTENT_DICTIONARY, check_dictionary},
	{CONTENT_SEQUENCE, check_sequence},
};

/* What is demanded of this account's passwords. */
static void
fill_demand(struct candidate *c)
{
	const struct policy *policy = c->policy;
	enum account_kind kind = c->account->kind;

	c->min = policy_number_of(policy, R_PASSWORD_MIN, kind, c->guard);
	c->classes = (unsigned)policy_members_of(policy, R_PASSWORD_CLASSES, kind, c->guard);
	c->nclasses = policy_value(policy, P_PASSWORD_CLASSES);
	c->forbidden = (unsigned)policy_members_of(policy, R_PASSWORD_FORBIDDEN, kind, c->guard);
}

static wf_status
check_leak(const struct candidate *c, char *why_r, size_t size)
{
	wf_status status = policy_leaked(c->policy, c->password);
	char rule[POLICY_RULE_SIZE];

	if (status == WF_NO)
		return WF_OK;
	if (status != WF_OK)
		return WF_UNAVAILABLE;
	policy_change_rule(c->policy, CHANGE_ON_LEAK, rule);
	(void)snprintf(why_r, size,
		_("The password stands in a list of leaked passwords. Choose one that was never "
		  "used anywhere: three words or more, or characters at random (rule %s)."),
		rule);
	return WF_NO;
}

void
policy_password_note(const struct wf_secret *password, struct password_note *note_r)
{
	int64_t length = characters(password->bytes, password->len);

	if (length > PASSWORD_LENGTH_NOTED)
		length = PASSWORD_LENGTH_NOTED;
	*note_r = (struct password_note){
		.length = (uint32_t)length, .classes = classes(password)};
}

wf_status
policy_password(const struct policy *policy, const struct policy_candidate *candidate,
	struct password_note *note_r, char *why_r, size_t size)
{
	struct candidate c = {
		.policy = policy,
		.account = candidate->account,
		.password = candidate->password,
		.guard = candidate->guard,
		.length = characters(candidate->password->bytes, candidate->password->len),
		.has = classes(candidate->password),
	};
	wf_status status;

	fill_demand(&c);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if ((checks[i].member == 0 || (c.forbidden & checks[i].member) != 0) &&
			!checks[i].check(&c, why_r, size))
			return WF_NO;
	status = check_leak(&c, why_r, size);
	if (status != WF_OK)
		return status;
	policy_password_note(c.password, note_r);
	note_r->guard = c.guard;
	return WF_OK;
}

bool
policy_unique_demanded(
	const struct policy *policy, enum account_kind kind, char rule_r[POLICY_RULE_SIZE])
{
	static const int64_t members[] = {REUSE_SYSTEMS, REUSE_SERVICES};
	const struct origin *ours =
		&policy_held(policy, R_PASSWORD_UNIQUE, kind, GUARD_NONE)->origin;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const struct origin *origin = policy_member_origin(
			policy, R_PASSWORD_UNIQUE, kind, GUARD_NONE, members[i]);

		/* of the set as a whole, or our own: no document names this member */
		if (origin == ours || origin->criterion[0] == '\0')
			continue;
		policy_held_rule(
			policy, R_PASSWORD_UNIQUE, kind, GUARD_NONE, members[i], rule_r);
		return true;
	}
	return false;
}
