import Scoring
import Testing
import WireFormat

@Suite struct FeedbackScoreTests {
    private func feedback(_ changes: [String: String?]) throws -> DecodedRecord {
        try DecodedRecord(Sample.feedback(changes), as: .feedback)
    }

    @Test(
        arguments: [
            ("4", nil, 8000), ("5", nil, 10_000), ("0", nil, 0), ("-0", nil, 0), ("4.5", nil, 9000), ("7", "10", 7000),
            ("1", "3", 3333), ("2", "3", 6667), ("1", "20000", 1), ("1", "20001", 0), ("0.5", "1", 5000),
            ("90", "1e2", 9000),
            ("4.333333333333333333", "5", 8667), ("0.1", "0.3", 3333), ("3e0", "4", 7500), ("1e3", "1e3", 10_000),
            ("0.000000000000000001", "5", 0),
        ] as [(String, String?, UInt16)])
    func `a score is a part of its scale, halves rounded up`(score: String, maximum: String?, units: UInt16) throws {
        #expect(try feedback(["score": score, "scale_max": maximum]).feedback?.score == units)
    }

    @Test(arguments: 0...10) func `an NPS answer is kept whole`(answer: Int) throws {
        let changes = ["type": "\"nps\"", "score": "\(answer)", "scale_max": answer % 2 == 0 ? "10" : nil]
        #expect(try feedback(changes).feedback?.score == UInt16(answer * 1000))
    }

    @Test(
        arguments: [
            ("csat", "5.01", nil, .outOfRange, .score), ("csat", "-1", nil, .outOfRange, .score),
            ("csat", "6", "5", .outOfRange, .score), ("csat", "1e400", nil, .outOfRange, .score),
            ("csat", "4", "0", .outOfRange, .scaleMaximum), ("csat", "4", "-5", .outOfRange, .scaleMaximum),
            ("csat", "4", "\"5\"", .wrongType, .scaleMaximum), ("csat", "1e-300", nil, .invalidValue, .score),
            ("csat", "1.00000000000000000001", nil, .invalidValue, .score),
            ("nps", "11", nil, .outOfRange, .score), ("nps", "7.5", nil, .invalidValue, .score),
            ("nps", "-1", nil, .outOfRange, .score), ("nps", "7", "5", .invalidValue, .scaleMaximum),
            ("nps", "7", "100", .invalidValue, .scaleMaximum),
        ] as [(String, String, String?, Rejection.Reason, Rejection.Field)])
    func `a score outside its scale is refused`(
        type: String, score: String, maximum: String?, reason: Rejection.Reason, field: Rejection.Field
    ) throws {
        let record = try feedback(["type": "\"\(type)\"", "score": score, "scale_max": maximum])
        #expect(record.rejection == Rejection(reason, field))
    }

    @Test func `only csat and nps need a score`() throws {
        for type in FeedbackType.allCases {
            let record = try feedback(["type": "\"\(type.name)\"", "score": nil])
            let isNeeded = type == .csat || type == .nps
            #expect(record.rejection == (isNeeded ? Rejection(.missingField, .score) : nil))
            if !isNeeded { #expect(record.feedback?.score == nil) }
        }
    }

    @Test(arguments: zip(["negative", "neutral", "positive"], Sentiment.allCases))
    func `sentiments are known by name`(name: String, sentiment: Sentiment) throws {
        #expect(try feedback(["sentiment": "\"\(name)\""]).feedback?.sentiment == sentiment)
    }
}
