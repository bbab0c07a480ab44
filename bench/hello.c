/* The peer of the status route: a FastCGI program that answers every request with a constant. */
#include <fcgiapp.h>
#include <stdlib.h>

int main(void) {
    FCGX_Request request;
    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
        return EXIT_FAILURE;
    while (FCGX_Accept_r(&request) == 0) {
        FCGX_PutS("Content-Type: text/plain\r\n\r\nhello\n", request.out);
        FCGX_Finish_r(&request);
    }
    return EXIT_SUCCESS;
}
