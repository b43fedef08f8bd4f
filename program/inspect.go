package program

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/vade-go/vade/api/openapi"
	"github.com/vade-go/vade/config"
	"github.com/vade-go/vade/manifest"
)

// inspections are the commands that look at the declared system and start nothing.
func (p *program) inspections() []*cobra.Command {
	return []*cobra.Command{
		{
			Use: "manifest", Short: "Prints the declared system as JSON", Args: noArgs,
			RunE: func(*cobra.Command, []string) error { return p.printManifest() },
		},
		p.openAPICommand(),
		{
			Use: "routes", Short: "Prints every operation: method, path, id and who may call it", Args: noArgs,
			RunE: func(*cobra.Command, []string) error { return p.printRoutes() },
		},
		{
			Use: `explain METHOD /path`, Short: "Prints the running plan of the operation that answers a request", Args: aRequest,
			RunE: func(_ *cobra.Command, args []string) error { return p.explain(strings.Join(args, " ")) },
		},
		{
			Use: "config", Short: "Prints every setting with its value and where it came from", Args: noArgs,
			RunE: func(*cobra.Command, []string) error { return p.printConfig() },
		},
	}
}

func (p *program) printManifest() error {
	m, err := p.system.Manifest()
	if err != nil {
		return err
	}
	data, err := m.Encode()
	if err != nil {
		return err
	}
	_, err = p.world.Stdout.Write(data)
	return failed(err)
}

func (p *program) openAPICommand() *cobra.Command {
	var format, specification string
	cmd := &cobra.Command{
		Use: "openapi [SERVICE]", Short: "Prints the OpenAPI document of the system or of one service",
		Args: cobra.MaximumNArgs(1), ValidArgs: p.system.Services(),
		Example: fmt.Sprintf("  %s openapi --format yaml --version 3.0.3", p.system.Name()),
		RunE:    func(_ *cobra.Command, args []string) error { return p.printOpenAPI(args, format, specification) },
	}
	cmd.Flags().StringVar(&format, "format", "json", "json or yaml")
	cmd.Flags().StringVar(&specification, "version", openapi.Version, "version of OpenAPI: "+openapi.Version+" or "+openapi.Version30)
	return cmd
}

func (p *program) printOpenAPI(args []string, format, specification string) error {
	if format != "json" && format != "yaml" {
		return fmt.Errorf("--format %q is neither json nor yaml", format)
	}
	if specification != openapi.Version && specification != openapi.Version30 {
		return fmt.Errorf("--version %q is neither %s nor %s", specification, openapi.Version, openapi.Version30)
	}
	m, err := p.system.Manifest()
	if err != nil {
		return err
	}
	opts := documentOptions(m)
	opts.OpenAPI = specification
	if len(args) == 1 {
		if _, ok := m.Service(args[0]); !ok {
			return fmt.Errorf("%q is not a service of %s; its services are %s", args[0], m.Name, strings.Join(p.system.Services(), ", "))
		}
		opts.Service = args[0]
	}
	data, err := openapi.Document(m, opts)
	if err == nil && format == "yaml" {
		data, err = openapi.YAML(data)
	}
	if err != nil {
		return err
	}
	_, err = p.world.Stdout.Write(data)
	return failed(err)
}

func (p *program) printRoutes() error {
	m, err := p.system.Manifest()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.world.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "METHOD\tPATH\tOPERATION\tWHO")
	for _, svc := range m.Services {
		for _, op := range svc.Operations {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", op.Method, op.Path, op.ID, who(op.Security))
		}
		for _, m := range svc.Mounts {
			fmt.Fprintf(w, "*\t%s\t%s\t%s\n", strings.TrimSuffix(m.Path, "/")+"/…", m.ID, who(m.Security))
		}
	}
	return failed(w.Flush())
}

func who(s manifest.Security) string {
	if s.Public {
		return "public"
	}
	return strings.TrimSpace(strings.Join(s.Schemes, "|") + " " + strings.Join(s.Scopes, " "))
}

// aRequest wants a method and a path, in two words or in one between quotation marks.
func aRequest(cmd *cobra.Command, args []string) error {
	if len(args) == 0 || len(args) > 2 {
		return fmt.Errorf("%s takes a request such as GET /bookings/42, and was given %q", cmd.CommandPath(), strings.Join(args, " "))
	}
	return nil
}

// explain finds the operation that a request would reach, the way the gateway does, and prints its plan.
func (p *program) explain(request string) error {
	m, err := p.system.Manifest()
	if err != nil {
		return err
	}
	op, err := find(m, request)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.world.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n%s, declared at %s\n\nSTAGE\tWHAT\tWHERE\n", strings.TrimSpace(op.Method+" "+op.Path), op.ID, op.Source)
	for _, s := range op.Plan {
		origin := s.Origin
		if origin == "" {
			origin = "default"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.Stage, s.Detail, origin)
	}
	return failed(w.Flush())
}

func find(m *manifest.System, request string) (*manifest.Operation, error) {
	method, path, ok := strings.Cut(strings.TrimSpace(request), " ")
	path, _, _ = strings.Cut(strings.TrimSpace(path), "?")
	if !ok || !strings.HasPrefix(path, "/") {
		return nil, fmt.Errorf("%q is not a request such as %q", request, "GET /bookings/42")
	}
	mux := http.NewServeMux()
	ops := make(map[string]*manifest.Operation)
	for i := range m.Services {
		routes := m.Services[i].Routes()
		for j := range routes {
			op := &routes[j]
			ops[op.Pattern()] = op
			mux.HandleFunc(op.Pattern(), func(http.ResponseWriter, *http.Request) {})
		}
	}
	req, err := http.NewRequest(strings.ToUpper(method), "http://explain.invalid"+path, nil) //nolint:noctx // it is never sent
	if err != nil {
		return nil, err
	}
	_, pattern := mux.Handler(req)
	if op, ok := ops[pattern]; ok {
		return op, nil
	}
	return nil, fmt.Errorf("no operation of %s answers %s %s; the command routes lists them", m.Name, method, path)
}

func (p *program) printConfig() error {
	set := config.New(p.source.config())
	set.Bind("", defaults())
	p.system.Bind(set)
	// The values are worth seeing even when some of them are wrong.
	err := set.Load()
	return errors.Join(err, config.Write(p.world.Stdout, set.Values()))
}
