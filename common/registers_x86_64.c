/*
 * x86-64: sixteen registers of SSE or AVX, and sixteen more of AVX-512. The ABI lets any function
 * change them.
 */
#include "config.h"

#include "common/registers.h"

#define LOW_REGISTERS                                                                            \
	"xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", \
		"xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

static void
wipe_sse(void)
{
	__asm__ volatile("pxor %%xmm0, %%xmm0; pxor %%xmm1, %%xmm1; pxor %%xmm2, %%xmm2; pxor "
			 "%%xmm3, %%xmm3;"
			 "pxor %%xmm4, %%xmm4; pxor %%xmm5, %%xmm5; pxor %%xmm6, %%xmm6; pxor "
			 "%%xmm7, %%xmm7;"
			 "pxor %%xmm8, %%xmm8; pxor %%xmm9, %%xmm9; pxor %%xmm10, %%xmm10; pxor "
			 "%%xmm11, %%xmm11;"
			 "pxor %%xmm12, %%xmm12; pxor %%xmm13, %%xmm13; pxor %%xmm14, %%xmm14; "
			 "pxor %%xmm15, %%xmm15"
			 :
			 :
			 : LOW_REGISTERS);
}

static void
wipe_avx(void)
{
	__asm__ volatile("vzeroall" : : : LOW_REGISTERS);
}

/* Code built without AVX-512 never uses these, so the compiler need not be told. */
static void
wipe_avx512(void)
{
	__asm__ volatile("vpxord %zmm16, %zmm16, %zmm16; vpxord %zmm17, %zmm17, %zmm17;"
			 "vpxord %zmm18, %zmm18, %zmm18; vpxord %zmm19, %zmm19, %zmm19;"
			 "vpxord %zmm20, %zmm20, %zmm20; vpxord %zmm21, %zmm21, %zmm21;"
			 "vpxord %zmm22, %zmm22, %zmm22; vpxord %zmm23, %zmm23, %zmm23;"
			 "vpxord %zmm24, %zmm24, %zmm24; vpxord %zmm25, %zmm25, %zmm25;"
			 "vpxord %zmm26, %zmm26, %zmm26; vpxord %zmm27, %zmm27, %zmm27;"
			 "vpxord %zmm28, %zmm28, %zmm28; vpxord %zmm29, %zmm29, %zmm29;"
			 "vpxord %zmm30, %zmm30, %zmm30; vpxord %zmm31, %zmm31, %zmm31");
}

void
wf_registers_wipe_of(bool avx, bool avx512)
{
	if (avx)
		wipe_avx();
	else
		wipe_sse();
	if (avx512)
		wipe_avx512();
}

void
wf_registers_wipe(void)
{
	wf_registers_wipe_of(
		__builtin_cpu_supports("avx") != 0, __builtin_cpu_supports("avx512f") != 0);
}
