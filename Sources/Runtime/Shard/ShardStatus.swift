import Scoring
import ShardEngine
import Synchronization
import Telemetry

/// Where a shard is in its life. Raw values are metric labels.
package enum ShardStage: String, CaseIterable, Sendable {
    /// The transactional id is being initialised, which fences any older owner; then the snapshot is loaded.
    case fencing
    /// Silent replay of what was journalled since the snapshot.
    case restoring
    case live
    /// Given back: what is in flight is being committed.
    case draining
    /// Needs a person, or waits to be taken again after an error.
    case stopped
}

/// A shard as an operator sees it; a value copied out of the worker after its batches.
package struct ShardStatus: Sendable {
    package var shard: Int32
    package var stage = ShardStage.fencing
    /// Why it stopped, or what holds it up.
    package var detail = ""
    package var clock: EventTime?
    package var customers = 0
    package var stateBytes = 0
    package var eventsApplied: Int64 = 0
    package var rejected: Int64 = 0
    package var outputs: Int64 = 0
    package var deadlinesFired: Int64 = 0
    /// Customers per tier, in the order of `Policy.tiers`.
    package var tierCounts: [Int] = []
    /// The policy that decides; nil before the shard has one.
    package var policyHash: PolicyHash?
    /// Customers whom the re-tiering under way has still to look at.
    package var retierRemaining = 0
    /// Nil while no policy is tried beside the live one.
    package var shadow: ShadowFigures?
    /// The committed position per input topic.
    package var committed: [String: Int64] = [:]
    /// Timestamp of the next record not yet worked on, per input topic, milliseconds; absent at the end.
    package var waitingSince: [String: Int64] = [:]
    /// Seconds for which the transaction that is being committed has tried; 0 when none is.
    package var commitWaiting = 0.0
    /// Part of the replay done, 0…1.
    package var restoreProgress = 1.0
    /// Nil before it was first counted, and without profiles.
    package var acquisition: Acquisition?

    /// What came of the customers whom each channel brought.
    package struct Acquisition: Sendable {
        package var channels: [AcquisitionChannel]
        /// The shard's clock when the count was finished.
        package var asOf: EventTime?

        package init(channels: [AcquisitionChannel], asOf: EventTime?) {
            self.channels = channels
            self.asOf = asOf
        }
    }

    package init(shard: Int32) { self.shard = shard }

    /// Counts a customer out of one tier and into another.
    package mutating func count(_ output: Output) {
        switch output {
        case .tierChange(let change):
            count(.init(from: change.from, to: change.to, isEntry: change.direction == .entry))
        case .erasure(let erasure): if let tier = erasure.tier { tierCounts[tier] -= 1 }
        case .churnRisk, .notice, .profile: break
        }
    }

    /// Counts a change of tier, told or not.
    package mutating func count(_ move: UnheardChanges.TierMove) {
        // Whose tier is gone was counted on the one below it when the policy changed.
        guard move.isEntry || move.from != nil else { return }
        tierCounts[move.to] += 1
        if let from = move.from { tierCounts[from] -= 1 }
    }
}

/// All shards' statuses, and what the broker says of the partitions' ends. Written by workers and the control thread,
/// read by the HTTP server and the terminal view.
package final class StatusBoard: Sendable {
    private struct Contents {
        var shards: [Int32: ShardStatus] = [:]
        /// Who tells of each shard.
        var claims: [Int32: Claim] = [:]
        var lastClaim: UInt64 = 0
        /// Last stable offset per topic and partition.
        var ends: [String: [Int32: Int64]] = [:]
        /// Why a shard stopped last, until it is live again.
        var stops: [Int32: String] = [:]
    }
    private let contents = Mutex(Contents())

    /// The right to tell of a shard, until another is given for it: a former owner that has not let go in time has no say.
    package struct Claim: Hashable, Sendable {
        package let shard: Int32
        fileprivate let number: UInt64
    }

    package init() {}

    /// Takes a shard over from whoever told of it so far.
    package func claim(_ shard: Int32) -> Claim {
        contents.withLock { contents in
            contents.lastClaim += 1
            let claim = Claim(shard: shard, number: contents.lastClaim)
            contents.claims[shard] = claim
            return claim
        }
    }

    package func set(_ status: ShardStatus, by claim: Claim) {
        contents.withLock { contents in
            guard contents.claims[claim.shard] == claim else { return }
            contents.shards[status.shard] = status
            if status.stage == .stopped { contents.stops[status.shard] = status.detail }
            if status.stage == .live { contents.stops[status.shard] = nil }
        }
    }

    /// Why a shard that is not live yet stopped last; nil for one that did not.
    func lastStop(of shard: Int32) -> String? { contents.withLock { $0.stops[shard] } }

    /// The shard is let go.
    package func remove(_ claim: Claim) {
        contents.withLock { contents in
            guard contents.claims[claim.shard] == claim else { return }
            contents.claims[claim.shard] = nil
            contents.shards[claim.shard] = nil
        }
    }

    package func setEnd(_ topic: String, _ partition: Int32, _ offset: Int64) {
        contents.withLock { $0.ends[topic, default: [:]][partition] = offset }
    }

    /// Rising by shard number.
    package var shards: [ShardStatus] { contents.withLock { $0.shards.values.sorted { $0.shard < $1.shard } } }

    /// Last stable offset − committed position; nil while one of them is unknown.
    package func lag(_ topic: String, _ partition: Int32) -> Int64? {
        contents.withLock { contents in
            guard let end = contents.ends[topic]?[partition],
                let position = contents.shards[partition]?.committed[topic]
            else { return nil }
            return max(0, end - position)
        }
    }

    /// The lag over all partitions of all inputs; nil while any of them is unknown.
    package func totalLag(_ topics: [String]) -> Int64? {
        var total: Int64 = 0
        for status in shards {
            for topic in topics {
                guard let lag = lag(topic, status.shard) else { return nil }
                total += lag
            }
        }
        return total
    }
}
