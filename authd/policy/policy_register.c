/*
 * The register of services and hosts: what kind of thing each is, how important the data behind it
 * are, and who may be granted it.  Pure; may not know who has been granted what.
 */
#include "config.h"

#include "authd/policy/policy.h"

#include <stdio.h>
#include <string.h>

static size_t
host_index(const struct policy *policy, const char *name)
{
	size_t i = 0;

	while (i < policy->nhosts && strcmp(policy->hosts[i].name, name) != 0)
		i++;
	return i;
}

wf_status
policy_host_add(struct policy *policy, const char *name, struct policy_host **host_r)
{
	size_t i = host_index(policy, name);
	struct policy_host *host = &policy->hosts[i];

	if (i < policy->nhosts) {
		*host_r = host;
		return WF_OK;
	}
	if (name[0] == '\0')
		return WF_INVALID;
	if (strlen(name) >= sizeof(host->name))
		return WF_TOO_LONG;
	if (i == POLICY_HOSTS_MAX)
		return WF_FULL;
	*host = (struct policy_host){.origin = {.force = "default"}};
	(void)snprintf(host->name, sizeof(host->name), "%s", name);
	policy->nhosts++;
	*host_r = host;
	return WF_OK;
}

/* Of a host that is in no section, nothing is said. */
static const struct policy_entry *
entry_of_host(const struct policy *policy, const char *name)
{
	static const struct policy_entry nothing;
	size_t i = name == NULL ? policy->nhosts : host_index(policy, name);

	return i < policy->nhosts ? &policy->hosts[i].entry : &nothing;
}

void
policy_entry_of(const struct policy *policy, const char *service, const char *host,
	struct policy_entry *entry_r)
{
	const struct policy_entry *own = &policy_service_find(policy, service)->entry;
	const struct policy_entry *around = entry_of_host(policy, host);

	*entry_r = *own;
	if (own->class == CLASS_SERVER)
		entry_r->class = around->class;
	if (around->data > own->data)
		entry_r->data = around->data;
	if (around->grants == GRANTS_REQUIRED)
		entry_r->grants = GRANTS_REQUIRED;
}

bool
policy_class_administers(enum service_class class)
{
	return class == CLASS_FIREWALL_ADMIN || class == CLASS_ENTRY_POINT_ADMIN;
}

bool
policy_entry_important(const struct policy_entry *entry)
{
	return entry->data != DATA_1;
}

bool
policy_groups_match(const struct group_set *wanted,
	const char groups[][ACCOUNT_GROUP_LEN + 1], size_t n)
{
	for (size_t i = 0; i < wanted->n; i++)
		for (size_t j = 0; j < n; j++)
			if (strcmp(wanted->names[i], groups[j]) == 0)
				return true;
	return wanted->n == 0;
}

bool
policy_in_scope(const struct policy *policy, const char *service, const char *host,
	const char groups[][ACCOUNT_GROUP_LEN + 1], size_t n)
{
	return policy_groups_match(&policy_service_find(policy, service)->entry.scope, groups, n) &&
	       policy_groups_match(&entry_of_host(policy, host)->scope, groups, n);
}
