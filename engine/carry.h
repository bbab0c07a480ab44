/* Costs of holding a position: funding and borrow, paid at the open of the first bar at or after
 * the moment they fall due. */
#ifndef ENGINE_CARRY_H
#define ENGINE_CARRY_H

#include "engine/path.h"

/* First bar in (after, n) at whose open something falls due; n when there is none. */
size_t carry_next(const struct carry *c, const struct bars *b, size_t after);

/* Pays what fell due since the bar before w->bar. */
void carry_charge(struct walk *w);

#endif
