/// How far the emptying of condemned pages has come.
///
///     idle ──► condemned ──► filtering free lists ──► owner moves its blocks ──► pages empty ──► idle
struct Condemning {
    /// The condemned pages; empty while idle.
    var pages: ContiguousArray<Int> = []
    /// The class whose free list is being filtered, and what is left of that list.
    var sizeClass = 0
    var rest: UInt32 = 0
}

extension BlockArena {
    /// The least that a page must have free, and the least that all must, for the trouble to be worth it.
    private static let leastFreeInPage = pageUnits * unitBytes / 8
    private static let leastFree = 2 << 20
    /// Empty pages kept for growth.
    private static let sparePages = 4

    var isCondemning: Bool { !condemning.pages.isEmpty }

    /// Condemns the emptiest pages, a quarter of all at most, if too much is free for reuse by blocks of like size alone.
    mutating func condemnIfWorthwhile() {
        guard !isCondemning, freeBytes > Self.leastFree, freeBytes > usedBytes / 10 else { return }
        func emptiness(_ page: Int) -> Int { pages[page].freeBytes + pages[page].unusedBytes }
        let spared = openPage
        var candidates = pages.indices.filter { $0 != spared && emptiness($0) >= Self.leastFreeInPage }
        candidates.sort { (emptiness($1), $0) < (emptiness($0), $1) }
        for page in candidates.prefix(max(pages.count / 4, 2)) {
            condemning.pages.append(page)
            pages[page].isCondemned = true
            freeBytes -= pages[page].freeBytes
        }
        condemning.sizeClass = 0
        condemning.rest = 0
    }

    /// Takes the blocks of condemned pages out of the free lists, at most `limit` list entries per call; true when done.
    mutating func filterFreeLists(limit: Int) -> Bool {
        for _ in 0..<limit {
            while condemning.rest == 0 {
                guard condemning.sizeClass < freeHeads.count else { return true }
                condemning.rest = freeHeads[condemning.sizeClass]
                freeHeads[condemning.sizeClass] = 0
                condemning.sizeClass += 1
            }
            let block = BlockHandle(unit: condemning.rest)
            condemning.rest = address(block).load(as: UInt32.self)
            if !isCondemned(block) { link(block, condemning.sizeClass - 1) }
        }
        return false
    }

    @inline(__always) func isCondemned(_ block: BlockHandle) -> Bool {
        pages[Int(block.unit) >> Self.pageShift].isCondemned
    }

    /// Frees the condemned pages for reuse. The owner has moved every block out of them.
    mutating func reuseCondemnedPages() {
        for page in condemning.pages {
            pages[page].isCondemned = false
            pages[page].freeBytes = 0
            pages[page].unusedBytes = 0
            emptyPages.append(page)
        }
        condemning.pages.removeAll(keepingCapacity: true)
        releaseSpares()
    }

    /// Gives empty pages back to the system, but for a few that growth will want soon. Page 0 stays: "no block" lies there.
    private mutating func releaseSpares() {
        for page in emptyPages.dropLast(Self.sparePages) where page != 0 && !pages[page].isReleased {
            pages[page].base.deallocate()
            pages[page].isReleased = true
            releasedPages += 1
        }
    }
}
