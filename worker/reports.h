/* What runners say about the jobs they were handed. */
#ifndef WORKER_REPORTS_H
#define WORKER_REPORTS_H

struct supervisor;

/* Takes all reports that are there. */
void reports_take(struct supervisor *s);

#endif
