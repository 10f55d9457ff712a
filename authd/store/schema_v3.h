/* What schema version 3 adds to version 2, as one text for schema.c. */
#ifndef WF_AUTHD_STORE_SCHEMA_V3_H
#define WF_AUTHD_STORE_SCHEMA_V3_H

/*
 * A challenge may be the question of another server.  round says which one it is, 0 being the code
 * after the password; state 1 with a further round becomes 0 again, so an older answer finds a
 * round that is over.  server and upstream are what goes back to that server with the answer.  lane
 * is the key of the POSSESSION lane, with its limit: it counts one failure if nobody answers.
 * NULL: nothing is counted.  Where the reservation's `waiting` is 2 the account's lane counts, too.
 *
 * verdict: with which question the same request is answered again.
 */
#define STORE_SCHEMA_V3                                                                        \
	"ALTER TABLE challenge ADD COLUMN round INTEGER NOT NULL DEFAULT 0;"                   \
	"ALTER TABLE challenge ADD COLUMN server TEXT NOT NULL DEFAULT '';"                    \
	"ALTER TABLE challenge ADD COLUMN upstream BLOB NOT NULL DEFAULT x'';"                 \
	"ALTER TABLE challenge ADD COLUMN lane BLOB;"                                          \
	"ALTER TABLE challenge ADD COLUMN threshold INTEGER NOT NULL DEFAULT 0;"               \
	"ALTER TABLE challenge ADD COLUMN window_ms INTEGER NOT NULL DEFAULT 0;"               \
	"ALTER TABLE challenge ADD COLUMN lock_ms INTEGER NOT NULL DEFAULT 0;"                 \
	"ALTER TABLE verdict ADD COLUMN round INTEGER NOT NULL DEFAULT 0;"                     \
	"ALTER TABLE verdict ADD COLUMN question TEXT NOT NULL DEFAULT '';"                    \
	"ALTER TABLE verdict ADD COLUMN echo INTEGER NOT NULL DEFAULT 0;"

#endif
