import ArgumentParser
import Runtime
import WireFormat

/// `tierd version`
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Say which version this is and what it is built with.")

    @Flag(help: "Print it as JSON.")
    var json = false

    func run() {
        guard json else {
            return print("tierd \(Version.tierd) (Swift \(Version.swift), simdjson kernels \(ParseProbe.kernels))")
        }
        var text = JSONText()
        text.object { object in
            object.field("tierd", Version.tierd)
            object.field("swift", Version.swift)
            object.field("simdjson_kernels", ParseProbe.kernels)
        }
        print(text.string)
    }
}
