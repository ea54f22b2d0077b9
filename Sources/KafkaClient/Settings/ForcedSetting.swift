/// A librdkafka setting that correctness hangs on. An empty value means: must not be set.
struct ForcedSetting {
    let name: String
    let value: String
    /// Ends the sentence "... must be so, because ...".
    let reason: String

    init(_ name: String, _ value: String, _ reason: String) {
        self.name = name
        self.value = value
        self.reason = reason
    }
}

extension ClientRole {
    /// Set last, whatever the user wrote.
    var forced: [ForcedSetting] {
        switch self {
        case .consumer(let group, let instance): Self.consumerForced(group: group, instance: instance) + Self.everyRole
        case .transactionalProducer(let id): Self.transactionalForced(id: id) + Self.everyRole
        case .producer: Self.idempotent + [Self.noTransactions] + Self.everyRole
        case .admin: [Self.noTransactions] + Self.everyRole
        }
    }

    private static let everyRole = [
        ForcedSetting("log.queue", "true", "the client's log lines go into the daemon's own log")
    ]

    private static let noTransactions = ForcedSetting(
        "transactional.id", "", "each shard derives its own id and any other client would fence it")

    private static let idempotent = [
        ForcedSetting("enable.idempotence", "true", "a retried request must not write a record twice"),
        ForcedSetting("acks", "all", "a record counts as written only when every in-sync replica has it"),
    ]

    private static func transactionalForced(id: String) -> [ForcedSetting] {
        [ForcedSetting("transactional.id", id, "the id decides which older producer is fenced")] + idempotent
    }

    private static func consumerForced(group: String, instance: String?) -> [ForcedSetting] {
        var settings = [
            ForcedSetting("group.id", group, "the group is named once, outside the pass-through settings"),
            ForcedSetting(
                "enable.auto.commit", "false", "input offsets are committed inside the transaction with the outputs"),
            ForcedSetting(
                "enable.auto.offset.store", "false", "a record handed out by the client is not yet a processed record"),
            ForcedSetting("isolation.level", "read_committed", "records of aborted transactions must never be scored"),
            ForcedSetting(
                "partition.assignment.strategy", "range",
                "a shard needs the same partition of every input topic on the same instance"),
            ForcedSetting("enable.partition.eof", "true", "idleness is known from reaching the end of a partition"),
            ForcedSetting("check.crcs", "true", "a record damaged on the way must not be scored"),
            ForcedSetting(
                "auto.offset.reset", "error", "records lost to retention must stop a shard rather than be skipped"),
        ]
        if let instance {
            settings.append(
                ForcedSetting("group.instance.id", instance, "the instance is named once, outside the settings"))
        }
        return settings
    }
}
