/*
 * Every decision over a chosen set of facts, as text, compared with decisions.txt: a change of
 * policy is a visible change of that file.  After a wanted change copy decisions.out from the build
 * folder over it and read the difference.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/policy/policy.h"
#include "tests/unit/unit.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define NOW ((int64_t)1000000)
#define KEPT "tests/unit/policy/decisions.txt"
#define MADE "tests/unit/policy/decisions.out"

static const char *const zone_names[] = {"internet", "internal", "console"};

static const struct who {
	const char *name;
	struct account account;
	bool none;
} everybody[] = {
	{.name = "general", .account = {.uid = 1000}},
	{.name = "privileged", .account = {.uid = 1000, .kind = ACCOUNT_PRIVILEGED}},
	{.name = "service, listed source",
		.account = {.uid = 990, .kind = ACCOUNT_SERVICE, .sources = "192.0.2.0/24"}},
	{.name = "service, other source",
		.account = {.uid = 990, .kind = ACCOUNT_SERVICE, .sources = "10.0.0.0/8"}},
	{.name = "unknown", .none = true},
	{.name = "disabled", .account = {.uid = 1000, .state = ACCOUNT_DISABLED}},
	{.name = "not yet valid", .account = {.uid = 1000, .valid_from_us = NOW + 1}},
	{.name = "no longer valid", .account = {.uid = 1000, .valid_until_us = NOW}},
	{.name = "must change", .account = {.uid = 1000, .must_change = true}},
	{.name = "exempt",
		.account = {.uid = 1000,
			.standing = STANDING_EXEMPT,
			.standing_until_us = NOW + 1}},
	{.name = "exemption ended",
		.account = {.uid = 1000, .standing = STANDING_EXEMPT, .standing_until_us = NOW}},
	{.name = "refused", .account = {.uid = 1000, .standing = STANDING_REFUSED}},
	{.name = "root", .account = {.uid = 0, .kind = ACCOUNT_PRIVILEGED}},
	{.name = "root, exempt",
		.account = {.uid = 0, .standing = STANDING_EXEMPT, .standing_until_us = NOW + 1}},
};

static struct policy_facts
facts_of(const struct who *who, const char *service, enum zone zone)
{
	return (struct policy_facts){
		.service = service,
		.purpose = WF_PURPOSE_LOGIN,
		.source = zone == ZONE_CONSOLE
				  ? (struct wf_source){.text = "local:tty1"}
				  : (struct wf_source){.text = "192.0.2.7", .remote = true},
		.zone = zone,
		.kind = who->account.kind,
		.known = !who->none && who->account.standing == STANDING_MANAGED,
		.exempt = !who->none && policy_exempt(&who->account, NOW),
		.root = !who->none && who->account.uid == 0,
	};
}

static void
print_kinds(FILE *out, unsigned kinds)
{
	static const char letters[] = "KPBO";

	if (kinds == KIND_NONE)
		fputc('-', out);
	for (unsigned i = 0; i < 4; i++)
		if ((kinds & 1U << i) != 0)
			fputc(letters[i], out);
}

static void
print_demand(FILE *out, const struct policy_demand *demand)
{
	static const char *const decisions[] = {"DENY", "DEMAND", "NOT ASKED"};

	fprintf(out, "%s", decisions[demand->decision]);
	if (demand->decision == POLICY_DENY)
		fprintf(out, " %s", demand->reason);
	for (size_t i = 0; demand->decision == POLICY_DEMAND && i < demand->nsets; i++) {
		fputc(i == 0 ? ' ' : '|', out);
		print_kinds(out, demand->sets[i].kinds);
	}
	fprintf(out, "; prompts");
	for (size_t i = 0; i < demand->nprompts; i++)
		fprintf(out, " %d:%d", demand->prompts[i].id, (int)demand->prompts[i].text);
	fprintf(out, "; %s\n", demand->rule);
}

static void
print_auth(FILE *out, const struct policy *policy)
{
	static const char *const services[] = {
		"sshd", "login", "su", "sudo", "passwd", "cron", "unlisted"};

	fprintf(out, "Authentication: service, purpose, zone, account -> decision; prompts "
		     "id:text; rule\n");
	for (size_t i = 0; i < LENGTH(services) * 2 * 3 * LENGTH(everybody); i++) {
		const struct who *who = &everybody[i % LENGTH(everybody)];
		size_t n = i / LENGTH(everybody);
		struct policy_facts facts = facts_of(who, services[n / 6], (enum zone)(n % 3));
		struct policy_demand demand;

		facts.purpose = n / 3 % 2 == 0 ? WF_PURPOSE_LOGIN : WF_PURPOSE_CHANGE;
		policy_eval(policy, &facts, &demand);
		fprintf(out, "%s, %s, %s, %s -> ", facts.service,
			n / 3 % 2 == 0 ? "login" : "change", zone_names[n % 3], who->name);
		print_demand(out, &demand);
	}
}

/* What the login has shown: a key or none, and the kinds of its transaction. */
static const struct shown {
	bool key;
	unsigned completed;
} shown_table[] = {
	{false, 0},
	{false, KIND_KNOWLEDGE},
	{false, KIND_POSSESSION},
	{false, KIND_KNOWLEDGE | KIND_POSSESSION},
	{true, 0},
	{true, KIND_KNOWLEDGE},
	{true, KIND_POSSESSION},
	{true, KIND_KNOWLEDGE | KIND_POSSESSION},
};

static void
print_answer(FILE *out, const struct policy_account_answer *answer)
{
	static const char *const verdicts[] = {
		"REJECT", "ACCEPT", "UNAVAILABLE", "IGNORE", "CHANGE", "EXPIRED"};

	fprintf(out, " -> %s, %s; %s\n", verdicts[answer->verdict], answer->reason, answer->rule);
}

/* One line where it does not matter what was shown, else a line for each. */
static void
print_account_of(FILE *out, const struct policy *policy, const struct who *who, const char *service,
	enum zone zone)
{
	struct policy_facts facts = facts_of(who, service, zone);
	struct policy_account_answer answers[LENGTH(shown_table)];
	bool same = true;

	memset(answers, 0, sizeof(answers));
	for (size_t i = 0; i < LENGTH(shown_table); i++) {
		facts.ssh_key = shown_table[i].key;
		facts.completed = shown_table[i].completed;
		policy_account(policy, &facts, who->none ? NULL : &who->account, NOW, &answers[i]);
		same = same && memcmp(&answers[i], &answers[0], sizeof(answers[0])) == 0;
	}
	for (size_t i = 0; i < (same ? 1 : LENGTH(shown_table)); i++) {
		fprintf(out, "%s, %s, %s, ", service, zone_names[zone], who->name);
		if (same)
			fputs("any", out);
		else
			fputs(shown_table[i].key ? "key, " : "no key, ", out);
		if (!same)
			print_kinds(out, shown_table[i].completed);
		print_answer(out, &answers[i]);
	}
}

static void
print_account(FILE *out, const struct policy *policy)
{
	static const char *const services[] = {"sshd", "login", "su", "sudo", "cron", "unlisted"};

	fprintf(out,
		"Account: service, zone, account, key, kinds completed -> verdict, reason; rule\n");
	for (size_t i = 0; i < LENGTH(services) * 2 * LENGTH(everybody); i++)
		print_account_of(out, policy, &everybody[i % LENGTH(everybody)],
			services[i / LENGTH(everybody) / 2],
			i / LENGTH(everybody) % 2 == 0 ? ZONE_INTERNET : ZONE_CONSOLE);
}

static FILE *
open_kept(void)
{
	const char *top = getenv("top_srcdir");
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/" KEPT, top == NULL ? ".." : top);
	return fopen(path, "r");
}

START_TEST(decisions_are_the_kept_ones)
{
	static struct policy policy;
	char kept_line[256], made_line[256];
	FILE *kept = open_kept();
	FILE *made = fopen(MADE, "w+");
	int line = 0;

	ck_assert_ptr_nonnull(made);
	policy_init(&policy);
	print_auth(made, &policy);
	print_account(made, &policy);
	rewind(made);
	ck_assert_msg(kept != NULL, "there is no " KEPT);
	while (fgets(made_line, sizeof(made_line), made) != NULL) {
		line++;
		if (fgets(kept_line, sizeof(kept_line), kept) == NULL)
			kept_line[0] = '\0';
		ck_assert_msg(strcmp(made_line, kept_line) == 0, "line %d is now: %swas: %s", line,
			made_line, kept_line);
	}
	ck_assert_ptr_null(fgets(kept_line, sizeof(kept_line), kept));
	fclose(kept);
	fclose(made);
}
END_TEST

static Suite *
decisions_suite(void)
{
	Suite *suite = suite_create("decisions");
	TCase *tc = tcase_create("snapshot");

	tcase_add_test(tc, decisions_are_the_kept_ones);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(decisions_suite)
