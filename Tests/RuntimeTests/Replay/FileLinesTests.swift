import Runtime
import Testing

struct FileLinesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func numbered(_ text: String, limit: Int = 100, packed: Bool = false) throws -> [String] {
        let path = try folder.file("lines", text)
        let reader = try FileLines(
            EventFile(.orders, path: packed ? folder.pack(path) : path), maximumLineBytes: limit)
        var found: [String] = []
        while try reader.read() {
            found += reader.lines.map {
                "\($0.number) \($0.isTooLong ? "too long" : String(decoding: reader.text(of: $0), as: UTF8.self))"
            }
        }
        return found
    }

    @Test(arguments: [false, true])
    func `lines are numbered from 1, blank ones too, and the last needs no line feed`(packed: Bool) throws {
        #expect(try numbered("one\n\n \t\r\nfour\nfive", packed: packed) == ["1 one", "4 four", "5 five"])
        #expect(try numbered("") == [])
        #expect(try numbered("\n\n") == [])
    }

    @Test func `a line that spans pieces comes whole, and one beyond the limit without its text`() throws {
        let long = String(repeating: "x", count: 300_000)
        #expect(try numbered("a\n\(long)\nb\n", limit: 400_000) == ["1 a", "2 \(long)", "3 b"])
        #expect(try numbered("a\n\(long)\nb\n") == ["1 a", "2 too long", "3 b"])
    }

    @Test(.timeLimit(.minutes(1))) func `a packed file that is left after its first lines holds nothing up`() throws {
        let text = (0..<200_000).map { "line \($0 &* 2_654_435_761 % 1_000_003)" }.joined(separator: "\n")
        let file = EventFile(.orders, path: try folder.pack(folder.file("long", text)))
        for _ in 0..<3 {
            let reader = try FileLines(file)
            #expect(try reader.read() && reader.lines.count < 100_000)
        }
    }

    @Test func `all lines of a file are its lines`() throws {
        let file = EventFile(.orders, path: try folder.file("all", "one\ntwo\n"))
        #expect(try FileLines.all(of: file).map { String(decoding: $0, as: UTF8.self) } == ["one", "two"])
    }
}
