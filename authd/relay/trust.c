/* Contexts and certificates; see the header. */
#include "config.h"

#include "authd/relay/trust.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/fault.h"
#include "common/utf8.h"

#define SHOWN 64

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

static void
say_library(const char *what, const char *path, char *why_r, size_t size)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	(void)snprintf(why_r, size, "the %s %s cannot be used: %s", what, path,
		reason != NULL ? reason : "unknown reason");
	ERR_clear_error();
}

static wf_status
load_files(SSL_CTX *context, const struct config_trust *files, char *why_r, size_t size)
{
	const struct {
		const char *what, *path;
		int (*load)(SSL_CTX *context, const char *path);
	} steps[] = {
		{"certificate", files->certificate, SSL_CTX_use_certificate_chain_file},
		{"certificate of the CA", files->ca, SSL_CTX_load_verify_file},
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].load(context, steps[i].path) == 1)
			continue;
		say_library(steps[i].what, steps[i].path, why_r, size);
		return WF_INVALID;
	}
	if (SSL_CTX_use_PrivateKey_file(context, files->key, SSL_FILETYPE_PEM) == 1 &&
		SSL_CTX_check_private_key(context) == 1)
		return WF_OK;
	say_library("key", files->key, why_r, size);
	return WF_INVALID;
}

/*
 * No session is taken up again: each connection proves both certificates anew.  Plain text that
 * was read is wiped out of OpenSSL's buffers.
 */
static bool
set_up(SSL_CTX *context)
{
	SSL_CTX_set_options(context, SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_NO_TICKET);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
					  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					  SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
	       SSL_CTX_set_num_tickets(context, 0) == 1;
}

wf_status
trust_new(const struct config_trust *files, enum trust_end end, SSL_CTX **context_r, char *why_r,
	size_t size)
{
	wf_status status = check_key(files->key, why_r, size);
	SSL_CTX *context;

	if (status != WF_OK)
		return status;
	context = wf_fault(WF_FAULT_ALLOC) ? NULL
					   : SSL_CTX_new(end == TRUST_CENTRE ? TLS_server_method()
									     : TLS_client_method());
	if (context == NULL || !set_up(context)) {
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
trust_expect(SSL *tls, const char *host)
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

/* A name as it stands in a certificate: bytes that somebody else chose. */
static bool
is_allowed(const unsigned char *bytes, int len, const struct config_relays *relays,
	char name_r[CONFIG_HOST_SIZE])
{
	char name[CONFIG_HOST_SIZE] = "";
	size_t n = len > 0 ? (size_t)len : 0;

	if (n == 0 || n >= sizeof(name) || memchr(bytes, '\0', n) != NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		name[i] = (char)tolower(bytes[i]);
	for (size_t i = 0; i < relays->nallow; i++) {
		if (strcmp(relays->allow[i], name) != 0)
			continue;
		memcpy(name_r, name, sizeof(name));
		return true;
	}
	return false;
}

static void
show(const unsigned char *bytes, int len, char *shown_r, size_t size)
{
	size_t shown = len < 0 ? 0 : (size_t)len < SHOWN ? (size_t)len : SHOWN;

	(void)wf_utf8_escape((const char *)bytes, shown, NULL, shown_r, size);
}

/* WF_NOT_FOUND: the certificate has no DNS name. */
static wf_status
name_of_dns(X509 *certificate, const struct config_relays *relays, char name_r[CONFIG_HOST_SIZE],
	char *shown_r, size_t size)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	wf_status status = WF_NOT_FOUND;

	for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names) && status != WF_OK; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const unsigned char *bytes;
		int len;

		if (name->type != GEN_DNS)
			continue;
		bytes = ASN1_STRING_get0_data(name->d.dNSName);
		len = ASN1_STRING_length(name->d.dNSName);
		show(bytes, len, shown_r, size);
		status = is_allowed(bytes, len, relays, name_r) ? WF_OK : WF_DENIED;
	}
	GENERAL_NAMES_free(names);
	return status;
}

static wf_status
name_of_subject(X509 *certificate, const struct config_relays *relays,
	char name_r[CONFIG_HOST_SIZE], char *shown_r, size_t size)
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int place = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	const ASN1_STRING *value;

	if (place < 0)
		return WF_DENIED;
	value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place));
	show(ASN1_STRING_get0_data(value), ASN1_STRING_length(value), shown_r, size);
	return is_allowed(ASN1_STRING_get0_data(value), ASN1_STRING_length(value), relays, name_r)
		       ? WF_OK
		       : WF_DENIED;
}

wf_status
trust_name(const SSL *tls, const struct config_relays *relays, char name_r[CONFIG_HOST_SIZE],
	char *shown_r, size_t size)
{
	X509 *certificate = SSL_get0_peer_certificate(tls);
	wf_status status = WF_DENIED;

	(void)snprintf(shown_r, size, "%s", "");
	if (certificate == NULL || SSL_get_verify_result(tls) != X509_V_OK)
		return WF_DENIED;
	status = name_of_dns(certificate, relays, name_r, shown_r, size);
	return status == WF_NOT_FOUND ? name_of_subject(certificate, relays, name_r, shown_r, size)
				      : status;
}

int
trust_days_left(const SSL_CTX *context)
{
	const X509 *own = SSL_CTX_get0_certificate(context);
	int days, seconds;

	if (own == NULL || ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(own)) != 1)
		return INT_MAX;
	return seconds < 0 && days == 0 ? -1 : days;
}

void
trust_cause(const SSL *tls, char *why_r, size_t size)
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
