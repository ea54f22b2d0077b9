import CRDKafka

/// Owns an `rd_kafka_conf_t` until a client takes it over; destroys it when none did.
@safe struct Configuration: ~Copyable {
    private let pointer: OpaquePointer

    init() { unsafe pointer = rd_kafka_conf_new() }

    deinit { unsafe rd_kafka_conf_destroy(pointer) }

    func set(_ name: String, _ value: String) throws(SettingsError) {
        var message = [CChar](repeating: 0, count: 512)
        let result = unsafe rd_kafka_conf_set(pointer, name, value, &message, message.count)
        if result != RD_KAFKA_CONF_OK { throw .refused(setting: name, message: text(of: message)) }
    }

    /// The value in librdkafka's own spelling; nil when it is unset or unknown.
    func value(of name: String) -> String? {
        var value = [CChar](repeating: 0, count: 1024)
        var size = value.count
        guard unsafe rd_kafka_conf_get(pointer, name, &value, &size) == RD_KAFKA_CONF_OK else { return nil }
        return text(of: value)
    }

    /// Has the client deliver `events` (RD_KAFKA_EVENT_... flags) on its queue.
    func enable(events: Int32) { unsafe rd_kafka_conf_set_events(pointer, events) }

    /// `deliveries` must outlive the client that is made from this configuration.
    func count(into deliveries: UnsafeMutablePointer<crd_deliveries_t>) {
        unsafe crd_conf_count_deliveries(pointer, deliveries)
    }

    /// Makes a client, which takes the configuration over; destroys it when that fails.
    consuming func makeClient(_ type: rd_kafka_type_t) throws(SettingsError) -> OpaquePointer {
        var message = [CChar](repeating: 0, count: 512)
        guard let client = unsafe rd_kafka_new(type, pointer, &message, message.count) else {
            // librdkafka takes the configuration over only when it succeeds.
            _ = consume self
            throw .unusable(message: text(of: message))
        }
        discard self
        return unsafe client
    }
}

/// The text before the first NUL of a buffer that C has written.
func text(of buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
