import Runtime
import Testing

struct SourceNodeTests {
    private func message(_ yaml: String) -> String? {
        #expect(throws: FileProblems.self) { try SourceNode.parse(yaml: yaml, file: "f.yaml") }?.description
    }

    @Test func `a syntax error has its line`() {
        #expect(
            message("a: 1\nb: [1, 2\nc: 3\n")
                == "f.yaml:3: not valid YAML in this line or above: did not find expected ',' or ']'")
        #expect(message("a: \"open\n")?.hasPrefix("f.yaml:2: not valid YAML in this line or above: ") == true)
        #expect(message("a: *nobody\n") == "f.yaml:1: not valid YAML in this line or above: found undefined alias")
        #expect(message("a: 1\n---\nb: 2\n")?.hasPrefix("f.yaml:2: not valid YAML") == true)
    }

    @Test func `a repeated key is an error`() {
        #expect(
            message("a: 1\nb: 2\na: 3\n")
                == #"f.yaml:1: the field "a" stands here and again below, in the same mapping"#)
        #expect(
            message("1: x\n\"1\": y\n") == #"f.yaml:2: the field "1" stands here and again above, in the same mapping"#)
    }

    @Test func `an empty file is one problem`() {
        #expect(message("") == "f.yaml: the file says nothing")
        #expect(message("# only a comment\n") == "f.yaml: the file says nothing")
    }

    @Test func `a list as a key is an error`() {
        #expect(message("? [1, 2]\n: x\n") == "f.yaml:1: found a list or mapping as a key, expected a name")
    }

    @Test func `neither nesting nor aliases exhaust the stack or memory`() {
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(message(deep) == "f.yaml:1: nested too deeply")
        #expect(message(String(repeating: "[", count: 100_000))?.hasPrefix("f.yaml:1: not valid YAML") == true)
        // Nine doublings tenfold: a thousand million values in a dozen lines.
        let bomb = (1...9).map {
            "a\($0): &a\($0) [" + Array(repeating: $0 == 1 ? "x" : "*a\($0 - 1)", count: 10).joined(separator: ",")
                + "]\n"
        }
        #expect(message(bomb.joined())?.hasSuffix("more values than any such file needs") == true)
    }

    @Test func `an alias stands for its value`() throws {
        let root = try SourceNode.parse(yaml: "a: &x [1, 2]\nb: *x\n", file: "f.yaml")
        #expect(root["b"]?.elements.compactMap(\.scalar?.integer) == [1, 2])
    }

    @Test func `a file that cannot be read says why`() {
        let missing = #expect(throws: FileProblems.self) { try SourceNode.text(ofFile: "/nowhere/policy.yaml") }
        #expect(missing?.description == "/nowhere/policy.yaml: cannot be read: there is no such file")
        let folder = #expect(throws: FileProblems.self) { try SourceNode.text(ofFile: "/") }
        #expect(folder?.description == "/: found a folder, expected a YAML file; name the one in it")
    }

    @Test func `no more than twenty problems are reported, in the order of the file`() throws {
        let problems = (1...30).reversed().map {
            FileProblem(.file("f", line: $0, column: 1), path: "p", found: "x", expected: "y")
        }
        let error = try #require(FileProblems(problems))
        #expect(error.problems.count == 20)
        #expect(error.description.hasPrefix("f:1: p: found x, expected y\nf:2: "))
        #expect(FileProblems([]) == nil)
    }
}
