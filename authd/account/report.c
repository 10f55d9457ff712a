/*
 * The act `report`: reads what the store holds, goes once over the log (counting and checking the
 * chain in the same pass), puts a line to everything, and leaves only when its own row of the log,
 * with the hash of it all, is durable.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "authd/account/log_proof.h"
#include "authd/account/report.h"
#include "common/fault.h"

#define MONTHS 12

/* --- which documents --- */

static wf_status
choose_one(struct reporting *reporting, const char *name)
{
	wf_status status;

	if (reporting->nprofiles == CONFIG_COMPLY_MAX)
		return WF_OK;
	status = policy_view_profile(
		&reporting->view, name, &reporting->profiles[reporting->nprofiles]);
	if (status == WF_OK)
		status = policy_view_claims(&reporting->view,
			reporting->profiles[reporting->nprofiles++], &reporting->claims);
	return status;
}

static wf_status
choose(struct reporting *reporting)
{
	const struct config_comply *comply = reporting->view.comply;
	const char *named = act_arg(reporting->call, "profile");
	wf_status status = WF_OK;

	if (named != NULL)
		return choose_one(reporting, named);
	if (comply->n == 0)
		return act_say(reporting->call, WF_INVALID, "%s",
			_("No document is complied with: name one with --profile, or write "
			  "'comply' into warifu.conf."));
	for (size_t i = 0; status == WF_OK && i < comply->n; i++)
		status = choose_one(reporting, comply->names[i]);
	return status;
}

/* --- the period: the last 12 months, or as far back as the store, or its log, goes --- */

static int64_t
months_before(int64_t wall_us)
{
	time_t seconds = (time_t)(wall_us / US_PER_S);
	struct tm local;

	if (localtime_r(&seconds, &local) == NULL)
		return 0;
	local.tm_mon -= MONTHS;
	local.tm_isdst = -1;
	return (int64_t)mktime(&local) * US_PER_S;
}

/* What came before it is not known: there was no store, or its rows have expired. */
static int64_t
begin_of(const struct reporting *reporting, int64_t since_us)
{
	const int64_t born_us = reporting->counts.created_us;

	return born_us > since_us ? born_us : reporting->retention.since_us;
}

static wf_status
choose_period(struct reporting *reporting)
{
	struct act_call *call = reporting->call;
	const int64_t now_us = wf_clock_now(&call->daemon->clock).wall_us;
	const int64_t asked_us = act_number(call, "until", now_us);
	const int64_t until_us = asked_us < now_us ? asked_us : now_us; /* what is to come is not */
	const int64_t since_us = act_number(call, "since", months_before(until_us));
	const int64_t begin_us = begin_of(reporting, since_us);

	if (since_us >= until_us)
		return act_say(call, WF_INVALID, "%s",
			_("The period ends before it begins: see --since and --until."));
	reporting->past = until_us < now_us;
	reporting->period.until_us = until_us;
	reporting->period.since_us = since_us;
	reporting->log.begin_us = begin_us > since_us ? begin_us : since_us;
	if (act_arg(call, "since") == NULL && begin_us > since_us)
		reporting->period.since_us = begin_us < until_us ? begin_us : until_us - US_PER_S;
	return WF_OK;
}

/* Who asks for more than there is gets what there is, and is told so. */
static void
find_gone(struct reporting *reporting)
{
	const int64_t oldest_us = reporting->retention.since_us;
	const struct report_period *period = &reporting->period;

	if (reporting->store.months_removed > 0 && oldest_us > period->since_us)
		reporting->gone_us = oldest_us < period->until_us ? oldest_us : period->until_us;
}

/* --- one pass over the log --- */

struct pass {
	struct reporting *reporting;
	struct proof *proof;
};

static wf_status
visit(void *ctx, const struct store_audit_entry *entry)
{
	struct pass *pass = ctx;
	struct audit_row row;
	wf_status status = audit_check_row(
		pass->proof->check, entry->seq, entry->encoded, entry->encoded_len, entry->chain);

	if (status != WF_OK)
		return act_say_store(pass->reporting->call, status, NULL);
	if (entry->differs != NULL)
		audit_check_column(pass->proof->check, entry->differs);
	/* a damaged row is a fault of the chain, and nothing is counted of it */
	if (audit_row_decode(entry->encoded, entry->encoded_len, &row) == WF_OK)
		report_count_row(&pass->reporting->log, entry, &row);
	return WF_OK;
}

static void
visit_end(void *ctx, const struct store_view *last)
{
	const struct pass *pass = ctx;

	audit_check_end(pass->proof->check, &last->head);
}

static void
take_chain(struct reporting *reporting, const struct proof *proof)
{
	const struct audit_check_sums *sums = audit_check_sums(proof->check);

	reporting->chain = (struct report_chain){.rows = sums->rows,
		.first_seq = sums->first_seq,
		.last_seq = sums->last_seq,
		.first_us = sums->first_us,
		.last_us = sums->last_us,
		.faults = proof->nfaults,
		.checkpoints = sums->fitting,
		.restores = sums->restores,
		.fault_seq = proof->nfaults > 0 ? proof->faults[0].bad_seq : 0};
	if (proof->nfaults > 0)
		(void)snprintf(reporting->chain.fault, sizeof(reporting->chain.fault), "%.255s",
			proof->faults[0].text);
}

static wf_status
read_log(struct reporting *reporting)
{
	struct act_call *call = reporting->call;
	struct pass pass = {.reporting = reporting};
	wf_status status = proof_begin(call, &pass.proof);

	if (status != WF_OK)
		return status;
	reporting->log.policy = &call->daemon->config->policy;
	reporting->log.privileged = &reporting->store.privileged;
	reporting->log.services = &reporting->store.services;
	reporting->log.period = reporting->period;
	reporting->log.runs = reporting->runs;
	status = audit_check_begin(pass.proof->check);
	status = status == WF_OK ? act_each_proof(call, visit, visit_end, &pass)
				 : act_say_store(call, status, NULL);
	if (status == WF_OK)
		take_chain(reporting, pass.proof);
	proof_end(&pass.proof);
	return status;
}

/* --- what is let off --- */

/* A place for one more; NULL: no memory. */
static struct report_let *
grow_let(struct report_let_list *let)
{
	const size_t room = let->room == 0 ? 64 : 2 * let->room;
	struct report_let *list = let->list;

	if (let->n == let->room) {
		list = wf_fault(WF_FAULT_ALLOC) ? NULL
						: reallocarray(list, room, sizeof(*list));
		if (list == NULL)
			return NULL;
		let->list = list;
		let->room = room;
	}
	return &list[let->n++];
}

static wf_status
take_let(void *ctx, const struct policy_allowed *allowed)
{
	struct reporting *reporting = ctx;
	struct report_let *one = grow_let(&reporting->let);

	if (one == NULL)
		return act_say_store(reporting->call, WF_NO_MEMORY, NULL);
	*one = (struct report_let){.criterion = allowed->criterion,
		.note = allowed->note,
		.deviates = allowed->deviates};
	(void)snprintf(one->parameter, sizeof(one->parameter), "%s", allowed->parameter);
	(void)snprintf(one->value, sizeof(one->value), "%s", allowed->value);
	(void)snprintf(one->in_force, sizeof(one->in_force), "%s", allowed->in_force);
	return WF_OK;
}

static wf_status
read_let(struct reporting *reporting)
{
	const char *named = act_arg(reporting->call, "profile");

	return policy_view_allowed(
		&reporting->view, &reporting->claims, named, take_let, reporting);
}

/* --- lines about the report itself --- */

static wf_status
fact(struct reporting *reporting, const char *name, const char *value, const char *text)
{
	const struct report_draft draft = {.cells = {[LINE_PART] = "report",
						   [LINE_NAME] = name,
						   [LINE_VALUE] = value,
						   [LINE_TEXT] = text}};
	const wf_status status = report_put(&reporting->lines, &draft);

	return status == WF_OK ? WF_OK : act_say_store(reporting->call, status, NULL);
}

static wf_status
fact_time(struct reporting *reporting, const char *name, int64_t time_us, uint64_t row)
{
	const struct report_draft draft = {.cells = {[LINE_PART] = "report", [LINE_NAME] = name},
		.time_us = time_us,
		.row = row};
	const wf_status status = report_put(&reporting->lines, &draft);

	return status == WF_OK ? WF_OK : act_say_store(reporting->call, status, NULL);
}

static wf_status
put_profiles(struct reporting *reporting)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < reporting->nprofiles; i++) {
		const struct rules_profile *profile = reporting->profiles[i];
		const bool ja = reporting->view.japanese;

		status = fact(reporting, "profile", profile->name,
			ja ? profile->title_ja : profile->title_en);
		if (status == WF_OK)
			status = fact(reporting, "edition", profile->edition,
				ja && profile->edition_ja[0] != '\0' ? profile->edition_ja
								     : profile->edition);
		if (status == WF_OK)
			status = fact(reporting, "reviewed", profile->reviewed, "");
	}
	return status;
}

/* What the policy is composed of, one line a document. */
static wf_status
put_composition(struct reporting *reporting)
{
	const struct config_comply *comply = reporting->view.comply;
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < comply->n; i++)
		status = fact(reporting, "composed-of", comply->names[i], "");
	return status;
}

static void
hex_text(const uint8_t bytes[32], char hex_r[REPORT_HASH_SIZE])
{
	for (size_t i = 0; i < 32; i++)
		(void)snprintf(hex_r + 2 * i, 3, "%02x", bytes[i]);
}

/* How often the settings may have changed under the figures. */
static wf_status
put_loads(struct reporting *reporting)
{
	const struct report_happened *loads = &reporting->log.events[EVENT_CONFIG_LOADED];
	char text[REPORT_TEXT_SIZE], last[ACT_TIME_SIZE], count[ACT_NUMBER_SIZE];
	const struct report_draft draft = {
		.cells = {[LINE_PART] = "report",
			[LINE_NAME] = "configuration",
			[LINE_VALUE] = act_number_text((int64_t)loads->count, count),
			[LINE_TEXT] = text},
		.row = loads->last_seq};
	wf_status status;

	if (loads->count == 0)
		(void)snprintf(text, sizeof(text), "%s",
			_("No configuration took effect in the period."));
	else
		(void)snprintf(text, sizeof(text),
			WF_NGETTEXT("It took effect %llu time in the period, last on %s.",
				"It took effect %llu times in the period, last on %s.",
				loads->count),
			(unsigned long long)loads->count, act_time(loads->last_us, last));
	status = report_put(&reporting->lines, &draft);
	return status == WF_OK ? WF_OK : act_say_store(reporting->call, status, NULL);
}

/* Facts before the criteria: part of what is hashed. */
static wf_status
put_facts(struct reporting *reporting)
{
	const struct config *config = reporting->call->daemon->config;
	const struct report_count *log = &reporting->log;
	char rows[ACT_NUMBER_SIZE], head[REPORT_HASH_SIZE] = "";
	wf_status status = put_profiles(reporting);

	if (log->rows > 0)
		hex_text(log->head.chain, head);
	if (status == WF_OK)
		status = put_composition(reporting);
	if (status == WF_OK)
		status = fact(reporting, "host", config->node, "");
	if (status == WF_OK)
		status = fact(reporting, "version", PACKAGE_VERSION, "");
	if (status == WF_OK)
		status = fact(reporting, "mode",
			config->mode == MODE_OBSERVE ? "observe" : "enforce", "");
	if (status == WF_OK)
		status = fact_time(reporting, "since", reporting->period.since_us, 0);
	if (status == WF_OK)
		status = fact_time(reporting, "until", reporting->period.until_us, 0);
	if (status == WF_OK)
		status = fact(reporting, "rows", act_number_text((int64_t)log->rows, rows), "");
	if (status == WF_OK)
		status = fact_time(reporting, "first-row", log->first_us, log->first_seq);
	if (status == WF_OK)
		status = fact_time(reporting, "last-row", log->last_us, log->last_seq);
	if (status == WF_OK)
		status = fact(reporting, "head", head, "");
	if (status == WF_OK && reporting->gone_us != 0)
		status = fact_time(reporting, "expired", reporting->gone_us, 0);
	return status == WF_OK ? put_loads(reporting) : status;
}

/* Each criterion once, in the order of its document. */
static bool
asked_before(const struct reporting *reporting, size_t n, const struct rules_criterion *criterion)
{
	for (size_t i = 0; i < n; i++)
		if (rules_asks(
			    policy_view_book(&reporting->view), reporting->profiles[i], criterion))
			return true;
	return false;
}

static bool
has_chapters(const struct rules_catalogue *catalogue)
{
	size_t i = 0;

	while (i < catalogue->n && strchr(catalogue->criteria[i].id, '.') == NULL)
		i++;
	return i < catalogue->n;
}

static wf_status
put_criteria(struct reporting *reporting, size_t index)
{
	const struct rules_book *book = policy_view_book(&reporting->view);
	const struct rules_profile *profile = reporting->profiles[index];
	const struct rules_catalogue *catalogue = rules_catalogue_find(book, profile->criteria);
	wf_status status = WF_OK;

	reporting->chapters = catalogue != NULL && has_chapters(catalogue);
	for (size_t i = 0; status == WF_OK && catalogue != NULL && i < catalogue->n; i++) {
		const struct rules_criterion *criterion = &catalogue->criteria[i];

		if (rules_asks(book, profile, criterion) &&
			!asked_before(reporting, index, criterion))
			status = report_criterion(reporting, criterion);
	}
	return status;
}

static wf_status
put_states(struct reporting *reporting)
{
	size_t total = 0;
	wf_status status = WF_OK;

	for (size_t i = 0; i < REPORT_STATES; i++)
		total += reporting->states[i];
	for (size_t i = 0; status == WF_OK && i < REPORT_STATES; i++) {
		const struct report_draft draft = {
			.cells = {[LINE_PART] = "report",
				[LINE_NAME] = "criteria",
				[LINE_STATE] = report_state_word((enum report_state)i)},
			.counted = true,
			.count = reporting->states[i],
			.total = total};

		status = report_put(&reporting->lines, &draft);
	}
	return status == WF_OK ? WF_OK : act_say_store(reporting->call, status, NULL);
}

/* --- its own row, and what it says of itself --- */

static void
names_text(const struct reporting *reporting, char *text_r, size_t size)
{
	size_t len = 0;

	text_r[0] = '\0';
	for (size_t i = 0; i < reporting->nprofiles && len < size; i++)
		len += (size_t)snprintf(text_r + len, size - len, "%s%s", i == 0 ? "" : ",",
			reporting->profiles[i]->name);
}

static wf_status
commit(struct reporting *reporting, const char *hash)
{
	char names[160], since[ACT_TIME_SIZE], until[ACT_TIME_SIZE];
	struct act_change change;

	names_text(reporting, names, sizeof(names));
	act_change_init(reporting->call, &change, "", "%s, %s to %s, rows %llu to %llu, sha256 %s",
		names, act_time(reporting->period.since_us, since),
		act_time(reporting->period.until_us, until),
		(unsigned long long)reporting->log.first_seq,
		(unsigned long long)reporting->log.last_seq, hash);
	return act_commit(reporting->call, &change);
}

/* Behind the hash: when and by whom it was made changes nothing of what it says. */
static wf_status
seal(struct reporting *reporting)
{
	char hash[REPORT_HASH_SIZE];
	wf_status status = report_hash(&reporting->lines, 0, hash);

	if (status != WF_OK)
		return act_say_store(reporting->call, status, NULL);
	status = commit(reporting, hash);
	if (status == WF_OK && reporting->past)
		status = fact(reporting, "as-of", "now",
			_("Mode, policy, register, accounts and duties are told as they are now, "
			  "not as they were when the period ended."));
	if (status == WF_OK)
		status = fact(reporting, "by", reporting->call->operator_name, "");
	if (status == WF_OK)
		status = fact_time(reporting, "made",
			wf_clock_now(&reporting->call->daemon->clock).wall_us, 0);
	return status == WF_OK ? fact(reporting, "hash", hash, "") : status;
}

static wf_status
write_lines(struct reporting *reporting)
{
	wf_status status = put_facts(reporting);

	for (size_t i = 0; status == WF_OK && i < reporting->nprofiles; i++)
		status = put_criteria(reporting, i);
	if (status == WF_OK)
		status = put_states(reporting);
	return status == WF_OK ? seal(reporting) : status;
}

static wf_status
say_report(const struct reporting *reporting)
{
	const size_t *states = reporting->states;

	act_say_text(reporting->call,
		_("%zu met, %zu with exceptions, %zu deviations, %zu not met, %zu shown, %zu not "
		  "shown, %zu outside."),
		states[REPORT_MET], states[REPORT_EXCEPTIONS], states[REPORT_DEVIATION],
		states[REPORT_NOT_MET], states[REPORT_SHOWN], states[REPORT_NOT_SHOWN],
		states[REPORT_OUTSIDE]);
	(void)act_say_observed(reporting->call);
	return WF_OK;
}

static wf_status
make(struct reporting *reporting)
{
	wf_status status = choose(reporting);

	if (status == WF_OK)
		status = act_counts(reporting->call, &reporting->counts);
	if (status == WF_OK)
		status = act_retention(reporting->call, &reporting->retention);
	if (status == WF_OK)
		status = choose_period(reporting);
	if (status == WF_OK)
		status = policy_find_open(&reporting->view, &reporting->find);
	if (status == WF_OK)
		status = report_store_read(reporting);
	find_gone(reporting);
	if (status == WF_OK)
		status = read_let(reporting);
	if (status == WF_OK)
		status = read_log(reporting);
	if (status == WF_OK)
		status = write_lines(reporting);
	if (status == WF_OK)
		status = report_send(reporting->call, &reporting->lines);
	return status == WF_OK ? say_report(reporting) : status;
}

wf_status
act_report(struct act_call *call)
{
	struct reporting *reporting =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*reporting));
	wf_status status;

	if (reporting == NULL)
		return act_say_store(call, WF_NO_MEMORY, NULL);
	reporting->call = call;
	status = policy_view_open(call, &reporting->view);
	if (status == WF_OK) {
		status = make(reporting);
		policy_view_close(&reporting->view);
	}
	policy_find_close(&reporting->find);
	rules_claims_clear(&reporting->claims);
	report_set_clear(&reporting->store.privileged);
	report_set_clear(&reporting->store.services);
	report_set_clear(&reporting->store.tokens);
	report_lines_clear(&reporting->lines);
	free(reporting->let.list);
	free(reporting);
	return status;
}
