/*
 * Values that are each accepted but contradict each other.  Rows of a table: what must hold, and the
 * sentence when it does not.  The line named is that of the value written last.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>

#include "authd/config/config_load.h"
#include "common/i18n.h"

/* What is asked for by OWASP's equivalents of 19 MiB with 2 passes (46 x 1, 12 x 3, 9 x 4, 7 x 5). */
#define COST_LEAST 35840
#define KIB_PER_LANE 8 /* RFC 9106, section 3.1 */

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

static int
line_of(const struct config_load *load, const char *section, const char *name)
{
	const struct config_row *row = config_row_find(load->rows, load->nrows, section, name);

	return row == NULL ? 0 : load->seen[row - load->rows].line;
}

static void
check_cost(struct config_load *load)
{
	uint32_t memory_kib = load->config->password_cost.memory_kib;
	uint32_t passes = load->config->password_cost.passes;
	uint32_t lanes = load->config->password_cost.lanes;

	if ((uint64_t)memory_kib * passes < COST_LEAST)
		config_fail(load, line_of(load, "password", "memory_kib"),
			_("'password.memory_kib' times 'password.passes' is %llu, too cheap to guess against; at "
			  "least %d"),
			(unsigned long long)memory_kib * passes, COST_LEAST);
	else if (memory_kib < lanes * KIB_PER_LANE)
		config_fail(load, line_of(load, "password", "lanes"),
			_("'password.memory_kib' must be at least %d for each of the %lu lanes"), KIB_PER_LANE,
			(unsigned long)lanes);
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
	check_cost(load);
	check_services(load);
	load->file = file;
	if (load->config->node[0] == '\0')
		config_fail(load, 0, "%s", _("the host's name is no name; write 'node = NAME'"));
}
