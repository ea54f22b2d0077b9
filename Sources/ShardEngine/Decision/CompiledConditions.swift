import Scoring

/// The conditions of a policy's tiers as two flat lists: nodes in reading order, each with where its own part ends, and the
/// comparisons among them. Read for every decision, so without references to count.
struct CompiledConditions: ~Copyable {
    // Not private: unoptimised, Swift 6.3 fails on the clean-up of a `FlatArray` of another file's private type.
    enum Kind: UInt8 { case comparison, all, any, not }

    struct Node {
        var kind: Kind
        /// An index into the comparisons.
        var comparison = 0
        /// One past the last node of this condition.
        var end = 0
    }

    /// One condition.
    struct Root {
        fileprivate var node: Int
        /// Indices of its comparisons, in reading order; none where nothing is asked for.
        let comparisons: Range<Int>
    }

    private let nodes: FlatArray<Node>
    private let list: FlatArray<Comparison>

    /// Collects conditions before they are laid down.
    struct Maker {
        fileprivate var nodes: [Node] = []
        fileprivate var comparisons: [Comparison] = []

        /// Nil is met by everybody.
        mutating func add(_ condition: Condition?) -> Root {
            let (node, first) = (nodes.count, comparisons.count)
            append(condition ?? .all([]))
            return Root(node: node, comparisons: first..<comparisons.count)
        }

        private mutating func append(_ condition: Condition) {
            let index = nodes.count
            switch condition {
            case .comparison(let comparison):
                nodes.append(Node(kind: .comparison, comparison: comparisons.count))
                comparisons.append(comparison)
            case .all(let parts): append(.all, parts)
            case .any(let parts): append(.any, parts)
            case .not(let part): append(.not, [part])
            }
            nodes[index].end = nodes.count
        }

        private mutating func append(_ kind: Kind, _ parts: [Condition]) {
            nodes.append(Node(kind: kind))
            for part in parts { append(part) }
        }
    }

    init(_ maker: Maker) {
        nodes = FlatArray(maker.nodes)
        list = FlatArray(maker.comparisons)
    }

    @inline(__always) func comparison(_ index: Int) -> Comparison { list[index] }

    @inline(__always) func isMet(_ root: Root, _ readings: Readings) -> Bool { isMet(root.node, readings) }

    private func isMet(_ index: Int, _ readings: Readings) -> Bool {
        let node = nodes[index]
        switch node.kind {
        case .comparison:
            let comparison = list[node.comparison]
            return comparison.isMet(by: readings.value(of: comparison.subject))
        case .not: return !isMet(index + 1, readings)
        case .all, .any:
            // `all` ends at the first that is not met, `any` at the first that is.
            let decisive = node.kind == .any
            var part = index + 1
            while part < node.end {
                if isMet(part, readings) == decisive { return decisive }
                part = nodes[part].end
            }
            return !decisive
        }
    }

    /// How near a condition is to being met, 0…1: of all its parts the least, of any the most.
    func progress(_ root: Root, _ readings: Readings) -> Double { progress(root.node, readings) }

    private func progress(_ index: Int, _ readings: Readings) -> Double {
        let node = nodes[index]
        switch node.kind {
        case .comparison:
            let comparison = list[node.comparison]
            return comparison.progress(at: readings.value(of: comparison.subject))
        case .not: return isMet(index, readings) ? 1 : 0
        case .all, .any:
            var fraction = node.kind == .any ? 0.0 : 1.0
            var part = index + 1
            while part < node.end {
                let next = progress(part, readings)
                fraction = node.kind == .any ? max(fraction, next) : min(fraction, next)
                part = nodes[part].end
            }
            return fraction
        }
    }
}
