/*
 * From a written value to its place: one small function for each type of row.  Each returns false when
 * the value is not accepted, and then changes nothing.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>

#include "authd/config/config_load.h"
#include "authd/config/config_value.h"
#include "common/i18n.h"
#include "common/utf8.h"

/* One value on its way. */
struct put {
	struct config_load *load;
	const struct config_row *row;
	const char *title;
	const char *value;
	size_t index; /* in a list */
	struct origin origin;
};

static void *
place(const struct put *put)
{
	return (char *)put->load->config + put->row->offset;
}

static bool
put_param(const struct put *put)
{
	size_t count;
	const struct policy_param_spec *spec = &policy_params(&count)[put->row->param];
	bool seconds = strcmp(spec->unit, "s") == 0;
	int64_t value;

	if (!(seconds ? config_duration(put->value, &value) : config_number(put->value, &value)))
		return false;
	return policy_set(&put->load->config->policy, spec->id, value, &put->origin) == WF_OK;
}

static bool
put_unsigned(const struct put *put)
{
	unsigned number;
	int64_t value;

	_Static_assert(sizeof(unsigned) == sizeof(uint32_t), "both are read as one");
	if (!config_number(put->value, &value) || value < put->row->min || value > put->row->max)
		return false;
	number = (unsigned)value;
	memcpy(place(put), &number, sizeof(number));
	return true;
}

static bool
copy(const struct put *put)
{
	(void)snprintf(place(put), put->row->size, "%s", put->value);
	return true;
}

static bool
put_text(const struct put *put)
{
	return config_is_text(put->value, put->row->size - 1) && copy(put);
}

static bool
put_label(const struct put *put)
{
	return put->value[0] != '\0' && strchr(put->value, ':') == NULL && put_text(put);
}

static bool
put_name(const struct put *put)
{
	return config_is_name(put->value) && copy(put);
}

static bool
put_name_or_none(const struct put *put)
{
	return (put->value[0] == '\0' || config_is_name(put->value)) && copy(put);
}

static bool
put_path(const struct put *put)
{
	return config_is_path(put->value, put->row->size - 1) && copy(put);
}

static bool
put_mode(const struct put *put)
{
	if (strcmp(put->value, "enforce") == 0)
		put->load->config->mode = MODE_ENFORCE;
	else if (strcmp(put->value, "observe") == 0)
		put->load->config->mode = MODE_OBSERVE;
	else
		return false;
	return true;
}

static bool
put_backoff(const struct put *put)
{
	struct policy *policy = &put->load->config->policy;
	int64_t seconds;

	if (put->index >= POLICY_BACKOFF_MAX || !config_duration(put->value, &seconds) ||
		seconds > put->row->max)
		return false;
	if (put->index > 0 && seconds < policy->backoff_s[put->index - 1])
		return false;
	policy->backoff_s[put->index] = (uint32_t)seconds;
	policy->nbackoff = put->index + 1;
	return true;
}

static bool
put_network(const struct put *put, struct wf_network *networks, size_t *n)
{
	if (put->index >= POLICY_NETWORKS_MAX ||
		wf_network_parse(put->value, &networks[put->index]) != WF_OK)
		return false;
	*n = put->index + 1;
	return true;
}

static bool
put_internal(const struct put *put)
{
	struct policy *policy = &put->load->config->policy;

	return put_network(put, policy->internal, &policy->ninternal);
}

static bool
put_shared(const struct put *put)
{
	struct policy *policy = &put->load->config->policy;

	return put_network(put, policy->shared, &policy->nshared);
}

/* The service's row, which config_title() has made. */
static struct policy_service *
service_of(const struct put *put)
{
	struct policy_service *service;

	if (policy_service_add(&put->load->config->policy, put->title, &service) != WF_OK)
		return NULL;
	service->origin = put->origin;
	return service;
}

static bool
put_service_switch(const struct put *put)
{
	struct policy_service *service;
	bool value;

	if (!config_switch(put->value, &value))
		return false;
	service = service_of(put);
	if (service == NULL)
		return false;
	memcpy((char *)service + put->row->offset, &value, sizeof(value));
	return true;
}

/* What `kinds` kinds are worth beside the criterion of mfa.kinds. */
static void
set_demand_origin(const struct put *put, struct policy_service *service, int64_t kinds)
{
	size_t count;
	const struct policy_param_spec *spec = &policy_params(&count)[P_MFA_KINDS];
	struct origin *origin = &service->demand_origin;

	*origin = put->origin;
	(void)snprintf(origin->criterion, sizeof(origin->criterion), "%s", spec->criterion);
	if (policy_weaker(spec, kinds))
		(void)snprintf(origin->force, sizeof(origin->force), "deviation");
}

static bool
put_service_kinds(const struct put *put)
{
	size_t count;
	const struct policy_param_spec *spec = &policy_params(&count)[P_MFA_KINDS];
	struct policy_service *service;
	int64_t value;

	if (!config_number(put->value, &value) || value < put->row->min || value > put->row->max)
		return false;
	service = service_of(put);
	if (service == NULL)
		return false;
	service->kinds = value;
	set_demand_origin(put, service, value == 0 ? spec->value : value);
	return true;
}

/* Each word in turn; the first clears what an earlier file or section said. */
static bool
put_service_ask(const struct put *put)
{
	static const struct {
		const char *word;
		enum policy_ask ask;
	} words[] = {{"password", POLICY_ASK_PASSWORD}, {"code", POLICY_ASK_CODE}};
	struct policy_service *service;
	size_t i = 0;

	while (i < sizeof(words) / sizeof(words[0]) && strcmp(words[i].word, put->value) != 0)
		i++;
	if (i == sizeof(words) / sizeof(words[0]))
		return false;
	service = service_of(put);
	if (service == NULL)
		return false;
	service->ask = (put->index == 0 ? 0 : service->ask) | words[i].ask;
	set_demand_origin(put, service, __builtin_popcount(service->ask));
	return true;
}

static bool (*const puts_by_type[])(const struct put *) = {
	[CONFIG_PARAM] = put_param,
	[CONFIG_UNSIGNED] = put_unsigned,
	[CONFIG_TEXT] = put_text,
	[CONFIG_LABEL] = put_label,
	[CONFIG_NAME] = put_name,
	[CONFIG_NAME_OR_NONE] = put_name_or_none,
	[CONFIG_PATH] = put_path,
	[CONFIG_MODE] = put_mode,
	[CONFIG_BACKOFF] = put_backoff,
	[CONFIG_INTERNAL] = put_internal,
	[CONFIG_SHARED] = put_shared,
	[CONFIG_SERVICE_SWITCH] = put_service_switch,
	[CONFIG_SERVICE_KINDS] = put_service_kinds,
	[CONFIG_SERVICE_ASK] = put_service_ask,
};

static void
refuse(const struct put *put, int line)
{
	char shown[72];
	char accepted[256];

	(void)wf_utf8_escape(put->value, strlen(put->value), NULL, shown, sizeof(shown));
	config_accepted(put->row, accepted, sizeof(accepted));
	config_fail(put->load, line, _("'%s%s%s' cannot be '%s'; accepted: %s"), put->row->section,
		put->row->section[0] == '\0' ? "" : ".", put->row->name, shown, accepted);
}

/* A scalar twice in one file is a slip; a later file may well replace an earlier one's value. */
static bool
is_repeated(struct config_load *load, const struct config_row *row, size_t index, int line)
{
	size_t i = (size_t)(row - load->rows);
	int before = load->seen[i].line;

	if (index > 0 || strcmp(row->section, "service") == 0)
		return false;
	if (load->seen[i].nfile == load->nfile) {
		config_fail(load, line, _("'%s%s%s' is written twice in this file, first in line %d"),
			row->section, row->section[0] == '\0' ? "" : ".", row->name, before);
		return true;
	}
	load->seen[i].nfile = load->nfile;
	load->seen[i].line = line;
	return false;
}

void
config_apply(struct config_load *load, const struct config_row *row, const char *title,
	const char *value, size_t index, int line)
{
	struct put put = {.load = load, .row = row, .title = title, .value = value, .index = index};

	if (is_repeated(load, row, index, line))
		return;
	(void)snprintf(put.origin.file, sizeof(put.origin.file), "%s", load->file);
	(void)snprintf(put.origin.force, sizeof(put.origin.force), "local");
	put.origin.line = line;
	if (!puts_by_type[row->type](&put))
		refuse(&put, line);
}

void
config_title(struct config_load *load, const char *section, const char *title, int line)
{
	struct policy_service *service;
	char shown[72];
	wf_status status;

	(void)wf_utf8_escape(title, strlen(title), NULL, shown, sizeof(shown));
	if (strcmp(section, "zone") == 0) {
		if (strcmp(title, "internal") != 0)
			config_fail(load, line, _("unknown zone '%s'; accepted: internal"), shown);
		return;
	}
	if (!config_is_name(title)) {
		config_fail(load, line,
			_("'%s' is no name of a service; accepted: 1 to 64 letters, digits, '.', '_' and '-', "
			  "not beginning with '-'"),
			shown);
		return;
	}
	status = policy_service_add(&load->config->policy, title, &service);
	if (status != WF_OK)
		config_fail(load, line, _("there are more than %d services"), POLICY_SERVICES_MAX);
}
