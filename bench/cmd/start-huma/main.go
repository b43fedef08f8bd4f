// Command start-huma serves five hundred operations with Huma, for its start to be measured.
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/vade-go/vade/bench/things/huma"
)

func main() {
	s := &http.Server{Addr: os.Getenv("ADDRESS"), Handler: huma.Handler(), ReadHeaderTimeout: 5 * time.Second}
	fmt.Fprintln(os.Stderr, s.ListenAndServe())
	os.Exit(1)
}
