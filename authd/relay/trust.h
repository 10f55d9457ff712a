/*
 * What both ends of a relay's connection demand of each other: TLS 1.3, and a certificate of the
 * configured CA. Loads files; says nothing of its own.
 */
#ifndef WF_AUTHD_RELAY_TRUST_H
#define WF_AUTHD_RELAY_TRUST_H

#include <openssl/ssl.h>

#include "authd/config/relay.h"
#include "common/status.h"

enum trust_end { TRUST_CENTRE, TRUST_RELAY };

/*
 * A context with one's own certificate and key; the other end must show a certificate that the CA
 * has signed for its purpose.  WF_DENIED: others may read the key.  WF_INVALID: a file cannot be
 * used.  Both with a sentence in why_r. The caller frees with SSL_CTX_free().
 */
WF_MUST_USE wf_status trust_new(const struct config_trust *files, enum trust_end end,
	SSL_CTX **context_r, char *why_r, size_t size);
/* The relay's end: the centre's certificate must be for this name or address.  WF_CRYPTO. */
WF_MUST_USE wf_status trust_expect(SSL *tls, const char *host);
/*
 * The centre's end, after the handshake: the name in the certificate (one of its DNS names, or
 * its common name where it has none) that is among those allowed.  WF_DENIED: none is; shown_r
 * then holds a name of it for the log.
 */
WF_MUST_USE wf_status trust_name(const SSL *tls, const struct config_relays *relays,
	char name_r[CONFIG_HOST_SIZE], char *shown_r, size_t size);
/* Days until one's own certificate ends, negative if it has; INT_MAX if that cannot be told. */
int trust_days_left(const SSL_CTX *context);
/* Why the last operation of TLS failed, in a few words; empties OpenSSL's queue. */
void trust_cause(const SSL *tls, char *why_r, size_t size);

#endif
