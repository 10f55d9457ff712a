/*
 * The other end of a TLS connection, in the test's own process and thread: an OpenSSL client that
 * takes turns with the loop under test.
 */
#ifndef WF_TESTS_UNIT_TLS_PEER_H
#define WF_TESTS_UNIT_TLS_PEER_H

#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer_options {
	const char *folder;      /* of the files */
	const char *ca;          /* whom it believes; NULL: everybody */
	const char *certificate; /* its own; NULL: none */
	const char *identity, *key; /* instead: the name of a key, and its octets in hexadecimal */
	int version;             /* the only one that it speaks; 0: any */
	const char *protocols;   /* ALPN, as on the wire; NULL: none */
};

struct peer {
	struct event_base *base; /* borrowed */
	SSL_CTX *context;
	SSL *tls;
	const struct peer_options *options;
	bool ended; /* the other end has closed */
};

/* Makes a pair of sockets: gives the descriptor of the other end. */
int peer_open(struct peer *peer, struct event_base *base, const struct peer_options *options);
void peer_close(struct peer *peer);
/* Goes on with the handshake; true once it is done, false when it failed. */
bool peer_shake_hands(struct peer *peer);
/* One record for each call. */
void peer_write(struct peer *peer, const void *bytes, size_t len);
/*
 * What comes, with turns of the loop in between, until `len` octets are there or nothing more
 * comes; how many.
 */
size_t peer_read(struct peer *peer, uint8_t *bytes_r, size_t len);
/* True if the other end has hung up, now or within some turns of the loop. */
bool peer_is_hung_up(struct peer *peer);

#endif
