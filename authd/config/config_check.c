/*
 * Values that are each accepted but contradict each other.  Rows of a table: what must hold, and the
 * sentence when it does not.  The line named is that of the value written last.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <string.h>

#include "authd/config/config_load.h"
#include "common/i18n.h"

/* A parameter that may not be less than another one. */
static const struct order {
	enum policy_param less, more;
} orders[] = {
	{P_PASSWORD_MIN, P_PASSWORD_MIN_PRIVILEGED},
	{P_HOTP_LOOKAHEAD, P_HOTP_RESYNC},
	{P_MACHINE_DEADLINE_S, P_PERSON_DEADLINE_S},
};

static void
check_order(struct config_load *load, const struct order *order)
{
	size_t count;
	const struct policy_param_spec *specs = policy_params(&count);
	const struct policy_number *less = &load->config->policy.numbers[order->less];
	const struct policy_number *more = &load->config->policy.numbers[order->more];
	const struct origin *last = more->origin.line > 0 ? &more->origin : &less->origin;

	if (less->value <= more->value)
		return;
	load->file = last->file;
	config_fail(load, last->line, _("'%s' is %lld, which is less than '%s', %lld; change one of them"),
		specs[order->more].name, (long long)more->value, specs[order->less].name,
		(long long)less->value);
}

static void
check_services(struct config_load *load)
{
	const struct policy *policy = &load->config->policy;

	for (size_t i = 0; i < policy->nservices; i++) {
		const struct policy_service *service = &policy->services[i];

		if (!service->key_only || service->asked)
			continue;
		load->file = service->origin.file;
		config_fail(load, service->origin.line,
			_("service '%s' is not asked, so 'key_only' has no meaning; change one of them"),
			service->name);
	}
}

void
config_check(struct config_load *load)
{
	const char *file = load->file;

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		check_order(load, &orders[i]);
	load->file = file;
	check_services(load);
	load->file = file;
	if (load->config->node[0] == '\0')
		config_fail(load, 0, "%s", _("the host's name is no name; write 'node = NAME'"));
}
