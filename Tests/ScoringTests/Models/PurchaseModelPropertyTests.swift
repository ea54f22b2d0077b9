import Scoring
import TestSupport
import Testing

@Suite struct PurchaseModelPropertyTests {
    private func model(_ random: inout SeededRandom) -> PurchaseModel {
        PurchaseModel(
            kind: random.chance(0.5) ? .bgNBD : .mbgNBD, r: random.double(0.05...5), alpha: random.double(0.5...200),
            a: random.double(0.05...5), b: random.double(0.05...10))
    }

    private func history(_ random: inout SeededRandom) -> PurchaseHistory {
        let last = random.chance(0.3) ? 0 : random.double(0...1_500)
        let repeats = last == 0 ? 0 : Double(1 + random.below(random.chance(0.1) ? 800 : 30))
        return PurchaseHistory(repeats: repeats, ageAtLast: last, age: last + random.double(0...800))
    }

    private func aged(_ history: PurchaseHistory, by days: Double) -> PurchaseHistory {
        PurchaseHistory(repeats: history.repeats, ageAtLast: history.ageAtLast, age: history.age + days)
    }

    @Test(arguments: 0..<200) func `p0 and P(alive) are probabilities and move one way in silence`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let (model, history) = (model(&random), history(&random))
        let horizon = random.double(1...400)
        var (lastRisk, lastAlive) = (0.0, 1.0)
        for step in 0..<60 {
            let now = aged(history, by: Double(step * step))
            let risk = model.probabilityOfNoPurchase(now, horizon: horizon)
            let alive = model.pAlive(now)
            #expect((0...1).contains(risk) && (0...1).contains(alive), "seed \(seed)")
            #expect(risk >= lastRisk - 1e-15 && alive <= lastAlive + 1e-15, "seed \(seed), step \(step)")
            (lastRisk, lastAlive) = (risk, alive)
        }
    }

    @Test(arguments: 0..<200) func `the steepest rise and fall bound what is measured`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 1_000)
        let (model, history) = (model(&random), history(&random))
        let horizon = random.double(1...400)
        let rise = model.steepestRise(history, horizon: horizon)
        let fall = model.steepestFall(history)
        for _ in 0..<50 {
            // The bounds hold from now on, so they hold between any two later instants.
            let start = random.double(0...400)
            let width = random.double(0.01...20)
            let (before, after) = (aged(history, by: start), aged(history, by: start + width))
            let risen =
                model.probabilityOfNoPurchase(after, horizon: horizon)
                - model.probabilityOfNoPurchase(before, horizon: horizon)
            #expect(risen <= rise * width + 1e-12, "seed \(seed)")
            #expect(model.pAlive(before) - model.pAlive(after) <= fall * width + 1e-12, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<200) func `what is expected falls in silence, no faster than its bound`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 3_000)
        let (model, history) = (model(&random), history(&random))
        let horizon = random.double(1...400)
        let value = ValueRule(
            amounts: .cdnow, months: 1 + random.below(24), discountPerMonth: random.double(0...0.05)
        ).lifetimeValue(model)
        let bound = model.steepestFallOfExpectation(history)
        func both(_ days: Double) -> [Double] {
            let now = aged(history, by: days)
            return [model.expectedPurchases(now, horizon: horizon), value.value(now, meanAmount: 30)]
        }
        let present = both(0)
        for _ in 0..<50 {
            let start = random.double(0...400)
            let width = random.double(0.01...20)
            for ((before, after), first) in zip(zip(both(start), both(start + width)), present) {
                // Both are sums of long series.
                let slack = 1e-7 * first + 1e-12
                #expect(after <= before + slack && before - after <= first * bound * width + slack, "seed \(seed)")
            }
        }
    }

    @Test(arguments: 0..<300) func `the age reaching a risk is met to the resolution and never early`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 2_000)
        let (model, history) = (model(&random), history(&random))
        let horizon = random.double(1...400)
        let resolution = 0.25 / 86_400
        let now = model.probabilityOfNoPurchase(history, horizon: horizon)
        let threshold = now + (1 - now) * random.double(0.001...0.95)
        let limit = 36_525.0
        func risk(at age: Double) -> Double {
            model.probabilityOfNoPurchase(aged(history, by: age - history.age), horizon: horizon)
        }
        guard
            let age = model.ageReaching(threshold, history, horizon: horizon, limit: limit, resolution: resolution)
        else {
            #expect(risk(at: limit) < threshold, "seed \(seed)")
            return
        }
        #expect(age >= history.age && risk(at: age) >= threshold, "seed \(seed): early")
        // Noise of the sixteenth digit may blur a flat curve by a little more than the resolution.
        #expect(risk(at: age - 1.001 * resolution) < threshold + 1e-15, "seed \(seed): late")
    }

    @Test func `a risk that is already there is reached now`() {
        let history = PurchaseHistory(repeats: 0, ageAtLast: 0, age: 400)
        let age = PurchaseModel.defaultBGNBD.ageReaching(0.1, history, horizon: 90, limit: 36_525, resolution: 1)
        #expect(age == 400)
    }

    @Test func `nothing overflows at the ends of the number line`() {
        for model in [PurchaseModel.defaultBGNBD, .defaultMBGNBD] {
            for repeats in [0.0, 1, 1e3, 1e5] {
                for age in [0.0, 1e-9, 1e4, 1e8] {
                    let history = PurchaseHistory(repeats: repeats, ageAtLast: 0, age: age)
                    #expect(model.pAlive(history).isFinite)
                    #expect(model.probabilityOfNoPurchase(history, horizon: 1e6).isFinite)
                    #expect(model.steepestRise(history, horizon: 90).isFinite)
                }
            }
        }
    }
}
