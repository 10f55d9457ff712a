/* What schema version 4 adds to version 3, as one text for schema.c. */
#ifndef WF_AUTHD_STORE_SCHEMA_V4_H
#define WF_AUTHD_STORE_SCHEMA_V4_H

/*
 * granted: who may use which place.  A grant is of one account (account_id) or of a group of
 * accounts (members), never of both; place is as in `completed`: "service", "service@host", or
 * "@host" for all of a host.  One that was ended (ended_us) stays, as a record; of a removed
 * account the log alone knows.  grant_use: the last login by it, of each account.
 */
#define STORE_SCHEMA_V4_GRANTS                                                                 \
	"CREATE TABLE granted("                                                                \
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"                                               \
	" account_id INTEGER REFERENCES account(id) ON DELETE CASCADE,"                        \
	" members TEXT NOT NULL, place TEXT NOT NULL CHECK (place <> ''),"                     \
	" granted_by TEXT NOT NULL, reason TEXT NOT NULL, created_us INTEGER NOT NULL,"        \
	" until_us INTEGER NOT NULL, ended_us INTEGER NOT NULL,"                               \
	" CHECK ((account_id IS NULL) = (members <> ''))) STRICT;"                             \
	"CREATE INDEX granted_whose ON granted(account_id, members, place);"                   \
	"CREATE INDEX granted_members ON granted(members) WHERE members <> '';"                \
	"CREATE TABLE grant_use("                                                              \
	" grant_id INTEGER NOT NULL REFERENCES granted(id) ON DELETE CASCADE,"                 \
	" account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,"               \
	" used_us INTEGER NOT NULL, PRIMARY KEY (grant_id, account_id))"                       \
	" STRICT, WITHOUT ROWID;"                                                              \
	"CREATE INDEX grant_use_account ON grant_use(account_id);"

/*
 * Of passwords: whose account it is, which rule asks for another one, what the one of today met
 * when it was set (types.h, struct password_note), and hashes of former ones where they are wanted.
 */
#define STORE_SCHEMA_V4_PASSWORDS                                                              \
	"ALTER TABLE account ADD COLUMN person TEXT NOT NULL DEFAULT '';"                      \
	"ALTER TABLE account ADD COLUMN change_rule TEXT NOT NULL DEFAULT '';"                 \
	"ALTER TABLE account ADD COLUMN password_length INTEGER NOT NULL DEFAULT 0;"           \
	"ALTER TABLE account ADD COLUMN password_classes INTEGER NOT NULL DEFAULT 0;"          \
	"ALTER TABLE account ADD COLUMN password_guard INTEGER NOT NULL DEFAULT 0;"            \
	"ALTER TABLE account ADD COLUMN password_set_us INTEGER NOT NULL DEFAULT 0;"           \
	"ALTER TABLE account ADD COLUMN password_checked_us INTEGER NOT NULL DEFAULT 0;"       \
	"UPDATE account SET password_set_us = coalesce((SELECT max(created_us) FROM credential" \
	" WHERE account_id = account.id AND factor = 1 AND state = 1), 0);"                    \
	"CREATE INDEX account_person ON account(person) WHERE person <> '';"                   \
	"CREATE TABLE former_password("                                                        \
	" id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL"                                 \
	" REFERENCES account(id) ON DELETE CASCADE, hash BLOB NOT NULL) STRICT;"               \
	"CREATE INDEX former_password_account ON former_password(account_id, id);"             \
	"ALTER TABLE challenge ADD COLUMN leak INTEGER NOT NULL DEFAULT 0;"

/*
 * familiar: places from which an account has logged in, and when last (lock clock); who comes from
 * one has the lock's reserve.  reserve_use: how often somebody got as far as an evaluation by it
 * while strangers were locked out.  throttle.strangers and strangers_until_ms: the part of the
 * count that is strangers', and their own lock.  reservation: from which place, whether that was
 * familiar, and what was reserved for those that are.
 */
#define STORE_SCHEMA_V4_FAMILIAR                                                               \
	"CREATE TABLE familiar("                                                               \
	" account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,"               \
	" place TEXT NOT NULL CHECK (place <> ''), used_ms INTEGER NOT NULL,"                  \
	" PRIMARY KEY (account_id, place)) STRICT, WITHOUT ROWID;"                             \
	"CREATE TABLE reserve_use("                                                            \
	" account_id INTEGER PRIMARY KEY REFERENCES account(id) ON DELETE CASCADE,"            \
	" uses INTEGER NOT NULL, used_us INTEGER NOT NULL) STRICT;"                            \
	"ALTER TABLE throttle ADD COLUMN strangers INTEGER NOT NULL DEFAULT 0;"                \
	"ALTER TABLE throttle ADD COLUMN strangers_until_ms INTEGER NOT NULL DEFAULT 0;"       \
	"UPDATE throttle SET strangers = failures WHERE lane < 2;"                             \
	"ALTER TABLE reservation ADD COLUMN place TEXT NOT NULL DEFAULT '';"                   \
	"ALTER TABLE reservation ADD COLUMN familiar INTEGER NOT NULL DEFAULT 0;"              \
	"ALTER TABLE reservation ADD COLUMN reserve INTEGER NOT NULL DEFAULT 0;"

/* account.shared: of several people, who come to it from logins of their own. */
#define STORE_SCHEMA_V4_SHARED "ALTER TABLE account ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;"

#define STORE_SCHEMA_V4 STORE_SCHEMA_V4_GRANTS STORE_SCHEMA_V4_PASSWORDS STORE_SCHEMA_V4_FAMILIAR \
	STORE_SCHEMA_V4_SHARED

#endif
