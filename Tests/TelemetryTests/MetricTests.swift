import Telemetry
import Testing

struct MetricTests {
    @Test func `every name is unique, lower case and carries the program's prefix`() {
        let names = Metric.all.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(name.hasPrefix("tierd_"))
            #expect(name.allSatisfy { $0 == "_" || ("a"..."z").contains($0) })
        }
    }

    @Test func `counters end in total and nothing else does`() {
        for metric in Metric.all {
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
        }
    }

    @Test func `seconds and bytes appear in the names of what they measure`() {
        for unit: Metric.Unit in [.seconds, .bytes] {
            for metric in Metric.all where metric.unit == unit {
                #expect(metric.name.split(separator: "_").contains { $0 == unit.rawValue }, "\(metric.name)")
            }
        }
    }

    @Test func `no metric is labelled by customer`() {
        let allowed: Set<String> = [
            "topic", "partition", "reason", "outcome", "state", "version", "name", "hash", "channel",
            // Tiers by two policies, and which is the higher.
            "live", "shadow", "direction",
        ]
        for metric in Metric.all {
            #expect(allowed.isSuperset(of: metric.labels), "\(metric.name)")
        }
    }

    @Test func `help is a sentence`() {
        for metric in Metric.all {
            #expect(metric.help.count > 10 && metric.help.hasSuffix("."), "\(metric.name)")
        }
    }
}
