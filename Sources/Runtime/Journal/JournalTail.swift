import KafkaClient

/// Finds the last entry of a journal, by windows that grow backwards from its end: control records and aborted entries
/// may stand there.
enum JournalTail {
    private static let firstWindow: Int64 = 64
    private static let growth: Int64 = 8

    /// The last committed record; nil in an empty journal. Ask after fencing.
    static func read(_ port: inout some TransactionPort) throws(KafkaError) -> JournalRecords.Record? {
        let bounds = try port.journalBounds()
        var window = firstWindow
        while true {
            let start = max(bounds.low, bounds.high - window)
            if let last = try lastRecord(&port, from: start, to: bounds.high) { return last }
            guard start > bounds.low else { return nil }
            window *= growth
        }
    }

    private static func lastRecord(
        _ port: inout some TransactionPort, from start: Int64, to end: Int64
    ) throws(KafkaError) -> JournalRecords.Record? {
        var (last, next): (JournalRecords.Record?, Int64) = (nil, start)
        while next < end {
            let read = try port.readJournal(from: next, to: end, maximum: LaneMachine.chunkEntries)
            last = read.records.last ?? last
            next = read.next
        }
        return last
    }
}
