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

/// The fields of a record; every other key is ignored. The values are bit positions in `csj_record`.
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
    CSJ_EXCHANGE_RATE,
    CSJ_RATE,
    CSJ_RATE_CURRENCY,
    CSJ_REFERRED_CUSTOMER_ID,
    CSJ_CONVERTED,
    // Of commands.
    CSJ_BLOCK_FOR,
    CSJ_REASON,
    CSJ_TIER,
    CSJ_MODE,
    CSJ_UNTIL,
    CSJ_BY,
    CSJ_MERGED_CUSTOMER_ID,
    CSJ_SET,
    CSJ_UNSET,
    CSJ_ADD_TAGS,
    CSJ_REMOVE_TAGS,
    // Of Segment's calls, where the canonical fields do not hold them.
    CSJ_EVENT,
    CSJ_USER_ID,
    CSJ_ANONYMOUS_ID,
    CSJ_MESSAGE_ID,
    CSJ_TIMESTAMP,
    CSJ_PROPERTIES,
    CSJ_CONTEXT,
    CSJ_REVENUE,
    CSJ_AFFILIATION,
    CSJ_PRODUCT_ID,
    CSJ_CAMPAIGN_ID,
    CSJ_CAMPAIGN_NAME,
    CSJ_KEY_COUNT
} csj_key;

/// The fields of a line of an order.
typedef enum csj_item_key {
    CSJ_ITEM_SKU,
    CSJ_ITEM_PRODUCT_ID,
    CSJ_ITEM_CATEGORY,
    CSJ_ITEM_QUANTITY,
    CSJ_ITEM_UNIT_PRICE
} csj_item_key;

/// Lines of an order that are handed out; the others are read and counted.
#define CSJ_MAXIMUM_ITEMS 16

/// Members that `csj_list` hands out; the others are counted.
#define CSJ_MAXIMUM_MEMBERS 32

/// Which fields the top level of a record has.
typedef enum csj_form { CSJ_EVENT_FORM, CSJ_COMMAND_FORM } csj_form;

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
/// float; at least 32 more bytes may be read behind it. Of an object or an array only the place, for `csj_list`; otherwise
/// empty.
typedef struct csj_field {
    const uint8_t *text;
    uint32_t length;
    csj_type type;
} csj_field;

/// A line of an order: a field has a meaning where its key's bit of `present` is set.
typedef struct csj_item {
    csj_field sku;
    csj_field product_id;
    csj_field category;
    csj_field quantity;
    csj_field unit_price;
    uint32_t present;
} csj_item;

/// The lines of an order.
typedef struct csj_lines {
    /// Elements of the array.
    uint32_t count;
    /// Elements that are no objects.
    uint32_t strays;
    /// The first elements that are objects; the last takes those that are over, and is not handed out.
    csj_item items[CSJ_MAXIMUM_ITEMS + 1];
} csj_lines;

static inline const csj_item *csj_line(const csj_lines *lines, uint32_t index) { return &lines->items[index]; }

/// What a record holds. `fields[key]` has a meaning where bit `key` of `present` is set; of a duplicate it is the last.
/// Valid until the parser is used or destroyed.
typedef struct csj_record {
    uint64_t present;
    uint64_t duplicated;
    const csj_field *fields;
    /// Has a meaning where `fields[CSJ_ITEMS]` is an array.
    const csj_lines *lines;
} csj_record;

/// A member of an object, or an element of an array, which has no name.
typedef struct csj_member {
    csj_field name;
    csj_field value;
} csj_member;

typedef enum csj_status {
    CSJ_OK,
    /// Not JSON by RFC 8259, or not UTF-8.
    CSJ_MALFORMED,
    CSJ_TOO_DEEP,
    CSJ_NOT_AN_OBJECT,
    CSJ_TOO_LARGE
} csj_status;

typedef struct csj_parser csj_parser;

/// Reserves memory for records of at most `maximum_bytes` (about seven times that, committed by the system as it is
/// touched) and `maximum_depth` levels. Returns null if there is not so much. Parsing allocates nothing.
csj_parser *csj_create(size_t maximum_bytes, uint32_t maximum_depth);

void csj_destroy(csj_parser *parser);

/// Parses `length` bytes, which need no padding and are not kept. `record` is set if the answer is CSJ_OK.
csj_status csj_parse(csj_parser *parser, const void *bytes, size_t length, csj_form form, csj_record *record);

/// Reads the call of Segment's that `record`, the last one parsed, is: a record that holds under the canonical keys what
/// `properties`, `context` and the call's own fields say. What `record` holds stays valid, but for its lines.
csj_record csj_read_call(csj_parser *parser, const csj_record *record);

/// Lists what `container`, an object or an array among the fields of the last record parsed, holds: the first
/// `CSJ_MAXIMUM_MEMBERS`, valid until the next list or call. Sets `count` to how many there are in all.
const csj_member *csj_list(csj_parser *parser, csj_field container, uint32_t *count);

/// Builds simdjson's own document tree and drops it: the measure that benchmarks compare with. `csj_padding()` bytes
/// behind `length` must be readable. Keeps one parser per thread.
csj_status csj_parse_tree(const void *bytes, size_t length);

size_t csj_padding(void);

/// The name of the kernels that simdjson chose for this processor; valid for ever.
const char *csj_kernels(void);

#ifdef __cplusplus
}
#endif
