import Foundation
import Scoring
import TestSupport
import Testing

@Suite struct LifetimeValueTests {
    private let weeks = PurchaseModel(
        kind: .bgNBD, r: 0.24259291862175983, alpha: 4.4135320516824486, a: 0.792886196430405, b: 2.425753634092808)
    private let amounts = OrderValueModel(p: 6.248802160029512, q: 3.7445885410886137, v: 15.447749553924224)

    @Test func `the published customers have the published expected amount`() throws {
        let table = try ReferenceTable("models/cdnow-reference-customers.csv")
        for row in table.rows {
            let repeats = try table.number("x", row)
            let found = amounts.expectedAmount(purchases: repeats, meanAmount: try table.number("m", row))
            #expect(isClose(found, try table.number("gg_expected_value", row), relative: 1e-9), "\(row): \(found)")
            let history = PurchaseHistory(
                repeats: repeats, ageAtLast: try table.number("t_x", row), age: try table.number("T", row))
            let product = found * weeks.expectedPurchases(history, horizon: try table.number("horizon", row))
            #expect(isClose(product, try table.number("bg_x_gg_value", row), relative: 1e-9), "\(row): \(product)")
        }
        #expect(table.rows.count == 32)
    }

    @Test func `every CDNOW customer has the published value over twelve months`() throws {
        let customers = try ReferenceTable("models/cdnow-all-customers.csv.gz")
        let published = try ReferenceTable("models/cdnow-clv.csv.gz")
        let model = LifetimeValue(purchases: weeks, amounts: amounts, step: 4.345, steps: 12, discountPerStep: 0.01)
        var (farthest, total) = (0.0, 0.0)
        for (row, reference) in zip(customers.rows, published.rows) {
            #expect(try customers.text("customer_id", row) == published.text("customer_id", reference))
            let history = PurchaseHistory(
                repeats: try customers.number("x", row), ageAtLast: try customers.number("t_x", row),
                age: try customers.number("T", row))
            let found = model.value(history, meanAmount: try customers.number("m", row))
            farthest = max(farthest, abs(found - (try published.number("clv_12m_d0.01", reference))))
            total += found
        }
        #expect(customers.rows.count == 2_357 && published.rows.count == 2_357)
        // Six decimals are printed.
        #expect(farthest <= 0.501e-6)
        #expect(isClose(total, 71_509.8978990589, relative: 1e-9))
    }

    @Test(arguments: [1, 2, 3, 12, 15, 16, 17, 31, 32, 120], [5.0, 90])
    func `purchases of the steps and within a horizon are those of the horizons one by one`(
        steps: Int, horizon: Double
    ) {
        let model = LifetimeValue(
            purchases: .defaultBGNBD, amounts: .cdnow, step: 30.4375, steps: steps, discountPerStep: 0.01)
        for history in [
            PurchaseHistory(repeats: 0, ageAtLast: 0, age: 0), PurchaseHistory(repeats: 7, ageAtLast: 200, age: 230),
        ] {
            let found = model.purchasesIfAlive(history, within: horizon)
            var (sum, before) = (0.0, 0.0)
            for step in 1...steps {
                let until = model.purchases.expectedPurchasesIfAlive(history, horizon: Double(step) * 30.4375)
                sum += (until - before) / pow(1.01, Double(step))
                before = until
            }
            #expect(isClose(found.discounted, sum, relative: 1e-9), "\(found.discounted), not \(sum)")
            let within = model.purchases.expectedPurchasesIfAlive(history, horizon: horizon)
            #expect(isClose(found.within, within, relative: 1e-9), "\(found.within), not \(within)")
        }
    }

    @Test func `discounting lowers the value and no discount gives expected purchases times amount`() {
        let history = PurchaseHistory(repeats: 5, ageAtLast: 200, age: 240)
        var model = LifetimeValue(
            purchases: .defaultBGNBD, amounts: .cdnow, step: 30, steps: 12, discountPerStep: 0)
        let plain = model.value(history, meanAmount: 40)
        let amount = model.amounts.expectedAmount(purchases: 5, meanAmount: 40)
        let purchases = model.purchases.expectedPurchases(history, horizon: 360)
        #expect(isClose(plain, purchases * amount, relative: 1e-12))
        model.discountPerStep = 0.05
        #expect(model.value(history, meanAmount: 40) < plain)
    }

    @Test func `the value at risk is what an active customer would bring times the risk`() {
        let history = PurchaseHistory(repeats: 5, ageAtLast: 200, age: 440)
        let model = LifetimeValue(purchases: .defaultBGNBD, amounts: .cdnow, step: 30, steps: 3, discountPerStep: 0)
        let whole = model.value(history, meanAmount: 40) / model.purchases.pAlive(history)
        #expect(isClose(model.valueAtRisk(history, meanAmount: 40, risk: 0.25), whole / 4, relative: 1e-12))
    }

    @Test func `the expected amount lies between the mean of all and the customer's own`() {
        let all = OrderValueModel.cdnow.expectedAmount(purchases: 0, meanAmount: 0)
        // p·v/(q − 1), by hand.
        #expect(isClose(all, 6.249573 * 15.443518 / 2.744224, relative: 1e-12))
        var last = all
        for purchases in [1.0, 2, 5, 50] {
            let expected = OrderValueModel.cdnow.expectedAmount(purchases: purchases, meanAmount: 100)
            #expect(expected > last && expected < 100)
            last = expected
        }
    }
}
