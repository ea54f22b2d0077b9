import Scoring

extension ShardEngine {
    /// Marks the state of now, between two batches; `capture` then encodes it, whatever happens meanwhile.
    ///
    /// Until `endCapture` at most one more copy of the customers' state is held: what was encoded and not yet taken.
    package mutating func beginCapture() -> EngineMark {
        capture.begin(customers: store.count)
        return EngineMark(
            clock: clock, digest: digest, customerCount: store.count, retiering: retiering, names: names.image)
    }

    /// Encodes at most `customers` more of the marked customers, in slot order; true when all are out.
    package mutating func capture(atMost customers: Int) -> Bool {
        precondition(capture.isRunning, "a capture has begun")
        let limit = min(Int(capture.next) + customers, Int(capture.markedCount))
        while capture.next < limit {
            let end = UInt32(min(Int(capture.next) + Warming.group, limit))
            warming.begin()
            for slot in capture.next..<end where !capture.isEarly(slot) { warming.look(at: slot) }
            warming.fetch(store)
            capture.encode(upTo: end, store)
        }
        return capture.isComplete
    }

    /// The images encoded since the last call.
    package mutating func takeCaptured() -> CapturedImages { capture.take() }

    /// Ends the capture, complete or not, and frees its memory; nothing happens when none runs.
    package mutating func endCapture() { capture.end() }

    /// Bytes of the images that `takeCaptured` would hand over.
    package var capturedBytes: Int { capture.encodedBytes }

    package var isCapturing: Bool { capture.isRunning }

    /// Must be called before anything of an existing customer's state changes.
    @inline(__always) mutating func aboutToChange(_ slot: UInt32) {
        if slot < capture.markedCount { capture.keep(slot, store) }
    }
}
