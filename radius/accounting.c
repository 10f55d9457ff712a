/* Rules and values of accounting. */
#include "config.h"

#include "radius/accounting.h"

#include <arpa/inet.h>

#define ATTR_FRAMED_IP_ADDRESS 8
#define ATTR_ACCT_INPUT_GIGAWORDS 52
#define ATTR_ACCT_OUTPUT_GIGAWORDS 53
#define ATTR_FRAMED_IPV6_ADDRESS 168 /* RFC 6911 */

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* RFC 2866 section 5.1; the others are of tunnels and failures, which make no session. */
static const struct {
	uint32_t status_type;
	enum wf_record_event event;
} events[] = {
	{1, WF_RECORD_START},
	{2, WF_RECORD_STOP},
	{3, WF_RECORD_INTERIM},
	{7, WF_RECORD_NAS_ON},
	{8, WF_RECORD_NAS_OFF},
};

static bool
find_event(const struct packet *packet, enum wf_record_event *event_r)
{
	uint32_t type;

	if (!packet_number(packet, ATTR_ACCT_STATUS_TYPE, &type))
		return false;
	for (size_t i = 0; i < ROWS(events); i++) {
		if (events[i].status_type != type)
			continue;
		*event_r = events[i].event;
		return true;
	}
	return false;
}

enum wf_record_event
accounting_event(const struct packet *packet)
{
	enum wf_record_event event = WF_RECORD_INTERIM;

	(void)find_event(packet, &event); /* accounting_check() has looked */
	return event;
}

static bool
status_missing(const struct packet *packet)
{
	uint32_t type;

	return packet_count(packet, ATTR_ACCT_STATUS_TYPE) != 1 ||
	       !packet_number(packet, ATTR_ACCT_STATUS_TYPE, &type);
}

static bool
status_unknown(const struct packet *packet)
{
	enum wf_record_event event;

	return !find_event(packet, &event);
}

static bool
session_missing(const struct packet *packet)
{
	const struct attribute *session = packet_next(packet, ATTR_ACCT_SESSION_ID, NULL);

	return packet_count(packet, ATTR_ACCT_SESSION_ID) != 1 || session->len == 0;
}

static bool
nas_missing(const struct packet *packet)
{
	return !packet_has(packet, ATTR_NAS_IP_ADDRESS) &&
	       !packet_has(packet, ATTR_NAS_IPV6_ADDRESS) &&
	       !packet_has(packet, ATTR_NAS_IDENTIFIER);
}

static bool
forbidden(const struct packet *packet)
{
	static const uint8_t types[] = {
		ATTR_USER_PASSWORD, ATTR_CHAP_PASSWORD, ATTR_REPLY_MESSAGE, ATTR_STATE};

	for (size_t i = 0; i < sizeof(types); i++)
		if (packet_has(packet, types[i]))
			return true;
	return false;
}

/* A session has a user; the device's own start and stop have none. */
static bool
user_missing(const struct packet *packet)
{
	enum wf_record_event event = accounting_event(packet);
	const struct attribute *name = packet_next(packet, ATTR_USER_NAME, NULL);
	bool device = event == WF_RECORD_NAS_ON || event == WF_RECORD_NAS_OFF;

	if (name == NULL)
		return !device;
	return name->len == 0 || packet_count(packet, ATTR_USER_NAME) > 1;
}

static const struct rule {
	bool (*broken)(const struct packet *packet);
	struct accounting_fault fault;
} rules[] = {
	{status_missing, {"status-type-missing", "a record without Acct-Status-Type"}},
	{status_unknown, {"status-type-unknown", "a record that is neither start, stop, interim, "
						 "on nor off: let the device send no others"}},
	{session_missing, {"session-missing", "a record without Acct-Session-Id"}},
	{nas_missing, {"nas-missing", "neither NAS-IP-Address nor NAS-Identifier in a record: set "
				      "one on the device"}},
	{forbidden, {"forbidden", "a record with a password, a State or a Reply-Message"}},
	{user_missing, {"user-name-missing", "a record of a session without User-Name"}},
};

const struct accounting_fault *
accounting_check(const struct packet *packet)
{
	for (size_t i = 0; i < ROWS(rules); i++)
		if (rules[i].broken(packet))
			return &rules[i].fault;
	return NULL;
}

const struct accounting_fault *
accounting_faults(size_t index)
{
	return index < ROWS(rules) ? &rules[index].fault : NULL;
}

void
accounting_framed(const struct packet *packet, char framed_r[INET6_ADDRSTRLEN])
{
	const struct attribute *v4 = packet_next(packet, ATTR_FRAMED_IP_ADDRESS, NULL);
	const struct attribute *v6 = packet_next(packet, ATTR_FRAMED_IPV6_ADDRESS, NULL);

	framed_r[0] = '\0';
	if (v4 != NULL && v4->len == 4)
		(void)inet_ntop(AF_INET, v4->value, framed_r, INET6_ADDRSTRLEN);
	else if (v6 != NULL && v6->len == 16)
		(void)inet_ntop(AF_INET6, v6->value, framed_r, INET6_ADDRSTRLEN);
}

bool
accounting_octets(
	const struct packet *packet, enum accounting_direction direction, uint64_t *octets_r)
{
	static const struct {
		uint8_t low, high;
	} types[] = {
		[ACCOUNTING_IN] = {ATTR_ACCT_INPUT_OCTETS, ATTR_ACCT_INPUT_GIGAWORDS},
		[ACCOUNTING_OUT] = {ATTR_ACCT_OUTPUT_OCTETS, ATTR_ACCT_OUTPUT_GIGAWORDS},
	};
	uint32_t low, high = 0;

	if (!packet_number(packet, types[direction].low, &low))
		return false;
	(void)packet_number(packet, types[direction].high, &high);
	*octets_r = (uint64_t)high << 32 | low;
	return true;
}

bool
accounting_identifies(uint8_t type)
{
	static const uint8_t types[] = {
		ATTR_USER_NAME,
		ATTR_NAS_IP_ADDRESS,
		ATTR_NAS_IPV6_ADDRESS,
		ATTR_NAS_IDENTIFIER,
		ATTR_NAS_PORT,
		ATTR_FRAMED_IP_ADDRESS,
		ATTR_FRAMED_IPV6_ADDRESS,
		ATTR_CALLING_STATION_ID,
		ATTR_ACCT_STATUS_TYPE,
		ATTR_ACCT_SESSION_ID,
		ATTR_ACCT_SESSION_TIME,
		ATTR_ACCT_INPUT_OCTETS,
		ATTR_ACCT_OUTPUT_OCTETS,
		ATTR_ACCT_INPUT_GIGAWORDS,
		ATTR_ACCT_OUTPUT_GIGAWORDS,
		ATTR_ACCT_TERMINATE_CAUSE,
		ATTR_EVENT_TIMESTAMP,
	};

	for (size_t i = 0; i < sizeof(types); i++)
		if (types[i] == type)
			return true;
	return false;
}
