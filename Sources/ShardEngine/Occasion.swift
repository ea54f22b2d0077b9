import Scoring

/// What happens to a pin.
enum PinChange {
    /// Also in the place of another.
    case set
    case ended
    /// A policy dropped the tier that it named.
    case vanished
}

/// Everything that one settling of a customer needs to know.
struct Occasion {
    var slot: UInt32
    var time: EventTime
    var cause: Cause
    /// Event time of the event that arrived late; nil for events in time and for deadlines.
    var lateEvent: EventTime?
    /// Whether orders changed: then the churn risk is another.
    var ordersChanged = false
    /// Whether it is an order or feedback: those are settled always, browsing only when it could change something.
    var isEvidence = false
    /// When the order was made of which something was taken back, milliseconds.
    var reducedOrderAt: Int64?
    /// What has become of the pin, if anything.
    var pinChange: PinChange?
    /// Whether attributes or tags were changed: a profile tells them.
    var attributesChanged = false
    /// The buffer that the cause's event id points into; nil for deadlines.
    var text: UnsafeRawBufferPointer?

    var isByTime: Bool {
        if case .deadline = cause { true } else { false }
    }

    /// Whether it is a notice's own deadline.
    var isNoticeDue: Bool {
        if case .deadline(.notice) = cause { true } else { false }
    }
}
