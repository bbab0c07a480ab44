# make oracle: our numbers beside other people's libraries, which a venv in the build folder holds.
# Not part of `make check`; what it proves is kept as numbers under tests/data.
# One program a part: it takes the build folder, prints what it compared, and exits 0 when all agree.
oracle_parts = \
	tests/oracle/btpy_random.py \
	tests/oracle/metrics_numpy.py \
	tests/oracle/plain_functions.py \
	tests/oracle/plain_time.py \
	tests/oracle/plain_random.py \
	tests/oracle/talib_functions.py
EXTRA_DIST += \
	$(oracle_parts) \
	tests/oracle/bars.py \
	tests/oracle/batch.py \
	tests/oracle/btpy_config.py \
	tests/oracle/btpy_library.py \
	tests/oracle/make_runs.py \
	tests/oracle/make_vectors.py \
	tests/oracle/metrics_plain.py \
	tests/oracle/plain.py \
	tests/oracle/plain_account.py \
	tests/oracle/plain_cases.py \
	tests/oracle/plain_config.py \
	tests/oracle/plain_path.py \
	tests/oracle/requirements.txt \
	tests/oracle/talib_cases.py \
	tests/oracle/walks.py
check_PROGRAMS += tests/batch_tool tests/columns_tool
tests_batch_tool_LDADD = $(base_libs) $(store_libs)
tests_columns_tool_LDADD = libcandlemill.a libengine.a -lm

tests/oracle/venv/ready: $(srcdir)/tests/oracle/requirements.txt
	mkdir -p tests/oracle
	python3 -m venv tests/oracle/venv
	tests/oracle/venv/bin/pip install --quiet --disable-pip-version-check -r $(srcdir)/tests/oracle/requirements.txt
	touch $@

oracle: all tests/batch_tool$(EXEEXT) tests/columns_tool$(EXEEXT) tests/oracle/venv/ready
	@failed=0; for part in $(oracle_parts); do \
		PYTHONDONTWRITEBYTECODE=1 tests/oracle/venv/bin/python $(srcdir)/$$part . || failed=1; \
	done; exit $$failed

# the numbers of tests/data/functions.txt, anew from TA-Lib and plain Python
vectors: tests/oracle/venv/ready
	tests/oracle/venv/bin/python $(srcdir)/tests/oracle/make_vectors.py > $(srcdir)/tests/data/functions.txt
.PHONY: oracle vectors

distclean-local: clean-oracle
clean-oracle:
	rm -rf tests/oracle/venv
.PHONY: clean-oracle
