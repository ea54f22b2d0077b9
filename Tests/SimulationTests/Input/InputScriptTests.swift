import KafkaClient
import Scoring
import Simulation
import Testing
import WireFormat

@Suite struct InputScriptTests {
    private let shape = InputScript.Shape(customers: 15, records: 600)

    @Test func `one seed gives one script`() {
        let first = InputScript(shape, seed: 5).records.map(\.record)
        #expect(first == InputScript(shape, seed: 5).records.map(\.record))
        #expect(first != InputScript(shape, seed: 6).records.map(\.record))
    }

    @Test func `a script holds every kind of record, of every topic, in order of arrival`() {
        let script = InputScript(shape, seed: 3)
        #expect(Set(script.records.map(\.kind)) == Set(ScriptedRecord.Kind.allCases))
        #expect(Set(script.records.map(\.partition.topic)) == Set(shape.topics))
        #expect(zip(script.records, script.records.dropFirst()).allSatisfy { $0.arrival <= $1.arrival })
        #expect(script.records.count >= shape.records * 9 / 10)
    }

    @Test func `all records of a customer go to one shard`() {
        let script = InputScript(shape, seed: 4)
        for customer in Set(script.records.map(\.record.key)) {
            let shards = script.records.filter { $0.record.key == customer }.map(\.partition.partition)
            #expect(Set(shards).count == 1)
        }
        #expect(Set(script.records.map(\.partition.partition)).count == Int(shape.partitions))
    }

    @Test(arguments: Array(UInt64(0)..<5)) func `the daemon's decoder reads each event as it was scripted`(
        seed: UInt64
    ) throws {
        var decoder = try RecordDecoder()
        for scripted in InputScript(shape, seed: seed).records {
            let input = InputKind.allCases[try #require(shape.topics.firstIndex(of: scripted.partition.topic))]
            let (event, buffer) = decode(scripted.record, as: input, &decoder)
            guard let expected = scripted.event else {
                #expect(event == nil, "\(scripted.kind): \(scripted.record.text)")
                continue
            }
            let found = try #require(event, "\(scripted.record.text)")
            #expect(found.time == expected.time)
            #expect(buffer.string(found.customer) == expected.customer)
            #expect(buffer.string(found.id) == expected.id)
            #expect("\(found.body)" == "\(expected.body)")
        }
    }

    @Test func `records reach the topics at their times`() {
        let world = SimulatedWorld(seed: 9)
        for topic in shape.topics { world.cluster.create(topic: topic, partitions: shape.partitions) }
        let script = world.input(shape)
        var late = 0
        script.schedule(into: world.cluster, world.clock) { record, _ in
            if record.arrival != world.clock.now { late += 1 }
        }
        world.clock.run(until: script.end)
        let stored = world.cluster.partitions.map { world.cluster.log($0).entries.count }.reduce(0, +)
        #expect(stored == script.records.count)
        #expect(late == 0)
    }

    private func decode(
        _ record: LogRecord, as input: InputKind, _ decoder: inout RecordDecoder
    ) -> (Event?, EventBuffer) {
        var buffer = EventBuffer()
        do throws(Rejection) {
            let key = record.key ?? []
            try key.withUnsafeBufferPointer { key throws(Rejection) in
                let key = UnsafeRawBufferPointer(key)
                guard let value = record.value else {
                    return try decoder.decode(nil, key: key, as: input, into: &buffer)
                }
                try value.withUnsafeBufferPointer { value throws(Rejection) in
                    try decoder.decode(UnsafeRawBufferPointer(value), key: key, as: input, into: &buffer)
                }
            }
        } catch {
            return (nil, buffer)
        }
        return (buffer.events.first, buffer)
    }
}
