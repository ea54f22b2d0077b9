/// How customer profiles are drawn and how often they are published; a policy without one publishes none.
package struct ProfileRule: Hashable, Sendable {
    /// Least event time between two profiles of one customer.
    package var throttle: TimeSpan
    /// How long browsing that changed nothing else may wait until it is told.
    package var browsingDelay: TimeSpan
    /// Least event time from a profile to one that silence alone brings about: what changes sooner is told with it.
    package var silence: TimeSpan
    /// Further behind the wall clock than this, profiles wait until the shard has caught up; nil: they never wait.
    package var catchUp: TimeSpan?
    package var thresholds: DimensionThresholds
    package var rfm: RFMRule

    package static let usualSilence = TimeSpan.days(7)

    package init(
        throttle: TimeSpan = .minutes(60), browsingDelay: TimeSpan = .days(1),
        silence: TimeSpan = Self.usualSilence, catchUp: TimeSpan? = .days(1),
        thresholds: DimensionThresholds = DimensionThresholds(), rfm: RFMRule = RFMRule()
    ) {
        self.throttle = throttle
        self.browsingDelay = browsingDelay
        self.silence = silence
        self.catchUp = catchUp
        self.thresholds = thresholds
        self.rfm = rfm
    }
}

/// Where the levels of the dimensions begin. The defaults are a starting point and not a finding: no public data set says
/// where they lie for a shop.
package struct DimensionThresholds: Hashable, Sendable {
    /// Major units of the policy's currency: spend of 365 days, or the lifetime value.
    package var value = Steps(medium: 200, high: 1_000)
    /// `BrowsingEvidence.engagement`.
    package var interaction = Steps(medium: 3, high: 15)
    /// `Dimensions.loyaltyScore`, 0…1.
    package var loyalty = Steps(medium: 0.3, high: 0.6)
    /// Per cent of the answers' scales.
    package var satisfaction = Steps(medium: 60, high: 80)
    /// Purchase days in 365 days that make a frequent buyer.
    package var frequentPurchaseDays = 4.0
    /// Days without a purchase after which a buyer has lapsed.
    package var lapsedAfterDays = 180.0
    /// Days from the first purchase for which a customer is new.
    package var newForDays = 90.0
    /// A return after so many days wins a customer back, for as long as a new one is new.
    package var wonBackAfterDays = 180.0
    package var churnedAfterDays = 365.0
    /// Views of a category, faded, that are an interest although nothing of it was bought.
    package var interestViews = 5.0

    package init() {}

    /// Where two upper levels begin; below `medium` is low.
    package struct Steps: Hashable, Sendable {
        package var medium: Double
        package var high: Double

        package init(medium: Double, high: Double) {
            self.medium = medium
            self.high = high
        }

        package func grade(_ value: Double?) -> Grade {
            guard let value else { return .unknown }
            return value >= Self.least(high) ? .high : value >= Self.least(medium) ? .medium : .low
        }

        /// The least number that is as good as a threshold: numbers are compared as they are published, to four places, so
        /// that the last bit of a mean decides nothing.
        static func least(_ threshold: Double) -> Double { threshold - 0.000_05 }
    }
}

/// Four rising thresholds each: the fifths of a shop's customers, or whatever the policy fixes.
package struct RFMRule: Hashable, Sendable {
    /// Days since the latest purchase.
    package var recency: [Double]
    /// Purchase days.
    package var frequency: [Double]
    /// Major units spent in all.
    package var monetary: [Double]

    package init(
        recency: [Double] = [30, 60, 120, 240], frequency: [Double] = [1, 2, 4, 8],
        monetary: [Double] = [50, 150, 400, 1_000]
    ) {
        self.recency = recency
        self.frequency = frequency
        self.monetary = monetary
    }
}
