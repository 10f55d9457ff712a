/*
 * Messages between the front ends, the CLI and the daemon.
 *
 * A frame is: u32 length of what follows, u16 version, u16 message type, then
 * fields: u16 field id, u16 length, bytes.  Big endian, WF_WIRE_FRAME_MAX bytes
 * at most with the length.  One table (wire_table.c) describes every message and
 * field: codec, printer, doc/PROTOCOL.md and the fuzz seeds come from it.
 *
 * Decoding is strict: a field that the message does not have, one twice that is
 * not repeated, one missing that is required, one of the wrong size, one newer
 * than the frame's version, and trailing bytes are all WF_INVALID.  The decoder
 * accepts WF_WIRE_OLDEST..WF_WIRE_VERSION (WF_VERSION otherwise); a reply is
 * encoded in the version of its request, leaving out what that version lacks.
 */
#ifndef WF_COMMON_WIRE_H
#define WF_COMMON_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/secret.h"
#include "common/status.h"

#define WF_WIRE_FRAME_MAX 16384
#define WF_WIRE_VERSION 4
#define WF_WIRE_OLDEST 1
#define WF_WIRE_HEADER 8 /* length, version, type */
#define WF_WIRE_FIELDS_MAX 96

#define WF_TXN_LEN 16
#define WF_STATE_LEN 40 /* characters of a STATE */
#define WF_RELAYED_MAX 15360 /* bytes of a frame within a frame */
#define WF_PEER_STATE_MAX 272 /* bytes of a PEER_STATE */
#define WF_LOAD_MAX 15360 /* bytes of a LOAD */
#define WF_NAME_MAX 256 /* bytes of a user name, without NUL */
/*
 * Service of the logins by which an account's owner proves himself to the command warifu; no PAM
 * service.
 */
#define WF_PROOF_SERVICE "warifu"

enum wf_msg_type {
	/* requests of front ends */
	WF_MSG_BEGIN = 1,   /* a transaction starts */
	WF_MSG_ANSWER = 2,  /* answers to all prompts of the round */
	WF_MSG_ABORT = 3,   /* the peer gives up */
	WF_MSG_ACCOUNT = 4, /* may this account use this service now? */
	WF_MSG_SESSION = 5, /* a session was opened or closed */
	WF_MSG_CHANGE = 6,  /* the new password of a verified change transaction */
	WF_MSG_ATTEMPT = 7, /* RADIUS: one round of a login with what the password attribute held */
	/* RADIUS: one accounting record; answered by RESULT, ACCEPT once it is stored */
	WF_MSG_RECORD = 8,
	/* RADIUS: ORDERs may be sent over this connection from now on; no answer of its own */
	WF_MSG_WORK = 9,
	WF_MSG_DONE = 10,   /* RADIUS: what became of an ORDER; no answer */
	/* requests of a relay: the daemon of a host that hands its logins to a central one */
	WF_MSG_HELLO = 11,  /* the first message of each connection; answered by PONG */
	/* a message of one of the host's callers, and what the host's kernel says of the caller */
	WF_MSG_RELAY = 12,
	WF_MSG_CLOSE = 13,  /* a caller is gone */
	/*
	 * a row that the host wrote while the centre was away; answered by REPORTED once it is
	 * stored
	 */
	WF_MSG_REPORT = 14,
	WF_MSG_PING = 15,   /* answered at once by PONG */
	/* requests of the CLI */
	WF_MSG_ACT = 16, /* one administrative act or view */
	/* requests of the daemon to warifu-egress */
	WF_MSG_QUERY = 17, /* a question to another server; answered by REPLY */
	WF_MSG_DELIVERY = 18, /* bytes for a receiver; answered by REPLY */
	/* replies */
	WF_MSG_PROMPTS = 32, /* ask these */
	WF_MSG_RESULT = 33,  /* the verdict */
	WF_MSG_CHALLENGE = 34, /* another round: ask this, and send STATE with the answer */
	/* something to be done; comes again over the next connection until it is DONE */
	WF_MSG_ORDER = 35,
	WF_MSG_RELAYED = 36, /* a message to one of the host's callers */
	WF_MSG_CLOSED = 37,  /* hang up on a caller */
	WF_MSG_REPORTED = 38, /* all rows up to this number are stored */
	WF_MSG_PONG = 39,
	WF_MSG_REPLY = 40,   /* what the other server said, or that none could be reached */
	WF_MSG_HEAD = 48,    /* a table follows: its columns */
	WF_MSG_ROW = 49,     /* one row of it */
	WF_MSG_END = 50      /* end of the act: status and text */
};

enum wf_field_id {
	/* bytes, 16: transaction id; not secret, authorises nothing by itself */
	WF_F_TXN = 1,
	WF_F_PURPOSE = 2,   /* u8, enum wf_purpose */
	WF_F_USER = 3,      /* name: byte-exact, 1..256 bytes, no NUL */
	WF_F_SERVICE = 4,   /* text: PAM service or RADIUS client name, 1..64 */
	WF_F_RHOST = 5,     /* text, 0..255 */
	WF_F_TTY = 6,       /* text, 0..64 */
	WF_F_RUSER = 7,     /* text, 0..256: PAM_RUSER or the operator behind sudo */
	WF_F_LANGUAGE = 8,  /* text, 0..16: "en", "ja"; since version 2 */
	WF_F_IDEMPOTENCY = 9, /* bytes, 32 */
	/* bytes, repeated: u8 enum wf_evidence_type, then the evidence as text */
	WF_F_EVIDENCE = 10,
	WF_F_ANSWER = 11,   /* secret, repeated: u8 prompt id, then the answer */
	WF_F_PROMPT = 12,   /* bytes, repeated: u8 id, u8 echo, u16 text id, u32 ttl in s */
	WF_F_VERDICT = 13,  /* u8, enum wf_verdict */
	WF_F_TEXT_ID = 14,  /* u16, enum wf_text_id */
	WF_F_TEXT = 15,     /* text, 0..1024: already in the asked language */
	WF_F_EVENT = 16,    /* u8, enum wf_session_event */
	WF_F_SECRET = 17,   /* secret: the new password */
	WF_F_ACT = 18,      /* text, 1..64: id of the act, e.g. "user.add" */
	WF_F_ARG = 19,      /* text, repeated: key=value */
	WF_F_SECRET_ARG = 20, /* secret, repeated: key=value */
	/* text, repeated: "name" or "name:number", "name:bool", "name:time" (us) */
	WF_F_COLUMN = 21,
	WF_F_CELL = 22,     /* text, repeated, in the order of the columns; empty = none */
	WF_F_STATUS = 23,   /* u8, wf_status of an act */
	WF_F_PHASE = 24,    /* u8: 1 = preliminary check of a change, 2 = update; optional */
	/* since version 3 */
	/*
	 * u64: the asker's number for a request, the daemon's for an ORDER; comes back with the
	 * answer
	 */
	WF_F_TAG = 25,
	WF_F_STATE = 26,    /* text, WF_STATE_LEN: which challenge is answered */
	WF_F_NAS = 27,      /* text, 0..255: NAS-Identifier or address of the gateway */
	WF_F_PATIENCE = 28, /* u32: ms that the asker still waits; a later answer is of no use */
	WF_F_GROUP = 29,    /* text, repeated: a group of the account that was let in */
	WF_F_ACCT_SESSION = 30, /* text, 1..255: Acct-Session-Id */
	WF_F_FRAMED = 31,   /* text, 0..64: address that the gateway gave */
	WF_F_OCTETS_IN = 32,  /* u64 */
	WF_F_OCTETS_OUT = 33, /* u64 */
	WF_F_SECONDS = 34,  /* u32 */
	WF_F_CAUSE = 35,    /* u32: Acct-Terminate-Cause */
	WF_F_ORDER = 36,    /* text, 1..64: what is to be done, e.g. "disconnect" */
	WF_F_CHANNEL = 37,  /* u32: the relay's number for one of its callers */
	WF_F_UID = 38,      /* u32: the caller's, as the host's kernel says */
	WF_F_AUDIT_SESSION = 39, /* u32: of the caller's process */
	/*
	 * bytes, repeated: u32 pid, u64 start: the caller's process and its ancestors, itself first
	 */
	WF_F_PROCESS = 40,
	WF_F_FRAME = 41,    /* secret: a whole frame, with its length */
	WF_F_SPOOL = 42,    /* bytes, 16: which spool a row comes from */
	WF_F_NUMBER = 43,   /* u64: of a row within its spool, rising */
	WF_F_BOOT = 44,     /* bytes, 16: the host's boot id */
	WF_F_RECORD = 45,   /* bytes: an audit row in its canonical encoding */
	WF_F_TRADE = 46,    /* u8, enum wf_trade */
	WF_F_SERVER = 47,   /* text, 1..64: a section of warifu.conf; in REPLY who spoke */
	WF_F_PEER_STATE = 48, /* bytes, 0..WF_PEER_STATE_MAX: of the other server's challenge */
	WF_F_OUTCOME = 49,  /* u8, enum wf_outcome */
	WF_F_ECHO = 50,     /* u8: 1 = what is typed may be seen */
	WF_F_WHY = 51,      /* u8, enum wf_unreachable */
	/* since version 4 */
	WF_F_LOAD = 52,     /* bytes, 1..WF_LOAD_MAX: what is delivered, in the form of its trade */
	WF_F_IDLE = 53,     /* u32: seconds that a shell of the opened session may be idle */
	WF_F_GOES_ON = 54   /* u8: 1 = only over the connection that had the load before it */
};

/* How the other server is spoken to. */
enum wf_trade {
	WF_TRADE_RADIUS = 1,
	WF_TRADE_SYSLOG = 2,
	WF_TRADE_MAIL = 3,
	WF_TRADE_HOOK = 4 /* a command of this machine */
};

/* What another server said.  Zero is the closed one. */
enum wf_outcome {
	WF_OUTCOME_UNREACHABLE = 0, /* nothing that could be believed */
	WF_OUTCOME_REJECT = 1,
	WF_OUTCOME_ACCEPT = 2,
	WF_OUTCOME_CHALLENGE = 3, /* it wants another answer, with this PEER_STATE */
	WF_OUTCOME_DELIVERED = 4, /* of a DELIVERY alone: the receiver has all of it */
	WF_OUTCOME_COUNT
};

/* Why nobody could be reached. */
enum wf_unreachable {
	WF_WHY_NONE = 0,
	WF_WHY_AWAY = 1,     /* warifu-egress is not there, or went away with the question */
	WF_WHY_TIMEOUT = 2,  /* no server answered */
	WF_WHY_DEADLINE = 3, /* there was no time left */
	WF_WHY_BUSY = 4,     /* too many questions wait for this server */
	WF_WHY_UNKNOWN = 5,  /* warifu-egress has no such server */
	WF_WHY_FORGED = 6,   /* what came was not signed as it must be */
	WF_WHY_UNSENDABLE = 7, /* the name or the answer cannot be said in this trade */
	WF_WHY_INTERNAL = 8, /* memory, sockets, or what the server said makes no sense */
	WF_WHY_CUT = 9, /* a server had begun to take what is delivered, and may have it */
	WF_WHY_COUNT
};

enum wf_purpose {
	WF_PURPOSE_LOGIN = 1, /* all kinds that the policy demands */
	/* change of one's own password: proves the old one (or a recovery code) */
	WF_PURPOSE_CHANGE = 2
};

enum wf_evidence_type {
	WF_EVIDENCE_SSH_AUTH_INFO = 1 /* lines of SSH_AUTH_INFO_0, as sshd gives them */
};

enum wf_session_event { WF_SESSION_OPEN = 1, WF_SESSION_CLOSE = 2 };

/* EVENT of a RECORD. */
enum wf_record_event {
	WF_RECORD_START = 1,
	WF_RECORD_STOP = 2,
	WF_RECORD_INTERIM = 3,
	WF_RECORD_NAS_ON = 4,
	WF_RECORD_NAS_OFF = 5
};

/* Zero is the closed one.  Only RESULT carries a verdict. */
enum wf_verdict {
	WF_VERDICT_REJECT = 0,
	WF_VERDICT_ACCEPT = 1,
	WF_VERDICT_UNAVAILABLE = 2,
	WF_VERDICT_IGNORE = 3,  /* observe mode or a service that is not asked: PAM_IGNORE */
	/* account: the password must be changed first (PAM_NEW_AUTHTOK_REQD) */
	WF_VERDICT_CHANGE = 4,
	WF_VERDICT_EXPIRED = 5, /* account: no longer or not yet valid (PAM_ACCT_EXPIRED) */
	WF_VERDICT_COUNT
};

/* Texts that a front end shows; English and Japanese stand in common/text.c. */
enum wf_text_id {
	WF_TEXT_NONE = 0,
	WF_TEXT_PASSWORD = 1,        /* "Password: " */
	WF_TEXT_CODE = 2,            /* "One-time code: " (token or recovery code) */
	WF_TEXT_CURRENT_PASSWORD = 3,
	WF_TEXT_NEW_PASSWORD = 4,
	WF_TEXT_REPEAT_PASSWORD = 5,
	WF_TEXT_REFUSED = 6,         /* the one refusal text (I5) */
	WF_TEXT_UNAVAILABLE = 7,
	WF_TEXT_MUST_CHANGE = 8,
	WF_TEXT_MISMATCH = 9,
	WF_TEXT_CHANGED = 10,
	WF_TEXT_EMERGENCY_CODE = 11, /* break-glass prompt */
	/*
	 * The text of UNAVAILABLE, from a relay that cannot reach its centre: to the caller the
	 * daemon is away, as if nobody had listened.  Since version 3.
	 */
	WF_TEXT_AWAY = 12,
	WF_TEXT_ENROLMENT = 13,      /* "To do so, log in over SSH at: ", then a host */
	WF_TEXT_COUNT
};

enum wf_field_type {
	WF_T_U8,
	WF_T_U16,
	WF_T_U32,
	WF_T_U64,
	WF_T_BYTES,
	WF_T_NAME,
	WF_T_TEXT,
	WF_T_SECRET
};

/* Rows of the table, for the printer, the protocol page and the fuzzers. */
struct wf_field_spec {
	enum wf_field_id id;
	const char *name;
	enum wf_field_type type;
	uint16_t min, max; /* bytes */
	uint16_t since;    /* first version that has it */
	const char *about; /* one line for doc/PROTOCOL.md */
};
struct wf_msg_field {
	enum wf_field_id id;
	bool required;
	bool repeated;
};
struct wf_msg_spec {
	enum wf_msg_type type;
	const char *name;
	bool reply;
	uint16_t since;
	const struct wf_msg_field *fields; /* ends with id 0 */
	const char *about;
};
const struct wf_field_spec *wf_wire_field(enum wf_field_id id); /* NULL if there is none */
const struct wf_msg_spec *wf_wire_msg(enum wf_msg_type type);   /* NULL if there is none */
const struct wf_msg_spec *wf_wire_msgs(size_t *count_r);
const struct wf_field_spec *wf_wire_fields(size_t *count_r);

/* A message in memory.  Its bytes are wiped when it is cleared.  One thread at a time. */
struct wf_msg {
	uint16_t version;
	enum wf_msg_type type;
	struct wf_msg_value {
		enum wf_field_id id;
		size_t off, len; /* in bytes */
	} values[WF_WIRE_FIELDS_MAX];
	size_t nvalues;
	struct wf_buf bytes;
};

void wf_msg_init(struct wf_msg *msg, enum wf_msg_type type, uint16_t version);
void wf_msg_clear(struct wf_msg *msg);

/*
 * Adders check type, size and repetition against the table (WF_INVALID, WF_TOO_LONG) and leave the
 * message as it was on failure. Text fields take valid UTF-8 without control characters (C0, DEL,
 * C1), tab and newline apart in TEXT and CELL; a name takes any bytes but NUL and newline. Bytes of
 * doubtful origin go into a text field through wf_utf8_escape() (common/utf8.h).
 */
WF_MUST_USE wf_status wf_msg_add_uint(struct wf_msg *msg, enum wf_field_id id, uint64_t value);
WF_MUST_USE wf_status wf_msg_add_bytes(
	struct wf_msg *msg, enum wf_field_id id, const void *bytes, size_t len);
/* NULL or "" of an optional field adds nothing; of a required one (CELL) it is an empty value. */
WF_MUST_USE wf_status wf_msg_add_text(struct wf_msg *msg, enum wf_field_id id, const char *text);
/* A tagged value: one leading octet, then the bytes (ANSWER, EVIDENCE). */
WF_MUST_USE wf_status wf_msg_add_tagged(
	struct wf_msg *msg, enum wf_field_id id, uint8_t tag, const void *bytes, size_t len);

/* Readers.  Index counts repetitions from 0.  WF_NOT_FOUND when absent. */
size_t wf_msg_count(const struct wf_msg *msg, enum wf_field_id id);
WF_MUST_USE wf_status wf_msg_get_bytes(const struct wf_msg *msg, enum wf_field_id id, size_t index,
	const uint8_t **bytes_r, size_t *len_r);
WF_MUST_USE wf_status wf_msg_get_uint(
	const struct wf_msg *msg, enum wf_field_id id, uint64_t *value_r);
/*
 * Copies with NUL; WF_TOO_LONG if it does not fit.  An absent field gives "" and WF_OK.  WF_INVALID
 * for a field that is neither name nor text.
 */
WF_MUST_USE wf_status wf_msg_get_text(
	const struct wf_msg *msg, enum wf_field_id id, size_t index, char *text_r, size_t size);
/* From byte `skip` on (1 for the tag of an ANSWER); WF_INVALID if it is shorter, or no secret. */
WF_MUST_USE wf_status wf_msg_get_secret(const struct wf_msg *msg, enum wf_field_id id, size_t index,
	size_t skip, struct wf_secret *secret_r);

/* A prompt within PROMPTS. */
struct wf_prompt {
	uint8_t id;
	bool echo;
	enum wf_text_id text;
	uint32_t ttl_s;
};
WF_MUST_USE wf_status wf_msg_add_prompt(struct wf_msg *msg, const struct wf_prompt *prompt);
WF_MUST_USE wf_status wf_msg_get_prompt(
	const struct wf_msg *msg, size_t index, struct wf_prompt *prompt_r);

/*
 * Appends the whole frame; on failure the buffer is as it was.  Fields that msg->version lacks are
 * left out.  WF_INVALID when a required field is missing: our own bug.  WF_TOO_LONG over
 * WF_WIRE_FRAME_MAX or the buffer's ceiling; WF_VERSION for a version that we do not speak.
 */
WF_MUST_USE wf_status wf_msg_encode(const struct wf_msg *msg, struct wf_buf *frame);
/*
 * `bytes` is one whole frame with its length.  msg_r is overwritten, not cleared, and only on
 * WF_OK.
 */
WF_MUST_USE wf_status wf_msg_decode(const uint8_t *bytes, size_t len, struct wf_msg *msg_r);
/*
 * Length of the frame that starts here: WF_AGAIN with fewer than 4 bytes; WF_INVALID outside
 * 8..WF_WIRE_FRAME_MAX.
 */
WF_MUST_USE wf_status wf_frame_length(const uint8_t *bytes, size_t len, size_t *frame_len_r);
/* One line for people; secrets show as "(secret)" and their length stays out. */
void wf_msg_print(const struct wf_msg *msg, char *text_r, size_t size);

#endif
