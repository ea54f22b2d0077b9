import KafkaClient
import Synchronization

/// A client that reads the partitions it is given, committed records only, and joins no group. It remembers what it
/// complained of: the library tries again for ever, so that a fetch which cannot succeed looks like one with nothing to give.
///
/// One thread at a time.
final class CommittedClient: Sendable {
    let consumer: Consumer
    /// Without anything new for this long, reading a partition fails with a retriable error.
    let patienceSeconds: Double
    static let usualPatienceSeconds = 30.0

    private struct Complaint {
        var error: KafkaError
        /// `SteadyClock`.
        var time: Double
    }

    private let complaint = Mutex<Complaint?>(nil)

    init(
        settings: ClientSettings, groupID: String, patienceSeconds: Double = usualPatienceSeconds
    ) throws(SettingsError) {
        consumer = try Consumer(settings: settings, groupID: groupID)
        self.patienceSeconds = patienceSeconds
    }

    /// Takes what the client says beside the records; throws what ends it.
    func listen() throws(KafkaError) {
        while true {
            switch consumer.poll(timeoutMilliseconds: 0) {
            case .none: return
            case .error(let error): try note(error)
            case .log, .statistics, .assigned, .revoked: continue
            }
        }
    }

    private func note(_ error: KafkaError) throws(KafkaError) {
        if error.isFatal { throw error }
        complaint.withLock { complaint in
            // These follow on the error that brought the last broker down, and say less: nobody here asks for a coordinator.
            let follows = error.isAllBrokersDown || error.message.hasPrefix("FindCoordinator")
            if follows, complaint != nil { return }
            complaint = Complaint(error: error, time: SteadyClock.now)
        }
    }

    /// That `partition` was waited for in vain, and what may be the reason.
    func stalled(_ partition: TopicPartition) -> KafkaError {
        var message = "\(partition) gave nothing for \(Int(patienceSeconds)) s"
        if let complaint = complaint.withLock({ $0 }) {
            message += "; \(Int(SteadyClock.now - complaint.time)) s ago the client said: \(complaint.error.message)"
        }
        return KafkaError(code: KafkaError.Code.timedOut, name: "_TIMED_OUT", message: message, isRetriable: true)
    }
}
