import Scoring
import TestSupport
import Testing

@Suite struct PurchaseModelReferenceTests {
    /// The exact fit of the reference files, weeks.
    private let weeks = PurchaseModel(
        kind: .bgNBD, r: 0.24259291862175983, alpha: 4.4135320516824486, a: 0.792886196430405, b: 2.425753634092808)

    @Test func `the published customers have the published P(alive) and p0`() throws {
        let table = try ReferenceTable("models/cdnow-reference-customers.csv")
        var compared = 0
        for row in table.rows {
            let history = PurchaseHistory(
                repeats: try table.number("x", row), ageAtLast: try table.number("t_x", row),
                age: try table.number("T", row))
            let horizon = try table.number("horizon", row)
            let alive = try table.number("bg_p_alive", row)
            let silence = try table.number("bg_p_no_purchase", row)
            let name = try table.text("case", row)
            #expect(isClose(weeks.pAlive(history), alive, relative: 1e-9), "\(name)")
            #expect(
                isClose(weeks.probabilityOfNoPurchase(history, horizon: horizon), silence, relative: 1e-9), "\(name)")
            compared += 1
        }
        #expect(compared == 32)
    }

    @Test func `the stress grid of extreme histories is met to nine digits`() throws {
        let table = try ReferenceTable("models/bgnbd-stress-grid.csv")
        for row in table.rows {
            let model = PurchaseModel(
                kind: .bgNBD, r: try table.number("r", row), alpha: try table.number("alpha", row),
                a: try table.number("a", row), b: try table.number("b", row))
            let history = PurchaseHistory(
                repeats: try table.number("x", row), ageAtLast: try table.number("t_x", row),
                age: try table.number("T", row))
            let silence = model.probabilityOfNoPurchase(history, horizon: try table.number("H", row))
            let alive = try table.number("p_alive", row)
            let expected = try table.number("p_no_purchase", row)
            #expect(isClose(model.pAlive(history), alive, relative: 1e-9, absolute: 1e-300), "\(row)")
            #expect(isClose(silence, expected, relative: 1e-9), "\(row)")
        }
        #expect(table.rows.count == 80)
    }

    @Test func `every CDNOW customer has the reference values to their printed digits`() throws {
        let table = try ReferenceTable("models/cdnow-all-customers.csv.gz")
        var farthest = 0.0
        for row in table.rows {
            let history = PurchaseHistory(
                repeats: try table.number("x", row), ageAtLast: try table.number("t_x", row),
                age: try table.number("T", row))
            let alive = abs(weeks.pAlive(history) - (try table.number("p_alive", row)))
            let silence = abs(
                weeks.probabilityOfNoPurchase(history, horizon: 13) - (try table.number("p0_13w", row)))
            farthest = max(farthest, alive, silence)
        }
        #expect(table.rows.count == 2_357)
        // Eight decimals are printed.
        #expect(farthest <= 0.501e-8)
    }

    @Test func `the default parameters in days say what the fit in weeks says`() {
        let inWeeks = PurchaseHistory(repeats: 2, ageAtLast: 30.43, age: 38.86)
        let inDays = PurchaseHistory(repeats: 2, ageAtLast: 30.43 * 7, age: 38.86 * 7)
        #expect(isClose(PurchaseModel.defaultBGNBD.pAlive(inDays), weeks.pAlive(inWeeks), relative: 1e-5))
        let silence = PurchaseModel.defaultBGNBD.probabilityOfNoPurchase(inDays, horizon: 273)
        #expect(isClose(silence, 0.445393, relative: 1e-5))
    }

    @Test func `P(alive) under MBG is a churn score for one-time buyers too`() {
        let model = PurchaseModel.defaultMBGNBD
        let silent = PurchaseHistory(repeats: 0, ageAtLast: 0, age: 365)
        // 1 / (1 + a/b · ((α+T)/α)^r), worked out by hand.
        let odds = 0.891356 / 1.613999 * 3.2475
        #expect(isClose(model.pAlive(silent), 1 / (1 + odds), relative: 1e-4))
        #expect(PurchaseModel.defaultBGNBD.pAlive(silent) == 1)
    }
}
