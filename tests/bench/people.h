/* The people of the benchmarks: names, secrets and codes follow from a number, so that nothing has to be handed on. */
#ifndef WF_TESTS_BENCH_PEOPLE_H
#define WF_TESTS_BENCH_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#define PEOPLE_PASSWORD "plum trees in the seventh month"
#define PEOPLE_LABEL "bench"
#define PEOPLE_SECRET_LEN 20
#define PEOPLE_NAME_SIZE 24
#define PEOPLE_CODE_SIZE 7

/* "u0000042". */
void people_name(uint32_t number, char name_r[PEOPLE_NAME_SIZE]);
void people_secret(uint32_t number, uint8_t secret_r[PEOPLE_SECRET_LEN]);
/* RFC 4226, six digits. */
void people_code(uint32_t number, uint64_t counter, char code_r[PEOPLE_CODE_SIZE]);
/*
 * Whether it is by chance also that of one of the ten counters before, which happens to one of
 * 100,000: the daemon takes it for a code that was seen, and lets nobody in by it
 * (authd/factor/otp_verify.c).
 */
bool people_code_again(uint32_t number, uint64_t counter);

#endif
