import Scoring

/// What a profile is drawn from besides the histories: a run of bytes per customer, saved in snapshots as it is.
///
///     head (24) [orders (20)] [costs (16)] [referrals (4)] [category (6)]… [channel (6)]…
///
///     head        0 u32 when a profile is due, seconds; 2^32 − 1 for never, 0 while nobody has foreseen it
///                 4 u32 first view of a product since the latest order, seconds; 0 for none
///                 8 u32 products viewed since then, a bit each by hash
///                12 u32 latest answer to a campaign, seconds; 0 for none
///                16 u16 views of products since the latest order
///                18 u16 period that the weights of the lists are faded to
///                20 u16 channel of acquisition; 2^16 − 1 for none
///                22 u8  categories
///                23 u8  channels in bits 0…3, then a bit each: orders, costs, referrals
///     orders      u16 orders, discounted, flash, considered; u32 minutes; u16 views, compared, units; u16 0
///     costs       i64 totals of the orders that told their cost, i64 these costs; minor units
///     referrals   u16 made, converted
///     category    u16 name, u16 weight, u16 part of the weight that came of orders
///     channel     u16 kind (bits 14, 15) and name, u16 weight, u16 part of it that was answered
///
/// Sums stop at the end of their range. A pointer into the arena: valid until the customer's next change.
struct Portrait {
    let base: UnsafeMutableRawPointer

    static let headBytes = 24
    /// Of `dueAt`: silence has nothing left to change.
    static let neverDue = UInt32.max
    static let entryBytes = 6
    /// Of each list.
    static let longestList = 8
    static let longest =
        headBytes + Part.orders.bytes + Part.costs.bytes + Part.referrals.bytes
        + 2 * longestList * entryBytes

    /// What few or not all customers have; raw values are bits of the head's last byte.
    enum Part: UInt8, CaseIterable {
        case orders = 0x10
        case costs = 0x20
        case referrals = 0x40

        var bytes: Int {
            switch self {
            case .orders: 20
            case .costs: 16
            case .referrals: 4
            }
        }
    }

    enum List { case categories, channels }

    /// What a channel was used for; the upper two bits of its name.
    enum ChannelKind: UInt16, CaseIterable {
        case sales = 0
        case marketing = 1
        case service = 2
    }

    /// One entry of a list.
    struct Entry {
        var name: UInt16
        var weight: UInt16
        var answered: UInt16

        func halved(times: Int) -> Entry {
            let shift = UInt16(min(times, 15))
            return Entry(name: name, weight: weight >> shift, answered: answered >> shift)
        }
    }

    @inline(__always) func load<Value: FixedWidthInteger>(_ offset: Int, as type: Value.Type = Value.self) -> Value {
        base.loadUnaligned(fromByteOffset: offset, as: type)
    }

    @inline(__always) func store<Value: FixedWidthInteger>(_ value: Value, _ offset: Int) {
        base.storeBytes(of: value, toByteOffset: offset, as: Value.self)
    }

    var dueAt: UInt32 {
        get { load(0) }
        nonmutating set { store(newValue, 0) }
    }
    var firstViewAt: UInt32 {
        get { load(4) }
        nonmutating set { store(newValue, 4) }
    }
    var compared: UInt32 {
        get { load(8) }
        nonmutating set { store(newValue, 8) }
    }
    var answeredAt: UInt32 {
        get { load(12) }
        nonmutating set { store(newValue, 12) }
    }
    var views: UInt16 {
        get { load(16) }
        nonmutating set { store(newValue, 16) }
    }
    var period: UInt16 {
        get { load(18) }
        nonmutating set { store(newValue, 18) }
    }
    var acquisition: UInt16 {
        get { load(20) }
        nonmutating set { store(newValue, 20) }
    }

    func count(_ list: List) -> Int {
        switch list {
        case .categories: Int(load(22, as: UInt8.self))
        case .channels: Int(load(23, as: UInt8.self) & 0xf)
        }
    }

    func addToCount(_ list: List) {
        let offset = list == .categories ? 22 : 23
        store(load(offset, as: UInt8.self) + 1, offset)
    }

    func has(_ part: Part) -> Bool { load(23, as: UInt8.self) & part.rawValue != 0 }

    func mark(_ part: Part) { store(load(23, as: UInt8.self) | part.rawValue, 23) }

    /// Where a part begins, or would.
    func offset(of part: Part) -> Int {
        var offset = Self.headBytes
        for other in Part.allCases where other.rawValue < part.rawValue && has(other) { offset += other.bytes }
        return offset
    }

    func offset(of list: List) -> Int {
        var offset = Self.headBytes
        for part in Part.allCases where has(part) { offset += part.bytes }
        return list == .categories ? offset : offset + count(.categories) * Self.entryBytes
    }

    /// Bytes of the whole.
    var length: Int { offset(of: .channels) + count(.channels) * Self.entryBytes }

    func entry(at offset: Int) -> Entry {
        Entry(name: load(offset), weight: load(offset + 2), answered: load(offset + 4))
    }

    func store(_ entry: Entry, at offset: Int) {
        store(entry.name, offset)
        store(entry.weight, offset + 2)
        store(entry.answered, offset + 4)
    }

    func entry(_ index: Int, of list: List) -> Entry { entry(at: offset(of: list) + index * Self.entryBytes) }

    /// Adds to a sum, which stops at the end of its range.
    func add<Value: FixedWidthInteger & UnsignedInteger>(_ more: Value, at offset: Int) {
        let (sum, overflow) = load(offset, as: Value.self).addingReportingOverflow(more)
        store(overflow ? .max : sum, offset)
    }

    /// Different products among the views since the latest order, by linear counting (Whang, Vander-Zanden, Taylor 1990):
    /// −32 ln(free bits / 32), rounded; 32 bits tell up to about a hundred apart.
    static func estimate(_ compared: UInt32) -> UInt16 { estimates[compared.nonzeroBitCount] }

    private static let estimates: [UInt16] = [
        0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 17, 18, 20, 22, 24, 26, 29, 31, 34, 37, 41, 44, 49, 54, 59, 67, 76,
        89,
        111, 111,
    ]
}

/// The fields of a portrait in an image, before anything is trusted.
enum PortraitImage {
    /// Whether the bytes are a portrait whose names are among the first `names`; no bytes are none.
    static func isValid(_ bytes: UnsafeRawBufferPointer, names: Int) -> Bool {
        guard bytes.count > 0 else { return true }
        guard bytes.count >= Portrait.headBytes, bytes.count <= Portrait.longest, let base = bytes.baseAddress else {
            return false
        }
        let portrait = Portrait(base: UnsafeMutableRawPointer(mutating: base))
        guard portrait.count(.categories) <= Portrait.longestList, portrait.count(.channels) <= Portrait.longestList,
            bytes[23] & 0x80 == 0, portrait.length == bytes.count
        else { return false }
        func isName(_ name: UInt16) -> Bool { name < names || name == NameTable.other }
        guard portrait.acquisition == NameTable.none || isName(portrait.acquisition) else { return false }
        for index in 0..<portrait.count(.categories) {
            let entry = portrait.entry(index, of: .categories)
            guard isName(entry.name), areWeights(entry) else { return false }
        }
        for index in 0..<portrait.count(.channels) {
            let entry = portrait.entry(index, of: .channels)
            guard Portrait.ChannelKind(rawValue: entry.name >> 14) != nil, isName(entry.name & 0x3fff),
                areWeights(entry)
            else { return false }
        }
        return true
    }

    /// So small that none can overflow when it is added to.
    private static func areWeights(_ entry: Portrait.Entry) -> Bool {
        entry.weight <= PreferenceWeight.most && entry.answered <= entry.weight
    }

    static func owes(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 4 && bytes.loadUnaligned(as: UInt32.self) != 0
    }
}
