noinst_LIBRARIES += libapi.a
libapi_a_SOURCES = \
	fcgi/answer.c fcgi/answer.h \
	fcgi/app.c fcgi/app.h \
	fcgi/problem.c fcgi/problem.h \
	fcgi/program.c fcgi/program.h \
	fcgi/res.h \
	fcgi/res_backtest.c \
	fcgi/res_candles.c \
	fcgi/res_functions.c \
	fcgi/res_result.c \
	fcgi/res_strategies.c \
	fcgi/res_submit.c \
	fcgi/res_symbols.c \
	fcgi/res_system.c \
	fcgi/router.c fcgi/router.h \
	fcgi/serve.c fcgi/serve.h

pkglibexec_PROGRAMS += \
	fcgi/algo.fcgi \
	fcgi/market.fcgi \
	fcgi/system.fcgi
api_libs = libapi.a $(base_libs) $(bus_libs) $(store_libs)
fcgi_algo_fcgi_SOURCES = fcgi/main_algo.c
fcgi_algo_fcgi_LDADD = $(api_libs) -lfcgi
fcgi_market_fcgi_SOURCES = fcgi/main_market.c
fcgi_market_fcgi_LDADD = $(api_libs) -lfcgi
fcgi_system_fcgi_SOURCES = fcgi/main_system.c
fcgi_system_fcgi_LDADD = $(api_libs) -lfcgi
