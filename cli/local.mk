bin_PROGRAMS += cli/candlemill
cli_candlemill_SOURCES = \
	cli/args.c \
	cli/cli.h \
	cli/client.c cli/client.h \
	cli/cmd_cancel.c \
	cli/cmd_candles.c \
	cli/cmd_doctor.c \
	cli/cmd_functions.c \
	cli/cmd_generate.c \
	cli/cmd_import.c \
	cli/cmd_list.c \
	cli/cmd_metrics.c \
	cli/cmd_run.c \
	cli/cmd_show.c \
	cli/cmd_strategy.c \
	cli/cmd_strategy_check.c \
	cli/cmd_strategy_import.c \
	cli/cmd_submit.c \
	cli/cmd_watch.c \
	cli/common.c \
	cli/generate.c cli/generate.h \
	cli/load.c cli/load.h \
	cli/main.c \
	cli/print_breakdown.c \
	cli/print_result.c \
	cli/progress.c cli/progress.h \
	cli/request_args.c \
	cli/table.c cli/table.h \
	cli/watch.c
cli_candlemill_LDADD = $(base_libs) $(bus_libs) $(store_libs) $(CURL_LIBS)
