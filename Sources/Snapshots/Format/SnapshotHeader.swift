import Scoring
import ShardEngine

/// What a snapshot says about itself before its customers: whose it is, where in the journal, and when.
package struct SnapshotHeader: Hashable, Sendable {
    package var identity: SnapshotIdentity
    package var engineVersion: UInt16
    /// The last journal entry that the state contains, its digest and its offset in the journal partition.
    package var journalSequence: UInt64
    package var journalDigest: UInt64
    package var journalOffset: Int64
    /// The next offset of each input, in the order of their ranks, each input once.
    package var positions: [SnapshotPosition]
    package var mark: EngineMark
    /// Wall clock, milliseconds since the epoch; for people.
    package var createdAt: Int64
    /// What the policy can be made from again; empty in snapshots older than the keeping of it.
    package var policyText: String

    package init(
        identity: SnapshotIdentity, engineVersion: UInt16 = EngineVersion.state, journalSequence: UInt64,
        journalDigest: UInt64, journalOffset: Int64, positions: [SnapshotPosition], mark: EngineMark, createdAt: Int64,
        policyText: String = ""
    ) {
        self.identity = identity
        self.engineVersion = engineVersion
        self.journalSequence = journalSequence
        self.journalDigest = journalDigest
        self.journalOffset = journalOffset
        self.positions = positions.sorted { $0.input.rawValue < $1.input.rawValue }
        self.mark = mark
        self.createdAt = createdAt
        self.policyText = policyText
    }
}

/// The offset from which a shard goes on reading an input.
package struct SnapshotPosition: Hashable, Sendable {
    package var input: InputKind
    package var offset: Int64

    package init(_ input: InputKind, _ offset: Int64) {
        self.input = input
        self.offset = offset
    }
}

extension SnapshotHeader {
    var payload: [UInt8] {
        var bytes = FrameBytes()
        bytes.put(engineVersion)
        bytes.put(text: identity.application)
        bytes.put(identity.shard)
        bytes.put(identity.partitionCount)
        bytes.put(UInt8(identity.topics.count))
        for topic in identity.topics {
            bytes.put(topic.input.rawValue)
            bytes.put(text: topic.name)
        }
        for word in identity.policyHash.bigEndianWords { bytes.put(word.byteSwapped) }
        bytes.put(journalSequence)
        bytes.put(journalDigest)
        bytes.put(journalOffset)
        bytes.put(UInt8(positions.count))
        for position in positions {
            bytes.put(position.input.rawValue)
            bytes.put(position.offset)
        }
        bytes.put(UInt8(mark.clock == nil ? 0 : 1))
        bytes.put(mark.clock?.milliseconds ?? 0)
        bytes.put(mark.digest)
        bytes.put(UInt64(mark.customerCount))
        bytes.put(createdAt)
        if !policyText.isEmpty || mark.retiering != nil || !mark.names.isEmpty { putPolicy(&bytes) }
        bytes.put(mark.names)
        return bytes.bytes
    }

    /// What may be left out together with all that follows; a header of the older form ends before it.
    private func putPolicy(_ bytes: inout FrameBytes) {
        bytes.put(longText: policyText)
        bytes.put(UInt8(mark.retiering == nil ? 0 : 1))
        guard let retiering = mark.retiering else { return }
        bytes.put(retiering.mode.rawValue)
        bytes.put(retiering.pass.rawValue)
        bytes.put(retiering.next)
        bytes.put(retiering.end)
        bytes.put(retiering.since.milliseconds)
        bytes.put(retiering.keptUntil.milliseconds)
    }

    /// Nil unless the bytes are a header's; the names at the end are checked with the state that refers to them.
    init?(payload: UnsafeRawBufferPointer) {
        var fields = FrameFields(payload)
        guard let engineVersion = fields.take(UInt16.self), let application = fields.takeText(),
            let shard = fields.take(Int32.self), let partitionCount = fields.take(Int32.self),
            let topics = Self.topics(&fields), let hash = Self.hash(&fields), let sequence = fields.take(UInt64.self),
            let digest = fields.take(UInt64.self), let offset = fields.take(Int64.self),
            let positions = Self.positions(&fields), var mark = Self.mark(&fields),
            let createdAt = fields.take(Int64.self), sequence < UInt64(Int64.max)
        else { return nil }
        var policyText = ""
        if !fields.isAtEnd {
            guard let text = fields.takeLongText(), let retiering = Self.retiering(&fields) else { return nil }
            policyText = text
            mark.retiering = retiering
            mark.names = fields.takeRest()
        }
        self.init(
            identity: SnapshotIdentity(
                application: application, shard: shard, partitionCount: partitionCount, topics: topics,
                policyHash: hash),
            engineVersion: engineVersion, journalSequence: sequence, journalDigest: digest, journalOffset: offset,
            positions: positions, mark: mark, createdAt: createdAt, policyText: policyText)
    }

    /// Nil for what cannot be read; none where none is under way.
    private static func retiering(_ fields: inout FrameFields) -> Retiering?? {
        guard let isUnderWay = fields.take(UInt8.self), isUnderWay <= 1 else { return nil }
        guard isUnderWay == 1 else { return .some(nil) }
        guard let mode = fields.take(UInt8.self).flatMap(Activation.Mode.init),
            let pass = fields.take(UInt8.self).flatMap(Retiering.Pass.init), let next = fields.take(UInt32.self),
            let end = fields.take(UInt32.self), let since = fields.take(Int64.self),
            let keptUntil = fields.take(Int64.self)
        else { return nil }
        return Retiering(
            mode: mode, pass: pass, next: next, end: end, since: EventTime(milliseconds: since),
            keptUntil: EventTime(milliseconds: keptUntil))
    }

    private static func topics(_ fields: inout FrameFields) -> [SnapshotTopic]? {
        guard let count = fields.take(UInt8.self) else { return nil }
        var topics: [SnapshotTopic] = []
        for _ in 0..<count {
            guard let input = takeInput(&fields, after: topics.last?.input), let name = fields.takeText() else {
                return nil
            }
            topics.append(SnapshotTopic(input, name))
        }
        return topics
    }

    private static func positions(_ fields: inout FrameFields) -> [SnapshotPosition]? {
        guard let count = fields.take(UInt8.self) else { return nil }
        var positions: [SnapshotPosition] = []
        for _ in 0..<count {
            guard let input = takeInput(&fields, after: positions.last?.input), let offset = fields.take(Int64.self)
            else { return nil }
            positions.append(SnapshotPosition(input, offset))
        }
        return positions
    }

    /// Ranks rise, so that each input comes once.
    private static func takeInput(_ fields: inout FrameFields, after last: InputKind?) -> InputKind? {
        guard let input = fields.take(UInt8.self).flatMap(InputKind.init),
            input.rawValue > last?.rawValue ?? 0 || last == nil
        else { return nil }
        return input
    }

    private static func hash(_ fields: inout FrameFields) -> PolicyHash? {
        var words: [UInt64] = []
        for _ in 0..<4 {
            guard let word = fields.take(UInt64.self) else { return nil }
            words.append(word.byteSwapped)
        }
        return PolicyHash(bigEndianWords: words)
    }

    private static func mark(_ fields: inout FrameFields) -> EngineMark? {
        guard let hasClock = fields.take(UInt8.self), hasClock <= 1, let clock = fields.take(Int64.self),
            hasClock == 1 || clock == 0, let digest = fields.take(UInt64.self), let count = fields.take(UInt64.self),
            let customerCount = Int(exactly: count)
        else { return nil }
        return EngineMark(
            clock: hasClock == 1 ? EventTime(milliseconds: clock) : nil, digest: digest, customerCount: customerCount)
    }
}
