import Runtime
import Scoring
import Testing

struct PolicyHashTests {
    private static let decidingChanges: [(old: String, new: String)] = [
        ("policy: sample", "policy: other"), ("version: 3", "version: 4"),
        ("time_zone: UTC", "time_zone: Europe/Berlin"),
        ("currency: EUR", "currency: CHF"), ("0.92", "0.93"), (", JPY: \"0.006\"", ""), ("from: paid", "from: placed"),
        ("skew: 10m", "skew: 11m"), ("orders: 400d", "orders: 401d"), ("browse: 90d", "browse: 91d"),
        ("feedback: 500d", "feedback: 501d"), ("half_life: 60d", "half_life: 61d"),
        ("name: spending", "name: spendings"),
        ("orders_365d", "orders_364d"), ("weight: 50", "weight: 51"), ("half_at: 200", "half_at: 201"),
        ("linear: [0, 12]", "linear: [1, 12]"), ("linear: [0, 12]", "linear: [0, 13]"), ("[60, 0.3]", "[61, 0.3]"),
        ("[60, 0.3]", "[60, 0.31]"), ("when_unknown: 0.5", "when_unknown: 0.6"), ("name: silver", "name: argent"),
        ("en: Standard", "en: Normal"), ("{en: Standard", "{de: Standard"), ("[welcome]", "[welcome, wave]"),
        ("score: 25", "score: 26"), ("score: 50", "score: 51"), ("any:", "all:"), ("at_least: 3", "at_least: 4"),
        ("at_least: 3", "below: 3"),
        ("{not: {measure: complaints_open, at_least: 2}}", "{measure: complaints_open, at_least: 2}"),
        ("orders_90d", "orders_91d"), ("below: 180", "below: 181"), ("16.7%", "16.8%"),
        ("minimum_dwell: 30d", "minimum_dwell: 31d"),
        ("grace: 14d", "grace: 15d"), ("mode: one_step", "mode: immediate"), ("model: mbg_nbd", "model: bg_nbd"),
        ("horizon: 60d", "horizon: 61d"), ("r: 0.5", "r: 0.51"), ("alpha: 40", "alpha: 41"), ("a: 0.8", "a: 0.81"),
        ("b: 2.5", "b: 2.51"), ("  parameters: {r: 0.5, alpha: 40, a: 0.8, b: 2.5}\n", ""),
        ("name: medium", "name: middle"),
        ("from: 0.6", "from: 0.61"), ("en: High", "en: Hot"), ("[call]", "[mail]"), ("margin: 0.03", "margin: 0.04"),
        ("per_unit: 1.5", "per_unit: 1.6"), ("{standard: 1.25}", "{standard: 1.3}"),
        ("{standard: 1.25}", "{gold: 1.25}"),
        ("200d", "201d"), ("inactive: 95d", "inactive: 96d"), (", expire_when_inactive: 95d", ""),
        ("points: {per_unit: 1.5, multipliers: {standard: 1.25}, expire_after: 200d, expire_when_inactive: 95d}\n", ""),
        ("name: vip_at_risk", "name: vip_lost"), ("contribution_365d", "margin_365d"), ("{tag: vip}", "{tag: vips}"),
        ("{tag: vip}", "{attribute: vip, is: vip}"), ("attribute: region", "attribute: area"), ("is: EU", "is: US"),
        ("is: true", "is: false"), ("[newsletter]", "[paper]"), ("benefits: [newsletter], ", ""),
        ("upgrade: [congratulate]", "upgrade: [praise]"), ("upgrade: [congratulate]", "renewal: [congratulate]"),
        ("upgrade: [congratulate], ", ""), ("[ring]", "[write]"), (", actions: [ring]", ""),
        ("attribute: holdings", "attribute: savings"), ("at_least: 1000}", "at_least: 1001}"),
        ("at_least: 1000}", "below: 1000}"), ("holdings, at_least: 1000", "holdings, is: \"1000\""),
        ("quiet_beyond: 3d", "quiet_beyond: 4d"), ("catch_up: {quiet_beyond: 3d}\n", ""),
    ]

    @Test func `whatever decides or reaches an output changes the hash`() throws {
        var hashes: Set<String> = [try SamplePolicy.policy().hash]
        for change in Self.decidingChanges {
            let hash = try SamplePolicy.policy(replacing: change.old, with: change.new).hash
            #expect(hashes.insert(hash).inserted, "\(change) gives a hash seen before")
        }
        #expect(hashes.count == Self.decidingChanges.count + 1)
    }

    @Test(arguments: [
        ("policy: sample", "# about\n\npolicy:   sample # the name"), ("version: 3", "version: 3.0"),
        ("currency: EUR", "currency: \"EUR\""),
        ("{USD: \"0.92\", JPY: \"0.006\"}", "{JPY: \"0.0060\", USD: \"0.920\"}"),
        ("max_future_skew: 10m", "max_future_skew: 600s"), ("weight: 50", "weight: 50.0"),
        ("time_zone: UTC", "time_zone: Etc/UTC"), ("[call]", "\n    - call\n"),
        ("{name: frequency, measure: orders_365d,", "{measure: orders_365d, name: frequency, when_unknown: 0,"),
    ])
    func `layout, comments and spelling do not change the hash`(_ old: String, _ new: String) throws {
        let text = SamplePolicy.replacing(old, with: new).replacing("\n    - call\n}", with: "[call]}")
        #expect(try PolicyFile.parse(text: text, file: "f").hash == SamplePolicy.policy().hash)
    }

    /// A journal names policies by this hash: it may only change together with the first line of the canonical text.
    @Test func `the canonical text and its hash stand`() throws {
        let policy = try PolicyFile.parse(text: SamplePolicy.shortest, file: "f")
        #expect(
            policy.canonicalText == """
                tierd policy 2
                policy "shortest"
                version 1
                offset 0 0
                currency USD
                count_from completed
                max_future_skew 300000
                history 365 30 365
                spend_half_life 7776000000
                term "spending" spend_30d 100.0 linear(0.0 100.0) 0.0
                tier "standard"
                downgrade 0.2 0 2419200000 immediate at_once true
                model bg_nbd 0.242593 30.8952 0.792886 2.425754 calibrated false
                churn 90.0 0.02 60.0 p0
                level "low" 0.0

                """)
        #expect(policy.hash == "9694dc3259225ed628178736bc4b25d5f886b6b6c5fb382558d9a3eb94728adf")
    }

    @Test func `benefits and actions stand in lines of their own or behind what they are of`() throws {
        let text = try SamplePolicy.policy().canonicalText
        #expect(text.contains("\nchange_actions upgrade action \"congratulate\"\n"))
        #expect(text.contains("\nchange_actions downgrade action \"console\"\n"))
        #expect(text.contains(#" label "zh" "普通" benefit "newsletter" action "welcome""# + "\n"))
        #expect(text.contains(#" tag("vip")) action "ring""# + "\n"))
        #expect(text.contains(#"tag "rich" attribute_number("holdings" at_least 1000.0)"# + "\n"))
    }

    @Test func `no text can look like another line`() throws {
        let text = SamplePolicy.shortest.replacing(
            "{name: standard}", with: #"{name: standard, label: {en: "a\"\nlevel \\"}}"#)
        let policy = try PolicyFile.parse(text: text, file: "f")
        #expect(policy.canonicalText.contains(#"tier "standard" label "en" "a\"\nlevel \\""# + "\n"))
    }

    /// FIPS 180-4 examples, and lengths around the padding's edges checked with another implementation.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
        (String(repeating: "a", count: 56), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
        (String(repeating: "a", count: 63), "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"),
        (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
        (String(repeating: "a", count: 119), "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"),
        (String(repeating: "a", count: 120), "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"),
        (String(repeating: "a", count: 1000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
    ])
    func `the digest is SHA-256`(_ text: String, _ digest: String) {
        #expect(SHA256.hexDigest(of: text) == digest)
    }
}
