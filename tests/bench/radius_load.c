/*
 * bench_radius: RADIUS logins over UDP, and what became of them; one thread.
 *
 * Open loop: with --rate logins begin at that pace whatever comes back, each with a packet that
 * was made before the first one leaves, from many sockets, with a random authenticator.  With
 * --window so many are under way at any time instead, which finds what a server can do at most.  A
 * device's own manners are options: how long it waits and how often it sends again, how long a
 * person takes for a code, what share of packets come twice.
 *
 * Prints one line of JSON.  A reply counts only with the right Response Authenticator;
 * Message-Authenticators are verified in each --verify-th login's replies.
 */
#include "config.h"

#include "tests/bench/radius_load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/random.h"
#include "tests/bench/people.h"
#include "tests/bench/tool.h"

#define WINDOW_RATE 60000 /* logins a second that are made ready for --window */
#define SKIP_MAX 10       /* codes of a person that may have been used unseen and are passed over */
#define FAR_AWAY 1000000
#define LOGINS_MAX 4000000

void
login_write(struct load *load, struct login *login, uint32_t slot, const uint8_t *authenticator)
{
	char name[PEOPLE_NAME_SIZE];
	char code[PEOPLE_CODE_SIZE];
	bool second = login->state.len > 0;
	struct asker_login what = {.id = (uint8_t)(slot % IDS),
		.authenticator = authenticator,
		.name = name,
		.password = load->options.password,
		.state = &login->state};

	people_name(login->person, name);
	if (second || load->options.kind == KIND_CODE) {
		people_code(
			login->person, login->counter + (load->options.wrong ? FAR_AWAY : 0), code);
		what.password = code;
	}
	login->len = (uint16_t)asker_request(&load->asker, &what, login->packet);
	if (login->len == 0)
		give_up("cannot make a request");
}

static void
logins_make(struct load *load)
{
	const struct load_options *options = &load->options;
	uint8_t *random = memory(load->nlogins, PACKET_AUTHENTICATOR);

	load->logins = memory(load->nlogins, sizeof(*load->logins));
	load->packets = memory(load->nlogins, REQUEST_MAX);
	if (wf_random_bytes(random, (size_t)load->nlogins * PACKET_AUTHENTICATOR) != WF_OK)
		give_up("no random bytes");
	for (uint32_t i = 0; i < load->nlogins; i++) {
		struct login *login = &load->logins[i];

		login->person = options->first + i % options->people;
		login->counter =
			options->fixed ? 0 : load->used[login->person] + i / options->people;
		login->packet = load->packets + (size_t)i * REQUEST_MAX;
		login_write(load, login, slot_number(&load->rings[0], i),
			random + (size_t)i * PACKET_AUTHENTICATOR);
	}
	free(random);
}

static void
counters_map(struct load *load)
{
	const struct load_options *options = &load->options;
	size_t size = ((size_t)options->first + options->people + 1) * sizeof(uint32_t);
	int fd = -1;

	if (options->counters == NULL) {
		load->used = memory(size, 1);
		return;
	}
	fd = open(options->counters, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || (lseek(fd, 0, SEEK_END) < (off_t)size && ftruncate(fd, (off_t)size) != 0))
		give_up("cannot keep the counters");
	load->used = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (load->used == MAP_FAILED)
		give_up("cannot map the counters");
	close(fd);
}

/*
 * The next counter of each person who sent a code alone.  A code without an answer may have been
 * used: it is passed over, unless that would lead out of the server's window.
 */
static void
counters_keep(struct load *load)
{
	for (uint32_t i = 0;
		i < load->next && load->options.kind == KIND_CODE && !load->options.fixed; i++) {
		const struct login *login = &load->logins[i];
		uint32_t *used = &load->used[login->person];

		if (login->end == END_ACCEPTED || login->counter - *used < SKIP_MAX)
			*used = login->counter + 1;
	}
}

static int
socket_open(const struct load_options *options)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options->port)};
	struct sockaddr_in from = {.sin_family = AF_INET};
	int room = 1 << 20;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (inet_pton(AF_INET, options->server, &to.sin_addr) != 1 ||
		inet_pton(AF_INET, options->from, &from.sin_addr) != 1)
		give_up("--server and --from are addresses of IPv4");
	if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
		connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		give_up("no socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return fd;
}

/*
 * Enough identifiers for all that may wait at once, and no more: a server remembers each one for
 * seconds.  What sends once and has had no reply for half a second may lose its identifier to
 * another.
 */
static void
sockets_open(struct load *load)
{
	const struct load_options *options = &load->options;
	double tries_s = options->tries > 1 ? options->patience_ms * options->tries / 1e3 : 0;
	double resend_s = options->resend > 0 ? options->resend_after_ms / 1e3 : 0;
	double wanted = options->window > 0 ? 2.0 * options->window
					    : options->rate * (tries_s + resend_s + 0.5);
	uint32_t least = wanted < SOCKETS_MAX * IDS ? (uint32_t)(wanted / IDS) + 1 : SOCKETS_MAX;
	uint32_t n = least < options->sockets ? options->sockets : least;
	uint32_t all = options->kind == KIND_CHALLENGE ? 2 * n : n;
	struct rlimit files = {.rlim_cur = all + 64, .rlim_max = all + 64};

	(void)setrlimit(RLIMIT_NOFILE, &files);
	load->epoll = epoll_create1(EPOLL_CLOEXEC);
	load->sockets = memory(all, sizeof(*load->sockets));
	load->owners = memory((size_t)all * IDS, sizeof(*load->owners));
	load->rings[0] = (struct ring){.first = 0, .sockets = n};
	load->rings[1] = (struct ring){.first = n, .sockets = n};
	for (uint32_t i = 0; i < all; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};

		load->sockets[i] = socket_open(options);
		if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->sockets[i], &event) != 0)
			give_up("epoll");
	}
}

static void
setup(struct load *load)
{
	struct load_options *options = &load->options;
	double logins = (options->window > 0 ? WINDOW_RATE : options->rate) * options->seconds;

	if (options->people < 1 || options->tries < 1 || logins < 1 || logins > LOGINS_MAX)
		give_up("--people, --tries, and --rate or --window for some seconds are needed");
	if (!asker_init(&load->asker, options->secret, !options->unsigned_requests))
		give_up("no MD5");
	load->nlogins = (uint32_t)logins;
	counters_map(load);
	sockets_open(load);
	logins_make(load);
}

static double
cpu_s(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return 0;
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
print_times(const char *name, const struct histogram *times)
{
	printf("\"%s\": {\"n\": %llu, \"p50_ms\": %.3f, \"p90_ms\": %.3f, \"p99_ms\": %.3f, "
	       "\"p999_ms\": %.3f, "
	       "\"max_ms\": %.3f}, ",
		name, (unsigned long long)times->n, histogram_ms(times, 0.5),
		histogram_ms(times, 0.9), histogram_ms(times, 0.99), histogram_ms(times, 0.999),
		histogram_ms(times, 1));
}

static void
print(const struct load *load, double cpu)
{
	const struct load_counts *counts = &load->counts;
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{"begun", counts->begun},
		{"accepted", counts->ends[END_ACCEPTED]},
		{"rejected", counts->ends[END_REJECTED]},
		{"rejected_second", counts->ends[END_REJECTED_SECOND]},
		{"seen", counts->ends[END_SEEN]},
		{"unanswered", counts->ends[END_UNANSWERED]},
		{"unanswered_second", counts->ends[END_UNANSWERED_SECOND]},
		{"odd", counts->ends[END_ODD]},
		{"challenged", counts->challenged},
		{"resent", counts->resent},
		{"repeats_same", counts->repeats_same},
		{"repeats_other", counts->repeats_other},
		{"late", counts->late},
		{"strange", counts->strange},
		{"crowded", counts->crowded},
		{"refused", counts->refused},
		{"verified", counts->verified},
		{"bad", counts->bad},
		{"bad_messages", counts->bad_messages},
		{"unsigned_replies", counts->unsigned_replies},
	};

	printf("{");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		printf("\"%s\": %llu, ", numbers[i].name, (unsigned long long)numbers[i].value);
	print_times("first", &load->first);
	print_times("second", &load->second);
	print_times("behind", &load->behind);
	printf("\"rate\": %.2f, \"cpu_s\": %.3f}\n",
		(double)counts->in_time / load->options.seconds, cpu);
}

static void
teardown(struct load *load)
{
	for (uint32_t i = 0; i < load->nlogins; i++) {
		if (load->logins[i].state.len > 0 &&
			load->logins[i].packet != load->packets + (size_t)i * REQUEST_MAX)
			free(load->logins[i].packet);
	}
	free(load->logins);
	free(load->packets);
	free(load->owners);
	free(load->sockets);
	delays_clear(&load->retry);
	delays_clear(&load->resend);
	delays_clear(&load->think);
	asker_clear(&load->asker);
}

enum place_type { PLACE_TEXT, PLACE_NUMBER, PLACE_REAL, PLACE_FLAG, PLACE_KIND };

static const struct place {
	const char *name;
	enum place_type type;
	size_t at;
} places[] = {
	{"server", PLACE_TEXT, offsetof(struct load_options, server)},
	{"from", PLACE_TEXT, offsetof(struct load_options, from)},
	{"port", PLACE_NUMBER, offsetof(struct load_options, port)},
	{"secret", PLACE_TEXT, offsetof(struct load_options, secret)},
	{"counters", PLACE_TEXT, offsetof(struct load_options, counters)},
	{"password", PLACE_TEXT, offsetof(struct load_options, password)},
	{"kind", PLACE_KIND, offsetof(struct load_options, kind)},
	{"first", PLACE_NUMBER, offsetof(struct load_options, first)},
	{"people", PLACE_NUMBER, offsetof(struct load_options, people)},
	{"sockets", PLACE_NUMBER, offsetof(struct load_options, sockets)},
	{"rate", PLACE_REAL, offsetof(struct load_options, rate)},
	{"window", PLACE_NUMBER, offsetof(struct load_options, window)},
	{"seconds", PLACE_REAL, offsetof(struct load_options, seconds)},
	{"patience", PLACE_NUMBER, offsetof(struct load_options, patience_ms)},
	{"tries", PLACE_NUMBER, offsetof(struct load_options, tries)},
	{"resend", PLACE_REAL, offsetof(struct load_options, resend)},
	{"resend-after", PLACE_NUMBER, offsetof(struct load_options, resend_after_ms)},
	{"think", PLACE_NUMBER, offsetof(struct load_options, think_ms)},
	{"verify", PLACE_NUMBER, offsetof(struct load_options, verify_every)},
	{"unsigned", PLACE_FLAG, offsetof(struct load_options, unsigned_requests)},
	{"fixed", PLACE_FLAG, offsetof(struct load_options, fixed)},
	{"wrong", PLACE_FLAG, offsetof(struct load_options, wrong)},
};

#define PLACES (sizeof(places) / sizeof(places[0]))

static enum load_kind
kind_named(const char *name)
{
	static const char *const names[] = {"code", "password", "challenge"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name) == 0)
			return (enum load_kind)i;
	}
	give_up("--kind is code, password or challenge");
}

static void
option_take(struct load_options *options, const struct place *place)
{
	char *base = (char *)options + place->at;

	switch (place->type) {
	case PLACE_TEXT:
		*(const char **)(void *)base = optarg;
		return;
	case PLACE_NUMBER:
		*(uint32_t *)(void *)base = (uint32_t)strtoul(optarg, NULL, 10);
		return;
	case PLACE_REAL:
		*(double *)(void *)base = strtod(optarg, NULL);
		return;
	case PLACE_FLAG:
		*(bool *)(void *)base = true;
		return;
	case PLACE_KIND:
		*(enum load_kind *)(void *)base = kind_named(optarg);
		return;
	}
}

static void
options_read(struct load_options *options, int argc, char **argv)
{
	struct option long_options[PLACES + 1] = {0};
	int which;

	for (size_t i = 0; i < PLACES; i++)
		long_options[i] = (struct option){.name = places[i].name,
			.has_arg = places[i].type == PLACE_FLAG ? no_argument : required_argument,
			.val = (int)(256 + i)};
	while ((which = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (which < 256)
			give_up("an option that is none");
		option_take(options, &places[which - 256]);
	}
}

int
main(int argc, char **argv)
{
	static struct load load = {.options = {.server = "127.0.0.1",
					   .from = "127.0.0.1",
					   .secret = "a secret of the benchmarks alone",
					   .password = PEOPLE_PASSWORD,
					   .port = 1812,
					   .first = 1,
					   .people = 1,
					   .sockets = 64,
					   .seconds = 5,
					   .patience_ms = 3000,
					   .tries = 1,
					   .resend_after_ms = 1000,
					   .verify_every = 16}};
	double before;

	options_read(&load.options, argc, argv);
	setup(&load);
	before = cpu_s();
	load_run(&load);
	counters_keep(&load);
	print(&load, cpu_s() - before);
	teardown(&load);
	return 0;
}
