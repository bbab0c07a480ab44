# candlemill-ws links no store: every connection is a process, and libmongoc alone would dirty 2 MB.
pkglibexec_PROGRAMS += ws/candlemill-ws
noinst_LIBRARIES += libws.a
libws_a_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
libws_a_SOURCES = \
	ws/command.c ws/command.h \
	ws/door.c ws/door.h \
	ws/feed.c ws/feed.h \
	ws/feed_ask.c \
	ws/feed_read.c \
	ws/out.c ws/out.h \
	ws/session.c ws/session.h \
	ws/show.c ws/show.h \
	ws/want.c ws/want.h \
	ws/watch.c ws/watch.h
ws_candlemill_ws_SOURCES = ws/main.c
ws_candlemill_ws_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
# a library that is not called is not mapped either (libm costs 8 KB a process)
ws_candlemill_ws_LDFLAGS = $(AM_LDFLAGS) -Wl,--as-needed
# and a shared library dirties 10 KB in each of the processes: these two are linked in
ws_candlemill_ws_LDADD = libws.a libcandlemill.a libengine.a $(WS_LIBS) -lm
