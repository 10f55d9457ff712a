/* Configuration and keys, loaded whole or not at all. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "authd/daemon.h"
#include "authd/factor/factor.h"
#include "common/fault.h"
#include "common/say.h"

static wf_status
set_cost(const struct config *config, char *why_r, size_t size)
{
	struct password_cost cost = {
		.memory_kib = config->password_cost.memory_kib,
		.passes = config->password_cost.passes,
		.lanes = config->password_cost.lanes,
	};
	wf_status status = password_cost_set(&cost);

	if (status != WF_OK)
		snprintf(why_r, size, "the cost of passwords is out of bounds, or more lanes than %s can do",
			password_backend());
	return status;
}

static void
live_free(struct live *live)
{
	config_free(&live->config);
	keyring_free(&live->keys);
	free(live);
}

wf_status
live_load(struct daemon *daemon, const char *file, char *why_r, size_t size)
{
	struct live *live = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*live));
	struct config_error error = {""};
	wf_status status;

	if (live == NULL)
		return WF_NO_MEMORY;
	status = config_load(file, &live->config, &error);
	if (status != WF_OK)
		snprintf(why_r, size, "%s", error.text);
	else
		status = keyring_load(live->config->key_file, &live->keys, why_r, size);
	if (status == WF_OK)
		status = config_leaks_open(live->config, why_r, size);
	if (status == WF_OK)
		status = set_cost(live->config, why_r, size);
	if (status != WF_OK) {
		live_free(live);
		return status;
	}
	live->next = daemon->live;
	daemon->live = live;
	return WF_OK;
}

void
live_tell(const struct config *config)
{
	char text[512];

	if (config_entry_say(config, text, sizeof(text)))
		wf_say(LOG_WARNING, text);
}

/* Certificates that cannot be read are no reason to keep the old list of hosts. */
static void
reload_hub(struct daemon *daemon)
{
	char why[512] = "";

	if (daemon->hub == NULL ||
	    hub_configure(daemon->hub, daemon->live->config, why, sizeof(why)) == WF_OK)
		return;
	wf_say_f(LOG_ERR, "section relays: %s; the certificates of before stay in use", why);
}

wf_status
live_reload(struct daemon *daemon, bool keys_only, const char *by, char *why_r, size_t size)
{
	struct audit_row row;
	wf_status status = live_load(daemon, daemon->options->config, why_r, size);

	if (status != WF_OK)
		return status;
	engine_configure(daemon->engine, daemon->live->config, daemon->live->keys);
	record_configure(daemon->record, daemon->live->config, daemon->live->keys);
	reload_hub(daemon);
	if (daemon_use_egress(daemon) != WF_OK)
		wf_say(LOG_ERR, "sections upstream, stream, mail and alert: no other server can be "
				"reached; restart warifud");
	if (keys_only)
		return WF_OK;
	live_tell(daemon->live->config);
	loads_add(daemon, "reload", by);
	system_row_fill(daemon, &row, AUDIT_SYSTEM, "reload", daemon->live->config->file);
	engine_write_row(daemon->engine, &row);
	return WF_OK;
}

/* Old ones go once no act and no evaluation holds them: at a busy port something is always under way. */
void
live_sweep(struct daemon *daemon, bool all)
{
	struct live **at = &daemon->live;

	if (!all && *at != NULL)
		at = &(*at)->next;
	while (*at != NULL) {
		struct live *live = *at;

		if (!all && (live->lent > 0 || engine_uses(daemon->engine, live->keys))) {
			at = &live->next;
			continue;
		}
		*at = live->next;
		live_free(live);
	}
}
