/*
 * From a written value to its place: one small function for each type of row.  Each returns false
 * when the value is not accepted, and then changes nothing.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>

#include "authd/config/config_put.h"
#include "authd/config/config_value.h"
#include "common/i18n.h"
#include "common/utf8.h"

static void *
record_of_service(const struct config_put *put)
{
	struct policy_service *service;

	if (policy_service_add(&put->load->config->policy, put->title, &service) != WF_OK)
		return NULL; /* coverage: config_title() has made it */
	service->origin = put->origin;
	return service;
}

static void *
record_of_host(const struct config_put *put)
{
	struct policy_host *host;

	if (policy_host_add(&put->load->config->policy, put->title, &host) != WF_OK)
		return NULL; /* coverage: config_title() has made it */
	host->origin = put->origin;
	return host;
}

void *
config_place(const struct config_put *put)
{
	const struct config_records *records = config_records_find(put->row->section);
	char *record;

	if (records != NULL)
		record = config_record(put->load, records, put->title);
	else if (strcmp(put->row->section, "service") == 0)
		record = record_of_service(put);
	else if (strcmp(put->row->section, "host") == 0)
		record = record_of_host(put);
	else if (strcmp(put->row->section, "detect") == 0)
		record = config_record_of_detect(put);
	else
		record = (char *)put->load->config;
	return record + put->row->offset;
}

static bool
put_param(const struct config_put *put)
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
put_unsigned(const struct config_put *put)
{
	unsigned number;
	int64_t value;

	_Static_assert(sizeof(unsigned) == sizeof(uint32_t), "both are read as one");
	if (!config_number(put->value, &value) || value < put->row->min || value > put->row->max)
		return false;
	number = (unsigned)value;
	memcpy(config_place(put), &number, sizeof(number));
	return true;
}

static bool
copy(const struct config_put *put)
{
	(void)snprintf(config_place(put), put->row->size, "%s", put->value);
	return true;
}

static bool
put_text(const struct config_put *put)
{
	return config_is_text(put->value, put->row->size - 1) && copy(put);
}

static bool
put_label(const struct config_put *put)
{
	return put->value[0] != '\0' && strchr(put->value, ':') == NULL && put_text(put);
}

static bool
put_name(const struct config_put *put)
{
	return config_is_name(put->value) && copy(put);
}

static bool
put_name_or_none(const struct config_put *put)
{
	return (put->value[0] == '\0' || config_is_name(put->value)) && copy(put);
}

static bool
put_path(const struct config_put *put)
{
	return config_is_path(put->value, put->row->size - 1) && copy(put);
}

static bool
put_mode(const struct config_put *put)
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
put_backoff(const struct config_put *put)
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
put_network(const struct config_put *put, struct wf_network *networks, size_t *n)
{
	if (put->index >= POLICY_NETWORKS_MAX ||
		wf_network_parse(put->value, &networks[put->index]) != WF_OK)
		return false;
	*n = put->index + 1;
	return true;
}

static bool
put_internal(const struct config_put *put)
{
	struct policy *policy = &put->load->config->policy;

	return put_network(put, policy->internal, &policy->ninternal);
}

static bool
put_shared(const struct config_put *put)
{
	struct policy *policy = &put->load->config->policy;

	return put_network(put, policy->shared, &policy->nshared);
}

static bool
put_trusted(const struct config_put *put)
{
	struct policy *policy = &put->load->config->policy;

	policy->trusted_origin = put->origin;
	return put_network(put, policy->trusted, &policy->ntrusted);
}

static bool
put_switch(const struct config_put *put)
{
	bool value;

	if (!config_switch(put->value, &value))
		return false;
	memcpy(config_place(put), &value, sizeof(value));
	return true;
}

void
config_demand(struct policy_service *service, int64_t kinds, const struct origin *written)
{
	size_t count;
	const struct policy_param_spec *spec = &policy_params(&count)[P_MFA_KINDS];
	struct origin *origin = &service->demand_origin;

	*origin = *written;
	(void)snprintf(origin->criterion, sizeof(origin->criterion), "%s", spec->criterion);
	if (policy_weaker(spec, kinds))
		(void)snprintf(origin->force, sizeof(origin->force), "deviation");
}

static bool
put_service_kinds(const struct config_put *put)
{
	size_t count;
	const struct policy_param_spec *spec = &policy_params(&count)[P_MFA_KINDS];
	struct policy_service *service;
	int64_t value;

	if (!config_number(put->value, &value) || value < put->row->min || value > put->row->max)
		return false;
	service = config_place(put);
	service->kinds = value;
	config_demand(service, value == 0 ? spec->value : value, &put->origin);
	return true;
}

/* Each word in turn; the first clears what an earlier file or section said. */
static bool
put_service_ask(const struct config_put *put)
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
	service = config_place(put);
	service->ask = (put->index == 0 ? 0 : service->ask) | words[i].ask;
	config_demand(service, __builtin_popcount(service->ask), &put->origin);
	return true;
}

static bool (*const puts_by_type[])(const struct config_put *) = {
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
	[CONFIG_WORDS] = config_put_guessed,
	[CONFIG_TRUSTED] = put_trusted,
	[CONFIG_SWITCH] = put_switch,
	[CONFIG_SERVICE_KINDS] = put_service_kinds,
	[CONFIG_SERVICE_ASK] = put_service_ask,
	[CONFIG_WORD] = config_put_word,
	[CONFIG_FLAGS] = config_put_flag,
	[CONFIG_LISTEN] = config_put_listen,
	[CONFIG_DICTIONARIES] = config_put_dictionary,
	[CONFIG_NETWORKS] = config_put_network,
	[CONFIG_CERTIFICATES] = config_put_certificate,
	[CONFIG_GROUPS] = config_put_group,
	[CONFIG_REPLIES] = config_put_reply,
	[CONFIG_ATTRIBUTES] = config_put_attribute,
	[CONFIG_GROUP_ATTRIBUTE] = config_put_group_attribute,
	[CONFIG_PROFILE] = config_put_profile,
	[CONFIG_SECONDS] = config_put_seconds,
	[CONFIG_KINDS] = config_put_kinds,
	[CONFIG_DAY] = config_put_day,
	[CONFIG_SERVER] = config_put_server,
	[CONFIG_RELAYS_LISTEN] = config_put_relays_listen,
	[CONFIG_HOSTS] = config_put_host,
	[CONFIG_SERVERS] = config_put_upstream_server,
	[CONFIG_RECEIVER] = config_put_receiver,
	[CONFIG_MAIL_SERVERS] = config_put_mail_server,
	[CONFIG_ADDRESS] = config_put_address,
	[CONFIG_PEOPLE] = config_put_person,
	[CONFIG_DETECT] = config_put_detect,
	[CONFIG_DETECT_SECONDS] = config_put_detect,
	[CONFIG_COMPLY] = config_put_comply,
	[CONFIG_IS] = config_put_is,
};

static void
refuse(const struct config_put *put, int line)
{
	char shown[72];
	char accepted[256];

	(void)wf_utf8_escape(put->value, strlen(put->value), NULL, shown, sizeof(shown));
	config_accepted(put->row, accepted, sizeof(accepted));
	config_fail(put->load, line, _("'%s%s%s' cannot be '%s'; accepted: %s"), put->row->section,
		put->row->section[0] == '\0' ? "" : ".", put->row->name, shown, accepted);
}

/*
 * Where the row of this section was written last; for services, hosts and rules it is not kept,
 * theirs may be written twice.
 */
static struct config_seen *
seen_of(struct config_load *load, const struct config_row *row, const char *title)
{
	static const char *const twice[] = {"service", "host", "detect"};
	size_t i = (size_t)(row - load->rows);
	const struct config_records *records = config_records_find(row->section);

	if (records != NULL)
		return &config_record_seen(load, records, title)[i];
	for (size_t at = 0; at < sizeof(twice) / sizeof(twice[0]); at++)
		if (strcmp(row->section, twice[at]) == 0)
			return NULL;
	return &load->seen[i];
}

/* A scalar twice in one file is a slip; a later file may well replace an earlier one's value. */
static bool
is_repeated(
	struct config_load *load, struct config_seen *seen, const struct config_row *row, int line)
{
	if (seen == NULL)
		return false;
	if (seen->nfile == load->nfile) {
		config_fail(load, line,
			_("'%s%s%s' is written twice in this file, first in line %d"), row->section,
			row->section[0] == '\0' ? "" : ".", row->name, seen->line);
		return true;
	}
	seen->nfile = load->nfile;
	seen->line = line;
	return false;
}

bool
config_put_value(const struct config_put *put)
{
	return puts_by_type[put->row->type](put);
}

void
config_apply(struct config_load *load, const struct config_row *row, const char *title,
	const char *value, size_t index, int line)
{
	struct config_put put = {
		.load = load, .row = row, .title = title, .value = value, .index = index};

	if (index == 0 && is_repeated(load, seen_of(load, row, title), row, line))
		return;
	(void)snprintf(put.origin.file, sizeof(put.origin.file), "%s", load->file);
	(void)snprintf(put.origin.force, sizeof(put.origin.force), "local");
	put.origin.line = line;
	if (!config_put_value(&put))
		refuse(&put, line);
}
