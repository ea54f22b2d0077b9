#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Reads one JSON object into a table of known fields: the only door to simdjson. Nothing here throws.
///
/// simdjson's first stage (vectorised, kernels chosen at run time) validates UTF-8 and finds where every value starts;
/// its second stage, which would build a document tree and turn numbers into doubles, is replaced by a reader that
/// checks the grammar and hands out the known fields in place.

/// The keys that are looked for; every other key is ignored. The values are bit positions in `csj_record`.
typedef enum csj_key {
    CSJ_ORDER_ID,
    CSJ_EVENT_ID,
    CSJ_CUSTOMER_ID,
    CSJ_SESSION_ID,
    CSJ_TYPE,
    CSJ_OCCURRED_AT,
    CSJ_CURRENCY,
    CSJ_TOTAL,
    CSJ_DISCOUNT,
    CSJ_SHIPPING,
    CSJ_COST,
    CSJ_CHANNEL,
    CSJ_COUPON,
    CSJ_REFUND,
    CSJ_REFUND_AMOUNT,
    CSJ_REFUND_REASON,
    CSJ_SKU,
    CSJ_CATEGORY,
    CSJ_CAMPAIGN,
    CSJ_ITEMS,
    CSJ_DWELL_MS,
    CSJ_SCORE,
    CSJ_SCALE_MAX,
    CSJ_SENTIMENT,
    CSJ_KEY_COUNT
} csj_key;

typedef enum csj_type {
    CSJ_STRING,
    CSJ_NUMBER,
    CSJ_TRUE,
    CSJ_FALSE,
    CSJ_NULL,
    CSJ_OBJECT,
    CSJ_ARRAY
} csj_type;

/// A value: for a string its unescaped UTF-8, for a number its source text, so that no amount passes through a binary
/// float; otherwise empty.
typedef struct csj_field {
    const uint8_t *text;
    uint32_t length;
    csj_type type;
} csj_field;

/// What a record holds. `fields[key]` has a meaning where bit `key` of `present` is set; of a duplicate it is the last.
typedef struct csj_record {
    uint32_t present;
    uint32_t duplicated;
    /// Valid until the parser is used or destroyed.
    const csj_field *fields;
} csj_record;

typedef enum csj_status {
    CSJ_OK,
    /// Not JSON by RFC 8259, or not UTF-8.
    CSJ_MALFORMED,
    CSJ_TOO_DEEP,
    CSJ_NOT_AN_OBJECT,
    CSJ_TOO_LARGE
} csj_status;

typedef struct csj_parser csj_parser;

/// Reserves memory for records of at most `maximum_bytes` (about six times that, committed by the system as it is
/// touched) and `maximum_depth` levels. Returns null if there is not so much. Parsing allocates nothing.
csj_parser *csj_create(size_t maximum_bytes, uint32_t maximum_depth);

void csj_destroy(csj_parser *parser);

/// Parses `length` bytes, which need no padding and are not kept. `record` is set if the answer is CSJ_OK.
csj_status csj_parse(csj_parser *parser, const void *bytes, size_t length, csj_record *record);

/// Builds simdjson's own document tree and drops it: the measure that benchmarks compare with. `csj_padding()` bytes
/// behind `length` must be readable. Keeps one parser per thread.
csj_status csj_parse_tree(const void *bytes, size_t length);

size_t csj_padding(void);

/// The name of the kernels that simdjson chose for this processor; valid for ever.
const char *csj_kernels(void);

#ifdef __cplusplus
}
#endif
