/*
 * bench_hash THREADS SECONDS [HASH]: password verifications a second of the product's own library, parameters and
 * memory, in a loop with nothing around it; with HASH those of a hash of crypt(3).  Prints "PER_SECOND MILLISECONDS_EACH MILLISECONDS_OF_PROCESSOR_EACH
 * BACKEND".
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "authd/factor/factor.h"
#include "authd/factor/password.h"
#include "common/clock.h"
#include "tests/bench/people.h"
#include "tests/bench/tool.h"

#define THREADS_MAX 64

struct loop {
	pthread_t thread;
	wf_status (*verify)(const struct wf_secret *answer, const char *hash, struct factor_scratch *scratch);
	const char *hash;
	int64_t until_us;
	uint64_t done;
	int64_t took_us, processor_us;
};

static int64_t
processor_us(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_THREAD, &usage) != 0)
		give_up("no figures");
	return (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
	       usage.ru_stime.tv_usec;
}

static void *
loop_run(void *arg)
{
	struct loop *loop = arg;
	struct wf_secret password = WF_SECRET_EMPTY;
	void *scratch = NULL;
	int64_t begin_us;
	int64_t had_us;

	if (factor_scratch_new(&scratch) != WF_OK ||
		wf_secret_set(&password, PEOPLE_PASSWORD, strlen(PEOPLE_PASSWORD)) != WF_OK)
		give_up("no memory");
	begin_us = wf_clock_monotonic_us();
	had_us = processor_us();
	while (wf_clock_monotonic_us() < loop->until_us) {
		if (loop->verify(&password, loop->hash, scratch) != WF_OK)
			give_up("the hash does not fit");
		loop->done++;
	}
	loop->took_us = wf_clock_monotonic_us() - begin_us;
	loop->processor_us = processor_us() - had_us;
	wf_secret_clear(&password);
	factor_scratch_free(&scratch);
	return NULL;
}

static void
print(const struct loop *loops, int threads)
{
	double rate = 0;
	double each_ms = 0;
	double processor_ms = 0;

	for (int i = 0; i < threads; i++) {
		rate += (double)loops[i].done * 1e6 / (double)loops[i].took_us;
		each_ms += (double)loops[i].took_us / 1e3 / (double)loops[i].done / threads;
		processor_ms += (double)loops[i].processor_us / 1e3 / (double)loops[i].done / threads;
	}
	printf("%.2f %.3f %.3f %s\n", rate, each_ms, processor_ms, password_backend());
}

int
main(int argc, char **argv)
{
	static struct loop loops[THREADS_MAX];
	char hash[512];
	struct wf_secret password = WF_SECRET_EMPTY;
	int threads = argc >= 3 ? atoi(argv[1]) : 0;
	int64_t until_us;

	if (threads < 1 || threads > THREADS_MAX)
		give_up("bench_hash THREADS SECONDS [HASH]");
	if (wf_secret_set(&password, PEOPLE_PASSWORD, strlen(PEOPLE_PASSWORD)) != WF_OK ||
		password_hash(&password, NULL, hash, sizeof(hash)) != WF_OK)
		give_up("cannot make a hash");
	wf_secret_clear(&password);
	until_us = wf_clock_monotonic_us() + (int64_t)(atof(argv[2]) * 1e6);
	for (int i = 0; i < threads; i++) {
		loops[i] = (struct loop){.verify = password_argon2_verify, .hash = hash, .until_us = until_us};
		if (argc > 3)
			loops[i] = (struct loop){.verify = password_crypt_verify, .hash = argv[3], .until_us = until_us};
		if (pthread_create(&loops[i].thread, NULL, loop_run, &loops[i]) != 0)
			give_up("no thread");
	}
	for (int i = 0; i < threads; i++)
		(void)pthread_join(loops[i].thread, NULL);
	print(loops, threads);
	return 0;
}
