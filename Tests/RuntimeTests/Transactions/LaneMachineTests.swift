import KafkaClient
import Runtime
import Testing

/// The lane asks for one thing after another; these tests are the brokers.
struct LaneMachineTests {
    private static let entries = JournalSamples.chain(3)
    private static let lost = KafkaError(code: -195, name: "_TRANSPORT", message: "gone", isFatal: true)

    private static var transaction: EncodedTransaction {
        var transaction = EncodedTransaction()
        transaction.batches = [
            EncodedBatch(
                position: entries[2].position, previous: entries[1].position, entry: entries[2].bytes, outputs: 0..<0,
                deadLetters: 0..<0)
        ]
        return transaction
    }

    /// Commits; the first commit is not answered, and then the journal holds `entries`. Returns the calls and the end.
    private static func commit(journal entries: [JournalEntry]) -> (calls: [String], end: LaneMachine.Event?) {
        var machine = LaneMachine()
        machine.start(.commit(transaction), at: 0)
        var calls: [String] = []
        // More steps than any run takes.
        for _ in 0..<100 {
            switch machine.next(isCancelled: false) {
            case .rest: return (calls, nil)
            case .wait: continue
            case .report(let event): return (calls, event)
            case .call(let call):
                let name = name(of: call)
                let isFirstCommit = name == "commit" && !calls.contains("commit")
                calls.append(name)
                machine.answered(isFirstCommit ? .failure(lost) : .success(answer(call, entries)), at: 1)
            }
        }
        return (calls, nil)
    }

    private static func answer(_ call: BrokerCall, _ entries: [JournalEntry]) -> BrokerAnswer {
        var answer = BrokerAnswer()
        let end = Int64(entries.count) * 2
        switch call {
        case .journalBounds: answer.bounds = [Watermarks(low: 0, high: end)]
        case .readJournal(let from, let to):
            answer.records = JournalSamples.records(entries)
            answer.records.records.removeAll { $0.offset < from || $0.offset >= to }
            answer.records.next = to
        case .lastJournalOffset: answer.offset = 4
        default: break
        }
        return answer
    }

    private static func name(of call: BrokerCall) -> String {
        switch call {
        case .fence: "fence"
        case .begin: "begin"
        case .produce: "produce"
        case .sendOffsets: "sendOffsets"
        case .commit: "commit"
        case .abort: "abort"
        case .journalBounds: "journalBounds"
        case .readJournal: "readJournal"
        case .lastJournalOffset: "lastJournalOffset"
        case .committed, .inputBounds, .restoreSnapshot: "taking"
        }
    }

    @Test func `in doubt, and the journal has the batch: committed, nothing is sent again`() {
        let (calls, end) = Self.commit(journal: Self.entries)
        guard case .committed(_, let report)? = end else {
            Issue.record("ended with \(String(describing: end))")
            return
        }
        #expect(calls.filter { $0 == "produce" }.count == 1)
        #expect(report.rebuilds == 1)
    }

    @Test func `in doubt, and the journal ends before the batch: fenced, then sent again`() {
        let (calls, end) = Self.commit(journal: Array(Self.entries[0..<2]))
        guard case .committed? = end else {
            Issue.record("ended with \(String(describing: end))")
            return
        }
        #expect(calls.filter { $0 == "produce" }.count == 2)
        let fence = calls.firstIndex(of: "fence") ?? -1
        #expect(fence > 0 && calls.lastIndex(of: "produce") ?? 0 > fence)
    }

    @Test func `in doubt, and the journal ends before what was committed: the shard is lost`() {
        let (calls, end) = Self.commit(journal: Array(Self.entries[0..<1]))
        guard case .failed(.journalRewound)? = end else {
            Issue.record("ended with \(String(describing: end))")
            return
        }
        #expect(calls.filter { $0 == "produce" }.count == 1)
    }

    @Test func `a take-over fences before it asks anything`() {
        var machine = LaneMachine()
        machine.start(.take, at: 0)
        var calls: [String] = []
        while case .call(let call) = machine.next(isCancelled: false), calls.count < 10 {
            calls.append(Self.name(of: call))
            machine.answered(.success(Self.answer(call, Self.entries)), at: 0)
        }
        #expect(calls.first == "fence" && calls.contains("journalBounds"))
    }

    @Test func `what holds a commit up is said after a while, and again now and then`() {
        var machine = LaneMachine()
        machine.start(.commit(Self.transaction), at: 0)
        let refused = KafkaError(code: 10, name: "MSG_SIZE_TOO_LARGE", message: "too large", requiresAbort: true)
        var (now, said): (Double, [LaneTrouble]) = (0, [])
        while now < 70 {
            switch machine.next(isCancelled: false) {
            case .rest: return
            case .wait(let milliseconds): now += Double(milliseconds) / 1000
            case .report(.heldUp(let trouble)): said.append(trouble)
            case .report(let event):
                Issue.record("ended with \(event)")
                return
            case .call(.produce): machine.answered(.failure(refused), at: now)
            case .call: machine.answered(.success(BrokerAnswer()), at: now)
            }
        }
        #expect(said.count == 3 && said.allSatisfy { $0.error == refused && $0.work == .committing })
        #expect((5...8).contains(said[0].seconds) && (35...39).contains(said[1].seconds))
        #expect(said[0].attempts > 3 && said[1].attempts > said[0].attempts)
    }

    @Test func `a cancelled lane begins nothing`() {
        var machine = LaneMachine()
        machine.start(.commit(Self.transaction), at: 0)
        guard case .report(.failed(.cancelled)) = machine.next(isCancelled: true) else {
            Issue.record("expected the end")
            return
        }
        #expect(machine.isIdle)
    }
}
