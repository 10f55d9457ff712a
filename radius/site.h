/*
 * One loaded configuration with all that is made from it: secrets, the table of networks,
 * attributes ready to be sent.  Constant once loaded but for the books; kept while a request still
 * uses it.  Loop thread.
 */
#ifndef WF_RADIUS_SITE_H
#define WF_RADIUS_SITE_H

#include <openssl/types.h>

#include "authd/config/config.h"
#include "common/secret.h"
#include "common/term.h"
#include "radius/book.h"
#include "radius/clients.h"
#include "radius/dictionary.h"

struct client {
	const struct config_client *config; /* the site's */
	struct wf_secret secret;
	struct wf_secret psk; /* of TLS; empty = none */
	uint32_t number;   /* its place among the site's clients */
	struct book *book; /* of the books */
};

/* A reply section as it goes onto the wire. */
struct site_reply {
	const struct group_set *groups;
	struct dictionary_value values[CONFIG_ATTRIBUTES_MAX];
	size_t n;
};

struct site {
	struct config *config;	       /* owned, as are the following */
	struct dictionary *dictionary;
	struct clients *table;
	struct client *clients;
	size_t nclients;
	struct site_reply *replies;
	SSL_CTX *tls; /* NULL: TLS is not served */
	unsigned lent;
};

#define SITE_WHY_MAX 1280

/* A step of site_load(): the keys of clients, and the context of TLS.  As site_load(). */
WF_MUST_USE wf_status site_load_tls(struct site *site, char why_r[SITE_WHY_MAX]);

/*
 * The file's default is the compiled-in one. A sentence in why_r, in the language of the locale.
 */
WF_MUST_USE wf_status site_load(
	const char *file, struct books *books, struct site **site_r, char why_r[SITE_WHY_MAX]);
/* Borrowed and given back; the last one to give it back frees it.  site_load() lends it once. */
struct site *site_borrow(struct site *site);
void site_return(struct site **site);
/* What ends first of the server's certificate, its authorities' and their lists. */
void site_tls_term(const struct site *site, struct wf_term *term_r);
/* The same as wf_term_check(); a sentence also where all is fine; "" where TLS is not served. */
WF_MUST_USE wf_status site_tls_check(const struct site *site, char text_r[SITE_WHY_MAX]);
/*
 * Says it in a line of the log where something ends soon or has ended: at the start, after a
 * reload, and again each day.
 */
void site_say_terms(const struct site *site, void (*say)(int priority, const char *text));
/*
 * Over TLS: by a name of its certificate, by the name of its key.  NULL: there is none, or it may
 * not come from this address.
 */
const struct client *site_client_by_certificate(
	const struct site *site, const char *name, const struct in6_addr *address);
const struct client *site_client_by_identity(
	const struct site *site, const char *identity, const struct in6_addr *address);
/* What is spoken on a connection whose handshake is done (G1). */
enum radius_version site_version(const SSL *tls);
/* False: no client may connect from this address. */
bool site_may_connect(const struct site *site, const struct in6_addr *address);
/* NULL: no client's address (A1). */
const struct client *site_client(
	const struct site *site, const struct in6_addr *address, bool *single_r);
/*
 * The attributes of an Accept for an account in `groups`: of each reply section that the client
 * names and that fits, and the groups themselves if the client wants them (checklist D8: no other
 * client gets any).  An attribute of a section is not sent again by a later one.  To all, how long
 * a session may last, where documents want that; never more than they do.  How many; never more
 * than `max`.
 */
size_t site_attributes(const struct site *site, const struct client *client,
	const char groups[][CONFIG_GROUP_SIZE], size_t ngroups, struct dictionary_value *values_r,
	size_t max);

#endif
