package settings

import (
	"time"

	"github.com/vade-go/vade"
)

// Settings of payments.
type Settings struct {
	Latency time.Duration
}

func declare(svc *vade.Service) *Settings {
	settings := vade.Settings(svc, Settings{Latency: 150 * time.Millisecond})
	return settings
}

var _ = declare
