import API
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Ends a request whose body is not whole `bodyTime` after its head: with 408 when it has no answer yet, else without a
/// word, since then it goes on after it was refused.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let bodyTime: TimeAmount
  private var deadline: Scheduled<Void>?
  private var isAnswered = false

  init(bodyTime: TimeAmount) {
    self.bodyTime = bodyTime
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: begin(context)
    case .body: break
    case .end: end()
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .head = unwrapOutboundIn(data) { isAnswered = true }
    context.write(data, promise: promise)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end()
  }

  private func begin(_ context: ChannelHandlerContext) {
    end()
    isAnswered = false
    // HTTP/1.1 has its handlers on the connection itself, HTTP/2 on a stream below it.
    let connection = [context.channel, context.channel.parent].lazy.compactMap { channel in
      try? channel?.pipeline.syncOperations.handler(type: ConnectionGuard.self)
    }
    connection.first?.requestArrived()
    let handler = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    deadline = context.eventLoop.scheduleTask(in: bodyTime) {
      let (deadline, context) = handler.value
      deadline.expire(context)
    }
  }

  private func end() {
    deadline?.cancel()
    deadline = nil
  }

  private func expire(_ context: ChannelHandlerContext) {
    deadline = nil
    if !isAnswered, let body = try? JSONAnswer.text(Refusal.requestTimeout.body) {
      isAnswered = true
      let bytes = context.channel.allocator.buffer(string: body)
      let head = HTTPResponse(
        status: Refusal.requestTimeout.status,
        headerFields: [
          .contentType: "application/json; charset=utf-8", .contentLength: "\(bytes.readableBytes)",
        ])
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.write(wrapOutboundOut(.body(bytes)), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
    context.close(promise: nil)
  }
}
