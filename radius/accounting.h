/*
 * What an Accounting-Request must hold and what it says (RFC 2866, RFC 2869 section 2.2; checklist
 * B1-B4). Pure.  The Request Authenticator has been verified before.
 */
#ifndef WF_RADIUS_ACCOUNTING_H
#define WF_RADIUS_ACCOUNTING_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/wire.h"
#include "radius/packet.h"

struct accounting_fault {
	const char *name;
	const char *about; /* for the log */
};

/*
 * The first rule that the record breaks, or NULL. A record that breaks one is discarded: it
 * cannot be stored (B2, B3).
 */
const struct accounting_fault *accounting_check(const struct packet *packet);
/* All rules in their order; NULL behind the last. */
const struct accounting_fault *accounting_faults(size_t index);

/* Of a packet that broke no rule. */
enum wf_record_event accounting_event(const struct packet *packet);
/* Framed-IP-Address or Framed-IPv6-Address; "" if neither is there. */
void accounting_framed(const struct packet *packet, char framed_r[INET6_ADDRSTRLEN]);

enum accounting_direction { ACCOUNTING_IN, ACCOUNTING_OUT };
/* With the gigawords (RFC 2869 section 5.1, 5.2); false: not said. */
bool accounting_octets(
	const struct packet *packet, enum accounting_direction direction, uint64_t *octets_r);
/*
 * True for attributes that make a record what it is: the same ones are the same record, sent
 * again (B4).
 */
bool accounting_identifies(uint8_t type);

#endif
