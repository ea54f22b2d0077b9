import Foundation

/// A thread of its own for blocking work, which does not belong on the cooperative pool.
package enum DedicatedThread {
    /// Starts a thread that runs `body` once. The name shows in debuggers and `top -H`.
    @discardableResult
    package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> ThreadSignal {
        let finished = ThreadSignal()
        let thread = Thread {
            body()
            finished.raise()
        }
        thread.name = name
        thread.stackSize = 4 << 20
        thread.start()
        return finished
    }
}
