/* Writing files.  See file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static bool write_all(int fd, const char *at, size_t n)
{
	while (n) {
		ssize_t put = write(fd, at, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			errno = put < 0 ? errno : ENOSPC;
			return false;
		}
		at += put;
		n -= (size_t)put;
	}
	return true;
}

/* Takes fd to its end: closed whatever happens, errno the first that went wrong. */
static bool finish(int fd, bool ok)
{
	int why = errno;
	if (close(fd) != 0 && ok)
		return false;
	errno = why;
	return ok;
}

static bool write_in_place(const char *path, const void *text, size_t n)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);      /* a pipe that nobody reads is not waited for: ENXIO */
	return fd >= 0 && fcntl(fd, F_SETFL, 0) == 0 && finish(fd, write_all(fd, text, n));
}

/* The rights a new file would have. */
static mode_t plain_mode(void)
{
	mode_t mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

bool file_write(const char *path, const void *text, size_t n)
{
	struct stat st;
	bool there = stat(path, &st) == 0;
	if (there && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return false;
	}
	if (there && !S_ISREG(st.st_mode))
		return write_in_place(path, text, n);
	char *real = there ? realpath(path, NULL) : NULL;        /* a link stays one */
	if (real)
		path = real;
	size_t len = strlen(path);
	char *temporary = mem_alloc(len + sizeof ".XXXXXX");
	memcpy(temporary, path, len);
	memcpy(temporary + len, ".XXXXXX", sizeof ".XXXXXX");
	int fd = mkstemp(temporary);
	bool ok = fd >= 0;
	if (ok) {
		ok = write_all(fd, text, n) && fchmod(fd, there ? st.st_mode & 0777 : plain_mode()) == 0 && fsync(fd) == 0;
		ok = finish(fd, ok) && rename(temporary, path) == 0;
		int why = errno;
		if (!ok)
			unlink(temporary);
		errno = why;
	}
	int why = errno;
	free(temporary);
	free(real);
	errno = why;
	return ok;
}
