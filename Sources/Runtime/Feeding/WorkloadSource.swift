import Scoring

/// A number of generated records.
package final class WorkloadSource: RecordSource {
    private var records: GeneratedRecords
    private var left: Int
    private var scratch = ContiguousArray<UInt8>()

    package init(_ shape: WorkloadShape, count: Int) {
        records = GeneratedRecords(shape)
        left = count
    }

    package func next() -> FeedRecord? {
        guard left > 0 else { return nil }
        left -= 1
        scratch.removeAll(keepingCapacity: true)
        let record = records.append(to: &scratch)
        return FeedRecord(
            record.input, .event(record.time), key: Array(scratch[record.key]), value: Array(scratch[record.value]))
    }
}
