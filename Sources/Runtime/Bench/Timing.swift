import Glibc

/// Wall time and processor time of one piece of work, seconds.
package struct Timing: Hashable, Sendable {
    package var wall: Double
    package var cpu: Double

    /// The one in the middle by processor time.
    static func median(of timings: [Timing]) -> Timing {
        let sorted = timings.sorted { $0.cpu < $1.cpu }
        return sorted[sorted.count / 2]
    }

    /// Seconds.
    static func medianWall(of timings: [Timing]) -> Double { timings.map(\.wall).sorted()[timings.count / 2] }
}

extension [Double] {
    /// The value that a share of all does not exceed, by rank; 0 for none.
    func percentile(_ share: Double) -> Double {
        isEmpty ? 0 : sorted()[Swift.min(count - 1, Int(Double(count) * share))]
    }
}

enum Stopwatch {
    /// Times `body`; the processor time is this thread's.
    static func measure(_ body: () throws -> Void) rethrows -> Timing {
        let (wall, cpu) = (SteadyClock.now, threadSeconds)
        try body()
        return Timing(wall: SteadyClock.now - wall, cpu: threadSeconds - cpu)
    }

    /// Processor time of the calling thread so far.
    static var threadSeconds: Double { seconds(CLOCK_THREAD_CPUTIME_ID) }

    /// Processor time of all threads of the process so far.
    static var processSeconds: Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// What the process holds in memory.
enum ResidentMemory {
    /// Bytes; 0 where the system does not tell.
    static var bytes: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
