/* The rules of an Access-Request. */
#include "config.h"

#include "radius/request.h"

#include "common/i18n.h"
#include "common/utf8.h"

#define SERVICE_AUTHORIZE_ONLY 17 /* RFC 5176 section 3.1 */
#define VENDOR_MICROSOFT 311

static size_t
count_of(const struct packet *packet, const uint8_t *types, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += packet_count(packet, types[i]);
	return count;
}

/*
 * A sub-attribute of Microsoft's that is an answer to a challenge (RFC 2548): MS-CHAP-Response or
 * MS-CHAP2-Response.
 */
static bool
is_mschap(const struct attribute *attribute)
{
	const uint8_t *v = attribute->value;
	uint32_t vendor;

	if (attribute->len < 6)
		return false;
	vendor = (uint32_t)v[0] << 24 | (uint32_t)v[1] << 16 | (uint32_t)v[2] << 8 | v[3];
	return vendor == VENDOR_MICROSOFT && (v[4] == 1 || v[4] == 25);
}

static bool
has_mschap(const struct packet *packet)
{
	const struct attribute *vendor = NULL;

	while ((vendor = packet_next(packet, ATTR_VENDOR_SPECIFIC, vendor)) != NULL)
		if (is_mschap(vendor))
			return true;
	return false;
}

static bool
has_credentials(const struct packet *packet)
{
	static const uint8_t types[] = {
		ATTR_USER_PASSWORD, ATTR_CHAP_PASSWORD, ATTR_ARAP_PASSWORD, ATTR_EAP_MESSAGE};

	return count_of(packet, types, sizeof(types)) > 0 || has_mschap(packet);
}

/* RADIUS/1.1 is protected by its connection (G3). */
static bool
is_protected(const struct packet *packet)
{
	return packet->v11 || packet->message_authenticator != NULL;
}

static bool
eap_unprotected(const struct packet *packet)
{
	return packet_has(packet, ATTR_EAP_MESSAGE) && !is_protected(packet);
}

static bool
bare_unprotected(const struct packet *packet)
{
	return !has_credentials(packet) && !is_protected(packet);
}

static bool
name_missing(const struct packet *packet)
{
	const struct attribute *name = packet_next(packet, ATTR_USER_NAME, NULL);

	return name == NULL || name->len == 0;
}

static bool
name_repeated(const struct packet *packet)
{
	return packet_count(packet, ATTR_USER_NAME) > 1;
}

bool
request_text_fine(const struct attribute *attribute)
{
	return wf_utf8_valid(attribute->value, attribute->len, false);
}

static bool
name_odd(const struct packet *packet)
{
	return !request_text_fine(packet_next(packet, ATTR_USER_NAME, NULL));
}

static bool
nas_missing(const struct packet *packet)
{
	static const uint8_t types[] = {
		ATTR_NAS_IP_ADDRESS, ATTR_NAS_IPV6_ADDRESS, ATTR_NAS_IDENTIFIER};

	return count_of(packet, types, sizeof(types)) == 0;
}

static bool
credentials_repeated(const struct packet *packet)
{
	static const uint8_t singles[] = {
		ATTR_USER_PASSWORD, ATTR_CHAP_PASSWORD, ATTR_ARAP_PASSWORD};
	size_t n = count_of(packet, singles, sizeof(singles));

	/* EAP comes in pieces: all of them are one. */
	return n + packet_has(packet, ATTR_EAP_MESSAGE) + has_mschap(packet) > 1;
}

static bool
state_repeated(const struct packet *packet)
{
	return packet_count(packet, ATTR_STATE) > 1;
}

static bool
authorize_only(const struct packet *packet)
{
	uint32_t type;

	return packet_number(packet, ATTR_SERVICE_TYPE, &type) && type == SERVICE_AUTHORIZE_ONLY &&
	       !packet_has(packet, ATTR_STATE);
}

static bool
method_chap(const struct packet *packet)
{
	return packet_has(packet, ATTR_CHAP_PASSWORD);
}

static bool
method_eap(const struct packet *packet)
{
	return packet_has(packet, ATTR_EAP_MESSAGE);
}

static bool
method_arap(const struct packet *packet)
{
	return packet_has(packet, ATTR_ARAP_PASSWORD);
}

static bool
password_missing(const struct packet *packet)
{
	return !packet_has(packet, ATTR_USER_PASSWORD);
}

static bool
password_length(const struct packet *packet)
{
	const struct attribute *password = packet_next(packet, ATTR_USER_PASSWORD, NULL);

	return password->len == 0 || password->len > 128 ||
	       (!packet->v11 && password->len % 16 != 0);
}

struct rule {
	bool (*broken)(const struct packet *packet);
	struct request_fault fault;
};

/* In this order: each may rely on those before it. */
static const struct rule rules[] = {
	/* C2 */
	{eap_unprotected,
		{REQUEST_DISCARD, "eap-unprotected", N_("EAP without Message-Authenticator")}},
	/* C4 */
	{bare_unprotected,
		{REQUEST_DISCARD, "bare", N_("neither a password nor a Message-Authenticator")}},
	/* RFC 2865 section 4.1, A10 */
	{name_missing, {REQUEST_REJECT, "user-name-missing",
			       N_("no User-Name: set the device to send one")}},
	{name_repeated, {REQUEST_REJECT, "user-name-repeated", N_("more than one User-Name")}},
	/* A8: a NUL has made one user into another elsewhere */
	{name_odd, {REQUEST_REJECT, "user-name-form",
			   N_("the User-Name is not UTF-8 or has control characters")}},
	/* A9 */
	{nas_missing,
		{REQUEST_REJECT, "nas-missing",
			N_("neither NAS-IP-Address nor NAS-Identifier: set one on the device")}},
	{credentials_repeated, {REQUEST_REJECT, "password-repeated",
				       N_("more than one password, or two methods at once")}},
	/* A13 */
	{state_repeated, {REQUEST_REJECT, "state-repeated", N_("more than one State")}},
	/* D6 */
	{authorize_only, {REQUEST_REJECT, "authorize-only",
				 N_("Authorize-Only for nobody who has logged in")}},
	/* A4, C3, K4: no stored hash can answer these */
	{method_chap, {REQUEST_REJECT, "method-chap",
			      N_("CHAP cannot be checked: set the device to PAP")}},
	{has_mschap, {REQUEST_REJECT, "method-mschap",
			     N_("MS-CHAP cannot be checked: set the device to PAP")}},
	{method_arap, {REQUEST_REJECT, "method-arap",
			      N_("ARAP cannot be checked: set the device to PAP")}},
	{method_eap,
		{REQUEST_REJECT, "method-eap", N_("EAP is not supported: set the device to PAP")}},
	{password_missing, {REQUEST_REJECT, "password-missing", N_("no User-Password")}},
	/* A8 */
	{password_length, {REQUEST_REJECT, "password-length",
				  N_("the User-Password is not 16 to 128 octets in blocks of 16, "
					      "or, within RADIUS/1.1, 1 to 128")}},
};

static const struct request_fault fine = {REQUEST_EVALUATE, "fine", ""};

const struct request_fault *
request_check(const struct packet *packet)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].broken(packet))
			return &rules[i].fault;
	return &fine;
}

const struct request_fault *
request_faults(size_t index)
{
	return index < sizeof(rules) / sizeof(rules[0]) ? &rules[index].fault : NULL;
}
