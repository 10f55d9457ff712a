/*
 * Addresses: what PAM says of a remote host and a terminal, and networks of the configuration. A
 * source has one form, is never empty and is safe to show; a network holds what lies in it.
 *
 * The input is cut at line feeds: remote host, terminal, network.
 */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "tests/fuzz/fuzz.h"

#define FILLED 0xa5

static bool
is_graphic(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static void
source(const char *rhost, const char *tty, struct wf_source *source_r)
{
	struct wf_source again;

	wf_source_from_pam(rhost, tty, source_r);
	FUZZ_CHECK(strnlen(source_r->text, WF_SOURCE_MAX) < WF_SOURCE_MAX);
	FUZZ_CHECK(source_r->text[0] != '\0' && is_graphic(source_r->text));
	FUZZ_CHECK(source_r->remote == (rhost != NULL && rhost[0] != '\0'));
	FUZZ_CHECK(source_r->remote || strncmp(source_r->text, "local:", 6) == 0);
	if (!source_r->remote || strncmp(source_r->text, "name:", 5) == 0)
		return;
	/* An address: its text is its only one. */
	wf_source_from_pam(source_r->text, NULL, &again);
	FUZZ_CHECK(again.remote && strcmp(again.text, source_r->text) == 0);
	FUZZ_CHECK(strpbrk(source_r->text, "%/") == NULL);
}

/* As inet_pton() sees it, by another way than the code's own. */
static bool
is_inside(const struct wf_network *network, const struct wf_source *host)
{
	char text[WF_SOURCE_MAX + 8];
	uint8_t bytes[16];
	bool v4 = strchr(host->text, ':') == NULL;

	(void)snprintf(text, sizeof(text), "%s%s", v4 ? "::ffff:" : "", host->text);
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return false;
	if (v4 && network->prefix < 96)
		return false;
	for (unsigned bit = 0; bit < network->prefix; bit++)
		if (((bytes[bit / 8] ^ network->bytes[bit / 8]) & 0x80 >> bit % 8) != 0)
			return false;
	return true;
}

/* The network written out and read again. */
static void
is_read_again(const struct wf_network *network)
{
	char address[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 8];
	struct wf_network again;
	struct wf_source own;

	FUZZ_CHECK(inet_ntop(AF_INET6, network->bytes, address, sizeof(address)) != NULL);
	(void)snprintf(text, sizeof(text), "%s/%u", address, network->prefix);
	FUZZ_CHECK(wf_network_parse(text, &again) == WF_OK);
	FUZZ_CHECK(again.prefix == network->prefix);
	FUZZ_CHECK(memcmp(again.bytes, network->bytes, sizeof(again.bytes)) == 0);
	wf_source_from_pam(address, NULL, &own);
	FUZZ_CHECK(wf_network_contains(network, &own) == is_inside(network, &own));
}

static void
network(const char *text, const struct wf_source *host)
{
	struct wf_network parsed;

	memset(&parsed, FILLED, sizeof(parsed));
	if (wf_network_parse(text, &parsed) != WF_OK) {
		FUZZ_CHECK(fuzz_all(&parsed, sizeof(parsed), FILLED));
		return;
	}
	FUZZ_CHECK(parsed.prefix <= 128);
	for (unsigned bit = parsed.prefix; bit < 128; bit++)
		FUZZ_CHECK((parsed.bytes[bit / 8] & 0x80 >> bit % 8) == 0);
	is_read_again(&parsed);
	FUZZ_CHECK(wf_network_contains(&parsed, host) ==
		(host->remote && is_inside(&parsed, host)));
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	char *texts[3] = {NULL, NULL, NULL};
	struct wf_source host, terminal;

	(void)fuzz_split(data, size, '\n', texts, 3);
	source(texts[0], texts[1], &host);
	source(NULL, texts[1], &terminal);
	if (texts[2] != NULL) {
		network(texts[2], &host);
		network(texts[2], &terminal);
	}
	network(texts[0], &host);
	free(texts[0]);
}
