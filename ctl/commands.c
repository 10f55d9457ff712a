/*
 * The command table. A command is a row here and, where it is more than one act of the daemon, a
 * handler of its own. Nothing else in the program knows the names of commands or options.
 */
#include "config.h"

#include <string.h>

#include "common/i18n.h"
#include "common/radius_words.h"
#include "common/register_words.h"
#include "ctl/command.h"
#include "ctl/handlers.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))

#define FLAG(name, key, about)                                                                     \
	{                                                                                          \
		name, NULL, key, VALUE_FLAG, false, false, NULL, about                             \
	}
#define TAKES(name, value, key, kind, about)                                                       \
	{                                                                                          \
		name, value, key, kind, false, false, NULL, about                                  \
	}
#define NEEDS(name, value, key, kind, about)                                                       \
	{                                                                                          \
		name, value, key, kind, true, false, NULL, about                                   \
	}
#define CHOICE(name, value, key, choices, about)                                                   \
	{                                                                                          \
		name, value, key, VALUE_CHOICE, false, false, choices, about                       \
	}
#define HIDDEN(name, value, kind)                                                                  \
	{                                                                                          \
		name, value, NULL, kind, false, true, NULL, ""                                     \
	}
#define OPTIONS_END                                                                                \
	{                                                                                          \
		NULL, NULL, NULL, VALUE_FLAG, false, false, NULL, NULL                             \
	}

#define TICKET TAKES("ticket", "TEXT", "ticket", VALUE_TEXT, N_("number of the ticket, for the log"))
#define REASON TAKES("reason", "TEXT", "reason", VALUE_TEXT, N_("why, for the log"))
#define REASON_NEEDED NEEDS("reason", "TEXT", "reason", VALUE_TEXT, N_("why, for the log; required"))
#define STDIN FLAG("stdin", NULL, N_("read secrets from standard input, one a line"))

#define USER                                                                                       \
	{                                                                                          \
		"USER", "user", false, NULL                                                        \
	}
#define DUTY                                                                                       \
	{                                                                                          \
		"DUTY", "duty", false, NULL                                                        \
	}
#define ID                                                                                         \
	{                                                                                          \
		"ID", "id", false, NULL                                                            \
	}

static const struct option_spec common_options[] = {
	FLAG("json", NULL, N_("answer in JSON")),
	TAKES("socket", "PATH", NULL, VALUE_TEXT, N_("control socket of the daemon")),
	TAKES("lang", "LANGUAGE", NULL, VALUE_TEXT, N_("language of the texts: en or ja")),
	FLAG("help", NULL, N_("show what the command takes")),
	FLAG("version", NULL, N_("show the version")),
	OPTIONS_END,
};

#define BREAKGLASS_FILE HIDDEN("breakglass-file", "PATH", VALUE_TEXT)

static const struct option_spec init_options[] = {
	TAKES("key-copy", "PATH", NULL, VALUE_TEXT, N_("file for the copy of the key")),
	TAKES("codes", "NUMBER", NULL, VALUE_NUMBER, N_("emergency codes on the sheet (default 10)")),
	TAKES("emergency-user", "USER", NULL, VALUE_TEXT, N_("whom the sheet lets in (default root)")),
	STDIN,
	BREAKGLASS_FILE,
	OPTIONS_END,
};

static const struct option_spec policy_show_options[] = {
	FLAG("origin", NULL, N_("say where each value comes from")),
	OPTIONS_END,
};

static const struct option_spec policy_check_options[] = {
	TAKES("against", "PROFILE", "against", VALUE_TEXT, N_("with this profile instead of those complied with")),
	OPTIONS_END,
};

static const struct option_spec emergency_options[] = {BREAKGLASS_FILE, OPTIONS_END};

static const struct option_spec emergency_new_options[] = {
	TAKES("codes", "NUMBER", NULL, VALUE_NUMBER, N_("emergency codes on the sheet (default 10)")),
	TAKES("user", "USER", NULL, VALUE_TEXT, N_("whom the sheet lets in (default: as before, else root)")),
	STDIN,
	REASON,
	TICKET,
	BREAKGLASS_FILE,
	OPTIONS_END,
};

static const struct option_spec emergency_unlock_options[] = {REASON_NEEDED, TICKET, BREAKGLASS_FILE, OPTIONS_END};

#define PERSON                                  \
	TAKES("person", "TEXT", "person", VALUE_TEXT, \
		N_("whose account it is, the same text for all of one person"))

static const struct option_spec user_add_options[] = {
	TAKES("uid", "NUMBER", "uid", VALUE_NUMBER, N_("Unix uid (default: that of the Unix user)")),
	CHOICE("kind", "KIND", "kind", "general|privileged|service", N_("kind of account")),
	TAKES("display", "TEXT", "display", VALUE_TEXT, N_("full name")),
	TAKES("sources", "NETWORKS", "sources", VALUE_TEXT,
		N_("networks that a service account may come from")),
	TAKES("groups", "GROUPS", "groups", VALUE_TEXT,
		N_("groups of the account, with commas between; RADIUS clients go by them")),
	PERSON,
	TAKES("valid-until", "TIME", "valid-until", VALUE_UNTIL, N_("end of validity")),
	FLAG("no-password", NULL, N_("set no password")),
	STDIN,
	TICKET,
	OPTIONS_END,
};

static const struct option_spec user_import_options[] = {
	FLAG("shadow", NULL, N_("take users and hashes from /etc/passwd and /etc/shadow")),
	FLAG("dry-run", NULL, N_("show what would happen and change nothing")),
	TAKES("uid-min", "NUMBER", NULL, VALUE_NUMBER, N_("lowest uid to import (default 1000)")),
	TICKET,
	HIDDEN("passwd-file", "PATH", VALUE_TEXT),
	HIDDEN("shadow-file", "PATH", VALUE_TEXT),
	OPTIONS_END,
};

static const struct option_spec user_list_options[] = {
	FLAG("unix", "unix", N_("every Unix user and what happens at its login")),
	HIDDEN("passwd-file", "PATH", VALUE_TEXT),
	OPTIONS_END,
};

static const struct option_spec user_set_options[] = {
	TAKES("uid", "NUMBER", "uid", VALUE_NUMBER, N_("Unix uid")),
	CHOICE("kind", "KIND", "kind", "general|privileged|service", N_("kind of account")),
	TAKES("display", "TEXT", "display", VALUE_TEXT, N_("full name")),
	TAKES("sources", "NETWORKS", "sources", VALUE_TEXT,
		N_("networks that a service account may come from")),
	TAKES("groups", "GROUPS", "groups", VALUE_TEXT,
		N_("groups of the account, with commas between; RADIUS clients go by them")),
	TAKES("valid-from", "TIME", "valid-from", VALUE_FROM, N_("start of validity")),
	TAKES("valid-until", "TIME", "valid-until", VALUE_UNTIL, N_("end of validity")),
	CHOICE("must-change", "0|1", "must-change", "0|1",
		N_("whether the password must be changed at the next login")),
	CHOICE("shared", "0|1", "shared", "0|1",
		N_("whether several people use it, each by sudo from a login of his own")),
	PERSON,
	REASON,
	TICKET,
	OPTIONS_END,
};

static const struct option_spec reason_options[] = {REASON, TICKET, OPTIONS_END};
static const struct option_spec reason_needed_options[] = {REASON_NEEDED, TICKET, OPTIONS_END};
static const struct option_spec secret_options[] = {STDIN, TICKET, OPTIONS_END};

static const struct option_spec user_exempt_options[] = {
	REASON_NEEDED,
	NEEDS("until", "TIME", "until", VALUE_UNTIL, N_("end of the exemption; required")),
	TAKES("uid", "NUMBER", "uid", VALUE_NUMBER, N_("Unix uid (default: that of the Unix user)")),
	TICKET,
	OPTIONS_END,
};

static const struct option_spec user_refuse_options[] = {
	REASON_NEEDED,
	TAKES("uid", "NUMBER", "uid", VALUE_NUMBER, N_("Unix uid (default: that of the Unix user)")),
	TICKET,
	OPTIONS_END,
};

static const struct option_spec token_add_options[] = {
	TAKES("label", "TEXT", "label", VALUE_TEXT, N_("name of the token, for lists")),
	CHOICE("algorithm", "NAME", "algorithm", "sha1|sha256|sha512", N_("hash (default sha1)")),
	CHOICE("digits", "NUMBER", "digits", "6|8", N_("length of the codes (default 6)")),
	TAKES("step", "SECONDS", "step", VALUE_NUMBER, N_("seconds for which a code stands (default 30)")),
	FLAG("qr", NULL, N_("draw the QR code even if the output is no terminal")),
	FLAG("ascii", NULL, N_("draw the QR code without block characters")),
	FLAG("no-confirm", NULL, N_("do not ask for a code now; see token confirm")),
	STDIN,
	TICKET,
	OPTIONS_END,
};

static const struct option_spec token_confirm_options[] = {
	TAKES("id", "ID", "id", VALUE_NUMBER, N_("which token (default: the newest unconfirmed one)")),
	STDIN,
	TICKET,
	OPTIONS_END,
};

static const struct option_spec grant_add_options[] = {
	TAKES("user", "USER", "user", VALUE_TEXT, N_("the account that gets it")),
	TAKES("group", "GROUP", "group", VALUE_TEXT, N_("the account group whose members get it")),
	NEEDS("until", "TIME", "until", VALUE_UNTIL, N_("end of the grant; required")),
	REASON,
	TICKET,
	OPTIONS_END,
};

static const struct option_spec grant_list_options[] = {
	TAKES("user", "USER", "user", VALUE_TEXT, N_("only those of this account itself")),
	TAKES("place", "PLACE", "place", VALUE_TEXT, N_("only this place")),
	FLAG("all", "all", N_("those that were ended, too")),
	OPTIONS_END,
};

static const struct option_spec duty_done_options[] = {
	NEEDS("reason", "TEXT", "reason", VALUE_TEXT, N_("what was looked at and found; required")),
	TAKES("on", "TIME", "on", VALUE_SINCE, N_("when it was done (default: now)")),
	TICKET,
	OPTIONS_END,
};

static const struct option_spec finding_list_options[] = {
	FLAG("all", "all", N_("those that are closed, too")),
	TAKES("level", "LEVEL", "level", VALUE_NUMBER, N_("only from this level on, 0 to 3")),
	TAKES("since", "TIME", "since", VALUE_SINCE,
		N_("from this time on: 2026-03-01, 2026-03, 2026-03-01T09:00:00+09:00, 2h, yesterday")),
	TAKES("limit", "N", "limit", VALUE_NUMBER, N_("at most so many (default: 1000)")),
	TAKES("after", "NUMBER", "after", VALUE_NUMBER, N_("those that follow this one")),
	OPTIONS_END,
};

static const struct option_spec finding_close_options[] = {
	NEEDS("level", "LEVEL", "level", VALUE_NUMBER,
		N_("what it was: 0 nothing, to 3; required")),
	TAKES("found", "LEVEL", "found", VALUE_NUMBER,
		N_("the level at which you have seen it: refused if it has risen since")),
	REASON_NEEDED,
	TICKET,
	OPTIONS_END,
};

static const struct option_spec review_options[] = {
	TAKES("month", "MONTH", "month", VALUE_TEXT,
		N_("this month, as in 2026-10 (default: the last that has ended)")),
	FLAG("sign", NULL, N_("sign it without being asked anything; needs --note")),
	TAKES("note", "TEXT", NULL, VALUE_TEXT, N_("what was looked at and found, for the log")),
	TAKES("ticket", "TEXT", NULL, VALUE_TEXT, N_("number of the ticket, for the log")),
	TAKES("html", "FILE", NULL, VALUE_TEXT, N_("write a page to print into this new file")),
	STDIN,
	OPTIONS_END,
};

static const struct option_spec session_list_options[] = {
	TAKES("user", "USER", "user", VALUE_TEXT, N_("only this user")),
	OPTIONS_END,
};

static const struct option_spec log_verify_options[] = {
	TAKES("checkpoints", "FILE", NULL, VALUE_TEXT,
		N_("hold it against checkpoints kept elsewhere; FILE may be text of syslog")),
	TAKES("export", "FILE", NULL, VALUE_TEXT,
		N_("check an export (JSON Lines) instead; '-' is standard input")),
	TAKES("backup", "FILE", NULL, VALUE_TEXT,
		N_("check the log within a backup instead (root)")),
	TAKES("public-key", "FILE", NULL, VALUE_TEXT,
		N_("public keys to trust, as 'warifu log key' shows them")),
	FLAG("whole", NULL, N_("the export is said to go to the log's end")),
	OPTIONS_END,
};
static const struct option_spec report_options[] = {
	TAKES("profile", "PROFILE", "profile", VALUE_TEXT,
		N_("of this document (default: of all that are complied with)")),
	TAKES("since", "TIME", "since", VALUE_SINCE,
		N_("proofs from then on (default: the last 12 months)")),
	TAKES("until", "TIME", "until", VALUE_BEFORE, N_("proofs up to then (default: now)")),
	TAKES("html", "FILE", NULL, VALUE_TEXT, N_("a new file: a page to print and sign, on A4")),
	TAKES("xlsx", "FILE", NULL, VALUE_TEXT, N_("a new file: a workbook for spreadsheets")),
	TAKES("csv", "FILE", NULL, VALUE_TEXT, N_("a new file: a row for each criterion")),
	CHOICE("encoding", "ENCODING", NULL, "utf-8|cp932", N_("of CSV (default utf-8)")),
	FLAG("bom", NULL, N_("begin CSV with the mark by which Excel knows UTF-8")),
	TICKET,
	OPTIONS_END,
};

static const struct option_spec log_checkpoints_options[] = {
	TAKES("after", "NUMBER", "after", VALUE_NUMBER, N_("only those behind this number")),
	TAKES("limit", "NUMBER", "limit", VALUE_NUMBER, N_("at most so many")),
	OPTIONS_END,
};
/* Which rows: the same for what is shown and what is exported. */
#define LOG_FILTERS                                                                                \
	TAKES("user", "USER", "user", VALUE_TEXT, N_("only this user")),                           \
		TAKES("from", "ADDRESS", "from", VALUE_TEXT,                                       \
			N_("only this source address or network")),                                \
		TAKES("since", "TIME", "since", VALUE_SINCE,                                       \
			N_("from this time on: 2026-03-01, 2026-03, 2026-03-01T09:00:00+09:00, "   \
			   "2h, yesterday")),                                                      \
		TAKES("until", "TIME", "until", VALUE_BEFORE, N_("up to this time")),              \
		CHOICE("result", "RESULT", "result", "success|failure|unavailable|neutral",        \
			N_("only this result")),                                                   \
		CHOICE("class", "CLASS", "class", "auth|admin|session|finding|system|tombstone",   \
			N_("only rows of this class")),                                            \
		TAKES("service", "SERVICE", "service", VALUE_TEXT, N_("only this service")),       \
		TAKES("host", "HOST", "host", VALUE_TEXT, N_("only this destination host")),       \
		TAKES("event", "EVENT", "event", VALUE_TEXT,                                       \
			N_("only this event; 'session' is session.open as well")),                 \
		TAKES("reason", "REASON", "row-reason", VALUE_TEXT, N_("only this reason")), \
		TAKES("rule", "RULE", "rule", VALUE_TEXT,                                          \
			N_("only this parameter or criterion that decided")),                      \
		TAKES("txn", "ID", "row-txn", VALUE_TEXT, N_("only this transaction")), \
		TAKES("ticket", "TICKET", "row-ticket", VALUE_TEXT, N_("only this ticket")), \
		TAKES("operator", "NAME", "operator", VALUE_TEXT, N_("only what this one did"))

static const struct option_spec log_options[] = {
	LOG_FILTERS,
	TAKES("limit", "NUMBER", NULL, VALUE_NUMBER,
		N_("at most so many rows (default 100, or all with --since)")),
	FLAG("follow", NULL, N_("go on showing new rows until interrupted")),
	TAKES("columns", "NAMES", NULL, VALUE_TEXT,
		N_("show these, as they are called in --json: time,user,rule")),
	FLAG("wide", NULL, N_("show all columns, however wide the terminal is")),
	OPTIONS_END,
};

static const struct option_spec log_export_options[] = {
	LOG_FILTERS,
	CHOICE("format", "FORMAT", "format", "jsonl|csv",
		N_("JSON Lines, which can be verified (default), or CSV for spreadsheets")),
	CHOICE("encoding", "ENCODING", NULL, "utf-8|cp932", N_("of CSV (default utf-8)")),
	FLAG("bom", NULL, N_("begin CSV with the mark by which Excel knows UTF-8")),
	TAKES("output", "FILE", NULL, VALUE_TEXT,
		N_("a new file, for its owner alone; default: standard output")),
	OPTIONS_END,
};

static const struct option_spec log_hold_options[] = {
	TAKES("reason", "TEXT", "reason", VALUE_TEXT, N_("why; without it the hold is shown")),
	TICKET,
	OPTIONS_END,
};

static const struct option_spec why_options[] = {
	FLAG("last", "last",
		N_("the last attempt that did not succeed (the default), "
		   "of that service and address alone")),
	TAKES("service", "SERVICE", "service", VALUE_TEXT,
		N_("without --last: what a login to it would be asked for, instead")),
	TAKES("from", "IP", "from", VALUE_TEXT,
		N_("the same of a login from there; default: the console")),
	OPTIONS_END,
};

static const struct option_spec status_options[] = {
	FLAG("check", NULL, N_("one line and the exit codes of Nagios and Zabbix plug-ins")),
	FLAG("metrics", NULL, N_("figures in the OpenMetrics format")),
	OPTIONS_END,
};

static const struct option_spec doctor_options[] = {
	TAKES("pam-dir", "DIR", NULL, VALUE_TEXT, N_("folder of the PAM services (default /etc/pam.d)")),
	HIDDEN("sshd", "PATH", VALUE_TEXT),
	HIDDEN("sudo", "PATH", VALUE_TEXT),
	OPTIONS_END,
};

static const struct option_spec tune_options[] = {
	TAKES("target", "MILLISECONDS", "target", VALUE_NUMBER, N_("how long one check may take")),
	OPTIONS_END,
};

#define PAM_DIRS                                                                                   \
	TAKES("pam-dir", "DIR", NULL, VALUE_TEXT, N_("folder of the PAM services (default /etc/pam.d)")), \
		HIDDEN("save-dir", "DIR", VALUE_TEXT)

static const struct option_spec pam_install_options[] = {
	FLAG("dry-run", NULL, N_("show the difference and change nothing")),
	TAKES("user", "USER", NULL, VALUE_TEXT, N_("whose login is tried (default: who calls)")),
	FLAG("no-test", NULL, N_("do not try a login first")),
	TAKES("timeout", "DURATION", NULL, VALUE_DURATION,
		N_("roll back after this time (default 10m)")),
	PAM_DIRS,
	HIDDEN("stanza-dir", "DIR", VALUE_TEXT),
	OPTIONS_END,
};

static const struct option_spec pam_remove_options[] = {
	FLAG("all", NULL, N_("out of every service, as before uninstalling")),
	FLAG("dry-run", NULL, N_("show the difference and change nothing")),
	PAM_DIRS,
	OPTIONS_END,
};

static const struct option_spec pam_other_options[] = {PAM_DIRS, OPTIONS_END};

static const struct option_spec pam_rollback_options[] = {
	FLAG("overdue", NULL, N_("all services that were not confirmed in time, or before a restart")),
	PAM_DIRS,
	HIDDEN("wait", "TOKEN", VALUE_TEXT),
	OPTIONS_END,
};

static const struct option_spec policy_impact_options[] = {
	NEEDS("comply", "PROFILES", "comply", VALUE_TEXT,
		N_("the documents, with commas between; required")),
	OPTIONS_END,
};

static const struct option_spec baseline_options[] = {
	TAKES("note", "TEXT", "note", VALUE_TEXT, N_("why it is in order, for the record")),
	TICKET,
	OPTIONS_END,
};

static const struct option_spec backup_list_options[] = {
	FLAG("all", "all", N_("show backups that are gone, too")),
	OPTIONS_END,
};

static const struct option_spec restore_options[] = {
	FLAG("drill", NULL,
		N_("only try it out, beside the daemon: the newest backup, or FILE, the name of "
		   "one in its folder")),
	TAKES("config", "FILE", NULL, VALUE_TEXT, N_("configuration of the daemon")),
	HIDDEN("daemon", "PATH", VALUE_TEXT),
	OPTIONS_END,
};

#define RADIUS_CONFIG                                                                              \
	TAKES("config", "FILE", NULL, VALUE_TEXT, N_("configuration of the daemon")),              \
		HIDDEN("owner", "USER", VALUE_TEXT)

static const struct option_spec radius_client_options[] = {
	TAKES("network", "NETWORKS", NULL, VALUE_TEXT, N_("add: addresses or networks that it comes from")),
	TAKES("certificate", "NAMES", NULL, VALUE_TEXT,
		N_("add: names in its TLS certificate, or its fingerprint: sha256:DIGITS")),
	TAKES("psk-identity", "NAME", NULL, VALUE_TEXT,
		N_("add: over TLS with a key of this name, which is made")),
	CHOICE("profile", "PROFILE", NULL, WF_RADIUS_CHOICES(WF_RADIUS_PROFILES),
		N_("add: what kind of gateway it is")),
	CHOICE("class", "CLASS", NULL, WF_RADIUS_CHOICES(WF_REGISTER_CLASSES),
		N_("add: what is behind it")),
	CHOICE("mode", "MODE", NULL, WF_RADIUS_CHOICES(WF_RADIUS_MODES),
		N_("add: how password and code come")),
	TAKES("separator", "TEXT", NULL, VALUE_TEXT,
		N_("add: what stands between password and code, for --mode separator")),
	CHOICE("message-authenticator", "WORD", NULL, WF_RADIUS_CHOICES(WF_RADIUS_AUTHENTICATORS),
		N_("add: whether its requests must carry one")),
	TAKES("groups", "GROUPS", NULL, VALUE_TEXT, N_("add: groups of which an account must be in one")),
	RADIUS_CONFIG,
	HIDDEN("daemon", "PATH", VALUE_TEXT),
	OPTIONS_END,
};

static const struct option_spec radius_secret_options[] = {
	FLAG("replace", NULL, N_("make a new one in the place of one that is there")),
	FLAG("psk", NULL, N_("make its key for TLS (psk_file), not its shared secret")),
	TAKES("file", "PATH", NULL, VALUE_TEXT,
		N_("the file to make (default: the one that the client's section names)")),
	RADIUS_CONFIG,
	OPTIONS_END,
};

static const struct option_spec radius_test_options[] = {
	TAKES("client", "NAME", "client", VALUE_TEXT,
		N_("send as this client (default: the first that has an address of this machine)")),
	TAKES("server", "ADDRESS", NULL, VALUE_TEXT,
		N_("send it to this listener of the machine: address, and port if it is not 1812")),
	TAKES("owner", "USER", NULL, VALUE_TEXT,
		N_("the user of warifu-radiusd (default: warifu-radius)")),
	STDIN,
	OPTIONS_END,
};

#define USER_COLUMNS "user uid display kind state standing locked factors last-login groups"

static const struct command commands[] = {
	{"init", NULL, {{"USER", NULL, true, NULL}}, init_options, NULL, NULL, NULL,
		ctl_init_dialogue, COMMAND_ROOT,
		N_("set up the first administrator, his token and the emergency sheet"), "init sato"},

	{"user", "add", {USER}, user_add_options, "user.add", NULL, NULL, ctl_user_add, 0,
		N_("add an account"), "user add alice --display \"Alice Arai\""},
	{"user", "import", {{NULL, NULL, false, NULL}}, user_import_options, "user.import", NULL,
		NULL, ctl_user_import, COMMAND_ROOT, N_("take over the Unix users with their passwords"),
		"user import --shadow --dry-run"},
	{"user", "list", {{NULL, NULL, false, NULL}}, user_list_options, "user.list", USER_COLUMNS,
		N_("There are no accounts yet: add one with 'warifu user add' or 'warifu user import'."),
		ctl_user_list, 0, N_("list the accounts"), "user list --unix"},
	{"user", "show", {USER}, NULL, "user.show", NULL, NULL, NULL, COMMAND_VERTICAL,
		N_("show everything about one account"), "user show alice"},
	{"user", "set", {USER}, user_set_options, "user.set", NULL, NULL, NULL, 0,
		N_("change properties of an account"), "user set alice --valid-until 2026-12-31"},
	{"user", "passwd", {USER}, secret_options, "user.passwd", NULL, NULL, ctl_user_passwd, 0,
		N_("set a new password"), "user passwd alice"},
	{"user", "enable", {USER}, reason_options, "user.enable", NULL, NULL, NULL, 0,
		N_("let an account log in again"), "user enable alice"},
	{"user", "disable", {USER}, reason_needed_options, "user.disable", NULL, NULL, NULL, 0,
		N_("refuse an account"), "user disable alice --reason \"on leave\""},
	{"user", "remove", {USER}, reason_needed_options, "user.remove", NULL, NULL, NULL, 0,
		N_("remove an account; its rows in the log stay"),
		"user remove alice --reason \"left the company\""},
	{"user", "exempt", {USER}, user_exempt_options, "user.exempt", NULL, NULL, ctl_user_exempt, 0,
		N_("leave a Unix user to other PAM modules until a date"),
		"user exempt backup --reason \"moves in June\" --until 2026-06-30"},
	{"user", "refuse", {USER}, user_refuse_options, "user.refuse", NULL, NULL, ctl_user_exempt, 0,
		N_("refuse a Unix user for good"), "user refuse games --reason \"never logs in\""},
	{"user", "manage", {USER}, reason_options, "user.manage", NULL, NULL, NULL, 0,
		N_("take an exemption or refusal back"), "user manage backup"},

	{"token", "add", {USER, {"TYPE", "type", false, "totp|hotp|recovery"}},
		token_add_options, "token.add", NULL, NULL, ctl_token_add, 0,
		N_("give an account a token or recovery codes"), "token add alice totp"},
	{"token", "confirm", {USER}, token_confirm_options, "token.confirm", NULL, NULL,
		ctl_token_confirm, 0, N_("make a new token count by a code from it"),
		"token confirm alice"},
	{"token", "list", {USER}, NULL, "token.list",
		"id type label state digits remaining created used",
		N_("This account has no tokens: add one with 'warifu token add'."), NULL, COMMAND_OWN,
		N_("list the tokens of an account"), "token list alice"},
	{"token", "resync", {USER, ID}, secret_options, "token.resync", NULL, NULL, ctl_token_resync,
		0, N_("bring a token back in step by two codes in a row"), "token resync alice 3"},
	{"token", "remove", {USER, ID}, reason_needed_options, "token.remove", NULL, NULL, NULL, COMMAND_OWN,
		N_("remove a token"), "token remove alice 3 --reason \"telephone lost\""},

	{"unlock", NULL, {USER}, reason_needed_options, "unlock", NULL, NULL, NULL, 0,
		N_("open a locked account"), "unlock alice --reason \"called from her own number\""},

	{"grant", "add", {{"PLACE", "place", false, NULL}}, grant_add_options, "grant.add", NULL,
		NULL, NULL, 0, N_("let an account, or a group, use a service or host until a day"),
		"grant add sshd@web1 --user alice --until 2026-12-31"},
	{"grant", "list", {{NULL, NULL, false, NULL}}, grant_list_options, "grant.list",
		"id user group place state until used granted-by", N_("There are no grants."), NULL,
		0, N_("list the grants, with their ends and last uses"), "grant list --user alice"},
	{"grant", "end", {ID}, reason_needed_options, "grant.end", NULL, NULL, NULL, 0,
		N_("end a grant"), "grant end 12 --reason \"project over\""},
	{"duties", NULL, {{NULL, NULL, false, NULL}}, NULL, "duty.list",
		"duty state due done by every rule", NULL, NULL, 0,
		N_("list what the documents want done at intervals, and when it was done"),
		"duties"},
	{"duty", "show", {DUTY}, NULL, "duty.show", NULL, NULL, NULL, COMMAND_VERTICAL,
		N_("show one duty: what to do, who asks for it, and how often"),
		"duty show log-review"},
	{"duty", "done", {DUTY}, duty_done_options, "duty.done", NULL, NULL, NULL, 0,
		N_("record that a duty was done"),
		"duty done leavers --reason \"list of personnel compared, nobody left over\""},
	{"service", "list", {{NULL, NULL, false, NULL}}, NULL, "service.list",
		"service what class data grants held administrator responsible", NULL, NULL, 0,
		N_("list the register of services and hosts"), "service list"},
	{"service", "show", {{"NAME", "name", false, NULL}}, NULL, "service.show", NULL, NULL, NULL,
		COMMAND_VERTICAL, N_("show one service, RADIUS client or host of the register"),
		"service show sshd"},

	{"alert", "list", {{NULL, NULL, false, NULL}}, NULL, "alert.list",
		"way to waiting oldest last-delivered error", NULL, NULL, 0,
		N_("show by which ways people are told of findings, and what waits"), "alert list"},
	{"alert", "test", {{NULL, NULL, false, NULL}}, NULL, "alert.test", "way to result said",
		NULL, NULL, COMMAND_SLOW,
		N_("tell everybody by every way that this is a test, and say what came of it"),
		"alert test"},
	{"finding", "list", {{NULL, NULL, false, NULL}}, finding_list_options, "finding.list",
		"id level last user source rows text",
		N_("Nothing was found that is still open."), NULL, 0,
		N_("list what was found in the log and nobody has decided on yet"),
		"finding list --level 2"},
	{"finding", "show", {ID}, NULL, "finding.show",
		"seq time user source service event result reason detail", NULL, NULL, 0,
		N_("show the rows of the log that a finding is about"), "finding show 1204"},
	{"finding", "close", {ID}, finding_close_options, "finding.close", NULL, NULL, NULL, 0,
		N_("record what a finding was: its level from 0 (nothing) to 3, and why"),
		"finding close 1204 --level 1 --reason \"forgot her password, called\""},
	{"review", NULL, {{NULL, NULL, false, NULL}}, review_options, "review.show", NULL, NULL,
		ctl_review, COMMAND_SLOW,
		N_("go through a month of the log, finding by finding, and sign that"),
		"review --month 2026-10"},
	{"review", "list", {{NULL, NULL, false, NULL}}, NULL, "review.list",
		"month state due findings-open rows signed-by signed-at",
		N_("The log has no month yet."), NULL, COMMAND_SLOW,
		N_("list the months of the log, who has signed each, and what is overdue"),
		"review list"},
	{"session", "list", {{NULL, NULL, false, NULL}}, session_list_options, "session.list",
		"id user service source host machine address opened updated", N_("No session is open."), NULL, 0,
		N_("list the open sessions"), "session list --user alice"},
	{"session", "kill", {ID}, reason_needed_options, "session.kill", NULL, NULL, NULL, 0,
		N_("end a session at a RADIUS client"), "session kill 12 --reason \"laptop stolen\""},

	{"emergency", "show", {{NULL, NULL, false, NULL}}, emergency_options, NULL, NULL, NULL,
		ctl_emergency_show, COMMAND_ROOT, N_("tell how many codes of the emergency sheet are left"),
		"emergency show"},
	{"emergency", "new", {{NULL, NULL, false, NULL}}, emergency_new_options, NULL, NULL, NULL,
		ctl_emergency_new, COMMAND_ROOT, N_("make a new emergency sheet in the place of the old one"),
		"emergency new --codes 20"},
	{"emergency", "report", {{NULL, NULL, false, NULL}}, emergency_options, NULL, NULL, NULL,
		ctl_emergency_report, COMMAND_ROOT, N_("write uses of emergency codes into the log"),
		"emergency report"},
	{"emergency", "unlock", {{NULL, NULL, false, NULL}}, emergency_unlock_options, NULL, NULL, NULL,
		ctl_emergency_unlock, COMMAND_ROOT, N_("open the emergency sheet after ten wrong tries"),
		"emergency unlock --reason \"tried by the night shift\""},

	{"log", NULL, {{NULL, NULL, false, NULL}}, log_options, "log",
		"time result event user source reason service factors class count",
		N_("No row of the log matches."), ctl_log, COMMAND_SLOW, N_("show the log"),
		"log --user alice --since yesterday"},
	{"log", "show", {{"ROW", "seq", false, NULL}}, NULL, "log.show", NULL, NULL, NULL,
		COMMAND_VERTICAL, N_("show one row of the log with all that it says"),
		"log show 1234"},
	{"log", "export", {{NULL, NULL, false, NULL}}, log_export_options, "log.export", NULL, NULL,
		ctl_log_export, COMMAND_SLOW, N_("write rows of the log to a file"),
		"log export --format csv --bom --since 2026-10 --until 2026-10 --output october.csv"},
	{"log", "verify", {{NULL, NULL, false, NULL}}, log_verify_options, "log.verify", NULL, NULL,
		ctl_log_verify, COMMAND_SLOW | COMMAND_VERTICAL,
		N_("check that no row was lost, added or changed"),
		"log verify --checkpoints /var/log/auth.log"},
	{"log", "key", {{NULL, NULL, false, NULL}}, NULL, "log.key",
		"fingerprint current since since-seq checkpoints", NULL, ctl_log_key, 0,
		N_("show the public keys that the log's checkpoints are signed with"),
		"log key"},
	{"log", "checkpoints", {{NULL, NULL, false, NULL}}, log_checkpoints_options,
		"log.checkpoints", "number time seq reason generation key",
		N_("There are no checkpoints yet."), NULL, 0,
		N_("show the signed checkpoints of the log"), "log checkpoints --json"},
	{"log", "retention", {{NULL, NULL, false, NULL}}, NULL, "log.retention",
		"month state rows expires removed", N_("The log has no rows yet."), NULL,
		0, N_("show how long rows are kept, what has gone, and what goes next"),
		"log retention"},
	{"log", "streams", {{NULL, NULL, false, NULL}}, NULL, "log.streams",
		"stream backlog oldest error",
		N_("The log goes nowhere else: there is no section 'stream' in warifu.conf."),
		NULL, 0,
		N_("show how far each receiver of the log is behind, and why"), "log streams"},
	{"log", "hold", {{NULL, NULL, false, NULL}}, log_hold_options, "log.hold", NULL, NULL,
		ctl_log_hold, 0, N_("keep all of the log until further notice, or show who does"),
		"log hold --reason \"incident 7\" --ticket INC-7"},
	{"log", "held", {{NULL, NULL, false, NULL}}, NULL, "log.held", NULL, NULL, NULL,
		COMMAND_HIDDEN | COMMAND_VERTICAL, N_("show who holds the log"), "log held"},
	{"log", "release", {{NULL, NULL, false, NULL}}, reason_needed_options, "log.release", NULL,
		NULL, NULL, 0, N_("let old months of the log go again"),
		"log release --reason \"incident 7 is closed\""},
	{"why", NULL, {USER}, why_options, "why",
		"time user source service zone result reason factors rule criterion origin "
		"explanation advice",
		N_("No attempt of this user was refused."), NULL, COMMAND_VERTICAL,
		N_("explain why the last attempt was refused, or what one would be asked for"),
		"why alice --service sshd --from 192.0.2.7"},

	{"status", NULL, {{NULL, NULL, false, NULL}}, status_options, "status", NULL, NULL, ctl_status,
		COMMAND_VERTICAL, N_("how the daemon is doing"), "status --check"},
	{"doctor", NULL, {{NULL, NULL, false, NULL}}, doctor_options, "doctor", NULL, NULL, ctl_doctor,
		COMMAND_SLOW, N_("look for what is wrong or unsafe"), "doctor"},
	{"tune", NULL, {{NULL, NULL, false, NULL}}, tune_options, "tune", NULL,
		N_("The daemon measured nothing."), NULL, COMMAND_SLOW,
		N_("measure this machine and propose a cost for passwords"), "tune"},

	{"pam", "install", {{"SERVICE", NULL, false, NULL}}, pam_install_options, NULL, NULL, NULL,
		ctl_pam_install, COMMAND_ROOT, N_("put Warifu into the login of a PAM service"),
		"pam install sshd --dry-run"},
	{"pam", "confirm", {{"SERVICE", NULL, false, NULL}}, pam_other_options, NULL, NULL, NULL,
		ctl_pam_confirm, COMMAND_ROOT, N_("keep what pam install did; from a second login"),
		"pam confirm sshd"},
	{"pam", "remove", {{"SERVICE", NULL, true, NULL}}, pam_remove_options, NULL, NULL, NULL,
		ctl_pam_remove, COMMAND_ROOT, N_("take Warifu out of a PAM service, or out of all"),
		"pam remove sshd"},
	{"pam", "list", {{NULL, NULL, false, NULL}}, pam_other_options, NULL, NULL,
		N_("No PAM service uses Warifu."), ctl_pam_list, 0, N_("list the PAM services with Warifu"),
		"pam list"},
	{"pam", "rollback", {{"SERVICE", NULL, true, NULL}}, pam_rollback_options, NULL, NULL, NULL,
		ctl_pam_rollback, COMMAND_ROOT, N_("undo a pam install that was not confirmed"),
		"pam rollback sshd"},

	{"radius", "client", {{"ACTION", NULL, false, "list|add|show"}, {"NAME", NULL, true, NULL}},
		radius_client_options, NULL, NULL, NULL, ctl_radius_client, 0,
		N_("list the RADIUS clients, add one, or show one with where its values come from"),
		"radius client add vpn1 --network 192.0.2.1 --profile fortigate"},
	{"radius", "secret", {{"NAME", NULL, false, NULL}}, radius_secret_options, NULL, NULL, NULL,
		ctl_radius_secret, COMMAND_ROOT, N_("make the shared secret of a RADIUS client, or its key for TLS, and show it once"),
		"radius secret vpn1 --replace"},
	{"radius", "test", {{"USER", NULL, false, NULL}}, radius_test_options, "radius.test", NULL, NULL,
		ctl_radius_test, 0, N_("log in through the RADIUS server, and show each step"),
		"radius test alice --client local"},
	{"radius", "stats", {{"CLIENT", "client", true, NULL}}, NULL, "radius.stats", "client counter value",
		N_("The RADIUS server has counted nothing yet."), NULL, 0,
		N_("show what the RADIUS server has counted since it started"), "radius stats vpn1"},

	{"report", NULL, {{NULL, NULL, false, NULL}}, report_options, "report", NULL, NULL,
		ctl_report, COMMAND_SLOW,
		N_("show how each criterion of a document stands, and by what that is shown"),
		"report --profile scs4 --html report.html --xlsx report.xlsx"},
	{"policy", "profiles", {{NULL, NULL, false, NULL}}, NULL, "policy.profiles",
		"profile title criteria enforced evidenced reported outside not-yet complied",
		N_("There are no profiles."), NULL, 0,
		N_("list the documents, and how much of each is dealt with today"),
		"policy profiles"},
	{"policy", "show", {{NULL, NULL, false, NULL}}, policy_show_options, "policy.show",
		"parameter for guard today criterion value", NULL, ctl_policy_show, 0,
		N_("show what holds, and by which criterion"), "policy show --origin"},
	{"policy", "why", {{"PARAMETER", "parameter", false, NULL}}, NULL, "policy.why",
		"profile criterion force for guard verdict value note", NULL, NULL, 0,
		N_("show what each document asks for"), "policy why lock.threshold"},
	{"policy", "diff", {{"FIRST", "first", false, NULL}, {"SECOND", "second", false, NULL}},
		NULL, "policy.diff", NULL, N_("They ask for the same."), NULL, 0,
		N_("show where two profiles differ"), "policy diff scs3 scs4"},
	{"policy", "check", {{NULL, NULL, false, NULL}}, policy_check_options, "policy.check",
		"parameter for guard verdict criterion force in-force value", NULL, NULL, 0,
		N_("compare what is in force with what documents ask for"),
		"policy check --against isac1"},
	{"policy", "impact", {{NULL, NULL, false, NULL}}, policy_impact_options, "policy.impact",
		"what who for count today then criterion text", N_("Nothing would change."), NULL,
		COMMAND_SLOW,
		N_("show who would be affected if other documents were complied with"),
		"policy impact --comply \"scs4,kubota\""},

	{"key", "rotate", {{NULL, NULL, false, NULL}}, reason_options, "key.rotate", NULL, NULL, NULL,
		COMMAND_SLOW | COMMAND_VERTICAL, N_("make a new key and seal all secrets with it"),
		"key rotate"},
	{"clock", "accept", {{NULL, NULL, false, NULL}}, reason_needed_options, "clock.accept", NULL,
		NULL, NULL, 0, N_("trust the clock again after a jump"),
		"clock accept --reason \"battery replaced, time checked\""},
	{"leaks", "check", {{"FILE", NULL, false, NULL}}, NULL, NULL, NULL, NULL, ctl_leaks_check, 0,
		N_("read a whole list of leaked passwords and say whether it is in order"),
		"leaks check pwned-passwords-sha1.txt"},
	{"backup", NULL, {{"FILE", NULL, true, NULL}}, NULL, "backup.make", NULL, NULL, ctl_backup,
		COMMAND_SLOW, N_("write an encrypted backup of the store"),
		"backup /media/usb/warifu.backup"},
	{"backup", "list", {{NULL, NULL, false, NULL}}, backup_list_options, "backup.list",
		"name time checked here second", N_("There is no backup yet."), NULL, 0,
		N_("list the backups that were made, and where they are"), "backup list"},
	{"restore", NULL, {{"FILE", NULL, true, NULL}}, restore_options, NULL, NULL, NULL,
		ctl_restore, COMMAND_ROOT, N_("put a backup back; the daemon must be stopped"),
		"restore /media/usb/warifu.backup"},
	{"config", "export", {{NULL, NULL, false, NULL}}, NULL, "config.export", "setting value",
		NULL, ctl_config_export, 0,
		N_("print each setting that is in effect, and their SHA-256"), "config export"},
	{"config", "baseline", {{NULL, NULL, false, NULL}}, baseline_options, "config.baseline",
		NULL, NULL, NULL, 0, N_("approve the configuration as it is now"),
		"config baseline --note \"change 1234, seen by both\""},
	{"config", "drift", {{NULL, NULL, false, NULL}}, NULL, "config.drift",
		"setting baseline value since row", N_("All is as approved."), NULL,
		COMMAND_LISTS, N_("list the settings that are not as they were approved"),
		"config drift"},
	{"reload", NULL, {{NULL, NULL, false, NULL}}, NULL, "reload", NULL, NULL, NULL, 0,
		N_("read the configuration again"), "reload"},
	{"completion", NULL, {{"SHELL", NULL, false, "bash|zsh|mdoc"}}, NULL, NULL, NULL, NULL,
		ctl_completion, 0, N_("print a completion script for a shell"), "completion bash"},
};

const struct command *
command_table(size_t *count_r)
{
	*count_r = ENTRIES(commands);
	return commands;
}

static bool
same_sub(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

const struct command *
command_find(const char *name, const char *sub)
{
	for (size_t i = 0; i < ENTRIES(commands); i++) {
		if (strcmp(commands[i].name, name) == 0 && same_sub(commands[i].sub, sub))
			return &commands[i];
	}
	return NULL;
}

bool
command_name_known(const char *name)
{
	for (size_t i = 0; i < ENTRIES(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return true;
	}
	return false;
}

const struct option_spec *
command_common_options(void)
{
	return common_options;
}

static const struct option_spec *
find_in(const struct option_spec *options, const char *name, size_t len)
{
	for (; options != NULL && options->name != NULL; options++) {
		if (strlen(options->name) == len && strncmp(options->name, name, len) == 0)
			return options;
	}
	return NULL;
}

const struct option_spec *
command_option_find(const struct command *command, const char *name, size_t len)
{
	const struct option_spec *found = find_in(command->options, name, len);

	return found != NULL ? found : find_in(common_options, name, len);
}
