import NIOCore
import NIOPosix
import NIOSSL
import Testing

/// A client that says exactly the bytes it is told, over TLS or without.
struct RawClient: Sendable {
  enum Security: Sendable {
    /// TLS with this protocol offered (ALPN).
    case tls(String)
    case none
  }

  /// What the other side has said so far, and whether it has ended the connection.
  final class Heard: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let pieces: AsyncStream<[UInt8]>
    private let continuation: AsyncStream<[UInt8]>.Continuation

    init() {
      (pieces, continuation) = AsyncStream.makeStream()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      continuation.yield(Array(unwrapInboundIn(data).readableBytesView))
    }

    func channelInactive(context: ChannelHandlerContext) {
      continuation.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      // A connection cut without TLS's goodbye is as ended as any.
      context.close(promise: nil)
    }
  }

  let channel: any Channel
  private let heard: Heard

  /// Connects; with TLS, the handshake goes on by itself.
  init(port: Int, _ security: Security) async throws {
    let heard = Heard()
    self.heard = heard
    channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelOption(.allowRemoteHalfClosure, value: false)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if case .tls(let name) = security {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .none
            configuration.applicationProtocols = [name]
            let context = try NIOSSLContext(configuration: configuration)
            try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
          }
          try channel.pipeline.syncOperations.addHandler(heard)
        }
      }
      .connect(host: "localhost", port: port).get()
  }

  func send(_ bytes: some Sequence<UInt8>) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
  }

  func send(_ text: String) async throws {
    try await send(text.utf8)
  }

  func close() {
    channel.close(promise: nil)
  }

  /// All that the server says until it ends the connection.
  func rest() async -> [UInt8] {
    var bytes: [UInt8] = []
    for await piece in heard.pieces { bytes += piece }
    return bytes
  }

  /// What the server says until it has said `text`, or ended the connection.
  func until(_ text: String) async -> String {
    var bytes: [UInt8] = []
    for await piece in heard.pieces {
      bytes += piece
      if String(decoding: bytes, as: UTF8.self).contains(text) { break }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// One HTTP/1.1 request as it stands; the status of the answer, its headers and body as text.
  static func ask(_ port: Int, _ request: String) async throws -> (status: Int, text: String) {
    let client = try await RawClient(port: port, .tls("http/1.1"))
    try await client.send(request)
    let text = String(decoding: await client.rest(), as: UTF8.self)
    return (Int(text.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0, text)
  }
}

extension TestServer {
  var port: Int { base.split(separator: ":").last.flatMap { Int($0) } ?? 0 }
}
