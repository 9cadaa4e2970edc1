/*
 * Moves a running process's wall clock, and nothing else of its time.
 *
 * Loaded with LD_PRELOAD. CLOCK_SHIFT_FILE names a file of eight bytes, a signed number of milliseconds,
 * that is mapped once; whoever writes into it moves the clock at that instant. The monotonic clock, and so
 * every timer, goes on as before: that is what a step by NTP or an operator does to a process.
 *
 * The kernel is asked directly and no symbol is looked up: redis-server's allocator asks for the time
 * before the dynamic linker has finished, and a lookup there would never return.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS_OF_MS 1000000LL
#define NS_OF_S 1000000000LL

static volatile const int64_t *shift_ms;

__attribute__((constructor)) static void map_shift(void) {
  const char *file = getenv("CLOCK_SHIFT_FILE");
  int descriptor = file == NULL ? -1 : open(file, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  void *mapped = mmap(NULL, sizeof *shift_ms, PROT_READ, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (mapped != MAP_FAILED) shift_ms = mapped;
}

static void shift(struct timespec *at) {
  if (shift_ms == NULL) return;
  int64_t ns = (int64_t)at->tv_nsec + *shift_ms % 1000 * NS_OF_MS;
  at->tv_sec += *shift_ms / 1000;
  if (ns < 0 || ns >= NS_OF_S) {
    int64_t carry = ns < 0 ? -1 : 1;
    at->tv_sec += carry;
    ns -= carry * NS_OF_S;
  }
  at->tv_nsec = ns;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
  int result = (int)syscall(SYS_clock_gettime, clock, at);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) shift(at);
  return result;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  *at = (struct timeval){ .tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000 };
  return 0;
}

time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at != NULL) *at = now.tv_sec;
  return now.tv_sec;
}
