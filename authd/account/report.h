/*
 * The report: for each criterion of a document how it stands, by what is in force and by what the
 * store and the log show over a period.  Nothing is said that was not computed: a proof without
 * data says so, and shows nothing.  Nobody else includes this.
 */
#ifndef WF_AUTHD_ACCOUNT_REPORT_H
#define WF_AUTHD_ACCOUNT_REPORT_H

#include "authd/account/duties.h"
#include "authd/account/policy_find.h"
#include "authd/account/report_count.h"
#include "authd/account/report_state.h"
#include "authd/account/review.h"

/* --- report_lines.c: what goes out, kept until its own row of the log is durable --- */

/* Columns of the act, in this order; docs: warifu(8), `report`. */
enum report_column {
	LINE_PART,      /* "report", "criterion", "setting", "proof", "exception" */
	LINE_CRITERION, /* its id; "" in part "report" */
	LINE_GROUP,     /* "SCS-4-1": criteria that belong on one page */
	LINE_NAME,      /* of a fact of the report, a parameter, a proof, what is excepted */
	LINE_STATE,     /* of the criterion, the setting, the proof */
	LINE_LEVEL,     /* as the document counts */
	LINE_FORCE,     /* "must"... */
	LINE_AIM,       /* "enforced", "evidenced", "reported", "outside" */
	LINE_TEXT,      /* for people, in the language asked for */
	LINE_REASON,    /* likewise: why it stands so, where that needs a word */
	LINE_FOR,       /* settings: kinds of accounts, and guards, where they are told apart */
	LINE_VALUE,     /* what is in force; a fact; the figure of a proof */
	LINE_WANTED,    /* what the criterion asks for */
	LINE_ORIGIN,    /* "scs4.profile:12": where the value in force comes from */
	LINE_BY,        /* who did it last; who approved an exception */
	LINE_TIME,      /* when that was */
	LINE_UNTIL,     /* end of an exception; when a duty is due */
	LINE_COUNT,     /* of LINE_TOTAL */
	LINE_TOTAL,
	LINE_ROW,       /* of the log: the first that an exception is about, or the last of it */
	LINE_HASH,      /* SHA-256 of what this line, or the criterion's lines, rest on */
	LINE_COLUMNS
};

struct report_lines {
	struct report_line {
		char *cells[LINE_COLUMNS]; /* owned; NULL = "" */
	} *list;
	size_t n, room;
};

/* A line to be filled in; empty cells are NULL. */
struct report_draft {
	const char *cells[LINE_COLUMNS];
	int64_t time_us, until_us; /* 0 = none */
	bool counted;		   /* the count is there, and a total that is not 0 */
	uint64_t count, total;
	uint64_t row; /* 0 = none */
};
WF_MUST_USE wf_status report_put(struct report_lines *lines, const struct report_draft *draft);
/*
 * SHA-256 in hex over the lines from `first` on: all cells but texts for people, so that it is the
 * same in each language.
 */
#define REPORT_HASH_SIZE 65
WF_MUST_USE wf_status report_hash(
	const struct report_lines *lines, size_t first, char hex_r[REPORT_HASH_SIZE]);
/* Sets a cell of a line that is there. */
WF_MUST_USE wf_status report_set(
	struct report_lines *lines, size_t line, enum report_column column, const char *text);
WF_MUST_USE wf_status report_send(struct act_call *call, const struct report_lines *lines);
void report_lines_clear(struct report_lines *lines);

/* --- one report --- */

/* What is let off by no setting (policy_view_allowed). */
struct report_let {
	const struct rules_criterion *criterion;
	char parameter[64], value[RULE_VALUE_SIZE], in_force[288];
	const char *note; /* gettext's */
	bool deviates;
};
struct report_let_list {
	struct report_let *list; /* owned */
	size_t n, room;
};

struct reporting {
	struct act_call *call;
	struct policy_view view;
	struct policy_find find;
	struct rules_claims claims; /* of all its profiles */
	const struct rules_profile *profiles[CONFIG_COMPLY_MAX];
	size_t nprofiles;
	bool chapters; /* the document under way has some: its criteria are numbered with dots */
	struct report_period period;
	bool past;                  /* it ended before now */
	int64_t gone_us;            /* rows of it before that have expired; 0 = none */
	struct report_count log;    /* of the period */
	struct report_run runs[REPORT_RUNS];
	struct report_chain chain;  /* of all that is kept */
	struct report_let_list let;
	struct report_store store;
	struct review_due reviews; /* of the period */
	struct duties duties;
	struct act_retention retention;
	struct act_streams streams;
	struct store_counts counts;
	struct store_configuration configuration;
	size_t states[REPORT_STATES];
	struct report_lines lines;
};

/* --- report_proofs.c: a name, and what is computed for it --- */

/* The criterion that is asked about. */
struct report_question {
	const struct reporting *reporting;
	const struct rules_criterion *criterion;
};
#define REPORT_TEXT_SIZE 512
struct report_figure {
	enum report_verdict verdict;
	bool counted;
	uint64_t count, total; /* total: of a share; 0 = it is none */
	uint64_t row;
	int64_t time_us, until_us;
	char by[257];
	char value[96];
	char text[REPORT_TEXT_SIZE]; /* a sentence; also where there is no data */
};
struct report_proof {
	const char *name; /* as in `shown` of a catalogue */
	void (*compute)(const struct report_question *question, unsigned of,
		struct report_figure *figure_r);
	unsigned of; /* which of those that this function computes */
};
const struct report_proof *report_proofs(size_t *n_r);
const struct report_proof *report_proof_find(const char *name); /* NULL */

/* What the groups of the table compute; each has a file or a table of sentences. */
enum report_holding {
	HELD_LIST,
	HELD_PRIVILEGED,
	HELD_SECOND,
	HELD_DORMANT,
	HELD_DEFAULT,
	HELD_SHARED,
	HELD_PERSONS,
	HELD_ENDS,
	HELD_EXEMPT,
	HELD_LENGTH,
	HELD_LEAKS,
	HELD_FIRST,
	HELD_GRANTS,
	HELD_SESSIONS,
	HELD_FINDINGS,
	HELD_TOLD,
	REPORT_HOLDINGS
};
enum report_of_log {
	LOG_CHAIN,
	LOG_KEPT,
	LOG_SEALED,
	LOG_STREAMS,
	LOG_BACKUP,
	LOG_SECOND,
	LOG_DRILL,
	LOG_DRIFT,
	LOG_COMPOSED,
	LOG_REGISTER,
	LOG_CLIENTS,
	LOG_RUNS,
	LOG_REVIEWS,
	LOG_PEOPLE
};
void report_prove_share(const struct report_question *, unsigned of, struct report_figure *);
void report_prove_event(const struct report_question *, unsigned of, struct report_figure *);
void report_prove_accounts(const struct report_question *, unsigned of, struct report_figure *);
void report_prove_duty(const struct report_question *, unsigned of, struct report_figure *);
void report_prove_log(const struct report_question *, unsigned of, struct report_figure *);

/* A sentence behind the others, in the call's language. */
void report_say(struct report_figure *figure, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* "WORDS: 3 of 7.", of the figure's count and total; words are not translated yet. */
void report_say_share(struct report_figure *figure, const char *words);

/*
 * Whether rows of the period have expired, with a sentence that says so: then nothing holds by the
 * mere absence of what would speak against it.
 */
bool report_say_gone(const struct reporting *reporting, struct report_figure *figure);

/* --- report_store.c --- */
WF_MUST_USE wf_status report_store_read(struct reporting *reporting);

/* --- report_criterion.c --- */
/* All lines about one criterion. */
WF_MUST_USE wf_status report_criterion(
	struct reporting *reporting, const struct rules_criterion *criterion);

#endif
