import Scoring

/// How a change of policy meets the customers who are there already.
package struct Activation: Hashable, Sendable {
    package var mode: Mode
    /// In `grandfathered`: how long nobody falls, counted from the activation.
    package var keepsTierFor: TimeSpan

    /// Raw values are stored: append only.
    package enum Mode: UInt8, CaseIterable, Sendable {
        /// What changes is said.
        case emit = 0
        /// State moves, outputs are suppressed.
        case silent = 1
        /// Rises are said; nobody falls before a stated time, and by the ordinary rules then.
        case grandfathered = 2

        /// As in configuration files.
        package var name: String { "\(self)" }
    }

    package init(mode: Mode = .emit, keepsTierFor: TimeSpan = .days(365)) {
        self.mode = mode
        self.keepsTierFor = keepsTierFor
    }
}
