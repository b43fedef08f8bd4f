// Package openapi derives OpenAPI documents, of version 3.1 or 3.0, from the manifest of a system.
//
// # Usage
//
//	data, err := openapi.Document(system, openapi.Options{Version: "1.4.0"})
//
// The document of one service is asked for by its name:
//
//	data, err := openapi.Document(system, openapi.Options{Service: "bookings"})
//
// [YAML] writes a document as YAML. [Handlers] serves a system's documents in both versions and forms, made when somebody first asks;
// [Check] tells at the start what could go wrong then.
//
// # OpenAPI 3.0
//
// Version 3.0.3 is for tools that know no later one. Its schemas are a dialect of their own: null is the keyword nullable, exclusive
// bounds are flags, a reference has no siblings. Whatever package schema writes comes out as it is meant. What a
// type says of itself and the dialect cannot say (patternProperties, contains, prefixItems by position, unevaluatedProperties, patterns with \p{…}) is left
// out, so that the description may allow more than the service does, never less. The scopes of bearer tokens are in x-required-scopes.
//
// # What is in the document
//
// Every operation with its parameters, body, successful answers and every way it may fail. Declared problems stand under
// their status as application/problem+json (RFC 9457), and in the other formats of the operation, with the codes that a program may switch
// on and an example of each. Those of one status are a component, BookingsBookProblem409, so that generated clients have a type for them;
// its name stays when codes are added. To them come the problems that the framework itself may answer with: 400 and 422 where there is
// input, 401 and 403 where the caller must be known, 413 and 415 where there is a body, and a default for what can befall any operation.
//
// An operation always says who may call it: its schemes and scopes, or an empty list when it is public. The stages of its
// running plan are in the extension x-vade-plan; where they were declared in the source is left out, because documents are
// public.
//
// What services send to others stands under webhooks, or with the operation that brings it about under callbacks. In version 3.0, which has
// no webhooks, they are under x-webhooks.
//
// Of the named schemas of the manifest, those that some operation reaches become components.
//
// # Guarantees
//
// The document is derived from the manifest alone, and equal manifests give equal bytes, whatever the order of their
// services and operations. The manifest is not changed. The output is accepted by validators that we did not write; a
// test runs them.
//
// # Errors
//
// Everything in the manifest that has no place in OpenAPI comes back at once, joined: a method that OpenAPI does not know,
// an operation without a security decision, two operations of one method and path, a reference to a schema that is not
// there.
package openapi
