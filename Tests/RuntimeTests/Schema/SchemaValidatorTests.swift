import Runtime
import Testing

struct SchemaValidatorTests {
    /// The messages about `yaml` under a schema, one per line.
    private func messages(_ yaml: String, under schema: String) throws -> String {
        let node = try SourceNode.parse(yaml: yaml, file: "f")
        let problems = SchemaValidator(try Schema(json: schema, file: "schema")).problems(in: node)
        return problems.map(\.description).joined(separator: "\n")
    }

    @Test(arguments: [
        (#"{"type": "integer"}"#, "1.5", "f:1: found 1.5, expected an integer"),
        (#"{"type": "number"}"#, ".inf", #"f:1: found ".inf", expected a number"#),
        (#"{"type": "boolean"}"#, "yes", #"f:1: found "yes", expected true or false"#),
        (#"{"type": "string"}"#, "12", "f:1: found 12, expected text in quotes"),
        (#"{"type": "null"}"#, "0", "f:1: found 0, expected null"),
        (
            #"{"type": ["string", "number", "boolean"]}"#, "[]",
            "f:1: found a list, expected text, a number or true or false"
        ),
        (#"{"type": "array"}"#, "{}", "f:1: found a mapping, expected a list"),
        (#"{"type": "object"}"#, "~", "f:1: found ~, expected a mapping"),
        (#"{"minimum": 2}"#, "1", "f:1: found 1, expected at least 2"),
        (#"{"maximum": 2.5}"#, "3", "f:1: found 3, expected at most 2.5"),
        (#"{"exclusiveMinimum": 0}"#, "0", "f:1: found 0, expected more than 0"),
        (#"{"exclusiveMaximum": 1}"#, "1.0", "f:1: found 1.0, expected less than 1"),
        (#"{"minLength": 1}"#, "''", #"f:1: found "", expected at least 1 character"#),
        (#"{"maxLength": 2}"#, "黄金会员", #"f:1: found "黄金会员", expected at most 2 characters"#),
        (#"{"const": 3}"#, "4", "f:1: found 4, expected 3"),
        (#"{"enum": ["one", 2, null]}"#, "three", #"f:1: found "three", expected "one", 2 or null"#),
        (
            #"{"enum": ["event", "wall"]}"#, "Evnet",
            #"f:1: found "Evnet", expected "event" or "wall"; did you mean "event"?"#
        ),
        (#"{"type": "string", "pattern": "^[a-z]+$"}"#, "A1", #"f:1: found "A1", expected text, matching ^[a-z]+$"#),
        (#"{"minItems": 1}"#, "[]", "f:1: found an empty list, expected at least 1 element"),
        (#"{"maxItems": 1}"#, "[1, 2]", "f:1: found a list of 2, expected at most 1 element"),
        (#"{"uniqueItems": true}"#, "[a, b, a]", #"f:1: [2]: "a" stands in the list already"#),
        (#"{"items": {"type": "number"}}"#, "[1, x]", #"f:1: [1]: found "x", expected a number"#),
        (#"{"minProperties": 1}"#, "{}", "f:1: found no fields, expected at least 1 field"),
        (#"{"maxProperties": 1}"#, "{a: 1, b: 2}", #"f:1: found the fields "a" and "b", expected at most 1 field"#),
        (#"{"required": ["a"]}"#, "{b: 1}", #"f:1: the field "a" is missing"#),
        (#"{"not": {"type": "string"}}"#, "x", #"f:1: found "x", expected anything else"#),
        (#"{"allOf": [{"minimum": 1}, {"maximum": 3}]}"#, "4", "f:1: found 4, expected at most 3"),
        (#"{"additionalProperties": {"type": "number"}}"#, "{a: x}", #"f:1: a: found "x", expected a number"#),
    ])
    func `each keyword has its sentence`(_ schema: String, _ yaml: String, _ message: String) throws {
        #expect(try messages(yaml, under: schema) == message)
    }

    @Test(arguments: [
        (#"{"type": "integer"}"#, "5.0"), (#"{"type": "number"}"#, "5"), (#"{"type": ["string", "null"]}"#, "null"),
        (#"{"type": "string", "pattern": "^[a-z]+$"}"#, "abc"), (#"{"anyOf": [{"minimum": 5}, {"maximum": 1}]}"#, "7"),
        (#"{"oneOf": [{"minimum": 5}, {"maximum": 1}]}"#, "0"), (#"{"not": {"required": ["a"]}}"#, "{b: 1}"),
        (#"{"uniqueItems": true}"#, "[1, '1']"),
    ])
    func `what a schema allows has no problem`(_ schema: String, _ yaml: String) throws {
        #expect(try messages(yaml, under: schema).isEmpty)
    }

    @Test func `a pattern covers the whole text, line feeds included`() throws {
        let schema = #"{"type": "string", "pattern": "^[A-Z]{3}$"}"#
        #expect(try messages("\"EUR\\n\"", under: schema).hasSuffix("expected text, matching ^[A-Z]{3}$"))
    }

    @Test func `a misspelt field is not missing as well`() throws {
        let schema = #"{"properties": {"weight": {}}, "required": ["weight"], "additionalProperties": false}"#
        #expect(
            try messages("{weigth: 1}", under: schema)
                == #"f:1: weigth: unknown field "weigth"; did you mean "weight"?"#)
        #expect(
            try messages("{mass: 1}", under: schema) == """
                f:1: mass: unknown field "mass"
                f:1: the field "weight" is missing
                """)
    }

    @Test func `of several alternatives the one that was meant is explained`() throws {
        let schema = """
            {"oneOf": [
              {"title": "a circle", "properties": {"kind": {"const": "circle"}}, "required": ["kind", "radius"]},
              {"title": "a square", "properties": {"kind": {"const": "square"}}, "required": ["kind", "side"]}]}
            """
        #expect(try messages("{kind: square, radius: 1}", under: schema) == #"f:1: the field "side" is missing"#)
        #expect(try messages("{}", under: schema) == "f:1: found no fields, expected a circle or a square")
        #expect(
            try messages("5", under: #"{"oneOf": [{"title": "small", "maximum": 9}, {"title": "big", "minimum": 1}]}"#)
                == "f:1: found 5, expected small or big")
    }

    @Test func `lines are those of the values`() throws {
        let schema = #"{"properties": {"a": {"items": {"type": "number"}}, "b": {"type": "number"}}}"#
        #expect(
            try messages("# first\n\na:\n  - 1\n  - x\nb:\n  y\n", under: schema) == """
                f:5: a[1]: found "x", expected a number
                f:7: b: found "y", expected a number
                """)
    }
}
