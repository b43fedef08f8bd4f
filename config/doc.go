// Package config fills structs from flags, the environment and a YAML file, and knows where every value came from.
//
// # Usage
//
//	type Settings struct {
//		Listen string        `doc:"address to listen on"`
//		Grace  time.Duration `doc:"how long a stop may take"`
//		Key    config.Secret
//	}
//
//	settings := Settings{Listen: "127.0.0.1:8080", Grace: 30 * time.Second} // the defaults
//	set := config.New(config.Source{Prefix: "VADE_", File: "vade.yaml"})
//	set.Bind("", &settings)
//	err := set.Load()
//
// A field FailureRate of a struct bound under the section payments is the key payments.failure_rate: in the file
//
//	payments:
//	  failure_rate: 0.1
//
// in the environment VADE_PAYMENTS_FAILURE_RATE, on the command line whatever the program makes of [Source].Overrides. The tag
// config names a field otherwise or, with "-", leaves it out; doc says what it means; required wants it set. Nested structs
// nest further.
//
// # Types
//
// Texts, booleans, numbers, [time.Duration] ("30s"), [Size] ("1MiB"), [Secret], [net/url.URL], whatever implements
// [encoding.TextUnmarshaler], slices of these (comma separated, or a sequence in the file), and maps from text to text
// ("a=1,b=2", or a mapping in the file).
//
// # Guarantees
//
//   - Overrides win over the environment, the environment over the file, the file over the defaults. A variable that is set to
//     nothing is set: it empties the value.
//   - Nothing is ignored. A key in the file, a variable that begins with the prefix, or an override that no field asks for is
//     an error with its place and the nearest name that is known.
//   - All errors come back at once, joined, each an [*Error].
//   - A [Secret] is never printed, neither by this package nor by fmt, slog or JSON.
//
// # Concurrency
//
// A [Set] is used by one goroutine while the program starts. What it filled is plain data.
package config
