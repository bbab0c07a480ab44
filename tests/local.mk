# One Check program a module: tests/check_NAME.c, its libraries, its name in check_PROGRAMS.
EXTRA_DIST += tests/suite.h
dist_check_SCRIPTS += tests/banned.sh tests/layers.sh
TESTS += tests/banned.sh tests/layers.sh
AM_TESTS_ENVIRONMENT = srcdir='$(srcdir)'; builddir='$(builddir)'; export srcdir builddir;

if HAVE_CHECK
engine_tests = \
	tests/check_bars
lib_tests =
check_PROGRAMS += $(engine_tests) $(lib_tests)
TESTS += $(engine_tests) $(lib_tests)
endif

tests_check_bars_LDADD = libengine.a $(CHECK_LIBS) -lm
