/*
 * What both ends of a TLS connection demand of each other: a version, and a certificate that a
 * configured CA has signed. Loads files; says nothing of its own.
 */
#ifndef WF_COMMON_TLS_TRUST_H
#define WF_COMMON_TLS_TRUST_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/pin.h"
#include "common/status.h"

/* One's own chain and its key, and whom one believes; files (PEM), "" or NULL = none. */
struct wf_trust_files {
	const char *certificate, *key;
	const char *ca;
	const char *crl; /* certificates that were taken back; with it, who has none is refused */
};

struct wf_trust_options {
	bool server;
	int version; /* the oldest that is spoken: TLS1_2_VERSION or TLS1_3_VERSION */
	bool keys;   /* a server's: who has a key by identity may come, too (PSK) */
};

/*
 * A context with these files; the other end must show a certificate that the CA has signed for
 * its purpose. Without `certificate` and `key` there are none of one's own, without `ca` nobody's
 * certificate is believed.  No session is taken up again: each connection proves both ends anew.
 * WF_DENIED: others may read the key.  WF_INVALID: a file cannot be used.  Both with a sentence
 * in why_r. The caller frees with SSL_CTX_free().
 */
WF_MUST_USE wf_status wf_trust_new(const struct wf_trust_files *files,
	const struct wf_trust_options *options, SSL_CTX **context_r, char *why_r, size_t size);
/* A client's end: the server's certificate must be for this name or address.  WF_CRYPTO. */
WF_MUST_USE wf_status wf_trust_expect(SSL *tls, const char *host);

#define WF_TRUST_NAME_SIZE 129 /* a certificate's name with its NUL; longer ones match nothing */

/*
 * Within a callback of SSL_set_verify(): whether what is wrong is only that no authority vouches
 * for the other end's certificate, so that who is known by its fingerprint may be let in all the
 * same.  Whatever else is wrong with it stays wrong: its days, its purpose, that it was taken back.
 */
bool wf_trust_lacks_authority(const X509_STORE_CTX *check, char pin_r[WF_PIN_SIZE]);
/*
 * After the handshake: the fingerprint of the other end's certificate if `knows` says yes to it;
 * else the first of its names (of its DNS names and addresses, or its common name where it has no
 * such) that `knows` says yes to, in small letters.  WF_DENIED: none is, or there is no
 * certificate; shown_r then holds a name of it for the log.
 */
WF_MUST_USE wf_status wf_trust_name(const SSL *tls, bool (*knows)(void *ctx, const char *name),
	void *ctx, char name_r[WF_TRUST_NAME_SIZE], char *shown_r, size_t size);
/*
 * Whether the certificate that the other end has shown would still be believed with the files of
 * `context` and by the callback of its handshake; also true for one who has shown none, having
 * proved himself by a key.
 */
bool wf_trust_still(const SSL *tls, const SSL_CTX *context);
/* Why the last operation of TLS failed, in a few words; empties OpenSSL's queue. */
void wf_trust_cause(const SSL *tls, char *why_r, size_t size);

#endif
