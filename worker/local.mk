# candlemilld: the supervisor and its runners. All but main() is a library, so tests link it too.
sbin_PROGRAMS += candlemilld
noinst_LIBRARIES += libworker.a
libworker_a_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
libworker_a_SOURCES = \
	worker/announce.c worker/announce.h \
	worker/ask.c worker/ask.h \
	worker/bounds.c worker/bounds.h \
	worker/cache.c worker/cache.h \
	worker/cache_trim.c worker/cache_trim.h \
	worker/claim.c worker/claim.h \
	worker/hint.c worker/hint.h \
	worker/history.c worker/history.h \
	worker/job.c worker/job.h \
	worker/jobs.c worker/jobs.h \
	worker/judge.c \
	worker/lease.c worker/lease.h \
	worker/must.h \
	worker/order.h \
	worker/pool.c worker/pool.h \
	worker/progress.c worker/progress.h \
	worker/relay.c worker/relay.h \
	worker/relay_body.c \
	worker/relay_event.c \
	worker/relay_task.c \
	worker/reports.c worker/reports.h \
	worker/runner.c worker/runner.h \
	worker/said.c worker/said.h \
	worker/scan.c worker/scan.h \
	worker/scheduler.c worker/scheduler.h \
	worker/slots.c worker/slots.h \
	worker/supervisor.c worker/supervisor.h

candlemilld_SOURCES = worker/main.c
candlemilld_LDADD = libworker.a $(base_libs) $(bus_libs) $(store_libs)
