package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/vade-go/vade"
	"github.com/vade-go/vade/config"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
)

// The exit codes of a program.
const (
	ExitDone    = 0 // it did what was asked
	ExitFailed  = 1 // it started and then failed, or what was asked for did not hold
	ExitMisused = 2 // it did not start: a wrong command, a bad setting, a mistake in a declaration
)

// Main runs the command line around a system and ends the process with one of the exit codes. The drivers are the engines
// that the program links. The program's logger becomes the default of package log/slog, so that what services log with
// slog.InfoContext carries the ids of the request that it belongs to.
func Main(system *vade.System, drivers []operation.Driver) {
	os.Exit(Run(context.Background(), system, drivers, IO{
		Args: os.Args[1:], Environ: os.Environ(), Stdout: os.Stdout, Stderr: os.Stderr, owner: true,
	}))
}

// IO is the world around a program.
type IO struct {
	Args    []string
	Environ []string // as in os.Environ
	Stdout  io.Writer
	Stderr  io.Writer
	// Signals replaces the signals of the operating system in tests. Default: interrupt and terminate.
	Signals chan os.Signal

	// owner: the process is the program's alone, and so are its globals.
	owner bool
}

// Run is [Main] without the end of the process: it returns the exit code. Cancelling ctx stops the program as one signal does.
func Run(ctx context.Context, system *vade.System, drivers []operation.Driver, world IO) int {
	p := &program{system: system, drivers: drivers, world: world}
	root := p.root()
	root.SetArgs(world.Args)
	root.SetOut(world.Stdout)
	root.SetErr(world.Stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return ExitDone
	}
	fmt.Fprintln(world.Stderr, explainError(system.Name(), err))
	if _, ok := errors.AsType[*failure](err); ok {
		return ExitFailed
	}
	return ExitMisused
}

// failure is an error after the start, as opposed to a misuse.
type failure struct{ err error }

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func failed(err error) error {
	if err == nil {
		return nil
	}
	return &failure{err}
}

// program is one run of the command line.
type program struct {
	system  *vade.System
	drivers []operation.Driver
	world   IO
	source  source
	sets    []string // key=value of --set
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:           p.system.Name(),
		Short:         "Runs " + p.system.Name() + ", all of it in one process or part by part",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          known,
		RunE:          func(cmd *cobra.Command, _ []string) error { return p.up(cmd.Context()) },
	}
	root.PersistentFlags().StringVar(&p.source.file, "config", "", "settings file (default: vade.yaml, if it is there)")
	root.PersistentFlags().StringArrayVar(&p.sets, "set", nil, "one setting, as key=value; may be repeated")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		p.source.fileSet = cmd.Flags().Changed("config")
		p.source.environ = p.world.Environ
		return p.parseSets()
	}
	root.AddCommand(p.roles()...)
	root.AddCommand(p.inspections()...)
	root.AddCommand(p.tokenCommand(), p.healthCommand(), p.versionCommand())
	root.SetHelpCommand(&cobra.Command{
		Use: "help [COMMAND]", Short: "Help about a command", Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error { return help(root, args) },
	})
	root.InitDefaultCompletionCmd(p.world.Args...)
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" {
			cmd.Args, cmd.RunE = known, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	return root
}

// known refuses a command that there is not, with the one that may have been meant.
func known(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := fmt.Sprintf("%s --help lists them", cmd.CommandPath())
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = fmt.Sprintf("did you mean %s?", strings.Join(near, " or "))
	}
	return fmt.Errorf("%s has no command %q; %s", cmd.CommandPath(), args[0], hint)
}

// noArgs refuses arguments where there is nothing to say.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no arguments, and was given %q", cmd.CommandPath(), strings.Join(args, " "))
	}
	return nil
}

// help shows what a command does.
func help(root *cobra.Command, args []string) error {
	cmd, rest, err := root.Find(args)
	if err != nil || len(rest) > 0 {
		return known(root, args)
	}
	cmd.InitDefaultHelpFlag()
	return cmd.Help()
}

// load reads the settings and describes the system: everything that can be known before anything starts, every mistake at
// once.
func (p *program) load() (*Settings, *config.Set, *manifest.System, error) {
	settings := defaults()
	set := config.New(p.source.config())
	set.Bind("", settings)
	p.system.Bind(set)
	err := set.Load()
	m, merr := p.system.Manifest()
	if err := errors.Join(err, merr); err != nil {
		return nil, nil, nil, err
	}
	return settings, set, m, nil
}

func (p *program) parseSets() error {
	p.source.override = make(map[string]string, len(p.sets))
	for _, s := range p.sets {
		key, value, ok := cut(s)
		if !ok {
			return fmt.Errorf("--set %s: it takes key=value, such as --set gateway=127.0.0.1:9000", s)
		}
		p.source.override[key] = value
	}
	return nil
}
