/*
 * Logins that documents want two kinds of factors for, whatever a service's own line says
 * (mfa.required): one row a trigger, a pure question to what is known of the place.
 *
 * What is asked may not depend on the account, or the prompts would tell who is privileged (I5).
 * So a place where a privileged account would have to prove two kinds asks everybody for them.
 */
#include "config.h"

#include "authd/policy/policy.h"

#include "authd/policy/policy_rules.h"

#define ZONES ((size_t)ZONE_CONSOLE + 1)

/* What the triggers look at. */
struct place {
	enum zone zone;
	enum account_kind kind;
	enum service_class class;
	bool important; /* what is not classified is */
	bool operation; /* gives another account's rights: sudo, su */
};

static bool
is_internet(const struct place *place)
{
	return place->zone == ZONE_INTERNET;
}

static bool
is_admin(const struct place *place)
{
	return place->kind == ACCOUNT_PRIVILEGED;
}

static bool
is_cloud(const struct place *place)
{
	return place->class == CLASS_CLOUD || place->class == CLASS_CLOUD_ADMIN;
}

/* A way in from outside, or a machine of the own network that is reached from there. */
static bool
on_remote_access(const struct place *place)
{
	return place->class == CLASS_VPN || place->class == CLASS_REMOTE_ACCESS ||
	       (place->class == CLASS_SERVER && is_internet(place));
}

static bool
on_admin_internet(const struct place *place)
{
	return is_admin(place) && is_internet(place);
}

static bool
on_user_internet_important(const struct place *place)
{
	return is_internet(place) && place->important;
}

static bool
on_cloud_important(const struct place *place)
{
	return is_cloud(place) && place->important;
}

static bool
on_cloud_admin(const struct place *place)
{
	return place->class == CLASS_CLOUD_ADMIN || (is_cloud(place) && is_admin(place));
}

/* The console stands inside as well. */
static bool
on_lan_important(const struct place *place)
{
	return !is_internet(place) && place->important;
}

static bool
on_all_accounts(const struct place *place)
{
	(void)place;
	return true;
}

static bool
on_privileged_operation(const struct place *place)
{
	return place->operation;
}

static bool
on_entry_point_admin(const struct place *place)
{
	return policy_class_administers(place->class) || place->class == CLASS_NETWORK_DEVICE;
}

static bool
on_log_store(const struct place *place)
{
	return place->class == CLASS_LOG_STORE && is_internet(place);
}

static bool
on_published_application(const struct place *place)
{
	return place->class == CLASS_PUBLISHED;
}

/* The narrower first: it is what the log names. */
static const struct {
	enum rule_trigger trigger;
	bool (*fires)(const struct place *);
} triggers[] = {
	{TRIGGER_LOG_STORE, on_log_store},
	{TRIGGER_ENTRY_POINT_ADMIN, on_entry_point_admin},
	{TRIGGER_CLOUD_ADMIN, on_cloud_admin},
	{TRIGGER_CLOUD_IMPORTANT, on_cloud_important},
	{TRIGGER_PUBLISHED_APPLICATION, on_published_application},
	{TRIGGER_PRIVILEGED_OPERATION, on_privileged_operation},
	{TRIGGER_REMOTE_ACCESS, on_remote_access},
	{TRIGGER_ADMIN_INTERNET, on_admin_internet},
	{TRIGGER_ADMIN, is_admin},
	{TRIGGER_USER_INTERNET_IMPORTANT, on_user_internet_important},
	{TRIGGER_LAN_IMPORTANT, on_lan_important},
	{TRIGGER_ALL_ACCOUNTS, on_all_accounts},
};

static int64_t
first_of(int64_t asked, const struct place *place)
{
	for (size_t i = 0; i < sizeof(triggers) / sizeof(triggers[0]); i++)
		if ((asked & (int64_t)triggers[i].trigger) != 0 && triggers[i].fires(place))
			return (int64_t)triggers[i].trigger;
	return 0;
}

/* By which trigger a place where a service may be asked wants two kinds, whoever comes. */
static int64_t
trigger_of(const struct policy *policy, struct place *place, const struct policy_entry *entry)
{
	int64_t asked = policy_members_of(policy, R_MFA_REQUIRED, ACCOUNT_GENERAL, GUARD_MFA);
	int64_t own;

	place->class = entry->class;
	place->important = policy_entry_important(entry);
	own = first_of(asked, place);
	place->kind = ACCOUNT_PRIVILEGED;
	return own != 0 ? own : first_of(asked, place);
}

int64_t
policy_trigger(const struct policy *policy, const struct policy_service *service,
	const struct policy_facts *facts)
{
	struct place place = {
		.zone = facts->zone, .kind = facts->kind, .operation = service->operation};
	struct policy_entry entry;

	policy_entry_of(policy, facts->service, facts->host, &entry);
	return trigger_of(policy, &place, &entry);
}

/* --- all places where a service may be asked: each zone, on no host or on a known one --- */

static size_t
count_places(const struct policy *policy, const struct policy_service *service)
{
	return ZONES * (1 + (service->gateway ? 0 : policy->nhosts));
}

static int64_t
trigger_at(const struct policy *policy, const struct policy_service *service, size_t i)
{
	const char *host = i < ZONES ? NULL : policy->hosts[i / ZONES - 1].name;
	const struct policy_facts facts = {
		.service = service->name, .host = host, .zone = (enum zone)(i % ZONES)};

	return policy_trigger(policy, service, &facts);
}

int64_t
policy_trigger_somewhere(const struct policy *policy, const struct policy_service *service)
{
	int64_t trigger = 0;

	for (size_t i = 0; trigger == 0 && i < count_places(policy, service); i++)
		trigger = trigger_at(policy, service, i);
	return trigger;
}

int
policy_kinds_least(const struct policy *policy, const struct policy_service *service)
{
	int least = __builtin_popcount(policy_asks(policy, service));

	for (size_t i = 0; least < 2 && i < count_places(policy, service); i++)
		if (trigger_at(policy, service, i) == 0)
			return least;
	return 2;
}

bool
policy_place_matters(const struct policy *policy, const char *service)
{
	const int64_t asked = policy_members_of(policy, R_MFA_REQUIRED, ACCOUNT_GENERAL, GUARD_MFA);
	const unsigned asks = policy_asks(policy, policy_service_find(policy, service));

	return policy->ntrusted > 0 || (asked != 0 && __builtin_popcount(asks) < 2);
}
