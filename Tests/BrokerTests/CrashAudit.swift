import Foundation
import Testing

/// What a `read_committed` reader of another make (`kcat`) finds in the output topics, and what must be true of it.
struct CrashAudit {
    /// By destination.
    let outputs: [(destination: String, records: [ReadRecord])]
    let deadLetters: [ReadRecord]

    init(_ fixture: BrokerFixture) throws {
        outputs = try OutputLines.destinations(fixture.outputs).map { topic, destination in
            (destination, try Self.read(topic, fixture.bootstrap))
        }
        deadLetters = try Self.read(fixture.outputs.deadLetters, fixture.bootstrap)
    }

    var count: Int { outputs.reduce(0) { $0 + $1.records.count } }
    var customers: Int { Set(outputs.lazy.flatMap(\.records).map(\.key)).count }

    /// No gap, no repeat, no reordering, nothing torn, and for each customer what the offline replay gives.
    func expectSound() throws {
        #expect(deadLetters.isEmpty)
        for (destination, records) in outputs {
            #expect(!records.isEmpty, "there is no \(destination)")
            let ids = records.map { $0.headers["ce_id"] ?? "" }
            #expect(Set(ids).count == ids.count, "an id stands on more than one \(destination)")
            for (customer, said) in Dictionary(grouping: records, by: \.key) {
                let sequences = said.compactMap { $0.headers["tierd_sequence"].flatMap { Int($0) } }
                if ["tier-change", "churn-risk"].contains(destination) {
                    #expect(sequences == Array(1...said.count), "\(destination) of \(customer)")
                } else {
                    // Theirs is their time in seconds.
                    #expect(
                        sequences.count == said.count && sequences == sequences.sorted(),
                        "\(destination) of \(customer)")
                }
            }
        }
        let stamps = outputs.flatMap(\.records).map { $0.headers["tierd_batch"] ?? "" }
        #expect(stamps.allSatisfy { $0.wholeMatch(of: /\d+\/\d+\/\d+/) != nil })
        #expect(Set(stamps).count == stamps.count, "a batch stamp stands on more than one output")
        let lines = OutputLines(outputs.flatMap { destination, records in records.map { (destination, $0) } })
        let expected = try CrashCluster.replayed.get()
        #expect(lines == expected, "\(lines.differences(from: expected))")
    }

    /// The product's own check, from outside.
    static func expectJournalSound(_ configuration: URL) throws {
        let tierd = try #require(ProcessInfo.processInfo.environment["TIERD_BINARY"])
        let verify = try Program.run(tierd, ["journal", "verify", "--config", configuration.path])
        #expect(verify.status == 0, "\(verify.output)")
    }

    private static func read(_ topic: String, _ bootstrap: String) throws -> [ReadRecord] {
        // JSON texts and the headers' values hold no tab.
        let kcat = try Program.run(
            "kcat",
            [
                "-C", "-e", "-q", "-X", "isolation.level=read_committed", "-X",
                "receive.message.max.bytes=\(BrokerFixture.receivedBytes)", "-b", bootstrap, "-t", topic, "-f",
                #"%p\t%k\t%h\t%s\n"#,
            ])
        try #require(kcat.status == 0, "kcat failed on \(topic): \(kcat.output.prefix(500))")
        return try kcat.output.split(separator: "\n").map { line in
            let fields = line.split(separator: "\t", maxSplits: 3, omittingEmptySubsequences: false)
            try #require(fields.count == 4, "\(line)")
            let headers = fields[2].split(separator: ",").compactMap { header -> (String, String)? in
                guard let sign = header.firstIndex(of: "=") else { return nil }
                return (String(header[..<sign]), String(header[header.index(after: sign)...]))
            }
            return ReadRecord(
                partition: Int32(fields[0]) ?? -1, key: String(fields[1]), value: Array(fields[3].utf8),
                headers: Dictionary(headers) { $1 })
        }
    }
}

/// Another program, run to its end.
enum Program {
    struct Result {
        var status: Int32
        /// What it wrote to standard output.
        var output: String
    }

    /// `name` is looked up in PATH.
    static func run(_ name: String, _ arguments: [String]) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [name] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Result(status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self))
    }
}
