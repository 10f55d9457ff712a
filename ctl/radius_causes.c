/* Causes of silence. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "ctl/radius_causes.h"
#include "radius/stats.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))

struct cause {
	const char *name, *text;
};

static const struct cause not_running = {"not-running",
	N_("nobody listens there: start the server (systemctl start warifu-radiusd), or see "
	   "'listen' in section 'radius' of warifu.conf for where it listens")};
static const struct cause not_connected = {"not-connected",
	N_("warifu-radiusd is not connected to warifud: see 'systemctl status warifu-radiusd'")};
static const struct cause secret = {"secret",
	N_("the secret in the file and the one that the server has read differ: 'systemctl reload "
	   "warifu-radiusd', or see where the client's secret_file is written")};
static const struct cause unsigned_reply = {"unsigned-reply",
	N_("what answers there sends no Message-Authenticator; warifu-radiusd always does")};
static const struct cause not_arrived = {"not-arrived",
	N_("the server's counters say that nothing arrived: see its address and port, and packet "
	   "filters between")};
static const struct cause under_way = {"under-way",
	N_("the request arrived, and its answer is late: see 'warifu status' and the daemon's "
	   "log")};

/* What a counter of the server that has grown since means. */
static const struct {
	size_t counter;
	bool of_all; /* not of the client: nobody knows whose it was */
	struct cause cause;
} grown[] = {
	{STATS_PROTECTION + PROTECTION_WRONG, false, {"secret", NULL}},
	{STATS_UNKNOWN_CLIENT, true,
		{"unknown-client",
			N_("the server knows no client of this address: it has not read the "
			   "section yet (systemctl reload warifu-radiusd)")}},
	{STATS_CLEAR, false,
		{"clear",
			N_("the client is outside of 'zone.internal', and what is complied with "
			   "wants it encrypted: let it come over TLS")}},
	{STATS_RATE, false,
		{"rate", N_("the client's 'rate' is used up: others ask in its name")}},
	{STATS_QUEUE_FULL, false, {"overload", N_("the server has more to do than it can")}},
	{STATS_CACHE_FULL, false, {"overload", N_("the server has more to do than it can")}},
	{STATS_LATE, false,
		{"late",
			N_("the daemon took longer than the client's 'timeout': see 'warifu "
			   "status', and 'warifu tune' for the cost of passwords")}},
	{STATS_LOST, false,
		{"not-connected", N_("warifu-radiusd has lost warifud: see 'systemctl status "
				     "warifud'")}},
	{STATS_UNAVAILABLE, false,
		{"unavailable", N_("the daemon could not tell: its log and 'warifu why' have the "
				   "cause")}},
	{STATS_RULE, false,
		{"request", N_("the server did not take the request's form: see its log")}},
	{STATS_INTERNAL, false, {"internal", N_("the server failed: see its log")}},
};

/* What to look at when nothing is known, in this order. */
static const struct cause unknown[] = {
	{"not-running", N_("does the server run? systemctl status warifu-radiusd")},
	{"port", N_("does it listen there? See 'listen' in section 'radius', and packet filters")},
	{"secret", N_("does it have this secret? systemctl reload warifu-radiusd")},
	{"unknown-client", N_("does it know this client's address? Its log says so, once an hour")},
};

void
causes_init(struct causes *causes_r, struct ctl *ctl, const char *client)
{
	struct ask ask;

	*causes_r = (struct causes){.ctl = ctl, .client = client};
	if (client == NULL)
		return;
	ask_init(&ask, "radius.stats");
	ask_daemon(ctl, &ask, &causes_r->before);
}

void
causes_clear(struct causes *causes)
{
	answer_clear(&causes->before);
}

static unsigned long long
value_of(const struct table *table, const char *client, const char *counter)
{
	for (size_t row = 0; row < table->nrows; row++)
		if (strcmp(table_cell(table, row, "client"), client) == 0 &&
			strcmp(table_cell(table, row, "counter"), counter) == 0)
			return strtoull(table_cell(table, row, "value"), NULL, 10);
	return 0;
}

static bool
has_grown(const struct causes *causes, const struct answer *now, const char *client, size_t counter)
{
	return value_of(&now->table, client, stats_name(counter)) >
	       value_of(&causes->before.table, client, stats_name(counter));
}

static size_t
tell(struct steps *steps, const struct cause *cause)
{
	steps_add(steps, STEP_CAUSE, cause->name, _(cause->text));
	return 1;
}

static size_t
tell_counters(const struct causes *causes, const struct answer *now, struct steps *steps)
{
	size_t told = 0;

	for (size_t i = 0; i < ENTRIES(grown); i++) {
		const struct cause *cause = &grown[i].cause;

		if (has_grown(causes, now, grown[i].of_all ? "" : causes->client, grown[i].counter))
			told += tell(steps, cause->text != NULL ? cause : &secret);
	}
	if (told > 0)
		return told;
	return tell(steps, has_grown(causes, now, causes->client, STATS_REQUESTS) ? &under_way
										   : &not_arrived);
}

static size_t
ask_counters(const struct causes *causes, struct steps *steps)
{
	struct answer now;
	struct ask ask;
	size_t told = 0;

	ask_init(&ask, "radius.stats");
	ask_daemon(causes->ctl, &ask, &now);
	if (now.status == WF_UNAVAILABLE)
		told = tell(steps, &not_connected);
	else if (now.status == WF_OK && causes->before.status == WF_OK)
		told = tell_counters(causes, &now, steps);
	answer_clear(&now);
	return told;
}

void
causes_tell(
	struct causes *causes, enum probe_end end, enum access_fault fault, struct steps *steps)
{
	size_t told = 0;

	if (end == PROBE_REFUSED)
		told = tell(steps, &not_running);
	else if (end == PROBE_FORGED && fault != ACCESS_FORM && fault != ACCESS_ID)
		told = tell(steps, fault == ACCESS_UNSIGNED ? &unsigned_reply : &secret);
	else if (causes->client != NULL)
		told = ask_counters(causes, steps);
	for (size_t i = 0; told == 0 && i < ENTRIES(unknown); i++)
		(void)tell(steps, &unknown[i]);
}
