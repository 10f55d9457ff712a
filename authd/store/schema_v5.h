/* What schema version 5 adds to version 4, as one text for schema.c. */
#ifndef WF_AUTHD_STORE_SCHEMA_V5_H
#define WF_AUTHD_STORE_SCHEMA_V5_H

/*
 * cursor: how far each reader of the log (authd/record) has come: all rows up to seq are behind it,
 * since moved_us.  ahead: how far it has come meanwhile; what lies between is taken again if it has
 * to begin anew.  why: what keeps it there, in words; "" = nothing does.
 */
#define STORE_SCHEMA_V5_CURSOR                                                                 \
	"CREATE TABLE cursor("                                                                 \
	" id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''),"               \
	" seq INTEGER NOT NULL CHECK (seq >= 0), ahead INTEGER NOT NULL,"                      \
	" moved_us INTEGER NOT NULL, why TEXT NOT NULL, CHECK (ahead >= seq)) STRICT;"

/*
 * month: runs of rows of the log, see retention.h; last_seq 0 is the one that is being written.
 * What was removed stays as an entry, with the tombstone that says so.  hold: by whose order
 * nothing expires.
 */
#define STORE_SCHEMA_V5_RETENTION                                                              \
	"CREATE TABLE month("                                                                  \
	" first_seq INTEGER PRIMARY KEY, month INTEGER NOT NULL,"                              \
	" last_seq INTEGER NOT NULL DEFAULT 0, first_us INTEGER NOT NULL DEFAULT 0,"           \
	" last_us INTEGER NOT NULL DEFAULT 0, chain BLOB NOT NULL DEFAULT x'',"                \
	" closed_us INTEGER NOT NULL DEFAULT 0, closed_ms INTEGER NOT NULL DEFAULT 0,"         \
	" tombstone INTEGER NOT NULL DEFAULT 0, expired_us INTEGER NOT NULL DEFAULT 0,"        \
	" removed INTEGER NOT NULL DEFAULT 0) STRICT;"                                         \
	"CREATE TABLE hold("                                                                   \
	" one INTEGER PRIMARY KEY CHECK (one = 1), since_us INTEGER NOT NULL,"                 \
	" by TEXT NOT NULL, reason TEXT NOT NULL, ticket TEXT NOT NULL) STRICT;"

/*
 * duty: what is done again and again: when it was last done, and who said so.  reminder: when
 * somebody was last told of something that goes on and on.
 */
#define STORE_SCHEMA_V5_DUTY                                                                   \
	"CREATE TABLE duty("                                                                   \
	" id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''),"               \
	" done_us INTEGER NOT NULL, done_by TEXT NOT NULL) STRICT;"                            \
	"CREATE TABLE reminder("                                                               \
	" name TEXT PRIMARY KEY CHECK (name <> ''), told_us INTEGER NOT NULL)"                 \
	" STRICT, WITHOUT ROWID;"

/*
 * checkpoint: the signed checkpoints of the log (audit/checkpoint.h), numbered without a gap; none
 * is ever removed.  Its index: expiry asks how old the rows are that they speak of.
 */
#define STORE_SCHEMA_V5_CHECKPOINT                                                             \
	"CREATE TABLE checkpoint("                                                             \
	" number INTEGER PRIMARY KEY CHECK (number > 0), seq INTEGER NOT NULL,"                \
	" made_us INTEGER NOT NULL, line TEXT NOT NULL) STRICT;"                               \
	"CREATE INDEX checkpoint_rows ON checkpoint(seq, made_us);"

/*
 * proved_ms: when what `kinds` says was proved (lock clock), which is not later when the session is
 * opened again; 0 = long ago.
 */
#define STORE_SCHEMA_V5_PROVED                                                                 \
	"ALTER TABLE session ADD COLUMN proved_ms INTEGER NOT NULL DEFAULT 0;"

/*
 * habit: what detection knows for long of an account or a network, as its bytes, and when it last
 * learned something of it.  incident: what it found; id is the number of the row that told it
 * first, key what it is about.  Open until somebody decides on its level (decided, -1 = nobody
 * yet).  told: bits of the ways and classes of people by which it was told (authd/alert/channel.h);
 * told_us 0: somebody may still have to be told.
 */
#define STORE_SCHEMA_V5_DETECT                                                                 \
	"CREATE TABLE habit("                                                                  \
	" subject TEXT PRIMARY KEY, bytes BLOB NOT NULL, seen_us INTEGER NOT NULL)"            \
	" STRICT, WITHOUT ROWID;"                                                              \
	"CREATE INDEX habit_seen ON habit(seen_us) WHERE subject >= 'n:' AND subject < 'n;';"  \
	"CREATE TABLE incident("                                                               \
	" id INTEGER PRIMARY KEY, rule TEXT NOT NULL, key TEXT NOT NULL,"                      \
	" level INTEGER NOT NULL, user TEXT NOT NULL, source TEXT NOT NULL,"                   \
	" first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,"                              \
	" first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, rows INTEGER NOT NULL,"         \
	" opened_us INTEGER NOT NULL, told INTEGER NOT NULL DEFAULT 0,"                        \
	" told_us INTEGER NOT NULL DEFAULT 0,"                                                 \
	" closed_us INTEGER NOT NULL DEFAULT 0, closed_seq INTEGER NOT NULL DEFAULT 0,"        \
	" closed_by TEXT NOT NULL DEFAULT '',"                                                 \
	" decided INTEGER NOT NULL DEFAULT -1, reason TEXT NOT NULL DEFAULT '') STRICT;"       \
	"CREATE INDEX incident_worst ON incident(level, id);"                                  \
	"CREATE INDEX incident_open ON incident(level, id) WHERE closed_us = 0;"               \
	"CREATE INDEX incident_closed ON incident(last_us) WHERE closed_us <> 0;"              \
	"CREATE INDEX incident_untold ON incident(level DESC, id) WHERE told_us = 0;"

/*
 * configuration: which one is in effect, since which row, which one somebody has approved ("":
 * none), and of which one the log says that it is another than that.  config_setting: each of its
 * settings; "" is not there.  loaded: the row of the load that has seen it last.
 */
#define STORE_SCHEMA_V5_CONFIGURATION                                                          \
	"CREATE TABLE configuration("                                                          \
	" one INTEGER PRIMARY KEY CHECK (one = 1), sha256 TEXT NOT NULL,"                      \
	" seq INTEGER NOT NULL, loaded_us INTEGER NOT NULL, loaded_by TEXT NOT NULL,"          \
	" baseline TEXT NOT NULL DEFAULT '', baseline_seq INTEGER NOT NULL DEFAULT 0,"         \
	" baseline_us INTEGER NOT NULL DEFAULT 0, baseline_by TEXT NOT NULL DEFAULT '',"       \
	" note TEXT NOT NULL DEFAULT '', told TEXT NOT NULL DEFAULT '') STRICT;"               \
	"CREATE TABLE config_setting("                                                         \
	" name TEXT PRIMARY KEY CHECK (name <> ''), value TEXT NOT NULL,"                      \
	" since_seq INTEGER NOT NULL, since_us INTEGER NOT NULL,"                              \
	" baseline TEXT NOT NULL DEFAULT '', loaded INTEGER NOT NULL) STRICT, WITHOUT ROWID;"  \
	"CREATE INDEX config_drift ON config_setting(name) WHERE value <> baseline;"

#define STORE_SCHEMA_V5                                                                        \
	STORE_SCHEMA_V5_CONFIGURATION STORE_SCHEMA_V5_CURSOR STORE_SCHEMA_V5_RETENTION         \
	STORE_SCHEMA_V5_DUTY                                                                   \
	STORE_SCHEMA_V5_CHECKPOINT STORE_SCHEMA_V5_PROVED STORE_SCHEMA_V5_DETECT

#endif
