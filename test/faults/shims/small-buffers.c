/*
 * Gives a process's TCP connections small buffers in the kernel, as a poor network has: what a peer does not
 * read is then in the process's own memory at once, and not, for megabytes, in the kernel's.
 *
 * Loaded with LD_PRELOAD. BUFFER_BYTES is the size in each direction, of what is accepted and what connects.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/socket.h>

typedef int (*accept4_call)(int, struct sockaddr *, socklen_t *, int);
typedef int (*connect_call)(int, const struct sockaddr *, socklen_t);

static void shrink(int descriptor, const struct sockaddr *address) {
  const char *text = getenv("BUFFER_BYTES");
  int bytes = text == NULL ? 0 : atoi(text);
  if (bytes <= 0 || descriptor < 0 || (address != NULL && address->sa_family != AF_INET)) return;
  setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags) {
  accept4_call real = (accept4_call)dlsym(RTLD_NEXT, "accept4");
  int accepted = real(listener, address, length, flags);
  shrink(accepted, NULL);
  return accepted;
}

/* Before the connection is made: the window is agreed on then. */
int connect(int descriptor, const struct sockaddr *address, socklen_t length) {
  connect_call real = (connect_call)dlsym(RTLD_NEXT, "connect");
  shrink(descriptor, address);
  return real(descriptor, address, length);
}
