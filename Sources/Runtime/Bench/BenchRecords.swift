import Scoring
import WireFormat

/// Generated records in memory, ready to be read as often as it takes.
struct BenchRecords {
    /// All keys and values, and behind them what a parser may read beyond the last.
    private(set) var bytes = ContiguousArray<UInt8>()
    private(set) var records = ContiguousArray<GeneratedRecord>()
    let valueBytes: Int

    init(_ source: inout GeneratedRecords, count: Int) {
        bytes.reserveCapacity(count * 320)
        records.reserveCapacity(count)
        var sum = 0
        for _ in 0..<count {
            let record = source.append(to: &bytes)
            sum += record.value.count
            records.append(record)
        }
        bytes.append(contentsOf: repeatElement(0x20, count: ParseProbe.padding))
        valueBytes = sum
    }

    var count: Int { records.count }
    var averageBytes: Double { Double(valueBytes) / Double(max(count, 1)) }
}
