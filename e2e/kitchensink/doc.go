// Package kitchensink declares whatever can be declared of an API, each thing once. Nobody calls it: it is there for its OpenAPI documents,
// which validators and generators of clients are tried on.
//
// # Usage
//
//	m, err := kitchensink.System().Manifest()
//	document, err := openapi.Document(m, openapi.Options{})
//
// What is new in package api and shows in the document gets a place here, in the shape that is hardest to describe.
package kitchensink
