import Scoring

/// Writing JSON: no `String` for a field, no locale, no Foundation.
extension ByteWriter {
    mutating func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(digits: value.magnitude, minimum: 1)
    }

    /// The decimal digits of `value`, with leading zeros up to `minimum`.
    mutating func append(digits value: UInt64, minimum: Int) {
        if value < 10, minimum <= 1 { return append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)) }
        var length = 1
        var rest = value / 10
        while rest > 0 {
            length += 1
            rest /= 10
        }
        length = max(length, minimum)
        guard let place = unsafe take(length) else { return }
        rest = value
        for index in stride(from: length - 1, through: 0, by: -1) {
            unsafe place[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    /// Up to here a number times ten thousand is exact enough to round.
    private static var largestRounded: Double { 1e11 }

    /// A number to four places, half away from zero, without a point if it is whole then; null where JSON has no number
    /// for it.
    mutating func append(rounded number: Double) {
        guard number.magnitude < Self.largestRounded else { return append(number: number) }
        let scaled = number.magnitude * 10_000
        // Not `rounded()`, a call into the C library on the processors that the build must run on.
        let whole = UInt64(scaled)
        let value = scaled - Double(whole) < 0.5 ? whole : whole + 1
        if number < 0, value > 0 { append(UInt8(ascii: "-")) }
        append(digits: value / 10_000, minimum: 1)
        let places = UInt32(truncatingIfNeeded: value % 10_000)
        guard places > 0, let place = unsafe take(5) else { return }
        let (high, low) = (places / 100, places % 100)
        unsafe place[0] = UInt8(ascii: ".")
        unsafe place[1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: high / 10)
        unsafe place[2] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: high % 10)
        unsafe place[3] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: low / 10)
        unsafe place[4] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: low % 10)
    }

    /// ASCII that needs no escapes, in quotes.
    mutating func append(quoted text: String) {
        append(UInt8(ascii: "\""))
        write(text)
        append(UInt8(ascii: "\""))
    }

    /// Up to here every whole number is a `Double` of its own, and is printed without an exponent.
    private static var largestWhole: Double { 0x1p53 }

    /// The shortest digits that read back as `number`; null where JSON has no number for it.
    mutating func append(number: Double) {
        guard number.isFinite else { return append(literal: "null") }
        if number.magnitude < Self.largestWhole, number == number.rounded(.towardZero) {
            // −0, a weight times nothing, turns into 0 here.
            append(decimal: Int64(number))
            append(literal: ".0")
        } else {
            number.write(to: &self)
        }
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

    /// A quoted string. The text must be UTF-8; everything but quotes, backslashes and control characters passes through.
    mutating func append(jsonString span: TextSpan, of text: ContiguousArray<UInt8>) {
        unsafe text.withUnsafeBytes { unsafe append(jsonString: UnsafeRawBufferPointer(rebasing: $0[span.range])) }
    }

    mutating func append(jsonString text: String) {
        var text = text
        text.withUTF8 { unsafe append(jsonString: UnsafeRawBufferPointer($0)) }
    }

    private mutating func append(jsonString text: UnsafeRawBufferPointer) {
        append(UInt8(ascii: "\""))
        if unsafe Self.needsEscapes(text) {
            for index in 0..<text.count { append(escaping: unsafe text[index]) }
        } else {
            unsafe append(text)
        }
        append(UInt8(ascii: "\""))
    }

    @inline(__always) private static func needsEscapes(_ text: UnsafeRawBufferPointer) -> Bool {
        var found = false
        for index in 0..<text.count {
            let byte = unsafe text[index]
            found = found || byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
        }
        return found
    }

    private mutating func append(escaping byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            append(UInt8(ascii: "\\"))
            append(byte)
        case 0x08: append(literal: "\\b")
        case 0x09: append(literal: "\\t")
        case 0x0A: append(literal: "\\n")
        case 0x0C: append(literal: "\\f")
        case 0x0D: append(literal: "\\r")
        case 0..<0x20:
            append(literal: "\\u00")
            append(hexDigit: byte >> 4)
            append(hexDigit: byte & 15)
        default: append(byte)
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
            append(jsonString: text)
        }
        append(UInt8(ascii: "]"))
    }

    /// `2026-03-01T10:05:09.250Z`, without quotes.
    mutating func append(time: EventTime) {
        let day = RFC3339.dayAndMilliseconds(of: time.milliseconds)
        let date = RFC3339.date(ofDay: day.day)
        let seconds = day.milliseconds / 1000
        append(digits: UInt64(max(date.year, 0)), minimum: 4)
        append(UInt8(ascii: "-"), date.month)
        append(UInt8(ascii: "-"), date.day)
        append(UInt8(ascii: "T"), seconds / 3600)
        append(UInt8(ascii: ":"), seconds / 60 % 60)
        append(UInt8(ascii: ":"), seconds % 60)
        append(UInt8(ascii: "."))
        append(digits: UInt64(day.milliseconds % 1000), minimum: 3)
        append(UInt8(ascii: "Z"))
    }

    @inline(__always) private mutating func append(_ separator: UInt8, _ twoDigits: Int) {
        guard let place = unsafe take(3) else { return }
        unsafe place[0] = separator
        unsafe place[1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: twoDigits / 10)
        unsafe place[2] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: twoDigits % 10)
    }
}
