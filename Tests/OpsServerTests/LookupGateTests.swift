import OpsServer
import Testing

struct LookupGateTests {
    @Test func `an answer in time is passed on`() async {
        let gate = LookupGate(limit: 1, timeout: .seconds(60))
        #expect(await gate.answer { .notFound } == .answered(.notFound))
        #expect(await gate.answer { .restoring } == .answered(.restoring))
    }

    @Test func `an asker waits no longer than the limit, and the look-up learns of it`() async {
        let gate = LookupGate(limit: 1, timeout: .milliseconds(1))
        let (endings, ended) = AsyncStream.makeStream(of: Bool.self)
        let outcome = await gate.answer {
            let never = AsyncStream<Void> { _ in }
            _ = await never.first { _ in true }
            ended.yield(Task.isCancelled)
            return .notFound
        }
        #expect(outcome == .timedOut)
        #expect(await endings.first { _ in true } == true)
    }

    @Test func `a look-up that goes on keeps its place`() async {
        let gate = LookupGate(limit: 1, timeout: .milliseconds(1))
        let (held, hold) = AsyncStream.makeStream(of: Void.self)
        let (endings, ended) = AsyncStream.makeStream(of: Void.self)
        // Deaf to cancellation: it waits in a task of its own.
        let stubborn = Task { _ = await held.first { _ in true } }
        let outcome = await gate.answer {
            await stubborn.value
            ended.yield()
            return .notFound
        }
        #expect(outcome == .timedOut)
        #expect(await gate.answer { .notFound } == .busy)
        hold.yield()
        #expect(await endings.first { _ in true } != nil)
    }
}
