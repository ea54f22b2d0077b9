/// Why images of customers are not a state that an engine can go on from.
package enum RestoreError: Error, Hashable, CustomStringConvertible {
    /// The mark itself: more customers than a shard can hold, or customers without a clock, or a clock out of range.
    case mark(EngineMark)
    /// The lengths inside an image do not add up, or the bytes end within it.
    case lengths
    case slotOutOfRange(UInt32)
    case slotTwice(UInt32)
    case idTwice(UInt32)
    case missing(expected: Int, found: Int)
    /// A part of the customer in this slot holds what no engine under this policy writes.
    case invalid(ImagePart, slot: UInt32)

    package var description: String {
        switch self {
        case .mark(let mark):
            "the snapshot claims \(mark.customerCount) customers at a clock that no engine has; use an older snapshot"
        case .lengths: "an image's lengths do not add up; use an older snapshot"
        case .slotOutOfRange(let slot): "slot \(slot) lies beyond the number of customers; use an older snapshot"
        case .slotTwice(let slot): "slot \(slot) comes twice; use an older snapshot"
        case .idTwice(let slot): "the customer of slot \(slot) has another slot too; use an older snapshot"
        case .missing(let expected, let found):
            "\(found) of \(expected) customers are there; use an older snapshot"
        case .invalid(let part, let slot):
            "the \(part.rawValue) of slot \(slot) is not valid under this policy; use an older snapshot"
        }
    }
}

/// The parts of a customer's image that are checked one by one; the raw value is for people.
package enum ImagePart: String, Sendable {
    case id
    case tier
    case standing
    case churnLevel = "churn level"
    case deadlineKind = "kind of deadline"
    case flags
    case slot = "slot's state"
    case instants
    case spend
    case orders
    case browsing
    case feedback
    case portrait
}
