import API
import Agent
import ArgumentParser
import Fetch
import Foundation
import Settings
import Wire

/// Which monitor a command speaks to, and what entitles to it: this machine's own, by the configuration and the secret
/// in its data folder, or another by its address and a token with the scope `manage`.
struct MonitorOption: ParsableArguments {
  @Option(help: "The monitor's address; without it, this machine's own as the configuration says.")
  var monitor: String?

  @OptionGroup var file: ConfigurationOption

  @OptionGroup var trust: TrustOption

  @Option(help: "File with the token to show, made by `kakehashi token manage`; or env: and a variable's name.")
  var token: String?

  @OptionGroup var language: LanguageOption

  func client() throws(Failure) -> MonitorClient {
    guard let monitor else {
      let settings = try file.settings()
      let own = try token.map { text throws(Failure) in try SecretSource.named(text) } ?? settings.manageToken
      return MonitorClient(
        address: settings.localMonitor, trust: try trust.trust ?? .certificate(file: settings.certificateFile),
        token: try own.secret(), language: language.chosen)
    }
    guard let token else {
      throw .configuration("--monitor needs --token: a file with a token of the scope manage, or env: and a name.")
    }
    return MonitorClient(
      address: monitor.hasSuffix("/") ? String(monitor.dropLast()) : monitor, trust: try trust.trust ?? .system,
      token: try SecretSource.named(token).secret(), language: language.chosen)
  }
}

/// How a server is known that is not this machine's own.
struct TrustOption: ParsableArguments {
  @Option(help: "PEM file of the authority to believe, or of a self-signed certificate.")
  var authority: String?

  @Option(help: "The server's public key to believe, as `kakehashi up` prints it: sha256//…")
  var pin: String?

  var trust: Trust? {
    get throws(Failure) {
      if let pin {
        guard let digest = PublicKeyPin.digest(pin) else {
          throw .configuration("--pin must be sha256// and the digest as `kakehashi up` prints it.")
        }
        return .publicKey(sha256: digest)
      }
      return authority.map { .authorities(file: $0) }
    }
  }
}

/// In which language a command speaks.
struct LanguageOption: ParsableArguments {
  @Option(help: "ja or en; without it, what LC_ALL, LC_MESSAGES or LANG say.")
  var language: SiteLanguage?

  var chosen: SiteLanguage { language ?? SiteLanguage(environment: ProcessInfo.processInfo.environment) }
}

extension SiteLanguage: ExpressibleByArgument {}

/// Requests to a monitor, on behalf of whoever manages it.
struct MonitorClient {
  let address: String
  let trust: Trust
  let token: String
  let language: SiteLanguage
  private let fetcher = Fetcher()

  func get<Answer: Decodable>(_ path: String) async throws(Failure) -> Answer {
    try decoded(try await send("GET", path, body: nil))
  }

  func send<Answer: Decodable>(_ method: String, _ path: String, _ body: some Encodable) async throws(Failure) -> Answer
  {
    try decoded(try await send(method, path, body: encoded(body)))
  }

  /// For what is answered without a body.
  func perform(_ method: String, _ path: String, _ body: some Encodable) async throws(Failure) {
    _ = try await send(method, path, body: encoded(body))
  }

  private func encoded(_ body: some Encodable) -> [UInt8] {
    guard let data = try? JSONEncoder().encode(body) else { preconditionFailure("texts and numbers always encode") }
    return Array(data)
  }

  private func decoded<Answer: Decodable>(_ response: FetchResponse) throws(Failure) -> Answer {
    do {
      return try JSONDecoder().decode(Answer.self, from: Data(response.body))
    } catch {
      throw .failed("\(address) answered with something else than a monitor of this version does.")
    }
  }

  private func send(_ method: String, _ path: String, body: [UInt8]?) async throws(Failure) -> FetchResponse {
    let request = FetchRequest(
      method, address + path,
      headers: [
        .init("Authorization", "Bearer \(token)"), .init("Content-Type", "application/json"),
        .init(ProgramVersion.headerName, ProgramVersion.current.description),
      ], body: body, trust: trust)
    let response: FetchResponse
    do {
      response = try await fetcher.fetch(request)
    } catch {
      throw .failed(error.description)
    }
    guard (200..<300).contains(response.status) else {
      let refusal = try? JSONDecoder().decode(ErrorBody.self, from: Data(response.body)).error
      let sentence = refusal.map { language == .ja ? $0.messageJa : $0.message }
      throw .failed(sentence ?? "\(address) answered with status \(response.status).")
    }
    return response
  }
}

extension SecretSource {
  /// As it is given on a command line.
  static func named(_ text: String) throws(Failure) -> SecretSource {
    guard let source = SecretSource(text) else {
      throw .configuration("--token must be the path of a file, or env: and the name of an environment variable.")
    }
    return source
  }
}

/// Ends a command by its failure's sentence and status.
func reporting(_ body: () async throws -> Void) async throws {
  do {
    try await body()
  } catch let failure as Failure {
    throw failure.report()
  }
}
