import RealModule
import Scoring
import TestSupport
import Testing

@Suite struct ChurnModelTests {
    private let limit = 36_525.0
    private let resolution = 0.25 / 86_400

    private func model(_ random: inout SeededRandom) -> ChurnModel {
        let purchases = PurchaseModel(
            kind: random.chance(0.5) ? .bgNBD : .mbgNBD, r: random.double(0.05...5), alpha: random.double(0.5...200),
            a: random.double(0.05...5), b: random.double(0.05...10))
        let score: ChurnModel.Score
        switch random.below(4) {
        case 0: score = .p0
        case 1:
            let recency = random.double(0...1.5)
            score = .logistic(
                LogisticChurnScore(
                    intercept: random.double(-2...2), recency: recency, frequency: random.double(-1...0.5),
                    monetary: random.double(-0.5...0.2), age: random.double(-recency...0.5), ewma: random.double(-1...0)
                ))
        default:
            score = .combined(
                CombinedChurnScore(
                    p0: random.double(0...1), ewma: random.double(-1...0), constant: random.double(-2...2)))
        }
        return ChurnModel(
            purchases: purchases, horizonDays: random.double(5...300), ewmaHalfLifeDays: random.double(10...200),
            score: score)
    }

    private func evidence(_ random: inout SeededRandom) -> ChurnEvidence {
        let last = random.chance(0.3) ? 0 : random.double(0...1_500)
        let repeats = last == 0 ? 0 : Double(1 + random.below(random.chance(0.1) ? 800 : 30))
        return ChurnEvidence(
            history: PurchaseHistory(repeats: repeats, ageAtLast: last, age: last + random.double(0...800)),
            ewmaAtLast: 1 + random.double(0...(repeats * 0.8 + 0.001)), monetary: random.double(0...5_000),
            adjustment: random.chance(0.3) ? random.double(-1...1) : 0)
    }

    @Test(arguments: 0..<300) func `the risk is a probability and rises with silence`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let (model, evidence) = (model(&random), evidence(&random))
        #expect(model.risesWithSilence)
        var last = 0.0
        for step in 0..<60 {
            let risk = model.risk(evidence.aged(to: evidence.history.age + Double(step * step)))
            #expect((0...1).contains(risk) && risk >= last - 1e-14, "seed \(seed), step \(step)")
            last = risk
        }
    }

    @Test(arguments: 0..<300) func `the steepest rise bounds what is measured from now on`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 1_000)
        let (model, evidence) = (model(&random), evidence(&random))
        let rise = model.steepestRise(evidence)
        for _ in 0..<50 {
            let start = evidence.history.age + random.double(0...400)
            let width = random.double(0.01...20)
            let risen = model.risk(evidence.aged(to: start + width)) - model.risk(evidence.aged(to: start))
            #expect(risen <= rise * width + 1e-12, "seed \(seed): \(risen) over \(width) days, bound \(rise)")
        }
    }

    @Test(arguments: 0..<500)
    func `a threshold is reached to the resolution, never early and never before the safe bound`(
        seed: Int
    ) {
        var random = SeededRandom(seed: UInt64(seed) &+ 2_000)
        let (model, evidence) = (model(&random), evidence(&random))
        let now = model.risk(evidence)
        let threshold = now + (1 - now) * random.double(0.001...0.95)
        guard now < threshold else { return #expect(now > 0.999, "seed \(seed)") }
        func risk(at age: Double) -> Double { model.risk(evidence.aged(to: age)) }
        let safe = model.daysBefore(threshold, evidence)
        guard let age = model.ageReaching(threshold, evidence, limit: limit, resolution: resolution) else {
            #expect(risk(at: limit) < threshold, "seed \(seed)")
            return
        }
        #expect(risk(at: age) >= threshold, "seed \(seed): early")
        #expect(risk(at: age - 1.001 * resolution) < threshold + 1e-14, "seed \(seed): late")
        #expect(age >= evidence.history.age + safe - 2 * resolution, "seed \(seed): \(safe) days were not safe")
    }

    @Test(arguments: 0..<100) func `an instant foreseen twice is the same instant`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed) &+ 3_000)
        let (model, evidence) = (model(&random), evidence(&random))
        let now = model.risk(evidence)
        let threshold = now + (1 - now) * 0.5
        guard now < 0.99, let age = model.ageReaching(threshold, evidence, limit: limit, resolution: resolution) else {
            return #expect(now >= 0.99 || model.risk(evidence.aged(to: limit)) < threshold)
        }
        let halfway = evidence.aged(to: (evidence.history.age + age) / 2)
        let again = try #require(model.ageReaching(threshold, halfway, limit: limit, resolution: resolution))
        #expect(abs(again - age) <= 2 * resolution, "seed \(seed): \(again - age)")
    }

    @Test func `the combined score is the documented sum`() {
        let purchases = PurchaseModel.defaultBGNBD
        let history = PurchaseHistory(repeats: 2, ageAtLast: 213, age: 272)
        let model = ChurnModel(
            purchases: purchases, horizonDays: 90, score: .combined(CombinedChurnScore(constant: -0.25)))
        // Bought on days 0, 100 and 213: E as of the last.
        let atLast = 1 + Double.pow(2, -113.0 / 60) + Double.pow(2, -213.0 / 60)
        let evidence = ChurnEvidence(history: history, ewmaAtLast: atLast)
        let ewma = Double.pow(2, -59.0 / 60) + Double.pow(2, -172.0 / 60) + Double.pow(2, -272.0 / 60)
        #expect(isClose(model.purchaseEWMA(evidence), ewma, relative: 1e-14))
        let p0 = purchases.probabilityOfNoPurchase(history, horizon: 90)
        let s = 0.4 * Double.log(p0 / (1 - p0)) - 0.7 * Double.log(ewma + 0.01) - 0.25
        #expect(isClose(model.risk(evidence), 1 / (1 + Double.exp(-s)), relative: 1e-13))
        var adjusted = evidence
        adjusted.adjustment = 0.5
        #expect(isClose(model.risk(adjusted), 1 / (1 + Double.exp(-s - 0.5)), relative: 1e-13))
    }

    @Test func `the logistic score is the documented sum`() {
        let score = LogisticChurnScore(
            intercept: -1, recency: 0.5, frequency: -0.3, monetary: -0.1, age: 0.2, ewma: -0.4)
        let model = ChurnModel(purchases: .defaultBGNBD, horizonDays: 90, score: .logistic(score))
        let evidence = ChurnEvidence(
            history: PurchaseHistory(repeats: 1, ageAtLast: 40, age: 100), ewmaAtLast: 1.6, monetary: 99)
        let sum =
            -1 + 0.5 * Double.log(61) - 0.3 * Double.log(2) - 0.1 * Double.log(100) + 0.2 * Double.log(101)
            - 0.4 * Double.log(0.81)
        #expect(isClose(model.risk(evidence), 1 / (1 + Double.exp(-sum)), relative: 1e-13))
    }

    @Test func `plain p0 is the purchase model's own number`() {
        let model = ChurnModel(purchases: .defaultMBGNBD, horizonDays: 30, score: .p0)
        let evidence = ChurnEvidence(
            history: PurchaseHistory(repeats: 4, ageAtLast: 100, age: 130), ewmaAtLast: 3)
        #expect(
            model.risk(evidence) == PurchaseModel.defaultMBGNBD.probabilityOfNoPurchase(evidence.history, horizon: 30))
        #expect(
            model.ageReaching(0.9, evidence, limit: limit, resolution: resolution)
                == PurchaseModel.defaultMBGNBD.ageReaching(
                    0.9, evidence.history, horizon: 30, limit: limit, resolution: resolution))
    }

    @Test func `a score that silence could lower says so`() {
        let falling = LogisticChurnScore(intercept: 0, recency: 0.2, frequency: 0, monetary: 0, age: -0.3, ewma: 0)
        #expect(!falling.risesWithSilence)
        #expect(!CombinedChurnScore(p0: -0.1, ewma: -0.7, constant: 0).risesWithSilence)
        #expect(!CombinedChurnScore(p0: 0.4, ewma: 0.7, constant: 0).risesWithSilence)
    }

    @Test func `nothing but finite numbers comes of extreme histories`() {
        for score in [ChurnModel.Score.p0, .combined(CombinedChurnScore(constant: 0))] {
            for repeats in [0.0, 1, 1e3, 1e5] {
                for age in [0.0, 1e-9, 1e4, 1e8] {
                    let model = ChurnModel(purchases: .defaultBGNBD, horizonDays: 90, score: score)
                    let evidence = ChurnEvidence(
                        history: PurchaseHistory(repeats: repeats, ageAtLast: 0, age: age), ewmaAtLast: 1 + repeats,
                        adjustment: 0.1)
                    #expect((0...1).contains(model.risk(evidence)))
                    #expect(model.logOdds(evidence).isFinite && model.steepestRise(evidence).isFinite)
                }
            }
        }
    }

    @Test func `adjustments add up within their limit and are nothing by default`() {
        let none = ChurnAdjustment.none.logOdds(openComplaints: 3, satisfaction: 0, browseDrop: 1)
        #expect(none == 0)
        let adjustment = ChurnAdjustment(perOpenComplaint: 0.4, dissatisfaction: 0.6, browseDrop: 0.3, limit: 0.9)
        #expect(adjustment.logOdds(openComplaints: 1, satisfaction: nil, browseDrop: nil) == 0.4)
        #expect(adjustment.logOdds(openComplaints: 0, satisfaction: 25, browseDrop: nil) == 0.3)
        #expect(adjustment.logOdds(openComplaints: 0, satisfaction: 80, browseDrop: 0.5) == 0.15)
        #expect(adjustment.logOdds(openComplaints: 2, satisfaction: 0, browseDrop: 1) == 0.9)
    }
}
