/*
 * What TLS needs of a site: the keys of its clients, and a context with the server's certificate
 * and whom it believes.
 */
#include "config.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <syslog.h>

#include "common/i18n.h"
#include "common/tls/term.h"
#include "radius/site.h"

/* RFC 9765 section 3: what is spoken here, by length and name, the best first (G1). */
static const struct protocol {
	enum radius_version version;
	int tls; /* the oldest one for it */
	unsigned char name[12];
} protocols[] = {
	{RADIUS_1_1, TLS1_3_VERSION, "\x0aradius/1.1"},
	{RADIUS_1_0, TLS1_2_VERSION, "\x0aradius/1.0"},
};
#define PROTOCOL_LEN 11 /* of each, its length included */

static bool
is_offered(const struct protocol *protocol, const unsigned char *in, unsigned len)
{
	for (unsigned at = 0; at < len; at += in[at] + 1U)
		if (len - at >= PROTOCOL_LEN && wf_mem_equal(in + at, protocol->name, PROTOCOL_LEN))
			return true;
	return false;
}

/* Who offers protocols must offer one of ours (G1); who offers none speaks RADIUS/1.0. */
static int
select_protocol(SSL *tls, const unsigned char **out, unsigned char *outlen, const unsigned char *in,
	unsigned int inlen, void *arg)
{
	const unsigned *versions = arg;

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		const struct protocol *protocol = &protocols[i];

		if ((*versions & (unsigned)protocol->version) == 0 ||
			SSL_version(tls) < protocol->tls || !is_offered(protocol, in, inlen))
			continue;
		*out = protocol->name + 1;
		*outlen = PROTOCOL_LEN - 1;
		return SSL_TLSEXT_ERR_OK;
	}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* G1: where RADIUS/1.0 is not spoken, who offers no protocol at all is told so. */
static int
look_at_hello(SSL *tls, int *alert, void *arg)
{
	const unsigned *versions = arg;
	const unsigned char *offered;
	size_t len;

	if ((*versions & RADIUS_1_0) != 0 ||
		SSL_client_hello_get0_ext(tls,
			TLSEXT_TYPE_application_layer_protocol_negotiation, &offered, &len) == 1)
		return SSL_CLIENT_HELLO_SUCCESS;
	*alert = SSL_AD_NO_APPLICATION_PROTOCOL;
	return SSL_CLIENT_HELLO_ERROR;
}

enum radius_version
site_version(const SSL *tls)
{
	const unsigned char *chosen;
	unsigned len;

	SSL_get0_alpn_selected(tls, &chosen, &len);
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (len == PROTOCOL_LEN - 1 && wf_mem_equal(chosen, protocols[i].name + 1, len))
			return protocols[i].version;
	return RADIUS_1_0;
}

static bool
has_keys(const struct config_radius *radius)
{
	for (size_t i = 0; i < radius->nclients; i++)
		if (radius->clients[i].psk_identity[0] != '\0')
			return true;
	return false;
}

static wf_status
load_keys(struct site *site, char why_r[SITE_WHY_MAX])
{
	for (size_t i = 0; i < site->nclients; i++) {
		struct client *client = &site->clients[i];
		const struct config_client *config = client->config;
		wf_status status;

		if (config->psk_file[0] == '\0')
			continue;
		status = config_psk_read(config, site->config->radius_uid, &client->psk);
		if (status == WF_OK)
			continue;
		snprintf(why_r, SITE_WHY_MAX,
			_("client '%s': key %s cannot be used: %s. It is one line of 32 to 256 "
			  "hexadecimal digits, and the file belongs to the user of "
			  "warifu-radiusd or to root and is open to nobody else"),
			config->name, config->psk_file, _(wf_status_text(status)));
		return status;
	}
	return WF_OK;
}

static struct wf_trust_files
files_of(const struct config_radius *radius)
{
	return (struct wf_trust_files){
		.certificate = radius->certificate,
		.key = radius->key,
		.ca = radius->ca,
		.crl = radius->crl,
	};
}

wf_status
site_load_tls(struct site *site, char why_r[SITE_WHY_MAX])
{
	/* A handshake may outlive its site, so it is lent none of it. */
	static unsigned versions[] = {0, RADIUS_1_0, RADIUS_1_1, RADIUS_1_0 | RADIUS_1_1};
	const struct config_radius *radius = &site->config->radius;
	const struct wf_trust_files files = files_of(radius);
	const struct wf_trust_options options = {
		.server = true,
		.version = (radius->versions & RADIUS_1_0) != 0 ? TLS1_2_VERSION : TLS1_3_VERSION,
		.keys = has_keys(radius),
	};
	char why[512] = "";
	wf_status status = load_keys(site, why_r);

	if (status != WF_OK || !config_radius_serves(radius, LISTEN_TLS))
		return status;
	status = wf_trust_new(&files, &options, &site->tls, why, sizeof(why));
	if (status != WF_OK) {
		snprintf(why_r, SITE_WHY_MAX, _("RADIUS over TLS: %s"), why);
		return status;
	}
	SSL_CTX_set_alpn_select_cb(site->tls, select_protocol, &versions[radius->versions]);
	SSL_CTX_set_client_hello_cb(site->tls, look_at_hello, &versions[radius->versions]);
	return WF_OK;
}

void
site_tls_term(const struct site *site, struct wf_term *term_r)
{
	const struct wf_trust_files files = files_of(&site->config->radius);

	*term_r = (struct wf_term){.part = WF_TERM_NONE};
	if (site->tls != NULL)
		wf_term_look(site->tls, &files, term_r);
}

wf_status
site_tls_check(const struct site *site, char text_r[SITE_WHY_MAX])
{
	char text[WF_TERM_TEXT_MAX];
	struct wf_term term;

	text_r[0] = '\0';
	if (site->tls == NULL)
		return WF_OK;
	site_tls_term(site, &term);
	wf_term_say(&term, text);
	(void)snprintf(text_r, SITE_WHY_MAX, _("RADIUS over TLS: %s"), text);
	return wf_term_status(&term);
}

void
site_say_terms(const struct site *site, void (*say)(int priority, const char *text))
{
	char text[SITE_WHY_MAX];

	if (site_tls_check(site, text) != WF_OK)
		say(LOG_WARNING, text);
}

/* The client of a configuration's entry, if it may come from there. */
static const struct client *
client_of(const struct site *site, const struct config_client *config,
	const struct in6_addr *address)
{
	if (config == NULL || !config_client_may_connect(config, address->s6_addr))
		return NULL;
	return &site->clients[config - site->config->radius.clients];
}

const struct client *
site_client_by_certificate(
	const struct site *site, const char *name, const struct in6_addr *address)
{
	return client_of(site, config_client_by_certificate(&site->config->radius, name), address);
}

const struct client *
site_client_by_identity(
	const struct site *site, const char *identity, const struct in6_addr *address)
{
	return client_of(
		site, config_client_by_identity(&site->config->radius, identity), address);
}

bool
site_may_connect(const struct site *site, const struct in6_addr *address)
{
	for (size_t i = 0; i < site->nclients; i++) {
		const struct config_client *config = site->clients[i].config;

		if ((config->ncertificates > 0 || config->psk_identity[0] != '\0') &&
			config_client_may_connect(config, address->s6_addr))
			return true;
	}
	return false;
}
