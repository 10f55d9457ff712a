/*
 * bench_policy CONF SECONDS: what the policy of a configuration costs where it decides: what a
 * login is asked for, how its account is locked, what a new password must be (without a dictionary,
 * which is the library's time, and without a leak list), what one of before must be.  Prints the
 * microseconds of each, with blanks between.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/config/config.h"
#include "authd/policy/policy_password.h"
#include "common/clock.h"
#include "tests/bench/tool.h"

#define AT_ONCE 500 /* between two looks at the clock */

/* One decision of the i-th of many situations; gives something that depends on it. */
typedef uint64_t decide_fn(const struct policy *policy, uint64_t i);

static enum account_kind
kind_of(uint64_t i)
{
	return (enum account_kind)(i % RULE_KINDS);
}

static uint64_t
asked(const struct policy *policy, uint64_t i)
{
	static const char *const services[] = {"sshd", "sudo", "login", "web", "nowhere"};
	const struct policy_facts facts = {
		.service = services[i % (sizeof(services) / sizeof(services[0]))],
		.user = "alice",
		.purpose = WF_PURPOSE_LOGIN,
		.zone = (enum zone)(i / 3 % 3),
		.kind = i % 7 == 0 ? ACCOUNT_PRIVILEGED : ACCOUNT_GENERAL,
		.known = i % 11 != 0};
	struct policy_demand demand;

	policy_eval(policy, &facts, &demand);
	return demand.nprompts;
}

static uint64_t
locked(const struct policy *policy, uint64_t i)
{
	const enum account_kind kind = kind_of(i);
	const enum rule_guard guard = policy_guard(policy, kind, i % 2 == 0);

	return (uint64_t)policy_number_of(policy, R_LOCK_THRESHOLD, kind, guard) +
	       (uint64_t)policy_number_of(policy, R_LOCK_DURATION, kind, guard);
}

static uint64_t
new_password(const struct policy *policy, uint64_t i)
{
	static const char *const passwords[] = {"k7#mq2xv9p-zt4uB", "short", "alice-2026-alice",
		"abcdefgh12345678", "elephant wolf staple"};
	const char *text = passwords[i % (sizeof(passwords) / sizeof(passwords[0]))];
	const struct account account = {.name = "alice", .display = "Alice", .kind = kind_of(i)};
	struct wf_secret secret = WF_SECRET_EMPTY;
	const struct policy_candidate candidate = {
		.account = &account, .guard = GUARD_LOCK, .password = &secret};
	struct password_note note;
	char why[512];
	wf_status status;

	if (wf_secret_set(&secret, text, strlen(text)) != WF_OK)
		give_up("no memory");
	status = policy_password(policy, &candidate, &note, why, sizeof(why));
	wf_secret_clear(&secret);
	if (status != WF_OK && status != WF_NO)
		give_up("a password could not be judged");
	return (uint64_t)status;
}

static uint64_t
old_password(const struct policy *policy, uint64_t i)
{
	const struct account account = {.name = "alice",
		.kind = kind_of(i),
		.password = {.length = 8 + (uint32_t)(i % 12), .classes = (unsigned)(i % 16)}};
	char rule[POLICY_RULE_SIZE];

	return policy_must_change(policy, &account, GUARD_NONE, INT64_C(1) << 50, rule);
}

static double
measure(decide_fn *decide, const struct policy *policy, int64_t for_us)
{
	const int64_t began = wf_clock_now(&wf_clock_system).boot_us;
	volatile uint64_t sum = 0; /* or the compiler would see that nobody asks */
	uint64_t done = 0;
	int64_t now;

	do {
		for (unsigned i = 0; i < AT_ONCE; i++)
			sum += decide(policy, done++);
		now = wf_clock_now(&wf_clock_system).boot_us;
	} while (now - began < for_us);
	return (double)(now - began) / (double)done;
}

int
main(int argc, char **argv)
{
	static decide_fn *const decisions[] = {asked, locked, new_password, old_password};
	const size_t n = sizeof(decisions) / sizeof(decisions[0]);
	struct config *config = NULL;
	struct config_error error = {""};
	int64_t for_us;

	if (argc != 3)
		give_up("bench_policy CONF SECONDS");
	for_us = (int64_t)(strtod(argv[2], NULL) * 1e6);
	if (config_load(argv[1], &config, &error) != WF_OK)
		give_up(error.text);
	for (size_t i = 0; i < RULE_CELLS; i++)
		config->policy.values.held[R_PASSWORD_FORBIDDEN][i].value &= ~CONTENT_DICTIONARY;
	for (size_t i = 0; i < n; i++)
		printf("%.4f%c", measure(decisions[i], &config->policy, for_us),
			i + 1 < n ? ' ' : '\n');
	config_free(&config);
	return 0;
}
