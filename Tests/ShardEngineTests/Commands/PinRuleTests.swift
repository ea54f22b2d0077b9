import Scoring
import ShardEngine
import TestSupport
import Testing

/// Pins where tiers have terms.
@Suite struct PinRuleTests {
    private static func moves(_ run: borrowing EngineRun) -> [EngineRun.TierMove] { run.said["a"]?.tiers ?? [] }

    @Test func `the end of a pin gives back the term from which the pin had lifted`() {
        var run = EngineRun(Policies.terms())
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("gold", .floor, until: Policies.days(40)))])
        run.wait(until: Policies.days(41))
        let moves = Self.moves(run)
        #expect(moves.map(\.to) == [1, 2, 1] && moves.map(\.reason) == [.firstSeen, .pinned, .pinEnded])
        #expect(moves.last?.validUntil == moves.first?.validUntil)
        // The term goes on from when it began, and is lost at its own end.
        run.wait(until: Policies.days(120))
        #expect(Self.moves(run).last?.reason == .termEnded && Self.moves(run).last?.at == moves.first?.validUntil)
    }

    @Test func `the end of a ceiling gives back the term that it had covered`() throws {
        var run = EngineRun(Policies.terms())
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("silver", .ceiling, until: nil))])
        var restored = try run.restored()
        restored.apply([.command(Policies.days(50), "a", "u", .unpin)])
        #expect(Self.moves(restored).map(\.to) == [2])
        #expect(Self.moves(restored).last?.validUntil == Self.moves(run).first?.validUntil)
    }

    @Test func `what a floor alone held is not protected by the term that it was held for`() {
        var run = EngineRun(Policies.terms())
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("silver", .floor, until: nil))])
        // Gold's term ends with nothing bought: the floor stops the fall at silver, which nobody has earned.
        run.wait(until: Policies.days(100))
        run.apply([.command(Policies.days(101), "a", "u", .unpin)])
        #expect(Self.moves(run).map(\.to) == [2, 1, 0])
        #expect(Self.moves(run).map(\.reason) == [.firstSeen, .termEnded, .pinEnded])
    }

    @Test func `a refund that the covered tier outlives leaves its term as it was`() {
        var run = EngineRun(Policies.terms())
        run.apply([.order(Policies.start, "a", "1", .completed, 30_000)])
        run.apply([.order(Policies.days(1), "a", "2", .completed, 1_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("gold", .floor, until: nil))])
        run.apply([.order(Policies.days(3), "a", "2", .refunded)])
        run.apply([.command(Policies.days(4), "a", "u", .unpin)])
        let moves = Self.moves(run)
        #expect(moves.map(\.to) == [1, 2, 1])
        #expect(moves.last?.validUntil == moves.first?.validUntil)
    }

    @Test func `what a refund would have taken but for a floor goes with the floor`() {
        var run = EngineRun(Policies.terms())
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("silver", .floor, until: nil))])
        run.apply([.order(Policies.days(3), "a", "1", .refunded)])
        run.apply([.command(Policies.days(4), "a", "u", .unpin)])
        #expect(Self.moves(run).map(\.to) == [2, 1, 0])
        #expect(Self.moves(run).map(\.reason) == [.firstSeen, .orderWithdrawn, .pinEnded])
    }

    @Test func `a first tier that a floor gave goes with the floor`() {
        var run = EngineRun(Policies.terms())
        run.apply([.command(Policies.start, "a", "p", .pin("gold", .floor, until: Policies.days(9)))])
        run.apply([.order(Policies.days(1), "a", "1", .completed, 20_000)])
        run.wait(until: Policies.days(10))
        #expect(Self.moves(run).map(\.to) == [2, 1] && Self.moves(run).last?.reason == .pinEnded)
    }

    @Test func `a pin that comes along by a merge brings no tier that nobody has earned`() {
        var run = EngineRun(Policies.terms())
        run.apply([.order(Policies.start, "b", "1", .completed, 20_000)])
        run.apply([.command(Policies.days(1), "b", "p", .pin("gold", .floor, until: Policies.days(50)))])
        run.apply([.order(Policies.days(2), "a", "2", .completed, 1_000)])
        run.apply([.command(Policies.days(3), "a", "m", .merge("b"))])
        run.wait(until: Policies.days(51))
        #expect(Self.moves(run).map(\.to) == [0, 2, 1] && Self.moves(run).last?.reason == .pinEnded)
        #expect(Self.moves(run).last?.validUntil == run.said["b"]?.tiers.first?.validUntil)
    }

    @Test func `an upgrade under a floor is earned, and its term protects when the floor ends`() {
        var run = EngineRun(Policies.terms())
        run.apply([.command(Policies.start, "a", "p", .pin("silver", .floor, until: nil))])
        run.apply([.order(Policies.days(1), "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.days(50), "a", "u", .unpin)])
        #expect(Self.moves(run).map(\.to) == [1, 2])
    }

    @Test func `a floor that ends below a tier within its grace leaves it that grace`() {
        var run = EngineRun(Policies.spend(grace: .days(10)))
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.hours(1), "a", "p", .pin("silver", .floor, until: Policies.days(35)))])
        // The order leaves the window at the midnight of the 30th day.
        run.wait(until: Policies.days(36))
        #expect(Self.moves(run).map(\.to) == [2])
        run.wait(until: Policies.days(40))
        #expect(Self.moves(run).map(\.to) == [2, 0] && Self.moves(run).last?.reason == .graceEnded)
    }

    // MARK: - A pin in the place of another

    @Test func `a ceiling that gives way to a floor gives back the term that it had covered`() {
        var run = EngineRun(Policies.terms())
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("silver", .ceiling, until: nil))])
        // The order has left the window: it is the term that gives gold.
        run.apply([.command(Policies.days(40), "a", "q", .pin("silver", .floor, until: nil))])
        #expect(Self.moves(run).map(\.to) == [2, 1, 2] && Self.moves(run).last?.reason == .pinned)
        #expect(Self.moves(run).last?.validUntil == Self.moves(run).first?.validUntil)
    }

    @Test(arguments: [Policies.terms(), Policies.spend()])
    func `a lower floor takes what the higher one alone had given`(
        policy: Policy
    ) {
        var run = EngineRun(policy)
        run.apply([.order(Policies.start, "a", "1", .completed, 1_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("gold", .floor, until: nil))])
        run.apply([.command(Policies.days(3), "a", "q", .pin("silver", .floor, until: nil))])
        run.apply([.command(Policies.days(4), "a", "u", .unpin)])
        #expect(Self.moves(run).map(\.to) == [0, 2, 1, 0])
        #expect(Self.moves(run).map(\.reason) == [.firstSeen, .pinned, .pinned, .pinEnded])
    }

    @Test func `a longer pin on the same tier changes nothing but its end`() {
        var run = EngineRun(Policies.terms())
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("gold", .floor, until: Policies.days(10)))])
        run.apply([.command(Policies.days(9), "a", "q", .pin("gold", .floor, until: Policies.days(40)))])
        run.wait(until: Policies.days(41))
        #expect(Self.moves(run).map(\.to) == [1, 2, 1])
        #expect(Self.moves(run).last?.at == Policies.days(40))
        #expect(Self.moves(run).last?.validUntil == Self.moves(run).first?.validUntil)
    }

    // MARK: - Merging under a ceiling

    @Test func `what a ceiling keeps a merge from giving is given when the ceiling ends, with its term`() {
        var run = EngineRun(Policies.terms())
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)])
        run.apply([.order(Policies.days(1), "b", "2", .completed, 60_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("silver", .ceiling, until: nil))])
        run.apply([.command(Policies.days(3), "a", "m", .merge("b"))])
        #expect(Self.moves(run).map(\.to) == [1])
        // Both orders have left the window: it is the term that gives gold.
        run.apply([.command(Policies.days(50), "a", "u", .unpin)])
        #expect(Self.moves(run).map(\.to) == [1, 2] && Self.moves(run).last?.reason == .pinEnded)
        #expect(Self.moves(run).last?.validUntil == run.said["b"]?.tiers.first?.validUntil)
    }

    @Test func `without terms the end of the ceiling gives what the merged orders earn by then`() {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)])
        run.apply([.order(Policies.days(1), "b", "2", .completed, 60_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("silver", .ceiling, until: nil))])
        run.apply([.command(Policies.days(3), "a", "m", .merge("b"))])
        #expect(Self.moves(run).map(\.to) == [1])
        run.apply([.command(Policies.days(20), "a", "u", .unpin)])
        #expect(Self.moves(run).map(\.to) == [1, 2] && Self.moves(run).last?.reason == .pinEnded)
    }

    @Test func `a ceiling that comes along by a merge covers what it has covered`() {
        var run = EngineRun(Policies.terms())
        run.apply([.order(Policies.start, "b", "1", .completed, 60_000)])
        run.apply([.command(Policies.days(1), "b", "p", .pin("silver", .ceiling, until: nil))])
        run.apply([.order(Policies.days(2), "a", "2", .completed, 1_000)])
        run.apply([.command(Policies.days(3), "a", "m", .merge("b"))])
        #expect(Self.moves(run).map(\.to) == [0, 1] && Self.moves(run).last?.reason == .merged)
        run.apply([.command(Policies.days(50), "a", "u", .unpin)])
        #expect(Self.moves(run).map(\.to) == [0, 1, 2])
        #expect(Self.moves(run).last?.validUntil == run.said["b"]?.tiers.first?.validUntil)
    }

    @Test(arguments: [(0.0, 40.0), (40, 0)]) func `of two covered terms the longer one is given back`(
        first: Double, second: Double
    ) {
        var run = EngineRun(Policies.terms())
        run.apply([
            .order(Policies.days(first), "a", "1", .completed, 60_000),
            .order(Policies.days(second), "b", "2", .completed, 60_000),
        ])
        let ends = ["a", "b"].compactMap { run.said[$0]?.tiers.first?.validUntil }
        for customer in ["a", "b"] {
            run.apply([.command(Policies.days(41), customer, "p", .pin("silver", .ceiling, until: nil))])
        }
        run.apply([.command(Policies.days(42), "a", "m", .merge("b"))])
        run.apply([.command(Policies.days(75), "a", "u", .unpin)])
        #expect(Self.moves(run).map(\.to) == [2, 1, 2])
        #expect(ends.count == 2 && Self.moves(run).last?.validUntil == ends.max())
    }
}
