// Package driver is what an engine must offer to keep the documents of package store.
//
// Application code never meets this package: it uses the portable types of package store. An engine implements [Driver],
// [DB] and [Tx], and proves itself with the suite in store/drivertest.
//
// # The model
//
// A document is a JSON value with a [Version], found under a [Key]: the collection, the partition and the id. The
// documents of one partition, in all collections of the service, are the unit of atomicity and of order: a transaction
// touches one partition, transactions of one partition happen one after the other (they are serialisable), and who lists
// a partition sees its transactions whole and in that order. Nothing is promised between partitions, so an engine is free
// to spread them over machines.
//
// A document may have one entry in each of several indexes: a text by which it is found and sorted. The portable layer
// computes entries; an engine only keeps them together with the document. Texts are compared by their bytes everywhere.
//
// # What the portable layer has checked
//
// Partitions and ids are UTF-8 of 1 to 255 bytes without control characters; index values are any UTF-8 of 1 to 512 bytes,
// U+0000 included; documents are JSON of at most 400,000 bytes; limits are positive. An engine need not look again. Names of collections and indexes consist of
// lower-case letters, digits, '-' and '_'.
//
// # Errors
//
// An engine answers with the sentinels of this package, bare or wrapped with what helps an operator (a path, an address),
// never with a document's contents. Whatever else it returns is a fault that the caller cannot handle.
//
// # Concurrency
//
// A DB is used by many goroutines at once, a Tx by one.
package driver
