/*
 * Keeps, beside a running process, what its disk would hold if the power went now.
 *
 * Loaded with LD_PRELOAD. A write that was never synced may be lost at power loss; the worst case is
 * that all of them are. So the image of a file is the copy taken right after its last successful
 * fsync or fdatasync, and nothing else. Directory operations are taken to be durable at once: an
 * unlinked file leaves the image too.
 *
 *   IMAGE_OF     files whose path begins with this are watched (a database, its -wal, its -journal)
 *   IMAGE_DIR    where their images are kept, under the same base names
 *   IMAGE_FAIL   while this file exists, every sync of a watched file fails with EIO
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int (*sync_call)(int);
typedef int (*unlink_call)(const char *);

static int watched(const char *path) {
  const char *prefix = getenv("IMAGE_OF");
  return prefix != NULL && strncmp(path, prefix, strlen(prefix)) == 0;
}

/* The path behind a descriptor; 0 when it is not a watched file. */
static int path_of(int descriptor, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length <= 0) return 0;
  path[length] = '\0';
  return watched(path);
}

static int image_name(const char *path, char *image, size_t size) {
  const char *folder = getenv("IMAGE_DIR");
  const char *base = strrchr(path, '/');
  if (folder == NULL || base == NULL) return 0;
  return snprintf(image, size, "%s%s", folder, base) < (int)size;
}

/* Never half an image: it is copied aside and renamed. A failure here must not pass for durability. */
static void take_image(const char *path) {
  char image[PATH_MAX], partial[PATH_MAX + 16], buffer[65536];
  if (!image_name(path, image, sizeof image)) return;
  snprintf(partial, sizeof partial, "%s.partial", image);
  int from = open(path, O_RDONLY), to = open(partial, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  if (from < 0 || to < 0) abort();
  ssize_t count;
  while ((count = read(from, buffer, sizeof buffer)) > 0) {
    if (write(to, buffer, (size_t)count) != count) abort();
  }
  close(from);
  close(to);
  if (rename(partial, image) != 0) abort();
}

static int synced(const char *name, int descriptor) {
  char path[PATH_MAX];
  sync_call real = (sync_call)dlsym(RTLD_NEXT, name);
  if (!path_of(descriptor, path)) return real(descriptor);
  const char *fail = getenv("IMAGE_FAIL");
  if (fail != NULL && access(fail, F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  int result = real(descriptor);
  if (result == 0) take_image(path);
  return result;
}

int fsync(int descriptor) { return synced("fsync", descriptor); }

int fdatasync(int descriptor) { return synced("fdatasync", descriptor); }

int unlink(const char *path) {
  unlink_call real = (unlink_call)dlsym(RTLD_NEXT, "unlink");
  int result = real(path);
  char image[PATH_MAX];
  if (result == 0 && watched(path) && image_name(path, image, sizeof image)) real(image);
  return result;
}
