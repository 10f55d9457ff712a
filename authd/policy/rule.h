/*
 * The parameters that documents speak about: what a profile may say, and which of two values asks
 * for more.  One table in rule.c.  Most of them are wider than what the daemon can do today, and
 * each says how far it is enforced: "not yet" is written in the table and shown wherever a value
 * is shown.
 *
 * A value holds for an account kind and a guard, where documents tell them apart (C-03, C-07):
 * which other control protects the password is what a guard is.  Pure and constant; any thread.
 */
#ifndef WF_AUTHD_POLICY_RULE_H
#define WF_AUTHD_POLICY_RULE_H

#include "authd/policy/policy.h"

#define RULE_KINDS 3 /* of enum account_kind */
enum rule_guard { GUARD_MFA = 0, GUARD_LOCK, GUARD_NONE };
#define RULE_GUARDS 3
#define RULE_CELLS (RULE_KINDS * RULE_GUARDS)
#define RULE_ALL 7U /* kinds or guards, as bits */

enum rule_split { RULE_WHOLE = 0, RULE_BY_KIND = 1, RULE_BY_GUARD = 2 };

/* How far a value is enforced by the daemon of today. */
enum rule_today { RULE_NOT_YET = 0, RULE_PARTLY, RULE_ENFORCED };

/* Where the value of today comes from. */
enum rule_source {
	RULE_NOWHERE = 0, /* nothing enforces it yet */
	RULE_NUMBERS,     /* numbers of the policy (rule_binding) */
	RULE_BUILT_IN     /* the daemon cannot do otherwise: `built_in` */
};

struct rule_spec {
	const char *name; /* "lock.threshold" */
	const char *unit; /* as in policy_param_spec; "yes" for a number that is 0 or 1 */
	enum policy_direction stricter;
	unsigned splits; /* bits of enum rule_split */
	const char *const
		*members; /* of a set, in the order of their bits, ended by NULL; NULL: a number */
	int64_t max;      /* of a number */
	enum rule_source source;
	int64_t built_in;  /* the number or the members of today */
	const char *about; /* N_() */
};
#define RULES_MAX 64

const struct rule_spec *rule_specs(size_t *n_r);
const struct rule_spec *rule_find(const char *name); /* NULL */
/* Its place in the table. */
size_t rule_index(const struct rule_spec *spec);

/* A number of the policy that a parameter's cells of some account kinds govern. */
struct rule_binding {
	const char *rule;
	unsigned kinds; /* bits */
	enum policy_param param;
};
const struct rule_binding *rule_bindings(size_t *n_r);

/*
 * The parameter and cells that a name means: "password.min", or with a kind, or with a kind and a
 * guard behind it, as in "password.min.privileged.lock".  False if there is none; then nothing is
 * changed.
 */
bool rule_cells_find(
	const char *name, const struct rule_spec **spec_r, unsigned *kinds_r, unsigned *guards_r);
/* "privileged", "general, service"; "all". */
#define RULE_NAMES_SIZE 48
const char *rule_kinds_text(unsigned kinds, char text_r[RULE_NAMES_SIZE]);
const char *rule_guards_text(unsigned guards, char text_r[RULE_NAMES_SIZE]);
/* Bits of a word of either, 0 if it is none. */
unsigned rule_kind_bit(const char *word);
unsigned rule_guard_bit(const char *word);

/* The bit of a member, 0 if the set has no such. */
int64_t rule_member_bit(const struct rule_spec *spec, const char *word);
/* A number within the bounds, decimal; "yes" and "no" where the unit is so. */
bool rule_number(const struct rule_spec *spec, const char *text, int64_t *value_r);
/* As people read it: "6h", "30d", "12", "yes", "upper, lower"; "none" for an empty set. */
#define RULE_VALUE_SIZE 256
const char *rule_value_text(
	const struct rule_spec *spec, int64_t value, char text_r[RULE_VALUE_SIZE]);

/* True when value `a` asks for less than `b`. */
bool rule_weaker(const struct rule_spec *spec, int64_t a, int64_t b);
/* How far the daemon of today enforces that value. */
enum rule_today rule_today(const struct rule_spec *spec, int64_t value);
const char *rule_today_word(enum rule_today today); /* N_() */

#endif
