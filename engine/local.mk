noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = \
	engine/account.c engine/account.h \
	engine/ahead.h \
	engine/backtest.c engine/backtest.h \
	engine/backtest_result.c \
	engine/backtest_run.h \
	engine/bars.c engine/bars.h \
	engine/breakdown.c engine/breakdown.h \
	engine/breakdown_trades.c \
	engine/broker.c engine/broker.h \
	engine/btpy.h \
	engine/btpy_broker.c \
	engine/btpy_measure.c \
	engine/btpy_run.c \
	engine/carry.c engine/carry.h \
	engine/chain.c engine/chain.h \
	engine/cost.c engine/cost.h \
	engine/curve.c engine/curve.h \
	engine/decide.c \
	engine/decimate.c engine/decimate.h \
	engine/enter.c engine/enter.h \
	engine/eval.c engine/eval.h \
	engine/expr.c engine/expr.h \
	engine/ind.c engine/ind.h \
	engine/ind_average.c \
	engine/ind_channel.c \
	engine/ind_direction.c \
	engine/ind_event.c \
	engine/ind_extreme.c \
	engine/ind_flow.c \
	engine/ind_hilbert.c \
	engine/ind_math.c \
	engine/ind_momentum.c \
	engine/ind_oscillator.c \
	engine/ind_pivot.c \
	engine/ind_position.c \
	engine/ind_price.c \
	engine/ind_range.c \
	engine/ind_regression.c \
	engine/ind_row.h \
	engine/ind_smooth.c \
	engine/ind_statistic.c \
	engine/ind_stochastic.c \
	engine/ind_swing.c \
	engine/ind_time.c \
	engine/ind_transform.c \
	engine/ind_trend.c \
	engine/ind_volatility.c \
	engine/ind_volume.c \
	engine/inside.c \
	engine/kernel.h \
	engine/kernel_column.c \
	engine/kernel_mask.c \
	engine/kernel_number.c \
	engine/lanes.h \
	engine/ledger.c engine/ledger.h \
	engine/lex.c engine/lex.h \
	engine/mask.c engine/mask.h \
	engine/measure.c engine/measure.h \
	engine/measure_daily.c \
	engine/measure_trades.c \
	engine/metrics.c engine/metrics.h \
	engine/number.h \
	engine/order.c engine/order.h \
	engine/path.c engine/path.h \
	engine/plain.c \
	engine/plan.c engine/plan.h \
	engine/plan_call.c \
	engine/plan_define.c \
	engine/plan_expr.c engine/plan_expr.h \
	engine/plan_frame.c \
	engine/plan_node.h \
	engine/presets.c engine/presets.h \
	engine/presets_average.c \
	engine/presets_breakout.c \
	engine/presets_hold.c \
	engine/presets_reversal.c \
	engine/presets_trend.c \
	engine/program.c engine/program.h \
	engine/quiet.c \
	engine/rules.c engine/rules.h \
	engine/spans.c engine/spans.h \
	engine/strategy.c engine/strategy.h \
	engine/text.c engine/text.h \
	engine/trade_values.c engine/trade_values.h \
	engine/vote.c engine/vote.h \
	engine/wide.h \
	engine/zone.c engine/zone.h
