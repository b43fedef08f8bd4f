// Package program is the command line around a system.
//
// # Usage
//
//	func main() { program.Main(airline.System(), embedded.Drivers()) }
//
// makes a program with these commands:
//
//	airline                        all services in one process, behind the gateway
//	airline serve bookings         some services, reached directly
//	airline gateway                the gateway alone, in front of services that run elsewhere
//	airline manifest | openapi | routes | config
//	airline explain GET /bookings/42
//	airline token --scope "bookings:read" --subject alice
//	airline health | version | completion
//
// # Roles
//
// Up takes the addresses of the gateway and of the operators' listener first, so that a port in use stops the program while
// nothing has happened. Then it opens the services, starts what works in the background, and serves. An interrupt or a
// terminate signal takes readiness down, drains the listeners, then what works in the background, and closes stores and
// brokers last. A second signal ends the process at once.
//
// # Settings
//
// [Settings] are read from vade.yaml, the environment (VADE_…) and --set, each winning over the one before. Services add
// settings of their own with vade.Settings. Engines are picked by URL among the linked drivers; a URL that no linked driver
// answers to is an error that names the import to add.
//
// # Exit codes
//
// [ExitDone], [ExitFailed] and [ExitMisused]. Messages go to standard error, one for each mistake, behind the program's name.
//
// # Testing
//
// [Run] is Main without the end of the process: arguments, environment and streams are given to it.
package program
