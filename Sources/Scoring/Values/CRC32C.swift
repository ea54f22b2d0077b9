/// The CRC-32C checksum (Castagnoli, as in RFC 3720), sixteen bytes per step.
package struct CRC32C {
    private var state: UInt32 = 0xffff_ffff

    package init() {}

    package var value: UInt32 { ~state }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        state = Self.tables.withUnsafeBufferPointer { Self.advance(state, bytes, $0) }
    }

    package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var crc = CRC32C()
        crc.update(bytes)
        return crc.value
    }

    private static func advance(
        _ start: UInt32, _ bytes: UnsafeRawBufferPointer, _ tables: UnsafeBufferPointer<UInt32>
    ) -> UInt32 {
        guard let table = tables.baseAddress else { return start }
        var state = start
        var position = 0
        while bytes.count - position >= 16 {
            let first = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let second = bytes.loadUnaligned(fromByteOffset: position + 8, as: UInt64.self)
            state =
                effect(of: UInt64(littleEndian: first) ^ UInt64(state), table + 2_048)
                ^ effect(of: UInt64(littleEndian: second), table)
            position += 16
        }
        while position < bytes.count {
            state = table[Int(UInt8(truncatingIfNeeded: state) ^ bytes[position])] ^ state >> 8
            position += 1
        }
        return state
    }

    /// The effect of eight bytes; `table` is that of their last byte.
    @inline(__always) private static func effect(of word: UInt64, _ table: UnsafePointer<UInt32>) -> UInt32 {
        let low = table[7 << 8 | Int(word & 255)] ^ table[6 << 8 | Int(word >> 8 & 255)]
        let lower = table[5 << 8 | Int(word >> 16 & 255)] ^ table[4 << 8 | Int(word >> 24 & 255)]
        let higher = table[3 << 8 | Int(word >> 32 & 255)] ^ table[2 << 8 | Int(word >> 40 & 255)]
        let high = table[1 << 8 | Int(word >> 48 & 255)] ^ table[Int(word >> 56)]
        return low ^ lower ^ higher ^ high
    }

    /// Sixteen tables of 256: the k-th gives the effect of a byte that k more bytes follow.
    private static let tables: ContiguousArray<UInt32> = {
        var tables = ContiguousArray<UInt32>(repeating: 0, count: 16 * 256)
        for byte in 0..<256 {
            var remainder = UInt32(byte)
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0x82f6_3b78 : 0) }
            tables[byte] = remainder
        }
        for index in 256..<tables.count {
            let shorter = tables[index - 256]
            tables[index] = tables[Int(shorter & 255)] ^ shorter >> 8
        }
        return tables
    }()
}
