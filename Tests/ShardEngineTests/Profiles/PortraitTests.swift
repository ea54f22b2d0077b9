import Scoring
import ShardEngine
import TestSupport
import Testing

/// What events leave in a customer's portrait, read through the profile.
@Suite struct PortraitTests {
    private let policy = Policies.profiled()

    private func profile(
        after events: [ShopEvent], at time: EventTime = Policies.days(1)
    ) throws -> ProfileRun.Published {
        var run = ProfileRun(policy)
        run.apply(events)
        #expect(run.rejected == [])
        let found = run.profile(at: time)
        return try #require(found)
    }

    private func views(_ counts: [(String, Int)], from hour: Double = 0) -> [ShopEvent] {
        counts.flatMap { name, count in
            (0..<count).map { index in
                .browse(Policies.hours(hour), "v-\(name)-\(hour)-\(index)") { $0.category = name }
            }
        }
    }

    @Test func `categories have shares of views and of what was bought`() throws {
        let events =
            views([("shoes", 8), ("hats", 4)])
            + [.order(Policies.hours(1), "o-1") { $0.categories = ["hats", "hats", "bags"] }]
        let found = try profile(after: events)
        // Views count 16 and lines 64: hats 64 + 128, shoes 128, bags 64 of 384.
        let expected: [ProfileRun.Named] = [
            .init("hats", .category, share: 0.5, answered: 2 / 3.0),
            .init("shoes", .category, share: 1 / 3.0, answered: 0),
            .init("bags", .category, share: 1 / 6.0, answered: 1),
        ]
        #expect(found.categories == expected)
        #expect(found.interests == ["shoes"])
        #expect(found.profile.evidence.preferences.categoriesBought == 2)
    }

    @Test func `an interest needs as many views as the policy asks`() throws {
        #expect(try profile(after: views([("shoes", 4)])).interests == [])
        #expect(try profile(after: views([("shoes", 5)])).interests == ["shoes"])
    }

    @Test func `of equals the name that came first is first`() throws {
        let found = try profile(after: views([("b", 2), ("a", 2)]))
        #expect(found.categories.map(\.name) == ["b", "a"])
    }

    @Test func `the heaviest of many categories are kept, and shares are those of all`() throws {
        var events: [ShopEvent] = []
        for round in 0..<40 {
            events += views([("tea", 2), ("coffee", 1)], from: Double(round))
            events += views([("rare-\(round)", 1)], from: Double(round))
        }
        let found = try profile(after: events, at: Policies.days(3))
        #expect(found.categories.count == 5)
        #expect(found.categories.prefix(2).map(\.name) == ["tea", "coffee"])
        #expect(found.categories[0].share == 0.5)
        #expect(found.categories[1].share == 0.25)
    }

    @Test func `weights fade by half in ninety days`() throws {
        let later = Policies.days(90)
        let events =
            views([("old", 8)]) + [.browse(later, "n-1") { $0.category = "new" }]
        let found = try profile(after: events, at: later)
        #expect(found.categories.map(\.name) == ["old", "new"])
        #expect(found.categories.map(\.share) == [0.8, 0.2])
    }

    @Test func `a view of long ago counts what is left of it`() throws {
        let late = views([("late", 2)])
        let events = [.browse(Policies.days(90), "n-1") { $0.category = "new" }] + late
        var run = ProfileRun(Policies.profiled(browseDays: 200))
        run.apply(events)
        let profile = run.profile(at: Policies.days(90))
        let found = try #require(profile)
        #expect(found.categories.map(\.share) == [0.5, 0.5])
    }

    @Test func `channels are told apart by what they are used for`() throws {
        let found = try profile(after: [
            .browse(Policies.start, "m-1") { ($0.type, $0.channel) = (.emailOpened, "newsletter") },
            .browse(Policies.start, "m-2") { ($0.type, $0.channel) = (.emailClicked, "newsletter") },
            .browse(Policies.start, "m-3") { $0.type = .pushOpened },
            .browse(Policies.start, "m-4") { $0.type = .linkClicked },
            .order(Policies.hours(1), "o-1") { $0.channel = "app" },
            .feedback(Policies.hours(2), "f-1") { ($0.type, $0.channel) = (.supportContact, "phone") },
        ])
        let expected: [ProfileRun.Named] = [
            .init("newsletter", .marketing, share: 2 / 3.0, answered: 0.5),
            .init("app", .sales, share: 1, answered: 0),
            .init("push", .marketing, share: 1 / 3.0, answered: 1),
            .init("phone", .service, share: 1, answered: 0),
        ]
        #expect(found.channels == expected)
        #expect(found.acquisitionChannel == "newsletter")
    }

    @Test func `habits are counted from orders that have just begun to count`() throws {
        let found = try profile(
            after: [
                .browse(Policies.start, "v-1") { $0.sku = 5 },
                .browse(Policies.hours(1), "v-2") { $0.sku = 6 },
                .browse(Policies.hours(2), "v-3") { $0.sku = 5 },
                .browse(Policies.hours(3), "m-1") { ($0.type, $0.campaign) = (.linkClicked, "sale") },
                .order(Policies.hours(4), "o-1") {
                    ($0.discount, $0.cost, $0.total) = (500, 6_000, 10_000)
                    $0.categories = ["a", "b"]
                },
                .order(Policies.hours(5), "o-2") { ($0.hasCoupon, $0.cost, $0.total) = (true, 9_000, 10_000) },
                .order(Policies.hours(30), "o-3"),
                .order(Policies.hours(30), "o-4") { $0.type = .placed },
                .order(Policies.hours(31), "o-3") { $0.type = .updated },
            ], at: Policies.days(2))
        let habits = found.profile.evidence.habits
        #expect(habits.orders == 3 && habits.discounted == 2 && habits.flash == 2)
        #expect(habits.considered == 1 && habits.views == 3 && habits.compared == 2 && habits.decisionHours == 4)
        #expect(habits.units == 2)
        #expect(habits.margin == 0.25)
    }

    @Test func `referrals told twice are one`() throws {
        let found = try profile(after: [
            .feedback(Policies.start, "r-1") { $0.type = .referral },
            .feedback(Policies.start, "r-2") { $0.type = .referral },
            .feedback(Policies.hours(1), "r-3") { ($0.type, $0.isConverted) = (.referral, true) },
        ])
        #expect(found.profile.evidence.referrals.made == 2)
        #expect(found.profile.evidence.referrals.converted == 1)
    }

    @Test func `what was refused leaves nothing`() throws {
        var run = ProfileRun(policy)
        let order = ShopEvent.order(Policies.start, "o-1") { $0.categories = ["a"] }
        run.apply([order, order])
        #expect(run.rejected == [.duplicate])
        let orders = run.profile(at: Policies.start)?.profile.evidence.habits.orders
        #expect(orders == 1)
    }

    @Test func `names beyond the shard's limit are counted together`() throws {
        var run = ProfileRun(policy)
        let many = (0..<4_096).map { index in
            ShopEvent.browse(Policies.start, "v", of: "c-\(index % 600)") { $0.category = "category-\(index)" }
        }
        run.apply(many)
        run.apply([.browse(Policies.start, "v") { $0.category = "one more" }])
        run.apply([.browse(Policies.start, "w") { $0.category = "another" }])
        run.apply([.browse(Policies.start, "x") { $0.category = "category-7" }])
        let profile = run.profile(at: Policies.hours(1))
        let found = try #require(profile)
        #expect(found.categories.map(\.name) == ["(other)", "category-7"])
        #expect(found.categories.map(\.share) == [2.0 / 3, 1.0 / 3])
    }

    @Test func `long names are cut between characters`() throws {
        let name = String(repeating: "茶", count: 30)
        let found = try profile(after: [.browse(Policies.start, "v") { $0.category = name }])
        #expect(found.categories.map(\.name) == [String(repeating: "茶", count: 21)])
    }
}
