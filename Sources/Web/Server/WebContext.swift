import Hummingbird
import NIOCore
import Wire

/// What a route knows of its caller beside the request.
struct WebContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The address the connection came from; a proxy's, where one stands between.
  let clientAddress: IPAddress
  /// Who it is, once `Access` has let them in.
  var caller = Caller.anybody

  init(source: Source) {
    coreContext = .init(source: source)
    clientAddress = source.channel.clientAddress
  }
}
