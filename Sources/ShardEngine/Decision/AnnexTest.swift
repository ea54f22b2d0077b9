/// Whether commands have given a customer a tag, or an attribute of one value.
enum AnnexTest {
    case tag([UInt8])
    case attribute(name: [UInt8], text: [UInt8])

    func isMet(by record: CustomerStore.Record, _ store: borrowing CustomerStore) -> Bool {
        guard record.pointee.annexBytes > 0 else { return false }
        switch self {
        case .tag(let tag): return store.annexSection(.tag, of: record) { $0.elementsEqual(tag) } != nil
        case .attribute(let name, let text):
            return store.annexSection(.attribute, of: record) { Self.isAttribute($0, name, text) } != nil
        }
    }

    /// A flag reads `true` or `false`; a number as it was written.
    private static func isAttribute(_ content: UnsafeRawBufferPointer, _ name: [UInt8], _ text: [UInt8]) -> Bool {
        guard content.count >= 2, content.count >= 2 + Int(content[1]) else { return false }
        let end = 2 + Int(content[1])
        guard content[2..<end].elementsEqual(name) else { return false }
        guard content[0] == CustomerAnnex.Attribute.Kind.flag.rawValue else {
            return content[end...].elementsEqual(text)
        }
        return (content[end...].first == 1 ? "true" : "false").utf8.elementsEqual(text)
    }
}
