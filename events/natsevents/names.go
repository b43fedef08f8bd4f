package natsevents

import (
	"errors"
	"strings"
)

var errName = errors.New("a name is made of lower-case letters, digits, hyphens and dots")

// plainName reports whether a name keeps to the alphabet of package driver. It holds no underscore, so that names made of
// several by underscores never meet.
func plainName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if ('a' > c || c > 'z') && ('0' > c || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return name != ""
}

// streamName is "vade_airline_payments_captured": streams allow no dots. The system's name has none.
func streamName(system, topic string) string { return "vade_" + system + "_" + flat(topic) }

// subjectName is "vade.airline.payments.captured".
func subjectName(system, topic string) string { return "vade." + system + "." + topic }

// durableName is the group's name without dots.
func durableName(group string) string { return flat(group) }

func flat(name string) string { return strings.ReplaceAll(name, ".", "_") }
