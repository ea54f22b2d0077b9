import Foundation
import Telemetry

/// The process and its shards in words; the numbers are in the metrics. Holds nothing about customers.
package struct StatusReport: Encodable, Hashable, Sendable {
    package var application: String
    package var version: String
    /// Name and version of the policy in force.
    package var policy: String?
    package var ready: Bool
    /// Why the process is not ready.
    package var reasons: [String]
    /// In the order of partition.
    package var shards: [Shard]

    package struct Shard: Encodable, Hashable, Sendable {
        package var partition: Int32
        package var state: ShardPhase
        /// Sequence number of the last journal entry, once known.
        package var sequence: UInt64?
        /// How far a rebuild has come, or why the shard stopped.
        package var detail: String?
        /// The policy that is tried beside the live one, and what it would change; nil while none is.
        package var shadow: ShadowFigures?

        package init(
            partition: Int32, state: ShardPhase, sequence: UInt64? = nil, detail: String? = nil,
            shadow: ShadowFigures? = nil
        ) {
            self.partition = partition
            self.state = state
            self.sequence = sequence
            self.detail = detail
            self.shadow = shadow
        }
    }

    package init(
        application: String, version: String, policy: String? = nil, ready: Bool, reasons: [String] = [],
        shards: [Shard]
    ) {
        self.application = application
        self.version = version
        self.policy = policy
        self.ready = ready
        self.reasons = reasons
        self.shards = shards
    }

    /// UTF-8, keys in alphabetical order.
    package func json() throws -> [UInt8] { [UInt8](try JSONEncoder.ops.encode(self)) }
}

extension JSONEncoder {
    /// The same bytes for the same value.
    static var ops: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
