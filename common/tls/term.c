/* What of a context's files ends when; see the header. */
#include "config.h"

#include "common/tls/term.h"

#include <openssl/x509v3.h>
#include <stdio.h>

#define SECONDS_PER_DAY INT64_C(86400)

struct span {
	const ASN1_TIME *from, *to; /* borrowed; `to` NULL: it never ends */
	const X509_NAME *name;      /* whose it is */
};

struct found {
	int64_t seconds; /* left; negative: it has ended; INT64_MAX: there is no end */
	bool soon;
};

static struct span
span_of_certificate(const X509 *certificate)
{
	return (struct span){X509_get0_notBefore(certificate), X509_get0_notAfter(certificate),
		X509_get_subject_name(certificate)};
}

/* False: it is none of these. */
static bool
span_of_object(const X509_OBJECT *object, X509_LOOKUP_TYPE type, struct span *span_r)
{
	if (X509_OBJECT_get_type(object) != type)
		return false;
	if (type == X509_LU_X509) {
		*span_r = span_of_certificate(X509_OBJECT_get0_X509(object));
	} else {
		const X509_CRL *crl = X509_OBJECT_get0_X509_CRL(object);

		*span_r = (struct span){X509_CRL_get0_lastUpdate(crl),
			X509_CRL_get0_nextUpdate(crl), X509_CRL_get_issuer(crl)};
	}
	return span_r->to != NULL;
}

/* Seconds from one to the other; NULL: now. */
static int64_t
seconds_between(const ASN1_TIME *from, const ASN1_TIME *to)
{
	int days, seconds;

	return ASN1_TIME_diff(&days, &seconds, from, to) == 1 ? days * SECONDS_PER_DAY + seconds
							       : INT64_MAX;
}

static struct found
look_at(const struct span *span, bool list)
{
	struct found found = {.seconds = seconds_between(NULL, span->to)};

	found.soon = found.seconds < WF_TERM_DAYS * SECONDS_PER_DAY &&
		     (!list || found.seconds < seconds_between(span->from, span->to) / 4);
	return found;
}

/* Whether another one of the same name is good for longer: then this one is not missed. */
static bool
is_followed(const STACK_OF(X509_OBJECT) *objects, X509_LOOKUP_TYPE type, const struct span *span)
{
	for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
		struct span other;

		if (span_of_object(sk_X509_OBJECT_value(objects, i), type, &other) &&
			X509_NAME_cmp(other.name, span->name) == 0 &&
			ASN1_TIME_compare(other.to, span->to) > 0)
			return true;
	}
	return false;
}

/* The first one to end, of the authorities or of their lists. */
static struct found
look_among(const SSL_CTX *context, X509_LOOKUP_TYPE type)
{
	const STACK_OF(X509_OBJECT) *objects =
		X509_STORE_get0_objects(SSL_CTX_get_cert_store(context));
	struct found first = {.seconds = INT64_MAX};

	for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
		struct span span;
		struct found found;

		if (!span_of_object(sk_X509_OBJECT_value(objects, i), type, &span) ||
			is_followed(objects, type, &span))
			continue;
		found = look_at(&span, type == X509_LU_CRL);
		if (found.seconds < first.seconds)
			first = found;
	}
	return first;
}

static struct found
look_at_own(const SSL_CTX *context)
{
	const X509 *own = SSL_CTX_get0_certificate(context);
	struct span span;

	if (own == NULL)
		return (struct found){.seconds = INT64_MAX};
	span = span_of_certificate(own);
	return look_at(&span, false);
}

void
wf_term_look(const SSL_CTX *context, const struct wf_trust_files *files, struct wf_term *term_r)
{
	const struct {
		const char *path;
		struct found found;
		enum wf_term_part part;
	} parts[] = {
		{files->certificate, look_at_own(context), WF_TERM_CERTIFICATE},
		{files->ca, look_among(context, X509_LU_X509), WF_TERM_AUTHORITY},
		{files->crl, look_among(context, X509_LU_CRL), WF_TERM_LIST},
	};
	size_t first = 0;

	/* What ends soon comes before what is fine, though that may be sooner for a daily list. */
	for (size_t i = 1; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].found.soon > parts[first].found.soon ||
			(parts[i].found.soon == parts[first].found.soon &&
				parts[i].found.seconds < parts[first].found.seconds))
			first = i;
	*term_r = (struct wf_term){.part = WF_TERM_NONE};
	if (parts[first].found.seconds == INT64_MAX)
		return;
	term_r->part = parts[first].part;
	term_r->soon = parts[first].found.soon;
	term_r->seconds = parts[first].found.seconds;
	(void)snprintf(term_r->file, sizeof(term_r->file), "%s", parts[first].path);
}

wf_status
wf_term_check(const SSL_CTX *context, const struct wf_trust_files *files,
	char text_r[WF_TERM_TEXT_MAX])
{
	struct wf_term term;

	wf_term_look(context, files, &term);
	wf_term_say(&term, text_r);
	return wf_term_status(&term);
}
