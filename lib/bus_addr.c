#include "lib/bus_addr.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/json.h"

/* getaddrinfo_a works in a thread of its own and writes here, so this lives until it is done. */
struct bus_lookup {
    struct gaicb job;
    struct gaicb *jobs[1];
    struct addrinfo hints;
    char host[256], port[8];
};

static enum err_code bad_uri(const char *uri, const char *why, struct err *e) {
    return err_at(e, ERR_INVALID, "bus.uri", NULL,
                  "bus.uri = %s: %s; it is redis://host:port, unix:/path or none", uri, why);
}

static enum err_code parse_unix(struct bus_addr *a, const char *uri, struct err *e) {
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    const char *path = uri + strlen("unix:");
    if (path[0] != '/')
        return bad_uri(uri, "the path must begin with /", e);
    if (strlen(path) >= sizeof un.sun_path)
        return bad_uri(uri, "a socket's path has at most 107 bytes", e);
    memcpy(un.sun_path, path, strlen(path));
    memcpy(&a->found, &un, sizeof un);
    a->found_len = sizeof un;
    a->local = true;
    return ERR_NONE;
}

static enum err_code parse_tcp(struct bus_addr *a, const char *uri, struct err *e) {
    const char *host = uri + strlen("redis://");
    size_t len = strcspn(host, "/?#");
    const char *rest = host + len;
    int64_t port = 6379;

    if (memchr(host, '@', len))
        return bad_uri(uri, "user and password go to bus.user and bus.password_file", e);
    if (*rest && strcmp(rest, "/") != 0 && strcmp(rest, "/0") != 0)
        return bad_uri(uri, "a database number does not isolate Pub/Sub", e);
    const char *end = host + len, *colon = NULL;
    if (*host == '[') {
        const char *close = memchr(host, ']', len);
        if (!close)
            return bad_uri(uri, "a ] is missing", e);
        host++;
        len = (size_t)(close - host);
        colon = close + 1 < end ? close + 1 : NULL;
    } else {
        colon = memchr(host, ':', len);
        len = colon ? (size_t)(colon - host) : len;
    }
    if (len == 0 || len >= sizeof a->host)
        return bad_uri(uri, "a host is missing", e);
    if (colon) {
        char text[8] = "";
        size_t n = (size_t)(end - colon - 1);
        if (*colon != ':' || n == 0 || n >= sizeof text)
            return bad_uri(uri, "the port is wrong", e);
        memcpy(text, colon + 1, n);
        if (!parse_i64(text, 1, 65535, &port))
            return bad_uri(uri, "the port is wrong", e);
    }
    memcpy(a->host, host, len);
    snprintf(a->port, sizeof a->port, "%d", (int)port);
    return ERR_NONE;
}

static enum err_code read_password(struct bus_addr *a, const char *file, struct err *e) {
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, a->password, sizeof a->password - 1);
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return err_at(e, ERR_UNAVAILABLE, "bus.password_file", NULL, "bus.password_file %s: %s",
                      file, strerror(why));
    if (n == sizeof a->password - 1)
        return err_at(e, ERR_INVALID, "bus.password_file", NULL,
                      "bus.password_file %s: it is no password file: too long", file);
    a->password[n] = '\0';
    a->password[strcspn(a->password, "\r\n")] = '\0';
    if (a->password[0] == '\0')
        return err_at(e, ERR_INVALID, "bus.password_file", NULL,
                      "bus.password_file %s: the first line is empty", file);
    return ERR_NONE;
}

enum err_code bus_addr_init(struct bus_addr *a, const struct conf *conf, struct err *e) {
    const char *uri = conf->bus_uri;
    enum err_code code;
    *a = (struct bus_addr){0};
    if (strcmp(uri, "none") == 0) {
        a->none = true;
        return ERR_NONE;
    }
    if (strncmp(uri, "unix:", 5) == 0)
        code = parse_unix(a, uri, e);
    else if (strncmp(uri, "redis://", 8) == 0)
        code = parse_tcp(a, uri, e);
    else
        code = bad_uri(uri, "unknown form", e);
    if (code == ERR_NONE && conf->bus_password_file[0])
        code = read_password(a, conf->bus_password_file, e);
    if (code == ERR_NONE && conf->bus_user[0] && !a->password[0])
        code = err_at(e, ERR_INVALID, "bus.user", NULL, "bus.user needs bus.password_file");
    snprintf(a->user, sizeof a->user, "%s", conf->bus_user);
    return code;
}

static void forget(struct bus_addr *a) {
    if (a->list)
        freeaddrinfo(a->list);
    a->list = a->next = NULL;
}

void bus_addr_release(struct bus_addr *a) {
    forget(a);
    if (a->lookup) {
        const struct gaicb *const jobs[] = {&a->lookup->job};
        while (gai_cancel(&a->lookup->job) == EAI_NOTCANCELED &&
               gai_error(&a->lookup->job) == EAI_INPROGRESS)
            gai_suspend(jobs, 1, NULL);
        if (a->lookup->job.ar_result)
            freeaddrinfo(a->lookup->job.ar_result);
        free(a->lookup);
        a->lookup = NULL;
    }
    explicit_bzero(a->password, sizeof a->password);
}

static bool take(struct bus_addr *a) {
    if (!a->next)
        return false;
    memcpy(&a->found, a->next->ai_addr, a->next->ai_addrlen);
    a->found_len = a->next->ai_addrlen;
    a->next = a->next->ai_next;
    return true;
}

/* A host given as a number needs no name server. */
static bool numeric(struct bus_addr *a) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
    if (getaddrinfo(a->host, a->port, &hints, &a->list) != 0) {
        a->list = NULL;
        return false;
    }
    a->next = a->list;
    return take(a);
}

static bool start_lookup(struct bus_addr *a, struct err *e) {
    struct bus_lookup *l = calloc(1, sizeof *l);
    if (!l) {
        err_set(e, ERR_INTERNAL, "out of memory");
        return false;
    }
    memcpy(l->host, a->host, sizeof l->host);
    memcpy(l->port, a->port, sizeof l->port);
    l->hints = (struct addrinfo){.ai_socktype = SOCK_STREAM};
    l->job = (struct gaicb){.ar_name = l->host, .ar_service = l->port, .ar_request = &l->hints};
    l->jobs[0] = &l->job;
    int why = getaddrinfo_a(GAI_NOWAIT, l->jobs, 1, NULL);
    if (why != 0) {
        free(l);
        err_set(e, ERR_UNAVAILABLE, "looking %s up: %s", a->host, gai_strerror(why));
        return false;
    }
    a->lookup = l;
    return true;
}

bool bus_addr_find(struct bus_addr *a, int wait_ms, struct err *e) {
    *e = (struct err){0};
    if (a->local || take(a))
        return true;
    forget(a);
    if (!a->lookup && (numeric(a) || !start_lookup(a, e)))
        return e->code == ERR_NONE;
    const struct gaicb *const jobs[] = {&a->lookup->job};
    struct timespec wait = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000L};
    int why = gai_error(&a->lookup->job);
    if (why == EAI_INPROGRESS && wait_ms > 0) {
        gai_suspend(jobs, 1, &wait);
        why = gai_error(&a->lookup->job);
    }
    if (why == EAI_INPROGRESS)
        return false;
    if (why == 0)
        a->list = a->next = a->lookup->job.ar_result;
    else
        err_set(e, ERR_UNAVAILABLE, "looking %s up: %s", a->host, gai_strerror(why));
    free(a->lookup);
    a->lookup = NULL;
    return take(a);
}
