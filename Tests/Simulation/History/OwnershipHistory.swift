/// Who worked on which shard when, by its own belief: two at a time is possible, and exactly what fencing is for.
package struct OwnershipHistory: Sendable {
    private struct Tenure {
        var shard: Int32
        var owner: String
        var from: VirtualTime
        var to: VirtualTime?
    }

    private var tenures: [Tenure] = []

    package init() {}

    package mutating func begin(_ shard: Int32, _ owner: String, at time: VirtualTime) {
        tenures.append(Tenure(shard: shard, owner: owner, from: time))
    }

    package mutating func end(_ shard: Int32, _ owner: String, at time: VirtualTime) {
        for index in tenures.indices where tenures[index].shard == shard && tenures[index].owner == owner {
            if tenures[index].to == nil { tenures[index].to = time }
        }
    }

    /// In the order in which they began.
    package func owners(of shard: Int32, at time: VirtualTime) -> [String] {
        tenures.filter { $0.shard == shard && $0.from <= time && time < $0.to ?? VirtualTime(milliseconds: .max) }
            .map(\.owner)
    }

    /// For a report, one line per tenure.
    package func lines(of shard: Int32) -> [String] {
        tenures.filter { $0.shard == shard }.map {
            "shard \(shard): \($0.owner) from \($0.from)" + ($0.to.map { " to \($0)" } ?? "")
        }
    }
}
