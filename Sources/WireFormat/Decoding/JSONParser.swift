import CSimdJSON
import Scoring

/// Owns the C parser and its buffers; what it hands out points into them and is valid until the next call or the end.
@safe struct JSONParser: ~Copyable {
    private let handle: OpaquePointer
    /// Objects and arrays inside one another; a record of ours needs three.
    static let maximumDepth: UInt32 = 32

    init(maximumBytes: Int) throws(WireFormatError) {
        guard let handle = unsafe csj_create(max(maximumBytes, 0), Self.maximumDepth) else {
            throw WireFormatError.noMemory(maximumBytes: maximumBytes)
        }
        unsafe self.handle = handle
    }

    deinit { unsafe csj_destroy(handle) }

    /// Reads a record; throws `tooLarge`, `malformed`, `tooDeep` or `notAnObject`.
    mutating func parse(_ bytes: UnsafeRawBufferPointer, _ form: csj_form = CSJ_EVENT_FORM) throws(Rejection)
        -> JSONRecord
    {
        var record = unsafe csj_record()
        let status = unsafe csj_parse(handle, bytes.baseAddress, bytes.count, form, &record)
        if status == CSJ_OK { return unsafe JSONRecord(record) }
        throw Rejection(Self.reason(of: status))
    }

    /// The last record parsed, read as a call of Segment's: what it says stands under the canonical keys.
    mutating func call(_ record: JSONRecord) -> JSONRecord {
        unsafe withUnsafePointer(to: record.record) { unsafe JSONRecord(csj_read_call(handle, $0), isCall: true) }
    }

    /// What an object or an array of the last record parsed holds; valid until the next list.
    mutating func members(of container: JSONValue) -> JSONMembers {
        var count: UInt32 = 0
        let members = unsafe csj_list(handle, container.field, &count)
        return unsafe JSONMembers(members.unsafelyUnwrapped, count: Int(count))
    }

    private static func reason(of status: csj_status) -> Rejection.Reason {
        switch status {
        case CSJ_TOO_LARGE: .tooLarge
        case CSJ_TOO_DEEP: .tooDeep
        case CSJ_NOT_AN_OBJECT: .notAnObject
        default: .malformed
        }
    }
}
