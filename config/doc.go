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
// or, the same, payments.failure_rate: 0.1; in the environment VADE_PAYMENTS_FAILURE_RATE; on the command line whatever the
// program makes of [Source].Overrides. The tag config names a field otherwise or, with "-", leaves it out; doc says what it
// means; required wants it set, and not to an empty text. Nested structs nest further; the fields of embedded structs are those
// of the outer one.
//
// A bound or nested struct may have a method Validate() error. It runs once everything is loaded; several errors are joined. One
// whose text begins with the name of a setting, as in "failure_rate: 3 is not between 0 and 1", is reported with its place.
//
// # Types
//
// Texts, booleans, finite numbers, [time.Duration] ("30s"), [Size] ("1MiB"), [Secret], [net/url.URL], whatever implements
// [encoding.TextUnmarshaler], slices of these (comma separated, or a sequence in the file), and maps from texts to these
// ("a=1,b=2", or a mapping in the file). A slice or map that is set replaces its default.
//
// # Files
//
// A file is one YAML 1.2 document of at most 1 MiB. A key that is there twice is an error, wherever it is. Aliases, merge keys
// and tags of the writer's own are refused, because they hide what a value is; an anchor that nobody refers to is harmless. Null
// is the empty text.
//
// # Guarantees
//
//   - Overrides win over the environment, the environment over the file, the file over the defaults. A variable that is set to
//     nothing is set: it empties a text, a list, a map or a *url.URL, and is a mistake where a number is wanted.
//   - Nothing is ignored. A key in the file, a variable that begins with the prefix, or an override that no field asks for is
//     an error with its place and the nearest name that is known. Kubernetes sets such variables for a Service whose name
//     begins like the prefix; enableServiceLinks: false in the pod keeps it from that.
//   - No two fields share a key or a variable, and no key is a value and a section at once.
//   - A [Secret] is never printed, neither by this package nor by fmt, slog or JSON. Passwords and
//     tokens in URLs are not either, see [Redacted].
//
// # Errors
//
// All come back at once, joined, each an [*Error] that says where: "vade.yaml:7:3: payments.failure_rate: …". A value that was
// refused is quoted, up to 64 bytes of it, unless it is a Secret or a URL.
//
// # Concurrency
//
// A [Set] is used by one goroutine while the program starts. What it filled is plain data.
package config
