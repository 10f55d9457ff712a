/* systemd: socket activation. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "authd/service.h"

struct named_role {
	const char *name;
	enum front_role role;
};

static const struct named_role named_roles[] = {
	{ "pam", FRONT_PAM }, { "radius", FRONT_RADIUS }, { "control", FRONT_CONTROL }
};

static void
free_names(char **names)
{
	for (size_t i = 0; names != NULL && names[i] != NULL; i++)
		free(names[i]);
	free(names);
}

size_t
service_sockets(wf_status (*take)(void *ctx, enum front_role role, int fd), void *ctx)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(1, &names);
	size_t taken = 0;

	for (int i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof(named_roles) / sizeof(named_roles[0]); k++)
			if (strcmp(names[i], named_roles[k].name) == 0 &&
			    take(ctx, named_roles[k].role, SD_LISTEN_FDS_START + i) == WF_OK)
				taken++;
	if (n > 0)
		free_names(names);
	return taken;
}
