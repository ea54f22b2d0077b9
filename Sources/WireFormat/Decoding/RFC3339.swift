/// Times as RFC 3339 writes them, in milliseconds since the epoch.
enum RFC3339 {
    private static let secondsPerDay = 86_400

    /// Reads `2026-03-01T18:05:09.250+08:00` with any offset and any number of fractional digits, cut to milliseconds.
    ///
    /// A leap second, which exists only at the end of a UTC day, is the second after it. Nil if a part is out of range.
    static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard text.count >= 20, let date = unsafe FixedDigits(text, at: 0, separators: FixedDigits.ofDate),
            let time = unsafe FixedDigits(text, at: 11, separators: FixedDigits.ofTime),
            let day = unsafe twoDigits(text, 8), unsafe text[10] | 0x20 == UInt8(ascii: "t")
        else { return nil }
        let (year, month) = (date.pair(at: 0) * 100 + date.pair(at: 2), date.pair(at: 5))
        let (hour, minute, second) = (time.pair(at: 0), time.pair(at: 3), time.pair(at: 6))
        guard (1...12).contains(month), day >= 1, day <= 28 || day <= lastDay(ofMonth: month, year: year), hour <= 23,
            minute <= 59, second <= 60
        else { return nil }
        var position = 19
        guard let milliseconds = unsafe fraction(text, &position), let offset = unsafe offset(text, position) else {
            return nil
        }
        let minuteOfDay = hour * 60 + minute - offset
        if second == 60 && (minuteOfDay + 1) % 1440 != 0 { return nil }
        let seconds = days(year: year, month: month, day: day) * secondsPerDay + minuteOfDay * 60 + second
        return Int64(seconds * 1000 + milliseconds)
    }

    /// Eight bytes of digits and separators at fixed places, checked and turned into numbers all at once.
    private struct FixedDigits {
        private let pairs: UInt64

        /// Which bytes are separators and what they are, the first byte lowest.
        struct Separators {
            let places: UInt64
            let bytes: UInt64
        }
        /// `2026-03-`
        static var ofDate: Separators { Separators(places: 0xFF00_00FF_0000_0000, bytes: 0x2D00_002D_0000_0000) }
        /// `18:05:09`
        static var ofTime: Separators { Separators(places: 0x0000_FF00_00FF_0000, bytes: 0x0000_3A00_003A_0000) }

        @inline(__always) init?(_ text: UnsafeRawBufferPointer, at offset: Int, separators: Separators) {
            let word = unsafe UInt64(littleEndian: text.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            guard word & separators.places == separators.bytes else { return nil }
            // Digits become 0…9, separators 0; adding 6 carries a larger byte into its upper half.
            let digits = (word ^ 0x3030_3030_3030_3030) & ~separators.places
            guard (digits | (digits &+ 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 == 0 else { return nil }
            pairs = digits &* 10 &+ digits >> 8
        }

        /// The number made of the digits at `place` and the one behind it.
        @inline(__always) func pair(at place: UInt64) -> Int { Int(truncatingIfNeeded: pairs >> (8 * place) & 0xFF) }
    }

    @inline(__always) private static func twoDigits(_ text: UnsafeRawBufferPointer, _ position: Int) -> Int? {
        let tens = unsafe text[position] &- UInt8(ascii: "0")
        let units = unsafe text[position + 1] &- UInt8(ascii: "0")
        return tens <= 9 && units <= 9 ? Int(tens) * 10 + Int(units) : nil
    }

    /// Reads an optional `.digits` as milliseconds; nil for a point without digits.
    @inline(__always) private static func fraction(_ text: UnsafeRawBufferPointer, _ position: inout Int) -> Int? {
        guard unsafe text[position] == UInt8(ascii: ".") else { return 0 }
        position += 1
        let start = position
        var (milliseconds, weight) = (0, 100)
        while position < text.count {
            let digit = unsafe text[position] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            milliseconds += Int(digit) * weight
            weight /= 10
            position += 1
        }
        return position == start ? nil : milliseconds
    }

    /// Reads `Z` or `±hh:mm` up to the end of the text, minutes east of UTC.
    @inline(__always) private static func offset(_ text: UnsafeRawBufferPointer, _ position: Int) -> Int? {
        guard position < text.count else { return nil }
        let sign = unsafe text[position]
        if sign | 0x20 == UInt8(ascii: "z") { return position + 1 == text.count ? 0 : nil }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), position + 6 == text.count,
            unsafe text[position + 3] == UInt8(ascii: ":"), let hours = unsafe twoDigits(text, position + 1),
            let minutes = unsafe twoDigits(text, position + 4), hours <= 23, minutes <= 59
        else { return nil }
        let offset = hours * 60 + minutes
        return sign == UInt8(ascii: "-") ? -offset : offset
    }

    private static func lastDay(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar (Hinnant, chrono-compatible date algorithms).
    @inline(__always) private static func days(year: Int, month: Int, day: Int) -> Int {
        // Years start in March, so that the leap day is the last of them; eras of 400 years have 146,097 days.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The day counted from 1970-01-01 that an instant falls on in UTC, and the milliseconds since its start.
    static func dayAndMilliseconds(of instant: Int64) -> (day: Int, milliseconds: Int) {
        let perDay = Int64(secondsPerDay) * 1000
        let (quotient, remainder) = instant.quotientAndRemainder(dividingBy: perDay)
        return remainder < 0 ? (Int(quotient) - 1, Int(remainder + perDay)) : (Int(quotient), Int(remainder))
    }

    /// The year, month and day of a day counted from 1970-01-01.
    static func date(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}
