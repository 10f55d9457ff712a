/*
 * Values that are each accepted but contradict each other.  Rows of a table: what must hold, and
 * the sentence when it does not.  The line named is that of the value written last.
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
	config_fail(load, last->line,
		_("'%s' is %lld, which is less than '%s', %lld; change one of them"),
		specs[order->more].name, (long long)more->value, specs[order->less].name,
		(long long)less->value);
}

static void
check_asked(struct config_load *load, const struct policy_service *service)
{
	const struct {
		bool given;
		const char *option;
	} options[] = {{service->key_only, "key_only"}, {service->ask != 0, "ask"},
		{service->entry.grants == GRANTS_REQUIRED, "grants"}};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].given && !service->asked)
			config_fail(load, service->origin.line,
				_("service '%s' is not asked, so '%s' has no meaning; change one "
				  "of them"),
				service->name, options[i].option);
}

static void
check_ask(struct config_load *load, const struct policy_service *service)
{
	if (service->ask == 0 || service->kinds == 0 ||
		__builtin_popcount(service->ask) == service->kinds)
		return;
	config_fail(load, service->origin.line,
		_("service '%s' does not ask for as many kinds as its 'kinds' says; change 'ask' "
		  "or 'kinds'"),
		service->name);
}

static void
check_service(struct config_load *load, const struct policy_service *service)
{
	load->file = service->origin.file;
	check_asked(load, service);
	check_ask(load, service);
}

static void
check_services(struct config_load *load)
{
	const struct policy *policy = &load->config->policy;

	for (size_t i = 0; i < policy->nservices; i++)
		check_service(load, &policy->services[i]);
}

/* Who may be granted is of no use where nobody needs a grant. */
static void
check_entry(struct config_load *load, const char *section, const char *name,
	const struct policy_entry *entry, const struct origin *origin)
{
	load->file = origin->file;
	if (entry->scope.n > 0 && entry->grants == GRANTS_OPTIONAL)
		config_fail(load, origin->line,
			_("%s '%s' says who may be granted it ('scope'), but needs no grant; write "
			  "grants = required, or take 'scope' out"),
			section, name);
}

/* Those of clients are among the services by now. */
static void
check_register(struct config_load *load)
{
	const struct policy *policy = &load->config->policy;

	for (size_t i = 0; i < policy->nservices; i++)
		check_entry(load, "service", policy->services[i].name, &policy->services[i].entry,
			&policy->services[i].origin);
	for (size_t i = 0; i < policy->nhosts; i++)
		check_entry(load, "host", policy->hosts[i].name, &policy->hosts[i].entry,
			&policy->hosts[i].origin);
}

void
config_check(struct config_load *load)
{
	const char *file = load->file;

	check_services(load);
	load->file = file;
	config_radius_check(load);
	load->file = file;
	check_register(load);
	load->file = file;
	config_backup_hold(load);
	config_comply_check(load);
	config_radius_check_modes(load);
	if (load->status == WF_OK)
		config_radius_check_transport(load);
	load->file = file;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		check_order(load, &orders[i]);
	load->file = file;
	config_upstream_check(load);
	load->file = file;
	config_stream_check(load);
	load->file = file;
	config_alert_check(load);
	load->file = file;
	config_relay_check(load);
	load->file = file;
	config_backup_check(load);
	load->file = file;
	if (load->config->node[0] == '\0')
		config_fail(load, 0, "%s", _("the host's name is no name; write 'node = NAME'"));
}
