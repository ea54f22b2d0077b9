import Foundation
import KafkaClient
import Testing

/// Runs `body` on a thread of its own, as blocking calls must be, and awaits what it returns.
func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result(catching: body)) }.start()
    }
}

/// Calls `step` until it returns a value; fails the test after `seconds`.
func until<Value>(
    within seconds: Double = 15, _ what: String, _ step: () throws -> Value?
) throws -> Value {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while Date() < deadline {
        if let value = try step() { return value }
    }
    throw Unfinished(what: what)
}

struct Unfinished: Error, CustomStringConvertible {
    let what: String
    var description: String { "not within the time allowed: \(what)" }
}
