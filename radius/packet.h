/*
 * A RADIUS packet as it came: its header and its attributes, checked for form and nothing else
 * (RFC 2865 section 3 and 5; checklist A2, A3, C1).  What a request must hold is request.h's
 * matter.
 *
 * Pure: nothing is copied, the packet points into the bytes that it was read from.
 */
#ifndef WF_RADIUS_PACKET_H
#define WF_RADIUS_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

/* RFC 2865 section 3; RFC 7930 allows more by agreement, which we make none of */
#define PACKET_MAX 4096
#define PACKET_HEADER 20
#define PACKET_AUTHENTICATOR 16
/* More attributes than any product sends; what has more is not looked at. */
#define PACKET_ATTRIBUTES_MAX 200
#define ATTRIBUTE_VALUE_MAX 253

enum packet_code {
	CODE_ACCESS_REQUEST = 1,
	CODE_ACCESS_ACCEPT = 2,
	CODE_ACCESS_REJECT = 3,
	CODE_ACCOUNTING_REQUEST = 4,
	CODE_ACCOUNTING_RESPONSE = 5,
	CODE_ACCESS_CHALLENGE = 11,
	CODE_STATUS_SERVER = 12,
	CODE_DISCONNECT_REQUEST = 40,
	CODE_DISCONNECT_ACK = 41,
	CODE_DISCONNECT_NAK = 42,
	CODE_COA_ACK = 44,
	CODE_COA_NAK = 45,
	CODE_PROTOCOL_ERROR = 52
};

/* The attributes that this server itself reads or writes; names of all are in the dictionary. */
enum attribute_type {
	ATTR_USER_NAME = 1,
	ATTR_USER_PASSWORD = 2,
	ATTR_CHAP_PASSWORD = 3,
	ATTR_NAS_IP_ADDRESS = 4,
	ATTR_NAS_PORT = 5,
	ATTR_SERVICE_TYPE = 6,
	ATTR_FILTER_ID = 11,
	ATTR_REPLY_MESSAGE = 18,
	ATTR_STATE = 24,
	ATTR_CLASS = 25,
	ATTR_VENDOR_SPECIFIC = 26,
	ATTR_SESSION_TIMEOUT = 27,
	ATTR_IDLE_TIMEOUT = 28,
	ATTR_TERMINATION_ACTION = 29,
	ATTR_CALLED_STATION_ID = 30,
	ATTR_CALLING_STATION_ID = 31,
	ATTR_NAS_IDENTIFIER = 32,
	ATTR_PROXY_STATE = 33,
	ATTR_ACCT_STATUS_TYPE = 40,
	ATTR_ACCT_DELAY_TIME = 41,
	ATTR_ACCT_INPUT_OCTETS = 42,
	ATTR_ACCT_OUTPUT_OCTETS = 43,
	ATTR_ACCT_SESSION_ID = 44,
	ATTR_ACCT_SESSION_TIME = 46,
	ATTR_ACCT_TERMINATE_CAUSE = 49,
	ATTR_EVENT_TIMESTAMP = 55,
	ATTR_CHAP_CHALLENGE = 60,
	ATTR_ARAP_PASSWORD = 70,
	ATTR_PROMPT = 76,
	ATTR_EAP_MESSAGE = 79,
	ATTR_MESSAGE_AUTHENTICATOR = 80,
	ATTR_NAS_IPV6_ADDRESS = 95,
	ATTR_ERROR_CAUSE = 101,
	ATTR_EXTENDED_1 = 241
};

/* Why bytes are no packet.  Each is discarded without a reply, and counted by its reason. */
enum packet_fault {
	PACKET_FINE = 0,
	PACKET_SHORT,	    /* fewer octets than a header (A2) */
	PACKET_LENGTH,	    /* its Length is below 20 or above 4096 (A2) */
	PACKET_CUT,	    /* fewer octets came than its Length says (A2) */
	/* an attribute is shorter than its header or ends behind the packet (A3) */
	PACKET_ATTRIBUTE,
	PACKET_TYPE,	    /* attribute type 0, which is reserved */
	PACKET_TOO_MANY,    /* over PACKET_ATTRIBUTES_MAX attributes */
	PACKET_MA_LENGTH,   /* a Message-Authenticator that is not 16 octets long (C1) */
	PACKET_MA_REPEATED, /* two of them (C1) */
	PACKET_FAULTS
};

struct attribute {
	uint8_t type;
	uint8_t len; /* of the value: 0..253 */
	const uint8_t *value;
};

struct packet {
	const uint8_t *bytes; /* the caller's */
	size_t len;	      /* as its Length says; what came behind it is padding (A2) */
	uint8_t code, id;
	const uint8_t *authenticator; /* within bytes, as all that follows */
	struct attribute attributes[PACKET_ATTRIBUTES_MAX];
	size_t nattributes;
	const uint8_t *message_authenticator; /* its value; NULL: there is none */
	/*
	 * RADIUS/1.1 (RFC 9765): the connection protects it, so nothing is hidden or signed. The
	 * first 4 octets of the authenticator are its Token; id says nothing.
	 */
	bool v11;
};

#define PACKET_TOKEN 4

/*
 * `bytes` must stay as long as the packet. packet_r is overwritten, and of use only if
 * PACKET_FINE.
 */
enum packet_fault packet_read(const uint8_t *bytes, size_t len, struct packet *packet_r);
/* The same within RADIUS/1.1: a Message-Authenticator is of no meaning there, nor its form (G3). */
enum packet_fault packet_read_v11(const uint8_t *bytes, size_t len, struct packet *packet_r);
/*
 * In a stream: the length of the packet that starts here.  WF_AGAIN: fewer than 4 octets are
 * there; WF_INVALID: no packet is so long (F2).
 */
WF_MUST_USE wf_status packet_length(const uint8_t *bytes, size_t len, size_t *packet_r);
/* For counters and messages: "attribute", "ma-repeated".  Static text. */
const char *packet_fault_name(enum packet_fault fault);

/* The next one of a type behind `after` (NULL: the first); NULL when there is none. */
const struct attribute *packet_next(
	const struct packet *packet, uint8_t type, const struct attribute *after);
size_t packet_count(const struct packet *packet, uint8_t type);
static inline bool
packet_has(const struct packet *packet, uint8_t type)
{
	return packet_next(packet, type, NULL) != NULL;
}
/* The number in the first one of a type; false unless it is there and four octets long. */
bool packet_number(const struct packet *packet, uint8_t type, uint32_t *number_r);

#endif
