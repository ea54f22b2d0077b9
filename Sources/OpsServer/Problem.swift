import Foundation
import Hummingbird

/// A request without the answer it asked for, told as RFC 9457 problem details. Never repeats the customer id.
enum Problem: Error, Hashable, Sendable {
    case unknownPath
    case methodNotAllowed
    case invalidCustomerID(IDFault)
    case customerNotFound
    case noProfiles
    case customerNotHere
    case restoring
    case lookupsBusy
    case lookupTimedOut

    enum IDFault: String, Sendable {
        case empty = "The customer id is empty."
        case tooLong = "The customer id is longer than 256 bytes."
        case nul = "The customer id contains a NUL byte."
        case encoding = "The customer id is not percent-encoded UTF-8."
    }

    var status: HTTPResponse.Status {
        switch self {
        case .unknownPath, .customerNotFound, .noProfiles: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .invalidCustomerID: .badRequest
        case .customerNotHere: .misdirectedRequest
        case .restoring, .lookupsBusy, .lookupTimedOut: .serviceUnavailable
        }
    }

    /// The last part of the problem's `type`, by which programs tell problems apart.
    var name: String {
        switch self {
        case .unknownPath: "unknown-path"
        case .methodNotAllowed: "method-not-allowed"
        case .invalidCustomerID: "invalid-customer-id"
        case .customerNotFound: "customer-not-found"
        case .noProfiles: "no-profiles"
        case .customerNotHere: "customer-not-here"
        case .restoring: "restoring"
        case .lookupsBusy: "busy"
        case .lookupTimedOut: "timed-out"
        }
    }

    var title: String {
        switch self {
        case .unknownPath: "No such path"
        case .methodNotAllowed: "Method not allowed"
        case .invalidCustomerID: "Invalid customer id"
        case .customerNotFound: "No such customer"
        case .noProfiles: "Nobody knows the channels"
        case .customerNotHere: "No such customer here"
        case .restoring: "The shard is being rebuilt"
        case .lookupsBusy: "Too many look-ups"
        case .lookupTimedOut: "The look-up took too long"
        }
    }

    var detail: String {
        switch self {
        case .unknownPath: "Try /, /livez, /readyz, /metrics, /v1/status, /v1/acquisition or /v1/customers/{id}."
        case .methodNotAllowed: "Only GET and HEAD are answered."
        case .invalidCustomerID(let fault): fault.rawValue
        case .customerNotFound: "No event of a customer with this id has been applied."
        case .noProfiles: "Channels are counted where the policy publishes profiles."
        case .customerNotHere:
            "No event of a customer with this id has been applied in the partitions of this instance: ask the others."
        case .restoring: "Ask again once /readyz answers 200."
        case .lookupsBusy: "\(OpsLimits.lookups) look-ups are already under way: ask again shortly."
        case .lookupTimedOut: "The shard is busy: ask again shortly."
        }
    }
}

// MARK: - On the wire

extension Problem {
    private struct Document: Encodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
    }

    func response() throws -> Response {
        var headers: HTTPFields = [:]
        if self == .methodNotAllowed { headers[.allow] = "GET, HEAD" }
        if status == .serviceUnavailable { headers[.retryAfter] = "1" }
        let json = try JSONEncoder.ops.encode(document)
        return .ops(status, "application/problem+json", json, headers: headers)
    }

    private var document: Document {
        Document(type: "urn:tierd:problem:\(name)", title: title, status: status.code, detail: detail)
    }
}
