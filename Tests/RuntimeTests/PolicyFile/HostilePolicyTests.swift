import Foundation
import Runtime
import Testing

struct HostilePolicyTests {
    private static let replacements = ["", "~", "[]", "''", "1e999", "_", "9999999999999999999d"]

    /// Each word of the sample is replaced by each of the above in turn.
    @Test func `no word in the wrong place does more than fail`() throws {
        var outcomes = (accepted: 0, refused: 0)
        for word in SamplePolicy.text.ranges(of: /[A-Za-z0-9_.%]+/) {
            for replacement in Self.replacements {
                let text = SamplePolicy.text.replacingCharacters(in: word, with: replacement)
                do throws(PolicyError) {
                    _ = try PolicyFile.parse(text: text, file: "f.yaml")
                    outcomes.accepted += 1
                } catch {
                    #expect(error.problems.allSatisfy { $0.description.hasPrefix("f.yaml:") })
                    outcomes.refused += 1
                }
            }
        }
        #expect(outcomes.refused > 3 * outcomes.accepted)
        #expect(outcomes.accepted > 0)
    }

    /// Each prefix of the sample, as after a write that was cut short.
    @Test func `a file that was cut short fails or says a whole policy`() throws {
        // What stands behind may be left out.
        let needed = try #require(SamplePolicy.text.firstRange(of: "\npoints:")).lowerBound
        let least = SamplePolicy.text.distance(from: SamplePolicy.text.startIndex, to: needed) - 20
        for length in stride(from: 0, to: SamplePolicy.text.count, by: 17) {
            let text = String(SamplePolicy.text.prefix(length))
            let policy = try? PolicyFile.parse(text: text, file: "f.yaml")
            #expect(policy == nil || length > least)
        }
    }
}
