// Package embedded is the set of drivers for a laptop: everything runs inside the process, and the same drivers reach the real
// systems when their URLs are configured.
//
// # Usage
//
//	program.Main(airline.System(), embedded.Drivers())
//
// A program that must stay small lists the drivers it needs instead, and links nothing else:
//
//	program.Main(system, []operation.Driver{sqlitestore.Driver()})
package embedded
