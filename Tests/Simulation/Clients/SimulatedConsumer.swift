import KafkaClient
import Scoring

/// A consumer as librdkafka gives it to its caller: a group member that heartbeats in the background and fetches ahead,
/// or, without `subscribe`, a reader of the partitions that it is given.
///
///     idle ─► joining ─► member ─► giving up (waits for `unassign`) ─► joining …
///                └─────────┴──► fenced
package final class SimulatedConsumer {
    package enum Event: Hashable, Sendable {
        case none
        /// Answered with `assign`.
        case assigned([TopicPartition])
        /// Answered with `unassign`. When lost, another member may have them already.
        case revoked([TopicPartition], isLost: Bool)
        /// The consumer is lost.
        case failed(SimulatedError)
    }

    package struct Settings: Hashable, Sendable {
        package var group: String
        package var instance: String?
        package var sessionTimeout = TimeSpan.seconds(10)
        package var heartbeat = TimeSpan.seconds(3)
        package var rebalanceTimeout = TimeSpan.seconds(60)

        package init(group: String, instance: String? = nil) {
            self.group = group
            self.instance = instance
        }
    }

    private enum State {
        case idle
        case joining
        case member(GroupMembership)
        /// The group has asked for the partitions back; the old membership still heartbeats unless it is lost.
        case givingUp(GroupMembership, isLost: Bool)
        case fenced
        case closed
    }

    package let settings: Settings
    private let network: SimulatedNetwork
    private let process: SimulatedProcess
    private var topics: [String] = []
    private var state = State.idle
    private var memberID = ""
    private var owned: [TopicPartition] = []
    private var events: [Event] = []
    private var lastAnswer = VirtualTime.start
    /// Heartbeats and joins of an earlier membership are ignored.
    private var round = 0
    private var isClosing = false
    private var fetchers: [TopicPartition: PartitionFetcher] = [:]

    package init(_ settings: Settings, _ network: SimulatedNetwork, _ process: SimulatedProcess) {
        self.settings = settings
        self.network = network
        self.process = process
    }

    // MARK: - Membership

    package func subscribe(_ topics: [String]) {
        self.topics = topics
        join()
    }

    /// What has happened since, oldest first; never waits.
    package func poll() -> Event { events.isEmpty ? .none : events.removeFirst() }

    /// Starts leaving. Poll and answer a last `.revoked` until `isClosed`. A static member stays in the group by name.
    package func beginClose() {
        isClosing = true
        if case .member(let membership) = state { return giveUp(membership, isLost: false) }
        if case .givingUp = state { return }
        round += 1
        state = .closed
    }

    package var isClosed: Bool { if case .closed = state { true } else { false } }

    /// True while another member may hold the partitions already.
    package var isAssignmentLost: Bool {
        if case .givingUp(_, let isLost) = state { return isLost }
        if case .fenced = state { return true }
        return false
    }

    /// The membership now. Take it after the poll that delivered a batch, for that batch's transaction.
    package var groupMetadata: GroupMembership {
        switch state {
        case .member(let membership), .givingUp(let membership, _): membership
        case .idle, .joining, .fenced, .closed:
            GroupMembership(
                group: settings.group, memberID: memberID, generation: -1, instanceID: settings.instance)
        }
    }

    private func join() {
        round += 1
        state = .joining
        let (number, cluster) = (round, network.cluster)
        let request = JoinRequest(
            group: settings.group, memberID: memberID, instanceID: settings.instance, topics: topics,
            sessionTimeout: settings.sessionTimeout, rebalanceTimeout: settings.rebalanceTimeout)
        network.call(
            "JoinGroup", from: process, to: .group, timeout: settings.rebalanceTimeout + .seconds(5),
            effect: { cluster.join(request, $0) },
            reply: { [self] in if number == round { joined($0) } })
    }

    private func joined(_ result: Result<JoinAnswer, SimulatedError>) {
        switch result {
        case .success(let answer):
            state = .member(answer.membership)
            memberID = answer.membership.memberID
            owned = answer.partitions
            lastAnswer = network.clock.now
            events.append(.assigned(owned))
            scheduleHeartbeat()
        case .failure(.fencedInstance): fail(.fencedInstance)
        case .failure(let error):
            if error == .unknownMember { memberID = "" }
            let number = round
            process.run(after: .milliseconds(500)) { [self] in if number == round { join() } }
        }
    }

    private func scheduleHeartbeat() {
        let number = round
        process.run(after: settings.heartbeat) { [self] in if number == round { sendHeartbeat() } }
    }

    private func sendHeartbeat() {
        guard case .member(let membership) = state else {
            // While the partitions are being given up, the old membership is kept alive.
            if case .givingUp(let membership, isLost: false) = state { keepAlive(membership) }
            return
        }
        if network.clock.now - lastAnswer >= settings.sessionTimeout + settings.heartbeat {
            return giveUp(membership, isLost: true)
        }
        request(heartbeatOf: membership) { [self] result in
            switch result {
            case .success: lastAnswer = network.clock.now
            case .failure(.rebalanceInProgress): return giveUp(membership, isLost: false)
            case .failure(.fencedInstance): return fail(.fencedInstance)
            case .failure(.illegalGeneration), .failure(.unknownMember): return giveUp(membership, isLost: true)
            case .failure: break
            }
            scheduleHeartbeat()
        }
    }

    private func keepAlive(_ membership: GroupMembership) {
        request(heartbeatOf: membership) { [self] result in
            switch result {
            case .failure(.illegalGeneration), .failure(.unknownMember):
                state = .givingUp(membership, isLost: true)
                memberID = ""
            case .failure(.fencedInstance): fail(.fencedInstance)
            case .success, .failure: scheduleHeartbeat()
            }
        }
    }

    private func request(heartbeatOf membership: GroupMembership, _ reply: @escaping Reply<Void>) {
        let (number, cluster) = (round, network.cluster)
        network.call(
            "Heartbeat", from: process, to: .group, timeout: settings.heartbeat,
            effect: { cluster.heartbeat(membership) }, reply: { [self] in if number == round { reply($0) } })
    }

    private func giveUp(_ membership: GroupMembership, isLost: Bool) {
        state = .givingUp(membership, isLost: isLost)
        if isLost { memberID = "" }
        events.append(.revoked(owned, isLost: isLost))
        if !isLost { scheduleHeartbeat() }
    }

    private func fail(_ error: SimulatedError) {
        round += 1
        if !owned.isEmpty { events.append(.revoked(owned, isLost: true)) }
        owned = []
        state = .fenced
        events.append(.failed(error))
    }

    // MARK: - Assignment

    /// Starts fetching; a nil offset is the oldest record kept.
    package func assign(_ starts: [PartitionOffset]) {
        stopFetching()
        for start in starts {
            let fetcher = PartitionFetcher(start.topicPartition, from: start.offset, network, process)
            fetchers[start.topicPartition] = fetcher
            fetcher.start()
        }
    }

    /// Gives the partitions back; the group goes on without them.
    package func unassign() {
        stopFetching()
        guard case .givingUp(let membership, let isLost) = state else { return }
        owned = []
        round += 1
        guard isClosing else { return join() }
        state = .closed
        guard settings.instance == nil, !isLost else { return }
        let cluster = network.cluster
        network.call(
            "LeaveGroup", from: process, to: .group, timeout: .seconds(5),
            effect: { .success(cluster.leave(membership)) }, reply: { _ in })
    }

    /// Up to `maximum` entries in offset order; never waits.
    package func consume(_ partition: TopicPartition, maximum: Int) -> [FetchedEntry] {
        fetchers[partition]?.take(maximum) ?? []
    }

    private func stopFetching() {
        for fetcher in fetchers.values { fetcher.stop() }
        fetchers = [:]
    }

    // MARK: - Questions

    package func committed(
        _ partitions: [TopicPartition], timeout: TimeSpan, _ reply: @escaping Reply<[PartitionOffset]>
    ) {
        let (cluster, group) = (network.cluster, settings.group)
        RepeatedRequest(
            network: network, process: process, name: "OffsetFetch", service: .group,
            deadline: network.clock.now + timeout, effect: { cluster.committed(partitions, of: group) }, reply: reply
        ).send()
    }

    package func bounds(_ partition: TopicPartition, timeout: TimeSpan, _ reply: @escaping Reply<PartitionBounds>) {
        let cluster = network.cluster
        RepeatedRequest(
            network: network, process: process, name: "ListOffsets", service: .partition(partition),
            deadline: network.clock.now + timeout, effect: { cluster.bounds(partition) }, reply: reply
        ).send()
    }
}
