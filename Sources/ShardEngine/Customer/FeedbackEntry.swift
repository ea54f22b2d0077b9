import Scoring

/// One line of a customer's feedback history, packed into 12 bytes; sorted by day, then by arrival.
struct FeedbackEntry {
    static let bytes = 12
    /// The most entries one customer may have.
    static let maximumEntries = 4_096
    private static let noScore = UInt16.max

    /// Low half of the event id's hash, to know a repeat.
    var idHash: UInt32
    var day: UInt16
    var type: FeedbackType
    var sentiment: Sentiment?
    /// In `FeedbackEvent.score` units.
    var score: UInt16?

    init(idHash: UInt32, day: UInt16, type: FeedbackType, sentiment: Sentiment?, score: UInt16?) {
        self.idHash = idHash
        self.day = day
        self.type = type
        self.sentiment = sentiment
        self.score = score
    }

    @inline(__always) init(at address: UnsafeRawPointer) {
        idHash = address.loadUnaligned(as: UInt32.self)
        day = address.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
        type = FeedbackType(rawValue: address.load(fromByteOffset: 6, as: UInt8.self)) ?? .survey
        sentiment = Sentiment(rawValue: address.load(fromByteOffset: 7, as: Int8.self))
        let stored = address.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
        score = stored == Self.noScore ? nil : stored
    }

    /// What an answer was felt to say, else what its score does; nil where there is neither.
    var tone: Sentiment? {
        sentiment ?? score.map { $0 >= 7_500 ? .positive : $0 > 4_000 ? .neutral : .negative }
    }

    func store(to address: UnsafeMutableRawPointer) {
        address.storeBytes(of: idHash, as: UInt32.self)
        address.storeBytes(of: day, toByteOffset: 4, as: UInt16.self)
        address.storeBytes(of: type.rawValue, toByteOffset: 6, as: UInt8.self)
        address.storeBytes(of: sentiment?.rawValue ?? Int8.max, toByteOffset: 7, as: Int8.self)
        address.storeBytes(of: score ?? Self.noScore, toByteOffset: 8, as: UInt16.self)
        address.storeBytes(of: 0, toByteOffset: 10, as: UInt16.self)
    }
}

/// A view of a customer's feedback in the arena; valid until the customer's next change.
struct FeedbackEntries {
    let base: UnsafeMutableRawPointer?
    let count: Int

    @inline(__always) subscript(index: Int) -> FeedbackEntry {
        FeedbackEntry(at: base.unsafelyUnwrapped + index * FeedbackEntry.bytes)
    }
}

extension CustomerStore {
    @inline(__always) func feedback(of record: Record) -> FeedbackEntries {
        let count = Int(record.pointee.feedbackEntries)
        return FeedbackEntries(base: count == 0 ? nil : arena.address(record.pointee.feedbackBlock), count: count)
    }

    /// Adds an entry after those of its day, dropping those from before `firstDay`; false at the customer's limit.
    mutating func insertFeedback(_ entry: FeedbackEntry, droppingBefore firstDay: DayIndex, of record: Record) -> Bool {
        let entries = feedback(of: record)
        let expired = (0..<entries.count).first { entries[$0].day >= UInt16(clamping: firstDay.value) } ?? entries.count
        let kept = entries.count - expired
        guard kept < FeedbackEntry.maximumEntries else { return false }
        var index = entries.count
        while index > expired, entries[index - 1].day > entry.day { index -= 1 }
        let size = FeedbackEntry.bytes
        let oldBlock = record.pointee.feedbackBlock
        let block = arena.allocate((kept + 1) * size)
        let target = arena.address(block)
        if let base = entries.base {
            memmoveBytes(target, base + expired * size, (index - expired) * size)
            memmoveBytes(target + (index - expired + 1) * size, base + index * size, (entries.count - index) * size)
        }
        entry.store(to: target + (index - expired) * size)
        arena.free(oldBlock, bytes: entries.count * size)
        record.pointee.feedbackBlock = block
        record.pointee.feedbackEntries = UInt16(kept + 1)
        return true
    }
}
