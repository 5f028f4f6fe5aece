// Faults that cannot be had from the kernel without harm to the rest of the machine, preloaded into the executable under
// test: a wall clock that is set, and a disk that turns read-only under open files.
//
// FAULT_CONTROL names a file of two 64-bit numbers, which the test changes at any time: by how many nanoseconds the wall
// clock is off, and whether the files below FAULT_FOLDER can be written.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/errqueue.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))next(#name))

static volatile long long *control;
static const char *folder;

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
  folder = getenv("FAULT_FOLDER");
  int file = open(getenv("FAULT_CONTROL"), O_RDONLY);
  if (file < 0) abort();
  void *mapped = mmap(NULL, 16, PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) abort();
  control = mapped;
}

// The wall clock.

static struct timespec shifted(struct timespec time) {
  long long nanoseconds = time.tv_sec * 1000000000ll + time.tv_nsec + (control ? control[0] : 0);
  return (struct timespec){nanoseconds / 1000000000, nanoseconds % 1000000000};
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = NEXT(clock_gettime)(clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) *time = shifted(*time);
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}

// Arrival times come from the same clock.
static void shift_stamps(struct msghdr *message) {
  for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
    if (part->cmsg_level != SOL_SOCKET) continue;
    if (part->cmsg_type != SO_TIMESTAMPING && part->cmsg_type != SO_TIMESTAMPNS) continue;
    struct timespec *stamp = (struct timespec *)CMSG_DATA(part);
    if (stamp->tv_sec != 0) *stamp = shifted(*stamp);
  }
}

ssize_t recvmsg(int socket, struct msghdr *message, int flags) {
  ssize_t result = NEXT(recvmsg)(socket, message, flags);
  if (result >= 0) shift_stamps(message);
  return result;
}

int recvmmsg(int socket, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout) {
  int result = NEXT(recvmmsg)(socket, messages, count, flags, timeout);
  for (int index = 0; index < result; index++) shift_stamps(&messages[index].msg_hdr);
  return result;
}

// The read-only disk.

static int refuses(const char *path) {
  return control && control[1] && folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int refuses_file(int file) {
  if (!control || !control[1]) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return refuses(path);
}

#define REFUSE(condition) if (condition) { errno = EROFS; return -1; }

ssize_t write(int file, const void *bytes, size_t count) {
  REFUSE(refuses_file(file))
  return NEXT(write)(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  REFUSE(refuses_file(file))
  return NEXT(pwrite)(file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  REFUSE(refuses_file(file))
  return NEXT(pwrite64)(file, bytes, count, offset);
}

int ftruncate(int file, off_t length) {
  REFUSE(refuses_file(file))
  return NEXT(ftruncate)(file, length);
}

int ftruncate64(int file, off64_t length) {
  REFUSE(refuses_file(file))
  return NEXT(ftruncate64)(file, length);
}

int rename(const char *from, const char *to) {
  REFUSE(refuses(from) || refuses(to))
  return NEXT(rename)(from, to);
}

int unlink(const char *path) {
  REFUSE(refuses(path))
  return NEXT(unlink)(path);
}

int mkdir(const char *path, mode_t mode) {
  REFUSE(refuses(path) && access(path, F_OK) != 0)
  return NEXT(mkdir)(path, mode);
}

int access(const char *path, int mode) {
  REFUSE((mode & W_OK) && refuses(path))
  return NEXT(access)(path, mode);
}

static int is_written(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)); }

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  REFUSE(is_written(flags) && refuses(path))
  return NEXT(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  REFUSE(is_written(flags) && refuses(path))
  return NEXT(open64)(path, flags, mode);
}
