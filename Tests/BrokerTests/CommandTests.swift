import Foundation
import KafkaClient
import Runtime
import Scoring
import Testing

/// Commands among events: through the program and a broker, and through the offline replay.
@Suite(
    .serialized, .timeLimit(.minutes(5)), .enabled(if: DaemonProcess.isAvailable, "scripts/test names the program"))
struct CommandTests {
    private static let kills = 4

    @Test func `commands among events give what a replay gives, with kill -9 in the middle of them`() throws {
        let history = CommandHistory(seed: 11, count: 2_900)
        let expected = try replay(history)
        let fixture = try BrokerFixture(partitions: 1)
        try send(history, to: fixture)
        let process = try DaemonProcess(
            fixture,
            .init(until: "2025-01-01T00:00:00Z", batchRecords: 10, readsCommands: true, throttle: "1h"))
        try kill(process, amid: Int64(history.lines(of: .commands).count), of: fixture)
        try process.start()
        try eventually("not everything has come out; \(process.logLines.suffix(3).map(\.message))", within: 90) {
            try fixture.outputCount() >= expected.records.count
                && committed(fixture.commands, fixture) == Int64(history.lines(of: .commands).count)
        }
        #expect(process.stop() == 0)

        let live = try OutputLines(fixture.outputs) { try fixture.read($0) }
        #expect(live == expected.lines, "\(live.differences(from: expected.lines))")
        try expectDeadLetters(of: expected.rejections, fixture)
        let audit = try JournalArchive(bootstrap: fixture.bootstrap, topics: fixture.outputs).audit(only: nil) { _, _ in
        }
        #expect(audit.isSound, "\(audit.findings)")
    }

    @Test func `the history has everything that commands can do`() throws {
        let expected = try replay(CommandHistory(seed: 11, count: 2_900))
        let reasons = Set(expected.records.flatMap { $0.record.json["reasons"] as? [String] ?? [] })
        #expect(reasons.isSuperset(of: ["pinned", "pin_ended"]))
        let profiles = expected.records.filter { $0.destination == "customer-profile" }.map(\.record)
        #expect(profiles.contains { $0.value == nil } && profiles.contains { $0.text.contains(#""shelf""#) })
        #expect(expected.records.contains { $0.destination == "tier-notice" })
        let rejected = Set(expected.rejections.map(\.rejection.reason))
        #expect(rejected.isSuperset(of: [.unknownType, .missingField, .invalidValue, .malformed, .erased]))
    }

    /// Starts and kills the program when it has committed another part of the commands, the last time well before the end.
    private func kill(_ process: DaemonProcess, amid count: Int64, of fixture: BrokerFixture) throws {
        var reached: [Int64] = []
        for part in 1...Int64(Self.kills) {
            try process.start()
            try eventually("it stands at \(reached)", within: 60) {
                try committed(fixture.commands, fixture) >= part * count / Int64(Self.kills + 2)
            }
            process.kill()
            reached.append(try committed(fixture.commands, fixture))
        }
        #expect(reached.contains { $0 > 0 && $0 < count }, "no kill came in the middle: \(reached) of \(count)")
    }

    private func replay(_ history: CommandHistory) throws -> ReplayedOutputs {
        let folder = FileManager.default.temporaryDirectory.appending(path: "commands-\(UInt32.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try ReplayedOutputs(
            BrokerFixture.talkativePolicy(throttle: "1h"), history.write(to: folder), until: CommandHistory.end)
    }

    private func send(_ history: CommandHistory, to fixture: BrokerFixture) throws {
        let topic = NewTopic(name: fixture.commands, partitions: fixture.partitions, replication: 1)
        #expect(try fixture.admin().createTopics([topic]) == [fixture.commands])
        for input in fixture.inputs + [(.commands, fixture.commands)] {
            try fixture.produce(input.topic, history.lines(of: input.kind).map { ($0.key, Array($0.json.utf8)) })
        }
    }

    /// What the group has committed of the only partition.
    private func committed(_ topic: String, _ fixture: BrokerFixture) throws -> Int64 {
        let observer = try Consumer(settings: fixture.settings, groupID: fixture.prefix + "app")
        let place = TopicPartition(topic: topic, partition: 0)
        return try observer.committed([place], timeoutMilliseconds: 10_000).first?.offset ?? 0
    }

    /// One letter for each rejected line, repeats of events excepted.
    private func expectDeadLetters(of rejections: [ReplayRejection], _ fixture: BrokerFixture) throws {
        let inputs = fixture.inputs + [(.commands, fixture.commands)]
        let wanted = rejections.filter { $0.rejection.reason != .duplicate }.map { rejected in
            // The files are named after the inputs; lines are counted from 1, offsets from 0.
            let topic = inputs.first { rejected.source.hasSuffix("/\($0.kind).jsonl") }?.topic ?? ""
            return "\(topic) \(rejected.place - 1) \(rejected.rejection.reason.rawValue)"
        }
        let found = try fixture.read(fixture.outputs.deadLetters).map { letter in
            ["tierd_source_topic", "tierd_source_offset", "tierd_error"].map { letter.headers[$0] ?? "" }
                .joined(separator: " ")
        }
        #expect(found.sorted() == wanted.sorted())
        #expect(!found.isEmpty)
    }
}
