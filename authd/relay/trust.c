/* What is a relay's own in the trust of its connection; see the header. */
#include "config.h"

#include "authd/relay/trust.h"

#include <string.h>

static struct wf_trust_files
files_of(const struct config_trust *files)
{
	return (struct wf_trust_files){
		.certificate = files->certificate, .key = files->key, .ca = files->ca};
}

wf_status
trust_new(const struct config_trust *files, enum trust_end end, SSL_CTX **context_r, char *why_r,
	size_t size)
{
	const struct wf_trust_files pem = files_of(files);
	const struct wf_trust_options options = {
		.server = end == TRUST_CENTRE, .version = TLS1_3_VERSION};

	return wf_trust_new(&pem, &options, context_r, why_r, size);
}

void
trust_term(const SSL_CTX *context, const struct config_trust *files, struct wf_term *term_r)
{
	const struct wf_trust_files pem = files_of(files);

	wf_term_look(context, &pem, term_r);
}

wf_status
trust_check(const SSL_CTX *context, const struct config_trust *files,
	char text_r[WF_TERM_TEXT_MAX])
{
	const struct wf_trust_files pem = files_of(files);

	return wf_term_check(context, &pem, text_r);
}

static bool
is_allowed(void *ctx, const char *name)
{
	const struct config_relays *const *relays = ctx;

	for (size_t i = 0; i < (*relays)->nallow; i++)
		if (strcmp((*relays)->allow[i], name) == 0)
			return true;
	return false;
}

wf_status
trust_name(const SSL *tls, const struct config_relays *relays, char name_r[CONFIG_HOST_SIZE],
	char *shown_r, size_t size)
{
	char name[WF_TRUST_NAME_SIZE];
	wf_status status = wf_trust_name(tls, is_allowed, &relays, name, shown_r, size);

	if (status == WF_OK)
		memcpy(name_r, name, CONFIG_HOST_SIZE); /* no allowed one is longer */
	return status;
}
