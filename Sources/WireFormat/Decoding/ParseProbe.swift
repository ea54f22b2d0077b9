import CSimdJSON

/// Parsing alone, without decoding: what the whole path is measured against in benchmarks.
package struct ParseProbe: ~Copyable {
    private var parser: JSONParser

    package init(maximumBytes: Int = RecordDecoder.defaultMaximumBytes) throws(WireFormatError) {
        parser = try JSONParser(maximumBytes: maximumBytes)
    }

    /// simdjson's document tree of `bytes`, in place: `padding` more bytes behind them must be readable. Returns whether
    /// they are JSON.
    package func parsesTree(_ bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe csj_parse_tree(bytes.baseAddress, bytes.count) == CSJ_OK
    }

    /// The decoder's own parser: the whole grammar, and the known fields picked out. Returns whether `bytes` are an object.
    package mutating func parsesFields(_ bytes: UnsafeRawBufferPointer) -> Bool {
        do {
            _ = try unsafe parser.parse(bytes)
            return true
        } catch {
            return false
        }
    }

    /// Bytes that must be readable behind what `parsesTree` is given.
    package static var padding: Int { csj_padding() }

    /// The kernels that simdjson has chosen for this processor, e.g. `haswell`.
    package static var kernels: String { unsafe String(cString: csj_kernels()) }
}
