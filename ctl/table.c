/* Tables as they come from the daemon, and the words of their columns and cells for people. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/fault.h"
#include "common/i18n.h"
#include "common/secret.h"
#include "ctl/table.h"
#include "ctl/text.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name;
	enum cell_type type;
} types[] = {{"number", CELL_NUMBER}, {"bool", CELL_BOOL}, {"time", CELL_TIME}};

/* What a column is called in a header; a column without an entry shows its own name. */
static const struct {
	const char *name;
	const char *title;
} titles[] = {
	{"about", N_("About")},
	{"accepted", N_("Accepted")},
	{"accounts", N_("Accounts")},
	{"action", N_("Action")},
	{"address", N_("Address")},
	{"approver", N_("Approved by")},
	{"administrator", N_("Administrator")},
	{"advice", N_("What to do")},
	{"age-seconds", N_("Age (s)")},
	{"alerts-waiting", N_("Alerts that wait")},
	{"asks", N_("Asks for")},
	{"audit-rows", N_("Rows of the log")},
	{"backlog", N_("Rows that wait")},
	{"backup", N_("Last backup")},
	{"backup-every", N_("Seconds between backups")},
	{"baseline", N_("As approved")},
	{"breakglass-file", N_("Emergency file")},
	{"by", N_("By")},
	{"bytes", N_("Bytes")},
	{"change-rule", N_("Change asked for by")},
	{"checked", N_("Read back")},
	{"checkpoints", N_("Checkpoints")},
	{"class", N_("Class")},
	{"client", N_("Client")},
	{"client-mode", N_("Mode")},
	{"clock", N_("Clock")},
	{"clock-synchronised", N_("Clock synchronised")},
	{"closed", N_("Closed")},
	{"closed-by", N_("Closed by")},
	{"code", N_("Code")},
	{"complete", N_("Counted to the end")},
	{"complied", N_("Complied with")},
	{"config-approved", N_("Configuration approved")},
	{"config-differ", N_("Settings not as approved")},
	{"config-file", N_("Configuration")},
	{"config-sha256", N_("SHA-256 of the configuration")},
	{"connections", N_("Connections")},
	{"count", N_("Count")},
	{"counted", N_("Rows counted")},
	{"created", N_("Created")},
	{"criteria", N_("Criteria")},
	{"criterion", N_("Criterion")},
	{"current", N_("In use")},
	{"data", N_("Data")},
	{"day", N_("Day")},
	{"days", N_("Days")},
	{"damaged", N_("Rows that cannot be read")},
	{"deadline", N_("Rolls back")},
	{"decided", N_("Decided")},
	{"delivered", N_("Delivered up to row")},
	{"digits", N_("Digits")},
	{"description", N_("Description")},
	{"detail", N_("Details")},
	{"disabled", N_("Disabled since")},
	{"disk-free", N_("Free disk space")},
	{"display", N_("Name")},
	{"document", N_("Document")},
	{"done", N_("Done")},
	{"draft", N_("Draft")},
	{"drift", N_("Drift")},
	{"due", N_("Due")},
	{"duties-overdue", N_("Duties overdue")},
	{"duty", N_("Duty")},
	{"edition", N_("Edition")},
	{"enforced", N_("Enforced")},
	{"error", N_("Why it waits")},
	{"event", N_("Event")},
	{"every", N_("Every")},
	{"expired-rows", N_("Rows that have expired")},
	{"evidenced", N_("Evidenced")},
	{"expires", N_("Goes after")},
	{"explanation", N_("Explanation")},
	{"factors", N_("Factors")},
	{"failure", N_("Failed")},
	{"failures", N_("Wrong answers")},
	{"fault", N_("Fault")},
	{"findings", N_("Findings that are open")},
	{"findings-level", N_("Their highest level")},
	{"findings-open", N_("Findings that are open")},
	{"fingerprint", N_("Fingerprint")},
	{"first", N_("First")},
	{"first-seq", N_("First row")},
	{"for", N_("For")},
	{"force", N_("Force")},
	{"foreign", N_("Checkpoints of other logs")},
	{"generation", N_("Generation")},
	{"good-seq", N_("Last good row")},
	{"good-time", N_("Its time")},
	{"granted-by", N_("Granted by")},
	{"grants", N_("Grants")},
	{"group", N_("Group")},
	{"groups", N_("Groups")},
	{"guard", N_("Guard")},
	{"hash", N_("Hash of the chain")},
	{"head", N_("Head of the chain")},
	{"held", N_("Held")},
	{"here", N_("Here")},
	{"host", N_("Host")},
	{"how", N_("Begins with")},
	{"id", N_("ID")},
	{"idle-lock", N_("Longest idle time (s)")},
	{"in-force", N_("In force")},
	{"initialised", N_("Set up")},
	{"key", N_("Key")},
	{"key-file", N_("Key file")},
	{"key-fingerprint", N_("Fingerprint of the key")},
	{"key-id", N_("Number of the key")},
	{"kind", N_("Kind")},
	{"kinds", N_("Kinds")},
	{"label", N_("Label")},
	{"lane", N_("Counter")},
	{"lanes", N_("Lanes")},
	{"last", N_("Last")},
	{"last-delivered", N_("Last delivered")},
	{"last-login", N_("Last login")},
	{"last-seq", N_("Last row")},
	{"level", N_("Level")},
	{"line", N_("Line")},
	{"lock-lane", N_("Locked by")},
	{"locked", N_("Locked")},
	{"locked-strangers", N_("Locked for strangers")},
	{"locked-until", N_("Locked until")},
	{"log-hold", N_("Log held because")},
	{"log-since", N_("Log kept since")},
	{"machine", N_("Machine")},
	{"memory", N_("Memory (KiB)")},
	{"message", N_("Message")},
	{"message-authenticator", N_("Message-Authenticator")},
	{"mode", N_("Mode")},
	{"month", N_("Month")},
	{"ms", N_("Milliseconds")},
	{"must-change", N_("Must change the password")},
	{"name", N_("Item")},
	{"node", N_("Node")},
	{"not-yet", N_("Not yet")},
	{"note", N_("Note")},
	{"number", N_("Number")},
	{"octets-in", N_("Octets in")},
	{"octets-out", N_("Octets out")},
	{"ok", N_("In order")},
	{"oldest", N_("Waiting since")},
	{"on-hold", N_("On hold")},
	{"open", N_("Logins under way")},
	{"opened", N_("Opened")},
	{"operator", N_("Operator")},
	{"own", N_("Own act")},
	{"option", N_("Option")},
	{"own-acts", N_("Own administrative acts")},
	{"origin", N_("Written in")},
	{"other", N_("Other")},
	{"outside", N_("Outside")},
	{"parameter", N_("Parameter")},
	{"passes", N_("Passes")},
	{"password-checked", N_("Password checked")},
	{"password-set", N_("Password set")},
	{"path", N_("File")},
	{"per-second", N_("Per second")},
	{"person", N_("Person")},
	{"pid", N_("Process")},
	{"place", N_("Place")},
	{"problem", N_("Problem")},
	{"problem-seq", N_("At row")},
	{"problem-time", N_("At")},
	{"profile", N_("Profile")},
	{"proof", N_("Proved by")},
	{"proposed", N_("Proposed")},
	{"psk-file", N_("File of the key")},
	{"queue", N_("Waiting jobs")},
	{"rate", N_("Requests a second")},
	{"refused", N_("Refused unevaluated")},
	{"ready-after-ms", N_("Ready after (ms)")},
	{"reason", N_("Reason")},
	{"recovery-point-met", N_("Young enough")},
	{"recovery-time-met", N_("Quick enough")},
	{"refused-early", N_("Refused unevaluated")},
	{"rejected", N_("Rejected")},
	{"remaining", N_("Codes left")},
	{"removed", N_("Removed")},
	{"reported", N_("Reported")},
	{"resealed", N_("Secrets sealed anew")},
	{"reserve-used", N_("Reserve of the lock used")},
	{"responsible", N_("Responsible")},
	{"restores", N_("Restores")},
	{"result", N_("Result")},
	{"reviewed", N_("Reviewed")},
	{"rows", N_("Rows")},
	{"rule", N_("Rule")},
	{"rules-off", N_("Rules switched off")},
	{"said", N_("Said")},
	{"scope", N_("Who may be granted")},
	{"second", N_("Second")},
	{"second-backup", N_("Last backup in the second folder")},
	{"secret", N_("Secret")},
	{"secret-file", N_("File of the secret")},
	{"seq", N_("Row")},
	{"service", N_("Service")},
	{"session-timeout", N_("Longest session (s)")},
	{"sha256", N_("SHA-256")},
	{"shared", N_("Shared")},
	{"signed-row", N_("Row of the sign-off")},
	{"signed-by", N_("Signed by")},
	{"signed-at", N_("Signed")},
	{"signed", N_("Sign-offs")},
	{"setting", N_("Setting")},
	{"since", N_("Since")},
	{"since-seq", N_("Since row")},
	{"source", N_("Source")},
	{"sources", N_("Allowed sources")},
	{"standing", N_("Standing")},
	{"standing-until", N_("Standing until")},
	{"started", N_("Started")},
	{"state", N_("State")},
	{"state-dir", N_("Folder of the store")},
	{"step", N_("Step")},
	{"store", N_("Store")},
	{"stream", N_("Stream")},
	{"success", N_("Succeeded")},
	{"streams-late", N_("Streams that wait for long")},
	{"superseded", N_("Made void by a restore")},
	{"taken", N_("Taken")},
	{"text", N_("Finding")},
	{"then", N_("Then")},
	{"time", N_("Time")},
	{"ticket", N_("Ticket")},
	{"timeout-ms", N_("Timeout (ms)")},
	{"title", N_("Title")},
	{"to", N_("To")},
	{"today", N_("Today")},
	{"tombstone", N_("Tombstone")},
	{"transport", N_("Transport")},
	{"txn", N_("Transaction")},
	{"type", N_("Type")},
	{"uid", N_("UID")},
	{"unavailable", N_("Could not tell")},
	{"unchanged", N_("As it was signed")},
	{"until", N_("Until")},
	{"updated", N_("Last heard of")},
	{"used", N_("Last used")},
	{"user", N_("User")},
	{"valid-from", N_("Valid from")},
	{"valid-until", N_("Valid until")},
	{"value", N_("Value")},
	{"verdict", N_("Verdict")},
	{"version", N_("Version")},
	{"waiting", N_("Waiting")},
	{"was-locked", N_("Was locked")},
	{"way", N_("Way")},
	{"what", N_("What it is")},
	{"who", N_("Who")},
	{"why", N_("Why")},
	{"zone", N_("Zone")},
};

/* Words of the daemon that people see translated, in these columns only. */
static const char word_columns[] =
	"kind|state|standing|result|level|type|action|clock|mode|class|lane|name|secret|"
	"today|verdict|for|force|guard|what|data|grants";
static const char *const words[] = {
	N_("account"), N_("accounts"), N_("active"), N_("added"), N_("admin"), N_("auth"),
	N_("backup"), N_("bad"), N_("clock"), N_("configuration"),
	N_("confirmed"), N_("critical"), N_("daemon"), N_("disabled"), N_("disk"),
	N_("emergency file"), N_("enabled"), N_("enforce"), N_("entropy"), N_("exempt"),
	N_("exists"), N_("factors"), N_("failure"), N_("finding"), N_("general"), N_("import"), N_("installed"),
	N_("key file"), N_("keys"), N_("managed"), N_("mode"), N_("neutral"), N_("observe"),
	N_("ok"), N_("password"), N_("pending"), N_("possession"), N_("privileged"),
	N_("RADIUS clients"), N_("RADIUS secrets"), N_("RADIUS server"),
	N_("recovery"), N_("recovery codes"), N_("refused"), N_("resync"), N_("service"), N_("services"),
	N_("session"), N_("skip"), N_("source"), N_("state folder"), N_("store"), N_("success"),
	N_("suspect"), N_("system"), N_("tombstone"), N_("unavailable"), N_("void"), N_("warn"),
	N_("warning"), N_("workers"),
	/* the register and grants */
	N_("client"), N_("ended"), N_("expired"), N_("holds"), N_("host"), N_("required"),
	N_("unclassified"), N_("grants"),
	/* findings, duties */
	N_("closed"), N_("done"), N_("due"), N_("open"), N_("overdue"),
	/* alerts */
	N_("alerts"), N_("failed"),
	/* what a login would be asked for, and what doctor looks at */
	N_("asked"), N_("not-asked"), N_("dictionary"), N_("leaked passwords"), N_("other servers"),
	N_("RADIUS certificates"), N_("relay certificates"), N_("relays"), N_("restore"),
	N_("second backup"), N_("names"), N_("persons"), N_("entry"), N_("streams"),
	N_("checkpoints"), N_("detection"), N_("baseline"), N_("duties"), N_("shells"),
	/* what other documents would change */
	N_("default-id"), N_("forbidden-name"), N_("no-second-factor"), N_("password-classes"),
	N_("password-old"), N_("password-short"), N_("password-unknown"), N_("setting"),
	N_("start"),
	/* how it stands with what documents ask for */
	N_("advice"), N_("advice followed"), N_("all"), N_("default"), N_("deviation"),
	N_("enforced"), N_("general, privileged"), N_("general, service"), N_("local"), N_("lock"),
	N_("lock, none"), N_("met"), N_("mfa"), N_("mfa, lock"), N_("must"), N_("must-not"),
	N_("none"), N_("not in force"), N_("not yet"), N_("optional"), N_("partly"),
	N_("privileged, service"), N_("recommended"), N_("sample"), N_("unsettled"),
	N_("where-possible"),
	/* a report */
	N_("contradicts"), N_("exceptions"), N_("figures"), N_("met with exceptions"), N_("no data"),
	N_("not met"), N_("not shown"), N_("outside"), N_("shown"), N_("supports"),
	/* months of the log, and their reviews */
	N_("idle"), N_("never"), N_("partly-expired"), N_("signed"), N_("unsigned"),
	N_("whole"),
	N_("being-removed"), N_("log"), N_("removed"), N_("sealed"), N_("written"),
	/* how it stands with the secret of a RADIUS client */
	N_("empty"), N_("irregular"), N_("long"), N_("missing"), N_("old"), N_("owner"), N_("readable"), N_("short"), N_("unseen"),
};

void
table_init(struct table *table)
{
	memset(table, 0, sizeof(*table));
}

static void
free_cell(char *cell)
{
	if (cell == NULL)
		return;
	wf_wipe(cell, strlen(cell));
	free(cell);
}

void
table_clear(struct table *table)
{
	for (size_t i = 0; i < table->nrows * table->ncolumns; i++)
		free_cell(table->cells[i]);
	free(table->cells);
	table_init(table);
}

static bool
column_type(const char *colon, enum cell_type *type_r)
{
	if (colon == NULL) {
		*type_r = CELL_TEXT;
		return true;
	}
	for (size_t i = 0; i < ENTRIES(types); i++) {
		if (strcmp(types[i].name, colon + 1) == 0) {
			*type_r = types[i].type;
			return true;
		}
	}
	return false;
}

wf_status
table_add_column(struct table *table, const char *spec)
{
	const char *colon = strchr(spec, ':');
	size_t len = colon != NULL ? (size_t)(colon - spec) : strlen(spec);
	struct table_column *column = &table->columns[table->ncolumns];
	enum cell_type type;

	if (table->nrows > 0 || table->ncolumns == TABLE_COLUMNS_MAX)
		return WF_FULL;
	if (len == 0 || len > TABLE_NAME_MAX || !column_type(colon, &type))
		return WF_INVALID;
	memcpy(column->name, spec, len);
	column->name[len] = '\0';
	column->type = type;
	table->ncolumns++;
	return WF_OK;
}

static wf_status
copy_cells(const char *const *cells, size_t n, char **row_r)
{
	for (size_t i = 0; i < n; i++) {
		row_r[i] = wf_fault(WF_FAULT_ALLOC) ? NULL : strdup(cells[i] != NULL ? cells[i] : "");
		if (row_r[i] != NULL)
			continue;
		while (i > 0)
			free_cell(row_r[--i]);
		return WF_NO_MEMORY;
	}
	return WF_OK;
}

static wf_status
make_room(struct table *table)
{
	size_t capacity = table->capacity == 0 ? 16 : table->capacity * 2;
	char **cells;

	if (table->nrows < table->capacity)
		return WF_OK;
	cells = wf_fault(WF_FAULT_ALLOC) ? NULL : reallocarray(table->cells, capacity, table->ncolumns * sizeof(*cells));
	if (cells == NULL)
		return WF_NO_MEMORY;
	table->cells = cells;
	table->capacity = capacity;
	return WF_OK;
}

wf_status
table_add_row(struct table *table, const char *const *cells, size_t n)
{
	wf_status status;

	if (n == 0 || n != table->ncolumns)
		return WF_INVALID;
	if (make_room(table) != WF_OK)
		return WF_NO_MEMORY;
	status = copy_cells(cells, n, table->cells + table->nrows * table->ncolumns);
	if (status == WF_OK)
		table->nrows++;
	return status;
}

wf_status
table_append(struct table *to, const struct table *from)
{
	wf_status status = WF_OK;

	if (to->ncolumns == 0) {
		memcpy(to->columns, from->columns, sizeof(to->columns));
		to->ncolumns = from->ncolumns;
	}
	for (size_t row = 0; status == WF_OK && row < from->nrows; row++)
		status = table_add_row(to,
			(const char *const *)(from->cells + row * from->ncolumns), from->ncolumns);
	return status;
}

wf_status
table_replace_row(struct table *table, size_t row, const char *const *cells, size_t n)
{
	char *fresh[TABLE_COLUMNS_MAX];
	char **old = table->cells + row * table->ncolumns;

	if (row >= table->nrows || n != table->ncolumns)
		return WF_INVALID;
	if (copy_cells(cells, n, fresh) != WF_OK)
		return WF_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		free_cell(old[i]);
		old[i] = fresh[i];
	}
	return WF_OK;
}

void
table_drop_last(struct table *table)
{
	char **row;

	if (table->nrows == 0)
		return;
	row = table->cells + --table->nrows * table->ncolumns;
	for (size_t i = 0; i < table->ncolumns; i++)
		free_cell(row[i]);
}

int
table_column(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->ncolumns; i++) {
		if (strcmp(table->columns[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

const char *
table_cell(const struct table *table, size_t row, const char *name)
{
	int column = table_column(table, name);

	if (column < 0 || row >= table->nrows)
		return "";
	return table->cells[row * table->ncolumns + (size_t)column];
}

const char *
table_title(const char *column)
{
	for (size_t i = 0; i < ENTRIES(titles); i++) {
		if (strcmp(titles[i].name, column) == 0)
			return _(titles[i].title);
	}
	return column;
}

const char *
table_word(const char *column, const char *cell)
{
	if (!text_is_choice(word_columns, column))
		return cell;
	for (size_t i = 0; i < ENTRIES(words); i++) {
		if (strcmp(words[i], cell) == 0)
			return _(words[i]);
	}
	return cell;
}
