/// What can go wrong here apart from a bad record, which is a `Rejection`.
package enum WireFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no memory to reserve for records of this size.
    case noMemory(maximumBytes: Int)

    package var description: String {
        switch self {
        case .noMemory(let bytes):
            "no memory for a JSON parser of records of \(bytes) bytes: lower the record limit or give the process more"
        }
    }
}
