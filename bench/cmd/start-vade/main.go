// Command start-vade is a Vade program of one service with five hundred operations, for its start to be measured.
package main

import (
	"github.com/vade-go/vade/bench/things"
	"github.com/vade-go/vade/program"
)

func main() { program.Main(things.Vade(), nil) }
