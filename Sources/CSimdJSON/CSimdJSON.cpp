#include "CSimdJSON.h"

#include "Reader.h"

#include <cstring>
#include <memory>
#include <new>

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
