/*
 * A daemon's inside for acts: a real store and key file in a folder of its own, a clock that the
 * test moves, and the reply kept as a table.
 */
#ifndef WF_TESTS_ACCOUNT_RIG_H
#define WF_TESTS_ACCOUNT_RIG_H

#include "authd/account/internal.h"
#include "tests/unit/unit.h"

#define RIG_START (INT64_C(1773100800) * US_PER_S) /* 2026-03-10 00:00:00 UTC */
#define RIG_ROWS 1200
#define RIG_COLUMNS 64

struct rig {
	char dir[128], db[192];
	struct store *store;
	struct keyring *keys;
	struct config config;
	struct config *taken; /* by rig_take() */
	struct act_daemon daemon;
	struct act_figures figures;
	struct wf_now now;
	void *scratch;
	uid_t uid;
	pid_t pid;
	enum role role;
	const char *language;
	/* the reply of the last act */
	char *columns[RIG_COLUMNS];
	size_t ncolumns, nrows;
	char *cells[RIG_ROWS][RIG_COLUMNS];
	char text[1025];
	unsigned rekeys, reloads;
	wf_status rekey_status, reload_status;
	unsigned out_nth; /* the output call of the next act that fails; 0 = none */
	wf_status out_status;
	/*
	 * the call of the next act that fails, in builds with fault injection; calls seen by the
	 * last one
	 */
	uint64_t fault_nth, fault_calls;
	bool fault_on; /* and all behind it */
};

extern struct rig rig;

void rig_setup(void);    /* root, enforce mode, cheap hashes */
void rig_teardown(void);
void rig_reopen(void);
void rig_load_keys(void);
void rig_advance(int64_t seconds);
/*
 * The configuration of a text, which stands in the folder under this name; until the next one is
 * taken, or the end.
 */
const struct config *rig_take(const char *name, const char *text);

/* "key=value" as argument, "!key=value" as secret; ends with NULL. */
wf_status rig_act(const char *id, ...) __attribute__((sentinel));
/* Must succeed. */
#define rig_ok(...)                                                                           \
	do {                                                                                  \
		wf_status rig_status = rig_act(__VA_ARGS__, NULL);                            \
		ck_assert_msg(                                                                \
			rig_status == WF_OK, "%s: %s", wf_status_name(rig_status), rig.text); \
	} while (0)
/* Must fail so, with this sentence. */
#define rig_no(status, sentence, ...)                                                      \
	do {                                                                               \
		wf_status rig_status = rig_act(__VA_ARGS__, NULL);                         \
		ck_assert_str_eq(wf_status_name(rig_status), wf_status_name(status));      \
		ck_assert_str_eq(rig.text, sentence);                                      \
	} while (0)
/* Cell of the last reply; fails when there is no such column or row. */
const char *rig_cell(size_t row, const char *column);
long long rig_number(size_t row, const char *column);

uint64_t rig_rows(void); /* of the log */
void rig_last_row(struct audit_row *row_r);
void rig_subject(const char *user, struct act_subject *subject_r);

/* A privileged account with password and active token, so that somebody rules. */
void rig_ruler(const char *user);
/* An account with the password "correct horse battery" and an active TOTP; its base32 secret. */
void rig_user(const char *user);
/* The code of the token in the last reply's `secret`, `steps` from now (HOTP: counter). */
void rig_code(const char *base32, enum factor_id factor, int64_t steps, char code_r[9]);

/* Failures of a lane, through the store as the engine does it. */
void rig_fail(const char *user, unsigned times, bool possession, const char *source);
/* A completed transaction of `user` for `service`; its id in hex. */
void rig_transaction(const char *user, const char *service, unsigned kinds, enum wf_purpose purpose,
	char hex_r[33]);

#endif
