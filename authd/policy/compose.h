/*
 * Composition: what several documents claim becomes one policy, the strictest of all (I9).  Pure:
 * claims in, cells out; no file, no clock.  The result does not depend on the order of the
 * claims, and a claim that comes twice changes nothing.
 *
 * Only what binds is composed: must, must-not, where-possible, and sample, the numbers of a
 * document that offers itself to be adopted.  What is merely recommended or optional sets no
 * value; it is shown beside the value as advice.
 *
 * A cell is a parameter for one account kind and one guard.  Where one document demands what
 * another forbids, or where nothing is left that all allow, the cell is in conflict; where a
 * document demands a value and gives none, it is open. Both stop the start until a line `resolve`
 * of warifu.conf settles them.  A line `deviate` makes a cell weaker than it was composed.  Who
 * loses by either is told by compose_verdict(): never as met.
 */
#ifndef WF_AUTHD_POLICY_COMPOSE_H
#define WF_AUTHD_POLICY_COMPOSE_H

#include "authd/policy/rule.h"

enum compose_sort {
	CLAIM_VALUE = 0,
	CLAIM_UNDEFINED, /* a value must be set, and the document gives none */
	CLAIM_FORBIDDEN  /* nothing of this kind may be demanded */
};

/* What one document says about one parameter. */
struct compose_claim {
	const struct rule_spec *spec;
	unsigned kinds, guards; /* bits; all where the parameter is not split */
	enum compose_sort sort;
	int64_t value;                   /* of CLAIM_VALUE */
	char profile[17];                /* "scs3" */
	struct origin origin;            /* criterion, file of the profile, line, force */
	char note_ja[256], note_en[256]; /* may be empty */
};
/* Whether its force sets values; advice does not. */
bool compose_binds(const struct compose_claim *claim);

/* A line of warifu.conf: `resolve` or `deviate`. */
struct compose_answer {
	const struct rule_spec *spec;
	unsigned kinds, guards;
	bool deviates; /* `deviate` */
	bool none;     /* nothing is demanded */
	int64_t value; /* unless none */
	struct origin origin;
};

enum compose_state {
	CELL_SILENT = 0, /* nobody speaks */
	CELL_SET,
	CELL_BARRED, /* nothing may be demanded, or nothing is, by an answer */
	CELL_OPEN,
	CELL_CONFLICT
};

struct compose_cell {
	enum compose_state state;
	int64_t value;                  /* of CELL_SET */
	const struct compose_claim *by; /* who decides; who demands, in a conflict; NULL: nobody */
	/* in a conflict; NULL: what is built in, beside a document that is silent */
	const struct compose_claim *against;
	const struct compose_answer *answer; /* that has settled it, or NULL */
	bool narrowed; /* to what is built in, for a document that is silent: compose_narrow() */
};

struct composed {
	struct compose_cell cells[RULES_MAX]
				 [RULE_CELLS]; /* by enum rule_id; kind * RULE_GUARDS + guard */
};

/* Claims are borrowed for as long as the result lives. */
void compose(const struct compose_claim *const *claims, size_t n, struct composed *composed_r);

/*
 * A document that is silent about what is allowed leaves it at what is built in, `ours`; so beside
 * its claims, which are all of one document, no other one may allow more (I9).  Where nothing is
 * left of what the others allow, the cell is in conflict.
 */
void compose_narrow(struct composed *composed, const struct compose_claim *const *claims, size_t n,
	const struct rule_default *ours);

/* Who asks for a member of a set of demands in a cell: the strongest claim; NULL: none. */
const struct compose_claim *compose_member(const struct compose_claim *const *claims, size_t n,
	const struct rule_spec *spec, unsigned cell, int64_t bit);

enum compose_fault {
	COMPOSE_FINE = 0,
	COMPOSE_CONFLICT,  /* two claims contradict each other */
	COMPOSE_UNDEFINED, /* nobody gives a value */
	COMPOSE_NEEDLESS,  /* a `resolve` with nothing to settle */
	COMPOSE_NOT_WEAKER /* a `deviate` that asks for no less */
};
struct compose_problem {
	enum compose_fault fault;
	const struct rule_spec *spec;
	unsigned kinds, guards; /* the cells that are alike */
	const struct compose_claim *by, *against;
	const struct compose_answer *answer;
	size_t more; /* other parameters in the same plight */
};
/*
 * Applies the answers, which are borrowed as claims are.  False with the first problem; then the
 * cells are as they are.
 */
bool compose_settle(struct composed *composed, const struct compose_answer *answers, size_t n,
	struct compose_problem *problem_r);

enum compose_verdict {
	VERDICT_MET = 0,
	VERDICT_DEVIATES,
	VERDICT_UNSETTLED, /* a cell of it is open or in conflict */
	VERDICT_FOLLOWED,  /* advice */
	VERDICT_NOT_FOLLOWED
};
/* How it stands with a claim in the worst of its cells. */
enum compose_verdict compose_verdict(
	const struct compose_claim *claim, const struct composed *composed);
const char *compose_verdict_word(enum compose_verdict verdict); /* N_() */

/* Cells of a parameter that say the same: kinds times guards. */
struct compose_group {
	unsigned kinds, guards;
	const struct compose_cell *cell; /* one of them */
};
/* Whether two cells say the same. */
bool compose_alike(const struct compose_cell *a, const struct compose_cell *b);
/* At most RULE_CELLS; gives how many. */
size_t compose_groups(const struct composed *composed, const struct rule_spec *spec,
	struct compose_group groups_r[RULE_CELLS]);
/* The value for people, or a word for the other states. */
const char *compose_cell_text(const struct rule_spec *spec, const struct compose_cell *cell,
	char text_r[RULE_VALUE_SIZE]);
/* The weakest value set in these cells; false if none is.  The cell that has it in cell_r. */
bool compose_weakest(const struct composed *composed, const struct rule_spec *spec,
	unsigned kinds, unsigned guards, const struct compose_cell **cell_r);

#endif
