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

    /// Throws unless each of three fields that are not used is a string or absent.
    @inline(__always) func checkTexts(_ first: RecordKey, _ second: RecordKey, _ third: RecordKey) throws(Rejection) {
        _ = try unsafe text(first)
        _ = try unsafe text(second)
        _ = try unsafe text(third)
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
        guard value.isNumber, let number = unsafe DecimalNumber(value.bytes) else {
            throw Rejection(.wrongType, key.field)
        }
        return number
    }

    /// An amount of a currency with `places` decimal places, exact, as a JSON number or a decimal string.
    @inline(__always) func money(_ key: RecordKey, places: Int) throws(Rejection) -> Money? {
        guard let value = self[key] else { return nil }
        guard value.isNumber || value.isString else { throw Rejection(.wrongType, key.field) }
        guard let number = unsafe DecimalNumber(value.bytes) else { throw Rejection(.invalidMoney, key.field) }
        do {
            return try number.money(places: places)
        } catch {
            switch error {
            case .outOfRange: throw Rejection(.outOfRange, key.field)
            case .inexact: throw Rejection(.invalidMoney, key.field)
            }
        }
    }
}
