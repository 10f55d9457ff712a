/* What schema version 5 adds to version 4, as one text for schema.c. */
#ifndef WF_AUTHD_STORE_SCHEMA_V5_H
#define WF_AUTHD_STORE_SCHEMA_V5_H

/*
 * cursor: how far each reader of the log (authd/record) has come: all rows up to seq are behind it,
 * since moved_us.  why: what keeps it there, in words; "" = nothing does.
 */
#define STORE_SCHEMA_V5_CURSOR                                                                 \
	"CREATE TABLE cursor("                                                                 \
	" id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''),"               \
	" seq INTEGER NOT NULL CHECK (seq >= 0), moved_us INTEGER NOT NULL,"                   \
	" why TEXT NOT NULL) STRICT;"

#define STORE_SCHEMA_V5 STORE_SCHEMA_V5_CURSOR

#endif
