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
EXTRA_DIST += \
	bench/peers/compare.py \
	bench/peers/requirements.txt \
	bench/service.py

# the floor is compiled for this very machine: it is the limit, not the product
bench/floor.$(OBJEXT): CFLAGS += -O3 -march=native -ftrapping-math

# other people's engines, in a venv of their own; without network the engine runs alone
bench/peers/venv/ready: $(srcdir)/bench/peers/requirements.txt
	mkdir -p bench/peers
	python3 -m venv bench/peers/venv
	while read -r package; do \
		bench/peers/venv/bin/pip install --quiet --disable-pip-version-check "$$package" || \
			echo "skipped: $$package cannot be installed"; \
	done <$(srcdir)/bench/peers/requirements.txt
	touch $@

bench-engine: bench/engine$(EXEEXT) bench/peers/venv/ready
	if bench/peers/venv/bin/python -c 'import numpy' 2>/dev/null; then \
		bench/peers/venv/bin/python $(srcdir)/bench/peers/compare.py .; \
	else bench/engine; fi

bench: all $(EXTRA_PROGRAMS) bench-engine
	python3 $(srcdir)/bench/service.py $(builddir)
.PHONY: bench bench-engine

distclean-local: clean-peers
clean-peers:
	rm -rf bench/peers/venv
.PHONY: clean-peers
