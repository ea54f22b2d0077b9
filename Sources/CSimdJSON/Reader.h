#pragma once

#include "KnownKeys.h"

#include <simdjson.h>

namespace {

static_assert(simdjson::SIMDJSON_PADDING >= 32, "what is handed out must be readable for as much more");

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
