import Scoring
import ShardEngine
import TestSupport
import Testing

/// What the rules give goes on beside a pin as if there were none.
@Suite struct PinnedTermTests {
    private static func moves(_ run: borrowing EngineRun) -> [EngineRun.TierMove] { run.said["a"]?.tiers ?? [] }

    /// Silver by its first order, gold by its second on day 20.
    private static let orders: [ScriptedEvent] = [
        .order(Policies.start, "a", "1", .completed, 20_000), .order(Policies.days(20), "a", "2", .completed, 60_000),
    ]

    /// When gold ends by the rules.
    private static func endOfGold() -> EventTime? {
        var run = EngineRun(Policies.terms())
        for order in orders { run.apply([order]) }
        return moves(run).last?.validUntil
    }

    /// The same with a pin set on day 2.
    private static func pinned(
        _ tier: String, _ mode: TierPin.Mode, until: EventTime? = nil, more: [ScriptedEvent] = orders
    ) throws -> EngineRun {
        var run = EngineRun(Policies.terms())
        run.apply([more[0]])
        run.apply([.command(Policies.days(2), "a", "p", .pin(tier, mode, until: until))])
        for order in more.dropFirst() { run.apply([order]) }
        run.wait(until: Policies.days(21))
        return run
    }

    // MARK: - Earned behind a pin

    @Test func `a tier that is earned behind a floor as high outlasts the floor, for its own term`() throws {
        var run = try Self.pinned("gold", .floor)
        run.apply([.command(Policies.days(60), "a", "u", .unpin)])
        // Both orders have left the window of 30 days.
        #expect(Self.moves(run).map(\.to) == [1, 2, 2])
        run.wait(until: Policies.days(200))
        #expect(Self.moves(run).map(\.to) == [1, 2, 2, 0] && Self.moves(run).last?.reason == .termEnded)
        #expect(Self.moves(run).last?.at == Self.endOfGold())
    }

    @Test func `a tier that is earned behind a floor as high has its first term from then on, and that is said`() throws
    {
        let run = try Self.pinned("gold", .floor)
        #expect(Self.moves(run).map(\.to) == [1, 2, 2] && Self.moves(run).map(\.sequence) == [1, 2, 3])
        let last = try #require(Self.moves(run).last)
        #expect(last.from == 2 && last.direction == .renewal && last.reason == .requirementMet)
        #expect(last.at == Policies.days(20) && last.validUntil != nil && last.validUntil == Self.endOfGold())
        // Without terms it has nothing to tell.
        var endless = EngineRun(Policies.spend())
        endless.apply([Self.orders[0]])
        endless.apply([.command(Policies.days(2), "a", "p", .pin("gold", .floor, until: nil))])
        endless.apply([Self.orders[1]])
        #expect(Self.moves(endless).map(\.to) == [1, 2])
    }

    @Test func `what comes late and gives a tier back behind a floor as high says its term`() throws {
        var run = EngineRun(Policies.terms())
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.wait(until: Policies.days(130))
        run.apply([.command(Policies.days(131), "a", "p", .pin("gold", .floor, until: nil))])
        #expect(Self.moves(run).map(\.to) == [2, 0, 2])
        let end = try #require(Self.moves(run).first?.validUntil)
        // It would have kept gold when its term ended.
        let late = EventTime(milliseconds: end.milliseconds - 86_400_000)
        run.apply([.order(late, "a", "2", .completed, 60_000)])
        let last = try #require(Self.moves(run).last)
        #expect(last.direction == .renewal && last.reason == .lateEvent && last.from == 2 && last.to == 2)
        #expect(last.validUntil == Policies.terms().termEnd(ofTier: 2, from: end))
    }

    @Test(arguments: [TierPin.Mode.exact, .ceiling]) func `a tier that is earned above a pin is given when it ends`(
        mode: TierPin.Mode
    ) throws {
        var run = try Self.pinned("silver", mode, until: Policies.days(60))
        var restored = try run.restored()
        run.wait(until: Policies.days(61))
        restored.wait(until: Policies.days(61))
        #expect(Self.moves(run).map(\.to) == [1, 2] && Self.moves(restored) == Self.moves(run).suffix(1))
        let last = Self.moves(run).last
        #expect(last?.reason == .pinEnded && last?.sequence == 2 && last?.validUntil == Self.endOfGold())
    }

    @Test func `what is earned again at the end of its term is renewed behind a pin without a word`() throws {
        var run = try Self.pinned(
            "gold", .floor, more: [Self.orders[0], .order(Policies.days(80), "a", "3", .completed, 20_000)])
        run.wait(until: Policies.days(130))
        run.apply([.command(Policies.days(131), "a", "u", .unpin)])
        let moves = Self.moves(run)
        #expect(moves.map(\.to) == [1, 2, 1] && moves.map(\.sequence) == [1, 2, 3])
        let first = try #require(moves.first?.validUntil)
        #expect(moves.last?.validUntil == Policies.terms().termEnd(ofTier: 1, from: first))
    }

    @Test func `what is not earned again ends behind a pin without a word`() throws {
        var run = try Self.pinned("gold", .floor, more: [Self.orders[0]])
        run.wait(until: Policies.days(130))
        #expect(Self.moves(run).map(\.to) == [1, 2])
        run.apply([.command(Policies.days(131), "a", "u", .unpin)])
        #expect(Self.moves(run).map(\.to) == [1, 2, 0] && Self.moves(run).map(\.sequence) == [1, 2, 3])
    }

    @Test func `what ends below a ceiling is said of the tier that the ceiling had left`() throws {
        var run = EngineRun(Policies.terms())
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("silver", .ceiling, until: nil))])
        run.wait(until: Policies.days(130))
        let moves = Self.moves(run)
        #expect(moves.map(\.to) == [2, 1, 0] && moves.last?.reason == .termEnded)
        #expect(moves.last?.from == 1 && moves.last?.at == moves.first?.validUntil)
    }

    @Test func `a refund takes back behind a pin what its order had earned, without a word`() throws {
        var run = try Self.pinned("gold", .floor)
        run.apply([.order(Policies.days(22), "a", "2", .refunded), .order(Policies.days(23), "a", "1", .refunded)])
        run.apply([.command(Policies.days(24), "a", "u", .unpin)])
        #expect(Self.moves(run).map(\.to) == [1, 2, 2, 0])
    }

    @Test func `a pin in the place of another begins from what has been earned behind the first`() throws {
        var run = try Self.pinned("silver", .exact)
        run.apply([.command(Policies.days(60), "a", "q", .pin("silver", .floor, until: nil))])
        #expect(Self.moves(run).map(\.to) == [1, 2] && Self.moves(run).last?.reason == .pinned)
        #expect(Self.moves(run).last?.validUntil == Self.endOfGold())
    }

    @Test func `what both have earned behind their pins, a merge gives the higher of`() throws {
        var run = try Self.pinned("silver", .exact)
        run.apply([.order(Policies.start, "b", "3", .completed, 1_000)])
        run.apply([.command(Policies.days(22), "b", "m", .merge("a"))])
        run.apply([.command(Policies.days(60), "b", "u", .unpin)])
        #expect(run.tiers(of: "b") == [0, 1, 2] && run.said["b"]?.tiers.last?.validUntil == Self.endOfGold())
    }

    @Test func `a term that ends behind a floor as high is told by the profile alone`() throws {
        var policy = Policies.terms()
        // Silence changes nothing else for as long as this runs.
        policy.profiles = ProfileRule(silence: .days(3_000), catchUp: nil)
        var run = EngineRun(policy)
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("gold", .floor, until: nil))])
        let end = try #require(Self.moves(run).first?.validUntil)
        #expect(run.engine.report(on: Array("a".utf8), at: Policies.days(3))?.validUntil == end)
        run.wait(until: Policies.days(200))
        #expect(Self.moves(run).map(\.to) == [2])
        #expect(run.engine.report(on: Array("a".utf8), at: Policies.days(200))?.validUntil == nil)
        let profiles = run.outputs.compactMap { if case .profile(let update) = $0 { update.effectiveAt } else { nil } }
        #expect(profiles.last == end)
    }

    // MARK: - No term of its own

    @Test func `a tier that only a pin gives has no term, no renewal and no notice of its end`() throws {
        var policy = Policies.terms()
        policy.notices.expiry = .init(before: .days(10), coolDown: .days(30))
        var run = EngineRun(policy)
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.order(Policies.start, "b", "2", .completed, 20_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("silver", .ceiling, until: Policies.days(88)))])
        run.apply([.command(Policies.days(2), "b", "q", .pin("gold", .floor, until: nil))])
        for customer in ["a", "b"] {
            #expect(run.said[customer]?.tiers.last?.validUntil == nil)
            #expect(run.engine.report(on: Array(customer.utf8), at: Policies.days(2))?.validUntil == nil)
        }
        run.wait(until: Policies.days(87))
        #expect(run.said["a"]?.notices == [] && run.said["b"]?.notices == [])
        run.wait(until: Policies.days(700))
        #expect(run.tiers(of: "b") == [1, 2])
        // Gold came back with its last days.
        #expect(run.tiers(of: "a") == [2, 1, 2, 0])
    }

    @Test func `at once too, a tier that only a floor gives is not said to be renewed`() {
        var policy = Policies.spend()
        policy.validity = Validity(months: 3)
        var run = EngineRun(policy)
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("gold", .floor, until: nil))])
        run.wait(until: Policies.days(400))
        #expect(Self.moves(run).map(\.direction) == [.entry, .pin])
    }

    // MARK: - Without terms

    @Test func `a grace period runs on behind a floor`() {
        var run = EngineRun(Policies.spend(grace: .days(10)))
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.hours(1), "a", "p", .pin("gold", .floor, until: Policies.days(50)))])
        run.wait(until: Policies.days(49))
        #expect(Self.moves(run).map(\.to) == [2])
        run.wait(until: Policies.days(51))
        #expect(Self.moves(run).map(\.to) == [2, 0] && Self.moves(run).last?.reason == .pinEnded)
    }

    @Test func `the margin keeps nobody on a tier that only a floor has given`() {
        var run = EngineRun(Policies.spend(margin: 0.5))
        run.apply([.order(Policies.start, "a", "1", .completed, 6_000)])
        run.apply([.command(Policies.days(1), "a", "p", .pin("silver", .floor, until: Policies.days(5)))])
        run.wait(until: Policies.days(6))
        #expect(Self.moves(run).map(\.to) == [0, 1, 0])
    }

    /// Silver, held on gold at least, when silver becomes the higher one and asks for so many dollars.
    private static func turnedRound(silverFrom dollars: Double) -> EngineRun {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)])
        run.apply([.command(Policies.days(1), "a", "p", .pin("gold", .floor, until: nil))])
        var policy = Policies.spend()
        (policy.tiers[1].name, policy.tiers[2].name) = ("gold", "silver")
        policy.tiers[2].entry = .comparison(Comparison(.measure(0), .atLeast, dollars))
        policy.hash = "the other way round"
        run.activate(policy)
        run.retier(atMost: 10)
        return run
    }

    @Test func `a policy that orders the tiers anew leaves nobody where neither rules nor pin have it`() {
        // Lost behind the pin.
        let lower = Self.turnedRound(silverFrom: 500)
        #expect(Self.moves(lower).map(\.to) == [1, 2] && lower.engine.tierCounts() == [0, 1, 0])
        let higher = Self.turnedRound(silverFrom: 150)
        #expect(Self.moves(higher).map(\.to) == [1, 2, 2] && higher.engine.tierCounts() == [0, 0, 1])
        #expect(Self.moves(higher).last?.from == 1 && Self.moves(higher).last?.reason == .pinned)
    }
}
