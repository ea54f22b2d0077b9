import Scoring

/// What commands carry.
extension EventEncoder {
    static func write(_ pin: TierPin, _ buffer: EventBuffer, _ bytes: inout ByteWriter) {
        bytes.append(literal: ",\"tier\":")
        bytes.append(jsonString: pin.tier, of: buffer.text)
        bytes.append(literal: ",\"mode\":\"")
        bytes.append(literal: pin.mode.name)
        bytes.append(literal: "\"")
        guard let until = pin.until else { return }
        bytes.append(literal: ",\"until\":\"")
        bytes.append(time: until)
        bytes.append(literal: "\"")
    }

    /// The lists of an `attribute` command, each in the order of its changes.
    static func write(
        _ changes: ArraySlice<AttributeChange>, _ buffer: EventBuffer, _ bytes: inout ByteWriter
    ) {
        write(valuesOf: changes, buffer, &bytes)
        write("unset", of: changes, buffer, &bytes) { if case .unset = $0 { true } else { false } }
        write("add_tags", of: changes, buffer, &bytes) { if case .addTag = $0 { true } else { false } }
        write("remove_tags", of: changes, buffer, &bytes) { if case .removeTag = $0 { true } else { false } }
    }

    private static func write(
        valuesOf changes: ArraySlice<AttributeChange>, _ buffer: EventBuffer, _ bytes: inout ByteWriter
    ) {
        var isFirst = true
        for change in changes where change.change.hasValue {
            bytes.append(literal: isFirst ? ",\"set\":{" : ",")
            isFirst = false
            bytes.append(jsonString: change.name, of: buffer.text)
            bytes.append(literal: ":")
            switch change.change {
            case .setText(let text): bytes.append(jsonString: text, of: buffer.text)
            case .setNumber(let digits): bytes.append(digits, of: buffer.text)
            case .setFlag(let flag): bytes.append(literal: flag ? "true" : "false")
            case .unset, .addTag, .removeTag: break
            }
        }
        if !isFirst { bytes.append(literal: "}") }
    }

    private static func write(
        _ name: StaticString, of changes: ArraySlice<AttributeChange>, _ buffer: EventBuffer,
        _ bytes: inout ByteWriter, where isChosen: (AttributeChange.Change) -> Bool
    ) {
        var isFirst = true
        for change in changes where isChosen(change.change) {
            if isFirst {
                bytes.append(literal: ",\"")
                bytes.append(literal: name)
                bytes.append(literal: "\":[")
            } else {
                bytes.append(literal: ",")
            }
            isFirst = false
            bytes.append(jsonString: change.name, of: buffer.text)
        }
        if !isFirst { bytes.append(literal: "]") }
    }
}

extension AttributeChange.Change {
    fileprivate var hasValue: Bool {
        switch self {
        case .setText, .setNumber, .setFlag: true
        case .unset, .addTag, .removeTag: false
        }
    }
}
