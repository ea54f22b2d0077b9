import Scoring

/// What fields hold, checked: each reads one key and throws a rejection that names it.
extension JSONRecord {
    /// Bytes of the longest id.
    static let maximumIDLength = 256

    @inline(__always) func required(_ key: RecordKey) throws(Rejection) -> JSONValue {
        guard let value = self[key] else { throw Rejection(.missingField, key.field) }
        return value
    }

    /// An id: 1…256 bytes without NUL, or a JSON integer as its digits.
    @unsafe @inline(__always) func id(_ key: RecordKey) throws(Rejection) -> UnsafeRawBufferPointer {
        try unsafe Self.id(required(key), key)
    }

    @unsafe @inline(__always) func optionalID(_ key: RecordKey) throws(Rejection) -> UnsafeRawBufferPointer? {
        guard let value = self[key] else { return nil }
        return try unsafe Self.id(value, key)
    }

    @unsafe @inline(__always) private static func id(
        _ value: JSONValue, _ key: RecordKey
    ) throws(Rejection) -> UnsafeRawBufferPointer {
        let bytes = unsafe value.bytes
        guard value.isString else {
            guard value.isNumber else { throw Rejection(.wrongType, key.field) }
            guard unsafe bytes.count <= maximumIDLength && isInteger(bytes) else {
                throw Rejection(.invalidID, key.field)
            }
            return unsafe bytes
        }
        guard (1...maximumIDLength).contains(bytes.count), unsafe !containsNUL(bytes) else {
            throw Rejection(.invalidID, key.field)
        }
        return unsafe bytes
    }

    @inline(__always) private static func containsNUL(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        while bytes.count - position >= 8 {
            let word = unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            // The high bit of each byte that is zero, and of no byte below the first zero (Hacker's Delight, 6-1).
            if (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0 { return true }
            position += 8
        }
        while position < bytes.count {
            if unsafe bytes[position] == 0 { return true }
            position += 1
        }
        return false
    }

    /// Whether a JSON number is written with digits alone, a sign aside.
    private static func isInteger(_ number: UnsafeRawBufferPointer) -> Bool {
        unsafe number.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// A string of any length, or nil.
    @unsafe @inline(__always) func text(_ key: RecordKey) throws(Rejection) -> UnsafeRawBufferPointer? {
        guard let value = self[key] else { return nil }
        guard value.isString else { throw Rejection(.wrongType, key.field) }
        return unsafe value.bytes
    }

    /// A text that sorts events, as far as it is kept; nil if it is absent or empty.
    @unsafe @inline(__always) func label(_ key: RecordKey) throws(Rejection) -> UnsafeRawBufferPointer? {
        guard let text = try unsafe text(key), text.count > 0 else { return nil }
        return unsafe text.count <= Event.maximumLabelBytes ? text : Self.cut(text)
    }

    /// The first of several labels that is given.
    @unsafe func label(_ keys: RecordKey...) throws(Rejection) -> UnsafeRawBufferPointer? {
        for key in keys {
            if let label = try unsafe label(key) { return unsafe label }
        }
        return nil
    }

    /// Whether there is a text that is not empty.
    @inline(__always) func hasText(_ key: RecordKey) throws(Rejection) -> Bool {
        guard let text = try unsafe text(key) else { return false }
        return text.count > 0
    }

    /// A longer text without what is beyond the limit, and whole characters only.
    @unsafe static func cut(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var end = Event.maximumLabelBytes
        while unsafe text[end] & 0xC0 == 0x80 { end -= 1 }
        return unsafe UnsafeRawBufferPointer(rebasing: text[..<end])
    }

    /// The hash of a text; 0 if it is absent or empty.
    @inline(__always) func hash(ofText key: RecordKey) throws(Rejection) -> UInt64 {
        guard let text = try unsafe text(key), text.count > 0 else { return 0 }
        return unsafe StableHash.of(text)
    }

    /// The hash of an id; 0 if it is absent.
    @inline(__always) func hash(ofID key: RecordKey) throws(Rejection) -> UInt64 {
        guard let id = try unsafe optionalID(key) else { return 0 }
        return unsafe StableHash.of(id)
    }

    /// `true` or `false`, or nil.
    func flag(_ key: RecordKey) throws(Rejection) -> Bool? {
        guard let value = self[key] else { return nil }
        guard let flag = value.flag else { throw Rejection(.wrongType, key.field) }
        return flag
    }

    /// One of a fixed set of names; a string that is none of them is rejected with the reason `otherwise`.
    @inline(__always) func value<Value>(
        _ key: RecordKey, in names: WireNames<Value>, otherwise reason: Rejection.Reason
    ) throws(Rejection) -> Value {
        let value = try required(key)
        guard value.isString else { throw Rejection(.wrongType, key.field) }
        guard let found = unsafe names.find(value.bytes) else { throw Rejection(reason, key.field) }
        return found
    }

    @inline(__always) func optionalValue<Value>(
        _ key: RecordKey, in names: WireNames<Value>
    ) throws(Rejection) -> Value? {
        guard self[key] != nil else { return nil }
        return try value(key, in: names, otherwise: .invalidValue)
    }

    /// An instant: RFC 3339 or whole milliseconds since the epoch, from `earliest` until before `outOfRange`.
    @inline(__always) func time(_ key: RecordKey) throws(Rejection) -> EventTime {
        let value = try required(key)
        let milliseconds: Int64
        if value.isString {
            guard let parsed = unsafe RFC3339.parse(value.bytes) else { throw Rejection(.invalidTime, key.field) }
            milliseconds = parsed
        } else {
            milliseconds = try wholeNumber(value, key, otherwise: .invalidTime)
        }
        let time = EventTime(milliseconds: milliseconds)
        guard time >= .earliest, time < .outOfRange else { throw Rejection(.outOfRange, key.field) }
        return time
    }

    /// Milliseconds spent, at most a day; 0 if not given.
    @inline(__always) func dwell() throws(Rejection) -> UInt32 {
        guard let value = self[.dwell] else { return 0 }
        let milliseconds = try wholeNumber(value, .dwell, otherwise: .invalidValue)
        guard (0...Int64(BrowseEvent.maximumDwell)).contains(milliseconds) else {
            throw Rejection(.outOfRange, RecordKey.dwell.field)
        }
        return UInt32(milliseconds)
    }

    /// A JSON number without a fractional part; one that has one is rejected with the reason `otherwise`.
    @inline(__always) private func wholeNumber(
        _ value: JSONValue, _ key: RecordKey, otherwise reason: Rejection.Reason
    ) throws(Rejection) -> Int64 {
        if value.isNumber, let plain = unsafe DecimalNumber.plainDigits(value.bytes) { return plain }
        let number = try number(value, key)
        guard let (magnitude, isExact) = number.magnitude(), magnitude <= UInt64(Int64.max) else {
            throw Rejection(.outOfRange, key.field)
        }
        guard isExact else { throw Rejection(reason, key.field) }
        return number.isNegative ? -Int64(magnitude) : Int64(magnitude)
    }

    /// The digits of a JSON number.
    @inline(__always) func number(_ value: JSONValue, _ key: RecordKey) throws(Rejection) -> DecimalNumber {
        guard value.isNumber || isCall && value.isString, let number = unsafe DecimalNumber(value.bytes) else {
            throw Rejection(.wrongType, key.field)
        }
        return number
    }

    /// An amount of a currency with `places` decimal places, exact, as a JSON number or a decimal string; of a call the
    /// next minor unit, for a binary float has been in the way.
    @inline(__always) func money(_ key: RecordKey, places: Int) throws(Rejection) -> Money? {
        guard let value = self[key] else { return nil }
        return try Self.money(value, key.field, places: places, isRounded: isCall)
    }

    @inline(__always) static func money(
        _ value: JSONValue, _ field: Rejection.Field, places: Int, isRounded: Bool
    ) throws(Rejection) -> Money {
        guard value.isNumber || value.isString else { throw Rejection(.wrongType, field) }
        guard let number = unsafe DecimalNumber(value.bytes) else { throw Rejection(.invalidMoney, field) }
        do {
            return try number.money(places: places)
        } catch {
            switch error {
            case .outOfRange: throw Rejection(.outOfRange, field)
            case .inexact where isRounded: return number.roundedMoney(places: places)
            case .inexact: throw Rejection(.invalidMoney, field)
            }
        }
    }

    /// Three capital letters, or nil.
    @inline(__always) func currency(_ key: RecordKey = .currency) throws(Rejection) -> CurrencyCode? {
        guard let text = try unsafe text(key) else { return nil }
        guard text.count == 3 else { throw Rejection(.invalidValue, key.field) }
        var packed: UInt32 = 0
        for index in 0..<3 {
            let letter = unsafe text[index]
            guard (65...90).contains(letter) else { throw Rejection(.invalidValue, key.field) }
            packed = packed << 8 | UInt32(letter)
        }
        return CurrencyCode(packed: packed)
    }
}
