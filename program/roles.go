package program

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"
	"github.com/vade-go/vade/gateway"
	"github.com/vade-go/vade/lifecycle"
)

func (p *program) roles() []*cobra.Command {
	return []*cobra.Command{
		{
			Use: "up", Short: "Runs the whole system in this process, behind the gateway (the default)", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return p.up(cmd.Context()) },
		},
		{
			Use: "serve SERVICE...", Short: "Runs some services in this process, without a gateway",
			Args: cobra.MinimumNArgs(1), ValidArgs: p.system.Services(),
			RunE: func(cmd *cobra.Command, names []string) error { return p.serve(cmd.Context(), names) },
		},
		{
			Use: "gateway", Short: "Runs the gateway alone, in front of services that run elsewhere", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return p.gateway(cmd.Context()) },
		},
	}
}

// closing is a component that has nothing to start.
func closing(c io.Closer) lifecycle.Component {
	return lifecycle.Func{OnStop: func(context.Context) error { return c.Close() }}
}

// up is the whole system in one process.
func (p *program) up(ctx context.Context) error {
	r, err := p.prepare()
	if err != nil {
		return err
	}
	front, err := r.listen(r.settings.Gateway, "VADE_GATEWAY")
	if err != nil {
		return err
	}
	operators, err := r.listen(r.settings.Console, "VADE_CONSOLE")
	if err != nil {
		return errors.Join(err, front.Close())
	}
	err = func() error {
		instance, err := r.open(ctx, p.system.Services())
		if err != nil {
			return err
		}
		upstreams := make(map[string]gateway.Upstream)
		for _, name := range p.system.Services() {
			if h, ok := instance.Handler(name); ok {
				upstreams[name] = gateway.Local(h)
			}
		}
		gw, err := r.gateway(upstreams)
		if err != nil {
			return errors.Join(err, instance.Close())
		}
		front.Handle(gw)
		operators.Handle(r.operators())
		r.group.Add("services", instance)
		r.group.Add("upstreams", closing(gw))
		return nil
	}()
	if err != nil {
		return errors.Join(err, front.Close(), operators.Close())
	}
	r.group.Add("console", operators)
	r.group.Add("gateway", front)
	return r.run(ctx, func() { r.welcome(p.world.Stdout, front.Addr().String(), operators.Addr().String()) })
}

// serve is some services in this process, reached directly.
func (p *program) serve(ctx context.Context, names []string) error {
	r, err := p.prepare()
	if err != nil {
		return err
	}
	server, err := r.listen(r.settings.Listen, "VADE_LISTEN")
	if err != nil {
		return err
	}
	instance, err := r.open(ctx, names)
	if err != nil {
		return errors.Join(err, server.Close())
	}
	server.Handle(r.services(instance, names))
	r.group.Add("services", instance)
	r.group.Add("listener", server)
	return r.run(ctx, func() { r.log.Info("ready", "role", "serve", "services", names, "address", server.Addr().String()) })
}

// gateway is the gateway alone.
func (p *program) gateway(ctx context.Context) error {
	r, err := p.prepare()
	if err != nil {
		return err
	}
	peers, err := r.settings.peers()
	if err != nil {
		return err
	}
	upstreams := make(map[string]gateway.Upstream)
	for name, u := range peers {
		upstreams[name] = gateway.Remote(u)
	}
	gw, err := r.gateway(upstreams)
	if errors.Is(err, gateway.ErrNoUpstream) {
		err = errors.Join(err, errors.New("set VADE_UPSTREAMS=NAME=http://HOST:PORT,… to the addresses of the services"))
	}
	if err != nil {
		return err
	}
	front, err := r.listen(r.settings.Gateway, "VADE_GATEWAY")
	if err != nil {
		return err
	}
	operators, err := r.listen(r.settings.Console, "VADE_CONSOLE")
	if err != nil {
		return errors.Join(err, front.Close())
	}
	front.Handle(gw)
	operators.Handle(r.operators())
	r.group.Add("upstreams", closing(gw))
	r.group.Add("console", operators)
	r.group.Add("gateway", front)
	return r.run(ctx, func() { r.log.Info("ready", "role", "gateway", "address", front.Addr().String()) })
}
