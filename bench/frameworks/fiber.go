package frameworks

import (
	"context"
	"net"
	"net/http"

	"github.com/go-playground/validator/v10"
	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"

	"github.com/vade-go/vade/bench/orders"
)

// openFiber is Fiber as an endpoint. It is no http.Handler, so it brings its own server and its own loop.
func openFiber() (*orders.Endpoint, error) {
	f, err := withFiber()
	if err != nil {
		return nil, err
	}
	return &orders.Endpoint{
		Serve: func(ctx context.Context, l net.Listener) error {
			defer context.AfterFunc(ctx, func() { _ = f.Shutdown() })()
			return f.Listener(l, fiber.ListenConfig{DisableStartupMessage: true})
		},
		Once:  repeat(f.Handler()),
		Close: func() {},
	}, nil
}

// withFiber is Fiber with the validator that its guide shows.
func withFiber() (*fiber.App, error) {
	v, err := rules(validator.New(validator.WithRequiredStructEnabled()))
	if err != nil {
		return nil, err
	}
	d := new(orders.Desk)
	f := fiber.New(fiber.Config{StructValidator: echoValidator{v}, JSONDecoder: orders.DecodeV1})
	f.Post(orders.Path, func(c fiber.Ctx) error {
		var in orders.Order
		if err := c.Bind().JSON(&in); err != nil {
			return fiber.NewError(fiber.StatusUnprocessableEntity, err.Error())
		}
		return c.Status(fiber.StatusCreated).JSON(d.Place(in))
	})
	return f, nil
}

// repeat returns a function that has h answer the same request each time.
func repeat(h fasthttp.RequestHandler) func() (status, size int) {
	var req fasthttp.Request
	req.Header.SetMethod(http.MethodPost)
	req.SetRequestURI("http://localhost" + orders.Path)
	req.Header.SetContentType("application/json")
	req.SetBodyString(orders.Body)
	var ctx fasthttp.RequestCtx
	ctx.Init(&req, nil, nil)
	return func() (int, int) {
		ctx.Response.Reset()
		h(&ctx)
		return ctx.Response.StatusCode(), len(ctx.Response.Body())
	}
}
