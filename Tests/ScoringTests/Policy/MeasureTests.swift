import Scoring
import Testing

@Suite struct MeasureTests {
    @Test func `every measure is found again under its name`() {
        for quantity in Measure.Quantity.all {
            let windows: [Int?] = quantity.takesWindow ? [1, 30, 365, Measure.maximumWindowDays] : [nil]
            for days in windows + (quantity.takesLifetime ? [nil] : []) {
                let measure = Measure(quantity, windowDays: days)
                #expect(Measure(name: measure.name) == measure, "\(measure.name)")
            }
        }
    }

    @Test func `names are the documented ones`() {
        #expect(Measure(.spend, windowDays: 365).name == "spend_365d")
        #expect(Measure(.orders).name == "orders_lifetime")
        #expect(Measure(.browse(.cartAdded), windowDays: 7).name == "cart_added_7d")
        #expect(Measure(.browse(nil), windowDays: 7).name == "browse_events_7d")
        #expect(Measure(.pAlive).name == "p_alive")
    }

    @Test(arguments: [
        "", "spend", "spend_", "spend_0d", "spend_d", "spend_3654d", "spend_+30d", "spend_030d", "spend_-3d",
        "spend_30",
        "spend_30D", "sessions_lifetime", "p_alive_30d", "csat_latest_30d", "complaints_open_30d", "unheard_of_30d",
        "orders_99999999999999999999d", "orders_30d_", "Orders_30d",
    ])
    func `no other spelling is a measure`(name: String) {
        #expect(Measure(name: name) == nil)
    }

    @Test func `names are distinct`() {
        let names = Measure.Quantity.all.map(\.baseName)
        #expect(Set(names).count == names.count)
    }
}
