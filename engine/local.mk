noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = \
	engine/account.c engine/account.h \
	engine/backtest.c engine/backtest.h \
	engine/bars.c engine/bars.h \
	engine/broker.c engine/broker.h \
	engine/btpy.h \
	engine/btpy_broker.c \
	engine/btpy_measure.c \
	engine/btpy_run.c \
	engine/cost.c engine/cost.h \
	engine/curve.c engine/curve.h \
	engine/eval.h \
	engine/ind.h \
	engine/ledger.c engine/ledger.h \
	engine/measure.c engine/measure.h \
	engine/measure_trades.c \
	engine/metrics.c engine/metrics.h \
	engine/order.c engine/order.h \
	engine/path.c engine/path.h \
	engine/plan.h \
	engine/rules.c engine/rules.h \
	engine/strategy.h \
	engine/vote.c engine/vote.h
