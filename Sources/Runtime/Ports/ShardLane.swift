/// Where a shard sends what has to wait for brokers: a thread of its own, or a simulated one. One command at a time; the
/// answer to each comes back as an event, on the shard's own thread.
package protocol ShardLane: AnyObject, Sendable {
    func send(_ command: LaneMachine.Command)
    /// Gives up waiting and retrying: the shard is lost, and nothing may be begun any more.
    func cancel()
    /// Lets go of the producer once nothing is under way. Nothing may be sent after it.
    func close()
}
