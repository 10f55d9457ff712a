/* P-256 throughout: keys are made in no time. */
#include "config.h"

#include "tests/unit/tls/authority.h"

#include <check.h>
#include <dirent.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_S 86400

void
authority_path(const struct authority *authority, const char *file, const char *kind,
	char path_r[AUTHORITY_PATH])
{
	snprintf(path_r, AUTHORITY_PATH, "%s/%s.%s", authority->folder, file, kind);
}

static FILE *
create(const char *path)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fchmod(fileno(file), 0600), 0);
	return file;
}

static void
write_certificate(const char *path, X509 *certificate)
{
	FILE *file = create(path);

	ck_assert_int_eq(PEM_write_X509(file, certificate), 1);
	ck_assert_int_eq(fclose(file), 0);
}

static void
write_key(const char *path, EVP_PKEY *key)
{
	FILE *file = create(path);

	ck_assert_int_eq(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
	ck_assert_int_eq(fclose(file), 0);
}

static void
extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	ck_assert_ptr_nonnull(extension);
	ck_assert_int_eq(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

/* Not signed yet. */
static X509 *
make(EVP_PKEY *key, const char *name, long serial, long from_s, long to_s)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = X509_get_subject_name(certificate);

	ck_assert_int_eq(X509_set_version(certificate, X509_VERSION_3), 1);
	ck_assert_int_eq(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial), 1);
	ck_assert_int_eq(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
				 (const unsigned char *)name, -1, -1, 0),
		1);
	ck_assert_ptr_nonnull(X509_gmtime_adj(X509_getm_notBefore(certificate), from_s));
	ck_assert_ptr_nonnull(X509_gmtime_adj(X509_getm_notAfter(certificate), to_s));
	ck_assert_int_eq(X509_set_pubkey(certificate, key), 1);
	return certificate;
}

static void
sign(const struct authority *authority, X509 *certificate)
{
	ck_assert_int_eq(X509_set_issuer_name(
				 certificate, X509_get_subject_name(authority->certificate)),
		1);
	ck_assert_int_gt(X509_sign(certificate, authority->key, EVP_sha256()), 0);
}

void
authority_open(struct authority *authority)
{
	*authority = (struct authority){.folder = "/tmp/warifu-authority-XXXXXX", .serial = 1};
	ck_assert_ptr_nonnull(mkdtemp(authority->folder));
	authority->key = EVP_EC_gen("P-256");
	ck_assert_ptr_nonnull(authority->key);
	authority->certificate = make(authority->key, "Test CA", 1, -DAY_S, 90 * DAY_S);
	extend(authority->certificate, authority->certificate, NID_basic_constraints,
		"critical,CA:TRUE");
	extend(authority->certificate, authority->certificate, NID_key_usage,
		"critical,keyCertSign,cRLSign");
	sign(authority, authority->certificate);
	authority_path(authority, "ca", "crt", authority->ca);
	write_certificate(authority->ca, authority->certificate);
}

void
authority_close(struct authority *authority)
{
	DIR *dir = opendir(authority->folder);
	struct dirent *entry;
	char path[AUTHORITY_PATH + 256];

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", authority->folder, entry->d_name);
		(void)unlink(path);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(authority->folder);
	X509_free(authority->certificate);
	EVP_PKEY_free(authority->key);
}

void
authority_issue(struct authority *authority, const struct authority_wish *wish)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	bool dated = wish->from_s != 0 || wish->to_s != 0;
	X509 *certificate = make(key, wish->name, ++authority->serial,
		dated ? wish->from_s : -DAY_S, dated ? wish->to_s : DAY_S);
	char path[AUTHORITY_PATH];

	if (wish->names != NULL)
		extend(certificate, authority->certificate, NID_subject_alt_name, wish->names);
	if (wish->usage != NULL)
		extend(certificate, authority->certificate, NID_ext_key_usage, wish->usage);
	sign(authority, certificate);
	authority_path(authority, wish->file, "crt", path);
	write_certificate(path, certificate);
	authority_path(authority, wish->file, "key", path);
	write_key(path, key);
	X509_free(certificate);
	EVP_PKEY_free(key);
}
