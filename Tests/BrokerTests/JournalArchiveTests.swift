import Foundation
import KafkaClient
import Logging
import Runtime
import Testing

/// The journal of a real run, looked at from outside.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct JournalArchiveTests {
    @Test func `a run audits as sound, and what is added afterwards is found`() throws {
        let fixture = try BrokerFixture()
        let orders = fixture.inputs[0].topic
        try fixture.produce(
            orders,
            (0..<120).map { number in
                let text =
                    #"{"order_id":"o\#(number)","customer_id":"c\#(number)","type":"completed","occurred_at":\#(1_767_225_600_000 + number),"currency":"USD","total":90.00}"#
                return ("c\(number)", Array(text.utf8))
            } + [("c0", Array("{".utf8))])
        let daemon = try fixture.daemon(clock: .event(until: nil))
        eventually("the daemon has not worked off 121 records") {
            daemon.isCaughtUp(fixture, records: [orders: 121])
        }
        daemon.stop()
        #expect(daemon.join() == nil)
        let archive = JournalArchive(bootstrap: fixture.bootstrap, topics: fixture.outputs)
        let sound = try archive.audit(only: nil) { _, _ in }
        #expect(sound.isSound, "\(sound.findings)")
        #expect(sound.shards.count == 3 && sound.outputs >= 121)

        var last: UInt64 = 0
        try archive.entries(of: 0, from: 0) { found in
            if case .success(let entry) = found.entry { last = entry.sequence }
            return true
        }
        let found = try archive.entry(of: 0, last)
        let entry = try found.entry.get()
        let outputs = try archive.outputs(of: entry, shard: 0) { _, _ in }
        #expect(outputs.count == Int(entry.outputCount + entry.deadLetterCount))
        #expect(throws: ArchiveError.noEntry(shard: 0, sequence: last + 1)) { try archive.entry(of: 0, last + 1) }
        #expect(throws: ArchiveError.noShard(3, topic: fixture.outputs.journal, count: 3)) {
            try archive.shards(only: 3)
        }

        try fixture.produce(fixture.outputs.tierChanges, [("x", Array("stray".utf8))])
        #expect(try archive.audit(only: nil) { _, _ in }.counts == [.unstamped: 1])
    }

    @Test func `in topics that two applications share, an audit judges those of its own`() throws {
        let fixture = try BrokerFixture()
        try fixture.produceOrders(customers: 60)
        var archives: [JournalArchive] = []
        for name in ["one", "two"] {
            var options = try fixture.options(clock: .event(until: nil))
            options.application = fixture.prefix + name
            options.group = options.application
            options.outputs.journal = "\(options.application)-journal"
            let daemon = try Daemon(options, version: "test", logger: Logger(label: "test"))
            try daemon.start()
            eventually("the daemon has not worked off 60 records") {
                daemon.isCaughtUp(fixture, records: [options.inputs[0].topic: 60])
            }
            daemon.stop()
            #expect(daemon.join() == nil)
            archives.append(
                JournalArchive(
                    bootstrap: fixture.bootstrap, topics: options.outputs, application: options.application))
        }
        for archive in archives {
            let report = try archive.audit(only: nil) { _, _ in }
            #expect(report.isSound, "\(report.findings)")
            #expect(report.outputs >= 60 && report.foreignOutputs == report.outputs)
        }
        let all = JournalArchive(bootstrap: fixture.bootstrap, topics: archives[0].topics)
        #expect(try !all.audit(only: nil) { _, _ in }.isSound)
    }
}
