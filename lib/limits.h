/* Everything a user can grow has a named limit here, with its reason. */
#ifndef LIB_LIMITS_H
#define LIB_LIMITS_H

#include <stddef.h>

#define ID_MAX              65 /* public and foreign ids: 64 bytes and the NUL */
#define USER_MAX            65 /* user ids: the same */
#define SYMBOL_MAX          33 /* longest ticker seen with an exchange prefix is 24 */
#define TAGS_MAX            16 /* for people to read */
#define TAG_LEN_MAX         64
#define NOTE_MAX            4096
#define JSON_DEPTH_MAX      32           /* a request needs 5 */
#define JSON_BODY_MAX       (256U << 10) /* 32 strategy objects with long rules fit */
#define CSV_BODY_MAX        (128U << 20) /* four years of minutes in one upload */
#define CSV_LINE_MAX        4096
#define BARS_MAX            (20U << 20) /* a backtest: 40 years of minutes; 1 GB of columns */
#define EXPR_MAX            4096        /* one expression, bytes */
#define QUERY_MAX           2048        /* query string, bytes */
#define QUERY_KEYS_MAX      16
#define LIST_LIMIT_DEFAULT  50
#define LIST_LIMIT_MAX      500         /* rows in one answer */
#define EQUITY_POINTS_MAX   10000       /* no screen shows more */
#define CANDLES_DEFAULT     1000        /* bars in one JSON answer: a wide screen */
#define CANDLES_MAX         20000       /* the most of one answer; CSV has no limit */
#define PART_CHUNK          (8U << 20)  /* a stored chunk stays far below MongoDB's 16 MB */
#define STORE_RECORD_MAX    (15U << 20) /* one record; MongoDB refuses more than 16 MB */
#define IDEMPOTENCY_KEY_MAX 128
#define IDEMPOTENCY_HOURS   24
#define LOST_MAX            3  /* lost attempts, then the job fails as worker_lost */
#define RETRY_MAX           5  /* infrastructure retries */
#define RELEASED_MAX        20 /* hand-overs by draining workers */
#define TOMBSTONE_DAYS      30
#define WS_LINE_MAX         4096 /* a client's line */
#define WS_ROOMS_MAX        64
#define WS_SUBSCRIBES_MAX   1024         /* of one connection; a page shows far fewer */
#define WS_BACKTESTS_MAX    4096         /* that a connection remembers, 240 bytes each */
#define WS_QUEUE_MAX        (256U << 10) /* unsent to a slow reader; a frame has at most 64 KB */
#define BUS_MESSAGE_MAX     (64U << 10)  /* a message on the bus, a frame to a browser */

#endif
