/// A fixed number of trivial values in memory of their own: no reference counts, no uniqueness checks, no growth.
///
/// For scratch numbers and compiled rules that the hot path reads for every event.
struct FlatArray<Element>: ~Copyable {
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    init(repeating element: Element, count: Int) {
        base = .allocate(capacity: max(count, 1))
        base.initialize(repeating: element, count: count)
        self.count = count
    }

    init(_ elements: some Collection<Element>) {
        count = elements.count
        base = .allocate(capacity: max(count, 1))
        var next = base
        for element in elements {
            next.initialize(to: element)
            next += 1
        }
    }

    /// Where the values are; as long as the array.
    @inline(__always) var address: UnsafePointer<Element> { UnsafePointer(base) }

    /// A copy, for reports.
    var elements: [Element] { (0..<count).map { self[$0] } }

    deinit {
        base.deinitialize(count: count)
        base.deallocate()
    }

    @inline(__always) subscript(index: Int) -> Element {
        get {
            assert(index >= 0 && index < count)
            return base[index]
        }
        nonmutating set {
            assert(index >= 0 && index < count)
            base[index] = newValue
        }
    }
}
