/* The index of functions: every row against hand-computed vectors (tests/data/vectors.txt),
 * TA-Lib's figures on real bars, plain implementations that see one bar at a time, and its own
 * lookback. */
#include "engine/ind.h"

#include <math.h>

#include "engine/number.h"

#include "tests/columns.h"

#define LINE_MAX_BYTES 4096
#define ROWS_MAX       256

/* least: what counts as 0 beside the column's other values. */
static void agree(const char *what, size_t bar, double got, double want, double least) {
    if (isnan(want))
        ck_assert_msg(isnan(got), "%s, bar %zu: %.17g, not na", what, bar, got);
    else
        ck_assert_msg(fabs(got - want) <= fmax(1e-12 * fmax(fabs(want), 1e-3), least),
                      "%s, bar %zu: %.17g, not %.17g", what, bar, got, want);
}

/* True when expr calls the function: its name stands alone. */
static bool mentions(const char *expr, const char *name) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    size_t len = strlen(name);
    for (const char *at = expr; (at = strstr(at, name)); at++) {
        bool starts = at == expr || !strchr(letters, at[-1]);
        if (starts && (at[len] == '\0' || !strchr(letters, at[len])))
            return true;
    }
    return false;
}

static void check_vector(const struct bars *b, char *line, bool *seen) {
    /* the last lone '=' ends the expression */
    char *sign = strrchr(line, '=');
    ck_assert_msg(sign && sign > line, "no values: %s", line);
    sign[-1] = '\0';
    double *got = columns_of(line, b, 3), largest = 0;
    for (size_t i = 0; i < b->n; i++)
        largest = fmax(largest, fabs(got[i]));
    char *at = sign + 1;
    for (size_t i = 0; i < b->n; i++) {
        while (*at == ' ')
            at++;
        double want = NUMBER_NULL;
        char *end = at + 2;
        if (strncmp(at, "na", 2) != 0)
            want = strtod(at, &end);
        ck_assert_msg(end > at, "%s: only %zu values", line, i);
        agree(line, i, got[i], want, 4e-15 * largest);
        at = end;
    }
    free(got);
    const struct ind_info *info;
    for (size_t i = 0; (info = ind_info_at(i)); i++)
        seen[i] |= mentions(line, info->name);
}

static void check_file(const char *name, bool *seen) {
    char line[LINE_MAX_BYTES];
    struct bars b;
    bars_init(&b);
    FILE *f = columns_data(name);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "bars") == 0) {
            bars_release(&b);
        } else if (strncmp(line, "bar ", 4) == 0) {
            double v[5];
            char *at = line + 4;
            for (int k = 0; k < 5; k++)
                v[k] = strtod(at, &at);
            int64_t t = (int64_t)b.n * MS_PER_HOUR;
            ck_assert(bars_append(&b, t, v[0], v[1], v[2], v[3], v[4]));
        } else if (strncmp(line, "value ", 6) == 0) {
            check_vector(&b, line + 6, seen);
        } else {
            ck_assert_msg(line[0] == '#' || line[0] == '\0', "what is this: %s", line);
        }
    }
    fclose(f);
    bars_release(&b);
}

START_TEST(every_row_gives_its_vectors) {
    bool seen[ROWS_MAX] = {false};
    check_file("vectors.txt", seen);
    check_file("functions.txt", seen);
    const struct ind_info *info;
    for (size_t i = 0; (info = ind_info_at(i)); i++) {
        ck_assert_uint_lt(i, ROWS_MAX);
        /* what the broker knows is tested where it is judged */
        ck_assert_msg(seen[i] || info->position, "%s has no vector in tests/data", info->name);
    }
}
END_TEST

/* First value (and the bar it is due at) and last value on GOOG, from TA-Lib's own binary. */
static const struct {
    const char *expr;
    size_t bar;
    double first, last;
} golden[] = {
    {"sma(close, 30)", 29, 110.83766666666666, 770.7056666666667},
    {"ema(close, 14)", 13, 103.78642857142857, 791.5526420426992},
    {"rsi(close, 14)", 14, 53.27569005653475, 67.49798280234826},
    {"macd(close, 12, 26, 9).line", 33, 8.737891142265553, 15.154184421962896},
    {"macd(close, 12, 26, 9).signal", 33, 7.027451141146195, 15.817943057836114},
    {"macd(close, 12, 26, 9).hist", 33, 1.7104400011193581, -0.6637586358732186},
    {"bb(close, 20, 2).upper", 19, 113.5379535421044, 812.8406000239698},
    {"bb(close, 20, 2).lower", 19, 97.02304645789557, 761.0753999760306},
    {"atr(14)", 14, 3.8500000000000005, 12.22759325990152},
    {"adx(14)", 27, 38.96330617841732, 41.2324891357677},
    {"stochslow(14, 3, 3).k", 17, 69.21907025512319, 82.96813731349421},
    {"stochslow(14, 3, 3).d", 17, 49.52325591349347, 74.87131226796299},
    {"cci(20)", 19, 166.92867540029113, 97.53582783076408},
    {"mfi(14)", 14, 47.99778047385005, 59.51495997834109},
    {"obv", 0, 22351900, 622611400},
    {"wpr(14)", 13, -63.81278538812786, -7.893242475865901},
    {"sar", 1, 95.96, 784.4},
    {"aroon(14).down", 14, 0, 7.142857142857143},
    {"aroon(14).up", 14, 14.285714285714286, 50},
    {"adxr(14)", 40, 44.17829195446741, 35.97989159296819},
    {"plus_di(14)", 14, 21.06177303853876, 30.073546708241985},
    {"minus_di(14)", 14, 22.912543955809276, 12.909980442543919},
    {"stochrsi(close, 14, 14, 3).k", 29, 80.64556057644758, 44.463605044881376},
    {"dema(close, 20)", 38, 141.23113505130112, 805.8753684120311},
    {"tema(close, 20)", 57, 184.55287789043564, 806.7564693568612},
    {"wma(close, 20)", 19, 105.98180952380955, 793.1723809524025},
    {"kama(close, 10)", 10, 100.26051088682587, 787.03798682034},
    {"roc(close, 10)", 10, 1.1660354793701533, 2.33175090756772},
    {"cmo(close, 14)", 14, 6.5513801130694995, 34.995965604696515},
    {"trix(close, 15)", 43, 1.1121400748170585, 0.30939892972503547},
    {"ultosc", 28, 56.00558606241422, 48.640559428846025},
    {"natr(14)", 14, 3.763073013390676, 1.516713586115124},
    {"accdist", 0, 1821265.9259259538, 138653291.54079202},
    {"adosc", 9, -3636895.0933981435, -190638.46463483572},
    {"linreg(close, 14)", 13, 100.84228571428564, 803.1508571428571},
    {"ppo(close, 12, 26, true)", 25, 5.002252308172488, 2.085002182356782},
    {"apo(close, 12, 26, true)", 25, 5.424230769230746, 16.247756410255874},
    {"supertrend(3, 10).line", 10, 87.2, 767.5980604290022},
    {"cum(cross(supertrend(3, 10).direction, 0) ? 1 : 0)", 0, 0, 60},
};

START_TEST(agrees_with_ta_lib_on_goog) {
    struct bars b;
    if (!columns_goog(&b))
        return;
    ck_assert_uint_eq(b.n, 2148);
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        double *got = columns_of(golden[i].expr, &b, 0);
        ck_assert_msg(golden[i].bar == 0 || isnan(got[golden[i].bar - 1]), "%s begins too early",
                      golden[i].expr);
        agree(golden[i].expr, golden[i].bar, got[golden[i].bar], golden[i].first, 0);
        /* TA-Lib's wma and sums have drifted by the last bar */
        double last = got[b.n - 1];
        ck_assert_msg(fabs(last - golden[i].last) <= 1e-11 * fabs(golden[i].last) + 1e-11,
                      "%s, last bar: %.17g, not %.17g", golden[i].expr, last, golden[i].last);
        free(got);
    }
    bars_release(&b);
}
END_TEST

START_TEST(rows_describe_themselves) {
    const struct ind_info *info;
    size_t n = 0;
    for (; (info = ind_info_at(n)); n++) {
        ck_assert_msg(info == ind_info_find(info->name), "%s: the name is there twice", info->name);
        for (size_t i = 0; i < IND_ALIASES_MAX && info->aliases[i]; i++)
            ck_assert_msg(info == ind_info_find(info->aliases[i]), "%s", info->aliases[i]);
        ck_assert_msg(info->source || info->position, "%s: source", info->name);
        ck_assert(info->group && info->help && info->formula);
        for (size_t i = 0; i < info->n_args; i++) {
            ck_assert_ptr_nonnull(info->args[i].name);
            if (info->args[i].kind == ARG_INT || info->args[i].kind == ARG_FLOAT)
                ck_assert_msg(info->args[i].min < info->args[i].max, "%s: range", info->name);
        }
    }
    ck_assert_uint_gt(n, 0);
    ck_assert_ptr_null(ind_info_at(1000));
    ck_assert_ptr_null(ind_info_find("smaa"));
}
END_TEST

SUITE_MAIN("ind", every_row_gives_its_vectors, agrees_with_ta_lib_on_goog, rows_describe_themselves)
