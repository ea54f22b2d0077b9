import Scoring

/// Where an output goes; the runtime knows the topics' names.
package enum OutputDestination: UInt8, CaseIterable, Sendable {
    case tierChanges
    case churnRisk
    case tierNotices
    case customerProfiles
}

extension Output {
    package var destination: OutputDestination {
        switch self {
        case .tierChange: .tierChanges
        case .churnRisk: .churnRisk
        case .notice: .tierNotices
        case .profile, .erasure: .customerProfiles
        }
    }
}

/// One output ready to be produced; spans are of the `EncodedOutputs` that holds it.
package struct EncodedOutput: Sendable {
    package var destination: OutputDestination
    /// The customer id.
    package var key: TextSpan
    package var value: TextSpan
    /// Without a value: under compaction, the end of the customer's profile.
    package var isTombstone = false
    /// Indices into `EncodedOutputs.headers`.
    package var headers: Range<Int>

    package init(destination: OutputDestination, key: TextSpan, value: TextSpan, headers: Range<Int>) {
        self.destination = destination
        self.key = key
        self.value = value
        self.headers = headers
    }
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

    /// The value of a record whose spans are of `bytes`; nil for a tombstone.
    package static func value(of record: EncodedOutput, in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        unsafe record.isTombstone ? nil : UnsafeRawBufferPointer(rebasing: bytes[record.value.range])
    }

    /// The text of `span`, for people and tests.
    package func string(_ span: TextSpan) -> String { String(decoding: bytes[span.range], as: UTF8.self) }
}

extension EncodedOutputs {
    /// Appends a record without a value to the profiles: a customer is to be forgotten.
    mutating func append(tombstone erasure: Erasure, _ buffer: OutputBuffer, _ fixed: FixedHeaders) {
        append(
            to: .customerProfiles, kind: "customer-erased:", customer: erasure.customer,
            sequence: UInt32(clamping: erasure.effectiveAt.milliseconds / 1000), buffer, fixed
        ) { writer in
            let start = writer.count
            writer.append(time: erasure.effectiveAt)
            return TextSpan(offset: start, length: writer.count - start)
        }
        records[records.count - 1].isTombstone = true
        records[records.count - 1].value = .empty
    }
}

/// Headers that are the same for all outputs of a kind.
struct FixedHeaders: Sendable {
    fileprivate let text: ContiguousArray<UInt8>
    fileprivate let version: TextSpan
    fileprivate let contentType: TextSpan
    fileprivate let type: TextSpan
    fileprivate let source: TextSpan
    /// The shadow run that a record belongs to; nil for what is live.
    fileprivate let run: TextSpan?

    init(type: String, source: String, run: String? = nil) {
        var text = ContiguousArray<UInt8>()
        func append(_ value: String) -> TextSpan {
            text.append(contentsOf: value.utf8)
            return TextSpan(offset: text.count - value.utf8.count, length: value.utf8.count)
        }
        version = append("1.0")
        contentType = append("application/json")
        self.type = append(type)
        self.source = append(source)
        self.run = run.map { append($0) }
        self.text = text
    }
}

extension EncodedOutputs {
    /// Appends a record whose value `writeValue` writes, returning where the effective time stands in it.
    ///
    /// Nothing is written twice: the key, the subject and the sequence are parts of `ce_id`, the time is the value's.
    @inline(__always) mutating func append(
        to destination: OutputDestination, kind: StaticString, customer: TextSpan, sequence: UInt32,
        _ buffer: OutputBuffer, _ fixed: FixedHeaders, _ writeValue: (inout ByteWriter) -> TextSpan
    ) {
        let start = bytes.count
        var (idEnd, valueEnd, time) = (0, 0, TextSpan.empty)
        bytes.append { writer in
            writer.append(literal: kind)
            writer.append(customer, of: buffer.text)
            writer.append(UInt8(ascii: ":"))
            writer.append(decimal: Int64(sequence))
            idEnd = writer.count
            time = writeValue(&writer)
            valueEnd = writer.count
            writer.append(TextSpan(offset: 0, length: fixed.text.count), of: fixed.text)
        }
        func span(_ offset: Int, _ length: Int) -> TextSpan { TextSpan(offset: start + offset, length: length) }
        func moved(_ header: TextSpan) -> TextSpan { span(valueEnd + Int(header.offset), Int(header.length)) }
        let key = span(kind.utf8CodeUnitCount, Int(customer.length))
        let sequenceStart = kind.utf8CodeUnitCount + Int(customer.length) + 1
        let first = headers.count
        headers.append(EncodedHeader(name: "ce_specversion", value: moved(fixed.version)))
        headers.append(EncodedHeader(name: "ce_id", value: span(0, idEnd)))
        headers.append(EncodedHeader(name: "ce_type", value: moved(fixed.type)))
        headers.append(EncodedHeader(name: "ce_source", value: moved(fixed.source)))
        headers.append(EncodedHeader(name: "ce_time", value: span(Int(time.offset), Int(time.length))))
        headers.append(EncodedHeader(name: "ce_subject", value: key))
        headers.append(EncodedHeader(name: "content-type", value: moved(fixed.contentType)))
        headers.append(
            EncodedHeader(name: "tierd_sequence", value: span(sequenceStart, idEnd - sequenceStart)))
        if let run = fixed.run { headers.append(EncodedHeader(name: "tierd_shadow_run", value: moved(run))) }
        records.append(
            EncodedOutput(
                destination: destination, key: key, value: span(idEnd, valueEnd - idEnd), headers: first..<headers.count
            ))
    }
}
