/* Enforced criteria about what a login is asked for. */
#include <config.h> /* the build's: in quotes it would be the one beside the daemon's */

#include <stdio.h>

#include "tests/unit/rules/enforced.h"
#include "tests/unit/unit.h"

/*
 * "2 mfa.kinds SCS-4-1-3-3": how many kinds such a login to `about` proves, and by which rule; "+
 * address" where the address is one of them.
 */
static void
demand_from(const struct enforced_row *row, const char *address, bool admin_entry)
{
	struct config *config = enforced_load(row->conf);
	struct policy_facts facts = {.service = row->about,
		.purpose = WF_PURPOSE_LOGIN,
		.zone = row->zone,
		.kind = row->kind,
		.vouched = address[0] != '\0',
		.source = {.remote = address[0] != '\0'},
		.admin_entry = admin_entry,
		.known = true};
	struct policy_demand demanded;
	char text[128];

	(void)snprintf(facts.source.text, sizeof(facts.source.text), "%s", address);
	policy_eval(&config->policy, &facts, &demanded);
	(void)snprintf(text, sizeof(text), "%d%s %s",
		__builtin_popcount(demanded.sets[0].kinds),
		demanded.given != 0 ? " + address" : "", demanded.sets[0].rule);
	ck_assert_str_eq(text, row->expected);
	config_free(&config);
}

static void
demand(const struct enforced_row *row)
{
	demand_from(row, "", false);
}

static void
demand_trusted(const struct enforced_row *row)
{
	demand_from(row, "192.0.2.7", false);
}

/* Whether the log is shown only to logins with two kinds, and by which rule. */
static void
log_store(const struct enforced_row *row)
{
	struct config *config = enforced_load(row->conf);
	char rule[POLICY_RULE_SIZE] = "";

	if ((policy_members_of(&config->policy, R_LOG_STORE, ACCOUNT_GENERAL, GUARD_MFA) &
		    LOG_STORE_MFA) != 0)
		policy_held_rule(&config->policy, R_LOG_STORE, ACCOUNT_GENERAL, GUARD_MFA,
			LOG_STORE_MFA, rule);
	ck_assert_str_eq(rule, row->expected);
	config_free(&config);
}

/* Behind a client where firewalls are administered. */
static void
demand_firewall(const struct enforced_row *row)
{
	demand_from(row, "192.0.2.7", true);
}

#define ONE(service, class) \
	"service \"" service "\" { kinds = 1 class = \"" class "\" data = \"2\" }\n"
#define SCS4 "comply = {\"scs4\"}\nmfa { kinds = 2 }\n" ENFORCED_DEVIATE("mfa.kinds", "1")
#define IPA ENFORCED_IPA "mfa { kinds = 2 }\n" ENFORCED_DEVIATE("mfa.kinds", "1")
#define KUBOTA ENFORCED_KUBOTA "mfa { kinds = 2 }\n" ENFORCED_DEVIATE("mfa.kinds", "1")
#define DRAFT ENFORCED_DRAFT "mfa { kinds = 2 }\n" ENFORCED_DEVIATE("mfa.kinds", "1")
#define DRAFT3                                                            \
	"comply = {\"scsdraft3\"}\ndraft \"scsdraft3\" {" ENFORCED_SIGNED \
		ENFORCED_RESOLVE("accounts.dormant", "30")                \
			ENFORCED_RESOLVE("accounts.leaver_deadline", "1")
#define ISAC1 "comply = {\"isac1\"}\n"
#define SCS3_ISAC1 \
	"comply = {\"scs3\", \"isac1\"}\n" ENFORCED_RESOLVE("password.classes", "none")
#define TRUSTED "source { trusted = {\"192.0.2.0/24\"} }\n"
#define REFUSED .show = enforced_shows_refusal
#define RULE(trigger, criterion) .expected = "2 mfa.required (" trigger ") " criterion

static const struct enforced_row rows[] = {
	{"SCS-4-1-3-3", "two kinds", demand, "comply = {\"scs3\"}\n", "sshd",
		.expected = "2 mfa.kinds SCS-4-1-3-3"},
	{"SCS-4-1-3-3", "not one at some service", REFUSED,
		.conf = "comply = {\"scs3\"}\nservice \"sshd\" { kinds = 1 }\n",
		.expected = "SCS-4-1-3-3"},
	{"SCS-4-1-3-3", "an address counts", demand_trusted, "comply = {\"scs3\"}\n" TRUSTED,
		"sshd", .expected = "2 + address mfa.kinds SCS-4-1-3-3"},
	{"KUBOTA-120", "two kinds", demand, ENFORCED_KUBOTA, "sshd",
		.expected = "2 mfa.kinds KUBOTA-120"},
	{"KUBOTA-120", "no address counts", REFUSED, .conf = ENFORCED_KUBOTA TRUSTED,
		.expected = "'source.trusted' has no meaning here"},
	{"KUBOTA-120", "an administrator from the internet", demand,
		KUBOTA ONE("web", "wlan"), "web", ACCOUNT_PRIVILEGED,
		RULE("admin-internet", "KUBOTA-120")},
	{"IPA-6.2.2b", "two kinds", demand, ENFORCED_IPA, "sshd",
		.expected = "2 mfa.kinds IPA-6.2.2b"},
	{"SCS-4-1-3-5", "remote access", demand, SCS4 ONE("gate", "remote-access"), "gate",
		.zone = ZONE_INTERNAL, RULE("remote-access", "SCS-4-1-3-5")},
	{"SCS-4-1-3-5", "a machine inside, from the internet", demand, SCS4 ONE("sshd", "server"),
		"sshd", RULE("remote-access", "SCS-4-1-3-5")},
	{"SCS-4-1-3-5", "the same machine from inside", demand, SCS4 ONE("sshd", "server"), "sshd",
		.zone = ZONE_INTERNAL, .expected = "1 service.kinds (sshd)"},
	{"SCS-4-1-3-5", "an administrator from the internet", demand, SCS4 ONE("web", "wlan"),
		"web", ACCOUNT_PRIVILEGED, RULE("admin-internet", "SCS-4-1-3-5")},
	{"SCS-4-1-3-5", "users of something important", demand, SCS4 ONE("web", "wlan"), "web",
		RULE("user-internet-important", "SCS-4-1-3-5")},
	{"SCS-4-1-3-5", "a cloud with something important", demand, SCS4 ONE("saas", "cloud"),
		"saas", .zone = ZONE_INTERNAL, RULE("cloud-important", "SCS-4-1-3-5")},
	{"SCS-4-1-3-5", "a service that cannot ask for more", REFUSED,
		.conf = SCS4 "service \"sshd\" { ask = {\"code\"} }\n",
		.expected = "SCS-4-1-3-5"},
	{"SCS-4-4-3-2", "the place of the logs", demand,
		SCS4 "service \"logs\" { kinds = 1 class = \"log-store\" data = \"1\" }\n"
		     ENFORCED_DEVIATE("mfa.required", "log-store"),
		"logs", .expected = "2 mfa.required (log-store) SCS-4-4-3-2"},
	{"SCS-4-4-3-2", "a service that cannot ask for more, on the host of the logs", REFUSED,
		.conf = SCS4 ENFORCED_DEVIATE("mfa.required", "log-store")
			"service \"sshd\" { ask = {\"code\"} }\n"
			"host \"logs\" { class = log-store }\n",
		.expected = "SCS-4-4-3-2"},
	{"SCS-4-4-3-2", "commands on the log", log_store, .conf = "comply = {\"scs4\"}\n",
		.expected = "log.store (mfa) SCS-4-4-3-2"},
	{"SCS-4-4-3-2", "not at three stars", log_store, .conf = "comply = {\"scs3\"}\n",
		.expected = ""},
	{"IPA-T3.8.4b", "commands on the log", log_store, .conf = ENFORCED_IPA,
		.expected = "log.store (mfa) IPA-T3.8.4b"},
	{"DRAFT-4-35b", "commands on the log", log_store, .conf = ENFORCED_DRAFT,
		.expected = "log.store (mfa) DRAFT-4-35b"},
	{"SCS-4-5-1-7", "from a trusted address", demand_firewall,
		"comply = {\"scs3\"}\n" TRUSTED, "sshd", ACCOUNT_PRIVILEGED,
		.expected = "2 + address mfa.kinds SCS-4-1-3-3"},
	{"SCS-4-5-1-7", "from anywhere else", demand_firewall, "comply = {\"scs3\"}\n", "sshd",
		ACCOUNT_PRIVILEGED, .expected = "2 mfa.kinds SCS-4-1-3-3"},
	{"IPA-T3.3d", "a trusted address is no way round two kinds", demand_firewall,
		ENFORCED_IPA TRUSTED, "sshd", ACCOUNT_PRIVILEGED,
		.expected = "2 mfa.kinds IPA-6.2.2b"},
	{"DRAFT-3-23d", "from a trusted address", demand_firewall, DRAFT3 TRUSTED, "sshd",
		ACCOUNT_PRIVILEGED, .expected = "2 + address mfa.kinds DRAFT-3-13e"},
	{"DRAFT-4-20", "no address lets administrators in", demand_firewall, ENFORCED_DRAFT TRUSTED,
		"sshd", ACCOUNT_PRIVILEGED, .expected = "2 mfa.kinds DRAFT-3-13e"},
	{"ISAC-6.2.9", "remote access", demand, ISAC1 ONE("gate", "vpn"), "gate",
		.zone = ZONE_INTERNAL, RULE("remote-access", "ISAC-6.2.9")},
	{"ISAC-6.2.9", "no login is let off by one line", REFUSED,
		.conf = ISAC1 "mfa { kinds = 1 }\n", .expected = "'mfa.kinds' is weaker"},
	{"ISAC-3.2.2a", "administrators everywhere", demand, ISAC1 ONE("web", "wlan"), "web",
		ACCOUNT_PRIVILEGED, .zone = ZONE_INTERNAL, RULE("admin", "ISAC-3.2.2a")},
	{"ISAC-4.3.14", "a published application", demand,
		ISAC1 ONE("web", "published-application"), "web",
		.zone = ZONE_INTERNAL, RULE("published-application", "ISAC-4.3.14")},
	{"ISAC-4.4.2", "the console of a cloud", demand, ISAC1 ONE("saas", "cloud-admin"), "saas",
		.zone = ZONE_INTERNAL, RULE("cloud-admin", "ISAC-4.4.2")},
	{"ISAC-4.4.2", "no address counts, whoever else lets it", demand_trusted,
		SCS3_ISAC1 ENFORCED_DEVIATE("firewall.change", "trusted-address") TRUSTED,
		"sshd", .expected = "2 mfa.kinds SCS-4-1-3-3"},
	{"ISAC-4.4.2", "nor is one to be listed", REFUSED, .conf = SCS3_ISAC1 TRUSTED,
		.expected = "'source.trusted' has no meaning here"},
	{"ISAC-2.1.4", "an entry point", demand, ISAC1 ONE("gate", "entry-point-admin"), "gate",
		.zone = ZONE_INTERNAL, RULE("entry-point-admin", "ISAC-2.1.4")},
	{"ISAC-2.1.4", "no address lets in there, whoever else lets it", demand_firewall,
		SCS3_ISAC1 ENFORCED_DEVIATE("firewall.change", "trusted-address") TRUSTED,
		"sshd", ACCOUNT_PRIVILEGED, .expected = "2 mfa.kinds SCS-4-1-3-3"},
	{"ISAC-3.2.8a", "everybody", demand,
		"comply = {\"isac2\"}\n" ONE("web", "wlan"), "web", .zone = ZONE_INTERNAL,
		RULE("all-accounts", "ISAC-3.2.8a")},
	{"ISAC-7.2.11", "administrators, without exception", demand,
		"comply = {\"isac2\"}\n" ENFORCED_DEVIATE("mfa.required", "admin")
			ONE("web", "wlan"),
		"web", ACCOUNT_PRIVILEGED, .expected = "2 mfa.required (admin) ISAC-7.2.11"},
	{"IPA-6.1d", "sudo", demand, IPA "service \"sudo\" { kinds = 1 data = \"1\" }\n", "sudo",
		.zone = ZONE_CONSOLE, RULE("privileged-operation", "IPA-6.1d")},
	{"IPA-6.2.2a", "something important inside", demand, IPA ONE("web", "wlan"), "web",
		.zone = ZONE_INTERNAL, RULE("lan-important", "IPA-6.2.2a")},
	{"IPA-6.2.2a", "something public inside", demand,
		IPA "service \"web\" { kinds = 1 class = \"wlan\" data = \"1\" }\n", "web",
		.zone = ZONE_INTERNAL, .expected = "1 service.kinds (web)"},
	{"IPA-T3.8.4b", "the place of the logs", demand,
		IPA ENFORCED_DEVIATE("mfa.required", "log-store") ONE("logs", "log-store"), "logs",
		.expected = "2 mfa.required (log-store) IPA-T3.8.4b"},
	{"DRAFT-3-13b", "a cloud with something important", demand, DRAFT ONE("saas", "cloud"),
		"saas", .zone = ZONE_INTERNAL, RULE("cloud-important", "DRAFT-3-13b")},
	{"DRAFT-3-13e", "no address counts", demand_trusted, ENFORCED_DRAFT TRUSTED, "sshd",
		.expected = "2 mfa.kinds DRAFT-3-13e"},
	{"DRAFT-4-20", "an administrator from the internet", demand, DRAFT ONE("web", "wlan"),
		"web", ACCOUNT_PRIVILEGED, RULE("admin-internet", "DRAFT-4-20")},
	{"DRAFT-4-35b", "the place of the logs", demand,
		DRAFT "service \"logs\" { kinds = 1 class = \"log-store\" data = \"1\" }\n", "logs",
		.expected = "2 mfa.required (log-store) DRAFT-4-35b"},
};

const struct enforced_table enforced_logins = {rows, sizeof(rows) / sizeof(rows[0])};
