noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = \
	engine/backtest.h \
	engine/bars.c engine/bars.h \
	engine/eval.h \
	engine/ind.h \
	engine/metrics.h \
	engine/plan.h \
	engine/strategy.h
