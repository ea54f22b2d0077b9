import Scoring

/// Where an output goes; the runtime knows the topics' names.
package enum OutputDestination: UInt8, CaseIterable, Sendable {
    case tierChanges
    case churnRisk
}

/// One output ready to be produced; spans are of the `EncodedOutputs` that holds it.
package struct EncodedOutput: Sendable {
    package var destination: OutputDestination
    /// The customer id.
    package var key: TextSpan
    package var value: TextSpan
    /// Indices into `EncodedOutputs.headers`.
    package var headers: Range<Int>
}

/// A record header. The name is ASCII and, as every static string, ends in a NUL for C.
package struct EncodedHeader: Sendable {
    package var name: StaticString
    package var value: TextSpan
}

/// The encoded outputs of one batch in their order. Reused from batch to batch.
package struct EncodedOutputs: Sendable {
    package var records: ContiguousArray<EncodedOutput> = []
    package var headers: ContiguousArray<EncodedHeader> = []
    package var bytes: ContiguousArray<UInt8> = []

    package init() {}

    /// Forgets the outputs, keeps the memory.
    package mutating func removeAll() {
        records.removeAll(keepingCapacity: true)
        headers.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    /// The text of `span`, for people and tests.
    package func string(_ span: TextSpan) -> String { String(decoding: bytes[span.range], as: UTF8.self) }
}
