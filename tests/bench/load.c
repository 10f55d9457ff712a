/*
 * bench_load: logins on the daemon's pam socket from many clients in one thread, and what became of them.
 *
 * Closed loop by default: each client begins its next login when the last one has ended.  With --rate logins
 * begin at that pace whatever becomes of the others, on whichever client is free; one that finds none free
 * is not sent and counted so.  Prints one line of JSON.
 */
#include "config.h"

#include "tests/bench/load.h"
#include "tests/bench/tool.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/clock.h"

#define TIMES_MAX (1 << 22)
#define EVENTS_MAX 256

struct times {
	uint32_t *us;
	size_t n;
};

struct load {
	struct load_options options;
	struct load_people people;
	struct load_client *clients;
	struct load_client **idle; /* with a rate: those that are free */
	size_t nidle;
	int epoll;
	int64_t start_us, end_us;
	uint64_t ends[LOAD_ENDS], begun, unsent;
	struct times whole, asked; /* of accepted logins */
};

static void
times_add(struct times *times, int64_t us)
{
	if (times->n < TIMES_MAX)
		times->us[times->n++] = (uint32_t)us;
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* In milliseconds; 0 without any. */
static double
times_at(const struct times *times, double share)
{
	return times->n == 0 ? 0 : times->us[(size_t)((double)(times->n - 1) * share)] / 1e3;
}

static void
watch(struct load *load, struct load_client *client)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};

	if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, client->fd, &event) != 0)
		give_up("epoll");
}

static void
begin(struct load *load, struct load_client *client)
{
	if (client->fd < 0) {
		if (!client_connect(client, &load->options))
			give_up("cannot connect");
		watch(load, client);
	}
	load->begun++;
	if (client_begin(client, &load->options, wf_clock_monotonic_us()))
		return;
	load->ends[LOAD_LOST]++;
	client_close(client);
	if (load->options.rate > 0)
		load->idle[load->nidle++] = client;
}

static void
rest(struct load *load, struct load_client *client, int64_t now_us)
{
	if (load->options.rate > 0)
		load->idle[load->nidle++] = client;
	else if (now_us < load->end_us)
		begin(load, client);
}

static void
ended(struct load *load, struct load_client *client, enum load_end end, int64_t now_us)
{
	load->ends[end]++;
	if (end == LOAD_ACCEPTED) {
		times_add(&load->whole, now_us - client->began_us);
		times_add(&load->asked, client->asked_us - client->began_us);
	}
	client->state = LOAD_IDLE;
	if (end == LOAD_LOST || load->options.reconnect)
		client_close(client);
	rest(load, client, now_us);
}

static size_t
busy(const struct load *load)
{
	size_t n = 0;

	for (uint32_t i = 0; i < load->options.clients; i++)
		n += load->clients[i].state != LOAD_IDLE;
	return n;
}

/* With a rate: begins what is due, and says how many milliseconds later the next one is. */
static int
pace(struct load *load, int64_t now_us)
{
	double due = (double)(now_us - load->start_us) / 1e6 * load->options.rate;

	if (load->options.rate <= 0 || now_us >= load->end_us)
		return 100;
	while ((double)(load->begun + load->unsent) < due) {
		if (load->nidle == 0)
			load->unsent++;
		else
			begin(load, load->idle[--load->nidle]);
	}
	return 1;
}

static void
run(struct load *load)
{
	struct epoll_event events[EVENTS_MAX];
	int64_t now_us = wf_clock_monotonic_us();

	load->start_us = now_us;
	load->end_us = now_us + (int64_t)(load->options.seconds * 1e6);
	for (uint32_t i = 0; i < load->options.clients; i++)
		rest(load, &load->clients[i], now_us);
	while (now_us < load->end_us || (busy(load) > 0 && now_us < load->end_us + 15000000)) {
		int n = epoll_wait(load->epoll, events, EVENTS_MAX, pace(load, now_us));

		now_us = wf_clock_monotonic_us();
		for (int i = 0; i < n; i++) {
			struct load_client *client = events[i].data.ptr;
			enum load_end end;

			if (client->state == LOAD_IDLE)
				client_close(client); /* hung up on between two logins */
			else if (client_ready(client, &load->options, &load->people, now_us, &end))
				ended(load, client, end, now_us);
		}
	}
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
print(struct load *load)
{
	qsort(load->whole.us, load->whole.n, sizeof(uint32_t), compare);
	qsort(load->asked.us, load->asked.n, sizeof(uint32_t), compare);
	printf("{\"begun\": %llu, \"unsent\": %llu, \"accepted\": %llu, \"rejected\": %llu, \"unavailable\": %llu, "
	       "\"lost\": %llu, ",
		(unsigned long long)load->begun, (unsigned long long)load->unsent,
		(unsigned long long)load->ends[LOAD_ACCEPTED], (unsigned long long)load->ends[LOAD_REJECTED],
		(unsigned long long)load->ends[LOAD_UNAVAILABLE], (unsigned long long)load->ends[LOAD_LOST]);
	printf("\"seconds\": %.3f, \"rate\": %.1f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, \"asked_p50_ms\": %.3f, "
	       "\"asked_p99_ms\": %.3f, \"cpu_s\": %.3f}\n",
		load->options.seconds, (double)load->ends[LOAD_ACCEPTED] / load->options.seconds,
		times_at(&load->whole, 0.5), times_at(&load->whole, 0.99), times_at(&load->whole, 1), times_at(&load->asked, 0.5),
		times_at(&load->asked, 0.99), cpu_s());
}

static void
counters_map(struct load *load)
{
	const struct load_options *options = &load->options;
	int fd = open(options->counters, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	load->people.size = ((size_t)options->first + options->people + 1) * sizeof(uint32_t);
	if (fd < 0 || (lseek(fd, 0, SEEK_END) < (off_t)load->people.size && ftruncate(fd, (off_t)load->people.size) != 0))
		give_up("cannot keep the counters");
	load->people.counters = mmap(NULL, load->people.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (load->people.counters == MAP_FAILED)
		give_up("cannot map the counters");
	close(fd);
}

static void
setup(struct load *load)
{
	uint32_t n = load->options.clients;

	if (n < 1 || load->options.people < n || load->options.counters == NULL)
		give_up("--clients, --people (as many at least) and --counters are needed");
	counters_map(load);
	load->clients = memory(n, sizeof(*load->clients));
	load->idle = memory(n, sizeof(*load->idle));
	load->whole.us = memory(TIMES_MAX, sizeof(uint32_t));
	load->asked.us = memory(TIMES_MAX, sizeof(uint32_t));
	load->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (uint32_t i = 0; i < n; i++)
		load->clients[i] = (struct load_client){.fd = -1, .index = i};
}

static const struct option long_options[] = {
	{"socket", required_argument, NULL, 's'},
	{"service", required_argument, NULL, 'v'},
	{"counters", required_argument, NULL, 'k'},
	{"clients", required_argument, NULL, 'c'},
	{"first", required_argument, NULL, 'f'},
	{"people", required_argument, NULL, 'p'},
	{"seconds", required_argument, NULL, 't'},
	{"rate", required_argument, NULL, 'r'},
	{"unknown", no_argument, NULL, 'u'},
	{"guess", no_argument, NULL, 'g'},
	{"reconnect", no_argument, NULL, 'n'},
	{NULL, 0, NULL, 0},
};

/* One option into its place. */
static void
option_take(struct load_options *options, int which)
{
	uint32_t number = optarg != NULL ? (uint32_t)strtoul(optarg, NULL, 10) : 1;
	const struct {
		int which;
		const char **text;
		uint32_t *number;
		double *real;
		bool *flag;
	} places[] = {
		{'s', &options->socket, NULL, NULL, NULL},  {'v', &options->service, NULL, NULL, NULL},
		{'k', &options->counters, NULL, NULL, NULL}, {'c', NULL, &options->clients, NULL, NULL},
		{'f', NULL, &options->first, NULL, NULL},   {'p', NULL, &options->people, NULL, NULL},
		{'t', NULL, NULL, &options->seconds, NULL}, {'r', NULL, NULL, &options->rate, NULL},
		{'u', NULL, NULL, NULL, &options->wrong},   {'g', NULL, NULL, NULL, &options->guess},
		{'n', NULL, NULL, NULL, &options->reconnect},
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (places[i].which != which)
			continue;
		if (places[i].text != NULL)
			*places[i].text = optarg;
		else if (places[i].number != NULL)
			*places[i].number = number;
		else if (places[i].real != NULL)
			*places[i].real = strtod(optarg, NULL);
		else
			*places[i].flag = true;
		return;
	}
	give_up("an option that is none");
}

int
main(int argc, char **argv)
{
	struct load load = {.options = {.socket = WF_RUNDIR "/pam.sock",
				    .service = "sshd",
				    .clients = 1,
				    .first = 1,
				    .people = 1,
				    .seconds = 5}};
	int which;

	while ((which = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		option_take(&load.options, which);
	setup(&load);
	run(&load);
	print(&load);
	return 0;
}
