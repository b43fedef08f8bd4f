// Package sqlitestore keeps the documents of package store in SQLite: the engine for one machine, with nothing to install.
//
// # Usage
//
// A program links the engine by listing [Driver] among its drivers and chooses it by URL:
//
//	sqlite:                   <data folder>/<service>.db, the data folder being VADE_DATA
//	sqlite:///var/lib/airline a folder; one file per service, as above
//	sqlite:data               a folder relative to where the program was started
//	sqlite::memory:           a database for as long as it is open; also sqlite:?mode=memory
//	sqlite:?wait=2s           how long to wait for the lock of another process; default 5s
//
// A database "in memory" is a file in the system's folder for temporary files, so that it behaves like any other. It is removed
// when it is closed; a process that is killed leaves it to the system's own cleaning.
//
// # Guarantees
//
// A commit is synced to the disk before it is acknowledged (synchronous=FULL), so it outlives the end of the process and
// the loss of power, as far as the disk tells the truth. Commits that wait for each other anyway are synced together.
//
// The file belongs to the user of the process: it is created without permissions for others. A file of a newer schema,
// of another program, or of no database at all is refused and left as it is.
//
// The file is a plain SQLite database, documents are JSON text: sqlite3 bookings.db 'select id, data from documents'.
//
// # Concurrency
//
// SQLite has one writer. Transactions of the process take turns, whatever their partition, and reads go on beside them, on
// connections of their own that see the last commit. A transaction should not wait for anything: the next one
// waits for it, and gives up with driver.ErrBusy after 30 seconds.
//
// Transactions that share a commit see what those before them in it have written. One that then refuses is told only when
// that is committed. When one of them fails in a way that SQLite undoes them all, a full disk, the functions of the others
// run again. Those that are done wait for one that is not for a quarter of a second; then they are committed without it, and
// its function runs again.
//
// Several processes of one machine may open a file; they take turns by SQLite's lock, for which one waits as long as
// the URL says and then gives up with driver.ErrBusy. A network file system must not be used: its locks do not hold.
//
// # Performance
//
// Measured on two shared cores (AMD EPYC) and a disk that syncs in 0.45 ms, one small document with an index entry per
// transaction: 3,000 commits a second one after another, 9,000 from 8 goroutines and 19,000 from 64, where 2,700 would be
// possible without shared syncs; 65,000 gets a second one after another. The benchmarks of this package repeat it.
package sqlitestore
