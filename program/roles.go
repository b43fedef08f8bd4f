package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/vade-go/vade/gateway"
	"github.com/vade-go/vade/internal/httpserver"
	"github.com/vade-go/vade/lifecycle"
)

func (p *program) roles() []*cobra.Command {
	return []*cobra.Command{
		{
			Use: "up", Short: "Runs the whole system in this process, behind the gateway (the default)", Args: noArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return p.up(cmd.Context()) },
		},
		{
			Use: "serve SERVICE...", Short: "Runs some services in this process, without a gateway",
			Args: p.someServices, ValidArgs: p.system.Services(),
			RunE: func(cmd *cobra.Command, names []string) error { return p.serve(cmd.Context(), names) },
		},
		{
			Use: "gateway", Short: "Runs the gateway alone, in front of services that run elsewhere", Args: noArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return p.gateway(cmd.Context()) },
		},
	}
}

// someServices asks for the names of services, each once.
func (p *program) someServices(_ *cobra.Command, names []string) error {
	all := p.system.Services()
	if len(names) == 0 {
		return fmt.Errorf("serve takes the names of services: %s", strings.Join(all, ", "))
	}
	for i, name := range names {
		switch {
		case !slices.Contains(all, name):
			return fmt.Errorf("%q is not a service of %s; its services are %s", name, p.system.Name(), strings.Join(all, ", "))
		case slices.Contains(names[:i], name):
			return fmt.Errorf("the service %s is named twice", name)
		}
	}
	return nil
}

// up is the whole system in one process.
func (p *program) up(ctx context.Context) error {
	h, err := p.prepare()
	if err != nil {
		return err
	}
	return h.behindGateway(ctx, func() (map[string]gateway.Upstream, error) {
		instance, err := h.open(ctx, p.system.Services())
		if err != nil {
			return nil, err
		}
		h.group.Add("services", instance)
		upstreams := make(map[string]gateway.Upstream)
		for _, name := range p.system.Services() {
			if handler, ok := instance.Handler(name); ok {
				upstreams[name] = gateway.Local(handler)
			}
		}
		return upstreams, nil
	}, func(front, operators string) { h.welcome(p.world.Stdout, front, operators) })
}

// gateway is the gateway alone.
func (p *program) gateway(ctx context.Context) error {
	h, err := p.prepare()
	if err != nil {
		return err
	}
	err = h.behindGateway(ctx, func() (map[string]gateway.Upstream, error) {
		peers, err := h.settings.peers()
		upstreams := make(map[string]gateway.Upstream)
		for name, u := range peers {
			upstreams[name] = gateway.Remote(u)
		}
		return upstreams, err
	}, func(front, _ string) { h.log.Info("ready", "role", "gateway", "address", front) })
	if errors.Is(err, gateway.ErrNoUpstream) {
		err = errors.Join(err, errors.New("set VADE_UPSTREAMS=NAME=http://HOST:PORT,… to the addresses of the services"))
	}
	return err
}

// behindGateway runs a gateway in front of the upstreams that open opens. The addresses are taken before that.
func (h *host) behindGateway(ctx context.Context, open func() (map[string]gateway.Upstream, error), ready func(front, operators string)) error {
	front, err := h.listen(h.settings.Gateway, "VADE_GATEWAY")
	if err != nil {
		return h.abort(err)
	}
	operators, err := h.listen(h.settings.Console, "VADE_CONSOLE")
	if err != nil {
		return h.abort(err)
	}
	operators.Handle(h.operators())
	h.group.Add("console", operators) // first, so that its probes answer while all else starts and drains
	upstreams, err := open()
	if err != nil {
		return h.abort(err)
	}
	gw, err := h.gateway(upstreams)
	if err != nil {
		return h.abort(err)
	}
	front.Handle(gw)
	h.group.Add("upstreams", closing(gw))
	h.group.Add("gateway", front)
	return h.run(ctx, func() { ready(front.Addr().String(), operators.Addr().String()) })
}

// serve is some services in this process, reached directly.
func (p *program) serve(ctx context.Context, names []string) error {
	h, err := p.prepare()
	if err != nil {
		return err
	}
	server, err := h.listen(h.settings.Listen, "VADE_LISTEN")
	if err != nil {
		return h.abort(err)
	}
	instance, err := h.open(ctx, names)
	if err != nil {
		return h.abort(err)
	}
	server.Handle(h.services(instance, names))
	// The listener is up first, for the probes, and is drained before the services.
	h.group.Add("probes", early{server})
	h.group.Add("services", instance)
	h.group.Add("listener", lifecycle.Func{OnStop: server.Stop})
	return h.run(ctx, func() {
		h.log.Info("ready", "role", "serve", "services", names, "address", server.Addr().String())
	})
}

// early is a server that starts before, and ends after, what it serves; somebody else has drained it by then.
type early struct{ *httpserver.Server }

// Stop gives the address back.
func (e early) Stop(context.Context) error { return e.Close() }

// closing is a component that has nothing to start.
func closing(c io.Closer) lifecycle.Component {
	return lifecycle.Func{OnStop: func(context.Context) error { return c.Close() }}
}
