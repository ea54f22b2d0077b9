#pragma once

#include "CSimdJSON.h"

#include <cstring>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "The key table is laid out for little-endian machines."
#endif

/// Which names are fields, and of what.
namespace {

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

} // namespace
