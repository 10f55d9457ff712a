/* crypt(3) hashes of "correct horse", as an imported /etc/shadow may have them. */
#ifndef WF_TESTS_VECTORS_CRYPT_H
#define WF_TESTS_VECTORS_CRYPT_H

#define CRYPT_PASSWORD "correct horse"

static const struct crypt_row {
	const char *method;
	const char *hash;
} crypt_rows[] = {
	{"yescrypt", "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79"},
	{"gost-yescrypt",
		"$gy$j9T$F5Jx5fExrKuPp53xLKQ..1$fjSOzYe3VPU6Q.dJqx4tYW6CE1ptRyuKNHZ4IlHBYq1"},
	{"sha512crypt", "$6$abcdefgh$yIZAF3gQPvtKZO/9qOJKffAKKbtS3ef3qmwyugk4uWVjX8YZf/"
			"GV3A8SkFxEPY0T56CcilGrHKLffBsp6dLMG."},
	{"sha512crypt with rounds", "$6$rounds=5000$usesomesillystri$"
				    "QWqf8PWMt5i07kZwWBLQNhUYokoRR3QYESDc9qFyU7XHqTY51VMDGnlS5BbM9p"
				    "eWfTFKE5azPwGkE5M0bDLay."},
	{"sha256crypt", "$5$abcdefgh$ruMep1ijHnJPZbETDNiumskxcX3kN4lzZd5VlsqE7eB"},
	{"md5crypt", "$1$abcdefgh$y6iHhJNbuC0xpbk0w9pm80"},
	{"bcrypt", "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2"},
	{"descrypt", "abhfCpXqd4GrI"},
	{"bsdicrypt", "_J9..rasmDiLRGIlI80c"},
};

#endif
