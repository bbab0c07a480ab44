/* Where Redis is and who we are to it: bus.uri, bus.user and bus.password_file, read once. */
#ifndef LIB_BUS_ADDR_H
#define LIB_BUS_ADDR_H

#include <netdb.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "lib/conf.h"
#include "lib/err.h"

struct bus_addr {
    bool none;
    bool local; /* a unix socket: found is that path */
    char host[256], port[8];
    char user[64], password[512]; /* empty: none */
    struct sockaddr_storage found;
    socklen_t found_len;   /* 0: the name is not looked up yet */
    struct addrinfo *list; /* what the last lookup gave; next is tried at the next connect */
    struct addrinfo *next;
    struct bus_lookup *lookup; /* a name lookup under way, or NULL */
};

/* ERR_INVALID: not redis://host[:port], unix:/path or none; ERR_UNAVAILABLE: the password file
 * cannot be read. */
enum err_code bus_addr_init(struct bus_addr *a, const struct conf *conf, struct err *e);
void bus_addr_release(struct bus_addr *a);

/* The next address to try into a->found, waiting at most wait_ms for the name server (looking a
 * name up blocks otherwise). False: not known yet, or never (then *e says why and e->code is set).
 */
bool bus_addr_find(struct bus_addr *a, int wait_ms, struct err *e);

#endif
