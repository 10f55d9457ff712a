/*
 * Source addresses.  A source is never empty (the documents demand one in every
 * row): a remote host in canonical numeric form, or `local:` and the place.
 * Names are never resolved: an access decision does not depend on DNS.
 */
#ifndef WF_COMMON_ADDR_H
#define WF_COMMON_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

#define WF_SOURCE_MAX 64 /* with NUL */

struct wf_source {
	char text[WF_SOURCE_MAX]; /* "192.0.2.7", "2001:db8::1", "local:tty1", "local:unknown" */
	bool remote;
};

/*
 * From PAM_RHOST and PAM_TTY (either may be NULL or empty).  An IPv4-mapped IPv6 address becomes
 * IPv4, an IPv6 scope is dropped; "localhost" counts as 127.0.0.1.  A host that is no address gives
 * remote = true with text "name:" and up to 40 printable characters of it.  A tty loses its /dev/
 * prefix; characters outside [A-Za-z0-9_./:-] become '?'.
 */
void wf_source_from_pam(const char *rhost, const char *tty, struct wf_source *source_r);

#define WF_SUBSCRIBER_LEN 16
/*
 * What takes turns as one source: an IPv4 address, of IPv6 the network of 64 bits, since one
 * subscriber has all of it.  False, and zeros: the text is no address.
 */
bool wf_subscriber(const char *text, uint8_t key_r[WF_SUBSCRIBER_LEN]);

/* A network "192.0.2.0/24", "2001:db8::/32" or a single address. */
struct wf_network {
	uint8_t bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
	unsigned prefix;   /* 0..128 */
};

/* WF_INVALID for anything that is no network, and for host bits set below the prefix. */
WF_MUST_USE wf_status wf_network_parse(const char *text, struct wf_network *network_r);
bool wf_network_contains(const struct wf_network *network, const struct wf_source *source);

#endif
