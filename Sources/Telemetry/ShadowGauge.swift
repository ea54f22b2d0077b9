import Synchronization

/// A shard's shadow run as it was last seen; nothing while there is none. Any thread may set it.
package final class ShadowGauge: Sendable {
    private let contents = Mutex<ShadowFigures?>(nil)

    package init() {}

    package func set(_ figures: ShadowFigures?) { contents.withLock { $0 = figures } }

    package var figures: ShadowFigures? { contents.withLock { $0 } }
}
