import Telemetry
import Testing

struct GaugeTests {
    @Test func `a gauge is unknown until it is set, and again once it is cleared`() {
        let gauge = Gauge()
        #expect(gauge.value == nil)
        gauge.set(-2.5)
        #expect(gauge.value == -2.5)
        gauge.set(7)
        #expect(gauge.value == 7)
        gauge.clear()
        #expect(gauge.value == nil)
    }
}
