import Glibc
import SimulationKit

repeatHashesEveryRun()
exit(SimulateCommand(Array(CommandLine.arguments.dropFirst())).run())
