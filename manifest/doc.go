// Package manifest is the declared system as plain data.
//
// A program declares services in Go; Vade writes what was declared into a [System]: every operation with its parameters,
// security and running plan, every topic, subscription and collection, and who calls whom. Whatever lives outside the
// process (OpenAPI documents, gateway routes, dashboards, deployment files) is derived from this data alone, never from the
// code a second time.
//
// # Usage
//
// A system is printed with [System.Encode] and read back with [Decode]:
//
//	data, err := system.Encode()
//	again, err := manifest.Decode(data)
//
// # Stability
//
// The JSON form is stable: members keep their names and meaning within one [FormatVersion], lists are sorted by
// [System.Normalize], and the same declarations always give the same bytes, so that a manifest can be committed and
// compared. New members may appear; readers ignore members that they do not know.
//
// # Concurrency
//
// The types are plain values with no locks. A manifest that is shared between goroutines must not be changed any more.
package manifest
