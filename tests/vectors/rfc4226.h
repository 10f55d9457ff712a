/* RFC 4226 appendix D: HOTP values of the secret "12345678901234567890" for the counters 0 to 9. */
#ifndef WF_TESTS_VECTORS_RFC4226_H
#define WF_TESTS_VECTORS_RFC4226_H

#define RFC4226_SECRET "12345678901234567890"

static const char *const rfc4226_codes[10] = {
	"755224",
	"287082",
	"359152",
	"969429",
	"338314",
	"254676",
	"287922",
	"162583",
	"399871",
	"520489",
};

#endif
