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
    csj_key key;
};

constexpr KnownKey known_keys[] = {
    {"order_id", CSJ_ORDER_ID},   {"event_id", CSJ_EVENT_ID},       {"customer_id", CSJ_CUSTOMER_ID},
    {"session_id", CSJ_SESSION_ID}, {"type", CSJ_TYPE},             {"occurred_at", CSJ_OCCURRED_AT},
    {"currency", CSJ_CURRENCY},   {"total", CSJ_TOTAL},             {"discount", CSJ_DISCOUNT},
    {"shipping", CSJ_SHIPPING},   {"cost", CSJ_COST},               {"channel", CSJ_CHANNEL},
    {"coupon", CSJ_COUPON},       {"refund", CSJ_REFUND},           {"sku", CSJ_SKU},
    {"category", CSJ_CATEGORY},   {"campaign", CSJ_CAMPAIGN},       {"items", CSJ_ITEMS},
    {"dwell_ms", CSJ_DWELL_MS},   {"score", CSJ_SCORE},             {"scale_max", CSJ_SCALE_MAX},
    {"sentiment", CSJ_SENTIMENT},
};
constexpr KnownKey refund_keys[] = {{"amount", CSJ_REFUND_AMOUNT}, {"reason", CSJ_REFUND_REASON}};

static_assert(CSJ_KEY_COUNT <= 32, "a record's keys are bits of 32");

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

/// A key is told by its first and last eight bytes and its length: all known ones have 3 to 16 bytes.
struct Slot {
    uint64_t head = 0;
    uint64_t tail = 0;
    uint32_t length = 0;
    csj_key key = CSJ_KEY_COUNT;
};

constexpr uint32_t slot_bits = 7;

constexpr uint32_t slot_of(uint64_t head, uint64_t multiplier) {
    return uint32_t((head * multiplier) >> (64 - slot_bits));
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
            Slot &slot = slots[slot_of(head, candidate)];
            if (slot.length != 0) return false;
            slot = Slot{head, tail, length, known.key};
        }
        return true;
    }

    /// `text` must be readable for eight bytes whatever its length; every buffer here ends in padding.
    csj_key find(const uint8_t *text, uint32_t length) const {
        if (length == 0 || length > 16) return CSJ_KEY_COUNT;
        uint64_t head;
        std::memcpy(&head, text, 8);
        if (length < 8) head &= (uint64_t(1) << (8 * length)) - 1;
        const Slot &slot = slots[slot_of(head, multiplier)];
        if (slot.head != head || slot.length != length) return CSJ_KEY_COUNT;
        if (length > 8) {
            uint64_t tail;
            std::memcpy(&tail, text + length - 8, 8);
            if (tail != slot.tail) return CSJ_KEY_COUNT;
        }
        return slot.key;
    }
};

constexpr KeyTable top_table{known_keys};
constexpr KeyTable refund_table{refund_keys};

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
    const uint32_t maximum_depth;
    /// Where the next unescaped string goes; null when the record has no backslash, and strings are used in place.
    uint8_t *unescaped;
    uint32_t depth = 0;
    uint32_t present = 0;
    uint32_t duplicated = 0;

    /// Which keys an object's members are looked up under.
    enum class Scope { top, refund, unknown };

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
        const auto &table = scope == Scope::top ? top_table : refund_table;
        const csj_key key = table.find(name.text, name.length);
        if (key == CSJ_KEY_COUNT) return value(at, ignored);
        const uint32_t bit = uint32_t(1) << key;
        duplicated |= present & bit;
        present |= bit;
        if (scope == Scope::top && key == CSJ_REFUND && source[*at] == '{') {
            fields[key] = {nullptr, 0, CSJ_OBJECT};
            return object<Scope::refund>(at);
        }
        return value(at, fields[key]);
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
    std::unique_ptr<uint8_t[]> strings;
    size_t maximum_bytes = 0;
    uint32_t maximum_depth = 0;
    csj_field fields[CSJ_KEY_COUNT] = {};

    bool reserve(size_t bytes, uint32_t depth) {
        if (bytes > simdjson::SIMDJSON_MAXSIZE_BYTES - 2 * simdjson::SIMDJSON_PADDING || depth == 0) return false;
        maximum_bytes = bytes;
        maximum_depth = depth;
        source.reset(new (std::nothrow) uint8_t[bytes + simdjson::SIMDJSON_PADDING]);
        strings.reset(new (std::nothrow) uint8_t[bytes + 2 * simdjson::SIMDJSON_PADDING]);
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

extern "C" csj_status csj_parse(csj_parser *parser, const void *bytes, size_t length, csj_record *record) {
    if (length == 0) return CSJ_MALFORMED;
    if (length > parser->maximum_bytes) return CSJ_TOO_LARGE;
    uint8_t *source = parser->source.get();
    std::memcpy(source, bytes, length);
    std::memset(source + length, ' ', simdjson::SIMDJSON_PADDING);
    auto &stage = *parser->stage;
    if (stage.stage1(source, length, simdjson::stage1_mode::regular) != simdjson::SUCCESS) return CSJ_MALFORMED;

    const bool has_escapes = std::memchr(source, '\\', length) != nullptr;
    Reader reader{stage, source, parser->fields, parser->maximum_depth, has_escapes ? parser->strings.get() : nullptr};
    const Place first = stage.structural_indexes.get();
    csj_field root = {nullptr, 0, CSJ_OBJECT};
    const Place end = source[*first] == '{' ? reader.object<Reader::Scope::top>(first) : reader.value(first, root);
    if (reader.depth > parser->maximum_depth) return CSJ_TOO_DEEP;
    if (end != first + stage.n_structural_indexes) return CSJ_MALFORMED;
    if (root.type != CSJ_OBJECT) return CSJ_NOT_AN_OBJECT;
    *record = {reader.present, reader.duplicated, parser->fields};
    return CSJ_OK;
}
