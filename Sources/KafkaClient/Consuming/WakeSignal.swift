import CRDKafka
import Foundation

/// A pipe that librdkafka writes to when a queue stops being empty: lets one thread wait for many queues without a
/// callback. Raised by any thread; one thread waits.
package final class WakeSignal: @unchecked Sendable {
    private let readDescriptor: Int32
    let writeDescriptor: Int32

    /// Fails when the process is out of file descriptors.
    package init() throws(KafkaError) {
        var descriptors: [Int32] = [-1, -1]
        guard unsafe pipe(&descriptors) == 0 else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "cannot open a pipe: errno \(errno)")
        }
        readDescriptor = descriptors[0]
        writeDescriptor = descriptors[1]
        for descriptor in descriptors {
            // A full pipe is already a raised signal, so writing must not block; a child process must not inherit it.
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        close(readDescriptor)
        close(writeDescriptor)
    }

    /// Wakes the waiting thread, or the next one to wait.
    package func raise() {
        unsafe withPayload { payload in _ = unsafe write(writeDescriptor, payload.baseAddress!, payload.count) }
    }

    /// Waits up to `timeoutMilliseconds`; returns whether the signal was raised, and lowers it.
    package func wait(timeoutMilliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: readDescriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&descriptor, 1, timeoutMilliseconds) > 0 else { return false }
        var drain: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &drain) { bytes in
            while unsafe read(readDescriptor, bytes.baseAddress!, bytes.count) == bytes.count {}
        }
        return true
    }

    func withPayload(_ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe withUnsafeBytes(of: UInt8(1), body)
    }
}
