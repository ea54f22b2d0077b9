import Foundation
import Testing

/// What a `read_committed` reader of another make (`kcat`) finds in the output topics, and what must be true of it.
struct CrashAudit {
    let outputs: [[ReadRecord]]
    let deadLetters: [ReadRecord]

    init(_ fixture: BrokerFixture) throws {
        outputs = try [fixture.outputs.tierChanges, fixture.outputs.churnRisk].map { topic in
            try Self.read(topic, fixture.bootstrap)
        }
        deadLetters = try Self.read(fixture.outputs.deadLetters, fixture.bootstrap)
    }

    var count: Int { outputs.reduce(0) { $0 + $1.count } }
    var customers: Int { Set(outputs.joined().map(\.key)).count }

    /// No gap, no repeat, no reordering, nothing torn, and for each customer what the offline replay gives.
    func expectSound() throws {
        #expect(deadLetters.isEmpty)
        for records in outputs {
            for (customer, changes) in Dictionary(grouping: records, by: \.key) {
                let sequences = changes.map { $0.headers["tierd_sequence"].flatMap { Int($0) } }
                #expect(sequences == Array(1...changes.count), "customer \(customer)")
            }
        }
        let stamps = outputs.joined().map { $0.headers["tierd_batch"] ?? "" }
        #expect(stamps.allSatisfy { $0.wholeMatch(of: /\d+\/\d+\/\d+/) != nil })
        #expect(Set(stamps).count == stamps.count, "a batch stamp stands on more than one output")
        let found = HistoryTests.byCustomer(Array(outputs.joined()))
        let expected = try CrashCluster.replayed.get().byCustomer
        #expect(Set(found.keys) == Set(expected.keys))
        for (customer, changes) in expected { #expect(found[customer] == changes, "customer \(customer)") }
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
                "-C", "-e", "-q", "-X", "isolation.level=read_committed", "-b", bootstrap, "-t", topic, "-f",
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
