import Scoring

/// The tags that a policy gives by rules.
struct CompiledTags: ~Copyable {
    private let names: [[UInt8]]
    private let roots: [CompiledConditions.Root]
    private let conditions: CompiledConditions

    init(_ policy: Policy) {
        var maker = CompiledConditions.Maker()
        names = policy.tags.map { Array($0.name.utf8) }
        roots = policy.tags.map { maker.add($0.condition) }
        conditions = CompiledConditions(maker)
    }

    var isEmpty: Bool { names.isEmpty }

    /// Those whose conditions hold, in the order of the policy.
    func held(_ readings: Readings) -> [[UInt8]] {
        roots.indices.filter { conditions.isMet(roots[$0], readings) }.map { names[$0] }
    }

    /// Which they are: a bit each, the first the lowest. Told apart are the first 64; a policy has no more.
    func bits(_ readings: Readings) -> UInt64 {
        var bits: UInt64 = 0
        for index in roots.indices where conditions.isMet(roots[index], readings) { bits |= 1 << UInt64(index) }
        return bits
    }
}
