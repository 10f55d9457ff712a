/* A client that never blocks; see the header. */
#include "config.h"

#include "tests/unit/tls/peer.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define TURNS 50 /* of the loop, until nothing more is to be expected */

static unsigned int
give_key(SSL *tls, const char *hint, char *identity_r, unsigned int identity_max,
	unsigned char *key_r, unsigned int key_max)
{
	const struct peer *peer = SSL_get_app_data(tls);
	size_t len = strlen(peer->options->key) / 2;

	(void)hint;
	ck_assert_uint_le(len, key_max);
	(void)snprintf(identity_r, identity_max, "%s", peer->options->identity);
	for (size_t i = 0; i < len; i++)
		ck_assert_int_eq(sscanf(peer->options->key + 2 * i, "%2hhx", &key_r[i]), 1);
	return (unsigned int)len;
}

static void
load(struct peer *peer, const char *name, const char *suffix,
	int (*load_file)(SSL_CTX *context, const char *path))
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s.%s", peer->options->folder, name, suffix);
	ck_assert_msg(load_file(peer->context, path) == 1, "%s", path);
}

static int
load_key(SSL_CTX *context, const char *path)
{
	return SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM);
}

static void
make_context(struct peer *peer)
{
	const struct peer_options *options = peer->options;

	peer->context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_security_level(peer->context, 0); /* old versions, to be refused */
	if (options->version != 0) {
		ck_assert_int_eq(
			SSL_CTX_set_min_proto_version(peer->context, options->version), 1);
		ck_assert_int_eq(
			SSL_CTX_set_max_proto_version(peer->context, options->version), 1);
	}
	if (options->ca != NULL) {
		load(peer, options->ca, "pem", SSL_CTX_load_verify_file);
		SSL_CTX_set_verify(peer->context, SSL_VERIFY_PEER, NULL);
	}
	if (options->certificate != NULL) {
		load(peer, options->certificate, "pem", SSL_CTX_use_certificate_chain_file);
		load(peer, options->certificate, "key", load_key);
	}
	if (options->identity != NULL)
		SSL_CTX_set_psk_client_callback(peer->context, give_key);
	if (options->protocols != NULL)
		ck_assert_int_eq(SSL_CTX_set_alpn_protos(peer->context,
					 (const unsigned char *)options->protocols,
					 (unsigned)strlen(options->protocols)),
			0);
}

int
peer_open(struct peer *peer, struct event_base *base, const struct peer_options *options)
{
	int fds[2];

	*peer = (struct peer){.base = base, .options = options};
	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
	make_context(peer);
	peer->tls = SSL_new(peer->context);
	ck_assert_int_eq(SSL_set_app_data(peer->tls, peer), 1);
	ck_assert_int_eq(SSL_set_fd(peer->tls, fds[0]), 1);
	SSL_set_connect_state(peer->tls);
	return fds[1];
}

void
peer_close(struct peer *peer)
{
	if (peer->tls == NULL)
		return;
	close(SSL_get_fd(peer->tls));
	SSL_free(peer->tls);
	SSL_CTX_free(peer->context);
	peer->tls = NULL;
	peer->context = NULL;
}

/* One, and not as many as there are events. */
static void
turn(struct peer *peer)
{
	ck_assert_int_ge(event_base_loop(peer->base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
}

/* After an operation that did not go through: false if it never will. */
static bool
goes_on(struct peer *peer, int result)
{
	int error = SSL_get_error(peer->tls, result);

	ERR_clear_error();
	if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
		peer->ended = true;
		return false;
	}
	turn(peer);
	return true;
}

bool
peer_shake_hands(struct peer *peer)
{
	for (int i = 0; i < TURNS; i++) {
		int result = SSL_do_handshake(peer->tls);

		if (result == 1) {
			turn(peer); /* what it sent last */
			turn(peer);
			turn(peer);
			return true;
		}
		if (!goes_on(peer, result))
			return false;
	}
	return false;
}

void
peer_write(struct peer *peer, const void *bytes, size_t len)
{
	size_t put;

	ck_assert_int_eq(SSL_write_ex(peer->tls, bytes, len, &put), 1);
	ck_assert_uint_eq(put, len);
	turn(peer);
}

size_t
peer_read(struct peer *peer, uint8_t *bytes_r, size_t len)
{
	size_t n = 0, got;

	for (int i = 0; n < len && i < TURNS; i++) {
		int result = SSL_read_ex(peer->tls, bytes_r + n, len - n, &got);

		if (result == 1)
			n += got;
		else if (!goes_on(peer, result))
			break;
	}
	return n;
}

bool
peer_is_hung_up(struct peer *peer)
{
	uint8_t bytes[4096];

	for (int i = 0; i < TURNS; i++)
		turn(peer);
	while (!peer->ended && peer_read(peer, bytes, sizeof(bytes)) == sizeof(bytes))
		continue;
	return peer->ended;
}
