/* A clock that stands still, a log that is heard, addresses. */
#include "config.h"

#include "tests/unit/witness.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <string.h>

struct wf_now now;
char said[4096];
char last_said[512];
unsigned nsaid;

struct wf_now
read_clock(void *ctx)
{
	(void)ctx;
	return now;
}

void
say(int priority, const char *text)
{
	size_t len = strlen(said);

	(void)priority;
	(void)snprintf(said + len, sizeof(said) - len, "%s\n", text);
	(void)snprintf(last_said, sizeof(last_said), "%s", text);
	nsaid++;
}

void
said_forget(void)
{
	said[0] = '\0';
	last_said[0] = '\0';
	nsaid = 0;
}

struct sockaddr_storage
address_of(const char *text, uint16_t port, socklen_t *len_r)
{
	struct sockaddr_storage address = {.ss_family = AF_INET};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;

	v4->sin_port = htons(port);
	*len_r = sizeof(*v4);
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
		return address;
	v6->sin6_family = AF_INET6;
	ck_assert_int_eq(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
	*len_r = sizeof(*v6);
	return address;
}
