// Package airports is the service that knows the airports of the world. It reads far more than it writes: the data is put into
// its database once for each version, and searches run on a read model that is built from the database at every start.
package airports
