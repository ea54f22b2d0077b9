import Scoring

/// A decimal number read from its digits: ± coefficient · 10^exponent, exact unless `isTruncated`.
struct DecimalNumber: Hashable {
    var isNegative = false
    /// Without trailing zeros; 0 only for zero itself.
    var coefficient: UInt64 = 0
    var exponent = 0
    /// The number has more than 19 significant digits; the coefficient holds the first ones.
    var isTruncated = false

    /// Digits that any 64-bit coefficient can hold.
    private static let maximumDigits = 19

    init(coefficient: UInt64) { self.coefficient = coefficient }

    /// Reads `-?digits(.digits)?([eE][+-]?digits)?`, JSON's grammar with leading zeros allowed; nil for anything else.
    @inline(__always) init?(_ text: UnsafeRawBufferPointer) {
        var position = 0
        if unsafe text.count > 0 && text[0] == UInt8(ascii: "-") {
            isNegative = true
            position = 1
        }
        var significant = Significant()
        let integerDigits = unsafe significant.consume(text, &position)
        guard integerDigits > 0 else { return nil }
        if unsafe position < text.count && text[position] == UInt8(ascii: ".") {
            position += 1
            guard unsafe significant.consume(text, &position) > 0 else { return nil }
        }
        var scale = 0
        if position < text.count {
            guard let explicit = unsafe Self.exponent(text, &position), position == text.count else { return nil }
            scale = explicit
        }
        coefficient = significant.coefficient
        isTruncated = significant.isTruncated
        exponent = coefficient == 0 ? 0 : integerDigits - significant.digitsToLast + scale
    }

    /// Digits gathered so far. Zeros wait until a digit after them proves them significant.
    private struct Significant {
        var coefficient: UInt64 = 0
        var isTruncated = false
        /// Digits read, leading zeros included.
        var digits = 0
        /// Digits up to and including the last that went into the coefficient.
        var digitsToLast = 0
        private var held = 0

        /// Reads a run of digits and returns its length.
        @inline(__always) mutating func consume(_ text: UnsafeRawBufferPointer, _ position: inout Int) -> Int {
            let start = digits
            while position < text.count {
                let digit = unsafe text[position] &- UInt8(ascii: "0")
                guard digit <= 9 else { break }
                digits += 1
                if digit != 0 { append(digit) }
                position += 1
            }
            return digits - start
        }

        @inline(__always) private mutating func append(_ digit: UInt8) {
            let places = held == 0 ? 1 : digits - digitsToLast
            guard held + places <= DecimalNumber.maximumDigits else {
                isTruncated = true
                return
            }
            for _ in 0..<places { coefficient &*= 10 }
            coefficient &+= UInt64(digit)
            held += places
            digitsToLast = digits
        }
    }

    /// Reads an exponent, at most 9,999 in size: anything beyond is as large or as small to every reader.
    private static func exponent(_ text: UnsafeRawBufferPointer, _ position: inout Int) -> Int? {
        guard unsafe text[position] | 0x20 == UInt8(ascii: "e") else { return nil }
        position += 1
        var isNegative = false
        if position < text.count, let sign = unsafe Optional(text[position]), sign == 43 || sign == 45 {
            isNegative = sign == UInt8(ascii: "-")
            position += 1
        }
        let start = position
        var value = 0
        while position < text.count {
            let digit = unsafe text[position] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = min(value * 10 + Int(digit), 9_999)
            position += 1
        }
        return position == start ? nil : isNegative ? -value : value
    }
}

extension DecimalNumber {
    /// The value of a text of 1…18 digits and nothing else; nil for any other. Most numbers are such.
    @inline(__always) static func plainDigits(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard (1..<maximumDigits).contains(text.count) else { return nil }
        var value: Int64 = 0
        for index in 0..<text.count {
            let digit = unsafe text[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value &* 10 &+ Int64(digit)
        }
        return value
    }

    /// The value as a whole number, `isExact` false if digits behind the point were cut off; nil beyond 64 bits.
    ///
    /// `places` shifts the point to the right first: 2 turns major units into cents.
    @inline(__always) func magnitude(shiftedBy places: Int = 0) -> (value: UInt64, isExact: Bool)? {
        let shift = exponent + places
        if shift == 0 { return (coefficient, !isTruncated) }
        if shift < 0 {
            guard shift >= -Self.maximumDigits else { return (0, coefficient == 0) }
            return (coefficient / Self.powersOfTen(-shift), false)
        }
        guard shift <= Self.maximumDigits else { return nil }
        let (product, isTooLarge) = coefficient.multipliedReportingOverflow(by: Self.powersOfTen(shift))
        return isTooLarge ? nil : (product, !isTruncated)
    }

    /// 10^`exponent` for 0…19.
    @inline(__always) static func powersOfTen(_ exponent: Int) -> UInt64 {
        var power: UInt64 = 1
        for _ in 0..<exponent { power &*= 10 }
        return power
    }

    /// The number as money of a currency with `places` decimal places; or what is wrong with it.
    @inline(__always) func money(places: Int) throws(MoneyFault) -> Money {
        if coefficient == 0 { return .zero }
        let limit = UInt64(Money.limit.minorUnits)
        guard !isNegative, let (value, isExact) = magnitude(shiftedBy: places), value <= limit else {
            throw .outOfRange
        }
        guard isExact else { throw .inexact }
        return Money(minorUnits: Int64(value))
    }

    /// The nearest amount of money, halves upward, for a number that `money` found inexact.
    func roundedMoney(places: Int) -> Money {
        Money(minorUnits: min(Int64(clamping: rounded(shiftedBy: places) ?? .max), Money.limit.minorUnits))
    }

    /// The magnitude as the nearest whole number once the point is shifted, halves upward; nil beyond 64 bits.
    func rounded(shiftedBy places: Int) -> UInt64? {
        guard let value = magnitude(shiftedBy: places)?.value else { return nil }
        let shift = exponent + places
        guard shift < 0, shift >= -Self.maximumDigits else { return value }
        let unit = Self.powersOfTen(-shift)
        let rest = coefficient % unit
        return value + (rest >= unit - rest ? 1 : 0)
    }

    enum MoneyFault: Error {
        /// Negative, or more than `Money.limit`.
        case outOfRange
        /// More decimal places than the currency has.
        case inexact
    }
}
