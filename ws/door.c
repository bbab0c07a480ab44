#include "ws/door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auth.h"

static const char *env(const char *name) {
    const char *s = getenv(name);
    return s ? s : "";
}

/* websocketd keeps no Host header: it splits it into SERVER_NAME and SERVER_PORT (80 when there was
 * none) and takes the brackets of an IPv6 address away when there was a port. */
static void rebuild_host(char *ret, size_t size, bool with_port) {
    const char *name = env("SERVER_NAME");
    bool bare_v6 = strchr(name, ':') && name[0] != '[';
    snprintf(ret, size, "%s%s%s%s%s", bare_v6 ? "[" : "", name, bare_v6 ? "]" : "",
             with_port ? ":" : "", with_port ? env("SERVER_PORT") : "");
}

/* Our own web server puts exactly one X-Forwarded-For, the client's address. Straight at websocketd
 * there is none, and then nobody may claim to have forwarded anything. */
static bool forwarded_by_others(void) {
    static const char *const always[] = {"HTTP_FORWARDED", "HTTP_VIA"};
    static const char *const straight[] = {"HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO",
                                           "HTTP_X_FORWARDED_SERVER", "HTTP_X_FORWARDED_PORT"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (getenv(always[i]))
            return true;
    for (size_t i = 0; !getenv("HTTP_X_FORWARDED_FOR") && i < sizeof straight / sizeof *straight;
         i++)
        if (getenv(straight[i]))
            return true;
    return false;
}

enum err_code door_check(struct err *e) {
    char host[300];
    const char *client = getenv("HTTP_X_FORWARDED_FOR");
    const char *origin = env("HTTP_ORIGIN"), *port = strrchr(origin, ':');
    /* a browser leaves :80 out of both Host and Origin */
    bool bare = strcmp(env("SERVER_PORT"), "80") == 0 && port && strcmp(port, ":80") != 0;
    rebuild_host(host, sizeof host, !bare);
    struct auth_facts f = {.remote_addr = env("REMOTE_ADDR"),
                           .no_server_addr = true,
                           .host = host,
                           .origin = origin,
                           .fetch_site = env("HTTP_SEC_FETCH_SITE"),
                           .forwarded = forwarded_by_others(),
                           .method = env("REQUEST_METHOD")};
    if (auth_trusted(&f, e) != ERR_NONE || !client)
        return e->code;
    f.remote_addr = client; /* the same rules for whom the web server speaks for */
    return auth_trusted(&f, e);
}
