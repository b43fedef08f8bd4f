package dependencies

import (
	"context"
	"database/sql"
	"net/http"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

var ErrNoTenant = problem.New(http.StatusForbidden, "no-tenant", "You belong to no tenant")

var pool *sql.DB

type NewBooking struct{ Flight string }

type Tenant struct {
	Caller auth.Principal // resolved before it
	Name   string
}

func (t *Tenant) Resolve(ctx context.Context, c *operation.Call) error {
	var ok bool
	if t.Name, ok = t.Caller.Claims["tenant"].(string); !ok {
		return ErrNoTenant
	}
	return nil
}

func (*Tenant) DescribeOperation(op *manifest.Operation) {
	api.Fails(ErrNoTenant).DescribeOperation(op)
}

type Session struct{ *sql.Conn }

func (s *Session) Resolve(ctx context.Context, c *operation.Call) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	s.Conn = conn
	c.Defer(func(err error) { conn.Close() }) // err is how the call ended
	return nil
}

type Book struct {
	Tenant  Tenant
	Session Session
	Body    NewBooking
}
