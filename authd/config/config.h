/*
 * warifu.conf and the *.conf files of conf.d, read by libconfuse into one immutable struct.
 * Unknown or ill-typed options are errors with file, line and the accepted values; nothing is half
 * loaded.
 *
 * Every value set by a file carries the file and line in its origin; one that asks for less than
 * the criterion of the built-in default is taken, and its origin's force is "deviation"
 * (policy_set()).
 */
#ifndef WF_AUTHD_CONFIG_CONFIG_H
#define WF_AUTHD_CONFIG_CONFIG_H

#include <stdbool.h>
#include <sys/types.h>

#include "authd/config/alert.h"
#include "authd/config/backup.h"
#include "authd/config/comply.h"
#include "authd/config/radius.h"
#include "authd/config/relay.h"
#include "authd/config/stream.h"
#include "authd/config/upstream.h"
#include "authd/detect/rules.h"
#include "authd/policy/policy.h"
#include "common/status.h"

enum config_mode { MODE_ENFORCE = 0, MODE_OBSERVE = 1 };

struct config {
	char file[256];         /* main file */
	char run_dir[108 - 16]; /* sockets: pam.sock, control.sock, radius.sock */
	char state_dir[256];    /* warifu.db */
	char key_file[256];
	char breakglass_file[256];
	char user[65];          /* runs as; "" = stay (tests, root only at start) */
	char node[65];          /* default: host name */
	enum config_mode mode;
	unsigned workers;       /* 0 = number of cores */
	unsigned queue;         /* hash jobs, default 256 */
	unsigned connections;   /* per uid, default 1024; root unlimited up to 4096 in all */
	struct { uint32_t memory_kib, passes, lanes; } password_cost;
	char leak_list[256];    /* of leaked passwords; "" = none */
	unsigned checkpoint_rows;  /* of the log, between two checkpoints; default 10000 */
	char checkpoint_file[256]; /* they are appended to it; "" = none */
	gid_t role_groups[6];   /* by enum role of account/act.h; (gid_t)-1 = no such group */
	gid_t radius_gid;
	uid_t radius_uid;       /* of radius.user, whoever starts it for ""; (uid_t)-1 = none */
	char issuer[65];        /* in otpauth URIs; default "Warifu" */
	struct policy policy;
	struct config_radius radius;
	struct config_relay relay;
	struct config_relays relays;
	struct config_upstreams upstreams;
	struct config_streams streams;
	struct config_mail mail;
	struct config_alert alert;
	struct config_backup backup;
	char profiles_dir[256]; /* profiles, and the lists of criteria below it */
	struct config_comply comply;
	struct detect_settings detect; /* sections findings and detect */
	char countries[256];	       /* findings.countries: a file that knows them; "" = none */
};

/*
 * "/etc/warifu/warifu.conf:12: unknown option 'foo' in section 'lock'; accepted: ...", in the
 * language of the locale.
 */
#define CONFIG_ERROR_SIZE 1024
struct config_error { char text[CONFIG_ERROR_SIZE]; };

/*
 * Reads `file` (NULL: the compiled-in one), then the *.conf files of the folder conf.d beside it in
 * the order of their names' bytes; a later value replaces an earlier one.  A missing main file is
 * an error, a missing folder is none.  Every file and the folder must belong to root or to the
 * caller and be closed to writing by others.
 *
 * WF_INVALID: a file is wrong, error_r has the first sentence.  WF_NOT_FOUND, WF_DENIED (owner or
 * mode), WF_IO, WF_NO_MEMORY: so has it then.  Any thread; loads wait for each other, because
 * libconfuse's lexer is one.  Looks up the role groups and the user warifu-radius, so it may ask
 * NSS.  The caller frees config_r.
 */
WF_MUST_USE wf_status config_load(
	const char *file, struct config **config_r, struct config_error *error_r);
/*
 * The same with `extra` (NULL: none) as the last file of the folder: to try it before it is put
 * there.
 */
WF_MUST_USE wf_status config_load_with(const char *file, const char *extra,
	struct config **config_r, struct config_error *error_r);
/*
 * What a start would come to if these documents were complied with.  Everything that would stop it
 * over them is told, one sentence each with the section to write, and left out of what holds.
 */
struct config_preview {
	const char *const *names; /* of profiles; borrowed */
	size_t n;
	void (*tell)(void *ctx, const char *sentence); /* "warifu.conf:3: ..." */
	void *ctx;
	bool telling; /* the loader's */
};
/*
 * Reads the files anew.  As config_load() with the documents in the place of `comply`; what is
 * wrong without them, an unknown profile and a draft that nobody has explained fail.
 */
WF_MUST_USE wf_status config_load_preview(const char *file, struct config_preview *preview,
	struct config **config_r, struct config_error *error_r);
void config_free(struct config **config);
/*
 * Opens the list of leaked passwords, if one is configured, for policy.leaks; config_free() closes
 * it. For who asks for passwords, before it shuts itself in; a list that is cut off or out of order
 * is WF_INVALID with a sentence in why_r.
 */
WF_MUST_USE wf_status config_leaks_open(struct config *config, char *why_r, size_t size);
/*
 * True when stored hashes are cheaper to guess against than is usually asked for: worth a warning
 * of `doctor`.
 */
bool config_cost_is_weak(const struct config *config);

/*
 * Whether a datagram of this client may come from here: where documents want such connections
 * encrypted only from `zone.internal` and this machine.  IPv4 as ::ffff:a.b.c.d.
 */
bool config_client_may_send(
	const struct config *config, const struct config_client *client, const uint8_t address[16]);

#endif
