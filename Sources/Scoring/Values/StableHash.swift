/// A 64-bit hash of bytes that is the same in every process, build and machine of one byte order.
///
/// Folded 64×64→128-bit multiplication, as in wyhash (Wang Yi, 2019). Ids are told apart by it inside one customer's
/// history and found by it in the customer index, where the bytes themselves are compared as well.
package enum StableHash {
    @usableFromInline static let secret0: UInt64 = 0xa076_1d64_78bd_642f
    @usableFromInline static let secret1: UInt64 = 0xe703_7ed1_a0b4_28db

    /// Never 0, so that 0 can stand for "none".
    @inlinable package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = secret0 ^ UInt64(truncatingIfNeeded: bytes.count)
        var position = 0
        while bytes.count - position >= 8 {
            let word = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            hash = mix(hash ^ word, secret1 ^ word &* secret0)
            position += 8
        }
        hash = mix(hash ^ tail(bytes), secret1 &+ UInt64(truncatingIfNeeded: bytes.count))
        return hash == 0 ? secret0 : hash
    }

    /// The bytes behind the last whole word, the first highest: from words that overlap what was read before.
    @inlinable @inline(__always) static func tail(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let count = bytes.count & 7
        if bytes.count >= 8 {
            let word = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
            return word & ((1 << UInt64(8 * count)) &- 1)
        }
        guard count >= 4 else {
            var tail: UInt64 = 0
            for index in 0..<count { tail = tail << 8 | UInt64(bytes[index]) }
            return tail
        }
        let first = UInt64(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
        let last = UInt64(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)))
        let more = UInt64(8 * (count - 4))
        return first << more | last & ((1 << more) &- 1)
    }

    /// Folds the 128-bit product of two words.
    @inlinable package static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// The hash of a text, for tests and tools.
    package static func of(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { of(UnsafeRawBufferPointer($0)) }
    }
}
