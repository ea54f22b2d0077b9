"""What `scripts/lint-rules --self-test` expects: files that break no rule, and files that each break one."""

# Correct, however much it looks like the opposite.
CLEAN = {
    "README.md": "Prices in 'XXX' have no currency. See https://example.org/work/x and docs/work/page.\n",
    "Sources/Scoring/Clean.swift": r'''
        import RealModule // import Foundation
        /* fatalError( /* nested */ try! { */
        package protocol Scored { func score(_ x: Int) -> Int
            init?(_ text: String) }
        struct DatabaseUtilization { let quoted = "try! { \(f("}", as: 1)) as! fatalError(" ; let raw = #"\( " { "# }
        let text = """
            import CRDKafka { "quoted" \("""
                { inner
                """)
            """
        func long(
            a: Int, b: (Int) -> Int = { $0 }
        ) throws
            -> Int
        { a }
        ''' + "func seventy() {\n" + "    step()\n" * 68 + "}\n",
    "Sources/KafkaClient/Door.swift": "@preconcurrency private import CRDKafka\nimport Foundation\n",
    "Sources/WireFormat/Reader.swift": "internal import CSimdJSON\nimport struct Scoring.Money\n",
    "Tests/TestSupport/Polling.swift": "func eventually() async {\n    try await Task.sleep(for: .seconds(1))\n}\n",
    "Tests/ScoringTests/ScoringTests.swift": r'''
        import Foundation
        import Testing
        @Test(.tags(.slow), arguments: [1, 2]) func `it's { a "brace`(n: Int) { #expect(n > 0 as! Bool) }
        func expectSame(_ a: Int) { #expect(a == 1) }
        @Test
        func `leaves it to another`() throws { expectSame(1) }
        @Test func throwing() throws { try #require(nil as Int?) }
        ''',
}  # fmt: skip

SCORING, TESTS = "Sources/Scoring/Planted.swift", "Tests/ScoringTests/Planted.swift"
# (rule, path, text, line of the finding)
PLANTED = [
    ("arrows", SCORING, "import RealModule\nimport Foundation\n", 2),
    ("arrows", "Sources/ShardEngine/Planted.swift", "import Synchronization\n", 1),
    ("arrows", "Sources/WireFormat/Planted.swift", "#if canImport(Foundation)\n    import Foundation\n#endif\n", 2),
    ("arrows", "Sources/Telemetry/Planted.swift", "package import struct Foundation.Date\n", 1),
    ("arrows", "Sources/KafkaClient/Planted.swift", "import Scoring\n", 1),
    ("arrows", "Sources/Runtime/Planted.swift", "@preconcurrency import CRDKafka\n", 1),
    ("arrows", "Sources/OpsServer/Planted.swift", "import Runtime\n", 1),
    ("arrows", "Sources/Calibration/Planted.swift", "import ShardEngine\n", 1),
    ("arrows", "Sources/tierd/Planted.swift", "import KafkaClient\n", 1),
    ("arrows", "Sources/Elsewhere/Planted.swift", "import Scoring\n", 1),
    ("arrows", TESTS, "import CSimdJSON\n", 1),
    ("function-length", SCORING, "struct A { subscript(a: Int) -> Int {\n" + "    step()\n" * 69 + "} }\n", 1),
    ("function-length", SCORING, "struct A { var a: Int {\n" + "    step()\n" * 69 + "} }\n", 1),
    ("file-length", SCORING, "let a = 1\n" * 401, 401),
    ("file-length", "Sources/CSimdJSON/planted.cpp", "int a;\n" * 401, 401),
    ("function-length", SCORING, "\nfunc long() {\n" + "    step()\n" * 69 + "}\n", 2),
    ("function-length", SCORING, "struct A {\n    init?(a: Int)\n    {\n" + "        step()\n" * 68 + "    }\n}\n", 2),
    ("function-length", TESTS, "func `a { in a name`() {\n" + '    step("}")\n' * 69 + "}\n", 1),
    ("braces", SCORING, "let a = /{/\n", 1),
    ("vague-name", SCORING, "struct StateManager {}\n", 1),
    ("vague-name", SCORING, "final class HTTPUtils {}\n", 1),
    ("vague-name", SCORING, "\nprotocol ConsumerBase {}\n", 2),
    ("vague-name", TESTS, "enum Factory {}\n", 1),
    ("fatal-error", SCORING, 'func f() { fatalError("no") }\n', 1),
    ("force-try", SCORING, "let a = try! f()\n", 1),
    ("force-cast", SCORING, 'let a = "\\(b as! Int)"\n', 1),
    ("force-try", SCORING, '/* " /* } */ ` */ let a = #"b"{"#, c = """\n"{\n"""\nlet d = try! f()\n', 4),
    ("mark", SCORING, "// TODO: later\n", 1),
    ("mark", "scripts/planted", "true # FIXME\n", 1),
    ("mark", "docs/planted.md", "\nXXX and so on\n", 2),
    ("mark", "schemas/planted.yaml", "# HACK\n", 1),
    ("machine-path", "README.md", "Run /Users/me/tierd\n", 1),
    ("machine-path", SCORING, 'let a = "../../shared/data"\n', 1),
    ("test-asserts", TESTS, '@Test func `asserts nothing`() {\n    print("#expect")\n}\n', 1),
    ("test-asserts", TESTS, "@Test func a() { expectation() }\n", 1),
    ("test-asserts", TESTS, "@Suite struct A { @Test(.tags(.b), .c([1])) func d() {}\n func e() { #expect(f) } }\n", 1),
    ("test-asserts", TESTS, "@Test(arguments: [1])\nfunc asserts(n: Int) {\n    // #expect(n == 1)\n}\n", 2),
    ("test-sleeps", TESTS, "func f() {\n    usleep(5)\n}\n", 2),
    ("test-sleeps", TESTS, "func eventually() {\n    Thread.sleep(forTimeInterval: 1)\n}\n", 2),
    ("test-sleeps", "Tests/TestSupport/Planted.swift", "func f() async {\n    await Task.sleep(for: second)\n}\n", 2),
]
