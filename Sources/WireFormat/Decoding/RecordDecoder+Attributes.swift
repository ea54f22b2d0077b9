import Scoring

extension RecordDecoder {
    /// Appends what an `attribute` command changes: members of `set`, elements of `unset`, `add_tags`, `remove_tags`.
    mutating func changes(_ record: JSONRecord, _ buffer: inout EventBuffer) throws(Rejection) -> ListSpan {
        let start = buffer.attributes.count
        try set(record, after: start, &buffer)
        try list(record, .unset, .unset, after: start, &buffer)
        try list(record, .addTags, .addTag, after: start, &buffer)
        try list(record, .removeTags, .removeTag, after: start, &buffer)
        guard buffer.attributes.count > start else { throw Rejection(.missingField, .set) }
        // They have gone straight into the buffer; what is gathered follows.
        texts.begin(buffer)
        return ListSpan(offset: start, count: buffer.attributes.count - start)
    }

    private mutating func set(
        _ record: JSONRecord, after start: Int, _ buffer: inout EventBuffer
    ) throws(Rejection) {
        guard let object = record[.set] else { return }
        guard object.isObject else { throw Rejection(.wrongType, .set) }
        let members = parser.members(of: object)
        guard members.count <= AttributeChange.maximumPerList else { throw Rejection(.outOfRange, .set) }
        for index in 0..<members.count {
            let change = try Self.change(members.value(index), &buffer)
            try Self.append(members.name(index), change, from: .set, after: start, &buffer)
        }
    }

    private static func change(
        _ value: JSONValue, _ buffer: inout EventBuffer
    ) throws(Rejection) -> AttributeChange.Change {
        if let flag = value.flag { return .setFlag(flag) }
        guard value.isString || value.isNumber else { throw Rejection(.wrongType, .set) }
        guard unsafe value.bytes.count <= AttributeChange.maximumValueBytes else {
            throw Rejection(.invalidValue, .set)
        }
        let text = unsafe buffer.append(text: value.bytes)
        return value.isString ? .setText(text) : .setNumber(text)
    }

    private mutating func list(
        _ record: JSONRecord, _ key: RecordKey, _ change: AttributeChange.Change, after start: Int,
        _ buffer: inout EventBuffer
    ) throws(Rejection) {
        guard let array = record[key] else { return }
        guard array.isArray else { throw Rejection(.wrongType, key.field) }
        let members = parser.members(of: array)
        guard members.count <= AttributeChange.maximumPerList else { throw Rejection(.outOfRange, key.field) }
        for index in 0..<members.count {
            try Self.append(members.value(index), change, from: key, after: start, &buffer)
        }
    }

    /// An attribute, and a tag, stands once in a command: otherwise the order of the lists would matter.
    private static func append(
        _ name: JSONValue, _ change: AttributeChange.Change, from key: RecordKey, after start: Int,
        _ buffer: inout EventBuffer
    ) throws(Rejection) {
        guard name.isString else { throw Rejection(.wrongType, key.field) }
        let bytes = unsafe name.bytes
        guard (1...AttributeChange.maximumNameBytes).contains(bytes.count), unsafe !bytes.contains(0) else {
            throw Rejection(.invalidValue, key.field)
        }
        for earlier in buffer.attributes[start...] where earlier.change.isOfTag == change.isOfTag {
            guard unsafe !buffer.text[earlier.name.range].elementsEqual(bytes) else {
                throw Rejection(.duplicateField, key.field)
            }
        }
        buffer.attributes.append(AttributeChange(name: unsafe buffer.append(text: bytes), change))
    }
}

extension AttributeChange.Change {
    /// Whether it is a tag that changes, not an attribute.
    fileprivate var isOfTag: Bool {
        switch self {
        case .addTag, .removeTag: true
        case .setText, .setNumber, .setFlag, .unset: false
        }
    }
}
