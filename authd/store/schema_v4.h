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
	"CREATE INDEX granted_account ON granted(account_id) WHERE account_id IS NOT NULL;"    \
	"CREATE INDEX granted_members ON granted(members) WHERE members <> '';"                \
	"CREATE TABLE grant_use("                                                              \
	" grant_id INTEGER NOT NULL REFERENCES granted(id) ON DELETE CASCADE,"                 \
	" account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,"               \
	" used_us INTEGER NOT NULL, PRIMARY KEY (grant_id, account_id))"                       \
	" STRICT, WITHOUT ROWID;"                                                              \
	"CREATE INDEX grant_use_account ON grant_use(account_id);"

#define STORE_SCHEMA_V4 STORE_SCHEMA_V4_GRANTS

#endif
