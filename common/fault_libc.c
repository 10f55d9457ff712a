/*
 * In the place of libc's functions in a program with fault injection: each call that may fail asks
 * wf_fault() first, whoever makes it. So SQLite, libevent, OpenSSL, jansson and the others meet
 * failing memory, files and sockets, too; what changes a file is in fault_calls.c. These two kinds
 * count only where a page asks for them, because the loops of the unit tests want a failure that
 * our code cannot miss, and a library may well do without.
 *
 * Left out: what cannot fail in practice (close, clock_gettime, epoll_wait), and what libc calls
 * within itself (stdio, syslog, name look-ups). Not built with sanitizers, which want these places
 * themselves.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "common/fault.h"

/* glibc's own, under the names that it keeps for this. */
extern void *__libc_malloc(size_t len);
extern void *__libc_calloc(size_t n, size_t len);
extern void *__libc_realloc(void *memory, size_t len);
extern void *__libc_memalign(size_t alignment, size_t len);
extern void __libc_free(void *memory);

static bool
failed(enum wf_fault_point point, int error)
{
	if (!wf_fault(point))
		return false;
	errno = error;
	return true;
}

/*
 * A function named in_NAME in C and NAME for the linker: so neither the headers' attributes nor
 * their inline versions are in the way.
 */
#define INSTEAD_OF(type, name, ...)                                                                \
	type in_##name(__VA_ARGS__) __asm__(#name);                                                \
	type in_##name(__VA_ARGS__)

#define PARAMS(...) __VA_ARGS__

static void *
taken(void *memory)
{
	if (memory != NULL)
		wf_fault_page()->blocks++;
	return memory;
}

#define HEAP(name, params, call)                                                                   \
	INSTEAD_OF(void *, name, params)                                                           \
	{                                                                                          \
		return failed(WF_FAULT_HEAP, ENOMEM) ? NULL : taken(call);                         \
	}

HEAP(malloc, PARAMS(size_t len), __libc_malloc(len))
HEAP(calloc, PARAMS(size_t n, size_t len), __libc_calloc(n, len))
HEAP(memalign, PARAMS(size_t alignment, size_t len), __libc_memalign(alignment, len))
HEAP(aligned_alloc, PARAMS(size_t alignment, size_t len), __libc_memalign(alignment, len))

INSTEAD_OF(void *, realloc, void *memory, size_t len)
{
	bool first = memory == NULL;

	if (failed(WF_FAULT_HEAP, ENOMEM))
		return NULL;
	if (!first && len == 0)
		wf_fault_page()->blocks--;
	memory = __libc_realloc(memory, len);
	return first ? taken(memory) : memory;
}

INSTEAD_OF(int, posix_memalign, void **memory_r, size_t alignment, size_t len)
{
	void *memory =
		failed(WF_FAULT_HEAP, ENOMEM) ? NULL : taken(__libc_memalign(alignment, len));

	if (memory == NULL)
		return ENOMEM;
	*memory_r = memory;
	return 0;
}

INSTEAD_OF(void, free, void *memory)
{
	if (memory != NULL)
		wf_fault_page()->blocks--;
	__libc_free(memory);
}

#define SYSTEM(type, name, error, params, ...)                                                     \
	INSTEAD_OF(type, name, params)                                                             \
	{                                                                                          \
		return failed(WF_FAULT_SYSTEM, error) ? -1 : (type)syscall(__VA_ARGS__);           \
	}

/* Both names of a function with 64-bit offsets. */
#define SYSTEM64(type, name, error, params, ...)                                                   \
	SYSTEM(type, name, error, PARAMS(params), __VA_ARGS__)                                     \
	SYSTEM(type, name##64, error, PARAMS(params), __VA_ARGS__)

#define BYTES int fd, void *bytes, size_t len
#define CONST_BYTES int fd, const void *bytes, size_t len
#define VECTOR int fd, const void *vector, int n
#define ADDRESS int fd, const void *address, unsigned len
#define OPTION int fd, int level, int name, void *value, unsigned *len
#define NEW_ADDRESS int fd, void *address, unsigned *len

/* Files; the versions with _chk are those of _FORTIFY_SOURCE. */
SYSTEM(ssize_t, read, EIO, PARAMS(BYTES), SYS_read, fd, bytes, len)
SYSTEM(ssize_t, __read_chk, EIO, PARAMS(BYTES, size_t size), SYS_read, fd, bytes,
	len < size ? len : size)
SYSTEM(ssize_t, readv, EIO, PARAMS(VECTOR), SYS_readv, fd, vector, n)
SYSTEM64(ssize_t, pread, EIO, PARAMS(BYTES, off_t at), SYS_pread64, fd, bytes, len, at)
SYSTEM64(int, fallocate, ENOSPC, PARAMS(int fd, int mode, off_t at, off_t len), SYS_fallocate, fd,
	mode, at, len)
SYSTEM64(int, fstat, EIO, PARAMS(int fd, void *st), SYS_newfstatat, fd, "", st, AT_EMPTY_PATH)
SYSTEM64(int, stat, EIO, PARAMS(const char *path, void *st), SYS_newfstatat, AT_FDCWD, path, st, 0)
SYSTEM64(int, lstat, EIO, PARAMS(const char *path, void *st), SYS_newfstatat, AT_FDCWD, path, st,
	AT_SYMLINK_NOFOLLOW)
SYSTEM(int, access, EACCES, PARAMS(const char *path, int mode), SYS_faccessat, AT_FDCWD, path, mode)
SYSTEM(int, mkdir, ENOSPC, PARAMS(const char *path, mode_t mode), SYS_mkdirat, AT_FDCWD, path, mode)
SYSTEM(int, fchmod, EPERM, PARAMS(int fd, mode_t mode), SYS_fchmod, fd, mode)
SYSTEM(int, fchown, EPERM, PARAMS(int fd, uid_t uid, gid_t gid), SYS_fchown, fd, uid, gid)
SYSTEM(int, flock, ENOLCK, PARAMS(int fd, int operation), SYS_flock, fd, operation)

/* Sockets and what the loop is made of. */
SYSTEM(int, socket, EMFILE, PARAMS(int domain, int type, int protocol), SYS_socket, domain, type,
	protocol)
SYSTEM(int, accept4, EMFILE, PARAMS(NEW_ADDRESS, int flags), SYS_accept4, fd, address, len, flags)
SYSTEM(int, bind, EADDRINUSE, PARAMS(ADDRESS), SYS_bind, fd, address, len)
SYSTEM(int, listen, EADDRINUSE, PARAMS(int fd, int backlog), SYS_listen, fd, backlog)
SYSTEM(int, connect, ECONNREFUSED, PARAMS(ADDRESS), SYS_connect, fd, address, len)
SYSTEM(ssize_t, send, EPIPE, PARAMS(CONST_BYTES, int flags), SYS_sendto, fd, bytes, len, flags,
	NULL, 0)
SYSTEM(ssize_t, recv, ECONNRESET, PARAMS(BYTES, int flags), SYS_recvfrom, fd, bytes, len, flags,
	NULL, NULL)
SYSTEM(ssize_t, sendmsg, EPIPE, PARAMS(int fd, const void *message, int flags), SYS_sendmsg, fd,
	message, flags)
SYSTEM(int, getsockopt, ENOBUFS, PARAMS(OPTION), SYS_getsockopt, fd, level, name, value, len)
SYSTEM(int, setsockopt, ENOBUFS,
	PARAMS(int fd, int level, int name, const void *value, unsigned len), SYS_setsockopt, fd,
	level, name, value, len)
SYSTEM(int, ppoll, ENOMEM,
	PARAMS(void *fds, unsigned long n, const void *timeout, const void *signals), SYS_ppoll,
	fds, n, timeout, signals, 8)
SYSTEM(int, epoll_create1, EMFILE, PARAMS(int flags), SYS_epoll_create1, flags)
SYSTEM(int, epoll_ctl, ENOMEM, PARAMS(int epoll, int operation, int fd, void *event),
	SYS_epoll_ctl, epoll, operation, fd, event)
SYSTEM(int, eventfd, EMFILE, PARAMS(unsigned value, int flags), SYS_eventfd2, value, flags)
SYSTEM(int, pipe2, EMFILE, PARAMS(int *fds, int flags), SYS_pipe2, fds, flags)
SYSTEM(int, socketpair, EMFILE, PARAMS(int domain, int type, int protocol, int *fds),
	SYS_socketpair, domain, type, protocol, fds)
SYSTEM(ssize_t, getrandom, EAGAIN, PARAMS(void *bytes, size_t len, unsigned flags), SYS_getrandom,
	bytes, len, flags)

/* With one argument more than they name. */
#define OPEN(name, dir, ...)                                                                       \
	INSTEAD_OF(int, name, __VA_ARGS__, ...)                                                    \
	{                                                                                          \
		mode_t mode;                                                                       \
		va_list more;                                                                      \
                                                                                                   \
		va_start(more, flags);                                                             \
		mode = va_arg(more, mode_t);                                                       \
		va_end(more);                                                                      \
		return failed(WF_FAULT_SYSTEM, EMFILE)                                             \
			       ? -1                                                                \
			       : (int)syscall(SYS_openat, dir, path, flags, mode);                 \
	}

OPEN(open, AT_FDCWD, const char *path, int flags)
OPEN(open64, AT_FDCWD, const char *path, int flags)
OPEN(openat, dir_fd, int dir_fd, const char *path, int flags)
OPEN(openat64, dir_fd, int dir_fd, const char *path, int flags)
SYSTEM(int, __open_2, EMFILE, PARAMS(const char *path, int flags), SYS_openat, AT_FDCWD, path,
	flags)
SYSTEM(int, __open64_2, EMFILE, PARAMS(const char *path, int flags), SYS_openat, AT_FDCWD, path,
	flags)
SYSTEM(int, __openat_2, EMFILE, PARAMS(int dir, const char *path, int flags), SYS_openat, dir, path,
	flags)
SYSTEM(int, __openat64_2, EMFILE, PARAMS(int dir, const char *path, int flags), SYS_openat, dir,
	path, flags)

#define FCNTL(name)                                                           \
	INSTEAD_OF(int, name, int fd, int command, ...)                       \
	{                                                                     \
		void *value;                                                  \
		va_list more;                                                 \
                                                                              \
		va_start(more, command);                                      \
		value = va_arg(more, void *);                                 \
		va_end(more);                                                 \
		return failed(WF_FAULT_SYSTEM, ENOLCK)                        \
			       ? -1                                           \
			       : (int)syscall(SYS_fcntl, fd, command, value); \
	}

FCNTL(fcntl)
FCNTL(fcntl64)

INSTEAD_OF(void *, mmap, void *at, size_t len, int guard, int flags, int fd, off_t from)
{
	/* A stack of a thread and the like come from libc itself; anonymous memory is heap. */
	return failed(fd < 0 ? WF_FAULT_HEAP : WF_FAULT_SYSTEM, ENOMEM)
		       ? (void *)-1
		       : (void *)syscall(SYS_mmap, at, len, guard, flags, fd, from);
}
