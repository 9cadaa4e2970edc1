/*
 * Holds up the syncs of a file until a test lets them go on: a disk that takes its time, to the day.
 *
 * Loaded with LD_PRELOAD. While HOLD_DIR holds a file `armed`, every fsync or fdatasync of a watched
 * file first says so through the pipe `began`, then waits for a byte from the pipe `go`. Pipes block
 * on both sides, so neither the process nor the test ever has to look again.
 *
 *   HOLD_OF    files whose path begins with this are watched (a database, its -wal)
 *   HOLD_DIR   where `armed` and the two pipes are
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*sync_call)(int);

static int watched(int descriptor) {
  char link[64], path[PATH_MAX];
  const char *prefix = getenv("HOLD_OF");
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (prefix == NULL || length <= 0) return 0;
  path[length] = '\0';
  return strncmp(path, prefix, strlen(prefix)) == 0;
}

static const char *in_folder(char *path, const char *name) {
  const char *folder = getenv("HOLD_DIR");
  snprintf(path, PATH_MAX, "%s/%s", folder == NULL ? "" : folder, name);
  return path;
}

/* A pipe that is gone must not pass for a sync that was let go: the process ends instead. */
static void hold(void) {
  char path[PATH_MAX], byte = '.';
  int began = open(in_folder(path, "began"), O_WRONLY);
  if (began < 0 || write(began, &byte, 1) != 1) abort();
  close(began);
  int go = open(in_folder(path, "go"), O_RDONLY);
  if (go < 0 || read(go, &byte, 1) != 1) abort();
  close(go);
}

static int synced(const char *name, int descriptor) {
  char path[PATH_MAX];
  sync_call real = (sync_call)dlsym(RTLD_NEXT, name);
  if (watched(descriptor) && access(in_folder(path, "armed"), F_OK) == 0) hold();
  return real(descriptor);
}

int fsync(int descriptor) { return synced("fsync", descriptor); }

int fdatasync(int descriptor) { return synced("fdatasync", descriptor); }
