/* A curve for a screen: few points out of many, and nothing that the eye looks for is lost. */
#ifndef ENGINE_DECIMATE_H
#define ENGINE_DECIMATE_H

#include <stddef.h>

#define DECIMATE_POINTS_MIN 8

/* Percent below the highest value so far, 0 or negative; `start` is the value before the first. */
void drawdown_curve(const double *equity, size_t n, double start, double *ret);

/* Chooses at most `points` (>= DECIMATE_POINTS_MIN) of n indices, rising: of each of equally long
 * stretches the lowest and the highest value and the deepest drawdown, and the first and last bar.
 * So the extremes of the whole and its deepest drawdown are always among them. n <= points: all.
 * ret has room for min(n, points); returns how many were chosen. */
size_t decimate(const double *equity, const double *drawdown, size_t n, size_t points, size_t *ret);

#endif
