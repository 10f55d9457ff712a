/*
 * The system calls by which a program changes what others see, in the place of libc's: files,
 * names, what is sent.  The libraries of the program come here, too: SQLite and libevent call them
 * by name.  Built only with --enable-fault-injection.  A program that dies before each of them in
 * turn has left behind every state that kill -9 can leave on the disk.
 */
#include "config.h"

#include "common/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int
sync_slowly(long call, int fd)
{
	struct wf_fault_page *page = wf_fault_page();
	int64_t delay_us = page->sync_delay_us;
	struct timespec delay = {
		.tv_sec = delay_us / 1000000, .tv_nsec = delay_us % 1000000 * 1000};

	page->syncs++;
	while (delay_us > 0 && nanosleep(&delay, &delay) != 0 && errno == EINTR)
		;
	if (wf_fault(WF_FAULT_SYNC)) {
		errno = EIO;
		return -1;
	}
	return page->sync_lies != 0 ? 0 : (int)syscall(call, fd);
}

int
fsync(int fd)
{
	return sync_slowly(SYS_fsync, fd);
}

int
fdatasync(int fildes)
{
	return sync_slowly(SYS_fdatasync, fildes);
}

/* -1 with errno when the call is to fail. */
static int
write_fault(void)
{
	if (!wf_fault(WF_FAULT_WRITE))
		return 0;
	errno = EIO;
	return -1;
}

/* Half of it may be there when the program dies: then it is written here. */
static ssize_t
write_at(int fd, const void *buf, size_t n, off_t offset)
{
	if (!wf_fault_due(WF_FAULT_WRITE))
		return syscall(SYS_pwrite64, fd, buf, n, offset);
	if (wf_fault_page()->dies == WF_FAULT_DIES_WITHIN)
		(void)syscall(SYS_pwrite64, fd, buf, n / 2, offset);
	wf_fault_end();
	errno = EIO;
	return -1;
}

ssize_t
pwrite(int fd, const void *buf, size_t n, off_t offset)
{
	return write_at(fd, buf, n, offset);
}

ssize_t
pwrite64(int fd, const void *buf, size_t n, off64_t offset)
{
	return write_at(fd, buf, n, (off_t)offset);
}

ssize_t
write(int fd, const void *buf, size_t n)
{
	return write_fault() != 0 ? -1 : syscall(SYS_write, fd, buf, n);
}

ssize_t
writev(int fd, const struct iovec *iovec, int count)
{
	return write_fault() != 0 ? -1 : syscall(SYS_writev, fd, iovec, count);
}

int
ftruncate(int fd, off_t length)
{
	return write_fault() != 0 ? -1 : (int)syscall(SYS_ftruncate, fd, length);
}

int
ftruncate64(int fd, off64_t length)
{
	return write_fault() != 0 ? -1 : (int)syscall(SYS_ftruncate, fd, length);
}

int
unlink(const char *name)
{
	return write_fault() != 0 ? -1 : (int)syscall(SYS_unlink, name);
}

int
unlinkat(int fd, const char *name, int flag)
{
	return write_fault() != 0 ? -1 : (int)syscall(SYS_unlinkat, fd, name, flag);
}

int
rename(const char *old, const char *new)
{
	return write_fault() != 0 ? -1 : (int)syscall(SYS_rename, old, new);
}

int
renameat(int oldfd, const char *old, int newfd, const char *new)
{
	return write_fault() != 0 ? -1 : (int)syscall(SYS_renameat, oldfd, old, newfd, new);
}

int
renameat2(int oldfd, const char *old, int newfd, const char *new, unsigned int flags)
{
	return write_fault() != 0 ? -1 : (int)syscall(SYS_renameat2, oldfd, old, newfd, new, flags);
}
