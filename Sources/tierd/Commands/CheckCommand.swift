import ArgumentParser
import Foundation
import Runtime
import Scoring

/// `tierd check`
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract:
            "Say whether `run` would start: configuration, policy, brokers, topics, equal partition counts, retention.",
        discussion:
            "Stops at the first thing that is wrong, says what to do about it, and exits with 1. Makes the journal's topic, and the snapshots' one, where they are missing; changes nothing else."
    )

    @OptionGroup var file: ConfigurationOptions

    @Flag(help: "Check the files only; ask no broker.")
    var offline = false

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func run() throws {
        var findings: [Finding] = []
        do {
            let configuration = try file.load()
            findings.append(Finding(check: "configuration", result: "\(file.config) is valid"))
            let policy = try PolicyFile.load(path: configuration.policy)
            findings.append(
                Finding(
                    check: "policy",
                    result:
                        "\(policy.name) v\(policy.version): \(policy.tiers.count) tiers, \(policy.measures.count) measures, hash \(policy.hash.prefix(12))"
                ))
            if let path = configuration.shadowPolicy { findings.append(shadow(path, beside: policy)) }
            if !offline {
                let options = DaemonOptions(configuration, policy: policy)
                let cluster = try StartupCheck.run(options)
                findings.append(Finding(check: "brokers", result: "\(options.bootstrap) answers"))
                findings.append(
                    Finding(
                        check: "topics",
                        result:
                            "all there; every input has \(cluster.partitionCount) partitions, so there are \(cluster.partitionCount) shards"
                    ))
                findings += cluster.warnings.map { Finding(check: "warning", result: $0) }
            }
        } catch let error as ValidationError {
            throw error
        } catch {
            findings.append(Finding(check: "failed", result: "\(error)"))
            try show(findings)
            throw ExitCode.failure
        }
        try show(findings)
    }

    /// A file that is not valid keeps nothing from starting.
    private func shadow(_ path: String, beside live: Policy) -> Finding {
        do {
            let policy = try PolicyFile.load(path: path)
            guard policy.currency == live.currency else {
                return Finding(
                    check: "warning",
                    result:
                        "no shadow policy would be tried: \(path) counts in \(policy.currency.text), the live one in \(live.currency.text)"
                )
            }
            return Finding(
                check: "shadow policy",
                result:
                    "\(policy.name) v\(policy.version), hash \(policy.hash.prefix(12)), is tried beside the live one")
        } catch {
            return Finding(check: "warning", result: "no shadow policy would be tried: \(error)")
        }
    }

    private struct Finding: Encodable {
        var check: String
        var result: String
    }

    private func show(_ findings: [Finding]) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(findings), as: UTF8.self))
            return
        }
        for finding in findings {
            switch finding.check {
            case "failed": print("✗ \(finding.result)")
            case "warning": print("! \(finding.result)")
            default: print("✓ \(finding.check): \(finding.result)")
            }
        }
    }
}
