/* Contexts and certificates; see the header. */
#include "config.h"

#include "common/tls/trust.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/fault.h"
#include "common/utf8.h"

#define SHOWN 64
/*
 * Of TLS 1.2: keys of their own for each connection, and encryption that proves itself. Those with
 * a key by identity first: who offers them has one, and may have no certificate.
 */
#define CIPHERS                                                                                    \
	"kECDHEPSK+CHACHA20:kDHEPSK+AESGCM:kDHEPSK+CHACHA20:"                                      \
	"ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:!aNULL:!aDSS"

/* Of TLS 1.3: a key by identity goes with SHA-256 (RFC 8446 section 4.2.11): that comes first. */
#define SUITES_KEYS "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384"

/* A key that others may read is no secret: who has it is the host. */
static wf_status
check_key(const char *path, char *why_r, size_t size)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		(void)snprintf(why_r, size, "the key %s cannot be read: %s", path, strerror(errno));
		return WF_INVALID;
	}
	if ((st.st_mode & S_IRWXO) == 0)
		return WF_OK;
	(void)snprintf(why_r, size,
		"the key %s is open to everybody (mode %04o); close it: chmod o= '%s'", path,
		(unsigned)st.st_mode & 07777U, path);
	return WF_DENIED;
}

/* OpenSSL would ask at the terminal; nobody is there. */
static int
refuse_passphrase(char *buf, int size, int writes, void *ctx)
{
	(void)buf;
	(void)size;
	(void)writes;
	(void)ctx;
	return -1;
}

static int
load_key(SSL_CTX *context, const char *path)
{
	SSL_CTX_set_default_passwd_cb(context, refuse_passphrase);
	return SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM) == 1 &&
	       SSL_CTX_check_private_key(context) == 1;
}

/* The CA's names go to the client, so that it knows which of its certificates to show. */
static int
load_ca(SSL_CTX *context, const char *path)
{
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(path);

	if (names == NULL)
		return 0;
	SSL_CTX_set_client_CA_list(context, names); /* it owns them now */
	return SSL_CTX_load_verify_file(context, path);
}

static int
load_crl(SSL_CTX *context, const char *path)
{
	X509_STORE *store = SSL_CTX_get_cert_store(context);
	X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());

	return lookup != NULL && X509_load_crl_file(lookup, path, X509_FILETYPE_PEM) > 0 &&
	       X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK) == 1;
}

static wf_status
load_files(SSL_CTX *context, const struct wf_trust_files *files, char *why_r, size_t size)
{
	const struct {
		const char *what, *path;
		int (*load)(SSL_CTX *context, const char *path);
	} steps[] = {
		{"certificate", files->certificate, SSL_CTX_use_certificate_chain_file},
		{"certificate of the CA", files->ca, load_ca},
		{"list of revoked certificates", files->crl, load_crl},
		{"key", files->key, load_key},
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const char *reason;

		if (steps[i].path == NULL || steps[i].path[0] == '\0' ||
			steps[i].load(context, steps[i].path) == 1)
			continue;
		reason = ERR_reason_error_string(ERR_peek_last_error());
		(void)snprintf(why_r, size, "the %s %s cannot be used: %s", steps[i].what,
			steps[i].path, reason != NULL ? reason : "unknown reason");
		ERR_clear_error();
		return WF_INVALID;
	}
	return WF_OK;
}

/* Plain text that was read is wiped out of OpenSSL's buffers. */
static bool
set_up(SSL_CTX *context, const struct wf_trust_options *options)
{
	static const unsigned char id[] = "warifu"; /* OpenSSL wants it for a key by identity */

	SSL_CTX_set_options(context, SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_NO_TICKET |
					     SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
					     SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
					  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					  SSL_MODE_RELEASE_BUFFERS);
	/* A read ends with what is no data, or key updates without end would never let it end. */
	(void)SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	return SSL_CTX_set_session_id_context(context, id, sizeof(id)) == 1 &&
	       SSL_CTX_set_min_proto_version(context, options->version) == 1 &&
	       (!options->keys || SSL_CTX_set_ciphersuites(context, SUITES_KEYS) == 1) &&
	       SSL_CTX_set_cipher_list(context, CIPHERS) == 1 &&
	       SSL_CTX_set_dh_auto(context, 1) == 1 && SSL_CTX_set_num_tickets(context, 0) == 1;
}

wf_status
wf_trust_new(const struct wf_trust_files *files, const struct wf_trust_options *options,
	SSL_CTX **context_r, char *why_r, size_t size)
{
	bool has_key = files->key != NULL && files->key[0] != '\0';
	wf_status status = has_key ? check_key(files->key, why_r, size) : WF_OK;
	SSL_CTX *context;

	if (status != WF_OK)
		return status;
	context = wf_fault(WF_FAULT_ALLOC) ? NULL
					   : SSL_CTX_new(options->server ? TLS_server_method()
									 : TLS_client_method());
	if (context == NULL || !set_up(context, options)) {
		(void)snprintf(why_r, size, "TLS cannot be set up");
		status = WF_CRYPTO;
	}
	if (status == WF_OK)
		status = load_files(context, files, why_r, size);
	if (status != WF_OK) {
		SSL_CTX_free(context);
		return status;
	}
	*context_r = context;
	return WF_OK;
}

wf_status
wf_trust_expect(SSL *tls, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(tls);
	bool address = strspn(host, "0123456789.") == strlen(host) || strchr(host, ':') != NULL;

	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (address)
		return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1 ? WF_OK : WF_CRYPTO;
	if (X509_VERIFY_PARAM_set1_host(param, host, 0) != 1 ||
		SSL_set_tlsext_host_name(tls, host) != 1)
		return WF_CRYPTO;
	return WF_OK;
}

/* Who is looked for among a certificate's names, and where the outcome goes. */
struct search {
	bool (*knows)(void *ctx, const char *name);
	void *ctx;
	char *name, *shown;
	size_t shown_size;
};

/* A name as it stands in a certificate: bytes that somebody else chose. */
static bool
try_name(const struct search *search, const unsigned char *bytes, int len)
{
	char name[WF_TRUST_NAME_SIZE] = "";
	size_t n = len > 0 ? (size_t)len : 0;

	(void)wf_utf8_escape((const char *)bytes, n < SHOWN ? n : SHOWN, NULL, search->shown,
		search->shown_size);
	if (n == 0 || n >= sizeof(name) || memchr(bytes, '\0', n) != NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		name[i] = (char)tolower(bytes[i]);
	if (wf_pin_is_meant(name)) /* a name that plays the fingerprint of another certificate */
		return false;
	if (!search->knows(search->ctx, name))
		return false;
	memcpy(search->name, name, sizeof(name));
	return true;
}

static bool
try_address(const struct search *search, const ASN1_OCTET_STRING *value)
{
	int len = ASN1_STRING_length(value);
	char text[INET6_ADDRSTRLEN] = "";

	if (len != 4 && len != 16)
		return false;
	(void)inet_ntop(
		len == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(value), text, sizeof(text));
	return try_name(search, (const unsigned char *)text, (int)strlen(text));
}

/* WF_NOT_FOUND: the certificate has no name of these kinds. */
static wf_status
search_alternatives(const struct search *search, X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	wf_status status = WF_NOT_FOUND;

	for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names) && status != WF_OK; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		bool found;

		if (name->type == GEN_DNS)
			found = try_name(search, ASN1_STRING_get0_data(name->d.dNSName),
				ASN1_STRING_length(name->d.dNSName));
		else if (name->type == GEN_IPADD)
			found = try_address(search, name->d.iPAddress);
		else
			continue;
		status = found ? WF_OK : WF_DENIED;
	}
	GENERAL_NAMES_free(names);
	return status;
}

static wf_status
search_subject(const struct search *search, X509 *certificate)
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int place = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	const ASN1_STRING *value;

	if (place < 0)
		return WF_DENIED;
	value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place));
	return try_name(search, ASN1_STRING_get0_data(value), ASN1_STRING_length(value))
		       ? WF_OK
		       : WF_DENIED;
}

static bool
write_pin(const X509 *certificate, char pin_r[WF_PIN_SIZE])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len;

	if (X509_digest(certificate, EVP_sha256(), digest, &len) != 1 || len != WF_PIN_DIGEST)
		return false;
	wf_pin_write(digest, pin_r);
	return true;
}

static wf_status
search_pin(const struct search *search, const X509 *certificate)
{
	char pin[WF_PIN_SIZE];

	if (!write_pin(certificate, pin) || !search->knows(search->ctx, pin))
		return WF_NOT_FOUND;
	memcpy(search->name, pin, sizeof(pin));
	return WF_OK;
}

wf_status
wf_trust_name(const SSL *tls, bool (*knows)(void *ctx, const char *name), void *ctx,
	char name_r[WF_TRUST_NAME_SIZE], char *shown_r, size_t size)
{
	const struct search search = {
		.knows = knows, .ctx = ctx, .name = name_r, .shown = shown_r, .shown_size = size};
	X509 *certificate = SSL_get0_peer_certificate(tls);
	wf_status status;

	(void)snprintf(shown_r, size, "%s", "");
	if (certificate == NULL || SSL_get_verify_result(tls) != X509_V_OK)
		return WF_DENIED;
	status = search_pin(&search, certificate);
	if (status == WF_NOT_FOUND)
		status = search_alternatives(&search, certificate);
	return status == WF_NOT_FOUND ? search_subject(&search, certificate) : status;
}

bool
wf_trust_lacks_authority(const X509_STORE_CTX *check, char pin_r[WF_PIN_SIZE])
{
	static const int lacks[] = {
		X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
		X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
		X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
		X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
		X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
		X509_V_ERR_UNABLE_TO_GET_CRL, /* nobody could take it back */
	};
	const X509 *certificate = X509_STORE_CTX_get0_cert(check);
	int error = X509_STORE_CTX_get_error(check);

	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++)
		if (lacks[i] == error)
			return certificate != NULL && write_pin(certificate, pin_r);
	return false;
}

/* As the handshake would do it. */
static bool
set_up_check(X509_STORE_CTX *check, const SSL *tls, const SSL_CTX *context, X509 *certificate)
{
	if (X509_STORE_CTX_init(check, SSL_CTX_get_cert_store(context), certificate,
		    SSL_get_peer_cert_chain(tls)) != 1 ||
		X509_STORE_CTX_set_default(
			check, SSL_is_server(tls) ? "ssl_client" : "ssl_server") != 1 ||
		X509_STORE_CTX_set_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx(),
			(void *)(uintptr_t)tls) != 1)
		return false;
	if (SSL_get_verify_callback(tls) != NULL)
		X509_STORE_CTX_set_verify_cb(check, SSL_get_verify_callback(tls));
	return true;
}

bool
wf_trust_still(const SSL *tls, const SSL_CTX *context)
{
	X509 *certificate = SSL_get0_peer_certificate(tls);
	X509_STORE_CTX *check = certificate == NULL ? NULL : X509_STORE_CTX_new();
	bool fine = certificate == NULL;

	if (check != NULL && set_up_check(check, tls, context, certificate))
		fine = X509_verify_cert(check) == 1;
	X509_STORE_CTX_free(check);
	ERR_clear_error();
	return fine;
}

void
wf_trust_cause(const SSL *tls, char *why_r, size_t size)
{
	unsigned long error = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(error);
	long verified = SSL_get_verify_result(tls);

	if (verified != X509_V_OK && ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED)
		(void)snprintf(why_r, size, "its certificate is refused: %s",
			X509_verify_cert_error_string(verified));
	else if (reason != NULL && ERR_GET_REASON(error) >= SSL_AD_REASON_OFFSET)
		(void)snprintf(why_r, size, "it refuses our certificate or version (%s)", reason);
	else if (reason != NULL)
		(void)snprintf(why_r, size, "TLS: %s", reason);
	else
		(void)snprintf(why_r, size, "the connection broke");
	ERR_clear_error();
}
