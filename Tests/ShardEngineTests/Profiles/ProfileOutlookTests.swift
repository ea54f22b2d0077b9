import Scoring
import ShardEngine
import TestSupport
import Testing

/// What silence alone changes in a profile is told, and nothing else is.
@Suite struct ProfileOutlookTests {
    private static let day: Int64 = 86_400_000

    /// What a profile says that silence can change.
    private struct Reading: Hashable {
        var levels: [String]
        var rfm: RFM
        var windows: [Double]

        init(_ profile: Profile, _ policy: Policy) {
            let evidence = profile.evidence
            var forecaster = ChurnForecaster(policy.churn, policy.value)
            let forecast = profile.churn.map {
                forecaster.forecast($0.evidence, risk: $0.risk, meanAmount: $0.meanAmount)
            }
            let rule = policy.profiles ?? ProfileRule()
            let dimensions = Dimensions(
                evidence, pAlive: profile.churn.map { policy.churn.model.pAlive($0.evidence.history) },
                lifetimeValue: forecast?.lifetimeValue, rule.thresholds)
            levels = [
                dimensions.value.rawValue, dimensions.purchase.rawValue, dimensions.interaction.rawValue,
                dimensions.feedback.rawValue, dimensions.lifecycle.rawValue, dimensions.psychology.style.rawValue,
                dimensions.loyalty.rawValue, dimensions.satisfaction.rawValue, dimensions.recommendation.rawValue,
            ]
            rfm = RFM(evidence.purchases, rule.rfm)
            windows = [profile.points ?? -1, Double(profile.tags.range.count)]
            if let bought = evidence.purchases {
                windows += [
                    bought.spendInYear, bought.ordersInYear, bought.purchaseDaysInYear, bought.recentSpend,
                    bought.earlierSpend,
                ]
            }
            if let said = evidence.feedback {
                windows += [said.positive, said.neutral, said.negative, said.reviews, said.complaints]
            }
            if let browsing = evidence.browsing { windows.append(browsing.engagement > 0 ? 1 : 0) }
        }

        /// But for what fades all the time, which is told with the next profile: the interaction, and the value where the
        /// lifetime value lifts it.
        var toldAtOnce: Reading {
            var told = self
            (told.levels[0], told.levels[2]) = ("", "")
            return told
        }
    }

    private func policy(_ random: inout SeededRandom) -> Policy {
        var policy = Policies.profiled()
        if random.below(2) == 0 { policy.calendar = Zones.calendar("Europe/Berlin") ?? .utc }
        if random.below(2) == 0 { policy.value = ValueRule(amounts: .cdnow) }
        policy.churn.scoring.purchases = random.below(2) == 0 ? .defaultBGNBD : .defaultMBGNBD
        policy.profiles?.thresholds.value = .init(medium: 40, high: 120)
        policy.history.feedbackDays = 200
        policy.profiles?.throttle = TimeSpan(milliseconds: 1_000)
        return policy
    }

    private func history(_ random: inout SeededRandom) -> [ShopEvent] {
        var time = Policies.start.milliseconds
        return (0..<1 + random.below(25)).map { index in
            // Some on the very midnight, where what is met there has not happened yet.
            time += Int64(random.below(30)) * Self.day + Int64(random.below(40_000_000))
            if random.below(3) == 0 { time = (time / Self.day + 1) * Self.day }
            let (at, id) = (EventTime(milliseconds: time), "e-\(index)")
            switch random.below(5) {
            case 0, 1:
                let (total, category) = (Int64(500 + random.below(9_000)), "c-\(random.below(5))")
                return .order(at, id) { ($0.total, $0.categories) = (total, [category]) }
            case 2:
                let (score, type) = (UInt16(random.below(10_001)), [FeedbackType.csat, .review][random.below(2)])
                return .feedback(at, id) { ($0.type, $0.score) = (type, score) }
            default:
                let type: BrowseType = [.productViewed, .cartAdded, .checkoutStarted][random.below(3)]
                return .browse(at, id) { ($0.type, $0.category) = (type, "c-1") }
            }
        }
    }

    @Test(arguments: 0..<60) func `on every midnight of five silent years the latest profile still holds`(
        seed: Int
    ) throws {
        var random = SeededRandom(seed: UInt64(seed) &+ 4_100)
        let policy = policy(&random)
        var run = ProfileRun(policy)
        let events = history(&random)
        run.apply(events)
        let last = try #require(events.last).time
        let today = policy.calendar.day(of: last)
        for ahead in 1...1_900 {
            let (midnight, before) = (policy.calendar.start(of: today + ahead), run.published.count)
            run.wait(until: midnight)
            // What browsing on the last day owes is out a day later.
            guard ahead > 2 else { continue }
            let shown = run.profile(at: midnight)
            let (now, latest) = (try #require(shown).profile, try #require(run.published.last).profile)
            #expect(Reading(now, policy).toldAtOnce == Reading(latest, policy).toldAtOnce, "\(ahead) days later")
            for index in before..<run.published.count {
                let entry = run.published[index]
                guard case .deadline(.portrait) = entry.profile.cause else { continue }
                let former = Reading(run.published[index - 1].profile, policy)
                #expect(former != Reading(entry.profile, policy), "told for nothing \(ahead) days later")
                #expect(entry.at == midnight)
            }
        }
        let end = run.engine.report(on: Array("ann".utf8), at: last)
        #expect(end?.deadline == nil, "nothing is left to change")
    }

    /// The days after `Policies.start` on which the customer was told of by a deadline of such a kind.
    private func days(_ run: borrowing ProfileRun, by kinds: [DeadlineKind] = [.portrait]) -> [Int] {
        let first = Policies.profiled().calendar.day(of: Policies.start)
        return run.published.compactMap { entry in
            guard case .deadline(let kind) = entry.profile.cause, kinds.contains(kind) else { return nil }
            return Policies.profiled().calendar.day(of: entry.at) - first
        }
    }

    @Test func `one order of long ago ends as lapsed, churned and worth nothing, after ten deadlines`() throws {
        var run = ProfileRun(Policies.profiled())
        run.apply([.order(Policies.start, "o") { $0.total = 150_000 }])
        run.wait(until: Policies.days(2_000))
        let first = Reading(run.published[0].profile, Policies.profiled())
        let last = Reading(try #require(run.published.last).profile, Policies.profiled())
        #expect(
            first.levels == ["high", "one_time", "unknown", "unknown", "new", "unknown", "low", "unknown", "unknown"])
        #expect(
            last.levels == ["low", "lapsed", "unknown", "unknown", "churned", "unknown", "low", "unknown", "unknown"])
        #expect(first.rfm.group == .active && last.rfm.group == .atRisk)
        // RFM's recency behind 30, 60, 120 and 240 days; no longer new behind 90; lapsed behind 180; churned behind 365; and
        // the windows of 90, 180 and 365 days.
        #expect(days(run) == [31, 61, 90, 91, 121, 180, 181, 241, 365, 366])
    }

    @Test func `what is left of an interaction goes after thirty days`() throws {
        var run = ProfileRun(Policies.profiled())
        run.apply((0..<5).map { .browse(Policies.start, "b-\($0)") { $0.type = .checkoutStarted } })
        run.wait(until: Policies.days(200))
        // Told of after a day. Twenty points fade, and after thirty days all of it is out of the window.
        #expect(days(run) == [1, 30])
        let grades = run.published.map { Reading($0.profile, Policies.profiled()).levels[2] }
        #expect(grades == ["high", "low"])
    }

    @Test func `browsing is told within a day although silence would change nothing for a month`() {
        var run = ProfileRun(Policies.profiled())
        run.apply([.order(Policies.start, "o") { $0.total = 1_000 }, .browse(Policies.days(5), "b")])
        run.wait(until: Policies.days(20))
        #expect(run.published.map(\.at) == [Policies.start, Policies.days(6)])
    }

    @Test func `a throttle longer than a day puts off what silence changes as well`() {
        var policy = Policies.profiled()
        policy.profiles?.throttle = .days(7)
        // No other level of churn, whose profile would put off the next one.
        policy.churn.levels.removeLast()
        var run = ProfileRun(policy)
        run.apply([.order(Policies.start, "o") { $0.total = 1_000 }])
        run.wait(until: Policies.days(2_000))
        // Ninety-one is told with ninety's, a hundred and eighty-one with a hundred and eighty's.
        #expect(days(run) == [31, 61, 90, 97, 121, 180, 187, 241, 365, 372])
    }

    @Test func `what silence changes within a week of a profile is told with the end of that week`() throws {
        var policy = Policies.profiled()
        policy.profiles?.silence = .days(7)
        var run = ProfileRun(policy)
        run.apply([.order(Policies.start, "o") { $0.total = 1_000 }])
        run.wait(until: Policies.days(2_000))
        #expect((5...10).contains(days(run).count))
        for (former, later) in zip(run.published, run.published.dropFirst()) {
            guard case .deadline(.portrait) = later.profile.cause else { continue }
            #expect(later.at - former.at >= .days(7))
        }
        let (shown, last) = (run.profile(at: Policies.days(2_000)), try #require(run.published.last))
        #expect(Reading(try #require(shown).profile, policy) == Reading(last.profile, policy))
    }

    @Test func `feedback that leaves the history takes its level along`() throws {
        var run = ProfileRun(Policies.profiled())
        run.apply([.feedback(Policies.start, "f") { $0.score = 9_000 }])
        run.wait(until: Policies.days(800))
        let readings = run.published.map { Reading($0.profile, Policies.profiled()).levels }
        #expect(days(run) == [365])
        #expect(readings.map { $0[7] } == ["high", "unknown"] && readings.map { $0[3] } == ["positive", "unknown"])
    }

    @Test func `points that expire and tags that a rule takes are told`() throws {
        var policy = Policies.profiled()
        let points = PointsRule(
            perUnit: 1_000, multipliers: [1_000, 1_000, 1_000], expiresAfterDays: 400, expiresWhenInactiveDays: 130)
        policy.points = points
        policy.measures += [points.measure, Measure(.daysSinceLastOrder)]
        policy.tags = [
            TagRule(name: "asleep", when: .comparison(Comparison(.measure(2), .atLeast, 150)))
        ]
        var run = ProfileRun(policy)
        run.apply([.order(Policies.start, "o") { $0.total = 5_000 }])
        run.wait(until: Policies.days(2_000))
        let balances = run.published.map { ($0.profile.points, $0.profile.tags.range.count) }
        // On day 130 the points that leave their window are a deadline of their own, on the same instant.
        #expect(days(run, by: [.portrait, .windowExpiry]) == [31, 61, 90, 91, 121, 130, 151, 180, 181, 241, 365, 366])
        #expect(balances[0].0 == 50 && balances[0].1 == 0)
        let slept = try #require(run.published.first { $0.profile.tags.range.count == 1 })
        #expect(policy.calendar.day(of: slept.at) - policy.calendar.day(of: Policies.start) == 151)
        let spent = try #require(run.published.first { $0.profile.points == 0 })
        #expect(policy.calendar.day(of: spent.at) - policy.calendar.day(of: Policies.start) == 130)
    }

    @Test func `whoever comes up from a snapshot that foresaw nothing is told what silence has changed`() throws {
        let policy = Policies.profiled()
        var run = ProfileRun(policy)
        run.apply([.order(Policies.start, "o") { $0.total = 1_000 }])
        var other = ProfileRun(policy)
        other.apply([.order(Policies.start, "o") { $0.total = 1_000 }])
        let (mark, images) = other.engine.captureAll()
        var bytes = images.bytes
        // The portrait is the image's last part: a head of 24 bytes, which begins with the due second, and orders of 20.
        for index in bytes.count - 44..<bytes.count - 40 { bytes[index] = 0 }
        var restoration = try EngineRestoration(policy: policy, mark: mark)
        try bytes.span.withUnsafeBytes { (bytes) throws(RestoreError) in try restoration.restore(bytes) }
        var restored = ProfileRun(try restoration.finish())
        restored.wait(until: Policies.days(500))
        run.wait(until: Policies.days(500))
        #expect(restored.published.map(\.at) == run.published.dropFirst().map(\.at))
        #expect(restored.engine.digest == run.engine.digest)
    }
}
