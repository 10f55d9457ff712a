/*
 * The services that are known from the start, and where a source lies.  A service without a row is
 * asked like any other: what is not known is not let off.
 */
#include "config.h"

#include "authd/policy/policy.h"

#include <stdio.h>
#include <string.h>

#include "authd/policy/policy_rules.h"

static const struct service_row {
	const char *name;
	bool asked, key_only, root_allowed, console, invoker, operation, shell;
} builtin[] = {
	{.name = "sshd", .asked = true, .key_only = true, .shell = true},
	{.name = "login", .asked = true, .root_allowed = true, .console = true, .shell = true},
	{.name = "gdm-password", .asked = true, .console = true},
	{.name = "lightdm", .asked = true, .console = true},
	{.name = "sddm", .asked = true, .console = true},
	{.name = "su", .asked = true, .operation = true, .shell = true},
	{.name = "su-l", .asked = true, .operation = true, .shell = true},
	{.name = "sudo", .asked = true, .invoker = true, .operation = true, .shell = true},
	{.name = "sudo-i", .asked = true, .invoker = true, .operation = true, .shell = true},
	{.name = "passwd", .asked = true, .root_allowed = true},
	/* Jobs and helpers of the system: nobody is there to answer. */
	{.name = "cron"},
	{.name = "crond"},
	{.name = "anacron"},
	{.name = "fcron"},
	{.name = "at"},
	{.name = "atd"},
	{.name = "systemd-user"},
	{.name = "runuser"},
	{.name = "runuser-l"},
	{.name = "gdm-launch-environment"},
	{.name = "lightdm-greeter"},
	{.name = "sddm-greeter"},
};

static const struct policy_service unlisted = {
	.asked = true,
	.origin = {.force = "default"},
};

static void
service_fill(struct policy_service *service, const struct service_row *row)
{
	(void)snprintf(service->name, sizeof(service->name), "%s", row->name);
	service->asked = row->asked;
	service->key_only = row->key_only;
	service->root_allowed = row->root_allowed;
	service->console = row->console;
	service->invoker = row->invoker;
	service->operation = row->operation;
	service->shell = row->shell;
	(void)snprintf(service->origin.force, sizeof(service->origin.force), "default");
}

static void
numbers_fill(struct policy *policy)
{
	size_t count;
	const struct policy_param_spec *specs = policy_params(&count);

	for (size_t i = 0; i < count; i++) {
		struct policy_number *number = &policy->numbers[specs[i].id];

		number->value = specs[i].value;
		(void)snprintf(number->origin.criterion, sizeof(number->origin.criterion), "%s",
			specs[i].criterion);
		(void)snprintf(
			number->origin.force, sizeof(number->origin.force), "%s", specs[i].force);
	}
}

void
policy_init(struct policy *policy)
{
	static const uint32_t backoff_s[] = {0, 0, 1, 2, 4, 8};

	memset(policy, 0, sizeof(*policy));
	numbers_fill(policy);
	policy_values_init(policy);
	memcpy(policy->backoff_s, backoff_s, sizeof(backoff_s));
	policy->nbackoff = sizeof(backoff_s) / sizeof(backoff_s[0]);
	policy->nservices = sizeof(builtin) / sizeof(builtin[0]);
	for (size_t i = 0; i < policy->nservices; i++)
		service_fill(&policy->services[i], &builtin[i]);
}

static size_t
service_index(const struct policy *policy, const char *name)
{
	size_t i = 0;

	while (i < policy->nservices && strcmp(policy->services[i].name, name) != 0)
		i++;
	return i;
}

const struct policy_service *
policy_service_find(const struct policy *policy, const char *name)
{
	size_t i = service_index(policy, name);

	return i < policy->nservices ? &policy->services[i] : &unlisted;
}

wf_status
policy_service_add(struct policy *policy, const char *name, struct policy_service **service_r)
{
	size_t i = service_index(policy, name);
	struct policy_service *service = &policy->services[i];

	if (i < policy->nservices) {
		*service_r = service;
		return WF_OK;
	}
	if (name[0] == '\0')
		return WF_INVALID;
	if (strlen(name) >= sizeof(service->name))
		return WF_TOO_LONG;
	if (i == POLICY_SERVICES_MAX)
		return WF_FULL;
	*service = unlisted;
	(void)snprintf(service->name, sizeof(service->name), "%s", name);
	policy->nservices++;
	*service_r = service;
	return WF_OK;
}

enum zone
policy_zone(const struct policy *policy, const struct wf_source *source, bool console)
{
	if (!source->remote) {
		bool placed = strcmp(source->text, "local:unknown") != 0 &&
			      strncmp(source->text, "local:pts/", 10) != 0;

		return console && placed ? ZONE_CONSOLE : ZONE_INTERNET;
	}
	for (size_t i = 0; i < policy->ninternal; i++)
		if (wf_network_contains(&policy->internal[i], source))
			return ZONE_INTERNAL;
	return ZONE_INTERNET;
}
