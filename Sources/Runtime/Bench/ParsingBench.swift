import WireFormat

/// (a) Parsing alone.
package struct ParsingFigures: Sendable {
    /// simdjson's document tree, in place.
    package var tree: [Timing] = []
    /// The decoder's parser: whole grammar, known fields picked out, the record copied behind padding.
    package var fields: [Timing] = []
}

struct ParsingBench: ~Copyable {
    private var probe: ParseProbe

    init() throws(WireFormatError) { probe = try ParseProbe() }

    mutating func run(_ records: BenchRecords, into figures: inout ParsingFigures) throws(BenchError) {
        var parsed = 0
        figures.tree.append(
            records.bytes.withUnsafeBytes { bytes in
                Stopwatch.measure {
                    for record in records.records {
                        parsed += probe.parsesTree(UnsafeRawBufferPointer(rebasing: bytes[record.value])) ? 1 : 0
                    }
                }
            })
        figures.fields.append(
            records.bytes.withUnsafeBytes { bytes in
                Stopwatch.measure {
                    for record in records.records {
                        parsed += probe.parsesFields(UnsafeRawBufferPointer(rebasing: bytes[record.value])) ? 1 : 0
                    }
                }
            })
        guard parsed == 2 * records.count else {
            throw .unexpected("\(2 * records.count - parsed) records did not parse")
        }
    }
}
