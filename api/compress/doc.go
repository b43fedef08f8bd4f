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
// Each coding has one level, chosen by what it costs and saves on lists of flights in JSON, on one core. The time is that of gzip's, for an
// answer of the same size; none of them allocates once its encoder is there:
//
//	coding   level             2 kB: time, size   10 kB         100 kB
//	zstd     2 (default)       0.9   1/3.4        0.8   1/4.8   1.0   1/5.3
//	br       1 (of version 2)  1.7   1/3.4        1.2   1/4.8   0.6   1/5.4
//	gzip     5                 1     1/3.3        1     1/4.6   1     1/5.2
//
// Other levels, on 100 kB: zstd 1 takes 0.6 and gives 1/5.3, zstd 3 takes 1.7 and gives 1/5.6, br 3 takes 0.9 (on 2 kB 2.8) and gives 1/5.7, br 5
// takes 2.6 and gives 1/5.9, gzip 4 takes 0.7 and gives 1/4.7, gzip 6 takes 1.0 and gives 1/5.2. The gzip of the standard library takes 1.1 for
// 1/5.1 (level 3) and 1.6 for 1/5.5 (level 5). They were measured by turns, each by its fastest one, with go test ./api/compress -bench Levels -benchtime 3000x.
//
// What holds a secret beside text that a stranger can choose should not be compressed; see [api.Compress].
//
// # Memory and concurrency
//
// Encoders are kept for the next answer, as many as were at work at once, and are given up when they lie idle. Each works on the goroutine of its
// request; none has goroutines of its own. The window of zstd is 1 MiB, below the 8 MB that every client must have (RFC 9659). Codings are
// safe for concurrent use, and the bytes depend on the input alone. Programs that do not import the package do not carry the libraries.
package compress
