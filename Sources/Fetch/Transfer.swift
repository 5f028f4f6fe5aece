import Association
import CCurl

/// One exchange on libcurl's thread: its easy handle and what came so far.
final class Transfer {
  /// Who waits for it.
  enum Sink: Sendable {
    case response(CheckedContinuation<Result<FetchResponse, FetchError>, Never>)
    case stream(AsyncThrowingStream<[UInt8], any Error>.Continuation)

    func finish(_ result: Result<FetchResponse, FetchError>) {
      switch (self, result) {
      case (.response(let continuation), _): continuation.resume(returning: result)
      case (.stream(let continuation), .success): continuation.finish()
      case (.stream(let continuation), .failure(let error)): continuation.finish(throwing: error)
      }
    }

    func fail(_ error: FetchError) {
      finish(.failure(error))
    }
  }

  let id: UInt64
  let sink: Sink
  let easy: UnsafeMutableRawPointer
  private let request: FetchRequest
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private let errorText: UnsafeMutablePointer<CChar>
  private var headers: [FetchRequest.Header] = []
  private var body: [UInt8] = []
  /// Set when we ended the exchange ourselves, or must not begin it.
  private(set) var ownError: FetchError?

  /// The end of a header block is this many bytes of headers at most.
  static let maximumHeaders = 256

  /// `nil` when libcurl refuses the request's URL or a header.
  init?(id: UInt64, request: FetchRequest, sink: Sink) {
    guard let easy = curl_easy_init() else { return nil }
    self.id = id
    self.request = request
    self.sink = sink
    self.easy = easy
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    guard request.url.hasPrefix("https://") || request.url.hasPrefix("http://"), configure() else { return nil }
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_slist_free_all(headerList)
    errorText.deallocate()
  }

  private func configure() -> Bool {
    let context = Unmanaged.passUnretained(self).toOpaque()
    for field in request.headers {
      // A line break in a value would be a header of its own.
      guard !field.name.isEmpty, !(field.name + field.value).contains(where: \.isNewline) else { return false }
      headerList = curl_slist_append(
        headerList, field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
    }
    // Without this libcurl waits a second for "100 Continue" before a long body.
    headerList = curl_slist_append(headerList, "Expect:")
    if let body = request.body { fetch_set_body(easy, body, body.count) }
    fetch_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method)
    if request.method == "HEAD" { fetch_set_long(easy, CURLOPT_NOBODY, 1) }
    fetch_set_pointer(easy, CURLOPT_HTTPHEADER, headerList)
    fetch_set_pointer(easy, CURLOPT_PRIVATE, context)
    fetch_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
    fetch_set_pointer(easy, CURLOPT_WRITEDATA, context)
    fetch_set_data_callback(easy, CURLOPT_WRITEFUNCTION) { data, size, count, context in
      guard let data, let context else { return 0 }
      let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
      return transfer.take(UnsafeRawBufferPointer(start: data, count: size * count))
    }
    fetch_set_pointer(easy, CURLOPT_HEADERDATA, context)
    fetch_set_data_callback(easy, CURLOPT_HEADERFUNCTION) { data, size, count, context in
      guard let data, let context else { return 0 }
      let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
      return transfer.takeHeader(UnsafeRawBufferPointer(start: data, count: size * count))
    }
    fetch_set_long(easy, CURLOPT_NOSIGNAL, 1)
    fetch_set_long(easy, CURLOPT_TCP_NODELAY, 1)
    fetch_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    fetch_set_string(easy, CURLOPT_USERAGENT, "kakehashi")
    // What we ask goes one by one. Over HTTP/2 libcurl ends every stream with a reset, and a server that guards itself
    // against floods of those closes a connection after some hundred requests.
    fetch_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    configureRoute()
    configureLimits()
    configureTrust()
    return fetch_set_string(easy, CURLOPT_URL, request.url) == CURLE_OK
  }

  private func configureRoute() {
    // Proxies are configured, never picked up from the environment.
    fetch_set_string(easy, CURLOPT_PROXY, request.proxy?.url ?? "")
    fetch_set_string(easy, CURLOPT_NOPROXY, "")
    fetch_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    if let credentials = request.proxy?.credentials {
      // Given at once: being asked first would cost a round trip that measures nothing.
      fetch_set_long(easy, CURLOPT_PROXYAUTH, FETCH_AUTH_BASIC)
      fetch_set_string(easy, CURLOPT_PROXYUSERNAME, credentials.user)
      fetch_set_string(easy, CURLOPT_PROXYPASSWORD, credentials.password)
    }
    switch request.family {
    case .any: break
    case .v4: fetch_set_long(easy, CURLOPT_IPRESOLVE, Int(CURL_IPRESOLVE_V4))
    case .v6: fetch_set_long(easy, CURLOPT_IPRESOLVE, Int(CURL_IPRESOLVE_V6))
    }
    if request.isMeasurement {
      fetch_set_long(easy, CURLOPT_FRESH_CONNECT, 1)
      fetch_set_long(easy, CURLOPT_FORBID_REUSE, 1)
      fetch_set_long(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0)
      fetch_set_long(easy, CURLOPT_SSL_SESSIONID_CACHE, 0)
      fetch_set_long(easy, CURLOPT_CERTINFO, 1)
    }
  }

  private func configureLimits() {
    fetch_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, max(request.connectTimeout.milliseconds, 1))
    if let timeout = request.timeout { fetch_set_long(easy, CURLOPT_TIMEOUT_MS, max(timeout.milliseconds, 1)) }
    if let idle = request.idleTimeout {
      fetch_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, 1)
      fetch_set_long(easy, CURLOPT_LOW_SPEED_TIME, max(idle.milliseconds / 1_000, 1))
    }
  }

  private func configureTrust() {
    fetch_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    switch request.trust {
    case .system:
      break
    case .authorities(let file):
      fetch_set_string(easy, CURLOPT_CAINFO, file)
      fetch_set_string(easy, CURLOPT_CAPATH, nil)
    case .publicKey(let digest):
      pin(digest)
    case .certificate(let file):
      do {
        pin(try CertificateFile(path: file).publicKeyDigest)
      } catch {
        ownError = .certificateUnusable(file: file, problem: error.description)
      }
    }
  }

  /// The key itself is compared, which is more than any authority could say; name and issuer do not matter then.
  private func pin(_ digest: [UInt8]) {
    fetch_set_string(easy, CURLOPT_PINNEDPUBLICKEY, "sha256//" + Base64.encode(digest))
    fetch_set_long(easy, CURLOPT_SSL_VERIFYPEER, 0)
    fetch_set_long(easy, CURLOPT_SSL_VERIFYHOST, 0)
  }

  // MARK: What comes

  private var status: Int { fetch_get_long(easy, CURLINFO_RESPONSE_CODE) }

  /// Returns how many bytes were taken; anything else than all ends the exchange.
  private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    switch sink {
    case .response:
      guard body.count + bytes.count <= request.maximumBodyBytes else {
        ownError = .bodyTooLarge(url: request.url, limitBytes: request.maximumBodyBytes)
        return 0
      }
      body.append(contentsOf: bytes)
    case .stream(let continuation):
      guard (200..<300).contains(status) else {
        ownError = .status(url: request.url, status)
        return 0
      }
      switch continuation.yield([UInt8](bytes)) {
      case .enqueued: break
      case .dropped:
        ownError = .readerTooSlow(url: request.url)
        return 0
      case .terminated:
        ownError = .cancelled
        return 0
      @unknown default: break
      }
    }
    return bytes.count
  }

  private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      // A new block: after 100 Continue, for instance.
      headers.removeAll()
    } else if let colon = line.firstIndex(of: ":"), headers.count < Self.maximumHeaders {
      headers.append(
        FetchRequest.Header(
          String(line[..<colon]), line[line.index(after: colon)...].trimmingWhitespace()))
    }
    return bytes.count
  }

  func outcome(_ code: CURLcode) -> Result<FetchResponse, FetchError> {
    if let ownError { return .failure(ownError) }
    guard code == CURLE_OK else {
      let systemError = Int32(truncatingIfNeeded: fetch_get_long(easy, CURLINFO_OS_ERRNO))
      let reason = String(cString: errorText)
      let proxyStatus = fetch_get_long(easy, CURLINFO_HTTP_CONNECTCODE)
      return .failure(
        FetchError(code, request: request, reason: reason, systemError: systemError, proxyStatus: proxyStatus))
    }
    if case .stream = sink, !(200..<300).contains(status) { return .failure(.status(url: request.url, status)) }
    return .success(
      FetchResponse(
        status: status, headers: headers, body: body, timings: timings,
        remoteAddress: fetch_get_string(easy, CURLINFO_PRIMARY_IP).map { String(cString: $0) } ?? "",
        certificateExpiry: certificateExpiry))
  }

  private var certificateExpiry: Int64? {
    let expiry = fetch_get_certificate_expiry(easy)
    return expiry < 0 ? nil : Int64(expiry)
  }

  private var timings: PhaseTimings {
    PhaseTimings(
      nameLookup: fetch_get_offset(easy, CURLINFO_NAMELOOKUP_TIME_T),
      connect: fetch_get_offset(easy, CURLINFO_CONNECT_TIME_T),
      appConnect: fetch_get_offset(easy, CURLINFO_APPCONNECT_TIME_T),
      preTransfer: fetch_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T),
      startTransfer: fetch_get_offset(easy, CURLINFO_STARTTRANSFER_TIME_T),
      total: fetch_get_offset(easy, CURLINFO_TOTAL_TIME_T))
  }
}

extension Duration {
  fileprivate var milliseconds: Int {
    Int(clamping: components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}

extension Substring {
  fileprivate func trimmingWhitespace() -> String {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }
}
