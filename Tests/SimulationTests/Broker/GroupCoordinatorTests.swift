import KafkaClient
import Scoring
import Simulation
import Testing

@Suite struct GroupCoordinatorTests {
    private var group = GroupCoordinator("tierd", partitionCounts: ["browse": 4, "orders": 4])
    private var answers: [JoinTicket: Result<JoinAnswer, SimulatedError>] = [:]
    private var now = VirtualTime.start

    @Test mutating func `a range assignment gives a member the same partitions of every topic`() throws {
        let (a, b) = (join(), join())
        pass(.seconds(1))
        let first = try #require(answers[a]).get().partitions
        let second = try #require(answers[b]).get().partitions
        #expect(first.map(\.description) == ["browse[0]", "browse[1]", "orders[0]", "orders[1]"])
        #expect(second.map(\.description) == ["browse[2]", "browse[3]", "orders[2]", "orders[3]"])
    }

    @Test mutating func `a new member waits until the others have given up their partitions`() throws {
        let old = try membership(join())
        let new = join()
        pass(.seconds(3))
        #expect(answers[new] == nil)
        #expect(group.heartbeat(old, at: now).error == .rebalanceInProgress)
        _ = join(id: old.memberID)
        #expect(try #require(answers[new]).get().membership.generation == old.generation + 1)
    }

    @Test mutating func `an old generation may commit while others join, not after`() throws {
        let old = try membership(join())
        _ = join()
        #expect(group.check(old).isSuccess)
        _ = join(id: old.memberID)
        #expect(group.check(old).error == .illegalGeneration)
    }

    @Test mutating func `a silent member is dropped when its session ends`() throws {
        let member = try membership(join())
        pass(.seconds(9))
        #expect(group.heartbeat(member, at: now).isSuccess)
        pass(.seconds(9))
        #expect(group.heartbeat(member, at: now).isSuccess)
        pass(.seconds(11))
        #expect(group.heartbeat(member, at: now).error == .unknownMember)
    }

    @Test mutating func `a static member that returns in time keeps its partitions without a rebalance`() throws {
        let first = try membership(join(instance: "host-1"))
        pass(.seconds(5))
        let second = try #require(answers[join(instance: "host-1")]).get()
        #expect(second.membership.generation == first.generation)
        #expect(second.partitions.count == 8)
        #expect(second.membership.memberID != first.memberID)
    }

    @Test mutating func `a second member with the same instance id fences the first`() throws {
        let first = try membership(join(instance: "host-1"))
        _ = join(instance: "host-1")
        #expect(group.heartbeat(first, at: now).error == .fencedInstance)
        #expect(group.check(first).error == .fencedInstance)
    }

    @Test mutating func `a member that leaves hands its partitions over`() throws {
        let (a, b) = (join(), join())
        pass(.seconds(1))
        group.leave(try #require(answers[b]).get().membership, at: now)
        let again = join(id: try #require(answers[a]).get().membership.memberID)
        #expect(try #require(answers[again]).get().partitions.count == 8)
    }

    @Test mutating func `a member that does not come back to a rebalance is left out`() throws {
        let old = try membership(join())
        let new = join()
        for _ in 0..<8 {
            pass(.seconds(9))
            _ = group.heartbeat(old, at: now)
        }
        #expect(try #require(answers[new]).get().partitions.count == 8)
        #expect(group.heartbeat(old, at: now).error == .unknownMember)
    }

    private mutating func join(id: String = "", instance: String? = nil) -> JoinTicket {
        let request = JoinRequest(
            group: "tierd", memberID: id, instanceID: instance, topics: ["browse", "orders"],
            sessionTimeout: .seconds(10), rebalanceTimeout: .seconds(60))
        let ticket = group.join(request, at: now)
        collect()
        return ticket
    }

    private mutating func membership(_ ticket: JoinTicket) throws -> GroupMembership {
        pass(.seconds(1))
        return try #require(answers[ticket]).get().membership
    }

    private mutating func pass(_ span: TimeSpan) {
        now = now + span
        group.expire(at: now)
        collect()
    }

    private mutating func collect() { for (ticket, answer) in group.takeAnswers() { answers[ticket] = answer } }
}
