/// An exact amount in minor units (cents, fen, yen) of a currency that its context states.
package struct Money: Hashable, Comparable, Sendable {
    package var minorUnits: Int64

    @inlinable package init(minorUnits: Int64) { self.minorUnits = minorUnits }
    package static let zero = Money(minorUnits: 0)
    /// The largest magnitude accepted: what 46 bits and a sign hold (about 700 billion in a currency with cents).
    package static let limit = Money(minorUnits: (1 << 46) - 1)

    @inlinable package static func < (left: Money, right: Money) -> Bool { left.minorUnits < right.minorUnits }
    @inlinable package static func + (left: Money, right: Money) -> Money {
        Money(minorUnits: left.minorUnits &+ right.minorUnits)
    }
    @inlinable package static func - (left: Money, right: Money) -> Money {
        Money(minorUnits: left.minorUnits &- right.minorUnits)
    }
    @inlinable package static prefix func - (value: Money) -> Money { Money(minorUnits: 0 &- value.minorUnits) }
}

/// An ISO 4217 code: three capital letters packed into 24 bits, first letter highest.
package struct CurrencyCode: Hashable, Sendable {
    package var packed: UInt32

    @inlinable package init(packed: UInt32) { self.packed = packed }

    /// Stands for no currency: of an event that names no amount, for one.
    @inlinable package static var none: CurrencyCode { CurrencyCode(packed: 0) }

    /// Returns nil unless `text` is three capital ASCII letters.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 3, bytes.allSatisfy({ (65...90).contains($0) }) else { return nil }
        packed = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    package var text: String {
        String(decoding: [UInt8(packed >> 16 & 255), UInt8(packed >> 8 & 255), UInt8(packed & 255)], as: UTF8.self)
    }

    /// Decimal places of the minor unit (ISO 4217 column "minor unit"); 2 for every code not listed as an exception.
    package var exponent: Int {
        if Self.withoutMinorUnit.contains(packed) { return 0 }
        if Self.withThreePlaces.contains(packed) { return 3 }
        return 2
    }

    private static let withoutMinorUnit: Set<UInt32> = Set(
        [
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
            "XOF", "XPF",
        ]
        .map { CurrencyCode($0)!.packed })
    private static let withThreePlaces: Set<UInt32> = Set(
        ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"].map { CurrencyCode($0)!.packed })
}
