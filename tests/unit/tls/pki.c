/* Certificates on the curve P-256, which costs nothing; see the header. */
#include "config.h"

#include "tests/unit/tls/pki.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/unit/unit.h"

#define DAY 86400L

static long serial = 1;

static FILE *
open_file(const char *folder, const char *name, const char *suffix, const char *mode)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s.%s", folder, name, suffix);
	file = fopen(path, mode);
	ck_assert_msg(file != NULL, "%s", path);
	(void)chmod(path, 0600);
	return file;
}

static X509 *
read_certificate(const char *folder, const char *name)
{
	FILE *file = open_file(folder, name, "pem", "r");
	X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);

	(void)fclose(file);
	ck_assert_ptr_nonnull(certificate);
	return certificate;
}

static EVP_PKEY *
read_key(const char *folder, const char *name)
{
	FILE *file = open_file(folder, name, "key", "r");
	EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);

	(void)fclose(file);
	ck_assert_ptr_nonnull(key);
	return key;
}

static void
add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	ck_assert_msg(extension != NULL, "%s", value);
	ck_assert_int_eq(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static void
set_name(X509 *certificate, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(certificate);

	ck_assert_int_eq(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
				 (const unsigned char *)name, -1, -1, 0),
		1);
}

static X509 *
new_certificate(const struct pki_order *order, EVP_PKEY *key)
{
	bool given = order->from_days != 0 || order->to_days != 0;
	X509 *certificate = X509_new();

	ck_assert_ptr_nonnull(certificate);
	ck_assert_int_eq(X509_set_version(certificate, X509_VERSION_3), 1);
	ck_assert_int_eq(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++), 1);
	ck_assert_ptr_nonnull(X509_gmtime_adj(
		X509_getm_notBefore(certificate), DAY * (given ? order->from_days : -1)));
	ck_assert_ptr_nonnull(X509_gmtime_adj(
		X509_getm_notAfter(certificate), DAY * (given ? order->to_days : 1)));
	set_name(certificate, order->name);
	ck_assert_int_eq(X509_set_pubkey(certificate, key), 1);
	return certificate;
}

static void
write_both(const char *folder, const char *name, X509 *certificate, EVP_PKEY *key)
{
	FILE *file = open_file(folder, name, "pem", "w");

	ck_assert_int_eq(PEM_write_X509(file, certificate), 1);
	(void)fclose(file);
	file = open_file(folder, name, "key", "w");
	ck_assert_int_eq(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
	(void)fclose(file);
}

void
pki_make(const char *folder, const struct pki_order *order)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = new_certificate(order, key);
	bool root = order->issuer == NULL;
	X509 *issuer = root ? certificate : read_certificate(folder, order->issuer);
	EVP_PKEY *signer = root ? key : read_key(folder, order->issuer);

	ck_assert_int_eq(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)), 1);
	add_extension(certificate, issuer, NID_basic_constraints,
		root ? "critical,CA:TRUE" : "CA:FALSE");
	add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
	if (order->alternatives != NULL)
		add_extension(certificate, issuer, NID_subject_alt_name, order->alternatives);
	ck_assert_int_gt(X509_sign(certificate, signer, EVP_sha256()), 0);
	write_both(folder, order->name, certificate, key);
	if (!root) {
		X509_free(issuer);
		EVP_PKEY_free(signer);
	}
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void
add_revoked(X509_CRL *crl, const char *folder, const char *name)
{
	X509 *certificate = read_certificate(folder, name);
	X509_REVOKED *revoked = X509_REVOKED_new();
	ASN1_TIME *now = X509_gmtime_adj(NULL, 0);

	ck_assert_int_eq(
		X509_REVOKED_set_serialNumber(revoked, X509_get_serialNumber(certificate)), 1);
	ck_assert_int_eq(X509_REVOKED_set_revocationDate(revoked, now), 1);
	ck_assert_int_eq(X509_CRL_add0_revoked(crl, revoked), 1);
	ASN1_TIME_free(now);
	X509_free(certificate);
}

static void
write_list(const char *folder, const char *issuer, X509_CRL *crl, const char *name, int from_days,
	int to_days)
{
	X509 *certificate = read_certificate(folder, issuer);
	EVP_PKEY *key = read_key(folder, issuer);
	ASN1_TIME *from = X509_gmtime_adj(NULL, DAY * from_days),
		  *to = X509_gmtime_adj(NULL, DAY * to_days);
	FILE *file = open_file(folder, name, "crl", "w");

	ck_assert_int_eq(X509_CRL_set_version(crl, X509_CRL_VERSION_2), 1);
	ck_assert_int_eq(X509_CRL_set_issuer_name(crl, X509_get_subject_name(certificate)), 1);
	ck_assert_int_eq(X509_CRL_set1_lastUpdate(crl, from), 1);
	ck_assert_int_eq(X509_CRL_set1_nextUpdate(crl, to), 1);
	ck_assert_int_gt(X509_CRL_sign(crl, key, EVP_sha256()), 0);
	ck_assert_int_eq(PEM_write_X509_CRL(file, crl), 1);
	(void)fclose(file);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

void
pki_revoke(const char *folder, const char *issuer, const char *revoked, const char *name)
{
	X509_CRL *crl = X509_CRL_new();

	if (revoked != NULL)
		add_revoked(crl, folder, revoked);
	write_list(folder, issuer, crl, name, -1, 1);
	X509_CRL_free(crl);
}

void
pki_list(const char *folder, const char *issuer, const char *name, int from_days, int to_days)
{
	X509_CRL *crl = X509_CRL_new();

	write_list(folder, issuer, crl, name, from_days, to_days);
	X509_CRL_free(crl);
}
