import Scoring

/// What few customers have: a pin's end and author, attributes and tags. A run of bytes per customer.
///
///     [kind: 1 byte][length: 2 bytes][content] …
///
/// A pin's content: u32 end in seconds (2^32 − 1 for never), u8 length of the author's name, the name, the reason.
struct CustomerAnnex {
    enum Kind: UInt8 {
        case pin = 1
    }
}

extension ShardEngine {
    /// When the pin ends, milliseconds; `.max` for never.
    func pinEnd(of record: CustomerStore.Record) -> Int64 { .max }

    /// Lifts a pin whose time is over.
    mutating func endPinIfDue(_ record: CustomerStore.Record, at time: EventTime) -> Bool { false }
}
