/*
 * Detection: rules over the rows of the log, in their order.  Pure: no store, no clock (the rows'
 * own time is the time), bounded memory.  What it finds is told once per incident: the same rule
 * and key goes on being the same incident until nothing has come for the rule's window (an hour at
 * least), or somebody has closed it, and is told again only when its level rises.
 *
 * What outlives the windows are habits (habit.h).  Whoever feeds rows keeps them: before a row he
 * asks which ones it needs (detect_needs), gives what is stored (detect_give), feeds the row, and
 * keeps those that have changed (detect_changed) together with what was found.
 *
 * A flood of names or sources displaces only what is less suspicious (table.h), and opens at most
 * DETECT_HOURLY incidents of a rule an hour: the rest is one incident with the key "*".
 *
 * One thread at a time.
 */
#ifndef WF_AUTHD_DETECT_DETECT_H
#define WF_AUTHD_DETECT_DETECT_H

#include "authd/audit/audit.h"
#include "authd/detect/habit.h"
#include "authd/detect/rules.h"
#include "authd/detect/table.h"

#define DETECT_HOURLY 20
#define DETECT_KEY_SIZE 257
#define DETECT_SEQS 16 /* numbers of rows that a finding names */

enum detect_news { DETECT_OPENED, DETECT_RAISED };

/* An incident as it is now. */
struct detect_incident {
	struct table_head head; /* key: "rule key" */
	enum detect_rule rule;
	unsigned level;
	uint64_t id; /* of whoever keeps it (detect_named); 0 = not kept yet */
	char key[DETECT_KEY_SIZE];
	char user[257], source[64]; /* of the row that told it last; "" with many */
	uint64_t first_seq, last_seq;
	int64_t first_us, last_us;
	uint32_t rows; /* at least so many */
	size_t n;      /* the last of its rows */
	uint64_t seqs[DETECT_SEQS];
	bool changed; /* has grown since it was last kept */
};

struct detect_options {
	const struct detect_settings *settings; /* borrowed */
	/* Borrowed functions; NULL: nothing is known of it.  "" for no country. */
	bool (*is_default)(const char *user);
	void (*country)(void *ctx, const char *source, char country_r[3]);
	void *country_ctx;
	/*
	 * What was found by a row.  `incident` is valid during the call; it may be named then or
	 * later.
	 */
	void (*tell)(void *ctx, const struct detect_incident *incident, enum detect_news news);
	void *ctx;
};

#define DETECT_CURSOR "detect" /* the name of the place in the log that it has come to */

struct detect;

/* NULL: no memory. */
struct detect *detect_new(const struct detect_options *options);
void detect_free(struct detect **detect);
/* Other settings from the next row on; borrowed. */
void detect_reconfigure(struct detect *detect, const struct detect_settings *settings);

enum detect_mode {
	DETECT_JUDGE,
	DETECT_LEARN_ONLY, /* rows of long ago: fills windows and habits, tells nothing */
	DETECT_REPLAY	   /* rows that were judged before a restart: fills the windows alone */
};
/* The next row.  The habits that it needs should have been given; a replay needs none. */
void detect_feed(struct detect *detect, uint64_t seq, const struct audit_row *row,
	enum detect_mode mode);
/*
 * Whether the row says that somebody has closed an incident: what has grown until then is to be
 * kept before it is fed, since rows behind it are of another one.
 */
bool detect_closes(const struct audit_row *row);
/* How far back rows must be replayed for all windows, in microseconds. */
int64_t detect_span_us(const struct detect *detect);
/* How far back incidents may still go on, in microseconds. */
int64_t detect_hold_us(const struct detect *detect);

/* --- habits, by subject: a text of at most TABLE_KEY_SIZE - 1 bytes --- */
#define DETECT_NEEDS 2
/* The habits that this row needs and that are not in memory. */
size_t detect_needs(const struct detect *detect, const struct audit_row *row,
	char subjects_r[DETECT_NEEDS][TABLE_KEY_SIZE]);
/* What is stored of one; len 0: nothing.  What cannot be decoded counts as nothing. */
void detect_give(struct detect *detect, const char *subject, const uint8_t *bytes, size_t len);
/*
 * Walks the habits that have changed; start with *at = 0.  NULL: no more.  habit_r NULL: of an
 * account that was removed, to be forgotten.
 */
const char *detect_changed(
	const struct detect *detect, size_t *at, const struct habit **habit_r);
/* All changes of habits and incidents so far are kept now. */
void detect_kept(struct detect *detect);

/* --- incidents --- */
/* One that was kept before: goes on, if it has not ended. */
void detect_restore(struct detect *detect, const struct detect_incident *incident);
/* The id under which a told incident is kept. */
void detect_named(struct detect *detect, enum detect_rule rule, const char *key, uint64_t id);
/* As it is now; NULL: there is none. */
const struct detect_incident *detect_incident_of(
	struct detect *detect, enum detect_rule rule, const char *key);
/* Walks those that were kept and have grown since; start with *at = 0.  NULL: no more. */
const struct detect_incident *detect_grown(const struct detect *detect, size_t *at);

/* --- detail.c: the finding as a row --- */
/*
 * A row of class finding: event "incident", reason = the rule's id, rule = "detect.ID", user and
 * source of the incident, detail = "level 2; key ...; rows 12 from 3 to 40: 3 5 40".  Its time is
 * that of the incident's last row.  The rest (host, node) is the caller's.
 */
void detect_row(const struct detect_incident *incident, enum detect_news news, int32_t offset_min,
	struct audit_row *row_r);

#endif
