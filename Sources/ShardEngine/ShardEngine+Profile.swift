import Scoring

/// Draws a customer's profile: one pass over each history, then the portrait. For what is published or looked up, not for
/// every event. Nothing but `outputs` changes: `mutating` has the engine passed as it lies instead of as a copy.
extension ShardEngine {
    /// Appends the profile with its names and lists to `outputs`, and returns its place there. A profile is large: it is filled
    /// in where it stays.
    mutating func drawProfile(
        _ record: CustomerStore.Record, at time: EventTime, score: Double, _ cause: Cause,
        into outputs: inout OutputBuffer
    ) -> Int {
        let place = outputs.profiles.count
        outputs.profiles.append(
            Profile(
                cause: cause, effectiveAt: time, tier: Int(record.pointee.tier),
                tierSince: EventTime(milliseconds: record.pointee.tierSince),
                validUntil: Self.instant(CustomerRecord.termEnd(record.pointee.validUntil)), score: score,
                churn: profileChurn(record, at: time)))
        outputs.profiles[place].points = rules.pointsMeasure.map { evaluator.values[$0] }
        gather(&outputs.profiles[place].evidence, record, at: time)
        if let portrait = store.portrait(ifAnyOf: record) {
            if portrait.acquisition != NameTable.none {
                outputs.profiles[place].acquisitionChannel = names.append(portrait.acquisition, to: &outputs)
            }
            list(portrait, profile: place, into: &outputs)
        }
        if record.pointee.annexBytes > 0 || !rules.tags.isEmpty {
            tell(store.decodedAnnex(of: record), &outputs, profile: place)
        }
        return place
    }

    /// What commands and the policy's rules say of the customer; the evaluator stands as of the profile's instant. An attribute of that name says the channel of acquisition better than events.
    private mutating func tell(_ annex: CustomerAnnex, _ outputs: inout OutputBuffer, profile place: Int) {
        let (firstAttribute, firstTag) = (outputs.attributes.count, outputs.tags.count)
        for attribute in annex.attributes {
            let name = outputs.append(text: attribute.name)
            switch attribute.kind {
            case .text:
                let value = outputs.append(text: attribute.value)
                outputs.attributes.append(ProfileAttribute(name: name, .text(value)))
                if attribute.name.elementsEqual("acquisition_channel".utf8) {
                    outputs.profiles[place].acquisitionChannel = value
                }
            case .number:
                outputs.attributes.append(
                    ProfileAttribute(name: name, .number(outputs.append(text: attribute.value))))
            case .flag: outputs.attributes.append(ProfileAttribute(name: name, .flag(attribute.value.first == 1)))
            }
        }
        for tag in tags(annex) { outputs.tags.append(outputs.append(text: tag)) }
        outputs.profiles[place].attributes = EvidenceSpan(firstAttribute..<outputs.attributes.count)
        outputs.profiles[place].tags = EvidenceSpan(firstTag..<outputs.tags.count)
    }

    /// Those that commands set and those that rules give, each once, sorted by their bytes. The evaluator stands as of the
    /// instant that they are asked for.
    func tags(_ annex: CustomerAnnex) -> [[UInt8]] {
        let given = rules.tags.held(evaluator.readings).filter { !annex.tags.contains($0) }
        return (annex.tags + given).sorted { $0.lexicographicallyPrecedes($1) }
    }

    mutating func profileChurn(_ record: CustomerStore.Record, at time: EventTime) -> Profile.Churn? {
        guard record.pointee.churnLevel != CustomerRecord.noChurnLevel else { return nil }
        let days = store.purchaseDays(of: record, rules)
        guard let evidence = churnEvidence(days, record, at: time) else { return nil }
        return Profile.Churn(
            level: Int(record.pointee.churnLevel), risk: rules.policy.churn.scoring.risk(evidence), evidence: evidence,
            meanAmount: days.meanRepeatAmount / rules.minorPerMajor)
    }

    mutating func evidence(_ record: CustomerStore.Record, at time: EventTime) -> ProfileEvidence {
        var evidence = ProfileEvidence(tenureDays: 0)
        gather(&evidence, record, at: time)
        return evidence
    }

    /// Fills in what is known as of `time`; nothing is known yet.
    private mutating func gather(_ evidence: inout ProfileEvidence, _ record: CustomerStore.Record, at time: EventTime)
    {
        let seen = Int64(record.pointee.firstSeen) * 1000
        evidence.tenureDays = max((time - EventTime(milliseconds: seen)).days, 0)
        let today = rules.policy.calendar.day(of: time)
        var purchases = PurchaseTally(today, rules.policy.calendar)
        purchases.add(store.folded(of: record), rules.policy.calendar)
        purchases.add(store.orders(of: record), upTo: .never, rules.policy.calendar)
        evidence.purchases = purchases.evidence(at: time, minorPerMajor: rules.minorPerMajor)
        if record.pointee.browseBytes > 0 {
            evidence.browsing = BrowsingEvidence(store.browse(of: record), on: today.value, rules.browseFading)
        }
        let kept = (today + (1 - rules.policy.history.feedbackDays)).value
        evidence.feedback = FeedbackEvidence(
            store.feedback(of: record), on: today.value, keptSince: kept, rules.feedbackFading)
        store.portrait(ifAnyOf: record)?.read(into: &evidence, minorPerMajor: rules.minorPerMajor)
    }
}

/// Of each list, how many are told.
private let longestPreferences = 5

extension ShardEngine {
    private mutating func list(_ portrait: Portrait, profile place: Int, into outputs: inout OutputBuffer) {
        let start = outputs.preferences.count
        list(portrait, .categories, limit: longestPreferences, into: &outputs) { _ in true }
        let categories = outputs.preferences.count
        list(portrait, .channels, limit: Portrait.longestList, into: &outputs) { _ in true }
        let channels = outputs.preferences.count
        let least = rules.dimensions.interestViews * Double(PreferenceWeight.view)
        list(portrait, .categories, limit: longestPreferences, into: &outputs) {
            $0.answered == 0 && Double($0.weight) >= least
        }
        outputs.profiles[place].categories = EvidenceSpan(start..<categories)
        outputs.profiles[place].channels = EvidenceSpan(categories..<channels)
        outputs.profiles[place].interests = EvidenceSpan(channels..<outputs.preferences.count)
    }

    /// The heaviest entries first, of equals the one whose name came first; shares are those within their kind.
    private mutating func list(
        _ portrait: Portrait, _ list: Portrait.List, limit: Int, into outputs: inout OutputBuffer,
        where isWanted: (Portrait.Entry) -> Bool
    ) {
        let (count, start) = (portrait.count(list), portrait.offset(of: list))
        var sums: (UInt32, UInt32, UInt32) = (0, 0, 0)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Portrait.longestList) { ranks in
            var ranked = 0
            for index in 0..<count {
                let entry = portrait.entry(at: start + index * Portrait.entryBytes)
                switch list == .categories ? 0 : entry.name >> 14 {
                case 0: sums.0 += UInt32(entry.weight)
                case 1: sums.1 += UInt32(entry.weight)
                default: sums.2 += UInt32(entry.weight)
                }
                guard entry.weight > 0, isWanted(entry) else { continue }
                // Its weight, then how early its name came; and where it is.
                let rank = UInt64(entry.weight) << 32 | UInt64(~entry.name) << 16 | UInt64(index)
                var place = ranked
                while place > 0, ranks[place - 1] < rank {
                    ranks[place] = ranks[place - 1]
                    place -= 1
                }
                ranks[place] = rank
                ranked += 1
            }
            for place in 0..<min(limit, ranked) {
                let index = Int(ranks[place] & 0xffff)
                append(portrait.entry(at: start + index * Portrait.entryBytes), list, sums, to: &outputs)
            }
        }
    }

    private mutating func append(
        _ entry: Portrait.Entry, _ list: Portrait.List, _ sums: (UInt32, UInt32, UInt32), to outputs: inout OutputBuffer
    ) {
        let (kind, sum): (Preference.Kind, UInt32) =
            switch (list, entry.name >> 14) {
            case (.categories, _): (.category, sums.0)
            case (.channels, 0): (.sales, sums.0)
            case (.channels, 1): (.marketing, sums.1)
            case (.channels, _): (.service, sums.2)
            }
        let name = names.append(list == .categories ? entry.name : entry.name & 0x3fff, to: &outputs)
        outputs.preferences.append(
            Preference(
                name: name, kind: kind, share: Double(entry.weight) / Double(sum),
                answered: Double(entry.answered) / Double(entry.weight)))
    }
}

extension Portrait {
    /// The numbers of the portrait; the lists' names are not among them.
    func read(into evidence: inout ProfileEvidence, minorPerMajor: Double) {
        if has(.orders) { readHabits(at: offset(of: .orders), &evidence.habits) }
        if has(.costs) {
            let offset = offset(of: .costs)
            let (total, cost) = (load(offset, as: Int64.self), load(offset + 8, as: Int64.self))
            evidence.habits.contribution = Double(total &- cost) / minorPerMajor
            if total > 0 { evidence.habits.margin = 1 - Double(cost) / Double(total) }
        }
        if has(.referrals) {
            let offset = offset(of: .referrals)
            evidence.referrals.made = Double(load(offset, as: UInt16.self))
            evidence.referrals.converted = Double(load(offset + 2, as: UInt16.self))
        }
        readConcentration(&evidence.preferences)
    }

    private func readHabits(at offset: Int, _ habits: inout ShoppingHabits) {
        func count(_ place: Int) -> Double { Double(load(offset + place, as: UInt16.self)) }
        (habits.orders, habits.discounted, habits.flash, habits.considered) = (count(0), count(2), count(4), count(6))
        habits.decisionHours = Double(load(offset + 8, as: UInt32.self)) / 60
        (habits.views, habits.compared, habits.units) = (count(12), count(14), count(16))
    }

    private func readConcentration(_ preferences: inout PreferenceEvidence) {
        var (sum, squares, most): (UInt64, UInt64, UInt16) = (0, 0, 0)
        for index in 0..<count(.categories) {
            let entry = entry(index, of: .categories)
            sum += UInt64(entry.weight)
            squares += UInt64(entry.weight) * UInt64(entry.weight)
            most = max(most, entry.weight)
            if entry.answered > 0 { preferences.categoriesBought += 1 }
        }
        guard sum > 0 else { return }
        preferences.concentration = Double(squares) / (Double(sum) * Double(sum))
        preferences.topShare = Double(most) / Double(sum)
    }
}

extension OutputBuffer {
    fileprivate mutating func append(text bytes: [UInt8]) -> TextSpan {
        bytes.withUnsafeBytes { append(text: $0) }
    }
}
