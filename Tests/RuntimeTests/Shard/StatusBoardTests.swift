import Runtime
import Testing

@Suite struct StatusBoardTests {
    private let board = StatusBoard()

    private func status(_ shard: Int32, _ stage: ShardStage, _ detail: String = "") -> ShardStatus {
        var status = ShardStatus(shard: shard)
        status.stage = stage
        status.detail = detail
        return status
    }

    private var stages: [ShardStage] { board.shards.map(\.stage) }

    @Test func `a shard is told of until it is let go`() {
        let (first, second) = (board.claim(0), board.claim(1))
        board.set(status(0, .live), by: first)
        board.set(status(1, .restoring), by: second)
        #expect(stages == [.live, .restoring])
        board.remove(first)
        #expect(board.shards.map(\.shard) == [1])
    }

    @Test func `a former owner that lets go late neither speaks for its successor nor takes it off the board`() {
        let former = board.claim(0)
        board.set(status(0, .live), by: former)
        let successor = board.claim(0)
        board.set(status(0, .restoring), by: successor)
        board.set(status(0, .draining), by: former)
        #expect(stages == [.restoring])
        board.remove(former)
        #expect(stages == [.restoring])
        board.remove(successor)
        #expect(stages == [])
        // Nobody speaks for it any more.
        board.set(status(0, .live), by: successor)
        #expect(stages == [])
    }
}
