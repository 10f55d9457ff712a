/*
 * Argon2id, version 19: encoded hashes made with the command of the reference implementation, one
 * and two lanes.  Both of our backends have to agree with them.
 */
#ifndef WF_TESTS_VECTORS_ARGON2ID_H
#define WF_TESTS_VECTORS_ARGON2ID_H

static const struct argon2id_row {
	const char *password;
	const char *encoded;
} argon2id_rows[] = {
	{"password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
		     "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"},
	{"password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/"
		     "uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
	{"password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/"
		     "5U52iv1cDc"},
	{"differentpassword", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+"
			      "J4umqA32aWKB1+DSiRuBfYxFj94"},
	{"password", "$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$"
		     "vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw"},
};

#endif
