/*
 * Which client a packet is from (checklist A1): the one with the longest network that its address
 * lies in. Pure; constant once made; any thread may read.
 */
#ifndef WF_RADIUS_CLIENTS_H
#define WF_RADIUS_CLIENTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/status.h"

struct clients;

/* A network and the number of the client that it belongs to. */
struct clients_row {
	struct wf_network network;
	uint32_t client;
};

/*
 * Copies the rows, in any order; of two with the same network the first one counts. WF_NO_MEMORY.
 */
WF_MUST_USE wf_status clients_new(
	const struct clients_row *rows, size_t n, struct clients **clients_r);
void clients_free(struct clients **clients);
/*
 * By address, an IPv4 one mapped; false: no client's, discard the packet.  `single_r` is true when
 * the row is one address and no range.
 */
bool clients_find(const struct clients *clients, const struct in6_addr *address, uint32_t *client_r,
	bool *single_r);

#endif
