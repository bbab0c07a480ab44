#include "lib/auth.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool absent(const char *s) {
    return !s || !*s;
}

bool auth_loopback(const char *address) {
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct in_addr v4;
    struct in6_addr v6;
    if (absent(address))
        return false;
    if (inet_pton(AF_INET, address, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, address, &v6) != 1)
        return false;
    return IN6_IS_ADDR_LOOPBACK(&v6) ||
           (memcmp(v6.s6_addr, mapped, sizeof mapped) == 0 && v6.s6_addr[12] == 127);
}

static enum err_code refuse(struct err *e, const char *why, const char *what) {
    return err_at(e, ERR_FORBIDDEN, NULL, "untrusted",
                  "This installation answers only its own machine (auth.mode = trusted): %s%s", why,
                  absent(what) ? "" : what);
}

/* localhost, 127.0.0.1 or [::1], alone or with a port: a name of somebody's domain that was made to
 * resolve to 127.0.0.1 is none of them. *ret_port: the port, "80" when none is given. */
static bool host_is_ours(const char *host, const char **ret_port) {
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t len = strlen(names[i]);
        if (strncasecmp(host, names[i], len) != 0)
            continue;
        const char *rest = host + len;
        *ret_port = *rest == ':' ? rest + 1 : "80";
        return *rest == '\0' ||
               (rest[0] == ':' && rest[1] && !rest[1 + strspn(rest + 1, "0123456789")]);
    }
    return false;
}

static bool reads_only(const char *method) {
    return !absent(method) && (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0);
}

static bool media_type_is(const char *given, const char *type) {
    size_t len = strlen(type);
    return strncasecmp(given, type, len) == 0 && (given[len] == '\0' || strchr("; \t", given[len]));
}

enum err_code auth_trusted(const struct auth_facts *f, struct err *e) {
    const char *port = NULL;
    if (!auth_loopback(f->remote_addr))
        return refuse(e, "it was asked from ", absent(f->remote_addr) ? "nowhere" : f->remote_addr);
    if (!f->no_server_addr && !auth_loopback(f->server_addr))
        return refuse(e, "it was asked at ", absent(f->server_addr) ? "nowhere" : f->server_addr);
    if (f->forwarded)
        return refuse(e, "a proxy stands before it", NULL);
    if (absent(f->host) || !host_is_ours(f->host, &port))
        return refuse(e, "Host must be localhost, 127.0.0.1 or [::1], not ",
                      absent(f->host) ? "absent" : f->host);
    if (!absent(f->port) && strcmp(port, f->port) != 0)
        return refuse(e, "Host names another port than ", f->port);
    if (!absent(f->origin) &&
        (strncmp(f->origin, "http://", 7) != 0 || strcmp(f->origin + 7, f->host) != 0))
        return refuse(e, "Origin is another site: ", f->origin);
    if (!absent(f->fetch_site) && strcmp(f->fetch_site, "same-origin") != 0 &&
        !(strcmp(f->fetch_site, "none") == 0 && reads_only(f->method)))
        return refuse(e, "Sec-Fetch-Site is ", f->fetch_site);
    if (f->has_body &&
        (absent(f->content_type) || (!media_type_is(f->content_type, "application/json") &&
                                     !media_type_is(f->content_type, "text/csv"))))
        return err_at(e, ERR_MEDIA_TYPE, NULL, NULL,
                      "Content-Type must be application/json or text/csv");
    return ERR_NONE;
}
