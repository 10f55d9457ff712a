/*
 * Plain data that the daemon's parts exchange.  No functions, no ownership: every
 * struct here may be copied, and holds no open secret (credential.secret is sealed
 * or a slow hash).
 */
#ifndef WF_AUTHD_TYPES_H
#define WF_AUTHD_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/wire.h"

/* Kinds of factors (SCS-4-1-3-3), as a bit set: MFA means two different bits. */
enum factor_kind {
	KIND_NONE = 0,
	KIND_KNOWLEDGE = 1,
	KIND_POSSESSION = 2,
	KIND_BIOMETRIC = 4,
	KIND_OTHER = 8 /* source address, where the policy lets it count */
};

enum factor_id {
	FACTOR_NONE = 0,
	FACTOR_PASSWORD = 1,
	FACTOR_TOTP = 2,
	FACTOR_HOTP = 3,
	FACTOR_RECOVERY = 4, /* one row per code set; the codes are rows of their own in the store */
	/* Another server knows them: no credentials of an account, and in no store. */
	FACTOR_UPSTREAM_PASSWORD = 5,
	FACTOR_UPSTREAM_CODE = 6,
	FACTOR_ID_COUNT
};

enum account_kind { ACCOUNT_GENERAL = 0, ACCOUNT_PRIVILEGED = 1, ACCOUNT_SERVICE = 2, ACCOUNT_KINDS };
enum account_state { ACCOUNT_ENABLED = 0, ACCOUNT_DISABLED = 1 };
/* What the module does with a Unix user; a user with no row is refused. */
enum account_standing { STANDING_MANAGED = 0, STANDING_EXEMPT = 1, STANDING_REFUSED = 2 };
enum zone { ZONE_INTERNET = 0, ZONE_INTERNAL = 1, ZONE_CONSOLE = 2 };
/* Records of accounting (RFC 2866 section 5.1: Acct-Status-Type), by the numbers of RECORD's EVENT. */
enum accounting_event {
	ACCOUNTING_START = 1,
	ACCOUNTING_STOP = 2,
	ACCOUNTING_INTERIM = 3,
	ACCOUNTING_ON = 4, /* the NAS has started: none of its former sessions lives */
	ACCOUNTING_OFF = 5
};

#define ACCOUNT_GROUPS_MAX 16
#define ACCOUNT_GROUP_LEN 32 /* of a name: [a-z0-9_.-], without NUL */
#define ACCT_SESSION_MAX 255 /* bytes of an Acct-Session-Id or the name of a NAS, without NUL */

/* How a RADIUS client sends what its user typed. */
enum client_mode {
	CLIENT_CHALLENGE = 0, /* the password; the code is asked for by an Access-Challenge */
	CLIENT_CODE_LAST,     /* both in one field, the code behind the password */
	CLIENT_CODE_FIRST,
	CLIENT_SEPARATOR,     /* both in one field, the client's separator between password and code */
	CLIENT_CODE,          /* the code alone: the client asks for the password elsewhere */
	CLIENT_SCRV1          /* OpenVPN's static challenge: SCRV1:base64(password):base64(code) */
};
/*
 * What a service, a host or that behind a RADIUS client is (SCS-4-1-3-5, SCS-4-5-1-7, ISAC-2.1.4);
 * words in common/register_words.h.
 */
enum service_class {
	CLASS_SERVER = 0, /* a login on a machine */
	CLASS_VPN,        /* a way from outside into the own network */
	CLASS_FIREWALL_ADMIN,
	CLASS_ENTRY_POINT_ADMIN,
	CLASS_WLAN,
	CLASS_REMOTE_ACCESS, /* other ways from outside into the own network */
	CLASS_CLOUD,
	CLASS_CLOUD_ADMIN,
	CLASS_PUBLISHED, /* an application that the internet can reach */
	CLASS_LOG_STORE,
	CLASS_NETWORK_DEVICE
};
/*
 * How important the data behind it are, as three classes (IPA-6.1a); unclassified counts as 3
 * (SCS-3-1-4-1).
 */
enum data_class { DATA_UNCLASSIFIED = 0, DATA_1, DATA_2, DATA_3 };

struct group_set {
	char names[ACCOUNT_GROUPS_MAX][ACCOUNT_GROUP_LEN + 1];
	size_t n;
};

/*
 * What is kept of a password beside its hash: which rules it met when it was set (C-03).  The
 * length is counted up to what the documents ask for at most, since more would only help who
 * guesses.
 */
#define PASSWORD_LENGTH_NOTED 16
struct password_note {
	uint32_t length;    /* in characters, PASSWORD_LENGTH_NOTED and more alike; 0 = not known */
	unsigned classes;   /* bits of enum rule_class */
	unsigned guard;     /* enum rule_guard of the account at that time */
	int64_t set_us;     /* 0 = there is none */
	int64_t checked_us; /* last looked up in the list of leaked ones; 0 = never */
};

struct account {
	int64_t id; /* 0 = none */
	char name[WF_NAME_MAX + 1];
	int64_t uid; /* -1 = no Unix account */
	enum account_kind kind;
	enum account_state state;
	enum account_standing standing;
	bool must_change; /* somebody else set the password, or a rule asks for another one */
	bool shared; /* of several people, who come to it from logins of their own (C-13) */
	char change_rule[65]; /* which rule that is; "" = that of a first password */
	struct password_note password; /* of the active one; only the store writes it */
	char person[65]; /* whose account it is, the same for all of one person; "" = not said */
	int64_t valid_from_us, valid_until_us; /* 0 = open */
	int64_t created_us, last_login_us, disabled_us; /* 0 = never */
	int64_t standing_until_us; /* end of an exemption; 0 = none */
	char display[129];
	char reason[257];   /* of the standing or of the disabling */
	char sources[1025]; /* service accounts: networks they may come from, separated by blanks */
	size_t ngroups;     /* account groups of RADIUS clients; no Unix groups */
	char groups[ACCOUNT_GROUPS_MAX][ACCOUNT_GROUP_LEN + 1]; /* sorted, each once */
};

#define INCIDENT_CLASSES 2 /* of people who are told of incidents */

/* Something that detection found, and what became of it. */
struct incident {
	int64_t id; /* number of the row that told it first */
	char rule[33];
	char key[WF_NAME_MAX + 1]; /* what it is about: with the rule, which incident */
	unsigned level; /* 0..3 */
	char user[WF_NAME_MAX + 1], source[64]; /* "" = of several */
	uint64_t first_seq, last_seq;
	int64_t first_us, last_us;
	uint64_t rows;
	int64_t opened_us;
	uint32_t told;   /* bits: by which way, to whom (authd/alert/channel.h) */
	int64_t told_us; /* 0 = somebody may still have to be told */
	int64_t closed_us; /* 0 = nobody has decided yet */
	uint64_t closed_seq; /* number of the row that says so */
	char closed_by[65];
	int decided; /* level; -1 = not yet */
	char reason[257];
};

#define GRANT_PLACE_SIZE 131 /* "service@host" */

/* Who may use a place: an account, or each member of a group. */
struct grant {
	int64_t id;
	int64_t account_id; /* 0 = of a group */
	char user[WF_NAME_MAX + 1]; /* of the account; only read, "" = of a group */
	char members[ACCOUNT_GROUP_LEN + 1]; /* the group; "" = of an account */
	/* "sshd": on every host; "sshd@web1": there; "@web1": all services there */
	char place[GRANT_PLACE_SIZE];
	char granted_by[65];
	char reason[257];
	int64_t created_us, until_us;
	int64_t ended_us; /* 0 = nobody has ended it */
	int64_t used_us;  /* last login by it; 0 = none */
};

enum credential_state {
	CREDENTIAL_PENDING = 0, /* counts from its first right code on */
	CREDENTIAL_ACTIVE = 1,
	CREDENTIAL_VOID = 2,
	CREDENTIAL_RESYNC = 3 /* restored HOTP: how far it was used is not known; two codes in a row first */
};
enum otp_algorithm { OTP_SHA1 = 1, OTP_SHA256 = 2, OTP_SHA512 = 3 };

#define CREDENTIAL_SECRET_MAX 512
#define CREDENTIALS_MAX 16 /* per account */
#define RECOVERY_CODES_MAX 40

struct credential {
	int64_t id, account_id;
	enum factor_id factor;
	enum credential_state state; /* a token counts only after a code of it was entered */
	char label[65];
	enum otp_algorithm algorithm;
	uint32_t digits, step_s;
	int64_t counter; /* TOTP: last accepted step (-1 none); HOTP: next counter expected */
	int32_t drift;   /* TOTP: learned steps, -2..2 */
	uint32_t key_id; /* of the keyring; 0 = not sealed (password hashes) */
	/* Sealed bytes, or a hash string: secret_len does not count the NUL that stands behind it. */
	uint8_t secret[CREDENTIAL_SECRET_MAX];
	size_t secret_len;
	/* Recovery sets only: the keyed hashes of all codes, used ones too (they tell a replay). */
	uint32_t remaining;  /* unused codes */
	uint32_t ncodes;     /* entries of codes */
	uint64_t codes_used; /* bit i: codes[i] is used up */
	uint8_t codes[RECOVERY_CODES_MAX][32];
	int64_t created_us, used_us;
	struct password_note note; /* to be added, passwords only: becomes the account's */
};

/* Where a value comes from: I9 and `warifu why` depend on it being carried everywhere. */
struct origin {
	char criterion[32]; /* "SCS-4-1-4-1"; empty = our own decision, no document says */
	char file[128];
	int line; /* 0 = built in */
	char force[16]; /* must, recommended, sample, default, local, deviation (weaker than the criterion) */
};

/* A typed change that a factor or an act asks for; only the store carries it out. */
enum effect_kind {
	EFFECT_NONE = 0,
	EFFECT_TOTP_ADVANCE,   /* credential_id, value = step: only if counter < step; value2 = new drift */
	EFFECT_HOTP_ADVANCE,   /* credential_id, value = next counter: only if counter < value */
	EFFECT_CODE_CONSUME,   /* credential_id, blob = 32-byte keyed hash: only if unused */
	/*
	 * credential_id, blob = new hash; old = hash it replaces: only if unchanged.  At a login
	 * (SETTLE) it is a rehash: if another login was quicker it is left out and no conflict.
	 */
	EFFECT_HASH_REPLACE,
	EFFECT_CREDENTIAL_ACTIVATE, /* credential_id: pending -> active */
	EFFECT_CREDENTIAL_ADD, /* credential: inserted; for recovery sets `codes` are its hashes */
	EFFECT_CREDENTIAL_VOID, /* credential_id, or account_id + factor for all of one factor */
	EFFECT_HOTP_RESYNC,    /* credential_id, value = next counter: only if counter <= value; becomes active */
	EFFECT_ACCOUNT_ADD,    /* account: inserted (WF_EXISTS if the name is taken) */
	EFFECT_ACCOUNT_SET,    /* account: all fields but id, name, created, last login replaced */
	EFFECT_ACCOUNT_REMOVE, /* account_id: with its credentials; rows of the log stay */
	EFFECT_MUST_CHANGE,    /* account_id, value = 0 or 1, text = the rule that asks for it */
	/*
	 * account_id, value = wall us: only if enabled; value2 = the same if the password was
	 * looked up in the list of leaked ones, else 0
	 */
	EFFECT_LAST_LOGIN,
	/*
	 * account_id, value = length, value2 = classes of the password that was right: noted where
	 * nothing is, of hashes that were made elsewhere; else nothing happens, and no conflict
	 */
	EFFECT_PASSWORD_NOTE,
	/*
	 * account_id, value = how many former hashes are kept: that of today becomes one of them,
	 * and older ones go.  Before EFFECT_CREDENTIAL_VOID.
	 */
	EFFECT_PASSWORD_KEEP,
	EFFECT_UNLOCK,         /* blob = throttle key: failures and lock cleared */
	EFFECT_META_SET,       /* text = key, text2 = value */
	/*
	 * credential_id, blob = the same secret sealed anew, value = id of the key that sealed it,
	 * old = the sealed bytes that it replaces: only if unchanged.  No attempt under way becomes
	 * void by it.
	 */
	EFFECT_RESEAL,
	EFFECT_PROOF_USE, /* blob = id of a completed transaction: only if it is still there; gone then */
	/*
	 * An order to end sessions known from accounting: the one with the id `value`, or with 0
	 * all open ones of the user in `blob`, none too.  For a session that has such an order
	 * already none is added.  WF_NOT_FOUND: by its id there is no open one.
	 */
	EFFECT_DISCONNECT,
	/* text2 = host, blob = its spool's id, value = a number of a row: only if it is later */
	EFFECT_SPOOL_ADVANCE,
	/*
	 * grant: inserted; one of the same account or group for the same place that holds is ended
	 * by it.
	 */
	EFFECT_GRANT_ADD,
	EFFECT_GRANT_END, /* value = id: only if it is not ended yet */
	/* value = id, value2 = wall us, account_id: its last use; only if it holds then */
	EFFECT_GRANT_USE,
	/*
	 * Nothing of the log expires: text = ticket, text2 = reason, blob = who says so, value =
	 * wall us.  WF_EXISTS: somebody has said so already.
	 */
	EFFECT_LOG_HOLD,
	EFFECT_LOG_RELEASE, /* only if there is a hold */
	EFFECT_ORDER_DONE, /* value = id of an order, text = what became of it: only if it is not done yet */
	/*
	 * text = name of a reader of the log, value = where it stands, value2 = where to: only if
	 * it stands there (one that is not known yet stands at 0); value3 = how far it has come
	 * ahead of that; text2 = what keeps it there, ""
	 */
	EFFECT_CURSOR,
	/*
	 * text = name of a duty, value = wall us, text2 = who did it: only if it is later than what
	 * is known, or that is still to come
	 */
	EFFECT_DUTY,
	/*
	 * text = name of what is told again and again, value = wall us, value2 = us: only if it was
	 * not told for so long before
	 */
	EFFECT_REMINDER,
	/*
	 * loaded: the configuration that is in effect from row `value` (from 0) of the same job on;
	 * text2 = who has loaded it, "" = not known
	 */
	EFFECT_CONFIGURATION,
	/*
	 * The configuration with the hash text2 is approved by row `value` of the same job: only if
	 * it is the one in effect.  blob = by whom, line = note
	 */
	EFFECT_BASELINE,
	/*
	 * The log says that the configuration with the hash text2 is not as approved: only if that
	 * is so, and it does not say so yet
	 */
	EFFECT_DRIFT_TOLD,
	EFFECT_CHECKPOINT, /* line, value = its number: only if it is the next one; value2 = its row */
	/*
	 * old = subject, blob = bytes of what detection knows of it, replaced; none: it is
	 * forgotten
	 */
	EFFECT_HABIT,
	/* incident: inserted; its id is the number of row `value` (from 0) of the same job */
	EFFECT_INCIDENT_OPEN,
	/*
	 * incident: level, last row and number of rows of the one with its id; where the level has
	 * risen it is to be told again
	 */
	EFFECT_INCIDENT_GROW,
	/*
	 * value = id, value2 = level, text = by whom, text2 = reason: only if it is open, and its
	 * own level not above value3.  The job's first row says so.
	 */
	EFFECT_INCIDENT_CLOSE,
	/* value = id, value2 = bits of `told`, which are added; nothing if it is gone */
	EFFECT_INCIDENT_TOLD,
	/* value = id, value2 = level: nobody is to be told any more; nothing if it has risen */
	EFFECT_INCIDENT_SETTLED
};

#define EFFECT_BLOB_MAX 512

/*
 * One setting of the configuration in effect: "lock.threshold", "10".  NAME and VALUE with their
 * NULs have these sizes at most.
 */
#define SETTING_NAME_SIZE 160
#define SETTING_VALUE_SIZE 1536
struct setting {
	const char *name, *value;
};

#define SETTINGS_HASH_SIZE 65 /* SHA-256 in hexadecimal digits, with its NUL */

/* A configuration that was loaded, for EFFECT_CONFIGURATION. */
struct store_loaded {
	const struct setting *list;
	size_t n;
	const char *sha256;
};

struct effect {
	enum effect_kind kind;
	int64_t account_id, credential_id;
	int64_t value, value2, value3;
	enum factor_id factor;
	uint8_t blob[EFFECT_BLOB_MAX];
	size_t blob_len;
	uint8_t old[EFFECT_BLOB_MAX];
	size_t old_len;
	char text[64], text2[256];
	const char *line;                    /* borrowed until the job is done */
	const struct account *account;       /* borrowed until the job is done */
	const struct grant *grant;           /* borrowed */
	const struct incident *incident;     /* borrowed */
	const struct store_loaded *loaded;   /* borrowed */
	const struct credential *credential; /* borrowed; account_id 0 = the account added just before */
	const uint8_t (*codes)[32];          /* borrowed: recovery code hashes */
	size_t ncodes;
};

#endif
