/*
 * Source addresses and networks. Numeric forms only; nothing is looked up, so
 * that whoever holds the DNS holds no say in who is let in from where.
 */
#include "config.h"

#include "common/addr.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define NAME_SHOWN_MAX 40
#define MAPPED_BITS 96 /* bits of ::ffff:0:0, in front of an IPv4 address */

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool
addr_is_mapped(const uint8_t bytes[16])
{
	for (size_t i = 0; i < sizeof(mapped_prefix); i++)
		if (bytes[i] != mapped_prefix[i])
			return false;
	return true;
}

/* A numeric address without scope; IPv4 as ::ffff:a.b.c.d. */
static bool
addr_parse(const char *text, uint8_t bytes_r[16])
{
	struct in6_addr v6;
	struct in_addr v4;

	if (inet_pton(AF_INET, text, &v4) == 1) {
		memcpy(bytes_r, mapped_prefix, sizeof(mapped_prefix));
		memcpy(bytes_r + sizeof(mapped_prefix), &v4, sizeof(v4));
		return true;
	}
	if (inet_pton(AF_INET6, text, &v6) != 1)
		return false;
	memcpy(bytes_r, &v6, sizeof(v6));
	return true;
}

static void
addr_print(const uint8_t bytes[16], char text_r[WF_SOURCE_MAX])
{
	if (addr_is_mapped(bytes))
		(void)inet_ntop(
			AF_INET, bytes + sizeof(mapped_prefix), text_r, (socklen_t)WF_SOURCE_MAX);
	else
		(void)inet_ntop(AF_INET6, bytes, text_r, (socklen_t)WF_SOURCE_MAX);
}

/* As addr_parse, but "fe80::1%eth0" passes and loses its scope. */
static bool
addr_parse_scoped(const char *text, uint8_t bytes_r[16])
{
	char bare[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "%");

	if (text[len] == '\0')
		return addr_parse(text, bytes_r);
	if (len >= sizeof(bare) || memchr(text, ':', len) == NULL)
		return false;
	memcpy(bare, text, len);
	bare[len] = '\0';
	return addr_parse(bare, bytes_r);
}

static bool
char_is_graphic(unsigned char c)
{
	return c > ' ' && c < 0x7f;
}

static bool
char_is_of_tty(unsigned char c)
{
	return c < 0x80 && (isalnum(c) || strchr("_./:-", c) != NULL);
}

/* `prefix` and up to `max` characters of `text`, each that is not accepted as '?'. */
static void
source_label(struct wf_source *source, const char *prefix, const char *text, size_t max,
	bool (*accepts)(unsigned char))
{
	size_t used = strlen(prefix);

	memcpy(source->text, prefix, used);
	for (size_t i = 0; i < max && text[i] != '\0' && used < WF_SOURCE_MAX - 1; i++)
		source->text[used++] = (char)(accepts((unsigned char)text[i]) ? text[i] : '?');
	source->text[used] = '\0';
}

static void
source_from_host(const char *rhost, struct wf_source *source)
{
	uint8_t bytes[16];
	const char *host = strcmp(rhost, "localhost") == 0 ? "127.0.0.1" : rhost;

	source->remote = true;
	if (addr_parse_scoped(host, bytes))
		addr_print(bytes, source->text);
	else
		source_label(source, "name:", rhost, NAME_SHOWN_MAX, char_is_graphic);
}

static void
source_from_tty(const char *tty, struct wf_source *source)
{
	const char *name = tty != NULL ? tty : "";

	if (strncmp(name, "/dev/", 5) == 0)
		name += 5;
	if (name[0] == '\0')
		name = "unknown";
	source_label(source, "local:", name, WF_SOURCE_MAX, char_is_of_tty);
}

void
wf_source_from_pam(const char *rhost, const char *tty, struct wf_source *source_r)
{
	struct wf_source source = {.remote = false};

	if (rhost != NULL && rhost[0] != '\0')
		source_from_host(rhost, &source);
	else
		source_from_tty(tty, &source);
	*source_r = source;
}

/* One to three digits, no leading zero, at most `max`. */
static bool
prefix_parse(const char *text, unsigned max, unsigned *prefix_r)
{
	unsigned prefix = 0;
	size_t len = strspn(text, "0123456789");

	if (len == 0 || len > 3 || text[len] != '\0' || (len > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++)
		prefix = prefix * 10 + (unsigned)(text[i] - '0');
	if (prefix > max)
		return false;
	*prefix_r = prefix;
	return true;
}

/* The bits of octet `i` that lie inside the prefix. */
static uint8_t
prefix_mask(unsigned prefix, unsigned i)
{
	unsigned inside = prefix > 8 * i ? prefix - 8 * i : 0;

	return (uint8_t)(inside >= 8 ? 0xffU : 0xff00U >> inside);
}

static bool
network_has_host_bits(const struct wf_network *network)
{
	for (unsigned i = 0; i < sizeof(network->bytes); i++)
		if ((network->bytes[i] & ~prefix_mask(network->prefix, i)) != 0)
			return true;
	return false;
}

wf_status
wf_network_parse(const char *text, struct wf_network *network_r)
{
	struct wf_network network = {.prefix = 128};
	char address[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "/");
	bool v4;

	if (len >= sizeof(address))
		return WF_INVALID;
	memcpy(address, text, len);
	address[len] = '\0';
	if (!addr_parse(address, network.bytes))
		return WF_INVALID;
	v4 = strchr(address, ':') == NULL;
	if (text[len] == '/') {
		if (!prefix_parse(text + len + 1, v4 ? 32 : 128, &network.prefix))
			return WF_INVALID;
		network.prefix += v4 ? MAPPED_BITS : 0;
	}
	if (network_has_host_bits(&network))
		return WF_INVALID;
	*network_r = network;
	return WF_OK;
}

bool
wf_network_contains(const struct wf_network *network, const struct wf_source *source)
{
	uint8_t bytes[16];

	if (!source->remote || !addr_parse(source->text, bytes))
		return false;
	/* The families stay apart: "::/0" means every IPv6 address and no IPv4 one. */
	if (network->prefix < MAPPED_BITS && addr_is_mapped(bytes))
		return false;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		if (((network->bytes[i] ^ bytes[i]) & prefix_mask(network->prefix, i)) != 0)
			return false;
	return true;
}

bool
wf_subscriber(const char *text, uint8_t key_r[WF_SUBSCRIBER_LEN])
{
	struct in_addr v4;
	struct in6_addr v6;

	memset(key_r, 0, WF_SUBSCRIBER_LEN);
	if (inet_pton(AF_INET, text, &v4) == 1) {
		memcpy(key_r + 12, &v4, sizeof(v4));
		return true;
	}
	if (inet_pton(AF_INET6, text, &v6) != 1)
		return false;
	memcpy(key_r, &v6, 8);
	return true;
}
