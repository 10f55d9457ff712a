/*
 * The commands of `warifu`, as data. Parsing, help, shell completion and the synopsis of warifu(8)
 * are all made from this one table. Constant; any thread.
 */
#ifndef WF_CTL_COMMAND_H
#define WF_CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#define COMMAND_OPERANDS_MAX 3

/*
 * How the value of an option or operand is checked, and what becomes of it on its way to the
 * daemon.
 */
enum value_kind {
	VALUE_FLAG,    /* no value; sent as "1" */
	VALUE_TEXT,    /* as it is */
	VALUE_NUMBER,  /* decimal, not negative */
	VALUE_CHOICE,  /* one of `choices` */
	/* A time, sent in microseconds: */
	VALUE_SINCE,   /* "2h" means two hours ago; a day means its start */
	VALUE_BEFORE,  /* two hours ago; the end of the day; itself no part of it */
	VALUE_FROM,    /* in two hours; the start of the day */
	VALUE_UNTIL,   /* in two hours; the end of the day */
	VALUE_DURATION /* "10m", "90", "2h"; kept as typed */
};

struct operand_spec {
	const char *name; /* "USER"; NULL ends the list */
	const char *key;  /* argument of the act; NULL: for the local handler only */
	bool optional;
	const char *choices; /* "totp|hotp", or NULL: any text */
};

struct option_spec {
	const char *name;  /* without the dashes; NULL ends the list */
	const char *value; /* "TEXT"; NULL for flags */
	const char *key;   /* argument of the act; NULL: for the local handler only */
	enum value_kind kind;
	bool required;
	bool hidden;	     /* works, but is neither in the help nor completed */
	const char *choices; /* VALUE_CHOICE */
	const char *about;   /* N_(), one line */
};

struct ctl;
struct parsed;

enum command_flags {
	COMMAND_ROOT = 1,     /* local work for which one must be root */
	COMMAND_HIDDEN = 2,   /* neither in the help nor completed */
	COMMAND_SLOW = 4,     /* the daemon may take minutes */
	COMMAND_VERTICAL = 8, /* one row: a line for each column */
	COMMAND_LISTS = 32,   /* names are not wrapped: rather each row is a list */
	COMMAND_OWN = 16      /* the owner of the account, its first operand, may do it as well */
};

struct command {
	const char *name; /* "user" */
	const char *sub;  /* "add", or NULL */
	struct operand_spec operands[COMMAND_OPERANDS_MAX + 1];
	const struct option_spec *options; /* NULL: none besides the common ones */
	const char *act;		   /* of the daemon; NULL: none */
	const char *columns;		   /* shown to people, separated by blanks; NULL: all */
	const char *empty;		   /* N_(), said instead of a table without rows */
	int (*run)(struct ctl *ctl, const struct parsed *parsed); /* NULL: the act alone */
	unsigned flags;
	const char *about;   /* N_(), one line */
	const char *example; /* without "warifu " */
};

const struct command *command_table(size_t *count_r);
/* `sub` NULL finds a command without subcommands. NULL: there is none. */
const struct command *command_find(const char *name, const char *sub);
/* Whether any command has this first word. */
bool command_name_known(const char *name);
/* Options that every command has: --json, --socket, --lang, --help, --version. */
const struct option_spec *command_common_options(void);
/* In the command's own list or the common one; NULL: none. `len` bytes of `name` count. */
const struct option_spec *command_option_find(
	const struct command *command, const char *name, size_t len);

#endif
