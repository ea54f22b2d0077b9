import KafkaClient

/// Writes findings so that a person sees at once what went wrong: the finding, the raw log around it, who owned the shard.
package struct HistoryReport {
    private let cluster: SimulatedCluster
    private let ownership: OwnershipHistory

    private static let findings = 10
    /// Entries of the log shown on either side.
    private static let surroundings: Int64 = 4

    package init(_ cluster: SimulatedCluster, _ ownership: OwnershipHistory = OwnershipHistory()) {
        self.cluster = cluster
        self.ownership = ownership
    }

    /// The first findings, each with its surroundings; `shard` tells which shard a customer belongs to.
    package func text(_ findings: [HistoryFinding], shard: (String) -> Int32) -> String {
        let shown = findings.prefix(Self.findings).map { finding in
            guard let record = finding.record else { return finding.description }
            let lines = surroundings(of: record) + ownership.lines(of: shard(record.customer))
            return ([finding.description] + lines.map { "    " + $0 }).joined(separator: "\n")
        }
        let rest = findings.count - shown.count
        return (shown + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n")
    }

    /// The raw log around a record: aborted records and markers too.
    private func surroundings(of record: OutputRecord) -> [String] {
        let near = (record.offset - Self.surroundings)...(record.offset + Self.surroundings)
        return cluster.log(record.partition).entries.filter { near.contains($0.offset) }.map(line)
    }

    private func line(_ entry: LogEntry) -> String {
        let producer = entry.producer.map { " by \($0)" } ?? ""
        switch entry.body {
        case .marker(let outcome): return "@\(entry.offset)\(producer) marker: \(outcome)"
        case .record(let record):
            let key = String(decoding: record.key ?? [], as: UTF8.self)
            let number = record.header("tierd_sequence").map { " number \($0)" } ?? ""
            return "@\(entry.offset)\(producer)\(entry.isAborted ? " aborted:" : ":") \(key)\(number)"
        }
    }
}
