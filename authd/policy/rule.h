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

#define RULE_ALL 7U /* kinds or guards, as bits */

enum rule_split { RULE_WHOLE = 0, RULE_BY_KIND = 1, RULE_BY_GUARD = 2 };

/* How far a value is enforced by the daemon of today. */
enum rule_today { RULE_NOT_YET = 0, RULE_PARTLY, RULE_ENFORCED };

/* Where the value of today comes from. */
enum rule_source {
	RULE_NOWHERE = 0, /* nothing enforces it yet */
	RULE_NUMBERS,     /* an option of warifu.conf has it, too (rule_binding); any value holds */
	RULE_HELD, /* who enforces it asks policy_held(); of demands that add up: `built_in` */
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
	/* the number or the members of today; of RULE_HELD the members that the code knows */
	int64_t built_in;
	const char *about; /* N_() */
};
#define RULES_MAX R_COUNT

/* In the order of enum rule_id. */
const struct rule_spec *rule_specs(size_t *n_r);
const struct rule_spec *rule_spec(enum rule_id rule);
const struct rule_spec *rule_find(const char *name); /* NULL */
/* In the order of enum rule_act; a criterion may be enforced by one. */
struct rule_act_spec {
	const char *name;      /* "service.root" */
	const char *criterion; /* that it is taken from; "": our own decision */
};
const struct rule_act_spec *rule_acts(size_t *n_r);
bool rule_is_act(const char *name);
/* Its place in the table: an enum rule_id. */
size_t rule_index(const struct rule_spec *spec);

/* An option of warifu.conf about a parameter's cells of some account kinds. */
struct rule_binding {
	enum rule_id rule;
	unsigned kinds; /* bits */
	enum policy_param param;
};
const struct rule_binding *rule_bindings(size_t *n_r);
/* What holds of a parameter without an option where nobody speaks. */
struct rule_default {
	enum rule_id rule;
	int64_t value;
	const char *criterion, *force; /* "" and "default": our own decision */
};
const struct rule_default *rule_defaults(size_t *n_r);

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

/* Cells that are alike: kinds times guards. */
struct rule_group {
	unsigned kinds, guards;
	size_t cell; /* the first of them */
};
/* `alike` compares two of the cells; at most RULE_CELLS groups, gives how many. */
size_t rule_groups(bool (*alike)(const void *cells, size_t a, size_t b), const void *cells,
	struct rule_group groups_r[RULE_CELLS]);

/* All members of a set. */
int64_t rule_all_members(const struct rule_spec *spec);
/* The bit of a member, 0 if the set has no such. */
int64_t rule_member_bit(const struct rule_spec *spec, const char *word);
/*
 * A number within the bounds, decimal, with or without the unit behind it that rule_value_text()
 * writes ("30d"; seconds without any); "yes" and "no" where the unit is so.
 */
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
