/*
 * What warifu.conf says about servers that are asked for a factor, or for a whole login: where they
 * are, what secret is shared with them, and whose factor it is.  warifu-egress talks to them;
 * warifud names them in what it asks.
 *
 * Constant after config_load(); any thread may read.  Secrets are named as files and not read here.
 */
#ifndef WF_AUTHD_CONFIG_UPSTREAM_H
#define WF_AUTHD_CONFIG_UPSTREAM_H

#include "authd/config/radius.h"

#define CONFIG_UPSTREAMS_MAX 32
#define CONFIG_UPSTREAM_SERVERS_MAX 8

enum upstream_factor {
	UPSTREAM_NONE = 0, /* nobody's factor: a whole login is asked for by section relay */
	UPSTREAM_POSSESSION,
	UPSTREAM_KNOWLEDGE
};

/* One section `upstream NAME`. */
struct config_upstream {
	char name[65];
	struct origin origin; /* file and line of the section's first option */
	/* asked in this order; for connect() */
	struct config_listener servers[CONFIG_UPSTREAM_SERVERS_MAX];
	size_t nservers; /* at least 1 */
	char secret_file[256];
	/*
	 * Both or neither are written.  An account in one of the groups has this factor at the
	 * servers.
	 */
	enum upstream_factor factor;
	struct group_set groups; /* a group is in one section of each factor */
	unsigned timeout_ms; /* for one try; whole seconds */
	unsigned tries;	     /* of one server, then the next one is asked */
	unsigned parallel;   /* questions at once; more wait */
	/*
	 * whether replies must carry a right Message-Authenticator (CVE-2024-3596): required or
	 * optional
	 */
	enum client_authenticator message_authenticator;
	char nas[65];	     /* NAS-Identifier where the question names none; "" = config.node */
};

struct config_upstreams {
	struct config_upstream *list; /* in the order of their first lines; owned */
	size_t n;
	char user[65];	/* warifu-egress runs as; "" = whoever starts it */
	uid_t uid;	/* of it; (uid_t)-1 = none */
	gid_t gid;
};

/* By name; NULL if there is none. */
const struct config_upstream *config_upstream_find(
	const struct config_upstreams *upstreams, const char *name);
/*
 * The section that has a factor of an account in these groups; NULL if there is none.  --check sees
 * to it that at most one has.
 */
const struct config_upstream *config_upstream_of(const struct config_upstreams *upstreams,
	enum upstream_factor factor, const char groups[][CONFIG_GROUP_SIZE], size_t n);
/* How long a question may take at the most, all servers and tries together, ms. */
unsigned config_upstream_longest(const struct config_upstream *upstream);

/*
 * Looks at the file of its secret from outside, as config_secret_check() does for clients;
 * `wall_us`: now.
 */
enum config_secret_fault config_upstream_secret_check(const struct config_upstreams *upstreams,
	const struct config_upstream *upstream, int64_t wall_us);
/* What is wrong with it and what to do, in the language of the locale. */
void config_upstream_secret_say(const struct config_upstream *upstream,
	enum config_secret_fault fault, char *text_r, size_t size);

#endif
