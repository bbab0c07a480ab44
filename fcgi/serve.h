/* The transport: FastCGI when descriptor 0 is its socket, else one request as plain CGI. */
#ifndef FCGI_SERVE_H
#define FCGI_SERVE_H

#include "fcgi/app.h"

/* Serves until SIGTERM (a request in hand is finished first), or the one CGI request. Returns the
 * exit status. */
int serve(struct app *app);

#endif
