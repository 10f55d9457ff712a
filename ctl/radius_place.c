/* The machine's own addresses, and who has the port; see the header. */
#include "config.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "common/fault.h"
#include "ctl/radius_place.h"

#define LOOPBACK_NET 127

/* IPv4 as ::ffff:a.b.c.d; false: it is of neither family. */
static bool
mapped(const struct sockaddr *from, struct in6_addr *address_r)
{
	if (from->sa_family == AF_INET6) {
		*address_r = ((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
		return true;
	}
	if (from->sa_family != AF_INET)
		return false;
	*address_r = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
	memcpy(&address_r->s6_addr[12],
		&((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
	return true;
}

static bool
is_loopback(const struct in6_addr *address)
{
	return IN6_IS_ADDR_LOOPBACK(address) ||
	       (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == LOOPBACK_NET);
}

static bool
is_among(const struct ifaddrs *list, const struct in6_addr *address)
{
	for (; list != NULL; list = list->ifa_next) {
		struct in6_addr own;

		if (list->ifa_addr != NULL && mapped(list->ifa_addr, &own) &&
			IN6_ARE_ADDR_EQUAL(&own, address))
			return true;
	}
	return false;
}

static enum place_fault
check_address(const struct in6_addr *address)
{
	struct ifaddrs *list;
	bool own;

	if (is_loopback(address))
		return PLACE_FINE;
	if (wf_fault(WF_FAULT_SOCKET) || getifaddrs(&list) != 0)
		return PLACE_UNSEEN;
	own = is_among(list, address);
	freeifaddrs(list);
	return own ? PLACE_FINE : PLACE_FOREIGN;
}

static uint16_t
port_of(const struct sockaddr *server)
{
	return ntohs(server->sa_family == AF_INET6
			     ? ((const struct sockaddr_in6 *)(const void *)server)->sin6_port
			     : ((const struct sockaddr_in *)(const void *)server)->sin_port);
}

enum place_fault
place_check(const struct sockaddr *server, uid_t user, struct port_holder *holder_r)
{
	const uid_t known[] = {0, geteuid(), user};
	struct in6_addr address;
	enum place_fault fault;
	wf_status status;

	if (!mapped(server, &address))
		return PLACE_FOREIGN; /* coverage: the parser of addresses gives no others */
	fault = check_address(&address);
	if (fault != PLACE_FINE)
		return fault;
	status = port_stranger(&address, port_of(server), known, 3, holder_r);
	if (status == WF_OK)
		return PLACE_HELD;
	return status == WF_NOT_FOUND ? PLACE_FINE : PLACE_UNSEEN;
}
