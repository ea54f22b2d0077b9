import Runtime
import Scoring
import Testing

struct SchemaTests {
    @Test func `the built-in schemas are the published ones`() throws {
        #expect(try Schema.policyText == SchemaFile.text("policy.schema.json"))
        #expect(try Schema.configurationText == SchemaFile.text("config.schema.json"))
    }

    @Test func `the schema of policies tells of every measure`() throws {
        let text = try SchemaFile.text("policy.schema.json")
        for name in Measure.Quantity.all.map(\.baseName) { #expect(text.contains(" \(name)"), "\(name)") }
    }

    @Test(arguments: [
        (#"{"type": "string", "format": "date"}"#, #"s.json:1: the keyword "format", which is not interpreted"#),
        (#"{"type": "text"}"#, #"s.json:1: found "text", expected names of types"#),
        (#"{"pattern": "[a-z]+"}"#, #"s.json:1: found "[a-z]+", expected a pattern ^...$"#),
        (#"{"pattern": "^[a-z$"}"#, #"s.json:1: found "^[a-z$", expected a pattern ^...$"#),
        (##"{"items": {"$ref": "#/$defs/name"}}"##, #"s.json: nothing is defined as "name""#),
        (#"{"items": {"$ref": "other.json"}}"#, ##"s.json:1: found "other.json", expected #/$defs/NAME"##),
        (#"{"items": [1]}"#, #"s.json:1: found a list, expected a schema"#),
        (#"{"type": "string""#, "s.json:2: not valid YAML in this line or above: did not find expected ',' or '}'"),
    ])
    func `a schema that cannot be interpreted is refused`(_ text: String, _ message: String) {
        let error = #expect(throws: FileProblems.self) { try Schema(json: text, file: "s.json") }
        #expect(error?.description == message)
    }
}
