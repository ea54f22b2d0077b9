import Scoring

/// One shard's part of an audit: follows its chain, and sets each batch's outputs against its entry, in whatever order
/// entries and outputs come.
///
/// It holds four bytes for each entry and sixteen for each output of a batch that is not complete yet; never a body.
struct ShardAudit: Sendable {
    /// An entry that waits for its outputs, or outputs that wait for their entry.
    struct Waiting: Sendable {
        /// Nil while only outputs have come.
        var digest: UInt64?
        /// Outputs and dead letters together.
        var count = 0
        /// How many of them are outputs: the first indices.
        var outputCount = 0
        /// Whether the outputs were all looked for: false for an entry that came after the audit began.
        var isJudged = true
        var hashes: [(index: UInt32, hash: UInt64)] = []
        /// Where the first of them lies.
        var place: JournalFinding.RecordPlace?
    }

    /// What an output turned out to be.
    enum Verdict { case good, repeated, extra, older }

    let shard: Int32
    private var chain = JournalChain()
    private var hasBegun = false
    /// Outputs and dead letters of each entry, in runs without gaps; the newest run last.
    private var runs: [(first: UInt64, counts: ContiguousArray<UInt32>)] = []
    private(set) var waiting: [UInt64: Waiting] = [:]
    private(set) var entries = 0
    /// The oldest entry that is kept; nil before any.
    private(set) var first: UInt64?

    init(_ shard: Int32) { self.shard = shard }

    /// The newest entry.
    var last: UInt64? { chain.last?.sequence }

    // MARK: - Entries

    /// `isOldestKept`: retention has removed what came before, so that the chain may begin here.
    mutating func take(_ entry: JournalEntry, isOldestKept: Bool, isJudged: Bool) -> (JournalProblem?, altered: Bool) {
        entries += 1
        var problem: JournalProblem?
        if !hasBegun, isOldestKept, entry.sequence > 0 { chain = Self.chain(before: entry) }
        hasBegun = true
        do throws(JournalProblem) {
            try chain.accept(entry)
        } catch {
            problem = error
            if case .repeated = error { return (problem, false) }
            // The rest is judged on from here, or one break would hide all others.
            chain = JournalChain(after: entry.position, positions: chain.positions)
        }
        first = first ?? entry.sequence
        let count = Int(entry.outputCount) + Int(entry.deadLetterCount)
        note(count, of: entry.sequence)
        guard count > 0 else { return (problem, false) }
        var open = waiting[entry.sequence] ?? Waiting()
        open.digest = entry.outputDigest
        open.count = count
        open.outputCount = Int(entry.outputCount)
        open.isJudged = isJudged
        waiting[entry.sequence] = open
        return (problem, altered: settle(entry.sequence))
    }

    private static func chain(before entry: JournalEntry) -> JournalChain {
        JournalChain(after: JournalPosition(sequence: entry.sequence - 1, digest: entry.previousDigest))
    }

    private mutating func note(_ count: Int, of sequence: UInt64) {
        if let run = runs.last, run.first + UInt64(run.counts.count) == sequence {
            runs[runs.count - 1].counts.append(UInt32(count))
        } else {
            runs.append((sequence, [UInt32(count)]))
        }
    }

    /// Nil for an entry that has not come.
    private func count(of sequence: UInt64) -> UInt32? {
        for run in runs.reversed() where sequence >= run.first && sequence - run.first < UInt64(run.counts.count) {
            return run.counts[Int(sequence - run.first)]
        }
        return nil
    }

    // MARK: - Outputs

    mutating func take(
        _ stamp: BatchStamp, hash: UInt64, at place: JournalFinding.RecordPlace
    ) -> (Verdict, altered: Bool) {
        let known = count(of: stamp.sequence)
        if known == nil, let first, stamp.sequence < first { return (.older, false) }
        if let known, stamp.index >= known { return (.extra, false) }
        guard var open = waiting[stamp.sequence] ?? (known == nil ? Waiting() : nil) else { return (.repeated, false) }
        // They come in the order of their indices from each partition: the newest is the likeliest.
        if open.hashes.last?.index == stamp.index || open.hashes.contains(where: { $0.index == stamp.index }) {
            return (.repeated, false)
        }
        waiting[stamp.sequence] = nil
        open.hashes.append((stamp.index, hash))
        open.place = open.place ?? place
        waiting[stamp.sequence] = open
        return (.good, altered: settle(stamp.sequence))
    }

    /// Forgets a batch whose outputs are all there; true if they are not what its entry says.
    private mutating func settle(_ sequence: UInt64) -> Bool {
        guard let open = waiting[sequence], let digest = open.digest, open.hashes.count >= open.count else {
            return false
        }
        waiting[sequence] = nil
        var fold = RecordDigest()
        for output in open.hashes.sorted(by: { $0.index < $1.index }) {
            fold.fold(output.hash, at: Int64(output.index))
        }
        return fold.value != digest
    }
}
