/*
 * Who asks and from where.  What a root peer or the RADIUS front end says of a remote host is a
 * fact; what anybody else says is not.  A caller without a remote host is placed by the recorded
 * login that its process runs in: the kernel's audit session, else its ancestors in the process
 * tree.  Where that cannot be told it counts as coming from the internet (DESIGN section 5).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/engine/internal.h"

struct text_field {
	enum wf_field_id id;
	size_t offset, size;
};

#define TEXT_FIELD(id, member)                                                          \
	{                                                                               \
		id, offsetof(struct asker, member), sizeof(((struct asker *)0)->member) \
	}

static const struct text_field text_fields[] = {
	TEXT_FIELD(WF_F_USER, user),
	TEXT_FIELD(WF_F_SERVICE, service),
	TEXT_FIELD(WF_F_RHOST, rhost),
	TEXT_FIELD(WF_F_TTY, tty),
	TEXT_FIELD(WF_F_RUSER, ruser),
	TEXT_FIELD(WF_F_LANGUAGE, language),
	TEXT_FIELD(WF_F_NAS, nas),
};

static bool
has_field(const struct wf_msg *msg, enum wf_field_id id)
{
	return wf_msg_count(msg, id) > 0;
}

static wf_status
read_texts(struct asker *asker, const struct wf_msg *msg)
{
	for (size_t i = 0; i < sizeof(text_fields) / sizeof(text_fields[0]); i++) {
		const struct text_field *field = &text_fields[i];
		wf_status status;

		if (!has_field(msg, field->id))
			continue;
		status = wf_msg_get_text(
			msg, field->id, 0, (char *)asker + field->offset, field->size);
		if (status != WF_OK)
			return status;
	}
	return WF_OK;
}

/* A line "publickey KEY". */
static bool
lines_have_key(const uint8_t *bytes, size_t len)
{
	static const char word[] = "publickey ";

	while (len >= sizeof(word)) {
		const uint8_t *end = memchr(bytes, '\n', len);
		size_t line = end == NULL ? len : (size_t)(end - bytes);

		if (line >= sizeof(word) &&
			strncmp((const char *)bytes, word, sizeof(word) - 1) == 0)
			return true;
		if (end == NULL)
			return false;
		bytes += line + 1;
		len -= line + 1;
	}
	return false;
}

/* sshd's account of what it verified (SSH_AUTH_INFO_0). */
static bool
evidence_has_key(const struct wf_msg *msg)
{
	const uint8_t *bytes;
	size_t len;

	for (size_t i = 0; wf_msg_get_bytes(msg, WF_F_EVIDENCE, i, &bytes, &len) == WF_OK; i++)
		if (len > 1 && bytes[0] == WF_EVIDENCE_SSH_AUTH_INFO &&
			lines_have_key(bytes + 1, len - 1))
			return true;
	return false;
}

/*
 * sshd adds a method to its account only after the account phase that follows it. So there a login
 * by key alone has an empty one (OpenSSH 9.2, auth-pam.c and monitor.c): one method was enough, and
 * none that went through PAM's authentication, since that would have a transaction. What else could
 * do that besides a key (host-based, GSSAPI) is off by default, and named by `warifu doctor`.
 */
static bool
evidence_is_first(const struct wf_msg *msg)
{
	const uint8_t *bytes;
	size_t len;

	return msg->type == WF_MSG_ACCOUNT && wf_msg_count(msg, WF_F_TXN) == 0 &&
	       wf_msg_count(msg, WF_F_EVIDENCE) == 1 &&
	       wf_msg_get_bytes(msg, WF_F_EVIDENCE, 0, &bytes, &len) == WF_OK && len == 1 &&
	       bytes[0] == WF_EVIDENCE_SSH_AUTH_INFO;
}

/*
 * A session is found again by its process; else only who brings no remote host is placed by what he
 * runs in.
 */
static bool
process_matters(const struct asker *asker, const struct wf_msg *msg)
{
	return msg->type == WF_MSG_SESSION || !asker->trusted || asker->rhost[0] == '\0';
}

/*
 * The numbers of another machine's processes are told by its relay, and mean nothing on this one.
 */
static void
read_lineage(struct asker *asker, const struct engine_peer *peer)
{
	if (peer->host != NULL)
		asker->lineage = peer->host->lineage;
	else
		wf_lineage_read(peer->cred.pid, &asker->lineage);
}

wf_status
asker_read(struct asker *asker_r, const struct engine_peer *peer, const struct wf_msg *msg)
{
	struct asker asker = {0};
	wf_status status = read_texts(&asker, msg);

	if (status != WF_OK)
		return status;
	asker.uid = peer->cred.uid;
	asker.gateway = msg->type == WF_MSG_ATTEMPT || msg->type == WF_MSG_RECORD;
	asker.trusted = peer->role == FRONT_RADIUS || peer->cred.uid == 0;
	asker.ssh_key = asker.trusted && (evidence_has_key(msg) || evidence_is_first(msg));
	if (peer->host != NULL) {
		memcpy(asker.host, peer->host->name, sizeof(asker.host));
		memcpy(asker.boot, peer->host->boot, sizeof(asker.boot));
	}
	if (peer->role == FRONT_PAM && process_matters(&asker, msg))
		read_lineage(&asker, peer);
	*asker_r = asker;
	return WF_OK;
}

void
asker_place(const struct asker *asker, char place_r[STORE_PLACE_SIZE])
{
	snprintf(place_r, STORE_PLACE_SIZE, "%s%s%s", asker->service,
		asker->host[0] != '\0' ? "@" : "", asker->host);
}

/* Names of hosts have no '@'; those of services may. */
bool
asker_same_host(const struct asker *asker, const char *place)
{
	const char *at = strrchr(place, '@');

	if (asker->host[0] == '\0')
		return at == NULL;
	return at != NULL && strcmp(at + 1, asker->host) == 0;
}

void
asker_session(struct asker *asker, struct store_read *read)
{
	if (asker->gateway || (asker->trusted && asker->rhost[0] != '\0'))
		return;
	read->host = asker->host;
	read->boot = asker->boot;
	read->audit_session = asker->lineage.audit_session;
	read->pids = asker->lineage.pids;
	read->starts = asker->lineage.starts;
	read->npids = asker->lineage.n;
}

/* A terminal of the machine itself: tty1, ttyS0, hvc0, console. */
static bool
console_tty(const char *tty)
{
	static const char *const prefixes[] = { "tty", "hvc", "console" };

	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(tty, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static void
locate_local(struct asker *asker, const struct policy *policy)
{
	bool console = asker->trusted && policy_service_find(policy, asker->service)->console &&
		       console_tty(asker->tty);

	if (asker->trusted) {
		wf_source_from_pam(NULL, asker->tty, &asker->source);
	} else {
		asker->source = (struct wf_source){.remote = false};
		snprintf(asker->source.text, sizeof(asker->source.text), "local:uid%lu",
			 (unsigned long)asker->uid);
	}
	asker->zone = policy_zone(policy, &asker->source, console);
}

/*
 * What the client says of its user's address counts where it is trusted with it and it is one.  The
 * gateway itself is never the source: all its users would be one.
 */
void
asker_gateway(struct asker *asker, const struct config_client *client, const struct policy *policy)
{
	struct wf_source said;

	wf_source_from_pam(client->trust_calling_station ? asker->rhost : NULL, NULL, &said);
	if (said.remote && strncmp(said.text, "name:", 5) != 0) {
		asker->source = said;
		asker->zone = policy_zone(policy, &said, false);
		return;
	}
	asker->rhost[0] = '\0';
	asker->source = (struct wf_source){.remote = false};
	snprintf(asker->source.text, sizeof(asker->source.text), "radius:%.*s", WF_SOURCE_MAX - 8,
		asker->service);
	asker->zone = client->zone;
}

void
asker_locate(struct asker *asker, const struct policy *policy, const struct store_read *read)
{
	if (asker->gateway)
		return; /* asker_gateway() */
	if (asker->trusted && asker->rhost[0] != '\0') {
		wf_source_from_pam(asker->rhost, asker->tty, &asker->source);
		asker->zone = policy_zone(policy, &asker->source, false);
		return;
	}
	if (read->session_found) {
		asker->source = read->session_source;
		asker->zone = read->session_zone;
		return;
	}
	locate_local(asker, policy);
}

void
facts_fill(struct policy_facts *facts_r, const struct asker *asker, enum wf_purpose purpose,
	const struct account *account)
{
	*facts_r = (struct policy_facts){
		.service = asker->service,
		.user = asker->user,
		.purpose = purpose,
		.source = asker->source,
		.vouched = asker->source.remote && asker->host[0] == '\0' &&
			   (asker->gateway || asker->trusted),
		.zone = asker->zone,
		.ssh_key = asker->ssh_key,
	};
	if (account == NULL)
		return;
	facts_r->known = account->standing == STANDING_MANAGED;
	facts_r->kind = account->kind;
	facts_r->root = account->uid == 0;
	facts_r->shared = account->shared;
}
