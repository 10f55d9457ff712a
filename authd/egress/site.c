/* Loading, and counting uses. */
#include "config.h"

#include "authd/egress/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fault.h"
#include "common/i18n.h"
#include "common/tls/trust.h"

static void
site_free(struct site *site)
{
	for (size_t i = 0; i < site->nbooths; i++) {
		worker_pool_free(&site->booths[i].pool);
		queue_free(&site->booths[i].queue);
		wf_secret_clear(&site->booths[i].target.secret);
		SSL_CTX_free(site->booths[i].target.tls);
	}
	free(site->booths);
	config_free(&site->config);
	free(site);
}

struct site *
site_use(struct site *site)
{
	site->users++;
	return site;
}

void
site_return(struct site **site)
{
	if (*site != NULL && --(*site)->users == 0)
		site_free(*site);
	*site = NULL;
}

struct booth *
site_find(const struct site *site, enum wf_trade trade, const char *name)
{
	for (size_t i = 0; i < site->nbooths; i++)
		if (site->booths[i].trade->id == trade &&
			strcmp(site->booths[i].target.name, name) == 0)
			return &site->booths[i];
	return NULL;
}

/* --- loading --- */

static wf_status
complain_of_secret(const struct site *site, const struct config_upstream *config, wf_status status,
	char why_r[SITE_WHY_MAX])
{
	enum config_secret_fault fault =
		config_upstream_secret_check(&site->config->upstreams, config, 0);

	if (fault != SECRET_FINE && !config_secret_is_warning(fault))
		config_upstream_secret_say(config, fault, why_r, SITE_WHY_MAX);
	else
		snprintf(why_r, SITE_WHY_MAX, _("upstream '%s': secret %s cannot be read: %s"),
			config->name, config->secret_file, _(wf_status_text(status)));
	return status;
}

static struct booth *
add_booth(struct site *site, enum wf_trade trade, const char *name, unsigned parallel)
{
	struct booth *booth = &site->booths[site->nbooths++];

	booth->trade = trade_find(trade);
	booth->target.name = name;
	booth->target.parallel = parallel;
	booth->target.node = site->config->node;
	return booth;
}

static wf_status
load_upstream(struct site *site, const struct config_upstream *config, char why_r[SITE_WHY_MAX])
{
	struct booth *booth = add_booth(site, WF_TRADE_RADIUS, config->name, config->parallel);
	wf_status status;

	booth->target.config = config;
	status = config_secret_read(
		config->secret_file, site->config->upstreams.uid, &booth->target.secret);
	return status == WF_OK ? WF_OK : complain_of_secret(site, config, status, why_r);
}

static wf_status
load_tls(const struct config_stream *stream, SSL_CTX **tls_r, char why_r[SITE_WHY_MAX])
{
	const struct wf_trust_files files = {
		.certificate = stream->certificate, .key = stream->key, .ca = stream->ca_file};
	const struct wf_trust_options options = {.version = TLS1_2_VERSION};
	char why[512] = "";
	wf_status status = wf_trust_new(&files, &options, tls_r, why, sizeof(why));

	if (status != WF_OK)
		snprintf(why_r, SITE_WHY_MAX, _("stream '%s': %s"), stream->name,
			why[0] != '\0' ? why : _(wf_status_text(status)));
	return status;
}

/* Those that stay on this machine are the daemon's own. */
static wf_status
load_stream(struct site *site, const struct config_stream *stream, char why_r[SITE_WHY_MAX])
{
	struct booth *booth;

	if (!config_stream_leaves(stream))
		return WF_OK;
	booth = add_booth(site, WF_TRADE_SYSLOG, stream->name, 1);
	booth->target.stream = stream;
	return stream->way == STREAM_TLS ? load_tls(stream, &booth->target.tls, why_r) : WF_OK;
}

#define MAIL_THREADS 4 /* so that a server that hangs holds up few letters */

static wf_status
complain_of_password(const struct site *site, wf_status status, char why_r[SITE_WHY_MAX])
{
	char fault[SITE_WHY_MAX];

	if (config_mail_password_say(site->config, fault, sizeof(fault)))
		snprintf(why_r, SITE_WHY_MAX, "%s", fault);
	else
		snprintf(why_r, SITE_WHY_MAX, _("section mail: the password %s cannot be read: %s"),
			site->config->mail.password_file, _(wf_status_text(status)));
	return status;
}

static wf_status
load_mail(struct site *site, char why_r[SITE_WHY_MAX])
{
	const struct config_mail *mail = &site->config->mail;
	struct booth *booth;
	wf_status status;

	if (mail->nservers == 0)
		return WF_OK;
	booth = add_booth(site, WF_TRADE_MAIL, CONFIG_MAIL, MAIL_THREADS);
	booth->target.mail = mail;
	if (mail->password_file[0] == '\0')
		return WF_OK;
	status = config_secret_read(
		mail->password_file, site->config->upstreams.uid, &booth->target.secret);
	return status == WF_OK ? WF_OK : complain_of_password(site, status, why_r);
}

static wf_status
load_hook(struct site *site, char why_r[SITE_WHY_MAX])
{
	(void)why_r;
	if (site->config->alert.hook[0] != '\0')
		(void)add_booth(site, WF_TRADE_HOOK, CONFIG_ALERT, 1);
	return WF_OK;
}

void
site_use_runner(struct site *site, struct runner *runner)
{
	for (size_t i = 0; i < site->nbooths; i++)
		site->booths[i].target.runner = runner;
}

static wf_status
load_booths(struct site *site, char why_r[SITE_WHY_MAX])
{
	const struct config_upstreams *upstreams = &site->config->upstreams;
	const struct config_streams *streams = &site->config->streams;
	wf_status status = WF_OK;

	site->booths = wf_fault(WF_FAULT_ALLOC) ? NULL
						: calloc(upstreams->n + streams->n + 2,
							  sizeof(*site->booths));
	if (site->booths == NULL)
		return WF_NO_MEMORY;
	for (size_t i = 0; status == WF_OK && i < upstreams->n; i++)
		status = load_upstream(site, &upstreams->list[i], why_r);
	for (size_t i = 0; status == WF_OK && i < streams->n; i++)
		status = load_stream(site, &streams->list[i], why_r);
	if (status == WF_OK)
		status = load_mail(site, why_r);
	return status == WF_OK ? load_hook(site, why_r) : status;
}

static wf_status
load_config(const char *file, struct site *site, char why_r[SITE_WHY_MAX])
{
	struct config_error error = {""};
	wf_status status = config_load(file, &site->config, &error);

	if (status != WF_OK)
		snprintf(why_r, SITE_WHY_MAX, "%s", error.text);
	return status;
}

wf_status
site_load(const char *file, struct site **site_r, char why_r[SITE_WHY_MAX])
{
	struct site *site = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*site));
	char why[SITE_WHY_MAX] = "";
	wf_status status = WF_NO_MEMORY;

	if (site != NULL)
		status = load_config(file, site, why);
	if (status == WF_OK)
		status = load_booths(site, why);
	if (status == WF_OK) {
		*site_r = site_use(site);
		return WF_OK;
	}
	if (site != NULL)
		site_free(site);
	snprintf(why_r, SITE_WHY_MAX, "%s", why[0] != '\0' ? why : _(wf_status_text(status)));
	return status;
}

wf_status
site_open(struct site *site, const struct wf_clock *clock)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < site->nbooths; i++) {
		struct booth *booth = &site->booths[i];
		const struct worker_options options = {
			.threads = booth->target.parallel,
			.queue_max = booth->target.parallel, /* none waits there */
			.name = "ask",
			.scratch_new = booth->trade->scratch_new,
			.scratch_free = booth->trade->scratch_free,
			.clock = *clock,
		};

		status = worker_pool_new(&options, &booth->pool);
		if (status == WF_OK)
			status = queue_new(&booth->queue);
	}
	return status;
}
