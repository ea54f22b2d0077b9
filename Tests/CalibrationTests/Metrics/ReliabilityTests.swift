import Calibration
import TestSupport
import Testing

@Suite struct ReliabilityTests {
    @Test func `the Brier score is the mean square of what was missed`() {
        let reliability = Reliability([0.9, 0.2, 0.5], churned: [true, false, true])
        #expect(isClose(reliability.brier, (0.01 + 0.04 + 0.25) / 3, relative: 1e-14))
    }

    @Test func `each probability falls into its tenth, certainty into the last`() {
        let reliability = Reliability([0, 0.05, 0.1, 0.95, 1], churned: [false, true, false, true, true])
        #expect(reliability.bins.count == 10)
        #expect(reliability.bins.map(\.customers) == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2])
        #expect(reliability.bins[0].predicted == 0.025 && reliability.bins[0].observed == 0.5)
        #expect(reliability.bins[9].observed == 1 && reliability.bins[4].predicted == nil)
        // (2·0.475 + 1·0.1 + 2·0.025) / 5
        #expect(isClose(reliability.error, 0.22, relative: 1e-12))
    }
}
