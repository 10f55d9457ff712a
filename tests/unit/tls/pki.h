/*
 * Certificates for tests, made in a moment: authorities, what they sign, and what they take back.
 * Each is NAME.pem and NAME.key in a folder; failures end the test.
 */
#ifndef WF_TESTS_UNIT_TLS_PKI_H
#define WF_TESTS_UNIT_TLS_PKI_H

struct pki_order {
	const char *name;   /* of the files, and the common name */
	const char *issuer; /* of the files of its authority; NULL: it is one itself */
	const char *alternatives; /* as OpenSSL has them: "DNS:a,IP:192.0.2.1"; NULL: none */
	int from_days, to_days; /* from now; both 0: from yesterday until tomorrow */
};

void pki_make(const char *folder, const struct pki_order *order);
/* NAME.crl of an authority with this certificate in it; NULL: with none. */
void pki_revoke(const char *folder, const char *issuer, const char *revoked, const char *name);
/* The same with no certificate in it, from and to a day, from now. */
void pki_list(const char *folder, const char *issuer, const char *name, int from_days, int to_days);

#endif
