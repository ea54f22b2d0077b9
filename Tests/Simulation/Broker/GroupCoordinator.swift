import KafkaClient
import Scoring

/// Who a member is, by its own account; sent with every request to the group.
package struct GroupMembership: Hashable, Sendable {
    package let group: String
    package let memberID: String
    package let generation: Int32
    package let instanceID: String?

    /// Committing as nobody in particular: the coordinator then checks nothing.
    package static func none(_ group: String) -> GroupMembership {
        GroupMembership(group: group, memberID: "", generation: -1, instanceID: nil)
    }
}

/// What a member asks for when it joins.
package struct JoinRequest: Hashable, Sendable {
    package var group: String
    /// Empty for a member that has none yet, or lost it.
    package var memberID: String
    package var instanceID: String?
    package var topics: [String]
    package var sessionTimeout: TimeSpan
    package var rebalanceTimeout: TimeSpan

    package init(
        group: String, memberID: String, instanceID: String?, topics: [String], sessionTimeout: TimeSpan,
        rebalanceTimeout: TimeSpan
    ) {
        self.group = group
        self.memberID = memberID
        self.instanceID = instanceID
        self.topics = topics
        self.sessionTimeout = sessionTimeout
        self.rebalanceTimeout = rebalanceTimeout
    }
}

/// What the group gave a member.
package struct JoinAnswer: Hashable, Sendable {
    package let membership: GroupMembership
    package let partitions: [TopicPartition]
}

/// Which join request an answer belongs to.
package struct JoinTicket: Hashable, Sendable {
    package let number: Int
}

/// One consumer group: eager rebalancing, static membership, fencing by generation. Join and sync are one step here, and
/// the coordinator assigns by range itself.
///
///     empty ─► rebalancing (waits for the known members to join again) ─► stable ─► rebalancing …
package struct GroupCoordinator: Sendable {
    private struct Member {
        var id: String
        var instanceID: String?
        var topics: [String]
        var sessionTimeout: TimeSpan
        var rebalanceTimeout: TimeSpan
        var lastSeen: VirtualTime
        var waiting: JoinTicket?
        var partitions: [TopicPartition] = []

        init(_ request: JoinRequest, id: String, _ ticket: JoinTicket, _ now: VirtualTime) {
            self.id = id
            instanceID = request.instanceID
            topics = request.topics
            sessionTimeout = request.sessionTimeout
            rebalanceTimeout = request.rebalanceTimeout
            lastSeen = now
            waiting = ticket
        }
    }

    private let name: String
    private let partitionCounts: [String: Int32]
    package private(set) var generation: Int32 = 0
    /// In order of joining.
    private var members: [Member] = []
    /// Set while rebalancing: when members that have not come back are given up.
    private var rebalanceEnd: VirtualTime?
    private var memberNumber = 0
    private var tickets = 0
    private var answers: [(JoinTicket, Result<JoinAnswer, SimulatedError>)] = []

    /// A group that was empty waits so long for others before it assigns.
    private static let initialDelay = TimeSpan.seconds(1)

    package init(_ name: String, partitionCounts: [String: Int32]) {
        self.name = name
        self.partitionCounts = partitionCounts
    }

    package var isRebalancing: Bool { rebalanceEnd != nil }

    package var assignment: [String: [TopicPartition]] {
        Dictionary(uniqueKeysWithValues: members.map { ($0.instanceID ?? $0.id, $0.partitions) })
    }

    /// Joins that have been answered since the last call.
    package mutating func takeAnswers() -> [(JoinTicket, Result<JoinAnswer, SimulatedError>)] {
        defer { answers = [] }
        return answers
    }

    // MARK: - Requests

    package mutating func join(_ request: JoinRequest, at now: VirtualTime) -> JoinTicket {
        tickets += 1
        let ticket = JoinTicket(number: tickets)
        if !request.memberID.isEmpty {
            guard let index = members.firstIndex(where: { $0.id == request.memberID }) else {
                answers.append((ticket, .failure(absence(of: request.memberID, request.instanceID))))
                return ticket
            }
            renew(index, request, ticket, now)
        } else if let instance = request.instanceID,
            let index = members.firstIndex(where: { $0.instanceID == instance })
        {
            replace(index, request, ticket, now)
        } else {
            members.append(Member(request, id: newID(), ticket, now))
            beginRebalance(now)
        }
        finishRebalanceIfAllJoined(now)
        return ticket
    }

    package mutating func heartbeat(_ member: GroupMembership, at now: VirtualTime) -> Result<Void, SimulatedError> {
        switch check(member) {
        case .failure(let error): return .failure(error)
        case .success(let index):
            members[index].lastSeen = now
            return isRebalancing ? .failure(.rebalanceInProgress) : .success(())
        }
    }

    /// Only members without an instance id leave; a static one may come back.
    package mutating func leave(_ member: GroupMembership, at now: VirtualTime) {
        guard case .success(let index) = check(member) else { return }
        members.remove(at: index)
        beginRebalance(now)
        finishRebalanceIfAllJoined(now)
    }

    /// Whether a transaction may commit offsets for this member. While others join again the old generation still may.
    package func check(_ member: GroupMembership) -> Result<Int, SimulatedError> {
        guard let index = members.firstIndex(where: { $0.id == member.memberID }) else {
            return .failure(absence(of: member.memberID, member.instanceID))
        }
        guard member.generation == generation else { return .failure(.illegalGeneration) }
        return .success(index)
    }

    // MARK: - Time

    /// Drops members that have been silent too long, and ends a rebalance that has waited enough.
    package mutating func expire(at now: VirtualTime) {
        let gone = members.filter { $0.waiting == nil && now - $0.lastSeen >= $0.sessionTimeout }.map(\.id)
        if !gone.isEmpty {
            members.removeAll { gone.contains($0.id) }
            beginRebalance(now)
        }
        if let end = rebalanceEnd, now >= end { members.removeAll { $0.waiting == nil } }
        finishRebalanceIfAllJoined(now)
    }

    // MARK: - Steps

    private func absence(of id: String, _ instanceID: String?) -> SimulatedError {
        let isReplaced = instanceID != nil && members.contains { $0.instanceID == instanceID && $0.id != id }
        return isReplaced ? .fencedInstance : .unknownMember
    }

    private mutating func newID() -> String {
        memberNumber += 1
        return "member-\(memberNumber)"
    }

    private mutating func renew(_ index: Int, _ request: JoinRequest, _ ticket: JoinTicket, _ now: VirtualTime) {
        if let old = members[index].waiting { answers.append((old, .failure(.timedOut))) }
        members[index].waiting = ticket
        members[index].lastSeen = now
        members[index].topics = request.topics
        beginRebalance(now)
    }

    /// A static member has come back under a new member id: the old one is fenced, and a stable group stays as it is.
    private mutating func replace(_ index: Int, _ request: JoinRequest, _ ticket: JoinTicket, _ now: VirtualTime) {
        if let old = members[index].waiting { answers.append((old, .failure(.fencedInstance))) }
        let partitions = members[index].partitions
        let isUnchanged = members[index].topics == request.topics
        members[index] = Member(request, id: newID(), ticket, now)
        members[index].partitions = partitions
        guard isUnchanged, !isRebalancing else { return beginRebalance(now) }
        answerJoin(index)
    }

    private mutating func beginRebalance(_ now: VirtualTime) {
        guard rebalanceEnd == nil else { return }
        let isFirst = members.allSatisfy { $0.waiting != nil }
        let patience = members.map(\.rebalanceTimeout).max() ?? .zero
        rebalanceEnd = now + (isFirst ? Self.initialDelay : patience)
    }

    private mutating func finishRebalanceIfAllJoined(_ now: VirtualTime) {
        guard let end = rebalanceEnd else { return }
        guard !members.isEmpty else {
            rebalanceEnd = nil
            return
        }
        let isWaitingForOthers = generation == 0 && now < end
        guard members.allSatisfy({ $0.waiting != nil }), !isWaitingForOthers else { return }
        rebalanceEnd = nil
        generation += 1
        assignByRange()
        for index in members.indices {
            members[index].lastSeen = now
            answerJoin(index)
        }
    }

    private mutating func answerJoin(_ index: Int) {
        guard let ticket = members[index].waiting else { return }
        members[index].waiting = nil
        let membership = GroupMembership(
            group: name, memberID: members[index].id, generation: generation, instanceID: members[index].instanceID)
        answers.append((ticket, .success(JoinAnswer(membership: membership, partitions: members[index].partitions))))
    }

    /// Every topic by itself, members in order of their ids: equal counts give each member equal numbers of each topic.
    private mutating func assignByRange() {
        let order = members.indices.sorted {
            (members[$0].instanceID ?? members[$0].id) < (members[$1].instanceID ?? members[$1].id)
        }
        for index in members.indices { members[index].partitions = [] }
        for topic in Set(members.flatMap(\.topics)).sorted() {
            let interested = order.filter { members[$0].topics.contains(topic) }
            let count = Int(partitionCounts[topic] ?? 0)
            var next = 0
            for (rank, index) in interested.enumerated() {
                let share = count / interested.count + (rank < count % interested.count ? 1 : 0)
                for partition in next..<next + share {
                    members[index].partitions.append(TopicPartition(topic: topic, partition: Int32(partition)))
                }
                next += share
            }
        }
    }
}
