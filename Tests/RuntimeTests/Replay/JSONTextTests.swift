import Foundation
import Runtime
import Testing

struct JSONTextTests {
    @Test func `fields come in the order of the calls`() {
        var json = JSONText()
        json.object { json in
            json.field("b", 1)
            json.field("a", true)
            json.object("nested") { $0.field("x", 0.5) }
            json.array("list") { list in for number in [1.0, 2.5, .nan] { list.element(number) } }
            json.field("raw", json: Array("[1]".utf8))
            json.field("none", nil as String?)
        }
        #expect(
            json.string == #"{"b":1,"a":true,"nested":{"x":0.5},"list":[1.0,2.5,null],"raw":[1],"none":null}"#)
    }

    @Test func `texts read back as they were`() throws {
        let text = "quote \" backslash \\ bell \u{7} line\nescape \u{1F} 普通 😀"
        var json = JSONText()
        json.object { $0.field("text", text) }
        let object = try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: String]
        #expect(object?["text"] == text)
    }

    @Test func `lines are independent of one another`() {
        var json = JSONText()
        for number in 1...2 {
            json.object { $0.field("n", number) }
            json.endLine()
        }
        #expect(json.string == "{\"n\":1}\n{\"n\":2}\n")
    }
}
