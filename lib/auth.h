/* Who is asking. auth.mode = trusted (DESIGN 5): one person on one machine, no login, so a request
 * must show that neither another machine nor a web page of another site sent it. */
#ifndef LIB_AUTH_H
#define LIB_AUTH_H

#include <stdbool.h>

#include "lib/err.h"

/* What the web server says about a request; NULL or empty: absent. */
struct auth_facts {
    const char *remote_addr; /* REMOTE_ADDR */
    const char *server_addr; /* SERVER_ADDR */
    bool no_server_addr;     /* this server never says it (websocketd), so it is not asked for */
    const char *host;        /* Host as it was sent: "127.0.0.1:4000" */
    const char *port;        /* the served port; absent: not known, Host's is not compared */
    const char *origin, *fetch_site; /* Origin, Sec-Fetch-Site */
    bool forwarded;                  /* Forwarded, X-Forwarded-* or Via was there */
    const char *method;
    bool has_body;
    const char *content_type;
};

/* All rules of trusted mode. ERR_FORBIDDEN with a sentence and the word "untrusted";
 * ERR_MEDIA_TYPE for a body that is neither application/json nor text/csv. */
enum err_code auth_trusted(const struct auth_facts *f, struct err *e);

/* One address, 127.0.0.0/8 or ::1 (also as ::ffff:127.0.0.1), and nothing else in the text. */
bool auth_loopback(const char *address);

#endif
