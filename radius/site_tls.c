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

/* RFC 9765 section 3: the protocol that is spoken here, by length and name. */
static const unsigned char classic[] = "\x0aradius/1.0";

/* Who offers protocols must offer ours (G1); who offers none speaks it anyway. */
static int
select_protocol(SSL *tls, const unsigned char **out, unsigned char *outlen, const unsigned char *in,
	unsigned int inlen, void *arg)
{
	unsigned char *selected = NULL;

	(void)tls;
	(void)arg;
	if (SSL_select_next_proto(&selected, outlen, classic, sizeof(classic) - 1, in, inlen) !=
		OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = selected;
	return SSL_TLSEXT_ERR_OK;
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
	const struct config_radius *radius = &site->config->radius;
	const struct wf_trust_files files = files_of(radius);
	const struct wf_trust_options options = {
		.server = true, .version = TLS1_2_VERSION, .keys = has_keys(radius)};
	char why[512] = "";
	wf_status status = load_keys(site, why_r);

	if (status != WF_OK || !config_radius_serves(radius, LISTEN_TLS))
		return status;
	status = wf_trust_new(&files, &options, &site->tls, why, sizeof(why));
	if (status != WF_OK) {
		snprintf(why_r, SITE_WHY_MAX, _("RADIUS over TLS: %s"), why);
		return status;
	}
	SSL_CTX_set_alpn_select_cb(site->tls, select_protocol, NULL);
	return WF_OK;
}

wf_status
site_tls_check(const struct site *site, char text_r[SITE_WHY_MAX])
{
	const struct wf_trust_files files = files_of(&site->config->radius);
	char text[WF_TERM_TEXT_MAX];
	wf_status status;

	text_r[0] = '\0';
	if (site->tls == NULL)
		return WF_OK;
	status = wf_term_check(site->tls, &files, text);
	(void)snprintf(text_r, SITE_WHY_MAX, _("RADIUS over TLS: %s"), text);
	return status;
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
