# make bench: figures as ratios in one run. Not built by `make`, not part of `make check`.
EXTRA_PROGRAMS = bench/engine bench/hello
bench_engine_SOURCES = \
	bench/bench.h \
	bench/cancel.c \
	bench/cross.c \
	bench/engine.c \
	bench/floor.c bench/floor.h \
	bench/functions.c
bench_engine_LDADD = libcandlemill.a libengine.a $(JSON_LIBS) -lm
bench_hello_SOURCES = bench/hello.c
bench_hello_LDADD = -lfcgi
CLEANFILES += $(EXTRA_PROGRAMS)
EXTRA_DIST += bench/service.py

# the floor is compiled for this very machine: it is the limit, not the product
bench/floor.$(OBJEXT): CFLAGS += -O3 -march=native

bench: all $(EXTRA_PROGRAMS)
	bench/engine
	python3 $(srcdir)/bench/service.py $(builddir)
.PHONY: bench
