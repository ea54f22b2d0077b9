import ShardEngine
import TestSupport
import Testing

@Suite struct BlockArenaTests {
    private struct Held {
        var block: BlockHandle
        var bytes: Int
        var seed: UInt8
    }

    private static func fill(_ held: Held, _ arena: borrowing BlockArena, from start: Int = 0) {
        for index in start..<max(held.bytes, start) {
            arena.address(held.block).storeBytes(of: pattern(held.seed, index), toByteOffset: index, as: UInt8.self)
        }
    }

    private static func isIntact(_ held: Held, _ arena: borrowing BlockArena) -> Bool {
        (0..<held.bytes).allSatisfy {
            arena.address(held.block).load(fromByteOffset: $0, as: UInt8.self) == pattern(held.seed, $0)
        }
    }

    private static func pattern(_ seed: UInt8, _ index: Int) -> UInt8 { seed &+ UInt8(truncatingIfNeeded: index &* 31) }

    private static func size(_ random: inout SeededRandom) -> Int {
        random.chance(0.02)
            ? 1 + random.below(BlockArena.maximumBlockBytes / 8) : 1 + random.below(random.chance(0.3) ? 2_000 : 150)
    }

    @Test(arguments: 0..<6) func `blocks keep their bytes whatever happens around them`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var arena = BlockArena()
        var held: [Held] = []
        for step in 0..<4_000 {
            switch random.below(4) {
            case 0, 1:
                let bytes = Self.size(&random)
                held.append(Held(block: arena.allocate(bytes), bytes: bytes, seed: UInt8(truncatingIfNeeded: step)))
                Self.fill(held[held.count - 1], arena)
            case 2 where !held.isEmpty:
                let index = random.below(held.count)
                let (old, new) = (held[index].bytes, Self.size(&random))
                held[index].block = arena.resize(held[index].block, from: old, to: new)
                held[index].bytes = new
                Self.fill(held[index], arena, from: min(old, new))
            case 3 where !held.isEmpty:
                let index = random.below(held.count)
                let last = held.removeLast()
                let gone = index == held.count ? last : held[index]
                if index < held.count { held[index] = last }
                let isIntact = Self.isIntact(gone, arena)
                #expect(isIntact, "seed \(seed), step \(step)")
                arena.free(gone.block, bytes: gone.bytes)
            default: break
            }
        }
        let broken = held.count { !Self.isIntact($0, arena) }
        let (free, used, allocated) = (arena.freeBytes, arena.usedBytes, arena.allocatedBytes)
        #expect(broken == 0, "seed \(seed)")
        #expect(free <= used && used <= allocated)
    }

    @Test func `blocks do not overlap`() {
        var arena = BlockArena()
        var random = SeededRandom(seed: 9)
        var spans: [(start: UInt, end: UInt)] = []
        for _ in 0..<3_000 {
            let bytes = Self.size(&random)
            let start = UInt(bitPattern: arena.address(arena.allocate(bytes)))
            spans.append((start, start + UInt(BlockArena.capacity(for: bytes))))
        }
        spans.sort { $0.start < $1.start }
        #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.end <= $1.start })
        #expect(spans.allSatisfy { $0.start % 8 == 0 })
    }

    @Test func `a freed block is used again by one of its size`() {
        var arena = BlockArena()
        for bytes in [1, 8, 100, 128, 129, 1_000, 70_000, BlockArena.maximumBlockBytes] {
            let block = arena.allocate(bytes)
            arena.free(block, bytes: bytes)
            let free = arena.freeBytes
            #expect(free == BlockArena.capacity(for: bytes))
            let again = arena.allocate(bytes)
            let left = arena.freeBytes
            #expect(again == block && left == 0)
        }
    }

    @Test func `at most an eighth of a block beyond 128 bytes is wasted, and sizes never shrink below the need`() {
        var last = 0
        for bytes in 1...20_000 {
            let capacity = BlockArena.capacity(for: bytes)
            #expect(capacity >= bytes && capacity >= last && capacity % 8 == 0)
            if bytes > 128 { #expect(Double(capacity) <= Double(bytes + 8) * 1.125) }
            last = capacity
        }
    }

    @Test func `no block is not a block`() {
        var arena = BlockArena()
        arena.free(.none, bytes: 100)
        let (free, block) = (arena.freeBytes, arena.allocate(1))
        #expect(free == 0 && !block.isNone)
    }
}
