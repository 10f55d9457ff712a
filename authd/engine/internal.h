/* What the engine's files share; nobody else includes this. */
#ifndef WF_AUTHD_ENGINE_INTERNAL_H
#define WF_AUTHD_ENGINE_INTERNAL_H

#include "authd/account/guard_of.h"
#include "authd/account/new_password.h"
#include "authd/engine/admission.h"
#include "authd/engine/engine.h"
#include "authd/engine/refusal.h"
#include "authd/factor/factor.h"

/* A reservation outlives any evaluation that is allowed to take place. */
#define LEASE_MS INT64_C(180000)
#define UPSTREAM_ROUNDS_MAX 5 /* questions of another server in one login */

/* FURTHER: another server has asked something back, and its answer is awaited. */
enum txn_state {
	TXN_NEW,
	TXN_OPEN,
	TXN_CHALLENGED,
	TXN_VERIFYING,
	TXN_FURTHER,
	TXN_COMMITTING,
	TXN_DONE,
	TXN_STATES
};

enum txn_event {
	TXN_BEGIN,    /* the message BEGIN */
	TXN_FACTS,    /* the store's READ is back: ask */
	TXN_OBSERVED, /* observe mode: record what would be asked, ask nothing */
	TXN_KNOWN,    /* the same request was decided just now: say it again */
	TXN_ANSWER,   /* the message ANSWER */
	TXN_ADMITTED, /* reserved: evaluate */
	TXN_REFUSED,  /* locked or too early: nothing that was found counts */
	TXN_WAIT,     /* pending attempts fill the limit */
	TXN_VERIFIED, /* the worker is done, or gave up */
	/* admitted, but what was found ahead says nothing: reserve, and evaluate anew */
	TXN_UNSETTLED,
	TXN_ASKED_BACK, /* another server wants to know more */
	TXN_SETTLED,  /* the row is durable */
	TXN_FAILED,   /* something could not be done: UNAVAILABLE */
	TXN_DEADLINE,
	TXN_ABORT, /* the peer gave up or went away */
	TXN_EVENTS
};

struct txn_rule {
	/* NULL: no such pair, the transaction ends in REJECT */
	void (*handle)(struct transaction *txn);
	enum txn_state next;
};

/* Throttle keys once computed: each takes a keyed hash, and three steps of a login need them. */
struct lane_keys {
	bool filled, shadow;
	char source[sizeof(((struct wf_source *)0)->text)];
	uint8_t keys[LANE_COUNT][THROTTLE_KEY_LEN];
};

/* Who asks, from where: the same for transactions and errands. */
struct asker {
	char user[WF_NAME_MAX + 1];
	char service[65], rhost[256], tty[65], ruser[257], language[17];
	char nas[256]; /* of a RADIUS client: who sent the request */
	char host[65]; /* of the caller, behind a relay; "" = this machine */
	char boot[33]; /* of that machine */
	struct wf_lineage lineage; /* of the caller, where it matters */
	uid_t uid;     /* of the peer */
	bool ssh_key;  /* evidence of a root peer */
	bool trusted;  /* root or the radius front end: its claims are facts */
	bool gateway;  /* asks through a RADIUS client: placed by it, not by processes */
	struct wf_source source;
	enum zone zone;
	/* of the account, as of the reservation; general: none, or not known yet */
	enum account_kind kind;
	struct lane_keys lane_keys; /* lanes_fill's */
};

struct verify_result {
	struct factor_result result;
	enum factor_id factor;
	enum factor_kind kind;
};

/* What a worker needs; nothing in it belongs to the loop thread while it runs. */
struct verify {
	struct worker_job job;
	/* those of the transaction's RESERVE, which nobody else touches meanwhile */
	struct credential *credentials;
	size_t ncredentials;
	struct wf_prompt prompts[POLICY_PROMPTS_MAX];
	struct wf_secret answers[POLICY_PROMPTS_MAX];
	size_t nprompts;
	const struct keyring *keys;
	struct wf_now now;
	struct wf_clock clock;
	uint32_t totp_window, totp_drift, hotp_lookahead;
	bool clock_suspect, doomed;
	bool hashes; /* some prompt may need a slow hash, whose cost is measured */
	bool renews; /* a stored hash may be brought up to date if everything is right */
	const struct policy *policy; /* lives as long as `keys` */
	bool seeks; /* the password is looked up among leaked ones */
	enum store_leak leak; /* what that said */
	struct password_note note; /* of a right password of ours: length and classes; else 0 */
	wf_status status;
	int64_t elapsed_us;
	int64_t thread_us; /* what the answers' evaluation cost, without waiting */
	/* last: of `nprompts`, the others are never touched */
	struct verify_result results[POLICY_PROMPTS_MAX];
};

/* Which part of a login this transaction's answers are. */
enum txn_round {
	ROUND_WHOLE = 0, /* all that is demanded */
	/* RADIUS: the password alone. Whatever it was, the answer is a CHALLENGE (I5) */
	ROUND_FIRST,
	ROUND_SECOND     /* RADIUS: the code, to an open challenge: the password was right */
};

/* What a round of a RADIUS login has and PAM's logins have not. */
struct gateway {
	bool asks; /* it is one */
	uint64_t tag;
	enum client_mode mode;
	char separator[9];
	struct wf_secret answer;       /* what the password attribute held, until it is evaluated */
	char state[WF_STATE_LEN + 1];  /* "" = none was sent */
	bool unsure;                   /* whose round this is could not be told */
	/* made for this client and user; the transaction has its id */
	bool state_is_ours;
	int64_t patience_ms;           /* -1 = not said */
	unsigned proved;               /* kinds, by the round before */
	char factors[65];              /* their names */
	bool must_change;              /* the account's password */
	char change_rule[POLICY_RULE_SIZE]; /* by which rule */
	enum store_leak leak;          /* of the password, by the round before */
	struct password_note note;     /* too */
	/* to be changed now: the answer is a CHALLENGE for the new one */
	bool forced;
	uint8_t forced_id[WF_TXN_LEN]; /* of its STATE */
	char groups[ACCOUNT_GROUPS_MAX][ACCOUNT_GROUP_LEN + 1];
	size_t ngroups;
	struct transaction *next_by_key, *repeats; /* repeats.c's */
	bool entered, parked;
};

struct egress;
struct egress_ticket;

/* What a login asks of other servers: see upstream.c. */
struct upstream {
	/* of each prompt: who knows the answer; "" = only we do */
	char servers[POLICY_PROMPTS_MAX][65];
	struct wf_secret answers[POLICY_PROMPTS_MAX]; /* until they are asked */
	bool asked[POLICY_PROMPTS_MAX];
	size_t at;       /* the prompt that they are asked about */
	bool asked_back; /* what they said last is a question */
	bool left;       /* which nobody will answer */
	bool undecided;  /* one had no answer that they could be told */
	struct store_further further; /* it */
	char note[192];  /* for the row: who was asked last, and what he said; "" = nobody was */
	struct egress_ticket *ticket;
	struct transaction *next; /* that asks, or waits for its turn to */
};

struct transaction {
	struct engine *engine;
	struct engine_peer *peer; /* NULL once it is gone */
	struct transaction *next_of_peer, **link_of_peer;
	struct transaction *next, **link;        /* all of the engine */
	struct transaction *next_waiting;        /* attempts held back by pending ones */
	bool waiting;
	struct admission_ticket ticket;          /* out for what needs no slow hash */

	uint8_t id[WF_TXN_LEN];
	char id_hex[2 * WF_TXN_LEN + 1];
	enum txn_state state;
	uint16_t version;
	enum wf_purpose purpose;
	struct asker asker;
	uint8_t idempotency[32];
	bool has_idempotency;

	struct policy_demand demand;
	enum txn_round round;
	struct gateway gateway;
	struct upstream upstream;
	bool asked;             /* prompts are out */
	bool answered;          /* the answers are in */
	bool stale;             /* they are not what would be asked now */
	bool held;              /* slowed for its source: the answers wait */
	int64_t account;        /* 0 = none */
	int64_t grant;          /* by which he enters; 0 = none is needed, or there is none */
	bool known;             /* an account of ours, usable or not */
	/* an untrusted peer asks for somebody else: nothing is evaluated or counted */
	bool foreign;
	bool doomed;            /* never to be accepted, whatever is answered */
	bool shadow; /* doomed before an answer came: counted under a key of its own, so that it is
				   treated like any other but costs the account itself nothing */
	bool doomed_by_account; /* by what the account was found to be, and by nothing else */
	bool ahead;             /* evaluated before it is admitted: see verify_ahead() */
	/* among the refusals that are gathered, before it is known to be one */
	bool noted;
	bool reserved;
	bool reserve_used; /* strangers are locked out, and it comes from a familiar place */
	int64_t reserved_us;    /* boot time of it, or a little later */
	char doom[48];          /* why */
	char rule[65];

	struct event *deadline; /* of the transaction */
	int64_t due_us;         /* boot time of it */
	struct event *grid;     /* when the reply may leave */
	int64_t round_us;       /* boot time at which the peer's last message came */
	int64_t slow_ms;        /* this source is held back */

	struct audit_row refusal; /* its row, to be gathered if the store does not take it */
	struct mailbox_post post;
	bool busy;              /* job or verify is under way: the object must stay */
	bool told;              /* the peer has its RESULT, or wants none any more */

	enum wf_verdict verdict;          /* what DONE will say; starts as REJECT */
	enum wf_verdict verdict_conflict; /* if the store found a conflict */
	/* said with a REJECT instead of the one refusal; WF_TEXT_NONE: nothing else */
	enum wf_text_id text;
	char reason[48];
	char refused[48]; /* why it is refused without evaluation */
	/* that for what was tried before: its source bears it like a wrong answer */
	bool weighs;
	/* `refusal` is on its way to the store: to be gathered if it does not arrive */
	bool unwritten;

	/*
	 * Large, and seldom used to their ends: neither cleared nor wiped where nothing has been
	 * (transaction.c).
	 */
	struct verify verify;
	size_t job_used; /* how far the jobs so far have filled `job` */
	struct store_job job;
};

/* One request, one answer: ACCOUNT, SESSION, CHANGE, RECORD. */
struct errand {
	struct engine *engine;
	struct engine_peer *peer;
	struct errand *next_of_peer, **link_of_peer;
	struct errand *next, **link; /* all of the engine */
	enum wf_msg_type type;
	uint16_t version;
	struct asker asker;
	uint8_t txn[WF_TXN_LEN];
	bool has_txn;
	enum wf_session_event event;
	uint64_t tag; /* of a RECORD */
	struct wf_secret secret;
	int64_t round_us;
	struct store_job job;
	struct worker_job work;
	struct mailbox_post post;
	void (*step)(struct errand *errand); /* after the job or the work */
	struct event *grid;
	struct account account;
	int64_t grant; /* by which he enters; 0 = none is needed, or there is none */
	bool found;
	/* how long the session that was opened may last, and be idle; 0 = not said */
	uint32_t session_s, idle_s;
	struct forced *forced; /* an ATTEMPT with a new password: busy with it */
	/* WF_TEXT_NONE: a verdict; else the answer is a CHALLENGE for this */
	enum wf_text_id prompt;
	uint8_t next_id[WF_TXN_LEN]; /* of its STATE */
	const struct keyring *keys; /* of the configuration that `fresh` goes by; NULL: none */
	struct new_password fresh;
	struct store_hash *hashes; /* that it is compared with; NULL: with none */
	wf_status work_status;
	struct credential credential;
	struct effect effects[5];
	struct audit_row row, rows[2];
	/*
	 * the row, of a refusal, is on its way to the store: to be gathered if it does not arrive
	 */
	bool unwritten;
	enum wf_verdict verdict, verdict_recorded;
	enum wf_text_id text_id, text_recorded;
	char text[512];
};

/* How long things took: see grid.c. */
struct grid {
	int64_t hash_us;
	int64_t period;
	int64_t lately_us, before_us;
};

#define REPEATS_CHAINS 1024
#define REPEATS_REFUSED 8192

/* Requests that may come again: see repeats.c. */
struct repeats {
	struct transaction *under_way[REPEATS_CHAINS];
	struct refused_once {
		uint8_t key[32], txn[WF_TXN_LEN];
		int64_t boot_us;
	} refused[REPEATS_REFUSED];
};

#define RECENT_FAILURES 1024

/* Jobs that the store gets at the end of this turn of the loop. */
struct outgoing {
	struct store_job *first, **last;
	struct event *send;
};

struct engine {
	struct event_base *base;
	struct store *store;
	struct outgoing outgoing;
	struct mailbox *mailbox;
	struct worker_pool *workers, *quick;
	struct wf_clock clock;
	void (*say)(int priority, const char *text);
	int64_t complained_us; /* boot time of the last complaint: one a second is enough */
	const struct config *config;
	const struct keyring *keys;
	struct transaction *transactions;
	struct transaction *waiting;
	struct errand *errands;
	struct refusals *refusals;
	struct admission *admission;
	struct repeats *repeats;
	struct orders *orders;
	struct asks *asks;
	struct forced_list *forced;
	struct egress *egress;
	/* other servers, or waiting to; in the order in which they came */
	struct transaction *asking;
	bool taking_turns;
	size_t ntransactions, nerrands, nflushes;
	uint32_t slowest_hash_ms; /* by the clock: for people */
	struct grid grid;
	bool draining, stopped;
	struct engine_figures figures;
	/* last account that failed from a source */
	struct recent_failure { uint8_t source[8], name[8]; } recent[RECENT_FAILURES];
};

/* engine.c */
/* NULL: no memory */
struct event *timer_new(struct engine *engine, event_callback_fn reached, void *arg);
void peer_drop(struct engine_peer *peer); /* NULL: gone already */
void engine_complain(struct engine *engine, const char *reason, const struct store_job *job);

/* outgoing.c: what goes to the store */
WF_MUST_USE wf_status outgoing_new(struct engine *engine);
void outgoing_free(struct engine *engine);
/* Once each; `done` also says that the store did not take it. */
void outgoing_put(struct engine *engine, struct store_job *job);

/* table.c */
const struct txn_rule *txn_rule(enum txn_state state, enum txn_event event);
void txn_step(struct transaction *txn, enum txn_event event);
const char *txn_state_name(enum txn_state state);
const char *txn_event_name(enum txn_event event);

/* transaction.c */
WF_MUST_USE wf_status txn_new(
	struct engine *engine, struct engine_peer *peer, struct transaction **txn_r);
struct transaction *txn_find(struct engine_peer *peer, const uint8_t id[WF_TXN_LEN]);
void txn_release(struct transaction *txn); /* frees it unless something is under way */
void txn_discard(struct transaction *txn); /* its message was malformed */
void txn_take_id(struct transaction *txn, const uint8_t id[WF_TXN_LEN]);
void txn_submit(struct transaction *txn); /* its job; what comes of it arrives by mail */
void txn_post(struct transaction *txn, void (*run)(struct mailbox_post *post)); /* any thread */
bool txn_arm_deadline(struct transaction *txn, int64_t ms);
/* Its timer, for the next point of the grid and slow_ms more; false: no memory. */
bool txn_arm_grid(struct transaction *txn, event_callback_fn reached, int64_t slow_ms);

/* begin.c: TXN_BEGIN, TXN_FACTS */
WF_MUST_USE wf_status txn_begin(
	struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg);
/* IDEMPOTENCY, if it is there */
wf_status txn_bind_key(struct transaction *txn, const struct wf_msg *msg);
void on_begin(struct transaction *txn);
void txn_facts(
	const struct transaction *txn, const struct account *account, struct policy_facts *facts_r);
void txn_look(struct transaction *txn); /* asks the store what is known */
void on_facts(struct transaction *txn);
void facts_arrived(struct transaction *txn);
void on_early_answer(struct transaction *txn);

/* attempt.c: TXN_ANSWER .. TXN_VERIFIED */
WF_MUST_USE wf_status txn_answer(struct engine_peer *peer, const struct wf_msg *msg);
/*
 * Once, to prompts that are out; who could not know yet that it is over is not blamed for
 * answering.
 */
bool txn_may_answer(const struct transaction *txn);
void on_answer(struct transaction *txn);
void reserve_arrived(struct transaction *txn);
void on_admitted(struct transaction *txn);
void on_refused(struct transaction *txn);
void on_wait(struct transaction *txn);
void on_verified(struct transaction *txn);
void txn_reserve(struct transaction *txn);
/* who asks to be admitted */
WF_MUST_USE wf_status admission_fill(struct transaction *txn, struct store_admission *admission);
void fill_interrupted(struct transaction *txn, struct audit_row *row);
/*
 * Why it is not admitted, which the row's rule then says; NULL: it is, or waits for its turn to be.
 */
const char *attempt_barred(struct transaction *txn, const struct store_admission *admission);
/* What is to be thought of it now that its account is known; NULL: there is none. */
void attempt_judge(struct transaction *txn, const struct account *account,
	const struct credential *credentials, size_t n);
/* An evaluation ahead counts for nothing: it was not admitted, or not settled. */
void attempt_forget(struct transaction *txn);
void attempt_arrived(struct transaction *txn);
void on_unsettled(struct transaction *txn);
/* The attempt is reserved; account and credentials as of that commit. */
void attempt_admitted(struct transaction *txn, const struct account *account,
	const struct credential *credentials, size_t n);
/*
 * Why an account may not log in whatever is answered; NULL: it may.  `account` NULL: there is none.
 */
const char *account_doom(const struct account *account, int64_t wall_us);

/*
 * gateway.c: rounds of a RADIUS login, TXN_BEGIN with all that is answered.  The functions from
 * gateway_begin() on are for its transactions alone.
 */
WF_MUST_USE wf_status txn_attempt(
	struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg);
bool gateway_begin(struct transaction *txn); /* false: no such client is known, or no memory */
void gateway_facts(
	const struct transaction *txn, const struct account *account, struct policy_facts *facts);
void gateway_round(struct transaction *txn); /* once the demand is known */
/* The same request was answered with a challenge that has this id. */
void gateway_known(
	struct transaction *txn, const uint8_t id[WF_TXN_LEN], const struct store_further *further);
/* As of the reservation; NULL: there is none. */
void gateway_account(struct transaction *txn, const struct account *account,
	const struct credential *credentials, size_t n);
/* Halves of the answer to the round's prompts, as many as verify.nprompts. */
WF_MUST_USE wf_status gateway_answers(struct transaction *txn);
void gateway_resume(struct transaction *txn); /* instead of a reservation */
void resume_arrived(struct transaction *txn);
/* TAG and GROUPs */
WF_MUST_USE wf_status gateway_describe(const struct transaction *txn, struct wf_msg *result);
WF_MUST_USE wf_status gateway_challenge(const struct transaction *txn, struct wf_msg *msg_r);

/*
 * state.c: the STATE of a challenge; not secret, single use by the store, bound to client, user and
 * round.  `round` is 0 for all but the questions of other servers, up to UPSTREAM_ROUNDS_MAX.
 */
WF_MUST_USE wf_status state_make(const struct keyring *keys, const uint8_t txn[WF_TXN_LEN],
	const char *service, const char *user, unsigned round, char state_r[WF_STATE_LEN + 1]);
/* WF_NO: not made by these keys for these two */
WF_MUST_USE wf_status state_open(const struct keyring *keys, const char *state, const char *service,
	const char *user, uint8_t txn_r[WF_TXN_LEN], unsigned *round_r);

/* repeats.c */
WF_MUST_USE wf_status repeats_new(struct repeats **repeats_r);
void repeats_free(struct repeats **repeats);
/* false: the same request is under way; txn_look() when it has ended */
bool repeats_enter(struct transaction *txn);
void repeats_leave(struct transaction *txn);
void repeats_refused(const struct transaction *txn);
bool repeats_find(const struct transaction *txn, uint8_t id_r[WF_TXN_LEN]);

/* observe.c */
void on_observed(struct transaction *txn);
void foretold_arrived(struct transaction *txn);

/* waiting.c: attempts held back while pending ones fill the limit */
void waiting_remove(struct transaction *txn);
/* The oldest `max` of `user` (NULL: of anybody) ask for admission again. */
void waiting_retry(struct engine *engine, const char *user, size_t max);

/* turns.c: whose answers are evaluated when */
void txn_admit(struct transaction *txn);
/* Ends an attempt in VERIFYING without evaluation: a gathered row, then the verdict. */
void txn_refuse(struct transaction *txn, enum wf_verdict verdict, const char *reason);
/* Reserves for those whose turn has come. */
void turns_take(struct engine *engine);
/* The attempt waits no more for its turn, or has had it; any state. */
void turn_end(struct transaction *txn);
void turns_tick(struct engine *engine);
void turns_succeeded(struct transaction *txn);

/* verify.c */
/* Where this round's answers are evaluated: behind slow hashes only what needs one itself. */
struct worker_pool *verify_pool(const struct transaction *txn);
void verify_start(struct transaction *txn);
/*
 * What takes microseconds is evaluated before it is admitted, against what BEGIN's READ found: then
 * admission, outcome and row are one commit (STORE_ATTEMPT), before which nobody is told anything.
 * The answers are kept until it is there, since what is not admitted now, or was evaluated against
 * what is no more, goes the long way.
 */
/* as far as the demand tells: READ should bring credentials */
bool verify_may_be_ahead(const struct transaction *txn);
bool verify_ahead(struct transaction *txn); /* false: not this one, nothing has happened */
/* One more answer is known: asks another server, or TXN_VERIFIED. */
void verify_ended(struct transaction *txn);
void verify_clear(struct verify *verify); /* answers and credentials */
void verify_clear_credentials(struct verify *verify);

/* upstream.c: factors that another server knows; TXN_ASKED_BACK, and what ends FURTHER */
/*
 * Who is asked about this round's answers, of which copies are kept; `account` NULL: there is none.
 */
WF_MUST_USE wf_status upstream_choose(struct transaction *txn, const struct account *account);
/* Asks the next server; false: there is nothing to ask, or nothing to be won by it. */
bool upstream_start(struct transaction *txn);
/*
 * Another server knows the answer to this prompt, but something else was not right before it was
 * asked.
 */
bool upstream_unasked(const struct transaction *txn, size_t prompt);
void on_asked_back(struct transaction *txn);
/* in FURTHER */
WF_MUST_USE wf_status upstream_read_answer(struct transaction *txn, const struct wf_msg *msg);
void on_further_answer(struct transaction *txn);
void on_left(struct transaction *txn);
void on_left_by_peer(struct transaction *txn);
void upstream_clear(struct transaction *txn); /* of answers, and of a question that is out */

/* settle.c */
/* our own evaluation is over, and its turn with it */
void settle_measured(struct transaction *txn);
void settle_arrived(struct transaction *txn);
void settle_done(struct transaction *txn, const struct store_settle *settle); /* it is durable */
void settle_refusal(struct transaction *txn, const char *reason);

/* finish.c: every way to DONE, and the one function that says the verdict */
void on_settled(struct transaction *txn);
void on_failed(struct transaction *txn);
void on_silence(struct transaction *txn);  /* the person did not answer in time */
void on_overdue(struct transaction *txn);  /* the deadline passed while it is being evaluated */
void on_abort(struct transaction *txn);
void on_abort_busy(struct transaction *txn);
void on_violation(struct transaction *txn);
void on_late(struct transaction *txn);

/* asker.c */
WF_MUST_USE wf_status asker_read(
	struct asker *asker_r, const struct engine_peer *peer, const struct wf_msg *msg);
void asker_gateway(
	struct asker *asker, const struct config_client *client, const struct policy *policy);
void asker_locate(struct asker *asker, const struct policy *policy, const struct store_read *read);
/* Where a transaction counts: its service, and behind a relay "service@host". */
void asker_place(const struct asker *asker, char place_r[STORE_PLACE_SIZE]);
bool asker_same_host(const struct asker *asker, const char *place);
/* what to look the session up by */
void asker_session(struct asker *asker, struct store_read *read);
void facts_fill(struct policy_facts *facts_r, const struct asker *asker, enum wf_purpose purpose,
	const struct account *account);

/* lanes.c */
WF_MUST_USE wf_status lanes_fill(
	struct engine *engine, struct asker *asker, bool shadow, struct store_lanes *lanes_r);
/* From where the attempt comes, and what each kind of account would have as a limit. */
void lanes_divide(const struct engine *engine, const struct asker *asker, bool shadow,
	struct store_admission *admission);
/*
 * One for a failure of the same account again, three for another account's: spraying shows sooner.
 */
uint32_t source_weight(const struct engine *engine, const struct store_lanes *lanes);
/*
 * It has been counted, and the next one's weight goes by it.  Not before: who is not admitted shall
 * not see by the weight of his next failure what an evaluation ahead has found.
 */
void source_failed(struct engine *engine, const struct store_lanes *lanes);

/* grants.c */
/* Has the READ look for a grant, if the register lets in by one alone. */
void grants_ask(const struct engine *engine, const struct asker *asker, struct store_read *read);
/* `grant`: what it found; 0 = none. */
void grants_facts(const struct engine *engine, const struct asker *asker,
	const struct account *account, int64_t grant, struct policy_facts *facts);
/* Adds the effect that records a login by it. */
void grants_use(const struct engine *engine, int64_t grant, int64_t account, struct effect *effects,
	size_t *n);

/* grid.c: when a reply that is no ACCEPT may leave */
void grid_note_hash(struct engine *engine, int64_t thread_us);
/* a refusal is decided whose answer came then */
void grid_note_handling(struct engine *engine, int64_t round_us);
/*
 * Arms the timer for the next point of the grid, counted from round_us (boot time), and slow_ms
 * more.
 */
bool grid_arm(struct engine *engine, struct event *timer, int64_t round_us, int64_t slow_ms);

/* row.c */
void row_fill(struct audit_row *row, struct engine *engine, const struct asker *asker,
	enum audit_class class, const char *event);
enum refusal_kind refusal_kind(const struct asker *asker, bool known);
void row_outcome(
	struct audit_row *row, enum audit_result result, const char *reason, const char *rule);

/* orders.c: what the RADIUS front end is to do, out of the store's list */
WF_MUST_USE wf_status orders_new(struct engine *engine);
void orders_free(struct engine *engine);
WF_MUST_USE wf_status orders_work(
	struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg);
WF_MUST_USE wf_status orders_done(
	struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg);
void orders_peer_gone(struct engine *engine, const struct engine_peer *peer);
void orders_tick(struct engine *engine);
struct engine_peer *orders_worker(const struct engine *engine); /* NULL: nobody works */

/* asks.c */
WF_MUST_USE wf_status asks_new(struct engine *engine);
void asks_free(struct engine *engine);
/* true: it was one of these */
bool asks_done(struct engine *engine, uint64_t tag, const struct wf_msg *done);
void asks_gone(struct engine *engine);
void asks_tick(struct engine *engine);

/* forced.c: a first password is changed through a gateway */
WF_MUST_USE wf_status forced_new(struct engine *engine);
void forced_free(struct engine *engine);
void forced_tick(struct engine *engine);
/*
 * After a login that has proved everything; `row` says what, and why.  The id for the STATE.
 * WF_FULL, WF_UNAVAILABLE.
 */
WF_MUST_USE wf_status forced_begin(
	const struct transaction *txn, const struct audit_row *row, uint8_t id_r[WF_TXN_LEN]);
/* This ATTEMPT?  WF_NO: it does not; anything else: that could not be told. */
WF_MUST_USE wf_status forced_awaits(const struct engine *engine, const struct wf_msg *msg);
WF_MUST_USE wf_status forced_read(struct errand *errand, const struct wf_msg *msg);
void forced_phase(struct errand *errand);
void forced_end(struct errand *errand); /* of the errand: what it held is given up */
WF_MUST_USE wf_status forced_describe(const struct errand *errand, struct wf_msg *msg);
WF_MUST_USE wf_status forced_challenge(const struct errand *errand, struct wf_msg *msg_r);

/* errand.c, account_phase.c, session_phase.c, change.c */
WF_MUST_USE wf_status errand_start(
	struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg);
void errand_free(struct errand *errand);
/* Reads account, transaction and session, then goes on with `step` (status in job.status). */
void errand_read(struct errand *errand, void (*step)(struct errand *errand));
void errand_submit(struct errand *errand, void (*step)(struct errand *errand));
void errand_work(struct errand *errand, void (*run)(struct worker_job *job, void *scratch),
	void (*step)(struct errand *errand));
void errand_answer(struct errand *errand, enum wf_verdict verdict, enum wf_text_id text_id);
void errand_unavailable(struct errand *errand, const char *reason);
/* Writes errand->row (gathered if it is a refusal), then answers. */
void errand_record(
	struct errand *errand, enum wf_verdict verdict, enum wf_text_id text_id, bool refusal);
void account_phase(struct errand *errand);
void session_phase(struct errand *errand);
void change_phase(struct errand *errand);
/* Reads like errand_read, and what a new password of the account's owner may not be. */
void change_read(struct errand *errand, void (*step)(struct errand *errand));
/*
 * Judges, and with `change_judge_and_hash` hashes, the errand's secret for the account just read:
 * work_status WF_OK, WF_NO (errand->fresh says why), or what could not be done.
 */
void change_work(struct errand *errand, void (*run)(struct worker_job *job, void *scratch),
	void (*step)(struct errand *errand));
void change_judge(struct worker_job *job, void *scratch);
void change_judge_and_hash(struct worker_job *job, void *scratch);
void change_hash(struct worker_job *job, void *scratch);
/* The errand's credential becomes the account's password: fills its effects, says how many. */
size_t change_effects(struct errand *errand, bool must_change);
WF_MUST_USE wf_status record_read(struct errand *errand, const struct wf_msg *msg);
void record_phase(struct errand *errand);

#endif
