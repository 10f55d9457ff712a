/* The door through which libFuzzer calls a target; its program is linked with -fsanitize=fuzzer. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

/* Called by name from libFuzzer's own main(). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_fuzz_one(data, size);
	return 0;
}
