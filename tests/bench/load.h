/* One client of the load generator: a connection, a login under way on it.  See load.c. */
#ifndef WF_TESTS_BENCH_LOAD_H
#define WF_TESTS_BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum load_state { LOAD_IDLE, LOAD_BEGUN, LOAD_ANSWERED };
enum load_end { LOAD_ACCEPTED, LOAD_REJECTED, LOAD_UNAVAILABLE, LOAD_LOST, LOAD_ENDS };

struct load_options {
	const char *socket, *service, *counters;
	uint32_t clients, first, people;
	double seconds, rate; /* logins a second; 0: as fast as they are answered */
	bool wrong;           /* guesses at names that nobody has */
	bool guess;           /* guesses at people who exist */
	bool reconnect;       /* a connection for each login, as the PAM module has */
};

struct load_client {
	int fd; /* -1: not connected */
	enum load_state state;
	uint32_t index;
	uint32_t turn;   /* logins begun */
	uint32_t person; /* of the login under way */
	int64_t began_us, asked_us;
	uint8_t in[2048];
	size_t have;
};

/* Counters of the tokens, one a person, kept in a file between runs. */
struct load_people {
	uint32_t *counters;
	size_t size;
};

/* client.c */
bool client_connect(struct load_client *client, const struct load_options *options);
void client_close(struct load_client *client);
/* Sends BEGIN; false: the connection is broken. */
bool client_begin(struct load_client *client, const struct load_options *options, int64_t now_us);
/*
 * Reads what is there; an answer is sent as soon as its prompts are in.  True: the login has ended, as end_r says.
 */
bool client_ready(struct load_client *client, const struct load_options *options, struct load_people *people,
	int64_t now_us, enum load_end *end_r);

#endif
