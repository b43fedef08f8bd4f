// Package compress compresses answers: the codings gzip, br and zstd for [api.Compress].
//
// # Usage
//
//	api.Configure(svc, api.Compress(compress.Auto()...))              // the whole service
//	g := api.Group(svc, "/reports", api.Compress(compress.Gzip()))    // a group, one coding
//	api.Get(g, "/{id}", report, api.Compress())                       // not this one
//
// The client chooses by Accept-Encoding (RFC 9110, section 12.5.3), its weights first, then the order of the list. What says "*" or names all
// codings alike gets the first. Answers below a kilobyte, problems, answers that flow and files stay as they are. A compressed answer has an ETag
// of its own, by which If-None-Match and If-Match ([api.Precondition]) know it again.
//
// # What they cost
//
// Each coding has one level, chosen by what it costs and saves on a list of flights, 100 kB of JSON, on one core. gzip is the unit of time:
//
//	coding   level             time   size of the answer
//	zstd     2 (default)       1.1    1/5.3
//	br       1 (of version 2)  1.9    1/5.4
//	gzip     5                 1      1/5.2
//
// One level more saves little: zstd 3 takes 2.8 and gives 1/5.6, br 3 takes 4.7 and gives 1/5.7, br 5 takes 7.5 and gives 1/5.9, gzip 6 takes
// 1.2 and gives 1/5.3. The gzip of the standard library takes 1.6 for 1/5.1 (level 3) and 2.7 for 1/5.5 (level 5). Have them measured on your
// machine: go test ./api/compress -bench .
//
// What holds a secret beside text that a stranger can choose should not be compressed; see [api.Compress].
//
// # Memory and concurrency
//
// Encoders are kept for the next answer, as many as were at work at once, and are given up when they lie idle. Each works on the goroutine of its
// request; none has goroutines of its own. The window of zstd is 1 MiB, below the 8 MB that every client must have (RFC 9659). Codings are
// safe for concurrent use, and the bytes depend on the input alone. Programs that do not import the package do not carry the libraries.
package compress
