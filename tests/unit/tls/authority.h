/*
 * A certification authority for tests: it signs what a test wants, right or wrong, into files of a
 * folder of its own. Failures inside end the test.
 */
#ifndef WF_TESTS_UNIT_TLS_AUTHORITY_H
#define WF_TESTS_UNIT_TLS_AUTHORITY_H

#include <openssl/x509.h>

#define AUTHORITY_PATH 96

struct authority {
	char folder[40], ca[AUTHORITY_PATH]; /* its own certificate */
	EVP_PKEY *key;
	X509 *certificate;
	long serial; /* of what was signed last */
};

/* What is to be signed. */
struct authority_wish {
	const char *file;  /* the files are FOLDER/FILE.crt and FOLDER/FILE.key */
	const char *name;  /* common name */
	const char *names; /* alternative ones, such as "DNS:web1.test,IP:127.0.0.1"; NULL: none */
	const char *usage; /* "clientAuth", "serverAuth"; NULL: any */
	long from_s, to_s; /* from now on; both 0: for a day */
};

void authority_open(struct authority *authority);
/* Removes all files. */
void authority_close(struct authority *authority);
void authority_issue(struct authority *authority, const struct authority_wish *wish);
/* FOLDER/FILE.KIND; kind is "crt" or "key". */
void authority_path(const struct authority *authority, const char *file, const char *kind,
	char path_r[AUTHORITY_PATH]);

#endif
