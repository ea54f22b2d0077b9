import Runtime
import Testing

struct ScalarTests {
    @Test(arguments: [
        ("", Scalar.Kind.null), ("~", .null), ("null", .null), ("NULL", .null), ("true", .boolean(true)),
        ("False", .boolean(false)), ("0", .integer(0)), ("-12", .integer(-12)), ("+7", .integer(7)),
        ("012", .integer(12)),
        ("0x1F", .integer(31)), ("0o17", .integer(15)), ("1.5", .number(1.5)), (".5", .number(0.5)),
        ("1e3", .number(1000)),
        ("-2.5E-1", .number(-0.25)),
    ])
    func `a plain scalar means what the core schema says`(_ text: String, _ kind: Scalar.Kind) {
        #expect(Scalar(text).kind == kind)
    }

    @Test(arguments: [
        "yes", "no", "on", "off", "1_000", "12:30", "2026-03-01", "nan", ".nan", "inf", "-.inf", "1e999", "0x", "0x-1",
        "1.2.3",
        "--1", "e5", "-", "5m", "20%", "NaN", "infinity", "0b1",
    ])
    func `what only older YAML took for a value is text`(_ text: String) {
        #expect(Scalar(text).kind == .text)
    }

    @Test func `a quoted scalar is text`() {
        #expect(Scalar("12", isQuoted: true).kind == .text)
        #expect(Scalar("true", isQuoted: true).kind == .text)
        #expect(Scalar("", isQuoted: true).kind == .text)
    }

    @Test func `a whole number is an integer however it is written`() {
        #expect(Scalar("5").integer == 5)
        #expect(Scalar("5.0").integer == 5)
        #expect(Scalar("5e2").integer == 500)
        #expect(Scalar("5.5").integer == nil)
        #expect(Scalar("1e300").integer == nil)
    }

    @Test func `values are compared by meaning`() {
        #expect(Scalar("1").means(Scalar("1.0")))
        #expect(!Scalar("1").means(Scalar("1", isQuoted: true)))
        #expect(Scalar("true").means(Scalar("TRUE")))
        #expect(!Scalar("null").means(Scalar("0")))
    }
}
