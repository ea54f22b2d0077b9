import Scoring

/// schemas/outputs/customer-profile.schema.json
extension OutputWriter {
    /// Returns where the effective time stands.
    func write(
        _ profile: Profile, _ forecast: ChurnForecast?, of customer: TextSpan, _ buffer: OutputBuffer,
        _ bytes: inout ByteWriter
    ) -> TextSpan {
        bytes.append(literal: "{\"customer_id\":")
        bytes.append(jsonString: customer, of: buffer.text)
        let time = writeEffectiveAt(profile.effectiveAt, &bytes)
        let tier = fragments.tiers[profile.tier]
        bytes.append(literal: ",\"tier\":{\"name\":")
        write(tier.name, &bytes)
        write(label: tier, &bytes)
        write(instant: profile.tierSince, as: ",\"since\":", &bytes)
        write(instant: profile.validUntil, as: ",\"valid_until\":", &bytes)
        write(profile.score, as: ",\"score\":", &bytes)
        bytes.append(literal: "}")
        write(profile, forecast, buffer, &bytes)
        write(told: profile, buffer, &bytes)
        bytes.append(literal: ",")
        write(profile.cause, buffer, &bytes)
        writeClosing(of: profile, buffer, &bytes)
        return time
    }

    private func write(
        _ profile: Profile, _ forecast: ChurnForecast?, _ buffer: OutputBuffer, _ bytes: inout ByteWriter
    ) {
        let dimensions = Dimensions(
            profile.evidence, pAlive: forecast?.pAlive, lifetimeValue: forecast?.lifetimeValue, profileRule.thresholds)
        write(profile.evidence.tenureDays, as: ",\"tenure_days\":", &bytes)
        bytes.append(literal: ",\"dimensions\":{")
        write(value: dimensions, profile.evidence, forecast, &bytes)
        write(purchase: dimensions, profile.evidence, &bytes)
        write(interaction: dimensions, profile.evidence.browsing, &bytes)
        write(feedback: dimensions, profile.evidence.feedback, &bytes)
        write(lifecycle: dimensions, profile.evidence.purchases, forecast, &bytes)
        write(preference: profile, buffer, &bytes)
        write(psychology: dimensions.psychology, profile.evidence, &bytes)
        write(standing: dimensions, profile.evidence, &bytes)
        bytes.append(literal: "}")
        write(RFM(profile.evidence.purchases, profileRule.rfm), &bytes)
        write(profile.churn, forecast, at: profile.effectiveAt, &bytes)
        write(profile.points, as: ",\"points\":", &bytes)
    }

    /// What commands said of the customer.
    private func write(told profile: Profile, _ buffer: OutputBuffer, _ bytes: inout ByteWriter) {
        bytes.append(literal: ",\"attributes\":{")
        for index in profile.attributes.range {
            if index > profile.attributes.range.lowerBound { bytes.append(literal: ",") }
            let attribute = buffer.attributes[index]
            bytes.append(jsonString: attribute.name, of: buffer.text)
            bytes.append(literal: ":")
            switch attribute.value {
            case .text(let text): bytes.append(jsonString: text, of: buffer.text)
            case .number(let digits): bytes.append(digits, of: buffer.text)
            case .flag(let flag): bytes.append(literal: flag ? "true" : "false")
            }
        }
        bytes.append(literal: "},\"tags\":[")
        for index in profile.tags.range {
            if index > profile.tags.range.lowerBound { bytes.append(literal: ",") }
            bytes.append(jsonString: buffer.tags[index], of: buffer.text)
        }
        bytes.append(literal: "]")
    }

    private func write(_ rfm: RFM, _ bytes: inout ByteWriter) {
        write(level: rfm.group.rawValue, as: ",\"rfm\":{\"group\":", &bytes)
        write(rfm.scores.map { Double($0.recency) }, as: ",\"recency\":", &bytes)
        write(rfm.scores.map { Double($0.frequency) }, as: ",\"frequency\":", &bytes)
        write(rfm.scores.map { Double($0.monetary) }, as: ",\"monetary\":", &bytes)
        bytes.append(literal: "}")
    }

    private func write(
        _ churn: Profile.Churn?, _ forecast: ChurnForecast?, at time: EventTime, _ bytes: inout ByteWriter
    ) {
        guard let churn, let forecast else { return bytes.append(literal: ",\"churn\":null") }
        bytes.append(literal: ",\"churn\":{\"level\":")
        write(fragments.levels[churn.level].name, &bytes)
        write(label: fragments.levels[churn.level], &bytes)
        write(churn.risk, as: ",\"probability\":", &bytes)
        write(forecast.pAlive, as: ",\"p_alive\":", &bytes)
        write(forecast.expectedOrders, as: ",\"expected_orders\":", &bytes)
        write(forecast.expectedValue, as: ",\"expected_value\":", &bytes)
        write(forecast.valueAtRisk, as: ",\"value_at_risk\":", &bytes)
        writeNextOrder(forecast, after: time, &bytes)
        let isLow = !policy.churn.isCalibrated || churn.evidence.history.repeats == 0
        bytes.append(literal: isLow ? ",\"confidence\":\"low\"}" : ",\"confidence\":\"normal\"}")
    }
}

// MARK: - Parts

extension OutputWriter {
    /// A number to four places, or null: more would be digits without meaning, and these are printed without a search.
    @inline(__always) func write(_ number: Double?, as key: StaticString, _ bytes: inout ByteWriter) {
        bytes.append(literal: key)
        if let number { bytes.append(rounded: number) } else { bytes.append(literal: "null") }
    }

    /// `,"label":{…}`, as the changes of the tier or level carry it; nothing where the policy has none.
    @inline(__always) private func write(label rung: PolicyFragments.Rung, _ bytes: inout ByteWriter) {
        guard rung.toLabel.length > 0 else { return }
        let key: StaticString = ",\"to_label\":"
        let (start, end) = (rung.toLabel.range.lowerBound + key.utf8CodeUnitCount, rung.toLabel.range.upperBound)
        bytes.append(literal: ",\"label\":")
        write(TextSpan(offset: start, length: end - start), &bytes)
    }

    @inline(__always) func write(level: String, as key: StaticString, _ bytes: inout ByteWriter) {
        bytes.append(literal: key)
        bytes.append(quoted: level)
    }

    private func write(
        value dimensions: Dimensions, _ evidence: ProfileEvidence, _ forecast: ChurnForecast?, _ bytes: inout ByteWriter
    ) {
        let purchases = evidence.purchases
        write(level: dimensions.value.rawValue, as: "\"value\":{\"level\":", &bytes)
        write(purchases?.spend, as: ",\"spend\":", &bytes)
        write(purchases?.spendInYear, as: ",\"spend_365d\":", &bytes)
        write(purchases?.orders, as: ",\"orders\":", &bytes)
        write(purchases?.ordersInYear, as: ",\"orders_365d\":", &bytes)
        write(purchases?.averageOrderValue, as: ",\"average_order_value\":", &bytes)
        write(evidence.habits.contribution, as: ",\"contribution\":", &bytes)
        write(evidence.habits.margin, as: ",\"margin\":", &bytes)
        write(forecast?.lifetimeValue, as: ",\"lifetime_value\":", &bytes)
    }

    private func write(purchase dimensions: Dimensions, _ evidence: ProfileEvidence, _ bytes: inout ByteWriter) {
        let purchases = evidence.purchases
        write(level: dimensions.purchase.rawValue, as: "},\"purchase\":{\"level\":", &bytes)
        write(purchases?.purchaseDays, as: ",\"purchase_days\":", &bytes)
        write(purchases?.purchaseDaysInYear, as: ",\"purchase_days_365d\":", &bytes)
        write(purchases?.daysSinceLast, as: ",\"days_since_last_order\":", &bytes)
        write(purchases?.meanGap, as: ",\"mean_gap_days\":", &bytes)
        write(purchases?.gapDeviation, as: ",\"gap_deviation_days\":", &bytes)
        write(purchases?.regularity, as: ",\"regularity\":", &bytes)
        write(evidence.habits.unitsPerOrder, as: ",\"units_per_order\":", &bytes)
    }

    private func write(interaction dimensions: Dimensions, _ browsing: BrowsingEvidence?, _ bytes: inout ByteWriter) {
        write(level: dimensions.interaction.rawValue, as: "},\"interaction\":{\"level\":", &bytes)
        write(browsing?.engagement, as: ",\"engagement\":", &bytes)
        write(browsing?.visits, as: ",\"visits_30d\":", &bytes)
        write(browsing?.views, as: ",\"views_30d\":", &bytes)
        write(browsing?.searches, as: ",\"searches_30d\":", &bytes)
        write(browsing?.clicks, as: ",\"clicks_30d\":", &bytes)
        write(browsing?.carts, as: ",\"carts_30d\":", &bytes)
        write(browsing?.dwellSeconds, as: ",\"dwell_seconds_30d\":", &bytes)
    }

    private func write(feedback dimensions: Dimensions, _ feedback: FeedbackEvidence?, _ bytes: inout ByteWriter) {
        write(level: dimensions.feedback.rawValue, as: "},\"feedback\":{\"level\":", &bytes)
        write(feedback?.positive, as: ",\"positive\":", &bytes)
        write(feedback?.neutral, as: ",\"neutral\":", &bytes)
        write(feedback?.negative, as: ",\"negative\":", &bytes)
        write(feedback?.reviews, as: ",\"reviews\":", &bytes)
        write(feedback?.complaints, as: ",\"complaints\":", &bytes)
        write(feedback?.complaintsOpen, as: ",\"complaints_open\":", &bytes)
    }

    private func write(
        lifecycle dimensions: Dimensions, _ purchases: PurchaseEvidence?, _ forecast: ChurnForecast?,
        _ bytes: inout ByteWriter
    ) {
        write(level: dimensions.lifecycle.rawValue, as: "},\"lifecycle\":{\"level\":", &bytes)
        write(purchases?.daysSinceFirst, as: ",\"days_since_first_order\":", &bytes)
        write(purchases?.recentSpend, as: ",\"spend_90d\":", &bytes)
        write(purchases?.earlierSpend, as: ",\"spend_90d_before\":", &bytes)
        write(forecast?.pAlive, as: ",\"p_alive\":", &bytes)
    }

    private func write(psychology: ShoppingPsychology, _ evidence: ProfileEvidence, _ bytes: inout ByteWriter) {
        let habits = evidence.habits
        let isKnown = psychology.style != .unknown
        write(level: psychology.style.rawValue, as: "},\"psychology\":{\"level\":", &bytes)
        write(psychology.confidence, as: ",\"confidence\":", &bytes)
        write(isKnown ? psychology.rational : nil, as: ",\"rational\":", &bytes)
        write(isKnown ? psychology.emotional : nil, as: ",\"emotional\":", &bytes)
        write(isKnown ? psychology.impulsive : nil, as: ",\"impulsive\":", &bytes)
        write(habits.discountedShare, as: ",\"discounted_share\":", &bytes)
        write(habits.flashShare, as: ",\"flash_share\":", &bytes)
        write(habits.viewsPerOrder, as: ",\"views_per_order\":", &bytes)
        write(habits.comparedPerOrder, as: ",\"compared_per_order\":", &bytes)
        write(habits.hoursPerOrder, as: ",\"hours_to_order\":", &bytes)
        write(evidence.preferences.concentration, as: ",\"concentration\":", &bytes)
    }

    /// Loyalty, satisfaction and recommendation: a level and a few numbers each.
    private func write(standing dimensions: Dimensions, _ evidence: ProfileEvidence, _ bytes: inout ByteWriter) {
        write(level: dimensions.loyalty.rawValue, as: "},\"loyalty\":{\"level\":", &bytes)
        write(dimensions.loyaltyScore, as: ",\"score\":", &bytes)
        write(dimensions.loyaltyParts?.repeats, as: ",\"repeats\":", &bytes)
        write(dimensions.loyaltyParts?.tenure, as: ",\"tenure\":", &bytes)
        write(dimensions.loyaltyParts?.cadence, as: ",\"cadence\":", &bytes)
        write(dimensions.loyaltyParts?.breadth, as: ",\"breadth\":", &bytes)
        write(level: dimensions.satisfaction.rawValue, as: "},\"satisfaction\":{\"level\":", &bytes)
        write(evidence.feedback?.satisfaction, as: ",\"percent\":", &bytes)
        write(level: dimensions.recommendation.rawValue, as: "},\"recommendation\":{\"level\":", &bytes)
        write(evidence.feedback?.latestNPS, as: ",\"latest_nps\":", &bytes)
        write(evidence.referrals.made, as: ",\"referrals\":", &bytes)
        write(evidence.referrals.converted, as: ",\"referrals_converted\":", &bytes)
        bytes.append(literal: "}")
    }

    private func write(preference profile: Profile, _ buffer: OutputBuffer, _ bytes: inout ByteWriter) {
        let isKnown = !(profile.categories.range.isEmpty && profile.channels.range.isEmpty)
        write(level: isKnown ? "known" : "unknown", as: "},\"preference\":{\"level\":", &bytes)
        bytes.append(literal: ",\"categories\":[")
        for index in profile.categories.range {
            write(buffer.preferences[index], isFirst: index == profile.categories.range.lowerBound, buffer, &bytes)
        }
        bytes.append(literal: "],\"channels\":[")
        for index in profile.channels.range {
            write(buffer.preferences[index], isFirst: index == profile.channels.range.lowerBound, buffer, &bytes)
        }
        bytes.append(literal: "],\"interest_without_purchase\":[")
        for index in profile.interests.range {
            if index > profile.interests.range.lowerBound { bytes.append(literal: ",") }
            bytes.append(jsonString: buffer.preferences[index].name, of: buffer.text)
        }
        bytes.append(literal: "],\"acquisition_channel\":")
        if let channel = profile.acquisitionChannel {
            bytes.append(jsonString: channel, of: buffer.text)
        } else {
            bytes.append(literal: "null")
        }
    }

    private func write(
        _ preference: Preference, isFirst: Bool, _ buffer: OutputBuffer, _ bytes: inout ByteWriter
    ) {
        bytes.append(literal: isFirst ? "{\"name\":" : ",{\"name\":")
        bytes.append(jsonString: preference.name, of: buffer.text)
        switch preference.kind {
        case .category: break
        case .sales, .marketing, .service: write(level: preference.kind.rawValue, as: ",\"kind\":", &bytes)
        }
        write(preference.share, as: ",\"share\":", &bytes)
        switch preference.kind {
        case .category: write(preference.answered, as: ",\"bought\":", &bytes)
        case .marketing: write(preference.answered, as: ",\"answered\":", &bytes)
        case .sales, .service: break
        }
        bytes.append(literal: "}")
    }
}
