/// What a client is for; decides its defaults and the settings that a user may not change.
enum ClientRole {
    case consumer(group: String, instance: String?)
    case transactionalProducer(id: String)
    case producer
    case admin
}

/// librdkafka settings in three layers: a role's defaults, the caller's defaults over them, the user's over both.
/// Settings that correctness hangs on are set last, and a user's setting that contradicts one is an error.
package struct ClientSettings: Sendable {
    /// Passed through to librdkafka as they are.
    package var user: [String: String]
    /// The caller's own choices, such as queue sizes that share a process-wide limit.
    package var defaults: [String: String]

    package init(_ user: [String: String], defaults: [String: String] = [:]) {
        self.user = user
        self.defaults = defaults
    }

    /// Throws what making a consumer or a transactional producer of these settings throws: makes both, and lets them go.
    package func check(groupID: String, instanceID: String?, transactionalID: String) throws(SettingsError) {
        _ = try Consumer(settings: self, groupID: groupID, instanceID: instanceID)
        _ = try TransactionalProducer(settings: self, transactionalID: transactionalID)
    }

    /// Applies all layers in name order, so that the same settings always give the same first error.
    func configuration(for role: ClientRole) throws(SettingsError) -> Configuration {
        try checkContradictions(of: role.forced)
        try checkFloor(of: role)
        try checkBrokers()
        let configuration = Configuration()
        let layered = role.defaults.merging(defaults) { $1 }.merging(user) { $1 }
        for (name, value) in layered.sorted(by: { $0.key < $1.key }) { try configuration.set(name, value) }
        for setting in role.forced { try configuration.set(setting.name, setting.value) }
        return configuration
    }

    /// Values that the library takes, and with which the daemon could not work.
    private func checkFloor(of role: ClientRole) throws(SettingsError) {
        guard let floor = role.floor, let text = user[floor.name], let value = Int64(text), value < floor.least
        else { return }
        throw .contradiction(
            setting: floor.name, found: text, required: "at least \(floor.least)", reason: floor.reason)
    }

    /// Two lists of brokers would be joined, and an error would not say which of them was meant.
    private func checkBrokers() throws(SettingsError) {
        guard let brokers = defaults["bootstrap.servers"] else { return }
        for name in ["bootstrap.servers", "metadata.broker.list"] {
            guard let found = user[name], found != brokers else { continue }
            throw .contradiction(
                setting: name, found: found, required: brokers,
                reason: "the brokers are named once, outside the pass-through settings")
        }
    }

    /// A setting contradicts when setting it changes a forced one; comparing what librdkafka reads back covers its
    /// aliases (`request.required.acks` is `acks`) and spellings (`FALSE` is `false`).
    private func checkContradictions(of forced: [ForcedSetting]) throws(SettingsError) {
        let probe = Configuration()
        for setting in forced { try probe.set(setting.name, setting.value) }
        let required = forced.map { probe.value(of: $0.name) }
        for (name, value) in user.sorted(by: { $0.key < $1.key }) {
            try probe.set(name, value)
            guard let index = forced.indices.first(where: { probe.value(of: forced[$0].name) != required[$0] }) else {
                continue
            }
            throw .contradiction(
                setting: name, found: value, required: forced[index].value, reason: forced[index].reason)
        }
    }
}

extension ClientRole {
    /// The least that a setting may be for work to go on.
    fileprivate var floor: (name: String, least: Int64, reason: String)? {
        switch self {
        case .consumer: ("statistics.interval.ms", 1, "lag is computed from the client's statistics")
        case .transactionalProducer, .producer:
            ("message.max.bytes", 1_000_000, "a dead letter carries the whole record that it is about")
        case .admin: nil
        }
    }

    /// Chosen where librdkafka's own default hurts; each may be overridden.
    var defaults: [String: String] {
        switch self {
        case .consumer: Self.everyRole.merging(Self.consuming) { $1 }
        case .transactionalProducer: Self.everyRole.merging(Self.producing) { $1 }.merging(Self.transactions) { $1 }
        case .producer: Self.everyRole.merging(Self.producing) { $1 }
        case .admin: Self.everyRole
        }
    }

    private static let everyRole = [
        // Kept short: some lengths crashed versions before 2.5.
        "client.id": "tierd",
        // Small requests wait up to 40 ms for an acknowledgement otherwise.
        "socket.nagle.disable": "true",
        // Brokers close idle connections as a matter of course.
        "log.connection.close": "false",
    ]

    private static let consuming = [
        // Per partition queue. A full queue is not refilled for a second, so it must hold more than a second's records.
        "queued.min.messages": "100000",
        // Per partition queue, in KiB of record bytes; callers divide their process-wide limit by their partitions.
        "queued.max.messages.kbytes": "16384",
        // Source of the last stable offsets that lag is computed from, in milliseconds.
        "statistics.interval.ms": "1000",
        // A partition that is added must be seen before many customers' events are in it.
        "topic.metadata.refresh.interval.ms": "30000",
    ]

    private static let producing = [
        // The Java client's partitioner: the same key meets the same partition.
        "partitioner": "murmur2_random",
        // librdkafka's own bound is 1 GiB.
        "queue.buffering.max.kbytes": "16384",
    ]

    private static let transactions = [
        // A crashed owner holds readers back for this long unless its id is initialised again.
        "transaction.timeout.ms": "15000",
        // A batch is produced in one go; waiting longer for more would only delay its commit.
        "linger.ms": "1",
    ]
}
