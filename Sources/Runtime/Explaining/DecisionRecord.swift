import Foundation
import Scoring

/// An output record's value as a topic carries it, read back.
package enum DecisionRecord: Sendable {
    case tierChange(TierChangeRecord)
    case churnRisk(ChurnRiskRecord)
    case notice(NoticeRecord)

    /// Reads a decision's value, or a line of `tierd replay` around one.
    package init(json: some DataProtocol) throws(DecisionRecordError) {
        guard let record = try Self.read(json: json) else { throw .noDecision }
        self = record
    }

    /// Nil for a record that is meant to hold no decision: a profile, or a line of `tierd replay` around one or around a
    /// tombstone.
    package static func read(json: some DataProtocol) throws(DecisionRecordError) -> DecisionRecord? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(ReplayLine.self, from: Data(json)).record
        } catch DecodingError.keyNotFound(let key, _) {
            throw .missingField(key.stringValue)
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            throw .wrongType(context.codingPath.map(\.stringValue).joined(separator: "."))
        } catch let error as DecisionRecordError {
            throw error
        } catch {
            throw .notJSON
        }
    }

    package var customer: String {
        switch self {
        case .tierChange(let record): record.customerId
        case .churnRisk(let record): record.customerId
        case .notice(let record): record.customerId
        }
    }

    package var policy: PolicyReference {
        switch self {
        case .tierChange(let record): record.policy
        case .churnRisk(let record): record.policy
        case .notice(let record): record.policy
        }
    }

    package var effectiveAt: String {
        switch self {
        case .tierChange(let record): record.effectiveAt
        case .churnRisk(let record): record.effectiveAt
        case .notice(let record): record.effectiveAt
        }
    }

    package var cause: CauseRecord {
        switch self {
        case .tierChange(let record): record.cause
        case .churnRisk(let record): record.cause
        case .notice(let record): record.cause
        }
    }

    package var freshness: FreshnessRecord? {
        switch self {
        case .tierChange(let record): record.freshness
        case .churnRisk(let record): record.freshness
        case .notice(let record): record.freshness
        }
    }

    /// Of an envelope what is in it, else the record itself.
    private struct ReplayLine: Decodable {
        var record: DecisionRecord?

        private enum Key: String, CodingKey { case topic, value }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            guard fields.contains(.value) else {
                record = try AnyRecord(from: decoder).record
                return
            }
            let isProfile =
                try fields.decodeIfPresent(String.self, forKey: .topic) == OutputTopics.standard.customerProfiles
            // A tombstone has the value null.
            record = try isProfile ? nil : fields.decodeIfPresent(AnyRecord.self, forKey: .value)?.record
        }
    }

    /// Told by a field that only its kind has.
    private struct AnyRecord: Decodable {
        /// Nil for a profile.
        var record: DecisionRecord?

        private enum Key: String, CodingKey { case direction, probability, notice, dimensions }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            if fields.contains(.direction) {
                record = .tierChange(try TierChangeRecord(from: decoder))
            } else if fields.contains(.probability) {
                record = .churnRisk(try ChurnRiskRecord(from: decoder))
            } else if fields.contains(.notice) {
                record = .notice(try NoticeRecord(from: decoder))
            } else if !fields.contains(.dimensions) {
                throw DecisionRecordError.noDecision
            }
        }
    }
}

/// Why a record cannot be read: one sentence.
package enum DecisionRecordError: Error, Hashable, Sendable, CustomStringConvertible {
    case notJSON
    case noDecision
    case missingField(String)
    case wrongType(String)
    case unreadableTime(String)

    package var description: String {
        switch self {
        case .notJSON: "this is not one JSON object: give one record's value, as `kcat -C -c 1` prints it"
        case .noDecision:
            "this record holds no decision: expected a tier change, a churn-risk change or a tier notice, each with its fields"
        case .missingField(let name): "the record lacks the field \"\(name)\""
        case .wrongType(let path): "the record's field \"\(path)\" has a value of another type than expected"
        case .unreadableTime(let text): "the record's time \"\(text)\" is not RFC 3339"
        }
    }
}

package struct PolicyReference: Decodable, Hashable, Sendable {
    package var name: String
    package var version: Int
    package var hash: String
}

package struct CauseRecord: Decodable, Hashable, Sendable {
    package var type: String
    package var topic: String?
    package var offset: Int64?
    package var id: String?
    package var deadline: String?

    /// `order o-7 (orders, offset 12)`
    package var words: String {
        guard type == "event" else { return "silence (\(deadline ?? "deadline"))" }
        let place = [topic, offset.map { "offset \($0)" }].compactMap { $0 }.joined(separator: ", ")
        return "\(id ?? "an event") (\(place))"
    }
}

/// Nil in records that a tierd before it wrote.
package struct FreshnessRecord: Decodable, Hashable, Sendable {
    package var watermark: String
    /// Milliseconds; nil where no host's clock was asked.
    package var lagMs: Int64?

    var words: String { "as of \(watermark)" + (lagMs.map { ", \($0) ms behind" } ?? "") }
}

package struct CriterionRecord: Decodable, Hashable, Sendable {
    package var subject: String
    package var relation: String
    package var threshold: Double
    package var value: Double?
    package var met: Bool
}

package struct ProgressRecord: Decodable, Hashable, Sendable {
    package var nextTier: String
    package var fraction: Double
    package var unmet: [CriterionRecord]
}

package struct TierChangeRecord: Decodable, Sendable {
    package struct TermRecord: Decodable, Hashable, Sendable {
        package var name: String
        package var measure: String
        package var value: Double?
        package var points: Double
        package var weight: Double
    }

    package var customerId: String
    package var sequence: Int
    package var from: String?
    package var to: String
    package var direction: String
    package var reasons: [String]
    package var effectiveAt: String
    package var score: Double
    package var terms: [TermRecord]
    package var criteria: [CriterionRecord]
    package var cause: CauseRecord
    package var validUntil: String?
    package var progress: ProgressRecord?
    package var pin: PinRecord?
    package var freshness: FreshnessRecord?
    /// Nil in records that a tierd before them wrote.
    package var benefits: [String]?
    package var actions: [String]
    package var policy: PolicyReference
}

package struct PinRecord: Decodable, Hashable, Sendable {
    package var floor: String?
    package var ceiling: String?
    package var until: String?
    package var by: String
    package var reason: String?

    /// `at least silver, by anna, until 2026-12-31T23:00:00.000Z, because: a promise`
    var words: String {
        let bounds: String
        switch (floor, ceiling) {
        case (let floor?, let ceiling?): bounds = floor == ceiling ? "exactly \(floor)" : "\(floor) to \(ceiling)"
        case (let floor?, nil): bounds = "at least \(floor)"
        case (nil, let ceiling?): bounds = "at most \(ceiling)"
        case (nil, nil): bounds = "any tier"
        }
        return "\(bounds), by \(by)" + (until.map { ", until \($0)" } ?? "") + (reason.map { ", because: \($0)" } ?? "")
    }
}

package struct ChurnRiskRecord: Decodable, Sendable {
    package struct LogOddsRecord: Decodable, Hashable, Sendable {
        package var habit: Double
        package var silence: Double
        package var adjustment: Double
    }

    package struct DriversRecord: Decodable, Hashable, Sendable {
        package var daysSinceLastOrder: Double
        package var purchaseDays: Double
        package var ageDays: Double
        package var recentPurchases: Double
        package var logOdds: LogOddsRecord
    }

    package struct NextOrderRecord: Decodable, Hashable, Sendable {
        package var expectedAt: String?
        package var earliest: String?
        package var latest: String?
    }

    package struct ForecastRecord: Decodable, Hashable, Sendable {
        package var expectedOrders: Double
        package var expectedValue: Double?
        package var valueAtRisk: Double?
        package var lifetimeValue: Double?
        package var nextOrder: NextOrderRecord
    }

    package var customerId: String
    package var sequence: Int
    package var from: String?
    package var to: String
    package var effectiveAt: String
    package var probability: Double
    package var pAlive: Double
    package var horizonDays: Double
    package var model: String
    package var score: String
    package var drivers: DriversRecord
    package var forecast: ForecastRecord
    package var confidence: String
    package var cause: CauseRecord
    package var freshness: FreshnessRecord?
    package var actions: [String]
    package var policy: PolicyReference
}

package struct NoticeRecord: Decodable, Sendable {
    package var customerId: String
    package var notice: String
    package var tier: String
    package var effectiveAt: String
    package var expiresAt: String?
    package var freshness: FreshnessRecord?
    package var criteria: [CriterionRecord]
    package var cause: CauseRecord
    package var progress: ProgressRecord?
    package var actions: [String]
    package var policy: PolicyReference
}
