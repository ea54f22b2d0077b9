import Runtime
import Testing

@Suite struct OutputOriginTests {
    private static let own = OutputOrigin(application: "shop", inputs: ["orders", "browse"], deadLetters: "dead")

    private static func isForeign(_ topic: String, _ headers: [String: String], to origin: OutputOrigin = own) -> Bool {
        origin.isForeign(topic) { headers[$0] }
    }

    @Test func `outputs are told apart by their source`() {
        #expect(OutputOrigin.source(of: "shop") == "/tierd/shop")
        #expect(!Self.isForeign("tiers", ["ce_source": "/tierd/shop"]))
        #expect(Self.isForeign("tiers", ["ce_source": "/tierd/shop-two"]))
        // What no tierd has written is for the audit to name.
        #expect(!Self.isForeign("tiers", ["ce_source": "/elsewhere"]) && !Self.isForeign("tiers", [:]))
    }

    @Test func `dead letters are told apart by where their record came from, whatever its own headers say`() {
        #expect(!Self.isForeign("dead", ["tierd_source_topic": "browse", "ce_source": "/tierd/other"]))
        #expect(Self.isForeign("dead", ["tierd_source_topic": "clicks"]) && !Self.isForeign("dead", [:]))
    }

    @Test func `nothing is told apart where nothing is known of the application`() {
        let unknown = OutputOrigin(application: nil, inputs: [], deadLetters: "dead")
        #expect(!Self.isForeign("tiers", ["ce_source": "/tierd/shop"], to: unknown))
        #expect(!Self.isForeign("dead", ["tierd_source_topic": "clicks"], to: unknown))
    }
}
