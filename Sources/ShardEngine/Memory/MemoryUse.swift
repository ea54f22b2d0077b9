/// What a shard's state takes from the system, in bytes, by what it is for.
package struct MemoryUse: Hashable, Sendable {
    /// The fixed part of each customer.
    package var records: Int
    /// Ids, histories, portraits and annexes, with what is free between them.
    package var blocks: Int
    /// Of `blocks`, what is free and waits to be used again.
    package var freeBlocks: Int
    /// Ids to customers.
    package var index: Int
    package var deadlines: Int

    package var total: Int { records + blocks + index + deadlines }
}

extension ShardEngine {
    package var memoryUse: MemoryUse {
        MemoryUse(
            records: store.slab.allocatedBytes, blocks: store.arena.allocatedBytes, freeBlocks: store.arena.freeBytes,
            index: store.index.allocatedBytes, deadlines: wheel.allocatedBytes)
    }
}
