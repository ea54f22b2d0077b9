import Foundation
import Hummingbird

/// Answers one request: decides by its path and method, asks one endpoint, and puts the answer into a response.
struct OpsResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let endpoints: OpsEndpoints
    let lookups = LookupGate(limit: OpsLimits.lookups, timeout: OpsLimits.lookupTimeout)

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let response: Response
        do throws(Problem) {
            response = try await answer(request)
        } catch {
            response = try error.response()
        }
        // A body in answer to HEAD would be read as the start of the next response.
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request) async throws(Problem) -> Response {
        let route = try OpsRoute.parse(path: request.uri.path)
        guard request.method == .get || request.method == .head else { throw .methodNotAllowed }
        switch route {
        case .page: return operatorPage()
        case .liveness: return probe(endpoints.liveness(), failure: "not live")
        case .readiness: return probe(endpoints.readiness(), failure: "not ready")
        case .metrics: return .ops(.ok, "text/plain; version=0.0.4; charset=utf-8", endpoints.metrics().utf8)
        case .status: return .ops(.ok, "application/json", endpoints.status())
        case .acquisition:
            guard let json = endpoints.acquisition() else { throw .noProfiles }
            return .ops(.ok, "application/json", json)
        case .customer(let id): return .ops(.ok, "application/json", try await customer(id))
        }
    }

    private func operatorPage() -> Response {
        // The page shows what the metrics say, and runs and loads nothing else.
        let policy =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return .ops(
            .ok, "text/html; charset=utf-8", OperatorPage.html.utf8, headers: [.contentSecurityPolicy: policy])
    }

    private func probe(_ health: Health, failure: String) -> Response {
        let (status, lines): (HTTPResponse.Status, [String]) =
            switch health {
            case .ok(let notes): (.ok, ["ok"] + notes)
            case .failing(let reasons): (.serviceUnavailable, [failure] + reasons)
            }
        return .ops(status, "text/plain; charset=utf-8", (lines.joined(separator: "\n") + "\n").utf8)
    }

    private func customer(_ id: [UInt8]) async throws(Problem) -> [UInt8] {
        switch await lookups.answer({ [endpoints] in await endpoints.customer(id) }) {
        case .answered(.found(let json)): return json
        case .answered(.notFound): throw .customerNotFound
        case .answered(.notHere): throw .customerNotHere
        case .answered(.restoring): throw .restoring
        case .busy: throw .lookupsBusy
        case .timedOut: throw .lookupTimedOut
        }
    }
}

extension Response {
    /// Every answer is of the moment, and is what its type says.
    static func ops(
        _ status: HTTPResponse.Status, _ contentType: String, _ body: some Sequence<UInt8>, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = contentType
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
