import ShardEngine

/// Why bytes are not a snapshot that this shard can go on from.
package enum SnapshotError: Error, Hashable, Sendable, CustomStringConvertible {
    case notSnapshot
    case newerFormat(found: UInt16, supported: UInt16)
    case olderFormat(found: UInt16, supported: UInt16)
    case otherEngine(found: UInt16, supported: UInt16)
    /// Another shard's, or one under other rules.
    case foreign(Part, found: String, expected: String)
    /// The bytes end at this position, within a frame or before the footer.
    case truncated(at: UInt64)
    /// What begins at this position is damaged.
    case corrupt(Damage, at: UInt64)
    case trailingBytes(at: UInt64)
    /// The frames are whole, but the customers in them are not a state.
    case state(RestoreError)

    /// The part of its identity in which a snapshot differs; the raw value is for people.
    package enum Part: String, Sendable {
        case application
        case shard
        case partitionCount = "partition count"
        case topics = "input topics"
        case policy
    }

    /// What does not hold; the raw value is for people.
    package enum Damage: String, Sendable {
        case checksum = "the checksum does not match"
        case frame = "a frame has no valid kind or length, or is out of place"
        case header = "the header's fields do not add up"
        case images = "the lengths of the images do not add up"
        case counts = "the footer counts something else"
        case digest = "the running digest does not match"
    }

    package var description: String {
        switch self {
        case .notSnapshot: "not a snapshot of tierd; remove it from the folder"
        case .newerFormat(let found, let supported):
            "written in format \(found) by a newer tierd, this one reads \(supported): use the newer one, or remove the snapshot"
        case .olderFormat(let found, let supported):
            "written in format \(found), this tierd reads \(supported): remove it, the journal rebuilds the state"
        case .otherEngine(let found, let supported):
            "holds the state of engine version \(found), this tierd has \(supported): use that tierd, or remove the snapshot"
        case .foreign(let part, let found, let expected): Self.describe(part, found, expected)
        case .truncated(let position): "cut off at byte \(position); remove it, an older snapshot is used"
        case .corrupt(let damage, let position):
            "damaged at byte \(position): \(damage.rawValue); remove it and check the disk, an older snapshot is used"
        case .trailingBytes(let position): "bytes follow its end at byte \(position); remove it"
        case .state(let error): error.description
        }
    }

    private static func describe(_ part: Part, _ found: String, _ expected: String) -> String {
        let remedy =
            switch part {
            case .application, .shard: "give each application and shard a folder of its own"
            case .partitionCount: "go back to \(found) partitions, or start a new application name from the beginning"
            case .topics: "name the former topics, or start a new application name from the beginning"
            case .policy:
                "run once with the former policy, whose text this snapshot does not hold, or remove the snapshot to rebuild the state"
            }
        return "its \(part.rawValue) is \(found), this shard's is \(expected): \(remedy)"
    }
}
