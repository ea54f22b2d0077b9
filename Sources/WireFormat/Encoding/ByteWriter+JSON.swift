import Scoring

/// Writing JSON: no `String` for a field, no locale, no Foundation.
extension ByteWriter {
    mutating func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(digits: value.magnitude, minimum: 1)
    }

    /// The decimal digits of `value`, with leading zeros up to `minimum`.
    mutating func append(digits value: UInt64, minimum: Int) {
        let length = max(Self.digits(of: value), minimum)
        guard let place = unsafe take(length) else { return }
        var (rest, index) = (value, length)
        while index >= 2 {
            index -= 2
            unsafe Self.put(UInt32(truncatingIfNeeded: rest % 100), at: place + index)
            rest /= 100
        }
        if index == 1 { unsafe place[0] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10) }
    }

    /// How many decimal digits a number has.
    @inline(__always) private static func digits(of value: UInt64) -> Int {
        if value < 10 { return 1 }
        if value < 100 { return 2 }
        if value < 1_000 { return 3 }
        var (length, rest) = (4, value / 10_000)
        while rest > 0 {
            length += 1
            rest /= 10
        }
        return length
    }

    /// Up to here a number times ten thousand is exact enough to round.
    private static var largestRounded: Double { 1e11 }

    /// A number to four places, half away from zero, without a point if it is whole then; null where JSON has no number
    /// for it.
    mutating func append(rounded number: Double) {
        guard number.magnitude < Self.largestQuick, let place = unsafe room(10) else {
            return append(roundedLarge: number)
        }
        let value = Self.quickTenThousandths(number)
        // No branch between one length and another: they come in no order, and each wrong guess costs more than both ways.
        let (whole, places) = value.quotientAndRemainder(dividingBy: 10_000)
        let sign = number < 0 && value > 0 ? 1 : 0
        let length = 1 + (whole >= 10 ? 1 : 0) + (whole >= 100 ? 1 : 0) + (whole >= 1_000 ? 1 : 0)
        unsafe place.storeBytes(of: UInt8(ascii: "-"), as: UInt8.self)
        let digits = Self.digits(whole, places)
        let significant = UInt32(truncatingIfNeeded: digits) >> UInt32(32 - 8 * length)
        unsafe place.storeBytes(of: significant.littleEndian, toByteOffset: sign, as: UInt32.self)
        unsafe place.storeBytes(of: UInt8(ascii: "."), toByteOffset: sign + length, as: UInt8.self)
        let behind = UInt32(truncatingIfNeeded: digits >> 32)
        unsafe place.storeBytes(of: behind.littleEndian, toByteOffset: sign + length + 1, as: UInt32.self)
        advance(by: sign + length + (places > 0 ? 5 : 0))
    }

    /// Up to here a number has at most four digits before the point.
    private static var largestQuick: Double { 9_999 }

    /// Rounded. Not by `rounded()`, a call into the C library on the processors that the build must run on.
    @inline(__always) private static func tenThousandths(_ number: Double) -> Int64 {
        let scaled = number.magnitude * 10_000
        let whole = Int64(scaled)
        return whole + (scaled - Double(whole) < 0.5 ? 0 : 1)
    }

    /// The same of a magnitude below `largestQuick`, in a few steps that nothing waits for.
    @inline(__always) private static func quickTenThousandths(_ number: Double) -> UInt32 {
        let scaled = number.magnitude * 10_000
        // So large a number has no places left: the sum is rounded, half to even, and ends in the whole number's bits.
        let sum = scaled + 0x1p52
        let isHalfBehind = scaled - (sum - 0x1p52) == 0.5
        return UInt32(truncatingIfNeeded: sum.bitPattern) + (isHalfBehind ? 1 : 0)
    }

    /// The four digits of each of two numbers less than 10,000, leading zeros too, the first in the lowest byte; those of
    /// `second` are the upper half.
    @inline(__always) private static func digits(_ first: UInt32, _ second: UInt32) -> UInt64 {
        // All are divided at once: 10486/2^20 is near enough to a hundredth for less than 10,000, 103/1024 to a tenth for less
        // than 179.
        let both = UInt64(first) | UInt64(second) << 32
        let hundreds = ((both &* 10_486) >> 20) & 0x0000_007f_0000_007f
        let pairs = hundreds | ((both &- hundreds &* 100) << 16)
        let tens = ((pairs &* 103) >> 10) & 0x000f_000f_000f_000f
        return tens | ((pairs &- tens &* 10) << 8) | 0x3030_3030_3030_3030
    }

    private mutating func append(roundedLarge number: Double) {
        guard number.magnitude < Self.largestRounded else { return append(number: number) }
        let value = UInt64(bitPattern: Self.tenThousandths(number))
        if number < 0, value > 0 { append(UInt8(ascii: "-")) }
        append(digits: value / 10_000, minimum: 1)
        let places = UInt32(truncatingIfNeeded: value % 10_000)
        guard places > 0, let place = unsafe take(5) else { return }
        unsafe place[0] = UInt8(ascii: ".")
        unsafe Self.put(places / 100, at: place + 1)
        unsafe Self.put(places % 100, at: place + 3)
    }

    /// Two digits.
    @unsafe @inline(__always) private static func put(_ value: UInt32, at place: UnsafeMutablePointer<UInt8>) {
        let tens = value / 10
        unsafe place[0] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: tens)
        unsafe place[1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value - tens * 10)
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
        var found: UInt8 = 0
        for index in 0..<text.count {
            let byte = unsafe text[index]
            // Without a branch: several bytes at a time.
            found |= byte < 0x20 ? 1 : 0
            found |= byte == UInt8(ascii: "\"") ? 1 : 0
            found |= byte == UInt8(ascii: "\\") ? 1 : 0
        }
        return found != 0
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
        let (seconds, year) = (UInt32(day.milliseconds / 1000), UInt64(max(date.year, 0)))
        if year > 9_999 { append(digits: year / 10_000, minimum: 1) }
        guard let place = unsafe take(24) else { return }
        let (century, inCentury) = (UInt32(year / 100 % 100), UInt32(year % 100))
        unsafe Self.put(century, at: place)
        unsafe Self.put(inCentury, at: place + 2)
        unsafe place[4] = UInt8(ascii: "-")
        unsafe Self.put(UInt32(date.month), at: place + 5)
        unsafe place[7] = UInt8(ascii: "-")
        unsafe Self.put(UInt32(date.day), at: place + 8)
        unsafe place[10] = UInt8(ascii: "T")
        unsafe Self.put(seconds / 3600, at: place + 11)
        unsafe place[13] = UInt8(ascii: ":")
        unsafe Self.put(seconds / 60 % 60, at: place + 14)
        unsafe place[16] = UInt8(ascii: ":")
        unsafe Self.put(seconds % 60, at: place + 17)
        unsafe place[19] = UInt8(ascii: ".")
        let thousandths = UInt32(day.milliseconds % 1000)
        unsafe place[20] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: thousandths / 100)
        unsafe Self.put(thousandths % 100, at: place + 21)
        unsafe place[23] = UInt8(ascii: "Z")
    }
}
