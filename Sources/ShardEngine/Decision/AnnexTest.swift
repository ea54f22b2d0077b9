/// What a policy asks of a customer's tags and attributes, as commands have given them.
enum AnnexTest {
    case tag([UInt8])
    case attribute(name: [UInt8], text: [UInt8])
    case number(name: [UInt8])

    /// 1 or 0 for whether the customer has it; of a number itself, NaN where there is none.
    func value(of record: CustomerStore.Record, _ store: borrowing CustomerStore) -> Double {
        guard record.pointee.annexBytes > 0 else { return absent }
        switch self {
        case .tag(let tag): return store.annexSection(.tag, of: record) { $0.elementsEqual(tag) } == nil ? 0 : 1
        case .attribute(let name, let text):
            return store.annexSection(.attribute, of: record) { Self.isAttribute($0, name, text) } == nil ? 0 : 1
        case .number(let name):
            return store.annexSection(.attribute, of: record) { Self.end(ofName: name, $0) != nil }.map(Self.number)
                ?? .nan
        }
    }

    private var absent: Double { if case .number = self { .nan } else { 0 } }

    /// A flag reads `true` or `false`; a number as it was written.
    private static func isAttribute(_ content: UnsafeRawBufferPointer, _ name: [UInt8], _ text: [UInt8]) -> Bool {
        guard let end = end(ofName: name, content) else { return false }
        guard content[0] == CustomerAnnex.Attribute.Kind.flag.rawValue else {
            return content[end...].elementsEqual(text)
        }
        return (content[end...].first == 1 ? "true" : "false").utf8.elementsEqual(text)
    }

    /// Where an attribute's value begins; nil for an attribute of another name.
    private static func end(ofName name: [UInt8], _ content: UnsafeRawBufferPointer) -> Int? {
        guard content.count >= 2, content.count >= 2 + Int(content[1]) else { return nil }
        let end = 2 + Int(content[1])
        return content[2..<end].elementsEqual(name) ? end : nil
    }

    /// NaN for a text or a flag, and for more than a `Double` can be.
    private static func number(_ content: UnsafeRawBufferPointer) -> Double {
        guard content[0] == CustomerAnnex.Attribute.Kind.number.rawValue else { return .nan }
        let number = Double(String(decoding: content[(2 + Int(content[1]))...], as: UTF8.self)) ?? .nan
        return number.isFinite ? number : .nan
    }
}
