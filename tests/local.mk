# One Check program a module: tests/check_NAME.c and its name in one of the two lists, sorted.
# engine_tests link the engine alone, so a call upward fails to link; lib_tests link everything.
EXTRA_DIST += \
	tests/api_world.h \
	tests/broker_world.h \
	tests/browser/service.test.mjs \
	tests/columns.h \
	tests/data/bad_input.tsv \
	tests/data/bands.pine \
	tests/data/cross.pine \
	tests/data/functions.txt \
	tests/data/golden.json \
	tests/data/oracle_runs.jsonl \
	tests/data/rsi_dip.pine \
	tests/data/vectors.txt \
	tests/faults/checker.py \
	tests/faults/listener.py \
	tests/faults/promise.py \
	tests/faults/test_checker.py \
	tests/faults/test_mongo.py \
	tests/faults/test_promise.py \
	tests/foreign_worker.py \
	tests/mongo_server.sh \
	tests/near.h \
	tests/pine_world.h \
	tests/random_expr.h \
	tests/random_run.h \
	tests/redis_server.h \
	tests/suite.h \
	tests/worker/test_relay.py \
	tests/worker/test_worker.py \
	tests/worker/world.py \
	tests/ws_world.h \
	tests/wsclient.py
dist_check_SCRIPTS += \
	tests/banned.sh \
	tests/cgi.sh \
	tests/cli.sh \
	tests/cli_client.py \
	tests/faults.sh \
	tests/golden_cli.py \
	tests/layers.sh \
	tests/worker.sh \
	tests/ws_websocketd.py
# Whole services under load and faults, minutes each: LONG_TESTS= leaves them out (./check does for
# distcheck, which proves the tarball; they have run before).
LONG_TESTS = \
	tests/faults.sh \
	tests/worker.sh
TESTS += \
	tests/banned.sh \
	tests/cgi.sh \
	tests/cli.sh \
	tests/cli_client.py \
	tests/golden_cli.py \
	tests/layers.sh \
	tests/ws_websocketd.py \
	$(LONG_TESTS)
# (libmongoc counts in a file under /dev/shm; the many processes that tests kill would leave theirs)
AM_TESTS_ENVIRONMENT = srcdir='$(srcdir)'; builddir='$(builddir)'; MONGOC_DISABLE_SHM=1; \
	export srcdir builddir MONGOC_DISABLE_SHM;

if HAVE_CHECK
engine_tests = \
	tests/check_accounting \
	tests/check_backtest \
	tests/check_bars \
	tests/check_breakdown \
	tests/check_broker \
	tests/check_btpy \
	tests/check_btpy_run \
	tests/check_cost \
	tests/check_decimate \
	tests/check_eval \
	tests/check_expr \
	tests/check_flaws \
	tests/check_functions \
	tests/check_hold \
	tests/check_ind \
	tests/check_independence \
	tests/check_ledger \
	tests/check_lower \
	tests/check_metrics \
	tests/check_order \
	tests/check_parts \
	tests/check_path \
	tests/check_path_order \
	tests/check_plain \
	tests/check_plan \
	tests/check_presets \
	tests/check_program \
	tests/check_reference \
	tests/check_resting \
	tests/check_scale \
	tests/check_trade_values \
	tests/check_vote \
	tests/check_wide
lib_tests = \
	tests/check_auth \
	tests/check_base \
	tests/check_bus \
	tests/check_bus_addr \
	tests/check_bus_sub \
	tests/check_csv \
	tests/check_equity_part \
	tests/check_event \
	tests/check_feed \
	tests/check_feed_ask \
	tests/check_golden \
	tests/check_json \
	tests/check_market \
	tests/check_oracle_runs \
	tests/check_own_words \
	tests/check_pine \
	tests/check_pine_exits \
	tests/check_pine_state \
	tests/check_probe \
	tests/check_report \
	tests/check_request_schema \
	tests/check_result \
	tests/check_run \
	tests/check_schema \
	tests/check_session \
	tests/check_spec \
	tests/check_store \
	tests/check_strategy \
	tests/check_zone
api_tests = \
	tests/check_bad_input \
	tests/check_http \
	tests/check_res_backtest \
	tests/check_res_bus \
	tests/check_res_market \
	tests/check_res_result \
	tests/check_res_strategies \
	tests/check_res_submit \
	tests/check_router
worker_tests = \
	tests/check_lease \
	tests/check_relay \
	tests/check_scheduler
check_PROGRAMS += $(engine_tests) $(lib_tests) $(api_tests) $(worker_tests)
TESTS += $(engine_tests) $(lib_tests) $(api_tests) $(worker_tests)
endif

# what lib_tests link (every other program names its own)
LDADD = $(base_libs) $(bus_libs) $(store_libs) $(CHECK_LIBS)
engine_test_libs = libengine.a $(CHECK_LIBS) -lm

tests_check_accounting_LDADD = $(engine_test_libs)
tests_check_backtest_LDADD = $(engine_test_libs)
tests_check_bars_LDADD = $(engine_test_libs)
tests_check_breakdown_LDADD = $(engine_test_libs)
tests_check_broker_LDADD = $(engine_test_libs)
tests_check_btpy_LDADD = $(engine_test_libs)
tests_check_btpy_run_LDADD = $(engine_test_libs)
tests_check_cost_LDADD = $(engine_test_libs)
tests_check_decimate_LDADD = $(engine_test_libs)
tests_check_eval_LDADD = $(engine_test_libs)
tests_check_expr_LDADD = $(engine_test_libs)
tests_check_flaws_LDADD = $(engine_test_libs)
tests_check_functions_LDADD = $(engine_test_libs)
tests_check_hold_LDADD = $(engine_test_libs)
tests_check_ind_LDADD = $(engine_test_libs)
tests_check_independence_LDADD = $(engine_test_libs)
tests_check_ledger_LDADD = $(engine_test_libs)
tests_check_lower_LDADD = $(engine_test_libs)
tests_check_metrics_LDADD = $(engine_test_libs)
tests_check_order_LDADD = $(engine_test_libs)
tests_check_parts_LDADD = $(engine_test_libs)
tests_check_path_LDADD = $(engine_test_libs)
tests_check_path_order_LDADD = $(engine_test_libs)
tests_check_plain_LDADD = $(engine_test_libs)
tests_check_plan_LDADD = $(engine_test_libs)
tests_check_presets_LDADD = $(engine_test_libs)
tests_check_program_LDADD = $(engine_test_libs)
tests_check_reference_LDADD = $(engine_test_libs)
tests_check_resting_LDADD = $(engine_test_libs)
tests_check_scale_LDADD = $(engine_test_libs)
tests_check_trade_values_LDADD = $(engine_test_libs)
tests_check_vote_LDADD = $(engine_test_libs)
tests_check_wide_LDADD = $(engine_test_libs)

tests_check_store_SOURCES = \
	tests/check_store.c \
	tests/store_cases_backtests.c \
	tests/store_cases_candles.c \
	tests/store_cases_faults.c \
	tests/store_cases_jobs.c \
	tests/store_cases_mongo.c \
	tests/store_cases_races.c \
	tests/store_cases_results.c \
	tests/store_cases_sqlite.c \
	tests/store_world.c tests/store_world.h

# the API without its transport
api_test_libs = $(api_libs) $(CHECK_LIBS)
tests_check_bad_input_LDADD = $(api_test_libs)
tests_check_http_LDADD = $(api_test_libs)
tests_check_res_backtest_LDADD = $(api_test_libs)
tests_check_res_bus_LDADD = $(api_test_libs)
tests_check_res_market_LDADD = $(api_test_libs)
tests_check_res_result_LDADD = $(api_test_libs)
tests_check_res_strategies_LDADD = $(api_test_libs)
tests_check_res_submit_LDADD = $(api_test_libs)
tests_check_router_LDADD = $(api_test_libs)

# sessions of candlemill-ws, without a store as the program itself
ws_test_libs = libws.a $(base_libs) $(bus_libs) $(CHECK_LIBS)
tests_check_feed_LDADD = $(ws_test_libs)
tests_check_feed_ask_LDADD = $(ws_test_libs)
tests_check_session_LDADD = $(ws_test_libs)

worker_test_libs = libworker.a $(LDADD)
tests_check_lease_LDADD = $(worker_test_libs)
tests_check_relay_LDADD = $(worker_test_libs)
tests_check_scheduler_LDADD = $(worker_test_libs)

# the real candlemilld, driven from Python through a tool that has a store
check_PROGRAMS += tests/job_tool
tests_job_tool_LDADD = $(base_libs) $(store_libs)

# The engine's tests under valgrind, in one process each; long property tests run a smaller share.
check-valgrind: $(engine_tests)
	@for t in $(engine_tests); do \
		echo "  VALGRIND $$t"; \
		CK_FORK=no CANDLEMILL_QUICK=1 srcdir='$(srcdir)' valgrind --quiet --error-exitcode=9 \
			--leak-check=full --errors-for-leak-kinds=definite $$t || exit 1; \
	done
.PHONY: check-valgrind

# everything under faults, over both stores
.PHONY: check-faults
check-faults: all $(check_PROGRAMS)
	FAULTS=whole srcdir='$(srcdir)' builddir='$(builddir)' $(srcdir)/tests/faults.sh
