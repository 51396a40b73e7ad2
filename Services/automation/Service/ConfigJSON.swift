import AutomationContract
import AutomationCore
import JSON

// How configurations and estimates are kept in tables.

extension PipelineConfig {
  var json: String {
    let stages = Stage.allCases.compactMap { stage in
      self.stages[stage].map { settings -> JSONValue in
        [
          "stage": .int(Int64(stage.rawValue)), "enabled": .bool(settings.isEnabled),
          "batch_size": .int(Int64(settings.batchSize)),
          "max_items": settings.maxItems.map { .int(Int64($0)) } ?? .null,
        ]
      }
    }
    let value: JSONValue = [
      "enabled": .bool(isEnabled), "frequency": .string(frequency.rawValue),
      "scheduled_time": .string(scheduledTime), "timezone": .string(timezone),
      "stages": .array(stages), "credit_cap": creditCap.map(JSONValue.int) ?? .null,
      "auto_publish": .bool(publishesItself),
      "destinations": .array(destinations.map(JSONValue.string)),
      "delay_ms": .int(delayMilliseconds),
    ]
    return value.text
  }

  /// What is missing is as in a new configuration.
  init(json: String) throws {
    self.init()
    let value = try JSONValue(parsing: json)
    isEnabled = value["enabled"]?.bool ?? isEnabled
    frequency = value["frequency"]?.string.flatMap(Frequency.init) ?? frequency
    scheduledTime = value["scheduled_time"]?.string ?? scheduledTime
    timezone = value["timezone"]?.string ?? timezone
    creditCap = value["credit_cap"]?.int
    publishesItself = value["auto_publish"]?.bool ?? publishesItself
    destinations = value["destinations"]?.array?.compactMap(\.string) ?? destinations
    delayMilliseconds = value["delay_ms"]?.int ?? delayMilliseconds
    for entry in value["stages"]?.array ?? [] {
      guard let stage = entry["stage"]?.int.flatMap({ Stage(rawValue: Int($0)) }) else { continue }
      var settings = StageSettings(stage)
      settings.isEnabled = entry["enabled"]?.bool ?? settings.isEnabled
      settings.batchSize = entry["batch_size"]?.int.map(Int.init) ?? settings.batchSize
      settings.maxItems = entry["max_items"]?.int.map(Int.init)
      stages[stage] = settings
    }
  }
}

extension Automation.RunEstimate {
  var json: String {
    let stages = stages.map { stage -> JSONValue in
      [
        "stage": .int(Int64(stage.stage)), "items": .int(stage.items),
        "credits": .int(stage.credits),
      ]
    }
    let value: JSONValue = [
      "stages": .array(stages), "total": .int(totalCredits), "required": .int(requiredCredits),
      "available": .int(availableCredits), "sufficient": .bool(sufficient),
    ]
    return value.text
  }

  init(json: String, site: Int64) throws {
    let value = try JSONValue(parsing: json)
    let stages = (value["stages"]?.array ?? []).compactMap { entry -> Automation.StageEstimate? in
      guard let stage = entry["stage"]?.int.flatMap({ Stage(rawValue: Int($0)) }) else {
        return nil
      }
      return Automation.StageEstimate(
        stage: Int32(stage.rawValue), name: stage.name, items: entry["items"]?.int ?? 0,
        credits: entry["credits"]?.int ?? 0)
    }
    self.init(
      siteID: site, stages: stages, totalCredits: value["total"]?.int ?? 0,
      requiredCredits: value["required"]?.int ?? 0,
      availableCredits: value["available"]?.int ?? 0,
      sufficient: value["sufficient"]?.bool ?? false)
  }
}
