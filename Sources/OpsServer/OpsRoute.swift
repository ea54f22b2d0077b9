/// What a path asks for.
enum OpsRoute: Hashable, Sendable {
    case page
    case liveness
    case readiness
    case metrics
    case status
    case acquisition
    case customer(id: [UInt8])

    private static let customerPrefix = "/v1/customers/"

    /// `path` is percent-encoded and without a query.
    static func parse(path: String) throws(Problem) -> OpsRoute {
        switch path {
        case "/": return .page
        case "/livez": return .liveness
        case "/readyz": return .readiness
        case "/metrics": return .metrics
        case "/v1/status": return .status
        case "/v1/acquisition": return .acquisition
        default:
            guard path.hasPrefix(customerPrefix) else { throw .unknownPath }
            let encoded = path.dropFirst(customerPrefix.count).utf8
            // A slash that belongs to an id arrives as %2F.
            guard !encoded.contains(UInt8(ascii: "/")) else { throw .unknownPath }
            return .customer(id: try customerID(percentEncoded: encoded))
        }
    }

    /// The same rules as for ids in events, so that every id that can exist can be asked for.
    private static func customerID(percentEncoded text: Substring.UTF8View) throws(Problem) -> [UInt8] {
        guard let id = percentDecoded(text) else { throw .invalidCustomerID(.encoding) }
        guard !id.isEmpty else { throw .invalidCustomerID(.empty) }
        guard id.count <= OpsLimits.customerIDBytes else { throw .invalidCustomerID(.tooLong) }
        guard !id.contains(0) else { throw .invalidCustomerID(.nul) }
        guard String(validating: id, as: UTF8.self) != nil else { throw .invalidCustomerID(.encoding) }
        return id
    }

    /// Nil if a `%` is not followed by two hexadecimal digits.
    private static func percentDecoded(_ text: Substring.UTF8View) -> [UInt8]? {
        var decoded: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(hexDigit), let low = iterator.next().flatMap(hexDigit) else {
                return nil
            }
            decoded.append(high << 4 | low)
        }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
