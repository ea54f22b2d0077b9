#include "CSimdJSON.h"

#include <simdjson.h>

extern "C" csj_status csj_parse_tree(const void *bytes, size_t length) {
    thread_local simdjson::dom::parser parser;
    simdjson::dom::element root;
    const auto error = parser.parse(static_cast<const uint8_t *>(bytes), length, false).get(root);
    return error == simdjson::SUCCESS ? CSJ_OK : CSJ_MALFORMED;
}

extern "C" size_t csj_padding(void) { return simdjson::SIMDJSON_PADDING; }

extern "C" const char *csj_kernels(void) {
    static const std::string name = simdjson::get_active_implementation()->name();
    return name.c_str();
}
