import HummingbirdCore
import Logging
import NIOCore
import Wire

/// The library's connections with our bounds before them: how many there are, and how long one may keep us waiting.
struct GuardedChannel<Base: ServerChildChannel>: ServerChildChannel {
  let base: Base
  let connections: Places
  let requestTime: TimeAmount
  let idleTime: TimeAmount

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
    let place = connections.take(for: channel.clientAddress)
    channel.closeFuture.whenComplete { _ in withExtendedLifetime(place) {} }
    do {
      try channel.pipeline.syncOperations.addHandlers([
        IdleStateHandler(allTimeout: idleTime), ConnectionGuard(requestTime: requestTime),
      ])
    } catch {
      return channel.eventLoop.makeFailedFuture(error)
    }
    return base.setup(channel: channel, logger: logger).map { value in
      // Before the handshake nothing can be said. A failed set-up would be the listener's error, hence not sooner.
      if place == nil { channel.close(promise: nil) }
      return value
    }
  }

  func handle(value: Base.Value, logger: Logger) async {
    await base.handle(value: value, logger: logger)
  }
}

/// Closes a connection on which no request has come `requestTime` after it was made, whatever it does instead: nothing,
/// half a handshake, a byte now and then, no TLS at all. Later, one on which nothing moves for `idleTime`.
final class ConnectionGuard: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let requestTime: TimeAmount
  private var deadline: Scheduled<Void>?

  init(requestTime: TimeAmount) {
    self.requestTime = requestTime
  }

  func handlerAdded(context: ChannelHandlerContext) {
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: requestTime) { channel.close(promise: nil) }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    requestArrived()
  }

  /// A request's head is there, on HTTP/2 of any stream.
  func requestArrived() {
    deadline?.cancel()
    deadline = nil
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }
}

extension Channel {
  /// Where the connection comes from; a proxy's address, where one stands between.
  var clientAddress: IPAddress {
    remoteAddress?.ipAddress.flatMap(IPAddress.init) ?? .anyV4
  }
}
