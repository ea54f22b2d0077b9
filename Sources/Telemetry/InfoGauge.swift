import Synchronization

/// Texts that say which of something is in use, as label values; unknown until first set. Any thread may set it.
package final class InfoGauge: Sendable {
    private let contents = Mutex<[String]?>(nil)

    package init() {}

    package func set(_ values: [String]) { contents.withLock { $0 = values } }

    package var values: [String]? { contents.withLock { $0 } }
}
