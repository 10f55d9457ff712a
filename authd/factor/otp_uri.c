/*
 * The otpauth:// URI that authenticators scan, and the key as text.  Names are percent-encoded
 * octet by octet (RFC 3986 section 2.1): only unreserved characters stand for themselves.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "authd/factor/base32.h"
#include "authd/factor/otp.h"
#include "common/buf.h"

#define SECRET_OCTETS_MAX 128

static const char unreserved[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

static wf_status
put_text(struct wf_buf *uri, const char *text)
{
	return wf_buf_put(uri, text, strlen(text));
}

static wf_status
put_encoded(struct wf_buf *uri, const char *text)
{
	wf_status status = WF_OK;

	for (; *text != '\0' && status == WF_OK; text++) {
		char octet[4];

		if (strchr(unreserved, *text) != NULL)
			(void)snprintf(octet, sizeof(octet), "%c", *text);
		else
			(void)snprintf(
				octet, sizeof(octet), "%%%02X", (unsigned)(unsigned char)*text);
		status = put_text(uri, octet);
	}
	return status;
}

/* "otpauth://totp/Issuer:account?secret=" */
static wf_status
put_label(struct wf_buf *uri, enum factor_id factor, const char *issuer, const char *account)
{
	wf_status status =
		put_text(uri, factor == FACTOR_TOTP ? "otpauth://totp/" : "otpauth://hotp/");

	if (status == WF_OK && issuer[0] != '\0')
		status = put_encoded(uri, issuer);
	if (status == WF_OK && issuer[0] != '\0')
		status = put_text(uri, ":");
	if (status == WF_OK)
		status = put_encoded(uri, account);
	if (status == WF_OK)
		status = put_text(uri, "?secret=");
	return status;
}

static wf_status
put_parameters(
	struct wf_buf *uri, const struct otp_spec *spec, const char *issuer, uint64_t counter)
{
	static const char *const names[] = {"", "SHA1", "SHA256", "SHA512"};
	char text[96];
	wf_status status = WF_OK;

	if (issuer[0] != '\0')
		status = put_text(uri, "&issuer=");
	if (status == WF_OK)
		status = put_encoded(uri, issuer);
	if (spec->factor == FACTOR_TOTP)
		(void)snprintf(text, sizeof(text),
			"&algorithm=%s&digits=%" PRIu32 "&period=%" PRIu32, names[spec->algorithm],
			spec->digits, spec->step_s);
	else
		(void)snprintf(text, sizeof(text),
			"&algorithm=%s&digits=%" PRIu32 "&counter=%" PRIu64, names[spec->algorithm],
			spec->digits, counter);
	return status == WF_OK ? put_text(uri, text) : status;
}

/* Both secrets or none. */
static wf_status
set_both(const struct wf_buf *uri, const char *key, struct wf_secret *uri_r,
	struct wf_secret *base32_r)
{
	struct wf_secret uri_secret = WF_SECRET_EMPTY, key_secret = WF_SECRET_EMPTY;
	wf_status status = wf_secret_set(&uri_secret, uri->data, uri->len);

	if (status == WF_OK)
		status = wf_secret_set(&key_secret, key, strlen(key));
	if (status == WF_OK) {
		wf_secret_move(uri_r, &uri_secret);
		wf_secret_move(base32_r, &key_secret);
	}
	wf_secret_clear(&uri_secret);
	wf_secret_clear(&key_secret);
	return status;
}

wf_status
otp_uri(const struct wf_secret *secret, const struct otp_spec *spec, const char *issuer,
	const char *account, uint64_t counter, struct wf_secret *uri_r, struct wf_secret *base32_r)
{
	char key[BASE32_LEN(SECRET_OCTETS_MAX) + 1];
	struct wf_buf uri;
	wf_status status;

	if (otp_spec_check(spec) != WF_OK || secret->len == 0 || account[0] == '\0')
		return WF_INVALID;
	if (secret->len > SECRET_OCTETS_MAX)
		return WF_TOO_LONG;
	base32_encode(secret->bytes, secret->len, key);
	wf_buf_init(&uri, WF_SECRET_MAX);
	status = put_label(&uri, spec->factor, issuer, account);
	if (status == WF_OK)
		status = put_text(&uri, key);
	if (status == WF_OK)
		status = put_parameters(&uri, spec, issuer, counter);
	if (status == WF_OK)
		status = set_both(&uri, key, uri_r, base32_r);
	wf_buf_clear(&uri);
	wf_wipe(key, sizeof(key));
	return status;
}
