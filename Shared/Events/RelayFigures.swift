import Kernel
import Telemetry

/// What a relay shows of its messages.
struct RelayFigures: Sendable {
  private struct OfRoute: Sendable {
    let delivered: Counter
    let postponed: Counter
    let waiting: Gauge
  }

  private let routes: [OutboxMessage.Route: OfRoute]
  private let parked: Counter

  init(_ metrics: Metrics) {
    parked = metrics.counter("igny8_outbox_parked_total", "Calls that were refused for good")
    let routes = OutboxMessage.Route.allCases.map { route in
      let labels: Metrics.Labels = ["route": route.rawValue]
      return (
        route,
        OfRoute(
          delivered: metrics.counter(
            "igny8_outbox_delivered_total", "Messages delivered", labels),
          postponed: metrics.counter(
            "igny8_outbox_postponed_total", "Deliveries that failed and come again", labels),
          waiting: metrics.gauge("igny8_outbox_waiting", "Messages not delivered yet", labels))
      )
    }
    self.routes = Dictionary(uniqueKeysWithValues: routes)
  }

  func wereDelivered(_ messages: [OutboxMessage]) {
    for message in messages { routes[message.route]?.delivered.add() }
  }

  func werePostponed(_ messages: [OutboxMessage]) {
    for message in messages { routes[message.route]?.postponed.add() }
  }

  func wasParked() { parked.add() }

  func show(waiting now: [OutboxMessage.Route: Int64]) {
    for (route, figures) in routes { figures.waiting.set(Double(now[route] ?? 0)) }
  }
}
