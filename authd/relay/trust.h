/*
 * What both ends of a relay's connection demand of each other: TLS 1.3, and a certificate of the
 * configured CA (common/tls/trust.h).
 */
#ifndef WF_AUTHD_RELAY_TRUST_H
#define WF_AUTHD_RELAY_TRUST_H

#include "authd/config/relay.h"
#include "common/tls/term.h"

enum trust_end { TRUST_CENTRE, TRUST_RELAY };

/* As wf_trust_new(). */
WF_MUST_USE wf_status trust_new(const struct config_trust *files, enum trust_end end,
	SSL_CTX **context_r, char *why_r, size_t size);
/* As wf_term_look(), wf_term_check(). */
void trust_term(
	const SSL_CTX *context, const struct config_trust *files, struct wf_term *term_r);
WF_MUST_USE wf_status trust_check(const SSL_CTX *context, const struct config_trust *files,
	char text_r[WF_TERM_TEXT_MAX]);
/*
 * The centre's end, after the handshake: the name in the certificate that is among those allowed.
 * WF_DENIED: none is; shown_r then holds a name of it for the log.
 */
WF_MUST_USE wf_status trust_name(const SSL *tls, const struct config_relays *relays,
	char name_r[CONFIG_HOST_SIZE], char *shown_r, size_t size);

#endif
