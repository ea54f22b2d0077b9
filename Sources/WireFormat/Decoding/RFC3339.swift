/// Times as RFC 3339 writes them, in milliseconds since the epoch.
enum RFC3339 {
    private static let secondsPerDay = 86_400

    /// Reads `2026-03-01T18:05:09.250+08:00` with any offset and any number of fractional digits, cut to milliseconds.
    ///
    /// A leap second, which exists only at the end of a UTC day, is the second after it. Nil if a part is out of its range.
    static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard text.count >= 20, unsafe hasSeparators(text),
            let century = unsafe twoDigits(text, 0), let yearOfCentury = unsafe twoDigits(text, 2),
            let month = unsafe twoDigits(text, 5), let day = unsafe twoDigits(text, 8),
            let hour = unsafe twoDigits(text, 11), let minute = unsafe twoDigits(text, 14),
            let second = unsafe twoDigits(text, 17)
        else { return nil }
        let year = century * 100 + yearOfCentury
        guard (1...12).contains(month), day >= 1, day <= lastDay(ofMonth: month, year: year), hour <= 23, minute <= 59,
            second <= 60
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

    @inline(__always) private static func hasSeparators(_ text: UnsafeRawBufferPointer) -> Bool {
        unsafe text[4] == UInt8(ascii: "-") && text[7] == UInt8(ascii: "-") && text[10] | 0x20 == UInt8(ascii: "t")
            && text[13] == UInt8(ascii: ":") && text[16] == UInt8(ascii: ":")
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

    /// Days from 1970-01-01 in the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms").
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
