import Scoring
import ShardEngine
import Telemetry

/// When a shard's channels of acquisition are counted: anew a minute after the last count was finished, a portion of
/// customers in each of the shard's steps.
package struct AcquisitionSchedule {
    private var survey: AcquisitionSurvey?
    private var finishedAt: Double?

    /// Steady-clock seconds between two counts.
    package static let pauseSeconds = 60.0
    /// Customers in a portion: well below a millisecond.
    package static let portion = 1_000

    package init() {}

    /// Counts a portion if it is time; returns whether it did, and the channels once everybody has been counted.
    package mutating func step(_ engine: borrowing ShardEngine, at now: Double) -> (
        worked: Bool, channels: [AcquisitionChannel]?
    ) {
        if survey == nil, let finishedAt, now - finishedAt < Self.pauseSeconds { return (false, nil) }
        var counting = survey ?? AcquisitionSurvey()
        guard engine.survey(&counting, atMost: Self.portion) else {
            survey = counting
            return (true, nil)
        }
        (survey, finishedAt) = (nil, now)
        return (true, counting.channels)
    }
}

extension ShardTask {
    /// Returns whether there was anything to count. Only profiles know where customers came from.
    func surveyStep() -> Bool {
        guard active.policy.profiles != nil else { return forgetSurvey() }
        let (worked, channels) = acquisition.step(engine, at: context.steady())
        if let channels {
            status.acquisition = ShardStatus.Acquisition(channels: channels, asOf: engine.clock)
            metrics.channels.set(channels.map { ChannelQuality($0, active.policy.currency) })
            publish()
        }
        return worked
    }

    private func forgetSurvey() -> Bool {
        acquisition = AcquisitionSchedule()
        guard status.acquisition != nil else { return false }
        status.acquisition = nil
        metrics.channels.set([])
        publish()
        return false
    }
}

extension ChannelQuality {
    fileprivate init(_ channel: AcquisitionChannel, _ currency: CurrencyCode) {
        self.init(
            name: String(decoding: channel.name, as: UTF8.self), customers: channel.customers, buyers: channel.buyers,
            repeatBuyers: channel.repeatBuyers, spend: channel.spend.major(of: currency))
    }
}

extension Money {
    /// As a number of major units, for what people read.
    func major(of currency: CurrencyCode) -> Double {
        Double(minorUnits) / Double((0..<currency.exponent).reduce(1) { power, _ in power * 10 })
    }
}
