/*
 * What warifu.conf says about streams of the log: to whom its rows go, over what, in which form.
 * warifu-egress sends what leaves the machine; what stays on it warifud writes itself.
 *
 * Constant after config_load(); any thread may read.  Certificates and keys are named as files and
 * not read here.
 */
#ifndef WF_AUTHD_CONFIG_STREAM_H
#define WF_AUTHD_CONFIG_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "authd/config/radius.h"

#define CONFIG_STREAMS_MAX 8
#define CONFIG_STREAM_NAME_MAX 48 /* its cursor has a name, too */
#define STREAM_CURSOR "stream." /* what stands before it there */

enum stream_way {
	STREAM_NOWHERE = 0, /* not written yet */
	STREAM_TLS, /* RFC 5425 */
	STREAM_TCP, /* RFC 6587, octet counting */
	STREAM_UDP, /* RFC 5426 */
	STREAM_JOURNALD,
	STREAM_SYSLOG /* of this machine */
};

enum stream_format { STREAM_RFC5424 = 0, STREAM_CEF };
enum stream_since { STREAM_NOW = 0, STREAM_ALL };
#define STREAM_ROWS_ALL 0x7eU /* a bit for each class of rows: 1 << its number */

/* One section `stream NAME`. */
struct config_stream {
	char name[65];
	struct origin origin; /* file and line of the section's first option */
	enum stream_way way;
	char to[280];	      /* as written */
	/* of a receiver elsewhere: name or address, which its certificate must be for; and port */
	char host[256], port[6];
	char path[108];	      /* of one on this machine: its socket */
	/* TLS: PEM; whom to believe, and one's own chain and key, "" = none */
	char ca_file[256], certificate[256], key[256];
	enum stream_format format;
	uint32_t enterprise; /* the site's private enterprise number; 0 = none */
	unsigned rows;	     /* which classes are sent */
	/* where a new stream begins: behind the last row, or with the first that is kept */
	enum stream_since since;
};

struct config_streams {
	struct config_stream *list; /* in the order of their first lines; owned */
	size_t n;
};

/* Whether warifu-egress has to send it. */
bool config_stream_leaves(const struct config_stream *stream);
/* Whether there is one for which warifu-egress is needed. */
bool config_streams_leave(const struct config_streams *streams);

#endif
