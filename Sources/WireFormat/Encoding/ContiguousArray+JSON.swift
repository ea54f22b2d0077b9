import Scoring

/// Writing JSON straight into bytes: no `String` for a field, no locale, no Foundation.
extension ContiguousArray<UInt8> {
    mutating func append(literal: StaticString) {
        unsafe append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    mutating func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(digits: value.magnitude, minimum: 1)
    }

    /// The decimal digits of `value`, with leading zeros up to `minimum`.
    mutating func append(digits value: UInt64, minimum: Int) {
        let start = count
        var rest = value
        while rest > 0 || count - start < minimum {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        self[start...].reverse()
    }

    /// The shortest digits that read back as `number`; null where JSON has no number for it.
    mutating func append(number: Double) {
        guard number.isFinite else { return append(literal: "null") }
        // Adding zero turns −0, a weight times nothing, into 0.
        append(contentsOf: (number + 0).description.utf8)
    }

    /// `value` · 10^−`places`, exactly, with all the places: 2933 and 2 give 29.33.
    mutating func append(fixed value: Int64, places: Int) {
        var unit: UInt64 = 1
        for _ in 0..<places { unit *= 10 }
        if value < 0 { append(UInt8(ascii: "-")) }
        append(digits: value.magnitude / unit, minimum: 1)
        guard places > 0 else { return }
        append(UInt8(ascii: "."))
        append(digits: value.magnitude % unit, minimum: places)
    }

    /// A quoted string. `text` must be UTF-8; everything but quotes, backslashes and control characters passes through.
    mutating func append(jsonString text: some Sequence<UInt8>) {
        append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<0x20:
                append(escaped: byte)
            default:
                append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func append(escaped control: UInt8) {
        switch control {
        case 0x08: append(literal: "\\b")
        case 0x09: append(literal: "\\t")
        case 0x0A: append(literal: "\\n")
        case 0x0C: append(literal: "\\f")
        case 0x0D: append(literal: "\\r")
        default:
            append(literal: "\\u00")
            append(hexDigit: control >> 4)
            append(hexDigit: control & 15)
        }
    }

    private mutating func append(hexDigit value: UInt8) {
        append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
    }

    /// A list of strings.
    mutating func append(jsonStrings texts: [String]) {
        append(UInt8(ascii: "["))
        for (index, text) in texts.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            append(jsonString: text.utf8)
        }
        append(UInt8(ascii: "]"))
    }

    /// `2026-03-01T10:05:09.250Z`, without quotes.
    mutating func append(time: EventTime) {
        let day = RFC3339.dayAndMilliseconds(of: time.milliseconds)
        let date = RFC3339.date(ofDay: day.day)
        let seconds = day.milliseconds / 1000
        append(digits: UInt64(Swift.max(date.year, 0)), minimum: 4)
        append(UInt8(ascii: "-"), date.month)
        append(UInt8(ascii: "-"), date.day)
        append(UInt8(ascii: "T"), seconds / 3600)
        append(UInt8(ascii: ":"), seconds / 60 % 60)
        append(UInt8(ascii: ":"), seconds % 60)
        append(UInt8(ascii: "."))
        append(digits: UInt64(day.milliseconds % 1000), minimum: 3)
        append(UInt8(ascii: "Z"))
    }

    private mutating func append(_ separator: UInt8, _ twoDigits: Int) {
        append(separator)
        append(digits: UInt64(twoDigits), minimum: 2)
    }
}
