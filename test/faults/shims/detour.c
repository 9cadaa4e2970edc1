/*
 * Sends a process's TCP connections to one local port through another: a test can so stand between two
 * servers that find each other's address by themselves.
 *
 * Loaded with LD_PRELOAD. DETOUR_FILE names a file of two 32-bit numbers, from and to, that is mapped once
 * and may be rewritten at any time; a connect() to port `from`, at whatever address, goes to `to` instead.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

typedef int (*connect_call)(int, const struct sockaddr *, socklen_t);

static volatile const uint32_t *detour;

__attribute__((constructor)) static void map_detour(void) {
  const char *file = getenv("DETOUR_FILE");
  int descriptor = file == NULL ? -1 : open(file, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  void *mapped = mmap(NULL, 2 * sizeof *detour, PROT_READ, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (mapped != MAP_FAILED) detour = mapped;
}

int connect(int descriptor, const struct sockaddr *address, socklen_t length) {
  connect_call real = (connect_call)dlsym(RTLD_NEXT, "connect");
  if (detour == NULL || address->sa_family != AF_INET || length < sizeof(struct sockaddr_in)) {
    return real(descriptor, address, length);
  }
  struct sockaddr_in other;
  memcpy(&other, address, sizeof other);
  if (detour[0] != 0 && ntohs(other.sin_port) == detour[0]) other.sin_port = htons((uint16_t)detour[1]);
  return real(descriptor, (struct sockaddr *)&other, sizeof other);
}
