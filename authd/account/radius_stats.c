/*
 * What the RADIUS front end counts, as it says itself: of all clients together, and of each.
 * Nothing of it is stored; it begins at zero when the front end starts.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"

static const char *const columns[] = {"client", "counter", "value:number"};

/*
 * "client TAB counter TAB value" of `client` alone; what has another form or is another's is left
 * out.
 */
static wf_status
put_cell(struct act_call *call, const char *client, char *cell)
{
	char *counter = strchr(cell, '\t');
	char *value = counter != NULL ? strchr(counter + 1, '\t') : NULL;
	const char *cells[] = {client, NULL, NULL};

	if (value == NULL)
		return WF_OK;
	*counter++ = '\0';
	*value++ = '\0';
	if (strcmp(cell, client) != 0 || value[0] == '\0' ||
		value[strspn(value, "0123456789")] != '\0')
		return WF_OK;
	cells[1] = counter;
	cells[2] = value;
	return act_row_out(call, cells, COUNT_OF(cells));
}

static wf_status
put_counters(struct act_call *call, const char *client, const struct wf_msg *done)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < wf_msg_count(done, WF_F_CELL); i++) {
		char cell[256];

		if (wf_msg_get_text(done, WF_F_CELL, i, cell, sizeof(cell)) == WF_OK)
			status = put_cell(call, client, cell);
	}
	return status;
}

/* "" = all together. A client that the front end does not know yet has counted nothing. */
static wf_status
put_client(struct act_call *call, const char *client)
{
	const struct act_daemon *daemon = call->daemon;
	char arg[80];
	struct wf_msg done;
	wf_status status;

	(void)snprintf(arg, sizeof(arg), "client=%s", client);
	status = daemon->ask_front(
		daemon->hooks_ctx, "stats", client[0] != '\0' ? arg : NULL, &done);
	if (status == WF_UNAVAILABLE)
		return act_say(call, status,
			_("The RADIUS server is not connected: see 'systemctl status "
			  "warifu-radiusd'."));
	if (status != WF_OK)
		return act_say(call, status, _("The RADIUS server did not answer; try again."));
	status = put_counters(call, client, &done);
	wf_msg_clear(&done);
	return status;
}

wf_status
act_radius_stats(struct act_call *call)
{
	const struct config_radius *radius = &call->daemon->config->radius;
	const char *only = act_arg(call, "client");
	wf_status status;

	if (only != NULL && config_client_find(radius, only) == NULL)
		return act_say(call, WF_NOT_FOUND,
			_("There is no RADIUS client '%s': see 'warifu radius client list'."),
			only);
	status = act_head(call, columns, COUNT_OF(columns));
	if (status != WF_OK)
		return status;
	if (only != NULL)
		return put_client(call, only);
	status = put_client(call, "");
	for (size_t i = 0; status == WF_OK && i < radius->nclients; i++)
		status = put_client(call, radius->clients[i].name);
	return status;
}
