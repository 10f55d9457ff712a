/* A configuration as text, one field a line, and in how many of them two differ. */
#ifndef WF_TESTS_CONFIG_PRINTED_H
#define WF_TESTS_CONFIG_PRINTED_H

#include <stdarg.h>

#include "authd/config/config.h"
#include "tests/unit/config/fixture.h"

struct printed {
	char text[32768];
	size_t len;
};

static void print(struct printed *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static inline void
print(struct printed *out, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	out->len +=
		(size_t)vsnprintf(out->text + out->len, sizeof(out->text) - out->len, format, ap);
	va_end(ap);
	ck_assert_uint_lt(out->len, sizeof(out->text));
}

static inline void
print_networks(struct printed *out, const char *name, const struct wf_network *networks, size_t n)
{
	print(out, "%s =", name);
	for (size_t i = 0; i < n; i++) {
		print(out, " ");
		for (size_t j = 0; j < 16; j++)
			print(out, "%02x", networks[i].bytes[j]);
		print(out, "/%u", networks[i].prefix);
	}
	print(out, "\n");
}

static inline void
print_policy(struct printed *out, const struct policy *policy)
{
	size_t count;
	const struct policy_param_spec *specs = policy_params(&count);

	for (size_t i = 0; i < count; i++)
		print(out, "%s = %lld\n", specs[i].name, (long long)policy->numbers[i].value);
	print(out, "lock.backoff =");
	for (size_t i = 0; i < policy->nbackoff; i++)
		print(out, " %u", policy->backoff_s[i]);
	print(out, "\n");
	print_networks(out, "zone.networks", policy->internal, policy->ninternal);
	print_networks(out, "source.shared", policy->shared, policy->nshared);
	print_networks(out, "source.trusted", policy->trusted, policy->ntrusted);
	print(out, "helpdesk = %s\npassword.words =", policy->helpdesk);
	for (size_t i = 0; i < policy->nwords; i++)
		print(out, " %s", policy->words[i]);
	print(out, "\n");
	for (size_t i = 0; i < policy->nservices; i++) {
		const struct policy_service *s = &policy->services[i];

		print(out, "service.asked %s = %d\n", s->name, s->asked);
		print(out, "service.kinds %s = %lld\n", s->name, (long long)s->kinds);
		print(out, "service.ask %s = %u\n", s->name, s->ask);
		print(out, "service.key_only %s = %d\n", s->name, s->key_only);
		print(out, "service.root %s = %d\n", s->name, s->root_allowed);
		print(out, "service.console %s = %d\n", s->name, s->console);
		print(out, "service.invoker %s = %d\n", s->name, s->invoker);
	}
}

static inline void
print_people(struct printed *out, const char *name, const struct config_people *people)
{
	print(out, "alert.%s =", name);
	for (size_t i = 0; i < people->n; i++)
		print(out, " %s", people->to[i]);
	print(out, "\n");
}

static inline void
print_alert(
	struct printed *out, const struct config_mail *mail, const struct config_alert *alert)
{
	print(out, "mail.servers =");
	for (size_t i = 0; i < mail->nservers; i++)
		print(out, " %s", mail->servers[i].to);
	print(out, "\nmail.from = %s\nmail.user = %s\nmail.password_file = %s\n", mail->from,
		mail->user, mail->password_file);
	print(out, "mail.ca_file = %s\nmail.timeout = %u\n", mail->ca_file, mail->timeout_ms);
	print_people(out, "operators", &alert->people[ALERT_OPERATORS]);
	print_people(out, "officers", &alert->people[ALERT_OFFICERS]);
	print(out, "alert.operators_level = %u\nalert.officers_level = %u\n",
		alert->least[ALERT_OPERATORS], alert->least[ALERT_OFFICERS]);
	print(out, "alert.languages = %u\nalert.hook = %s\nalert.hook_timeout = %u\n",
		alert->languages, alert->hook, alert->hook_timeout_ms);
	print(out, "alert.hourly = %u\n", alert->hourly);
}

static inline void
print_config(struct printed *out, const struct config *config)
{
	out->len = 0;
	print(out, "run_dir = %s\nstate_dir = %s\nkey_file = %s\nbreakglass_file = %s\n",
		config->run_dir, config->state_dir, config->key_file, config->breakglass_file);
	print(out, "egress.user = %s\n", config->upstreams.user);
	print(out, "profiles_dir = %s\n", config->profiles_dir);
	print(out, "backup.every = %u\nbackup.keep_days = %u\nbackup.keep_weeks = %u\n",
		config->backup.every_ms, config->backup.days, config->backup.weeks);
	print(out, "backup.to = %s\nbackup.second = %s\n", config->backup.to,
		config->backup.second);
	print(out, "user = %s\nnode = %s\nmode = %d\nissuer = %s\n", config->user, config->node,
		(int)config->mode, config->issuer);
	print(out, "workers = %u\nqueue = %u\nconnections = %u\n", config->workers, config->queue,
		config->connections);
	print(out, "password.leak_list = %s\n", config->leak_list);
	print(out, "log.checkpoint_rows = %u\nlog.checkpoint_file = %s\n", config->checkpoint_rows,
		config->checkpoint_file);
	print(out, "findings.level = %u\nfindings.countries = %s\n", config->detect.level,
		config->countries);
	for (size_t i = 0; i < DETECT_RULES; i++)
		for (size_t p = 0; p < DETECT_PARAMS; p++)
			print(out, "detect.%s %s = %u\n", detect_params()[p].name,
				detect_rules()[i].id, config->detect.rules[i].values[p]);
	print(out, "password.memory_kib = %u\npassword.passes = %u\npassword.lanes = %u\n",
		config->password_cost.memory_kib, config->password_cost.passes,
		config->password_cost.lanes);
	print_alert(out, &config->mail, &config->alert);
	print_policy(out, &config->policy);
}

/* How many lines differ; the name on the first of them goes to name_r. */
static inline int
differing(const struct printed *a, const struct printed *b, char *name_r, size_t size)
{
	const char *left = a->text, *right = b->text;
	int n = 0;

	while (*left != '\0' && *right != '\0') {
		size_t l = strcspn(left, "\n"), r = strcspn(right, "\n");

		if (l != r || strncmp(left, right, l) != 0)
			if (n++ == 0)
				(void)snprintf(name_r, size, "%.*s", (int)strcspn(left, " "), left);
		left += l + 1;
		right += r + 1;
	}
	return n + (*left != *right);
}

#endif
