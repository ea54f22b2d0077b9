import Scoring
import ShardEngine

/// An engine that is fed scripted events and whose outputs are kept whole, evidence included, to be compared.
package struct TranscribedRun: ~Copyable {
    package var engine: ShardEngine
    /// One for each batch or wait.
    package private(set) var pages: [String] = []
    private var offset: Int64

    /// `offset` is the first event's.
    package init(_ engine: consuming ShardEngine, offset: Int64 = 0) {
        self.engine = engine
        self.offset = offset
    }

    package mutating func apply(_ events: [ScriptedEvent], deadlineLimit: Int = .max) {
        var batch = Batch()
        for event in events {
            let customer = Self.span(event.customer, &batch)
            let id = Self.span(event.id, &batch)
            batch.events.events.append(
                Event(
                    time: event.time, customer: customer, customerHash: StableHash.of(event.customer), id: id,
                    idHash: StableHash.of(event.id), body: event.body))
            batch.sources.append(SourcePosition(input: event.input, partition: 0, offset: offset, timestamp: -1))
            offset += 1
        }
        var outputs = OutputBuffer()
        var rejected: [RejectedEvent] = []
        engine.apply(
            &batch, wallClock: .outOfRange, deadlineLimit: deadlineLimit, into: &outputs, rejected: &rejected)
        keep(outputs, rejected)
    }

    /// Lets time pass and fires at most `limit` of what is due.
    package mutating func wait(until time: EventTime, limit: Int = .max) {
        engine.advance(to: time)
        var outputs = OutputBuffer()
        _ = engine.fireDue(limit: limit, into: &outputs)
        keep(outputs, [])
    }

    package mutating func activate(_ policy: Policy, _ activation: Activation) {
        engine.activate(policy, activation)
    }

    package mutating func retier(atMost limit: Int) {
        var outputs = OutputBuffer()
        engine.retier(atMost: limit, wallClock: .outOfRange, into: &outputs)
        keep(outputs, [])
    }

    private mutating func keep(_ outputs: OutputBuffer, _ rejected: [RejectedEvent]) {
        let said = outputs.outputs.map { "\(outputs.string($0.customer)): \($0)" }
        pages.append("\(said) \(outputs.terms) \(outputs.criteria) \(rejected)")
    }

    private static func span(_ text: String, _ batch: inout Batch) -> TextSpan {
        var text = text
        return text.withUTF8 { batch.events.append(text: UnsafeRawBufferPointer($0)) }
    }
}

extension ShardEngine {
    /// The whole state at once, in slot order.
    package mutating func captureAll() -> (mark: EngineMark, images: CapturedImages) {
        let mark = beginCapture()
        _ = capture(atMost: .max / 2)
        defer { endCapture() }
        return (mark, takeCaptured())
    }
}

extension CapturedImages {
    /// Each customer's bytes alone.
    package var parts: [[UInt8]] {
        var parts: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
            parts.append(Array(bytes[start..<start + 4 + length]))
            start += 4 + length
        }
        return parts
    }
}
