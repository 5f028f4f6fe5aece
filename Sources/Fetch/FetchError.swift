import CCurl

/// Why there is no answer, in a sentence that says what to look at.
public enum FetchError: Error, Sendable, Equatable, CustomStringConvertible {
  case invalidURL(String)
  case nameNotFound(url: String)
  /// The host answers, but nothing listens on the port.
  case refused(url: String)
  case unreachable(url: String, reason: String)
  case timedOut(url: String)
  /// The certificate is not believed: its issuer, its name or its dates.
  case untrusted(url: String, reason: String)
  /// What to do next is the proxy's to say: 407 wants a user and a password, or others.
  case proxyRefused(proxy: String, status: Int)
  /// The server has another key than the pinned one.
  case wrongPublicKey(url: String)
  case authoritiesUnreadable(file: String)
  /// The certificate to compare with is not to be had.
  case certificateUnusable(file: String, problem: String)
  case tlsFailed(url: String, reason: String)
  case bodyTooLarge(url: String, limitBytes: Int)
  case connectionLost(url: String, reason: String)
  /// A stream was answered with this status instead of a stream.
  case status(url: String, Int)
  /// Who reads a stream was too slow.
  case readerTooSlow(url: String)
  case tooManyRequests
  case cancelled
  case failed(url: String, reason: String)

  public var description: String {
    switch self {
    case .invalidURL(let url):
      "\(url) is not an address of the form https://host:port/path."
    case .nameNotFound(let url):
      "The host name in \(url) is not known to DNS; check the name and this machine's resolver."
    case .refused(let url):
      "\(url) refuses connections: the host answers but nothing listens on that port."
    case .unreachable(let url, let reason):
      "\(url) cannot be reached: \(reason)."
    case .timedOut(let url):
      "\(url) did not answer in time."
    case .proxyRefused(let proxy, 407):
      "The proxy \(proxy) wants a user and password that it knows (status 407)."
    case .proxyRefused(let proxy, let status):
      "The proxy \(proxy) does not lead there (status \(status))."
    case .untrusted(let url, let reason):
      "The certificate of \(url) is not trusted (\(reason)); name its authority's file, or pin its public key."
    case .wrongPublicKey(let url):
      "\(url) shows another public key than the pinned one; if the certificate was renewed with a new key, pin that."
    case .authoritiesUnreadable(let file):
      "The certificate authorities in \(file) cannot be read; it must be a PEM file."
    case .certificateUnusable(let file, let problem):
      "The certificate \(file) \(problem), so the server cannot be known by it."
    case .tlsFailed(let url, let reason):
      "The TLS handshake with \(url) failed: \(reason)."
    case .bodyTooLarge(let url, let limit):
      "The answer of \(url) is longer than the \(limit) bytes allowed."
    case .connectionLost(let url, let reason):
      "The connection to \(url) was lost: \(reason)."
    case .status(let url, let status):
      "\(url) answered with status \(status)."
    case .readerTooSlow(let url):
      "The stream from \(url) was ended because its reader was too slow."
    case .tooManyRequests:
      "Too many requests are under way."
    case .cancelled:
      "The request was cancelled."
    case .failed(let url, let reason):
      "\(url) could not be fetched: \(reason)."
    }
  }

  /// - Parameters:
  ///   - reason: libcurl's own text for this transfer, may be empty.
  ///   - systemError: errno of the connection attempt, 0 when there was none.
  ///   - proxyStatus: what a proxy that was asked for the way answered, 0 when none was.
  init(_ code: CURLcode, request: FetchRequest, reason: String, systemError: Int32, proxyStatus: Int = 0) {
    if let proxy = request.proxy, proxyStatus != 0, !(200..<300).contains(proxyStatus) {
      self = .proxyRefused(proxy: proxy.url, status: proxyStatus)
      return
    }
    // Whoever is behind a proxy is not reached before the proxy is.
    let isProxyReached = request.proxy == nil || proxyStatus != 0
    let url = isProxyReached ? request.url : request.proxy?.url ?? request.url
    let text = reason.isEmpty ? String(cString: curl_easy_strerror(code)) : reason
    switch code {
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: self = .invalidURL(url)
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .nameNotFound(url: url)
    case CURLE_COULDNT_CONNECT where systemError == Self.refusedCode: self = .refused(url: url)
    case CURLE_COULDNT_CONNECT: self = .unreachable(url: url, reason: text)
    case CURLE_OPERATION_TIMEDOUT: self = .timedOut(url: url)
    case CURLE_PEER_FAILED_VERIFICATION: self = .untrusted(url: url, reason: text)
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH: self = .wrongPublicKey(url: url)
    case CURLE_SSL_CACERT_BADFILE:
      if case .authorities(let file) = request.trust {
        self = .authoritiesUnreadable(file: file)
      } else {
        self = .tlsFailed(url: url, reason: text)
      }
    case CURLE_SSL_CONNECT_ERROR: self = .tlsFailed(url: url, reason: text)
    case CURLE_FILESIZE_EXCEEDED: self = .bodyTooLarge(url: url, limitBytes: request.maximumBodyBytes)
    case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM:
      self = .connectionLost(url: url, reason: text)
    default: self = .failed(url: url, reason: text)
    }
  }

  private static let refusedCode: Int32 = 111
}
