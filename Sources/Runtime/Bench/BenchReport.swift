import Glibc
import WireFormat

/// What a bench measured.
package struct BenchReport: Sendable {
    package let bench: Bench
    package let memory: MemoryFigures
    package let snapshot: SnapshotFigures
    package let retiering: RetieringFigures
    package let recovery: RecoveryFigures
    /// Of a record's value.
    package let averageBytes: Double
    package var parsing = ParsingFigures()
    package var scoring = ScoringFigures()
    /// The whole model, profiles included.
    package var profiled = ScoringFigures()
    package var profiledMemory: MemoryFigures?
    package var broker: BrokerFigures?
    package var latency: LatencyFigures?

    init(
        _ bench: Bench, memory: MemoryFigures, snapshot: SnapshotFigures, retiering: RetieringFigures,
        recovery: RecoveryFigures, averageBytes: Double
    ) {
        self.bench = bench
        self.memory = memory
        self.snapshot = snapshot
        self.retiering = retiering
        self.recovery = recovery
        self.averageBytes = averageBytes
    }

    /// A rate out of a timing: by processor time on one thread, by wall time where many work.
    struct Rate {
        let perSecond: Double
        let nanoseconds: Double

        init(_ events: Int, seconds: Double) {
            perSecond = Double(events) / max(seconds, 1e-9)
            nanoseconds = seconds * 1e9 / Double(max(events, 1))
        }
    }

    func cpuRate(_ timings: [Timing]) -> Rate { Rate(bench.events, seconds: Timing.median(of: timings).cpu) }
    func wallRate(_ timings: [Timing]) -> Rate { Rate(bench.events, seconds: Timing.medianWall(of: timings)) }

    /// Events a second of (b) over those of (a): what scoring leaves of the parser's speed.
    package var ratioToTree: Double { cpuRate(scoring.timings).perSecond / cpuRate(parsing.tree).perSecond }
    package var ratioToFields: Double { cpuRate(scoring.timings).perSecond / cpuRate(parsing.fields).perSecond }

    /// Events a second of the whole model over those without profiles.
    package var ratioOfWholeModel: Double { cpuRate(profiled.timings).perSecond / cpuRate(scoring.timings).perSecond }

    /// The processor's name as the system gives it.
    static let processor: String = {
        guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown" }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 1024)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") else { continue }
            return String(text[text.index(after: colon)...].drop { $0 == " " }.prefix { $0 != "\n" })
        }
        return "unknown"
    }()

    static var cores: Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
