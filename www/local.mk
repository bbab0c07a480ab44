# The page: TypeScript in www/src becomes static files in www/dist, by www/build.mjs (esbuild).
#
# A release tarball carries them built, marked by www/dist/.shipped; make then uses them as they are
# and asks for no npm. A git checkout has none: they are built into the build folder, and so are
# npm's packages (www/npm) unless www/node_modules is there, so the source tree is only read.
# Without npm everything but the page is built, and make says so each time.
www_sources = \
	www/.prettierignore \
	www/build.mjs \
	www/package-lock.json \
	www/package.json \
	www/src/api.ts \
	www/src/breakdowns.tsx \
	www/src/chart.tsx \
	www/src/distribution.tsx \
	www/src/fields.tsx \
	www/src/form.tsx \
	www/src/format.ts \
	www/src/globals.d.ts \
	www/src/intervals.ts \
	www/src/list.ts \
	www/src/live.ts \
	www/src/main.tsx \
	www/src/metrics.json \
	www/src/metrics.ts \
	www/src/notrades.tsx \
	www/src/options.tsx \
	www/src/plots.tsx \
	www/src/recent.tsx \
	www/src/request.ts \
	www/src/result.tsx \
	www/src/rolling.tsx \
	www/src/route.ts \
	www/src/run.tsx \
	www/src/schema.ts \
	www/src/settings.tsx \
	www/src/start.tsx \
	www/src/strategies.tsx \
	www/src/style/base.css \
	www/src/style/form.css \
	www/src/style/result.css \
	www/src/style/tokens.css \
	www/src/theme.ts \
	www/src/trades.tsx \
	www/src/types.ts \
	www/src/ui.tsx \
	www/src/watch.ts \
	www/static/icon.svg \
	www/static/index.html \
	www/test/browser.mjs \
	www/test/build.test.mjs \
	www/test/fake-data.mjs \
	www/test/fake-ws.mjs \
	www/test/fake.mjs \
	www/test/form.test.mjs \
	www/test/live.test.mjs \
	www/test/looks.test.mjs \
	www/test/result.test.mjs \
	www/test/run.test.mjs \
	www/test/source.mjs \
	www/test/units.test.mjs \
	www/test/world.mjs \
	www/tsconfig.json
# .editorconfig holds prettier's line length
EXTRA_DIST += $(www_sources) .editorconfig

page_dir = $$(test -f '$(srcdir)/www/dist/.shipped' && echo '$(srcdir)/www/dist' || echo www/dist)

all-local: www/page.stamp
www/page.stamp: $(www_sources)
	@$(MKDIR_P) www; src='$(abs_srcdir)/www'; \
	if test -f "$$src/dist/.shipped"; then touch $@; exit; fi; \
	if ! command -v npm >/dev/null; then echo "  www: no npm, so no page is built" >&2; exit; fi; \
	modules="$$src/node_modules"; \
	if test ! -d "$$modules/esbuild"; then \
		modules='$(abs_builddir)/www/npm/node_modules'; \
		if ! cmp -s "$$src/package-lock.json" www/npm/node_modules/.for; then \
			echo "  NPM      www/npm"; \
			rm -rf www/npm && $(MKDIR_P) www/npm && \
			cp "$$src/package.json" "$$src/package-lock.json" www/npm && \
			(cd www/npm && npm ci --omit=dev --no-audit --no-fund >npm.log 2>&1 || \
				{ cat npm.log >&2; exit 1; }) && \
			cp "$$src/package-lock.json" www/npm/node_modules/.for || exit 1; \
		fi; \
	fi; \
	echo "  PAGE     www/dist"; \
	node "$$src/build.mjs" --out www/dist --modules "$$modules" >/dev/null && touch $@

# New files first, then the page that names them, then those that only an older page named.
install-data-local: www/page.stamp
	@page=$(page_dir); to='$(DESTDIR)$(pkgdatadir)/www'; \
	test -f "$$page/index.html" || { echo "  www: no page to install" >&2; exit 0; }; \
	echo " $(MKDIR_P) '$$to/assets'"; $(MKDIR_P) "$$to/assets" || exit 1; \
	for f in "$$page"/assets/*; do $(INSTALL_DATA) "$$f" "$$to/assets" || exit 1; done; \
	$(INSTALL_DATA) "$$page/index.html" "$$to" || exit 1; \
	for f in "$$to"/assets/*; do \
		test -f "$$page/assets/$${f##*/}" || rm -f "$$f"; \
	done

uninstall-local:
	rm -rf '$(DESTDIR)$(pkgdatadir)/www'

clean-local:
	test -f www/dist/.shipped || rm -rf www/dist
	rm -rf www/npm www/page.stamp

# called by the dist-hook of Makefile.am
dist-page: www/page.stamp
	@page=$(page_dir); \
	test -f "$$page/index.html" || { echo "make dist needs the page, so it needs npm" >&2; exit 1; }; \
	rm -rf '$(distdir)/www/dist' && $(MKDIR_P) '$(distdir)/www' && \
	cp -R "$$page" '$(distdir)/www/dist' && chmod -R u+w '$(distdir)/www/dist' && \
	touch '$(distdir)/www/dist/.shipped'
.PHONY: dist-page
