import KafkaClient

/// Finds the last entry of a journal: asks for its end, then reads windows that grow backwards from there, since control
/// records and aborted entries may stand at the end. Decides; reads nothing. To be started after fencing.
struct JournalTail {
    /// Nil before the end is known.
    private var bounds: Watermarks?
    private var window = JournalTail.firstWindow
    private var next: Int64 = 0
    /// The last record seen in the window.
    private(set) var last: JournalRecords.Record?
    /// Whether `last` is the journal's last record; nil then means that it holds none.
    private(set) var isFound = false

    private static let firstWindow: Int64 = 64
    private static let growth: Int64 = 8

    /// The next question.
    var call: BrokerCall {
        guard let bounds else { return .journalBounds }
        return .readJournal(from: next, to: bounds.high)
    }

    mutating func take(_ answer: BrokerAnswer) {
        guard let bounds else {
            let found = answer.bounds.first ?? Watermarks(low: 0, high: 0)
            bounds = found
            begin(found)
            isFound = found.high <= found.low
            return
        }
        last = answer.records.records.last ?? last
        next = answer.records.next
        guard next >= bounds.high else { return }
        let start = max(bounds.low, bounds.high - window)
        if last != nil || start <= bounds.low {
            isFound = true
        } else {
            window *= Self.growth
            begin(bounds)
        }
    }

    private mutating func begin(_ bounds: Watermarks) { next = max(bounds.low, bounds.high - window) }
}
