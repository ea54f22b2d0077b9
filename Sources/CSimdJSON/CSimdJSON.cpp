#include "CSimdJSON.h"

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <new>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "The key table is laid out for little-endian machines."
#endif

namespace {

// MARK: The known keys

struct KnownKey {
    const char *name;
    uint32_t key;
};

constexpr KnownKey event_keys[] = {
    {"order_id", CSJ_ORDER_ID},     {"event_id", CSJ_EVENT_ID},     {"customer_id", CSJ_CUSTOMER_ID},
    {"session_id", CSJ_SESSION_ID}, {"type", CSJ_TYPE},             {"occurred_at", CSJ_OCCURRED_AT},
    {"currency", CSJ_CURRENCY},     {"total", CSJ_TOTAL},           {"discount", CSJ_DISCOUNT},
    {"shipping", CSJ_SHIPPING},     {"cost", CSJ_COST},             {"channel", CSJ_CHANNEL},
    {"coupon", CSJ_COUPON},         {"refund", CSJ_REFUND},         {"sku", CSJ_SKU},
    {"category", CSJ_CATEGORY},     {"campaign", CSJ_CAMPAIGN},     {"items", CSJ_ITEMS},
    {"dwell_ms", CSJ_DWELL_MS},     {"score", CSJ_SCORE},           {"scale_max", CSJ_SCALE_MAX},
    {"sentiment", CSJ_SENTIMENT},   {"converted", CSJ_CONVERTED},   {"exchange_rate", CSJ_EXCHANGE_RATE},
    {"event", CSJ_EVENT},           {"userId", CSJ_USER_ID},        {"anonymousId", CSJ_ANONYMOUS_ID},
    {"messageId", CSJ_MESSAGE_ID},  {"timestamp", CSJ_TIMESTAMP},   {"properties", CSJ_PROPERTIES},
    {"context", CSJ_CONTEXT},       {"referred_customer_id", CSJ_REFERRED_CUSTOMER_ID},
};
constexpr KnownKey refund_keys[] = {{"amount", CSJ_REFUND_AMOUNT}, {"reason", CSJ_REFUND_REASON}};
constexpr KnownKey rate_keys[] = {{"rate", CSJ_RATE}, {"currency", CSJ_RATE_CURRENCY}};
constexpr KnownKey item_keys[] = {
    {"sku", CSJ_ITEM_SKU},
    {"category", CSJ_ITEM_CATEGORY},
    {"quantity", CSJ_ITEM_QUANTITY},
    {"unit_price", CSJ_ITEM_UNIT_PRICE},
};

constexpr KnownKey command_keys[] = {
    {"event_id", CSJ_EVENT_ID},       {"customer_id", CSJ_CUSTOMER_ID}, {"type", CSJ_TYPE},
    {"occurred_at", CSJ_OCCURRED_AT}, {"block_for", CSJ_BLOCK_FOR},     {"reason", CSJ_REASON},
    {"tier", CSJ_TIER},               {"mode", CSJ_MODE},               {"until", CSJ_UNTIL},
    {"by", CSJ_BY},                   {"set", CSJ_SET},                 {"unset", CSJ_UNSET},
    {"add_tags", CSJ_ADD_TAGS},       {"remove_tags", CSJ_REMOVE_TAGS}, {"merged_customer_id", CSJ_MERGED_CUSTOMER_ID},
};

// Of Segment's calls; the mapping is told in schemas/events/segment.md.
constexpr KnownKey property_keys[] = {
    {"order_id", CSJ_ORDER_ID},       {"total", CSJ_TOTAL},             {"revenue", CSJ_REVENUE},
    {"shipping", CSJ_SHIPPING},       {"discount", CSJ_DISCOUNT},       {"coupon", CSJ_COUPON},
    {"currency", CSJ_CURRENCY},       {"affiliation", CSJ_AFFILIATION}, {"products", CSJ_ITEMS},
    {"category", CSJ_CATEGORY},       {"sku", CSJ_SKU},                 {"product_id", CSJ_PRODUCT_ID},
    {"campaign_id", CSJ_CAMPAIGN_ID}, {"campaign_name", CSJ_CAMPAIGN},  {"rating", CSJ_SCORE},
    {"campaign", CSJ_CAMPAIGN_NAME},
};
constexpr KnownKey context_keys[] = {{"campaign", CSJ_CAMPAIGN_NAME}, {"sessionId", CSJ_SESSION_ID}};
constexpr KnownKey campaign_keys[] = {{"name", CSJ_CAMPAIGN_NAME}};
constexpr KnownKey product_keys[] = {
    {"sku", CSJ_ITEM_SKU},           {"product_id", CSJ_ITEM_PRODUCT_ID}, {"category", CSJ_ITEM_CATEGORY},
    {"quantity", CSJ_ITEM_QUANTITY}, {"price", CSJ_ITEM_UNIT_PRICE},
};

static_assert(CSJ_KEY_COUNT <= 64, "a record's keys are bits of 64");

constexpr uint32_t length_of(const char *name) {
    uint32_t length = 0;
    while (name[length] != 0) length++;
    return length;
}

/// `count` bytes of `name` from `start`, the first lowest.
constexpr uint64_t word_of(const char *name, uint32_t start, uint32_t count) {
    uint64_t word = 0;
    for (uint32_t i = 0; i < count; i++) word |= uint64_t(uint8_t(name[start + i])) << (8 * i);
    return word;
}

/// Not among the known keys.
constexpr uint32_t no_key = UINT32_MAX;

/// A key is told by its first and last eight bytes, those between, and its length: all known ones have 2 to 24 bytes.
struct Slot {
    uint64_t head = 0;
    uint64_t tail = 0;
    const char *name = nullptr;
    uint32_t length = 0;
    uint32_t key = no_key;
};

constexpr uint32_t slot_bits = 8;

/// Names that begin alike are told apart by their length.
constexpr uint32_t slot_of(uint64_t head, uint32_t length, uint64_t multiplier) {
    return uint32_t(((head + length) * multiplier) >> (64 - slot_bits));
}

/// A hash table without collisions, found while compiling.
struct KeyTable {
    uint64_t multiplier = 0;
    Slot slots[1 << slot_bits] = {};

    template <size_t count>
    constexpr explicit KeyTable(const KnownKey (&keys)[count]) {
        uint64_t candidate = 0x9e3779b97f4a7c15;
        while (!fill(keys, candidate)) candidate = candidate * 6364136223846793005 + 1442695040888963407;
        multiplier = candidate;
    }

    template <size_t count>
    constexpr bool fill(const KnownKey (&keys)[count], uint64_t candidate) {
        for (auto &slot : slots) slot = Slot{};
        for (const auto &known : keys) {
            const uint32_t length = length_of(known.name);
            const uint64_t head = word_of(known.name, 0, length < 8 ? length : 8);
            const uint64_t tail = length > 8 ? word_of(known.name, length - 8, 8) : 0;
            Slot &slot = slots[slot_of(head, length, candidate)];
            if (slot.length != 0) return false;
            slot = Slot{head, tail, known.name, length, known.key};
        }
        return true;
    }

    /// `text` must be readable for eight bytes whatever its length; every buffer here ends in padding.
    uint32_t find(const uint8_t *text, uint32_t length) const {
        if (length == 0 || length > 24) return no_key;
        uint64_t head;
        std::memcpy(&head, text, 8);
        if (length < 8) head &= (uint64_t(1) << (8 * length)) - 1;
        const Slot &slot = slots[slot_of(head, length, multiplier)];
        if (slot.head != head || slot.length != length) return no_key;
        if (length > 8) {
            uint64_t tail;
            std::memcpy(&tail, text + length - 8, 8);
            if (tail != slot.tail) return no_key;
            if (length > 16 && std::memcmp(text + 8, slot.name + 8, 8) != 0) return no_key;
        }
        return slot.key;
    }
};

/// Which keys an object's members are looked up under.
enum class Scope { event, command, refund, rate, item, properties, context, campaign, product, unknown };

constexpr KeyTable event_table{event_keys};
constexpr KeyTable command_table{command_keys};
constexpr KeyTable refund_table{refund_keys};
constexpr KeyTable rate_table{rate_keys};
constexpr KeyTable item_table{item_keys};
constexpr KeyTable property_table{property_keys};
constexpr KeyTable context_table{context_keys};
constexpr KeyTable campaign_table{campaign_keys};
constexpr KeyTable product_table{product_keys};

template <Scope scope>
constexpr const KeyTable &table_of() {
    switch (scope) {
    case Scope::command: return command_table;
    case Scope::refund: return refund_table;
    case Scope::rate: return rate_table;
    case Scope::item: return item_table;
    case Scope::properties: return property_table;
    case Scope::context: return context_table;
    case Scope::campaign: return campaign_table;
    case Scope::product: return product_table;
    default: return event_table;
    }
}

constexpr bool is_line(Scope scope) { return scope == Scope::item || scope == Scope::product; }

// MARK: Reading

bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }
bool is_space(uint8_t byte) { return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r'; }
bool ends_scalar(uint8_t byte) { return byte == ',' || byte == '}' || byte == ']' || is_space(byte); }

const uint8_t *skip_digits(const uint8_t *text) {
    while (is_digit(*text)) text++;
    return text;
}

using simdjson::internal::dom_parser_implementation;

/// A place in the list of structural positions. The reading functions take the place of what they read and return the
/// place behind it, or null where the grammar is broken.
using Place = const uint32_t *;

/// The grammar of RFC 8259 over the positions that simdjson's first stage has found, and the known fields' values.
///
/// That stage has checked UTF-8, quotes and control characters in strings, and lists where each brace, bracket, colon,
/// comma and scalar starts. So a string ends at the last quote before the next position, and whatever else stands
/// between two values has a position of its own and fails here. Behind the last position follow the record's length
/// and padding of spaces, which no rule accepts: reading on needs no check for the end.
struct Reader {
    const dom_parser_implementation &stage;
    const uint8_t *const source;
    csj_field *const fields;
    csj_lines *const lines;
    const uint32_t maximum_depth;
    /// Where the next unescaped string goes; null when the record has no backslash, and strings are used in place.
    uint8_t *unescaped;
    uint32_t depth = 0;
    uint64_t present = 0;
    uint64_t duplicated = 0;
    /// The line that is being read.
    csj_item *line = nullptr;

    template <Scope scope>
    Place object(Place at) {
        if (++depth > maximum_depth) return nullptr;
        at++;
        if (source[*at] == '}') return leave(at);
        for (;;) {
            csj_field name;
            if (source[*at] != '"' || !(at = string(at, name)) || source[*at] != ':') return nullptr;
            at = member<scope>(at + 1, name);
            if (!at) return nullptr;
            const uint8_t separator = source[*at];
            if (separator == '}') return leave(at);
            if (separator != ',') return nullptr;
            at++;
        }
    }

    Place array(Place at) {
        if (++depth > maximum_depth) return nullptr;
        at++;
        if (source[*at] == ']') return leave(at);
        for (;;) {
            csj_field ignored;
            at = value(at, ignored);
            if (!at) return nullptr;
            const uint8_t separator = source[*at];
            if (separator == ']') return leave(at);
            if (separator != ',') return nullptr;
            at++;
        }
    }

    Place leave(Place at) {
        depth--;
        return at + 1;
    }

    template <Scope scope>
    Place member(Place at, const csj_field &name) {
        csj_field ignored;
        if (scope == Scope::unknown) return value(at, ignored);
        const uint32_t key = table_of<scope>().find(name.text, name.length);
        if (key == no_key) return value(at, ignored);
        if (is_line(scope)) return line_member(at, key);
        const uint64_t bit = uint64_t(1) << key;
        duplicated |= present & bit;
        present |= bit;
        const uint8_t first = source[*at];
        if (first == '{' || first == '[') return container<scope>(at, key);
        return value(at, fields[key]);
    }

    /// An object or an array that is a known field; some are read into, of the others the place is kept.
    template <Scope scope>
    Place container(Place at, uint32_t key) {
        const bool is_object = source[*at] == '{';
        const csj_type type = is_object ? CSJ_OBJECT : CSJ_ARRAY;
        // What a campaign is called takes the field of the campaign itself.
        if (key == CSJ_CAMPAIGN_NAME && is_object) return campaign(at);
        fields[key] = {nullptr, uint32_t(at - stage.structural_indexes.get()), type};
        if (scope == Scope::event && is_object) {
            if (key == CSJ_REFUND) return object<Scope::refund>(at);
            if (key == CSJ_EXCHANGE_RATE) return object<Scope::rate>(at);
        }
        if (scope == Scope::event && key == CSJ_ITEMS && !is_object) return array_of_lines<Scope::item>(at);
        if (scope == Scope::properties && key == CSJ_ITEMS && !is_object) return array_of_lines<Scope::product>(at);
        csj_field ignored;
        return value(at, ignored);
    }

    Place campaign(Place at) {
        present &= ~(uint64_t(1) << CSJ_CAMPAIGN_NAME);
        return object<Scope::campaign>(at);
    }

    template <Scope scope>
    Place array_of_lines(Place at) {
        lines->count = 0;
        lines->strays = 0;
        if (++depth > maximum_depth) return nullptr;
        at++;
        if (source[*at] == ']') return leave(at);
        for (;;) {
            csj_field ignored;
            if (source[*at] == '{') {
                line = &lines->items[lines->count < CSJ_MAXIMUM_ITEMS ? lines->count : CSJ_MAXIMUM_ITEMS];
                line->present = 0;
                at = object<scope>(at);
            } else {
                lines->strays++;
                at = value(at, ignored);
            }
            lines->count++;
            if (!at) return nullptr;
            const uint8_t separator = source[*at];
            if (separator == ']') return leave(at);
            if (separator != ',') return nullptr;
            at++;
        }
    }

    Place line_member(Place at, uint32_t key) {
        const uint32_t bit = uint32_t(1) << key;
        if (line->present & bit) duplicated |= uint64_t(1) << CSJ_ITEMS;
        line->present |= bit;
        switch (key) {
        case CSJ_ITEM_SKU: return value(at, line->sku);
        case CSJ_ITEM_PRODUCT_ID: return value(at, line->product_id);
        case CSJ_ITEM_CATEGORY: return value(at, line->category);
        case CSJ_ITEM_QUANTITY: return value(at, line->quantity);
        default: return value(at, line->unit_price);
        }
    }

    simdjson_inline Place value(Place at, csj_field &field) {
        const uint8_t first = source[*at];
        if (first == '"') return string(at, field);
        if (first == '-' || is_digit(first)) return number(at, field);
        return other(at, field);
    }

    Place other(Place at, csj_field &field) {
        switch (source[*at]) {
        case '{': field = {nullptr, 0, CSJ_OBJECT}; return object<Scope::unknown>(at);
        case '[': field = {nullptr, 0, CSJ_ARRAY}; return array(at);
        case 't': field = {nullptr, 0, CSJ_TRUE}; return word(at, "true", 4);
        case 'f': field = {nullptr, 0, CSJ_FALSE}; return word(at, "false", 5);
        case 'n': field = {nullptr, 0, CSJ_NULL}; return word(at, "null", 4);
        default: return nullptr;
        }
    }

    simdjson_inline Place string(Place at, csj_field &field) {
        if (unescaped) return escaped_string(at, field);
        const uint8_t *start = source + at[0] + 1;
        const uint8_t *end = source + at[1] - 1;
        if (*end != '"') {
            while (is_space(*end)) end--;
            if (*end != '"') return nullptr;
        }
        if (end < start) return nullptr;
        field = {start, uint32_t(end - start), CSJ_STRING};
        return at + 1;
    }

    Place escaped_string(Place at, csj_field &field) {
        uint8_t *end = stage.parse_string(source + *at + 1, unescaped);
        if (!end) return nullptr;
        field = {unescaped, uint32_t(end - unescaped), CSJ_STRING};
        unescaped = end;
        return at + 1;
    }

    Place word(Place at, const char *text, uint32_t length) const {
        const uint8_t *start = source + *at;
        return std::memcmp(start, text, length) == 0 && ends_scalar(start[length]) ? at + 1 : nullptr;
    }

    simdjson_inline Place number(Place at, csj_field &field) const {
        const uint8_t *start = source + *at;
        const uint8_t *end = start + (*start == '-');
        if (!is_digit(*end)) return nullptr;
        end = *end == '0' ? end + 1 : skip_digits(end);
        if (*end == '.') {
            if (!is_digit(*++end)) return nullptr;
            end = skip_digits(end);
        }
        if (*end == 'e' || *end == 'E') {
            end++;
            if (*end == '+' || *end == '-') end++;
            if (!is_digit(*end)) return nullptr;
            end = skip_digits(end);
        }
        field = {start, uint32_t(end - start), CSJ_NUMBER};
        return ends_scalar(*end) ? at + 1 : nullptr;
    }
};

} // namespace

// MARK: The parser

/// Owns its buffers for its whole life; a record's fields point into them.
struct csj_parser {
    std::unique_ptr<dom_parser_implementation> stage;
    /// The record's bytes and the padding that simdjson and the key table read beyond the end.
    std::unique_ptr<uint8_t[]> source;
    /// Room for a record's strings twice: as it is read, and as parts of it are read again.
    std::unique_ptr<uint8_t[]> strings;
    /// Behind the strings of the last record; null if it has no backslash.
    uint8_t *free_strings = nullptr;
    size_t maximum_bytes = 0;
    uint32_t maximum_depth = 0;
    csj_field fields[CSJ_KEY_COUNT] = {};
    /// Of a call of Segment's, under the canonical keys.
    csj_field call_fields[CSJ_KEY_COUNT] = {};
    csj_lines lines = {};
    csj_member members[CSJ_MAXIMUM_MEMBERS] = {};

    bool reserve(size_t bytes, uint32_t depth) {
        if (bytes > simdjson::SIMDJSON_MAXSIZE_BYTES - 2 * simdjson::SIMDJSON_PADDING || depth == 0) return false;
        maximum_bytes = bytes;
        maximum_depth = depth;
        source.reset(new (std::nothrow) uint8_t[bytes + simdjson::SIMDJSON_PADDING]);
        strings.reset(new (std::nothrow) uint8_t[2 * bytes + 3 * simdjson::SIMDJSON_PADDING]);
        if (!source || !strings) return false;
        const simdjson::implementation *kernels = simdjson::get_active_implementation();
        return kernels->create_dom_parser_implementation(bytes + 1, depth, stage) == simdjson::SUCCESS;
    }
};

extern "C" csj_parser *csj_create(size_t maximum_bytes, uint32_t maximum_depth) {
    try {
        std::unique_ptr<csj_parser> parser(new csj_parser);
        return parser->reserve(maximum_bytes, maximum_depth) ? parser.release() : nullptr;
    } catch (...) {
        return nullptr;
    }
}

extern "C" void csj_destroy(csj_parser *parser) { delete parser; }

extern "C" csj_status csj_parse(
    csj_parser *parser, const void *bytes, size_t length, csj_form form, csj_record *record) {
    if (length == 0) return CSJ_MALFORMED;
    if (length > parser->maximum_bytes) return CSJ_TOO_LARGE;
    uint8_t *source = parser->source.get();
    std::memcpy(source, bytes, length);
    std::memset(source + length, ' ', simdjson::SIMDJSON_PADDING);
    auto &stage = *parser->stage;
    if (stage.stage1(source, length, simdjson::stage1_mode::regular) != simdjson::SUCCESS) return CSJ_MALFORMED;

    const bool has_escapes = std::memchr(source, '\\', length) != nullptr;
    Reader reader{stage, source, parser->fields, &parser->lines, parser->maximum_depth,
                  has_escapes ? parser->strings.get() : nullptr};
    const Place first = stage.structural_indexes.get();
    csj_field root = {nullptr, 0, CSJ_OBJECT};
    const Place end = source[*first] != '{'      ? reader.value(first, root)
                      : form == CSJ_COMMAND_FORM ? reader.object<Scope::command>(first)
                                                 : reader.object<Scope::event>(first);
    if (reader.depth > parser->maximum_depth) return CSJ_TOO_DEEP;
    if (end != first + stage.n_structural_indexes) return CSJ_MALFORMED;
    if (root.type != CSJ_OBJECT) return CSJ_NOT_AN_OBJECT;
    parser->free_strings = reader.unescaped;
    *record = {reader.present, reader.duplicated, parser->fields, &parser->lines};
    return CSJ_OK;
}

// MARK: Reading again
//
// What follows reads parts of a record whose grammar has been checked once more, for what is in them. Strings are
// unescaped behind those of the record, so that nothing of it that has been handed out changes.

namespace {

/// Sets a canonical field of a call to the first of `keys` that `record` has.
void take(csj_record &call, csj_field *fields, csj_key canonical, const csj_record &record, csj_key key) {
    const uint64_t bit = uint64_t(1) << canonical;
    const bool is_taken = (call.present & bit) != 0 && fields[canonical].type != CSJ_NULL;
    if (is_taken || (record.present & uint64_t(1) << key) == 0) return;
    call.present |= bit;
    fields[canonical] = record.fields[key];
}

} // namespace

extern "C" csj_record csj_read_call(csj_parser *parser, const csj_record *record) {
    const Place first = parser->stage->structural_indexes.get();
    csj_field *fields = parser->call_fields;
    Reader reader{*parser->stage,  parser->source.get(),  fields,
                  &parser->lines,  parser->maximum_depth, parser->free_strings};
    const auto open = [&](csj_key key) -> const csj_field * {
        const csj_field &field = record->fields[key];
        return (record->present & uint64_t(1) << key) != 0 && field.type == CSJ_OBJECT ? &field : nullptr;
    };
    // In this order: a campaign's name among the properties counts before the context's.
    if (const csj_field *context = open(CSJ_CONTEXT)) reader.object<Scope::context>(first + context->length);
    const uint64_t of_context = reader.present;
    reader.present = 0;
    reader.duplicated = 0;
    const csj_field context_campaign = fields[CSJ_CAMPAIGN_NAME];
    if (const csj_field *properties = open(CSJ_PROPERTIES)) {
        reader.object<Scope::properties>(first + properties->length);
    }
    const uint64_t campaign = uint64_t(1) << CSJ_CAMPAIGN_NAME;
    const bool is_named = (reader.present & campaign) != 0 && fields[CSJ_CAMPAIGN_NAME].type != CSJ_NULL;
    if (!is_named && (of_context & campaign) != 0) fields[CSJ_CAMPAIGN_NAME] = context_campaign;
    csj_record call = {reader.present | of_context, reader.duplicated, fields, &parser->lines};
    take(call, fields, CSJ_CUSTOMER_ID, *record, CSJ_USER_ID);
    take(call, fields, CSJ_CUSTOMER_ID, *record, CSJ_ANONYMOUS_ID);
    take(call, fields, CSJ_EVENT_ID, *record, CSJ_MESSAGE_ID);
    take(call, fields, CSJ_OCCURRED_AT, *record, CSJ_TIMESTAMP);
    take(call, fields, CSJ_CHANNEL, *record, CSJ_CHANNEL);
    return call;
}

extern "C" const csj_member *csj_list(csj_parser *parser, csj_field container, uint32_t *count) {
    const uint8_t *source = parser->source.get();
    Reader reader{*parser->stage, source, nullptr, nullptr, parser->maximum_depth, parser->free_strings};
    Place at = parser->stage->structural_indexes.get() + container.length + 1;
    *count = 0;
    while (source[*at] != '}' && source[*at] != ']') {
        csj_member member = {{nullptr, 0, CSJ_NULL}, {nullptr, 0, CSJ_NULL}};
        if (container.type == CSJ_OBJECT) at = reader.string(at, member.name) + 1;
        at = reader.value(at, member.value);
        if (*count < CSJ_MAXIMUM_MEMBERS) parser->members[*count] = member;
        ++*count;
        if (source[*at] == ',') at++;
    }
    return parser->members;
}
