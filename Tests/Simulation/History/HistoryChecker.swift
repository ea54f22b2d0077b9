/// Looks for lost, doubled, torn and reordered outputs. Pure: histories in, findings out.
package enum HistoryChecker {
    /// What needs no oracle: numbers without gap, bytes without repeat, values that agree with their keys and headers.
    /// `timed` names the topics whose records are numbered by their time instead of counted.
    package static func check(_ history: OutputHistory, timed: Set<String> = []) -> [HistoryFinding] {
        checkBytes(history)
            + history.lines.flatMap { line, records in
                let isTimed = timed.contains(line.topic)
                return (isTimed ? checkTimes(line, records) : checkNumbers(line, records))
                    + records.compactMap { checkValue($0, isTimed: isTimed) }
            }
    }

    /// Each line against what should have been said, in order. `text` says what of a record is compared.
    package static func compare(
        _ history: OutputHistory, with expected: [OutputHistory.Line: [String]],
        text: (OutputRecord) -> String = { $0.text }
    ) -> [HistoryFinding] {
        var actual: [OutputHistory.Line: [OutputRecord]] = [:]
        for (line, records) in history.lines { actual[line] = records }
        return Set(actual.keys).union(expected.keys).sorted().compactMap { line in
            firstDifference(line, actual[line] ?? [], expected[line] ?? [], text)
        }
    }

    private static func firstDifference(
        _ line: OutputHistory.Line, _ records: [OutputRecord], _ expected: [String], _ text: (OutputRecord) -> String
    ) -> HistoryFinding? {
        for (index, pair) in zip(records, expected).enumerated() where text(pair.0) != pair.1 {
            return .different(pair.0, index: index, expected: pair.1)
        }
        if records.count > expected.count { return .unexpected(records[expected.count], index: expected.count) }
        if records.count < expected.count {
            return .missing(line, index: records.count, expected: expected[records.count])
        }
        return nil
    }

    // MARK: - Numbers

    private static func checkNumbers(_ line: OutputHistory.Line, _ records: [OutputRecord]) -> [HistoryFinding] {
        var findings: [HistoryFinding] = []
        if Set(records.map(\.partition)).count > 1 { findings.append(.twoPartitions(line)) }
        var seen: Set<Int64> = []
        var highest: Int64 = 0
        for record in records {
            guard let number = record.sequence else {
                findings.append(.noSequence(record))
                continue
            }
            if !seen.insert(number).inserted {
                findings.append(.repeat(record))
            } else if number <= highest {
                findings.append(.reordered(record, after: highest))
            } else if number != highest + 1 {
                findings.append(.gap(record, expected: highest + 1))
            }
            highest = max(highest, number)
        }
        return findings
    }

    /// Several records may have one time, but each has an id of its own.
    private static func checkTimes(_ line: OutputHistory.Line, _ records: [OutputRecord]) -> [HistoryFinding] {
        var findings: [HistoryFinding] = []
        if Set(records.map(\.partition)).count > 1 { findings.append(.twoPartitions(line)) }
        var seen: Set<String> = []
        var latest: Int64 = .min
        for record in records {
            guard let number = record.sequence, let id = record.id else {
                findings.append(.noSequence(record))
                continue
            }
            if !seen.insert(id).inserted {
                findings.append(.repeat(record))
            } else if number < latest {
                findings.append(.reordered(record, after: latest))
            }
            latest = max(latest, number)
        }
        return findings
    }

    private static func checkBytes(_ history: OutputHistory) -> [HistoryFinding] {
        var first: [[UInt8]: OutputRecord] = [:]
        return history.records.compactMap { record in
            let value = record.stored.record.value ?? []
            if let earlier = first[value], earlier.partition.topic == record.partition.topic {
                return .sameBytes(earlier, record)
            }
            first[value] = record
            return nil
        }
    }

    // MARK: - Values

    private static func checkValue(_ record: OutputRecord, isTimed: Bool) -> HistoryFinding? {
        guard let fields = record.fields else { return .notJSON(record) }
        guard fields["customer_id"] as? String == record.customer else {
            return .contradiction(record, field: "customer_id")
        }
        if isTimed { return nil }
        let number = (fields["sequence"] as? Int).map(Int64.init)
        return number == record.sequence ? nil : .contradiction(record, field: "sequence")
    }
}
