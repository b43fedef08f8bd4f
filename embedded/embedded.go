package embedded

import (
	"github.com/vade-go/vade/events/natsevents"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/store/sqlitestore"
)

// Drivers returns the drivers of the embedded engines: SQLite for stores ("sqlite:"), NATS JetStream for events ("embedded:",
// and "nats://…" for a server of its own).
func Drivers() []operation.Driver {
	return []operation.Driver{sqlitestore.Driver(), natsevents.Driver()}
}
