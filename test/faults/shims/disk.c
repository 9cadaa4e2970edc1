/*
 * A disk that is slow, full of errors or read-only, for one process and from one moment to the next.
 *
 * Loaded with LD_PRELOAD. DISK_OF names the files that are on it, by the beginning of their path (a database,
 * its -wal); DISK_FILE is mapped once and may be rewritten at any time, three 32-bit numbers:
 *
 *   1  how long each fsync or fdatasync takes longer, in milliseconds
 *   2  the errno that each fsync or fdatasync fails with; 0: none
 *   3  the errno that each write fails with; 0: none
 *
 * Left out, the disk is what it is. Whatever fails or is slowed on it, by command or by itself, is noted in
 * DISK_LOG, a line each: milliseconds of CLOCK_MONOTONIC when it began, and the call.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { SYNC_MS, SYNC_ERROR, WRITE_ERROR, NUMBERS };

typedef int (*sync_call)(int);
typedef ssize_t (*write_call)(int, const void *, size_t);
typedef ssize_t (*pwrite_call)(int, const void *, size_t, off_t);

static volatile const int32_t *disk;
static int log_file = -1;

__attribute__((constructor)) static void map_disk(void) {
  const char *log = getenv("DISK_LOG");
  if (log != NULL) log_file = open(log, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  const char *file = getenv("DISK_FILE");
  int descriptor = file == NULL ? -1 : open(file, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  void *mapped = mmap(NULL, NUMBERS * sizeof *disk, PROT_READ, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (mapped != MAP_FAILED) disk = mapped;
}

/* Asked only when a fault is on, so that a sound disk costs nothing. */
static int on_disk(int descriptor) {
  char link[64], path[PATH_MAX];
  const char *prefix = getenv("DISK_OF");
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (prefix == NULL || length <= 0) return 0;
  path[length] = '\0';
  return strncmp(path, prefix, strlen(prefix)) == 0;
}

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Leaves errno as it is. */
static void note(double began_ms, const char *name) {
  int error = errno;
  if (log_file >= 0) dprintf(log_file, "%.3f %s\n", began_ms, name);
  errno = error;
}

static int failing(int which, int descriptor) {
  if (disk == NULL || disk[which] == 0 || !on_disk(descriptor)) return 0;
  errno = disk[which];
  return 1;
}

static int synced(const char *name, int descriptor) {
  sync_call real = (sync_call)dlsym(RTLD_NEXT, name);
  double began_ms = now_ms();
  int is_slow = disk != NULL && disk[SYNC_MS] > 0 && on_disk(descriptor);
  if (is_slow) usleep((useconds_t)disk[SYNC_MS] * 1000);
  int result = failing(SYNC_ERROR, descriptor) ? -1 : real(descriptor);
  if (is_slow || (result < 0 && on_disk(descriptor))) note(began_ms, name);
  return result;
}

int fsync(int descriptor) { return synced("fsync", descriptor); }

int fdatasync(int descriptor) { return synced("fdatasync", descriptor); }

/* Of a write's result: errno is kept. */
static ssize_t written(ssize_t result, const char *name, int descriptor) {
  if (result < 0) {
    int error = errno;
    if (error != EAGAIN && error != EINTR && on_disk(descriptor)) note(now_ms(), name);
    errno = error;
  }
  return result;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  write_call real = (write_call)dlsym(RTLD_NEXT, "write");
  return written(failing(WRITE_ERROR, descriptor) ? -1 : real(descriptor, bytes, count), "write", descriptor);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t at) {
  pwrite_call real = (pwrite_call)dlsym(RTLD_NEXT, "pwrite");
  return written(failing(WRITE_ERROR, descriptor) ? -1 : real(descriptor, bytes, count, at), "pwrite", descriptor);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t at) {
  pwrite_call real = (pwrite_call)dlsym(RTLD_NEXT, "pwrite64");
  return written(failing(WRITE_ERROR, descriptor) ? -1 : real(descriptor, bytes, count, at), "pwrite64", descriptor);
}
