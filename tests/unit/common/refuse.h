/*
 * The kernel is made to answer a system call of the test's choice, for good: so in a test that has
 * a process of its own, and in none that a sanitizer looks at when it ends.
 */
#ifndef WF_TESTS_UNIT_COMMON_REFUSE_H
#define WF_TESTS_UNIT_COMMON_REFUSE_H

#include <check.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define ANY UINT32_MAX

/* The sanitizers' own looks at the process at its end want what is given up here. */
#ifdef __has_feature
#define CLANG_SANITIZER (__has_feature(address_sanitizer) || __has_feature(memory_sanitizer))
#else
#define CLANG_SANITIZER false
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED CLANG_SANITIZER
#endif

/*
 * From here on this call (with this first argument) fails with `error`; with 0 it does nothing and
 * seems to have succeeded.
 */
static inline void
refuse(long call, uint32_t argument, uint16_t error)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, argument, 0, argument == ANY ? 0 : 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {.len = sizeof(rules) / sizeof(rules[0]), .filter = rules};

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0), 0);
}

#endif
