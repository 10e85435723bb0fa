/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct service {
	int fd;
};

/* A path, or behind an @ a name that is in no file system (unix(7)). */
static bool read_address(const char *text, struct sockaddr_un *out, socklen_t *len)
{
	size_t n = strlen(text);

	if ((text[0] != '/' && text[0] != '@') || n < 2 || n >= sizeof out->sun_path)
		return false;
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(out->sun_path, text, n);
	if (text[0] == '@')
		out->sun_path[0] = '\0';
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (text[0] == '/'));
	return true;
}

struct service *service_open(void)
{
	const char *where = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t len;

	if (where == NULL || !read_address(where, &address, &len))
		return NULL;
	struct service *s = malloc(sizeof *s);

	if (s == NULL)
		return NULL;
	s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd >= 0 && connect(s->fd, (struct sockaddr *)&address, len) == 0)
		return s;
	service_close(s);
	return NULL;
}

void service_close(struct service *s)
{
	if (s == NULL)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

void service_tell(struct service *s, const char *state)
{
	if (s != NULL && send(s->fd, state, strlen(state), MSG_NOSIGNAL) < 0)
		return; /* it is gone, or has no room: it will ask no more */
}

void service_alive(struct service *s)
{
	service_tell(s, "WATCHDOG=1");
}
