#include "engine/decimate.h"

void drawdown_curve(const double *equity, size_t n, double start, double *ret) {
    double peak = start;
    for (size_t i = 0; i < n; i++) {
        if (equity[i] > peak)
            peak = equity[i];
        ret[i] = peak > 0 ? (equity[i] / peak - 1) * 100 : 0;
    }
}

/* Adds the three in rising order, each once, none that is the last one already. */
static size_t add_sorted(size_t *ret, size_t k, size_t a, size_t b, size_t c) {
    size_t three[3] = {a, b, c};
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2 - i; j++)
            if (three[j] > three[j + 1]) {
                size_t larger = three[j];
                three[j] = three[j + 1];
                three[j + 1] = larger;
            }
    for (int i = 0; i < 3; i++)
        if (k == 0 || ret[k - 1] < three[i])
            ret[k++] = three[i];
    return k;
}

size_t decimate(const double *equity, const double *drawdown, size_t n, size_t points,
                size_t *ret) {
    size_t k = 0;
    if (n <= points) {
        for (size_t i = 0; i < n; i++)
            ret[k++] = i;
        return k;
    }
    size_t stretches = (points - 2) / 3;
    ret[k++] = 0;
    for (size_t s = 0; s < stretches; s++) {
        size_t from = n * s / stretches, to = n * (s + 1) / stretches;
        size_t low = from, high = from, deep = from;
        for (size_t i = from + 1; i < to; i++) {
            if (equity[i] < equity[low])
                low = i;
            if (equity[i] > equity[high])
                high = i;
            if (drawdown[i] < drawdown[deep])
                deep = i;
        }
        k = add_sorted(ret, k, low, high, deep);
    }
    if (ret[k - 1] != n - 1)
        ret[k++] = n - 1;
    return k;
}
