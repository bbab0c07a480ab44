noinst_LIBRARIES += libcandlemill.a
libcandlemill_a_SOURCES = \
	lib/ask.c lib/ask.h \
	lib/auth.c lib/auth.h \
	lib/buf.c lib/buf.h \
	lib/bus.c lib/bus.h \
	lib/bus_addr.c lib/bus_addr.h \
	lib/bus_call.h \
	lib/bus_conn.c lib/bus_conn.h \
	lib/bus_script.c \
	lib/bus_sub.c \
	lib/clock.c lib/clock.h \
	lib/conf.c lib/conf.h \
	lib/csv.c lib/csv.h \
	lib/csv_field.c \
	lib/double_text.c \
	lib/equity_part.c \
	lib/err.c lib/err.h \
	lib/event.c lib/event.h \
	lib/functions.c lib/functions.h \
	lib/http.c lib/http.h \
	lib/http_query.c \
	lib/http_res.c \
	lib/id.c lib/id.h \
	lib/json.c lib/json.h \
	lib/json_out.c \
	lib/json_strict.c lib/json_strict.h \
	lib/limits.h \
	lib/log.c lib/log.h \
	lib/market.c lib/market.h \
	lib/market_cut.h \
	lib/market_extra.c lib/market_extra.h \
	lib/market_import.c \
	lib/market_load.c \
	lib/pine.c lib/pine.h \
	lib/pine_ast.h \
	lib/pine_call.c \
	lib/pine_exits.c \
	lib/pine_expr.c \
	lib/pine_fold.c \
	lib/pine_input.c \
	lib/pine_lex.c \
	lib/pine_order.h \
	lib/pine_orders.c \
	lib/pine_parse.c \
	lib/pine_parser.h \
	lib/pine_rules.c \
	lib/pine_security.c \
	lib/pine_settings.c \
	lib/pine_state.c \
	lib/pine_symbol.c \
	lib/pine_time.c \
	lib/pine_value.c \
	lib/pine_walk.c \
	lib/proc.c lib/proc.h \
	lib/report.c lib/report.h \
	lib/report_chart.c \
	lib/report_lists.c \
	lib/report_parts.h \
	lib/report_style.c \
	lib/report_tables.c \
	lib/report_text.c \
	lib/result.c lib/result.h \
	lib/result_basis.c \
	lib/result_breakdown.c \
	lib/result_parts.c \
	lib/result_values.c \
	lib/run.c lib/run.h \
	lib/run_announce.c \
	lib/run_steps.c \
	lib/spec.c lib/spec.h \
	lib/spec_flatten.c \
	lib/spec_forms.c \
	lib/spec_profile.c \
	lib/spec_schema.c lib/spec_schema.h \
	lib/spec_strategies.c \
	lib/spec_table.c lib/spec_table.h \
	lib/spec_words.c lib/spec_words.h \
	lib/store.c lib/store.h \
	lib/store_candles.c \
	lib/store_mongo.c lib/store_mongo.h \
	lib/store_mongo_backtests.c \
	lib/store_mongo_candles.c \
	lib/store_mongo_fields.c \
	lib/store_mongo_jobs.c \
	lib/store_mongo_query.c \
	lib/store_mongo_results.c \
	lib/store_ops.h \
	lib/store_sqlite.c lib/store_sqlite.h \
	lib/store_sqlite_backtests.c \
	lib/store_sqlite_candles.c \
	lib/store_sqlite_jobs.c \
	lib/store_sqlite_query.c \
	lib/store_sqlite_results.c \
	lib/strategy_check.c \
	lib/strategy_json.c \
	lib/strategy_probe.c lib/strategy_probe.h \
	lib/strategy_schema.c lib/strategy_schema.h \
	lib/zone.c lib/zone.h

# What a program links after its own objects, in this order. candlemill-ws links no store: its lines
# leave MONGOC_LIBS and SQLITE_LIBS out, and the linker takes from the archive only what it calls.
base_libs = libcandlemill.a libengine.a $(JSON_LIBS) -lm
bus_libs = $(HIREDIS_LIBS)
store_libs = $(SQLITE_LIBS) $(MONGOC_LIBS)
