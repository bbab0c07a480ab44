# Files that run the service: installed as they are, so that tests and hosts use the same ones.
nobase_dist_pkgdata_DATA = \
	apache-conf/cgi.conf \
	apache-conf/fastcgi.conf \
	apache-conf/fcgid.conf \
	apache-conf/paths.conf \
	apache-conf/server.conf \
	apache-conf/site.conf \
	lighttpd-conf/paths.conf \
	lighttpd-conf/server.conf \
	lighttpd-conf/site.conf
dist_doc_DATA = candlemill.conf.example NOTICE
EXTRA_DIST += autogen.sh docs/api.md docs/execution.md docs/functions.md docs/messages.md docs/metrics.md docs/operations.md docs/performance.md docs/pine.md docs/results.md docs/request.schema.json docs/result.png docs/strategies.md docs/strategy.schema.json \
	scripts/packages scripts/services
