/*
 * What warifu.conf says about documents: which ones are complied with, which contradictions
 * somebody has settled, where the policy stays behind; and what they compose to.
 *
 * Constant after config_load(); any thread may read.
 */
#ifndef WF_AUTHD_CONFIG_COMPLY_H
#define WF_AUTHD_CONFIG_COMPLY_H

#include "authd/policy/compose.h"
#include "authd/rules/rules.h"

#define CONFIG_COMPLY_MAX 8
#define CONFIG_ANSWERS_MAX 64
#define CONFIG_IS_MAX 16

/*
 * One section `resolve`, `deviate` or `draft`; its name is a parameter's, with kind and guard
 * behind it, or a profile's.
 */
struct config_answer {
	char name[65];
	struct origin origin; /* file and line of the section's first option */
	char is[CONFIG_IS_MAX][32];
	size_t nis;
	char by[65];
	int64_t on_day, until_day; /* days since 1970-01-01; 0 = not written */
	char reason[257];
};
struct config_answers {
	struct config_answer *list; /* owned */
	size_t n;
};

struct config_comply {
	char names[CONFIG_COMPLY_MAX][65];
	struct origin origin; /* of the list */
	size_t n; /* 0: no document is complied with, and all below is empty */
	struct config_answers resolves, deviates, drafts;
	/* made of them when all files are read: */
	struct rules_book book;
	struct rules_claims claims;     /* of all the profiles */
	struct compose_answer *answers; /* owned; resolves, then deviates */
	size_t nanswers;
	struct composed composed; /* with the answers */
};

struct config;
/*
 * All profiles and catalogues of the configured folder, whether complied with or not, checked. 
 * The caller clears the book. WF_INVALID, WF_NOT_FOUND, WF_DENIED, WF_IO, WF_NO_MEMORY with a
 * sentence in why_r.  Any thread; calls wait for each other.
 */
WF_MUST_USE wf_status config_book_load(
	const struct config *config, struct rules_book *book_r, char *why_r, size_t size);
/*
 * Services with important data that anybody with an account may enter, here or (the first such) on
 * the host of a relay: "sshd, su@web1", as many as there is room for.  False, and "": there are
 * none.
 */
bool config_entry_open(const struct config *config, char *names_r, size_t size);
/* Whether a criterion asks that somebody says who may enter. */
/* Whether what a criterion is met by (`by`) is said service by service; else it is always done. */
bool config_entry_by(const char *name);
bool config_entry_is_about(const struct rules_criterion *criterion);
/* The first such criterion of what is complied with; NULL: none asks. */
const struct rules_criterion *config_entry_asked(const struct config_comply *comply);
/* A sentence about both; false, with text_r untouched: there is nothing to tell. */
bool config_entry_say(const struct config *config, char *text_r, size_t size);
/* The section that an answer of the composition was made of. */
const struct config_answer *config_answer_of(
	const struct config_comply *comply, const struct compose_answer *answer);
void config_comply_clear(struct config_comply *comply);
/* "KUBOTA-115a (kubota.profile:73)" */
#define CONFIG_CLAIM_SIZE 128
const char *config_claim_text(const struct compose_claim *claim, char text_r[CONFIG_CLAIM_SIZE]);

#endif
