import Scoring

/// The score of a feedback record in the units of `FeedbackEvent.score`, by exact decimal arithmetic.
struct FeedbackScore {
    let units: UInt16?

    /// The top of a scale that the record does not name; NPS always goes to 10.
    private static let usualMaximum: UInt64 = 5
    private static let npsMaximum: UInt64 = 10
    /// The units that stand for the top of a scale, and for one point of NPS.
    private static let fullScale: UInt64 = 10_000
    private static let npsPoint: UInt16 = 1_000

    @inline(__always) init(_ record: JSONRecord, type: FeedbackType) throws(Rejection) {
        let maximum = try Self.maximum(record, type)
        guard let value = record[.score] else {
            if type == .csat || type == .nps { throw Rejection(.missingField, .score) }
            units = nil
            return
        }
        let score = try record.number(value, .score)
        guard !score.isTruncated else { throw Rejection(.invalidValue, .score) }
        guard !score.isNegative || score.coefficient == 0 else { throw Rejection(.outOfRange, .score) }
        units = type == .nps ? try Self.npsUnits(score) : try Self.units(score, of: maximum)
    }

    private static func maximum(_ record: JSONRecord, _ type: FeedbackType) throws(Rejection) -> DecimalNumber {
        let usual = DecimalNumber(coefficient: type == .nps ? npsMaximum : usualMaximum)
        guard let value = record[.scaleMaximum] else { return usual }
        let maximum = try record.number(value, .scaleMaximum)
        guard !maximum.isTruncated else { throw Rejection(.invalidValue, .scaleMaximum) }
        guard maximum.coefficient > 0, !maximum.isNegative else { throw Rejection(.outOfRange, .scaleMaximum) }
        // 10 as it is read: one times ten.
        if type == .nps, maximum.coefficient != 1 || maximum.exponent != 1 {
            throw Rejection(.invalidValue, .scaleMaximum)
        }
        return maximum
    }

    private static func npsUnits(_ score: DecimalNumber) throws(Rejection) -> UInt16 {
        guard let (answer, isWhole) = score.magnitude(), answer <= npsMaximum else {
            throw Rejection(.outOfRange, .score)
        }
        guard isWhole else { throw Rejection(.invalidValue, .score) }
        return UInt16(answer) * npsPoint
    }

    /// `score / maximum` in hundredths of a per cent, halves rounded up.
    private static func units(_ score: DecimalNumber, of maximum: DecimalNumber) throws(Rejection) -> UInt16 {
        if score.coefficient == 0 { return 0 }
        // Both as whole numbers of one power of ten; of two that do not fit 64 bits together, one is absurd.
        let power = min(score.exponent, maximum.exponent)
        guard let whole = maximum.magnitude(shiftedBy: -power) else { throw Rejection(.invalidValue, .score) }
        guard let part = score.magnitude(shiftedBy: -power), part.value <= whole.value else {
            throw Rejection(.outOfRange, .score)
        }
        let (quotient, remainder) = whole.value.dividingFullWidth(part.value.multipliedFullWidth(by: fullScale))
        return UInt16(quotient) + (remainder >= whole.value - remainder ? 1 : 0)
    }
}
