# Fuzzers: tests/fuzz/fuzz_NAME.c and its corpus, tests/fuzz/corpus/NAME. Every build replays the
# corpora in `make check`; `make fuzz` lets libFuzzer look for more.
EXTRA_DIST += \
	tests/fuzz/corpus \
	tests/fuzz/expr.dict \
	tests/fuzz/json.dict \
	tests/fuzz/pine.dict
dist_check_SCRIPTS += tests/fuzz.sh
dist_noinst_SCRIPTS += tests/fuzz/run.sh
TESTS += tests/fuzz.sh

fuzz_programs = \
	tests/fuzz/fuzz_csv \
	tests/fuzz/fuzz_expr \
	tests/fuzz/fuzz_pine \
	tests/fuzz/fuzz_request \
	tests/fuzz/fuzz_run \
	tests/fuzz/fuzz_strategy
check_PROGRAMS += $(fuzz_programs)

# what calls the fuzzer: libFuzzer, or files
if FUZZ
fuzz_main =
else
fuzz_main = tests/fuzz/replay.c
endif
fuzz_libs = $(FUZZ_LIBS) $(base_libs)

tests_fuzz_fuzz_csv_SOURCES = tests/fuzz/fuzz_csv.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_csv_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_expr_SOURCES = tests/fuzz/fuzz_expr.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_expr_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_pine_SOURCES = tests/fuzz/fuzz_pine.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_pine_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_request_SOURCES = tests/fuzz/fuzz_request.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_request_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_run_SOURCES = \
	tests/fuzz/fuzz_run.c \
	tests/fuzz/draw.c tests/fuzz/draw.h \
	tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_run_LDADD = $(fuzz_libs) $(store_libs)
tests_fuzz_fuzz_strategy_SOURCES = tests/fuzz/fuzz_strategy.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_strategy_LDADD = $(fuzz_libs)

# FUZZ_SECONDS (60) each; FUZZERS: some of them
fuzz:
	srcdir='$(abs_srcdir)' builddir='$(abs_builddir)' $(srcdir)/tests/fuzz/run.sh $(FUZZERS)
.PHONY: fuzz

fuzz-programs: $(fuzz_programs)
.PHONY: fuzz-programs
