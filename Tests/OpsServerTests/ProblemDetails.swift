import Foundation
import Testing

/// The parts of RFC 9457 problem details that the tests look at.
struct ProblemDetails: Decodable {
    let type: String
    let title: String
    let status: Int
    let detail: String
}

/// Expects a complete problem document of the type that ends in `name`.
@discardableResult
func expectProblem(
    _ answer: Loopback.Answer, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws -> ProblemDetails {
    #expect(answer.headers["content-type"] == "application/problem+json", sourceLocation: sourceLocation)
    let problem = try JSONDecoder().decode(ProblemDetails.self, from: Data(answer.body.utf8))
    #expect(problem.type == "urn:tierd:problem:" + name, sourceLocation: sourceLocation)
    #expect(problem.status == answer.status, sourceLocation: sourceLocation)
    #expect(!problem.title.isEmpty && !problem.detail.isEmpty, sourceLocation: sourceLocation)
    return problem
}
