import Scoring

/// How the scores of one kind of feedback are read.
struct FeedbackScale {
    private let type: FeedbackType

    init(of type: FeedbackType) { self.type = type }

    /// The top of a scale that the event does not name.
    private static let usualMaximum = number(5)
    private static let npsMaximum = number(10)

    private static func number(_ value: UInt64) -> DecimalNumber {
        var number = unsafe DecimalNumber(UnsafeRawBufferPointer(start: nil, count: 0)) ?? DecimalNumber.zero
        number.coefficient = value
        return number
    }

    func score(in record: JSONRecord) throws(Rejection) -> UInt16? { nil }
}
