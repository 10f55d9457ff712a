/*
 * Which program holds a port of this machine, as /proc tells it. Without root's rights the port's
 * user is known, but programs of others are not. One thread.
 */
#ifndef WF_CTL_PORTHOLD_H
#define WF_CTL_PORTHOLD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/status.h"

#define PORTHOLD_NAME_MAX 32

struct port_holder {
	uid_t uid;
	pid_t pid;			  /* 0: not to be seen by the caller */
	char name[PORTHOLD_NAME_MAX]; /* the program's; "" where its pid is not known */
};

/*
 * Of a UDP socket, or a listening TCP one, at any address. WF_NOT_FOUND: nobody has it; WF_IO:
 * /proc cannot be read.
 */
WF_MUST_USE wf_status port_holder(bool tcp, uint16_t port, struct port_holder *holder_r);
/*
 * Of a UDP socket that is none of these users' and hears what is sent to this address (IPv4 as
 * ::ffff:a.b.c.d): bound to it, or to all addresses. Whoever has the port at others is no matter.
 */
WF_MUST_USE wf_status port_stranger(const struct in6_addr *address, uint16_t port,
	const uid_t *known, size_t n, struct port_holder *holder_r);

#endif
