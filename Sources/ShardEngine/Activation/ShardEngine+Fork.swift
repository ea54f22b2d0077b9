import Scoring

extension ShardEngine {
    /// A second engine that goes on exactly as this one would, sharing nothing with it. Between two batches.
    ///
    /// A copy of memory, pages and tables as they are; a capture under way is not part of it.
    package func fork() -> ShardEngine {
        var twin = ShardEngine(policy: rules.policy, names: names.copy())
        if let clock { twin.advance(to: clock) }
        twin.digest = digest
        twin.retiering = retiering
        twin.store = store.copy()
        twin.wheel = wheel.copy()
        return twin
    }

    /// The tier that a customer holds, an index into the policy's; nil for one who is not there, or has not entered yet.
    package func tier(of id: UnsafeRawBufferPointer) -> Int? {
        guard let found = store.find(id, hash: StableHash.of(id)) else { return nil }
        return tier(at: resolve(found))
    }

    /// The same for a slot; nil for what is left of an erased or merged customer.
    func tier(at slot: UInt32) -> Int? {
        let record = store.slab[slot]
        guard record.pointee.slotState == .customer, record.pointee.hasEntered else { return nil }
        return Int(record.pointee.tier)
    }
}

extension CustomerStore {
    fileprivate func copy() -> CustomerStore {
        var twin = CustomerStore()
        twin.slab = slab.copy()
        twin.index = index.copy()
        twin.arena = arena.copy()
        twin.evacuation = evacuation
        return twin
    }
}
