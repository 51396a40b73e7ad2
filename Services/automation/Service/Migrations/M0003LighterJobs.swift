import Jobs
import Postgres

/// Fewer writes for each job.
let m0003LighterJobs = Migration(number: 3, name: "lighter jobs", sql: JobSchema.lighterSQL)
