import Telemetry
import Testing

@Suite("metrics")
struct MetricsTests {
  let metrics = Metrics()

  @Test("figures are rendered as Prometheus reads them")
  func rendering() {
    metrics.counter("b_total", "What \\ it\nis.", ["method": "a\"b"]).add(3)
    metrics.gauge("a_level", "Level.").set(1.5)
    metrics.observe("c_now", "Now.") { 42 }
    let expected = """
      # HELP a_level Level.
      # TYPE a_level gauge
      a_level 1.5
      # HELP b_total What \\\\ it\\nis.
      # TYPE b_total counter
      b_total{method="a\\"b"} 3
      # HELP c_now Now.
      # TYPE c_now gauge
      c_now 42

      """
    #expect(metrics.prometheusText() == expected)
  }

  @Test("a histogram's buckets add up, bounds belong to their bucket")
  func histogram() {
    let histogram = metrics.histogram("h", "H.", ["x": "y"], bounds: [1, 2])
    for value in [0.5, 1, 1.5, 2.5] { histogram.record(value) }
    #expect(histogram.count == 4)
    let text = metrics.prometheusText()
    #expect(text.contains("h_bucket{x=\"y\",le=\"1\"} 2\n"))
    #expect(text.contains("h_bucket{x=\"y\",le=\"2\"} 3\n"))
    #expect(text.contains("h_bucket{x=\"y\",le=\"+Inf\"} 4\n"))
    #expect(text.contains("h_sum{x=\"y\"} 5.5\n"))
    #expect(text.contains("h_count{x=\"y\"} 4\n"))
  }

  @Test("the same name and labels are the same figure, other labels another")
  func identity() {
    metrics.counter("n_total", "N.", ["m": "1"]).add()
    metrics.counter("n_total", "N.", ["m": "1"]).add()
    metrics.counter("n_total", "N.", ["m": "2"]).add()
    #expect(metrics.counter("n_total", "N.", ["m": "1"]).value == 2)
    #expect(metrics.prometheusText().split(separator: "\n").count == 4)
  }

  @Test("nothing is lost when many tasks count at once")
  func concurrency() async {
    let counter = metrics.counter("c_total", "C.")
    let gauge = metrics.gauge("g", "G.")
    let histogram = metrics.histogram("h", "H.")
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<10_000 {
            counter.add()
            gauge.add(1)
            histogram.record(0.01)
          }
        }
      }
    }
    #expect(counter.value == 80_000)
    #expect(gauge.value == 80_000)
    #expect(histogram.count == 80_000)
  }

  @Test("the process tells about itself")
  func process() throws {
    ProcessFigures.register(in: metrics)
    let text = metrics.prometheusText()
    func figure(_ name: String) throws -> Double {
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + " ") })
      return try #require(Double(line.dropFirst(name.count + 1)))
    }
    #expect(try figure("process_resident_memory_bytes") > 1_000_000)
    #expect(try figure("process_open_fds") >= 3)
    #expect(try figure("process_threads") >= 1)
    #expect(try figure("process_start_time_seconds") > 1_600_000_000)
    #expect(try figure("process_cpu_seconds_total") >= 0)
    #expect(text.contains("# TYPE process_cpu_seconds_total counter"))
  }
}
