import Scoring

/// What happens to a shadow run between two batches. With the journalled batches it is all that the run's records follow
/// from: no journal tells of it, so that whoever judges a run has to be told.
package struct ShadowNote: Sendable {
    package var run: ShadowRunID
    /// The last batch that the run had been given, or was forked behind.
    package var after: UInt64
    package var event: Event

    package enum Event: Sendable {
        /// Forked from the live engine; `tick` moved an idle shard's clock when the policy was activated.
        case began(KeptPolicy, tick: EventTime?)
        case stepped(Step)
    }

    /// First what fell due up to `tick` was fired, then as many customers as the portion says were looked at.
    package struct Step: Hashable, Sendable {
        package var tick: EventTime?
        package var portion: Int
        package var wallClock: EventTime
    }
}
