/*
 * warifu.conf. A file is taken whole, with every value in its bounds, or refused with one sentence
 * that names a place; and nothing of it is left in the parser: what is read next is read as ever.
 * The loader gets each input as a file in memory, so that owner, mode and size are looked at, too.
 * Users and groups are not looked up (the linker wraps the calls): NSS would take most of the time.
 */
#include "config.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/config/config.h"
#include "authd/factor/factor.h"
#include "tests/fuzz/fuzz.h"

/* Has a text, a list and a titled section: what a parser in a wrong state would trip over. */
static const char known[] = "node = \"known\"\nlock {\n\tthreshold = 7\n\tbackoff = {0, 1, 2}\n}\n"
			    "zone internal {\n\tnetworks = {\"192.0.2.0/24\"}\n}\n";

int __wrap_getgrnam_r(
	const char *name, struct group *entry, char *bytes, size_t size, struct group **found_r);
int __wrap_getpwnam_r(
	const char *name, struct passwd *entry, char *bytes, size_t size, struct passwd **found_r);

int
__wrap_getgrnam_r(
	const char *name, struct group *entry, char *bytes, size_t size, struct group **found_r)
{
	(void)name;
	(void)entry;
	(void)bytes;
	(void)size;
	*found_r = NULL;
	return 0;
}

int
__wrap_getpwnam_r(
	const char *name, struct passwd *entry, char *bytes, size_t size, struct passwd **found_r)
{
	(void)name;
	(void)entry;
	(void)bytes;
	(void)size;
	*found_r = NULL;
	return 0;
}

static wf_status
load(const void *bytes, size_t size, struct config **config_r, struct config_error *error_r)
{
	char path[64];
	int fd = fuzz_file(bytes, size);
	wf_status status;

	FUZZ_CHECK(fchmod(fd, 0600) == 0);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	status = config_load(path, config_r, error_r);
	(void)close(fd);
	return status;
}

static void
numbers_in_bounds(const struct policy *policy)
{
	size_t count;
	const struct policy_param_spec *specs = policy_params(&count);

	for (size_t i = 0; i < count; i++) {
		int64_t value = policy_value(policy, specs[i].id);

		FUZZ_CHECK(value >= specs[i].min && value <= specs[i].max);
		FUZZ_CHECK((strcmp(policy->numbers[i].origin.force, "deviation") == 0) ==
			policy_weaker(&specs[i], value));
	}
}

static void
lists_in_bounds(const struct policy *policy)
{
	FUZZ_CHECK(policy->nbackoff <= POLICY_BACKOFF_MAX);
	FUZZ_CHECK(
		policy->ninternal <= POLICY_NETWORKS_MAX && policy->nshared <= POLICY_NETWORKS_MAX);
	FUZZ_CHECK(policy->nservices <= POLICY_SERVICES_MAX);
	for (size_t i = 1; i < policy->nbackoff; i++)
		FUZZ_CHECK(policy->backoff_s[i] >= policy->backoff_s[i - 1]);
	for (size_t i = 0; i < policy->nservices; i++) {
		FUZZ_CHECK(policy->services[i].kinds >= 0 && policy->services[i].kinds <= 2);
		FUZZ_CHECK(policy->services[i].name[0] != '\0');
	}
}

static void
texts_are_text(const struct config *config)
{
	const struct text {
		const char *text;
		size_t size;
	} texts[] = {
		{config->run_dir, sizeof(config->run_dir)},
		{config->state_dir, sizeof(config->state_dir)},
		{config->key_file, sizeof(config->key_file)},
		{config->breakglass_file, sizeof(config->breakglass_file)},
		{config->user, sizeof(config->user)},
		{config->node, sizeof(config->node)},
		{config->issuer, sizeof(config->issuer)},
		{config->policy.helpdesk, sizeof(config->policy.helpdesk)},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		FUZZ_CHECK(fuzz_shows(texts[i].text, texts[i].size, false));
	for (size_t i = 0; i < 4; i++)
		FUZZ_CHECK(texts[i].text[0] == '/');
	FUZZ_CHECK(config->node[0] != '\0' && config->issuer[0] != '\0');
	FUZZ_CHECK(config->queue > 0 && config->connections > 0 && config->workers <= 256);
}

static void
client_in_bounds(const struct config *config, const struct config_client *client)
{
	const struct config_radius *radius = &config->radius;

	FUZZ_CHECK(client->nnetworks + client->ncertificates > 0 ||
		   client->psk_identity[0] != '\0');
	FUZZ_CHECK(client->nnetworks <= CONFIG_CLIENT_NETWORKS_MAX &&
		   client->groups.n <= CONFIG_GROUPS_MAX);
	FUZZ_CHECK(config_client_find(radius, client->name) == client);
	for (size_t i = 0; i < client->nnetworks; i++)
		FUZZ_CHECK(client->secret_file[0] == '\0' ||
			   config_client_by_address(radius, client->networks[i].bytes) == client);
	for (size_t i = 0; i < client->ncertificates; i++)
		FUZZ_CHECK(config_client_by_certificate(radius, client->certificates[i]) == client);
	FUZZ_CHECK(client->psk_identity[0] == '\0' ||
		   config_client_by_identity(radius, client->psk_identity) == client);
	for (size_t i = 0; i < client->nreplies; i++)
		FUZZ_CHECK(client->replies[i] < radius->nreplies);
	FUZZ_CHECK((client->mode == CLIENT_SEPARATOR) == (client->separator[0] != '\0'));
	FUZZ_CHECK((client->entry.class != CLASS_FIREWALL_ADMIN &&
			   client->entry.class != CLASS_ENTRY_POINT_ADMIN) ||
		   client->mode != CLIENT_CODE);
	FUZZ_CHECK(strcmp(policy_service_find(&config->policy, client->name)->name, client->name) ==
		   0);
	FUZZ_CHECK(fuzz_shows(client->group_format, sizeof(client->group_format), false));
}

static void
radius_in_bounds(const struct config *config)
{
	const struct config_radius *radius = &config->radius;

	FUZZ_CHECK(
		radius->nclients <= CONFIG_CLIENTS_MAX && radius->nreplies <= CONFIG_REPLIES_MAX);
	FUZZ_CHECK(radius->nlisteners <= CONFIG_LISTENERS_MAX);
	for (size_t i = 0; i < radius->nclients; i++)
		client_in_bounds(config, &radius->clients[i]);
	for (size_t i = 0; i < radius->nreplies; i++)
		FUZZ_CHECK(radius->replies[i].nattributes > 0 &&
			   radius->replies[i].nattributes <= CONFIG_ATTRIBUTES_MAX);
}

/*
 * What the file may ask for, the parts of the daemon can do; but the library may know fewer lanes.
 */
static void
parts_take_it(const struct config *config)
{
	struct password_cost cost = {
		.memory_kib = config->password_cost.memory_kib,
		.passes = config->password_cost.passes,
		.lanes = config->password_cost.lanes,
	};
	wf_status status = password_cost_set(&cost);

	FUZZ_CHECK(status == WF_OK || (status == WF_UNSUPPORTED && cost.lanes > 1));
	FUZZ_CHECK(policy_value(&config->policy, P_HOTP_RESYNC) <= OTP_RESYNC_MAX);
	FUZZ_CHECK(policy_value(&config->policy, P_RECOVERY_CODES) <= RECOVERY_CODES_MAX);
}

/* One by one: what lies between the members of a struct is whatever lay there. */
static bool
same_values(const struct policy_values *a, const struct policy_values *b)
{
	for (size_t i = 0; i < R_COUNT; i++)
		for (size_t cell = 0; cell < RULE_CELLS; cell++)
			if (a->held[i][cell].set != b->held[i][cell].set ||
				a->held[i][cell].value != b->held[i][cell].value ||
				a->held[i][cell].origin.line != b->held[i][cell].origin.line)
				return false;
	return a->nmembers == b->nmembers;
}

/* The name of the file has a number in it, and the values have been compared. */
static void
forget(struct config *config)
{
	memset(config->file, 0, sizeof(config->file));
	for (size_t i = 0; i < P_COUNT; i++)
		memset(config->policy.numbers[i].origin.file, 0,
			sizeof(config->policy.numbers[i].origin.file));
	memset(&config->policy.values, 0, sizeof(config->policy.values));
}

static void
known_is_read_as_ever(void)
{
	static struct config first;
	static struct policy_values values;
	struct config *config = NULL;
	struct config_error error;

	FUZZ_CHECK(load(known, sizeof(known) - 1, &config, &error) == WF_OK);
	if (first.node[0] == '\0')
		values = config->policy.values;
	FUZZ_CHECK(same_values(&values, &config->policy.values));
	FUZZ_CHECK(policy_number_of(
			   &config->policy, R_LOCK_THRESHOLD, ACCOUNT_GENERAL, GUARD_MFA) == 7);
	/* Both are wiped before they are filled in. */
	forget(config);
	if (first.node[0] == '\0')
		first = *config;
	FUZZ_CHECK(memcmp(&first, config, sizeof(first)) == 0);
	FUZZ_CHECK(policy_value(&config->policy, P_LOCK_THRESHOLD) == 7);
	FUZZ_CHECK(config->policy.nbackoff == 3 && config->policy.ninternal == 1);
	config_free(&config);
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	struct config *config = NULL;
	struct config_error error;
	wf_status status = load(data, size, &config, &error);

	FUZZ_CHECK((status == WF_OK) == (config != NULL));
	if (status == WF_OK) {
		numbers_in_bounds(&config->policy);
		lists_in_bounds(&config->policy);
		texts_are_text(config);
		parts_take_it(config);
		radius_in_bounds(config);
	} else {
		FUZZ_CHECK(status == WF_INVALID || status == WF_TOO_LONG);
		FUZZ_CHECK(strncmp(error.text, "/proc/self/fd/", 14) == 0);
		FUZZ_CHECK(fuzz_shows(error.text, sizeof(error.text), false));
	}
	config_free(&config);
	known_is_read_as_ever();
}
