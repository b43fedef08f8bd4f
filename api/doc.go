// Package api declares typed operations over HTTP.
//
// # Usage
//
// A handler is a plain function from an input to an output. It is declared with its method, its path and its policies:
//
//	type Find struct {
//		Caller auth.Principal                            // a request dependency
//		ID     string          `path:"id"`
//		Full   api.Opt[bool]   `query:"full"`
//	}
//
//	func (h *handlers) find(ctx context.Context, in Find) (Booking, error)
//
//	g := api.Group(svc, "/bookings", auth.Require(auth.OAuth2("airline")))
//	api.Get(g, "/{id}", h.find, auth.Scopes("bookings:read"), api.Fails(ErrUnknown))
//
// # Inputs
//
// A struct without transport tags is the JSON body. Otherwise fields are filled by their tag, path, query, header, cookie or form;
// the field Body takes the body; fields of type auth.Principal and of types that implement operation.Dependency resolve
// themselves. Embedded structs count as if their fields stood in the outer one. [None], as any struct without fields, takes nothing.
//
// Fields are required. [Opt] may be absent, [Null] may also be null, a field with a default tag gets its default, a list that
// is not there is empty. The items of a list in the query or in a header are separated by commas or given by repetition; a
// comma inside an item of the query is escaped. A map in the query is spread over it, "filter[status]=open&filter[owner]=ada".
// Query parameters that an operation does not have are ignored, unless [StrictQuery] refuses them; more than 10,000 in all, or more than
// 3,000 cookies where an operation reads one, are 400, and so many items of one list 422. Constraints are JSON Schema keywords as tags; see package schema. An input or
// a part of it may have a method Validate(context.Context) error for rules that tags cannot say; it may return [Violations],
// whose pointers begin with the name of the parameter or of the member of the body.
//
// Fields with the tag form make the body a form, as browsers send it: URL-encoded, or multipart, as it must be when one of the fields
// is a [File]. The items of a list are given by repetition. Files up to 1 MiB are kept in memory, the rest waits on disk until the answer
// is made; [MaxBody] limits the form as a whole.
//
// What a body becomes in memory is bounded by [MaxBody] and by the tag maxItems: an item of a list takes as much as its type, and may be three
// bytes of JSON or one of CBOR. Items beyond maxItems are not kept.
//
// A value that is one of several things is a [Union]: an interface, the structs that implement it, and the member of the JSON object
// that tells them apart. A switch over its type reads it, and the document describes it as oneOf with a discriminator.
//
//	type Payment = api.Union[paymentsapi.Method, paymentsapi.Methods] // {"kind":"card","number":"4242"}
//
// # Outputs
//
// The type picks the wire shape: any T is 200 with a JSON body, [None] is 204, [Created] is 201 with a Location, [Page] is 200 with a
// part of a list and a link to the next one, for inputs that embed [Paging]; [Versioned] is 200 with an ETag, or 304 when the caller
// has that version, and inputs that embed [Precondition] check If-Match; [Reply] chooses status, headers and cookies. What a handler
// returns for a header is held to its grammar: what would end a line is a fault, a 500, and never a header of its own.
//
// # Failures
//
// A failure that callers may expect is a problem value, declared with [Fails]; it leaves as an RFC 9457 document, and so do the
// standard problems of package problem that a handler returns itself. Every other error or panic leaves as an opaque 500 with an
// id, under which its cause is in the log; so does what another service answered to a call, unless it is declared here too, or
// says that the other one is out of reach, which is a 503 or 504 here as well. A request that breaks rules gets
// one 422 with every violation of every part; malformed JSON, duplicate names and bad UTF-8 are 400, a body over the limit
// 413, a body that is not JSON 415, one that does not arrive within the time of the operation 408. Values are not echoed.
//
// What a domain or a store returns becomes a declared problem by [Translate] or [TranslateFunc], on a service, a group or an operation.
// Whatever was declared nowhere is seen by [OnIncident], which tells a reporter of errors.
//
// # Configuration
//
// [Configure] gives options to all operations of a service, ahead of those of its groups and wherever it stands. Nothing is global: two
// services of one process have two configurations.
//
//	api.Configure(svc, auth.Require(auth.OAuth2("airline")), api.Translate(store.ErrNotFound, ErrUnknown), api.OnIncident(report))
//
// # Documentation
//
// [Summary], [Description], [Tags], [Tag] and the tags doc and example of fields end up in the document. [Example] shows whole bodies: typed
// values, held to the rules of their type when the program starts. [Webhook] and [Callback] describe what the service sends to others.
//
// # Security
//
// An operation that says neither auth.Require nor auth.Public does not start. The caller is identified and authorised before
// its body is read.
//
// # Idempotency
//
// A client that got no answer does not know whether its request was carried out. With [Idempotent] it may send it again under the same
// Idempotency-Key, a text of 1 to 255 printable ASCII characters of its choice, and gets what the first was answered:
//
//	api.Post(g, "", h.book, auth.Scopes("bookings:write"), api.Idempotent())
//
// A key is the caller's own (by issuer and subject) and the operation's. The same request is one of the same method, path, query, type and
// body: the order of the parameters does not count, every byte of the body does, but not the boundary of a multipart form. Another
// request under the key is [ErrKeyReused]. The same one while the first is running waits for it, and in the end is [ErrKeyInUse].
//
// Kept, and replayed with the header Idempotent-Replayed, are successes and the problems below 500 with which the handler answered: status,
// headers but for cookies, body. Not kept, so that the request can be sent again, is what may be otherwise then: 401, 403, 408, 425 and 429,
// every fault from 500 on, panics, and what was refused before it reached the handler, such as a body that breaks rules. Who may not
// call gets no replay. An answer of more than 256 KiB, or with headers of more than 16 KiB, is not kept either, but that the request was
// carried out is: it is [ErrResultOmitted] from then on.
//
// Results are kept for a day, see [KeepFor], in the database of the service; in one without a store, for as long as the process
// runs and at most 10,000 of 64 MiB, which a warning says at the start. When they cannot be reached the request is refused with 503.
//
// A process may die after the handler has done its work and before its result is kept. The claim on the key then stands for the time of the
// operation and five seconds more, and after that the request is carried out again. A handler whose work must be done once even so names it
// by a field of type [IdempotencyKey], whose ID is the same each time:
//
//	type Book struct {
//		Key  api.IdempotencyKey
//		Body NewBooking
//	}
//
// A typed call gets its key from the option call.IdempotencyKey.
//
// # The end of an operation
//
// [DeprecatedSince] and [Sunset] announce in every answer, and in the document, that an operation will go. As options of a group they
// end a whole version: api.Group(svc, "/v1", api.Sunset(t)).
//
// # Groups
//
// [CacheControl] says what caches outside may keep; without it, what was answered to a known caller is kept by nobody. [MaxConcurrent]
// lets so many calls of a group run and refuses the rest at once. [Version] names the version of the API that a group is, whose path
// tells it from others; there is no choice of a version by header or media type, since gateways, caches and people see paths.
//
// # After the answer
//
// [After] does work once a call has been answered, with what of it outlives the caller: its principal, trace and request id, not its end.
// A graceful stop waits for it, a crash loses it: what must not be lost is an event of package outbox or a task.
//
// # Around handlers
//
// An [Intercept] sees the typed input and output of an operation, whatever the placement; [InterceptAll] those of any. A [Middleware] is
// plain net/http around everything, for requests only. Both are options of a group or an operation, stand in its plan with the
// place of their declaration, and apply the outer group's first.
//
// # Handlers of plain HTTP
//
// [Mount] puts any [http.Handler] at a path, behind the same plan and the same rule of who may reach it. The gateway routes every method
// and every path below to it; routes and explain show it; no document describes it. auth.PrincipalFromContext is the caller.
//
//	api.Mount(svc, "/legacy", old, auth.Require(auth.OAuth2("airline"), "legacy:use"))
//
// [Frontend] serves the build of a web application in the same way: its files with the caching that their names allow, and its index.html
// for the routes that it has itself.
//
// # Contracts
//
// [Define] makes an operation a value that both sides share: [Serve] answers it, Call performs it. In one process a call is a
// function call through the same plan; between processes it is the HTTP request that any other client would send. Tests call contracts,
// and other operations, with package apitest.
//
// # Concurrency
//
// Declaring is for one goroutine. Handlers run concurrently. What is shared between them is theirs to guard.
//
// # Source
//
// The Idempotency-Key follows draft-ietf-httpapi-idempotency-key-header, HTTP semantics RFC 9110, problems RFC 9457, schemas JSON Schema draft 2020-12, documents OpenAPI 3.1.
package api
