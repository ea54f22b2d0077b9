import KafkaClient
import Scoring
import ShardEngine

/// Why a shard's state cannot be made again: what is wrong, and the remedy. None of these passes by itself, but an input that
/// ends early may only have lost its leader a moment ago.
package enum RecoveryError: Error, Hashable, Sendable, CustomStringConvertible {
    case inputExpired(topic: String, needed: Int64, oldest: Int64)
    case inputTruncated(topic: String, end: Int64, worked: Int64)
    case inputChanged(sequence: UInt64, topic: String, from: Int64, to: Int64)
    case journal(JournalProblem)
    case journalEmpty(committed: PartitionOffset)
    case journalExpired(needed: UInt64, oldest: UInt64)
    case journalLost(snapshot: UInt64, end: UInt64?)
    case journalBehind(end: UInt64?, committed: UInt64)
    /// The journal ends before an entry that this process has seen committed.
    case journalRewound(end: UInt64?, committed: UInt64)
    /// Another entry stands in the place of one that this process has seen committed.
    case journalRewritten(sequence: UInt64)
    case foreignSnapshot(sequence: UInt64)
    case engineVersion(sequence: UInt64, UInt16)
    case policy(sequence: UInt64, PolicyHash, ours: PolicyHash)
    case policyText(sequence: UInt64, KeptPolicyError)
    case recordBytes(sequence: UInt64, UInt32)
    case unknownInput(sequence: UInt64, InputKind)
    case diverged(sequence: UInt64)

    private static let startOver =
        "or, to start over with an empty state, choose a new `application` with topics of its own"

    package var description: String {
        switch self {
        case .inputExpired(let topic, let needed, let oldest):
            "\(topic) is needed from offset \(needed) on, but its oldest record is \(oldest): retention has removed what the journal still needs; restore a newer snapshot, keep inputs longer than the snapshots' age, \(Self.startOver)"
        case .inputTruncated(let topic, let end, let worked):
            "\(topic) ends at offset \(end), but \(worked) had been worked on: the topic was truncated or recreated; restore it, \(Self.startOver)"
        case .inputChanged(let sequence, let topic, let from, let to):
            "the records of \(topic) from offset \(from) to \(to) are not those of journal entry \(sequence): the topic was recreated or compacted; restore it, \(Self.startOver)"
        case .journal(let problem):
            "the journal is damaged: \(problem); restore the journal's topic, \(Self.startOver)"
        case .journalEmpty(let committed):
            "the journal is empty, but the group has worked on \(committed.topicPartition) up to offset \(committed.offset ?? 0): the journal's topic was recreated; restore it, \(Self.startOver)"
        case .journalExpired(let needed, let oldest):
            "the journal is needed from entry \(needed) on, but its oldest is \(oldest): retention has removed what no snapshot covers; restore a newer snapshot, set retention.ms=-1 on the journal's topic, \(Self.startOver)"
        case .journalLost(let snapshot, let end):
            "the newest snapshot was taken after journal entry \(snapshot), but the journal ends with \(end.map(String.init) ?? "none"): the journal's topic was recreated or lost records; restore it, \(Self.startOver)"
        case .journalBehind(let end, let committed):
            "the group's offsets were committed with journal entry \(committed), but the journal ends with \(end.map(String.init) ?? "none"): the journal's topic lost records; restore it, \(Self.startOver)"
        case .journalRewound(let end, let committed):
            "entry \(committed) of the journal was committed, but the journal ends with \(end.map(String.init) ?? "none"): the brokers have lost what they had acknowledged; restore their topics, or restart tierd, which goes on from what is left: readers may then see outputs again that they have seen before"
        case .journalRewritten(let sequence):
            "entry \(sequence) of the journal is not the one that was committed: the brokers have lost that one, or have let two owners write; `tierd journal verify` says which outputs are there twice; restore the topics, or restart tierd, which goes on if the journal still makes a chain"
        case .foreignSnapshot(let sequence):
            "the newest snapshot was taken after another entry \(sequence) than the journal's: it belongs to another journal; remove it, \(Self.startOver)"
        case .engineVersion(let sequence, let version):
            "journal entry \(sequence) was written by engine version \(version), this is \(EngineVersion.decisions): stop the older tierd cleanly, which leaves a snapshot and nothing to replay, then start this one"
        case .policy(let sequence, let hash, let ours):
            "journal entry \(sequence) was made under policy \(hash.short)…, whose text neither the journal nor a snapshot keeps, and this is \(ours.short)…: start once with the former policy file, then change it, \(Self.startOver)"
        case .policyText(let sequence, let problem):
            "journal entry \(sequence) brings a policy that cannot be read: \(problem)"
        case .recordBytes(let sequence, let bytes):
            "journal entry \(sequence) was written with limits.record_bytes=\(bytes): start with that limit, stop cleanly, then change it"
        case .unknownInput(let sequence, let input):
            "journal entry \(sequence) has read \(input), which this configuration does not: add its topic under `topics`"
        case .diverged(let sequence):
            "replaying journal entry \(sequence) gave another state than when it was written: a defect of tierd, or of this machine; keep the journal and the snapshots, and report it"
        }
    }
}
