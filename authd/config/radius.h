/*
 * What warifu.conf says about RADIUS: where warifu-radiusd listens, which gateways (clients) may
 * ask and how they are talked to, and which attributes go into their replies.  warifud reads the
 * same: a login through a client is one to the service of the client's name, by the client's zone,
 * class, mode and groups.
 *
 * Constant after config_load(); any thread may read.  Secrets are named as files and not read here.
 */
#ifndef WF_AUTHD_CONFIG_RADIUS_H
#define WF_AUTHD_CONFIG_RADIUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "authd/policy/policy.h"
#include "common/secret.h"
#include "common/status.h"

#define CONFIG_CLIENTS_MAX 256
#define CONFIG_REPLIES_MAX 64
#define CONFIG_LISTENERS_MAX 16
#define CONFIG_DICTIONARIES_MAX 16
#define CONFIG_CLIENT_NETWORKS_MAX 16
#define CONFIG_CLIENT_CERTIFICATES_MAX 8
#define CONFIG_CLIENT_REPLIES_MAX 16
#define CONFIG_GROUPS_MAX ACCOUNT_GROUPS_MAX        /* of a client, of a reply, of an account */
#define CONFIG_GROUP_SIZE (ACCOUNT_GROUP_LEN + 1) /* a group's name with its NUL */
#define CONFIG_ATTRIBUTES_MAX 32
#define CONFIG_RADIUS_ROWS_MAX 53
#define CONFIG_ATTRIBUTE_SIZE 64 /* an attribute's name with its NUL */
#define CONFIG_VALUE_SIZE 254    /* a value's text with its NUL */
#define CONFIG_SECRET_LEAST 16   /* octets; a shorter secret is warned about (RFC 2865 section 3) */
#define CONFIG_SECRET_DAYS 365   /* an older secret is warned about */
#define CONFIG_SECRET_MAX 256    /* octets; a longer one is refused */
#define CONFIG_PSK_LEAST 16      /* octets of a key for TLS; a shorter one is refused (RFC 9257) */
#define CONFIG_IDENTITY_SIZE 65  /* the name of a key for TLS with its NUL */

enum radius_version { RADIUS_1_0 = 1, RADIUS_1_1 = 2 /* RFC 9765 */ };
enum config_transport { LISTEN_AUTHENTICATION = 0, LISTEN_ACCOUNTING, LISTEN_TLS };

struct config_listener {
	enum config_transport transport;
	struct sockaddr_storage address; /* for bind(); IPv6 sockets take IPv6 alone */
	socklen_t address_len;
	char text[64]; /* as written: "0.0.0.0:1812", "[::]:1812" */
	/* false: built in, and may be passed over where the machine has no such address family */
	bool written;
};

/* Whether requests must carry a Message-Authenticator (checklist I2). */
enum client_authenticator {
	CLIENT_AUTHENTICATOR_REQUIRED = 0,
	CLIENT_AUTHENTICATOR_OPTIONAL, /* not one with Proxy-State without it, unless `proxies` */
	/* required from the first right one on, also after a restart; single addresses only */
	CLIENT_AUTHENTICATOR_AUTO
};

struct config_client {
	char name[65]; /* also the service's name in policy, log and ATTEMPT */
	struct origin origin; /* file and line of the section's first option */
	char profile[16]; /* "generic" when none is written */
	/*
	 * Networks, names of certificates (TLS), or both.  With a secret the networks say who it
	 * is, over UDP, and no two clients' overlap; over TLS they only say where it may come from,
	 * none written: from anywhere.
	 */
	struct wf_network networks[CONFIG_CLIENT_NETWORKS_MAX];
	size_t nnetworks;
	/* common name or alternative name of the TLS certificate, or its fingerprint (wf_pin) */
	char certificates[CONFIG_CLIENT_CERTIFICATES_MAX][128];
	size_t ncertificates;
	/* TLS with a key that both know instead of certificates; "" = none */
	char psk_identity[CONFIG_IDENTITY_SIZE];
	char psk_file[256]; /* the key, in hexadecimal digits; "" = none */
	char secret_file[256]; /* of UDP; "" only for a client with certificates or a key alone */
	int64_t secret_changed_day; /* days since 1970-01-01; -1 = not written */
	/* over UDP its packets count only out of the own networks (C-26) */
	bool own_networks_alone;
	enum client_authenticator message_authenticator;
	/* a proxy: may send Proxy-State without Message-Authenticator where that is optional */
	bool proxies;
	enum client_mode mode;
	char separator[9]; /* of CLIENT_SEPARATOR */
	/* the account must be in one of these; none written: any account */
	struct group_set groups;
	enum zone zone; /* of logins whose source is not known: ZONE_INTERNET or ZONE_INTERNAL */
	/* of what is behind it; also in the policy_service */
	struct policy_entry entry;
	/* Calling-Station-Id is an address of the user and counts as the source */
	bool trust_calling_station;
	int64_t kinds; /* 0 = P_MFA_KINDS; also in the policy_service */
	bool fold_case, strip_realm; /* of User-Name, before anything else */
	unsigned timeout_ms; /* how long the gateway waits for one reply */
	unsigned rate; /* requests a second */
	/*
	 * `send_groups`: an Accept carries the account's groups (those of `groups`, if any are
	 * written) in attribute `group_attribute`, such as Fortinet-Group-Name, as `group_format`
	 * says: "%group" is one group (one attribute for each), "%groups" all of them with ';'
	 * between (one attribute in all).
	 */
	bool send_groups;
	char group_attribute[CONFIG_ATTRIBUTE_SIZE];
	char group_format[64];
	/* where each option is written, by its row in config_radius_rows(); 0 = it is not */
	int lines[CONFIG_RADIUS_ROWS_MAX];
	char reply_names[CONFIG_CLIENT_REPLIES_MAX][65];
	size_t replies[CONFIG_CLIENT_REPLIES_MAX]; /* their indices in config_radius.replies */
	size_t nreplies;
};

/*
 * Attributes of an Accept, for accounts in one of `groups` (none: all), to the clients that name
 * it.
 */
struct config_reply {
	char name[65];
	struct origin origin;
	struct group_set groups;
	struct config_attribute {
		/* as dictionary_encode() takes them */
		char name[CONFIG_ATTRIBUTE_SIZE], value[CONFIG_VALUE_SIZE];
		struct origin origin;
	} attributes[CONFIG_ATTRIBUTES_MAX];
	size_t nattributes;
};

struct config_radius {
	struct config_listener listeners[CONFIG_LISTENERS_MAX];
	size_t nlisteners;
	char certificate[256], key[256], ca[256], crl[256]; /* of TLS; "" = none */
	unsigned versions; /* enum radius_version: what is spoken within TLS */
	/* of TLS at once: in all, of one client */
	unsigned radsec_connections, radsec_client_connections;
	/* a connection ends after so long without a packet, and anyway */
	unsigned radsec_idle_ms, radsec_lifetime_ms;
	/* beside the one that comes with it, after it */
	char dictionaries[CONFIG_DICTIONARIES_MAX][256];
	size_t ndictionaries;
	/* warifu-radiusd runs as, and may use radius.sock; "" = whoever starts it */
	char user[65];
	char state_dir[256]; /* what was learned about clients */
	char enrolment_host[65]; /* where a first password is changed over SSH; "" = nowhere */
	struct config_client *clients; /* in the order of their first lines; owned */
	size_t nclients;
	struct config_reply *replies; /* owned */
	size_t nreplies;
};

/* Whether there is a listener of this kind. */
bool config_radius_serves(const struct config_radius *radius, enum config_transport transport);
/* By name; NULL if there is none. */
const struct config_client *config_client_find(
	const struct config_radius *radius, const char *name);
/* By the address of a packet, IPv4 as ::ffff:a.b.c.d; NULL: discard it (A1). */
const struct config_client *config_client_by_address(
	const struct config_radius *radius, const uint8_t address[16]);
/* By a name in its certificate, capitals or not, or its fingerprint; NULL if there is none. */
const struct config_client *config_client_by_certificate(
	const struct config_radius *radius, const char *name);
/* By the name of its key for TLS; NULL if there is none. */
const struct config_client *config_client_by_identity(
	const struct config_radius *radius, const char *identity);
/* Whether it may connect by TLS from this address, IPv4 as ::ffff:a.b.c.d. */
bool config_client_may_connect(const struct config_client *client, const uint8_t address[16]);
#define CONFIG_NETWORK_SIZE 52 /* "2001:db8::/32" with its NUL */
/* "192.0.2.1", "192.0.2.0/24", "2001:db8::/32". */
void config_network_text(const struct wf_network *network, char text_r[CONFIG_NETWORK_SIZE]);
/* IPv4 as ::ffff:a.b.c.d; ::/0 covers no such address. */
bool config_network_covers(const struct wf_network *network, const uint8_t address[16]);
/* True when no groups are wanted, or one of them is among `groups`. */
bool config_groups_match(
	const struct group_set *wanted, const char groups[][CONFIG_GROUP_SIZE], size_t n);

/* "192.0.2.1:1812" or "[2001:db8::1]:1812"; false if it is neither. */
bool config_listener(
	const char *text, enum config_transport transport, struct config_listener *listener_r);
/* As written in the file: "code-last", "firewall-admin", "required". */
const char *config_mode_name(enum client_mode mode);
const char *config_class_name(enum service_class class);
const char *config_authenticator_name(enum client_authenticator authenticator);

/*
 * The secret of a client.  It is the first line of its file, without the line feed; the file
 * belongs to root or to the user of warifu-radiusd and is open to nobody else.
 */
enum config_secret_fault {
	SECRET_FINE = 0,
	/* The client cannot be served: */
	SECRET_MISSING,
	SECRET_IRREGULAR, /* no regular file */
	SECRET_OWNER,
	SECRET_OPEN,
	SECRET_EMPTY,
	SECRET_LONG,
	/* Warnings: */
	SECRET_UNSEEN, /* the caller may not look into its folder */
	SECRET_SHORT,
	/* not changed for CONFIG_SECRET_DAYS, by secret_changed or the time of the file */
	SECRET_OLD
};

/* What is worst with a client's files. */
struct config_secret_finding {
	enum config_secret_fault fault;
	bool psk; /* it is psk_file, not secret_file */
};

/*
 * Looks at secret_file and psk_file from outside; their bytes are not read, and a length of up to 2
 * more is taken for line ends. `user`: of warifu-radiusd, (uid_t)-1 if there is none yet;
 * `wall_us`: now. SECRET_FINE for a client without a file.
 */
struct config_secret_finding config_secret_check(
	const struct config_client *client, uid_t user, int64_t wall_us);
/* The same of any file; `changed_day`: as in struct config_client. */
enum config_secret_fault config_secret_check_file(
	const char *file, int64_t changed_day, uid_t user, int64_t wall_us);
bool config_secret_is_warning(enum config_secret_fault fault);
bool config_secret_is_worse(enum config_secret_fault fault, enum config_secret_fault than);
/* What is wrong with the client's file and what to do, in the language of the locale. */
void config_secret_say(const struct config_client *client,
	const struct config_secret_finding *finding, char *text_r, size_t size);
/*
 * Reads the secret in a file.  WF_NOT_FOUND, WF_DENIED (owner, mode), WF_INVALID (empty or no
 * regular file), WF_TOO_LONG, WF_IO, WF_NO_MEMORY.  The caller clears secret_r.
 */
WF_MUST_USE wf_status config_secret_read(const char *file, uid_t user, struct wf_secret *secret_r);
/*
 * Reads the key of `psk_file` by the same rules; it is written as hexadecimal digits, so WF_INVALID
 * also stands for other characters and for fewer than CONFIG_PSK_LEAST octets.
 */
WF_MUST_USE wf_status config_psk_read(
	const struct config_client *client, uid_t user, struct wf_secret *key_r);

#endif
