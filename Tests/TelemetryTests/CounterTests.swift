import Telemetry
import Testing

struct CounterTests {
    @Test func `concurrent additions add up`() async {
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 { counter.add() }
                    counter.add(5)
                }
            }
        }
        #expect(counter.value == 80_040)
    }
}
