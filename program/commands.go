package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/vade-go/vade/auth/devissuer"
	"github.com/vade-go/vade/manifest"
)

// tokenCommand prints a token of the development issuer.
func (p *program) tokenCommand() *cobra.Command {
	var scope, subject string
	var ttl time.Duration
	cmd := &cobra.Command{
		Use: "token", Short: "Prints a bearer token of the development issuer", Args: noArgs,
		Example: fmt.Sprintf("  %s token --scope %q --subject alice", p.system.Name(), "bookings:read bookings:write"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, _, m, err := p.load()
			if err != nil {
				return err
			}
			if !settings.developmentIssuer() {
				return fmt.Errorf("tokens of %s are issued by %s; this command is for the development issuer", m.Name, orNobody(settings.Auth.Issuer))
			}
			scopes := strings.Fields(scope)
			if !cmd.Flags().Changed("scope") {
				scopes = allScopes(m)
			}
			if ttl <= 0 {
				return fmt.Errorf("--ttl %v: a token is valid for a while, such as 8h", ttl)
			}
			if _, err := os.Stat(settings.issuerDir()); errors.Is(err, fs.ErrNotExist) {
				fmt.Fprintf(p.world.Stderr, "%s: there was no issuer in %s, so one was made; a program with other data does not know it\n",
					m.Name, settings.issuerDir())
			}
			token, err := p.issue(settings, subject, scopes, ttl)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(p.world.Stdout, token)
			return failed(err)
		},
	}
	cmd.Flags().StringVar(&scope, "scope", "", "scopes to grant, separated by spaces (default: all that the system declares)")
	cmd.Flags().StringVar(&subject, "subject", "developer", "whom the token names")
	cmd.Flags().DurationVar(&ttl, "ttl", 8*time.Hour, "how long the token is valid")
	return cmd
}

func orNobody(issuer string) string {
	if issuer == "" {
		return "nobody yet (set VADE_AUTH_ISSUER)"
	}
	return issuer
}

// issue signs a token that this system accepts.
func (p *program) issue(s *Settings, subject string, scopes []string, ttl time.Duration) (string, error) {
	issuer, err := devissuer.Open(s.issuerDir())
	if err != nil {
		return "", err
	}
	return issuer.Token(devissuer.Claims{Subject: subject, Scopes: scopes, Audience: []string{s.audience(p.system.Name())}, TTL: ttl})
}

// allScopes returns every scope that some operation asks for.
func allScopes(m *manifest.System) []string {
	var scopes []string
	for _, svc := range m.Services {
		for _, op := range svc.Routes() {
			scopes = append(scopes, op.Security.Scopes...)
		}
	}
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

// healthCommand asks a running program whether it is ready: what a container's health check runs.
func (p *program) healthCommand() *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use: "health", Short: "Asks a running program whether it is ready; exit code 1 when it is not", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if address == "" {
				settings, _, _, err := p.load()
				if err != nil {
					return err
				}
				address = settings.Console
			}
			if err := checkAddress("--address", address); err != nil {
				return err
			}
			return failed(p.askHealth(cmd.Context(), address))
		},
	}
	cmd.Flags().StringVar(&address, "address", "", "host:port to ask (default: the setting console)")
	return cmd
}

func (p *program) askHealth(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return err
	}
	// A proxy of the environment is for the world outside, and would be asked even for 0.0.0.0.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("not reachable: %w", err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(p.world.Stdout, io.LimitReader(res.Body, 64<<10)); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", res.Status)
	}
	return nil
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Prints the version of the program and what it was built with", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			v := version()
			_, err := fmt.Fprintf(p.world.Stdout, "%s %s (vade %s, %s %s/%s)\n",
				p.system.Name(), v.version, v.vade, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return failed(err)
		},
	}
}

type versions struct{ version, vade string }

// version reads what the Go toolchain recorded in the binary.
func version() versions {
	v := versions{version: "devel", vade: "devel"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.version = info.Main.Version
	}
	for _, dep := range info.Deps {
		if dep.Path == "github.com/vade-go/vade" {
			v.vade = dep.Version
		}
	}
	return v
}
